"""What a process and a folder hold: memory, open files, threads, children, leftover files, keys."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

MIN_SAMPLES: Final = 4  #: for a slope
#: Part of the samples that is left out at the start: modules, tables and weights are loaded then.
WARM_UP: Final = 0.2
OTHERS: Final = re.compile(rb"[^a-z0-9]+")


def count_resources(process: int | str = "self") -> dict[str, int]:
    """Return the resources of a process: files, sockets, threads, children, and RSS in KiB.

    Sockets do not count as files.
    """
    folder = Path("/proc") / str(process)
    links = []
    for entry in os.listdir(folder / "fd"):
        try:
            links.append(os.readlink(folder / "fd" / entry))
        except OSError:  # that of the listing itself
            continue
    children = 0
    for task in os.listdir(folder / "task"):
        children += len((folder / "task" / task / "children").read_text().split())
    status = (folder / "status").read_text()
    resident = re.search(r"VmRSS:\s+(\d+)", status)
    threads = re.search(r"Threads:\s+(\d+)", status)
    sockets = sum(link.startswith("socket:") for link in links)
    return {
        "files": len(links) - sockets,
        "sockets": sockets,
        "threads": int(threads[1]) if threads else 0,
        "children": children,
        "rss": int(resident[1]) if resident else 0,
    }


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the line with the least squares; 0 for fewer than two points."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def key_forms(key: str) -> list[bytes]:
    """Return forms of a key to search for in normalized text: itself, and as base64."""
    forms = [normalize(key.encode()), normalize(key[::-1].encode())]
    for shift in range(3):  # the three alignments of a part of a longer text
        encoded = base64.b64encode(b"\0" * shift + key.encode())
        forms.append(normalize(encoded[4 if shift else 0 : -4]))
    forms.append(normalize(key.encode().hex().encode()))
    return forms


def normalize(data: bytes) -> bytes:
    """Return letters and digits alone, in lower case."""
    return OTHERS.sub(b"", data.lower())


def leaks(data: bytes, key: str) -> bool:
    """Return whether ``data`` contains a key in any form."""
    texts = [normalize(data), normalize(unquote_to_bytes(data))]
    texts.append(normalize(data.replace(b"\\u002f", b"").replace(b"\\/", b"")))
    return any(form in text for form in key_forms(key) for text in texts)


def files_below(folder: Path) -> Iterator[Path]:
    """Yield all files in a folder and its folders, also hidden ones; no links and devices."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if path.is_file() and not path.is_symlink():
                yield path


def processes_with(variable: str, value: str) -> Iterable[int]:
    """Yield the ids of other processes with a variable in their environment."""
    wanted = f"{variable}={value}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                yield int(entry.name)
        except OSError:  # it has ended, or belongs to another user
            continue
