"""What was computed for one photograph, in a file of its own, so that a run can be continued.

Each part (the description, a record, a picture, its metrics) is stored under a key: the digest of
all that decides its value. A part whose key has changed is computed again, and the others are not:
another setting does not describe the photograph again, and another metric does not paint again.

The file is replaced as a whole after each part, by renaming a complete one, so a killed process
leaves the parts so far. A part also has a digest of its value: a damaged file costs time, and never
a wrong result.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from semcodec.bulk.atomic import write_atomically
from semcodec.bulk.digests import digest_bytes, digest_file, digest_values, file_state
from semcodec.errors import InputError

SCHEMA: Final = "semcodec/bench-parts/1"
FILE_NAME: Final = "parts.json"
MAX_FILE: Final = 2**26  #: bytes of a file with parts; 64 settings take under a megabyte


class StoreError(InputError):
    """A file of the results cannot be written, which concerns all photographs."""


class Store:
    """The parts of one photograph, in a folder.

    Attributes:
        folder: the folder, for the files of the parts, too.
    """

    def __init__(self, folder: Path, *, writes: bool = True) -> None:
        """Read the parts in ``folder``, which need not exist; without ``writes``, add nothing."""
        self.folder = folder
        self._writes = writes
        self._parts = _read(folder / FILE_NAME)

    @property
    def is_empty(self) -> bool:
        """Whether no part is stored."""
        return not self._parts

    def find(self, part: str, key: str) -> Any:
        """Return the value of a part; None if it was not stored with this key, or has no files."""
        entry = self._parts.get(part)
        if not isinstance(entry, dict) or entry.get("key") != key:
            return None
        if entry.get("digest") != digest_values(entry.get("value")):
            return None
        files = entry.get("files")
        if not isinstance(files, dict) or not all(map(self._is_whole, files, files.values())):
            return None
        return entry["value"]

    def add(
        self, part: str, key: str, value: Any, files: Mapping[str, bytes] | None = None
    ) -> None:
        """Store a part: its files first, then the part.

        Args:
            part: the name of the part.
            key: the digest of all that decides the value.
            value: a value that JSON can represent.
            files: the contents of its files, by their names in the folder.

        Raises:
            StoreError: a file cannot be written.
        """
        if not self._writes:
            return
        files = files or {}
        for name, data in files.items():
            write_file(self.folder / name, data)
        digests = {name: digest_bytes(data) for name, data in files.items()}
        own = digest_values(value)
        self._parts[part] = {"key": key, "value": value, "digest": own, "files": digests}
        text = json.dumps({"schema": SCHEMA, "parts": self._parts})
        write_file(self.folder / FILE_NAME, text.encode())

    def _is_whole(self, name: str, expected: object) -> bool:
        found = digest_file(self.folder / name) if Path(name).name == name else None
        return found is not None and found.sha256 == expected


def write_file(path: Path, data: bytes) -> None:
    """Write a file that is complete or absent at any time; its folder is created.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StoreError(f"Cannot write {path}: {str(reason).lower()}.") from error


def _read(path: Path) -> dict[str, Any]:
    """Return the parts of a file; empty if it is missing, damaged, or of another version."""
    try:
        state = file_state(path)
        if state is None or state[1] > MAX_FILE:
            return {}
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        return {}
    parts = content.get("parts")
    return parts if isinstance(parts, dict) else {}
