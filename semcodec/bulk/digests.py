"""SHA-256 digests by which a batch recognizes the same input and the same options."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any, Final, NamedTuple

MAX_BYTES: Final = 200 * 10**6  #: of a file; larger ones are not inputs
BLOCK: Final = 2**20


class FileDigest(NamedTuple):
    """The content of a file at one time.

    Attributes:
        sha256: in hexadecimal.
        state: changes when the file is written; of ``file_state``.
    """

    sha256: str
    state: tuple[int, ...]


def digest_bytes(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def digest_file(path: Path, max_bytes: int = MAX_BYTES) -> FileDigest | None:
    """Return the digest of a regular file; None if it cannot be read or is larger than the limit.

    A pipe or a device is not opened, since reading it could take any time.
    """
    try:
        state = file_state(path)
        if state is None or state[1] > max_bytes:
            return None
        digest, left = hashlib.sha256(), max_bytes
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
                left -= len(block)
                if left < 0:  # it has grown
                    return None
        return FileDigest(digest.hexdigest(), state)
    except (OSError, ValueError):
        return None


def file_state(path: Path) -> tuple[int, ...] | None:
    """Return the inode, size and time of change of a regular file; None for anything else."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def digest_values(values: Any) -> str:
    """Return the digest of values of JSON types, which does not depend on the order of keys."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return digest_bytes(text.encode())
