"""The manifest of a folder of outputs: what was made of which input, so that a run can continue.

``manifest.jsonl`` is a file of JSON Lines (spec/schema/manifest-1.json): a header, then an entry
for each output or failed input. The last entry for an output counts.

What must stay true, whenever a run is killed or its disk is full:

* An entry is written before its output gets its name. It counts only if the output exists and has
  the bytes that the entry states. In the other order, a kill between the two would leave an output
  that no entry explains, and that the next run could not replace.
* An entry is one write at the end of the file. A line that was cut off is removed before the next
  one is written; only the last line can be cut off, so any other damage is an error, and then
  nothing is written.
* The content chooses no path: entries are looked up by the outputs that a run plans, and what a run
  removes of an earlier one has a random name with the ``id`` of the header.

Only one run at a time writes into a folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from semcodec.backends.recording.file_lock import FileLock, lock_path
from semcodec.bulk.open_flags import BINARY, NO_LINK, NO_WAIT
from semcodec.errors import InputError

FILE_NAME: Final = "manifest.jsonl"
SCHEMA: Final = "semcodec/manifest/1"  #: published as spec/schema/manifest-1.json
MAX_BYTES: Final = 2**30  #: of a manifest
BLOCK: Final = 2**13  #: bytes that are read at a time for one entry
MAX_LINE: Final = 2**22  #: bytes of an entry; one with more has no result
MAX_ENTRIES: Final = 10**6  #: outputs in a manifest
MAX_ERROR: Final = 2000  #: characters of an error message
MAX_UNSYNCED_SECONDS: Final = 5.0  #: what a power failure may lose

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_ID: Final = re.compile(r"[0-9a-f]{16}")
_FLAGS: Final = os.O_RDWR | os.O_APPEND | NO_LINK | BINARY
#: Keys of an entry, with the types of their values.
_KEYS: Final[dict[str, tuple[type, ...]]] = {
    "input": (str,),
    "input_sha256": (str,),
    "settings": (str,),
    "output": (str,),
    "output_sha256": (str, type(None)),
    "trace_sha256": (str, type(None)),
    "error": (str, type(None)),
    "seconds": (int, float),
}
_DIGESTS: Final = ("input_sha256", "settings", "output_sha256", "trace_sha256")


class Key(NamedTuple):
    """What an output depends on.

    Attributes:
        input_sha256: of the input, and of a text that belongs to it.
        settings: digest of the command, its options, its backends and the version of the library.
    """

    input_sha256: str
    settings: str


class Entry(NamedTuple):
    """An output, or a failed input.

    Attributes:
        key: what the output depends on.
        output_sha256: of the output; None for a failed input.
        trace_sha256: of the trace; None if there is none.
        error: the message of a failed input, else None.
        place: where the line begins in the file, in bytes.
    """

    key: Key
    output_sha256: str | None
    trace_sha256: str | None
    error: str | None
    place: int


class Manifest:
    """The manifest of a folder; a context manager that holds its lock.

    Attributes:
        entries: the last entry by output, which is the path below the folder, with ``/``.
        id: of this manifest; part of the names of temporary files. Empty before the first entry.
    """

    def __init__(self, folder: Path) -> None:
        """Read the manifest of ``folder``, if there is one.

        Raises:
            InputError: the file is not a manifest, is damaged or too large; or another run is
                writing into the folder.
            OSError: the file cannot be read.
        """
        self.entries: dict[str, Entry] = {}
        self.id: str = ""
        self._path = folder / FILE_NAME
        self._handle, self._size, self._is_cut = -1, 0, False
        self._synced = time.monotonic()
        self._lock, self._is_locked = FileLock(lock_path(self._path)), False
        if folder.is_dir():
            self._acquire()
        try:
            self._read()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Manifest:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what the system has buffered, and release the lock."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            with contextlib.suppress(OSError):
                os.fsync(handle)
            os.close(handle)
        self._lock.release()

    def _acquire(self) -> None:
        self._is_locked = self._is_locked or self._lock.acquire()
        if not self._is_locked:
            raise InputError(
                f"Another run is writing into {self._path.parent}: wait for it, or name another "
                "folder. One run uses several processors with --jobs."
            )

    def _read(self) -> None:
        try:
            handle = os.open(self._path, _FLAGS | NO_WAIT)
        except (FileNotFoundError, NotADirectoryError):  # planning the outputs reports the latter
            return
        self._handle = handle
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise self._foreign()
        if status.st_size > MAX_BYTES:
            raise InputError(
                f"{self._path} is larger than {MAX_BYTES >> 20} MiB: move it away, or name another "
                "folder."
            )
        for number, (place, line) in enumerate(self._lines(), 1):
            values = self._parse(number, line)
            if number == 1:
                self._read_header(values)
            else:
                self._read_entry(number, place, values)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield the complete lines with their places; ``_size`` is where the last one ends."""
        with os.fdopen(os.dup(self._handle), "rb") as file:
            file.seek(0)
            while line := file.readline(MAX_LINE + 1):
                if not line.endswith(b"\n"):
                    if len(line) > MAX_LINE or (self._size == 0 and not _is_cut_header(line)):
                        raise self._foreign() if self._size == 0 else self._damaged("a long line")
                    self._is_cut = True
                    return
                yield self._size, line
                self._size += len(line)

    def _parse(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, dict):
            return values
        raise self._foreign() if number == 1 else self._damaged(f"line {number}")

    def _read_header(self, values: dict[str, Any]) -> None:
        schema, identifier = values.get("schema"), values.get("id")
        if not isinstance(schema, str) or not schema.startswith("semcodec/manifest/"):
            raise self._foreign()
        if schema != SCHEMA:
            raise InputError(
                f"{self._path} was written by a newer version of semcodec: update it, or name "
                "another folder."
            )
        if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
            raise self._damaged("line 1")
        self.id = identifier

    def _read_entry(self, number: int, place: int, values: dict[str, Any]) -> None:
        """Add an entry; only whether a value has its type decides whether the line is damaged."""
        has_types = all(type(values.get(name)) in types for name, types in _KEYS.items())
        digests = [values.get(name) for name in _DIGESTS]
        if not has_types or not all(each is None or _HEX.fullmatch(each) for each in digests):
            raise self._damaged(f"line {number}")
        key = Key(values["input_sha256"], values["settings"])
        self.entries[values["output"]] = Entry(
            key, values["output_sha256"], values["trace_sha256"], values["error"], place
        )
        if len(self.entries) > MAX_ENTRIES:
            raise self._damaged(f"more than {MAX_ENTRIES} outputs")

    def _foreign(self) -> InputError:
        return InputError(
            f"{self._path} is not a manifest of semcodec: move it away, or name another folder."
        )

    def _damaged(self, where: str) -> InputError:
        return InputError(
            f"{self._path} is damaged ({where}): move it away and add --force, or name another "
            "folder."
        )

    def result(self, entry: Entry) -> dict[str, Any]:
        """Return the values of ``--json`` that an entry has; empty if there are none."""
        try:
            os.lseek(self._handle, entry.place, os.SEEK_SET)  # writing goes to the end all the same
            line = b""  # most lines are short: reading MAX_LINE would make many rows slow
            while b"\n" not in line and (block := os.read(self._handle, BLOCK)):
                line += block
            values = json.loads(line.partition(b"\n")[0]).get("result")
        except (OSError, ValueError, AttributeError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}

    def append(
        self,
        output: str,
        entry: Entry,
        *,
        input_name: str,
        seconds: float,
        result: dict[str, Any] | None = None,
    ) -> Entry:
        """Add an entry, and return it with its ``place``.

        Args:
            output: path of the output below the folder, with ``/``.
            entry: the values.
            input_name: path of the input below the folder that was named.
            seconds: wall-clock time that it took.
            result: the values of ``--json``; left out if they are too long.

        Raises:
            InputError: as for the constructor, if the folder did not exist then.
            OSError: the manifest cannot be written; it is then as before.
        """
        values: dict[str, Any] = {
            "input": input_name,
            **entry.key._asdict(),
            "output": output,
            "output_sha256": entry.output_sha256,
            "trace_sha256": entry.trace_sha256,
            "error": entry.error and entry.error[:MAX_ERROR],
            "seconds": round(seconds, 3),
        }
        line = _to_line(values | ({"result": result} if result is not None else {}))
        if len(line) > MAX_LINE:
            line = _to_line(values)
        if not self.id:
            self._create()
        place = self._size
        self._write(line)
        self.entries[output] = entry._replace(place=place)
        return self.entries[output]

    def _create(self) -> None:
        """Create the file with its header; also if a header was cut off."""
        if self._handle < 0:
            self._acquire()  # the folder did not exist before
            self._handle = os.open(self._path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o666)
        identifier = secrets.token_hex(8)
        self._write(_to_line({"schema": SCHEMA, "id": identifier}))
        self.id = identifier

    def _write(self, line: bytes) -> None:
        """Append a line: all of it, or nothing."""
        if self._is_cut:
            os.ftruncate(self._handle, self._size)
            self._is_cut = False
        left = line
        try:
            while left:  # less is written if the disk is full; the next call reports it
                left = left[os.write(self._handle, left) :]
        except BaseException:
            self._is_cut = True
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, self._size)
                self._is_cut = False
            raise
        self._size += len(line)
        if time.monotonic() - self._synced > MAX_UNSYNCED_SECONDS:
            with contextlib.suppress(OSError):  # some file systems cannot
                os.fsync(self._handle)
            self._synced = time.monotonic()


def _to_line(values: dict[str, Any]) -> bytes:
    return json.dumps(values).encode() + b"\n"


def _is_cut_header(line: bytes) -> bool:
    """Return whether a file without a line end is what a kill has left of a header."""
    start = _to_line({"schema": SCHEMA})[:-2]
    return start.startswith(line) or line.startswith(start)


def is_manifest(path: Path) -> bool:
    """Return whether a file has the name and the beginning of a manifest."""
    if path.name != FILE_NAME:
        return False
    try:
        with path.open("rb") as file:
            return file.read(100).startswith(b'{"schema": "semcodec/manifest/')
    except (OSError, ValueError):
        return False
