"""Read the records of a folder of parts, to paint their pictures. The folder may be hostile.

Its paths choose no file outside the folder of the pictures (``check_path``), and its values have
limits (``parts``). Any settings will do: the pictures depend on the records alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from semcodec.bulk.parts import open_part, read_batches
from semcodec.bulk.stores import Store
from semcodec.errors import InputError

MAX_NAME: Final = 250  #: bytes of a part of a path; with ".png", file systems have 255
MAX_PATH: Final = 4000  #: bytes of a path
MAX_DEPTH: Final = 64  #: folders in a path


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record of a row.

    Attributes:
        path: that of the photograph, not checked.
        data: the bytes of the record.
    """

    path: str
    data: bytes


def read_records(store: Store) -> Iterator[StoredRecord]:
    """Yield the records of all rows without an error, part by part.

    Raises:
        InputError: a part is damaged, or is not one of a bulk run.
        OSError: a part cannot be read.
    """
    for file in store.list_files():
        with open_part(store, file) as part:
            for batch in read_batches(store, file, part, ("path", "record", "error")):
                for path, data, error in zip(*batch, strict=True):
                    if not error and data is not None:
                        yield StoredRecord(path, data)


def check_path(path: str) -> Path:
    """Return a path of a row as one below any folder.

    Raises:
        InputError: it could leave the folder, or cannot be a file name.
    """
    names = path.split("/")
    # On Windows, a backslash separates, and a colon begins a stream or a drive.
    forbidden = {"\0"} if os.name != "nt" else {"\0", "\\", ":"}
    if len(names) > MAX_DEPTH or len(path.encode()) > MAX_PATH:
        raise InputError(
            f"The path has more than {MAX_PATH} bytes or {MAX_DEPTH} folders, so it is not written."
        )
    if any(name in ("", ".", "..") or len(name.encode()) > MAX_NAME for name in names):
        raise InputError("Its path does not name a file below a folder, so it is not written.")
    if forbidden & set(path):
        raise InputError("Its path has characters that a file name cannot have.")
    return Path(*names)
