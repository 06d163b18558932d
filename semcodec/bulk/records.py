"""Read the records of a folder of parts, to paint their pictures. The folder may be hostile.

Its paths choose no file outside the folder of the pictures (``check_path``), and its values have
limits (``parts``). Any settings will do: the pictures depend on the records alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from semcodec.bulk.parts import NOTHING, part_error, read_columns
from semcodec.bulk.stores import Store
from semcodec.errors import InputError

MAX_NAME: Final = 250  #: bytes of a part of a path; with ".png", file systems have 255
MAX_PATH: Final = 4000  #: bytes of a path
MAX_DEPTH: Final = 64  #: folders in a path
MAX_RECORDS: Final = 10**7  #: rows without an error in a folder
MAX_LENGTH: Final = 2**31  #: of all paths and different records, which are kept in memory
ENDING: Final = ".png"  #: of a picture, after the path of the photograph
TWO_RECORDS: Final = "An earlier row of this path has another record, so this one is not painted."
IS_FOLDER: Final = "Its picture would have the name of a folder of another one: it is not painted."


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record of a row.

    Attributes:
        path: that of the photograph, not checked.
        data: the bytes of the record.
        problem: why its picture cannot be written; "" if it may be.
    """

    path: str
    data: bytes
    problem: str = ""


def read_records(store: Store) -> tuple[list[StoredRecord], int]:
    """Return the records of all rows without an error, and how many equal rows were left out.

    Which records have a problem does not depend on the order in which they are painted: of several
    records of a path, all but the first one, in the order of the parts' names; and one whose
    picture would have the name of the folder of another picture.

    Raises:
        InputError: a part is damaged, or is not one of a bulk run; or there are too many records.
        OSError: a part cannot be read.
    """
    first: dict[str, StoredRecord] = {}
    others: list[StoredRecord] = []
    known: dict[bytes, bytes] = {}  # equal records take memory once
    duplicates = length = 0
    for path, data in _read_rows(store):
        length += len(path) + (0 if data in known else len(data))
        if len(first) + len(others) >= MAX_RECORDS or length > MAX_LENGTH:
            raise InputError(f"{store.name} has too many records for one run: divide it.")
        record = StoredRecord(path, known.setdefault(data, data))
        earlier = first.setdefault(path, record)
        if earlier is record:
            continue
        if earlier.data == data:
            duplicates += 1
        else:
            others.append(replace(record, problem=TWO_RECORDS))
    for path in first:
        for name in _find_pictures_above(path):
            if name in first and _is_allowed(path):
                first[name] = replace(first[name], problem=IS_FOLDER)
    return [*first.values(), *others], duplicates


def _read_rows(store: Store) -> Iterator[tuple[str, bytes]]:
    for file, batch in read_columns(store, store.list_files(), ("path", "record", "error")):
        for path, data, error in zip(*batch, strict=True):
            if not error and data is None:
                raise part_error(store, file, NOTHING)
            if not error:
                yield path, data


def _find_pictures_above(path: str) -> Iterator[str]:
    """Yield the paths whose pictures would have the names of folders of this path."""
    while path := path.rpartition("/")[0]:
        if path.endswith(ENDING):
            yield path.removesuffix(ENDING)


def _is_allowed(path: str) -> bool:
    try:
        check_path(path)
    except InputError:
        return False
    return True


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
