"""Make the pictures of docs/figures.md by running the commands of the page.

    python docs/make_figures.py embedded/semcodec_embedded/photos

The commands of a figure run in a temporary folder with the photographs and the descriptions. They
write a strip, which becomes ``docs/figures/NAME.jpg``. The commands and the records are stored in
the file as its comment, so that tests/test_figures.py can compare them.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image

FOLDER: Final = Path(__file__).with_name("figures")
PAGE: Final = Path(__file__).with_name("figures.md")
BLOCK: Final = re.compile(r"^<!-- (figure-\d) -->\n```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
MAX_WIDTH: Final = 1200  #: pixels of a strip on the page
QUALITY: Final = 80  #: of the JPEG files


class Figure(NamedTuple):
    """A figure of the page.

    Attributes:
        name: of the picture, without its ending.
        commands: each as a line of a shell.
    """

    name: str
    commands: list[str]


def figures() -> list[Figure]:
    """Return the figures of the page."""
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    return [Figure(name, text.strip().splitlines()) for name, text in blocks]


def prepare(folder: Path, photographs: Path) -> None:
    """Copy the photographs and the descriptions into ``folder``."""
    for source in [*photographs.glob("*.jpg"), *FOLDER.glob("*.txt")]:
        shutil.copy(source, folder)


def run(command: str, folder: Path) -> None:
    """Run a command of the page in ``folder``."""
    program, *arguments = shlex.split(command)
    if program != "semcodec":
        raise SystemExit(f"Unknown command on the page: {command}.")
    run = [sys.executable, "-m", "semcodec", *arguments]
    subprocess.run(run, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=os.environ)


def records(folder: Path) -> dict[str, str]:
    """Return the records in ``folder`` as hexadecimal digits, by path."""
    paths = sorted(folder.rglob("*.semc"))
    return {path.relative_to(folder).as_posix(): path.read_bytes().hex() for path in paths}


def _strips(folder: Path) -> Iterator[Path]:
    yield from folder.glob("figure-*/*-strip.png")
    yield from folder.glob("figure-*/steps.png")


def make(figure: Figure, photographs: Path) -> None:
    """Run the commands of a figure, and write its picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, photographs)
        for command in figure.commands:
            run(command, folder)
        [strip] = _strips(folder)
        comment = json.dumps({"commands": figure.commands, "records": records(folder)})
        picture = Image.open(strip).convert("RGB")
        picture.thumbnail((MAX_WIDTH, MAX_WIDTH), Image.Resampling.LANCZOS)
        path = FOLDER / f"{figure.name}.jpg"
        picture.save(path, quality=QUALITY, optimize=True, comment=comment.encode())
        print(f"{path.name}: {path.stat().st_size} bytes")


def main() -> None:
    """Make all pictures, or those named after the folder."""
    photographs, *names = sys.argv[1:]
    for figure in figures():
        if not names or figure.name in names:
            make(figure, Path(photographs))


if __name__ == "__main__":
    main()
