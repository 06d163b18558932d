"""Find the records in folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from semcodec.cli.results import Unreadable

RECORD: Final = ".semc"
PICTURE: Final = ".png"  #: the pictures that can contain a record


def walk(folder: str) -> Iterator[str | Unreadable]:
    """Yield the .semc and .png files below ``folder``, sorted, and what cannot be read.

    Hidden files and folders are left out, and links to folders are not followed, so there are no
    loops. Pipes and devices are not opened, because reading one may never return.
    """
    waiting: list[str] = [folder]
    while waiting:
        path = waiting.pop()
        if path != folder and not os.path.isdir(path):
            yield path if os.path.isfile(path) else Unreadable(path, _why_not_a_file(path))
            continue
        try:
            with os.scandir(path) as entries:
                names = sorted(entry.path for entry in entries if _is_wanted(entry))
        except OSError as error:
            yield Unreadable(path, (error.strerror or str(error)).lower())
            continue
        waiting += reversed(names)


def _is_wanted(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return False
    try:
        if entry.is_dir():
            return not entry.is_symlink()
    except OSError:  # a loop of links; opening it will report the reason
        pass
    return entry.name.lower().endswith((RECORD, PICTURE))


def _why_not_a_file(path: str) -> str:
    try:
        os.stat(path)
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return "not a regular file"
