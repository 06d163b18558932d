"""Read a photograph of a bulk run, from a folder of this machine or from an object store."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from semcodec.bulk.engines import daft_library
from semcodec.bulk.open_flags import BINARY, NO_WAIT
from semcodec.bulk.rows import MAX_PHOTOGRAPH_BYTES, Photograph
from semcodec.bulk.stores import is_url
from semcodec.errors import InputError
from semcodec.sources import read_blocks

_FLAGS: Final = os.O_RDONLY | BINARY | NO_WAIT


def read_photograph(source: str, photograph: Photograph) -> bytes:
    """Return the bytes of a photograph.

    Args:
        source: the path or the URL of the folder.
        photograph: a file below it.

    Raises:
        InputError: it cannot be read, or is larger than ``MAX_PHOTOGRAPH_BYTES``.
        BackendError: Daft is not installed.
    """
    if photograph.problem:
        raise InputError(f"Cannot read the file: {photograph.problem}.")
    check_size(photograph.size)
    if is_url(source):
        data = _read_url(f"{source.rstrip('/')}/{photograph.path}")
    else:
        data = _read_file(Path(source, photograph.path))
    check_size(len(data))
    return data


def check_size(size: int) -> None:
    """Check that a file of this size may be read.

    Raises:
        InputError: it is too large.
    """
    if size > MAX_PHOTOGRAPH_BYTES:
        limit = f"{MAX_PHOTOGRAPH_BYTES // 10**6} MB"
        raise InputError(f"The file has {size:,} bytes, more than the limit of {limit}.")


def _read_file(path: Path) -> bytes:
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InputError("Cannot read the file: not a regular file.")
            return read_blocks(file.read, MAX_PHOTOGRAPH_BYTES)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(f"Cannot read the file: {reason}.") from error


def _read_url(url: str) -> bytes:
    """Return the bytes of an object; at most one more than the limit is read."""
    daft = daft_library.import_daft()
    try:
        with daft.File(url).open() as file:
            return bytes(file.read(MAX_PHOTOGRAPH_BYTES + 1))
    except Exception as error:  # of Daft, which has no common class
        raise InputError(f"Cannot read the file: {daft_library.first_line(error)}.") from error
