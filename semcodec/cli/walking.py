"""Find files in folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from typing import Final

from semcodec.cli.results import Unreadable

RECORD: Final = ".semc"
PICTURE: Final = ".png"  #: the pictures that can contain a record


def walk(
    folder: str,
    endings: Collection[str] | None = (RECORD, PICTURE),
    skipped: object = None,
    on_link: Callable[[str], object] = lambda path: None,
) -> Iterator[str | Unreadable]:
    """Yield the files below ``folder``, sorted, and what cannot be read.

    Hidden files and folders are left out, and links to folders are not followed, so there are no
    loops. Pipes and devices are not opened, because reading one may never return.

    Args:
        folder: the path of the folder.
        endings: only files with one of these endings, in lower case; None for all files.
        skipped: the ``folder_identity`` of a folder to leave out.
        on_link: called with each link to a folder.
    """
    waiting: list[str] = [folder]
    while waiting:
        path = waiting.pop()
        if path != folder and not os.path.isdir(path):
            yield path if os.path.isfile(path) else Unreadable(path, _why_not_a_file(path))
            continue
        if path != folder and skipped is not None and folder_identity(path) == skipped:
            continue
        try:
            with os.scandir(path) as entries:
                names = sorted(
                    entry.path for entry in entries if _is_wanted(entry, endings, on_link)
                )
        except OSError as error:
            yield Unreadable(path, (error.strerror or str(error)).lower())
            continue
        waiting += reversed(names)


def folder_identity(name: str | None) -> object:
    """Return a value that is equal for two names of one existing folder, or None."""
    try:
        status = os.stat(name or "")
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _is_wanted(
    entry: os.DirEntry[str], endings: Collection[str] | None, on_link: Callable[[str], object]
) -> bool:
    if entry.name.startswith("."):
        return False
    try:
        if entry.is_dir():
            if entry.is_symlink():
                on_link(entry.path)
            return not entry.is_symlink()
    except OSError:  # a loop of links; opening it will report the reason
        pass
    return endings is None or entry.name.lower().endswith(tuple(endings))


def _why_not_a_file(path: str) -> str:
    try:
        os.stat(path)
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return "not a regular file"
