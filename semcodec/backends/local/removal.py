"""Delete a commit of a model from the cache of the hub's client.

The cache has, for each repository, ``blobs/HASH`` (files), ``snapshots/COMMIT/NAME`` (links to
them), ``refs/NAME`` (commits of branches) and ``trees/COMMIT.json`` (lists of files). The client
deletes nothing in a repository one of whose refs is damaged, and counts files that it leaves.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def remove_snapshot(folder: Path) -> int:
    """Delete a snapshot with its files that no other one uses, and return the freed bytes.

    Nothing outside of the repository's folder is deleted: of a link to elsewhere, only the link.

    Raises:
        OSError: something cannot be deleted.
    """
    repository, commit = folder.parents[1], folder.name
    before = _count_bytes(repository)
    blobs = set(_blobs(repository, folder))
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder)
    if not any(folder.parent.iterdir()) and not repository.is_symlink():
        shutil.rmtree(repository)
        return before
    for blob in blobs - set(_blobs(repository, folder.parent)):
        blob.unlink()
    (repository / "trees" / f"{commit}.json").unlink(missing_ok=True)
    for ref in _files(repository / "refs"):
        with suppress(UnicodeDecodeError):
            if ref.read_text("utf-8").strip() == commit:
                ref.unlink()
    return before - _count_bytes(repository)


def _blobs(repository: Path, folder: Path) -> Iterator[Path]:
    """Yield the files in ``blobs`` to which the links in a folder of snapshots lead."""
    place = (repository / "blobs").resolve()
    for path in _files(folder):
        blob = path.resolve()
        if path.is_symlink() and blob.parent == place and blob.is_file():
            yield blob


def _count_bytes(folder: Path) -> int:
    """Return the size of the files in a folder, without those to which links lead."""
    return sum(path.lstat().st_size for path in _files(folder) if not path.is_symlink())


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files and links in a folder and its folders; it follows no links to folders."""
    for parent, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        yield from (Path(parent) / name for name in (*names, *links))
