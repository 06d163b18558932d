"""Count the calls, files and changes of file in each operation, and print them as Markdown.

    python bench/calls.py

Each operation runs once to warm up and once under ``sys.setprofile``. The counts are of the calls
of functions in semcodec and semcodec_embedded, their source files, and the calls from one file to
another, which are the places that a reader has to open to follow the operation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple

import semcodec

ROOT: Final = Path(__file__).parents[1]
PHOTO: Final = ROOT / "embedded" / "semcodec_embedded" / "photos" / "cat.jpg"
SKELETONS: Final = "ndn trdtnl rch vndv"
WORDS: Final = "indian traditional arch window"


class Walk(NamedTuple):
    """The number of calls in one operation, of files, of calls between files, and their depth."""

    calls: int
    files: int
    changes: int
    depth: int


def walk(operation: Callable[[], object]) -> Walk:
    """Return the calls of ``operation``, measured after a first run has loaded everything."""
    operation()
    calls, changes, depth, deepest = 0, 0, 0, 0
    files = set[str]()

    def is_ours(frame: FrameType) -> bool:
        file = frame.f_code.co_filename
        return file != __file__ and Path(file).is_relative_to(ROOT)

    def record(frame: FrameType, event: str, _: Any) -> None:
        nonlocal calls, changes, depth, deepest
        if event not in ("call", "return") or not is_ours(frame):
            return
        depth += 1 if event == "call" else -1
        if event == "call":
            file, caller = frame.f_code.co_filename, frame.f_back
            calls, deepest = calls + 1, max(deepest, depth)
            changes += caller is None or caller.f_code.co_filename != file
            files.add(file)

    sys.setprofile(record)
    try:
        operation()
    finally:
        sys.setprofile(None)
    return Walk(calls, len(files), changes, deepest)


def operations() -> dict[str, Callable[[], object]]:
    """Return the operations by their names in the table."""
    nibble = semcodec.pack(SKELETONS, framing="file")
    lexicon = semcodec.pack(WORDS, coding="lexicon", framing="file")
    photo = PHOTO.read_bytes()
    record = semcodec.encode(photo).data
    default = semcodec.pack(SKELETONS)
    return {
        "pack(text)": lambda: semcodec.pack(SKELETONS),
        'pack(text, framing="file")': lambda: semcodec.pack(SKELETONS, framing="file"),
        "unpack(default record)": lambda: semcodec.unpack(default),
        "unpack(nibble file)": lambda: semcodec.unpack(nibble),
        "unpack(lexicon file, 4 words)": lambda: semcodec.unpack(lexicon),
        "validate(nibble file)": lambda: semcodec.validate(nibble),
        "inspect(nibble file)": lambda: semcodec.inspect(nibble),
        "rate_breakdown(nibble file)": lambda: semcodec.rate_breakdown(nibble),
        "encode(photograph)": lambda: semcodec.encode(photo),
        "decode(record)": lambda: semcodec.decode(record),
    }


def main() -> int:
    """Print the table."""
    print("| operation | calls | files | changes of file | depth |\n|---|--:|--:|--:|--:|")
    for name, operation in operations().items():
        row = walk(operation)
        print(
            f"| `{name}` | {row.calls:,} | {row.files} | {row.changes:,} | {row.depth} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
