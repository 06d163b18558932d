"""Store responses in a file: a cache, or the recording of one run for replay and sharing.

The file is an SQLite database with one table; it contains no pickles. The key of a response is the
digest of its request, the server, and the occurrence: how often the run had sent the same request
before, because a model may respond differently each time. A stored request contains neither API
keys nor headers, and input images only as digests; the texts and images that the model returned can
be read by everyone who has the file. The settings of a recorded run are stored too, because they
are needed to replay it.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args

from semcodec.backends.recording.file_lock import FileLock, lock_path, remove_leftovers
from semcodec.backends.recording.request import ModelRequest, ModelResponse, Usage
from semcodec.backends.recording.transactions import (
    ERRORS,
    LOCK_POLL,
    error_code,
    run_transaction,
)
from semcodec.backends.recording.untrusted_files import (
    MAX_RESPONSE,
    check_file,
    is_within_limits,
    limit_connection,
    prepare_tables,
)
from semcodec.errors import InputError

Mode = Literal["cache", "record", "replay", "read_only_cache"]
MODES: Final = get_args(Mode)
READ_ONLY_MODES: Final = ("replay", "read_only_cache")
CACHE_MODES: Final = ("cache", "read_only_cache")  #: the same response for each occurrence
#: Also the version of the file: a file with any other table is rejected (``Cassette._open``).
SCHEMA: Final = (
    "CREATE TABLE responses (request TEXT, server TEXT, occurrence INTEGER, stage TEXT, "
    "model TEXT, fields TEXT, response TEXT, image BLOB, "
    "PRIMARY KEY (request, server, occurrence))"
)
INSERT: Final = "INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
SETTINGS_ROW: Final = "settings"  #: marks the row of the settings, in the column of the digest
#: Codes of SQLite for a query that was stopped by a limit of ``limit_connection``.
LIMIT_CODES: Final = (sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_INTERRUPT)
#: Seconds to wait for another run that sends the same request; twice the usual time of a picture.
MAX_REQUEST_WAIT: Final = 600.0
ANNOUNCED_WAIT: Final = 3.0  #: seconds after which the wait is announced
WAITING: Final = (
    "Waiting for another run that sends '%s' with the cache %s, for at most %d seconds."
)

_LOGGER: Final = logging.getLogger("semcodec")
T = TypeVar("T")


class Cassette:
    """Responses stored in the file ``path``. Threads and forked processes may share it.

    Args:
        path: the file.
        mode: ``"cache"`` returns stored responses and stores new ones; ``"record"`` stores one run
            in a new file and returns nothing; ``"replay"`` returns only stored responses, from any
            server; ``"read_only_cache"`` is a cache that stores nothing.
        is_shared: whether another process of the same run has the file to record already.

    Runs that share a cache send the same request once: the others wait for its response. A file to
    record belongs to one ``Cassette``; a second one is refused while it exists.

    Raises:
        InputError: the file cannot be opened, is not a recording, or ``mode`` is ``"record"`` and
            it already contains responses or is being recorded by another run.
    """

    path: Path
    mode: Mode

    def __init__(self, path: str | Path, mode: Mode, *, is_shared: bool = False) -> None:
        if mode not in MODES:
            raise InputError(f"Cassette mode {mode!r} is unknown: use one of {', '.join(MODES)}.")
        if not isinstance(path, str | Path) or path == "":
            raise InputError("The path of a cassette must be a non-empty str or a Path.")
        self.path, self.mode = Path(path), mode
        if mode in ("record", "cache"):
            remove_leftovers(lock_path(self.path).parent)
        is_new = mode == "record" and not is_shared
        if is_new:
            self._reserve()
        stored = self._execute("SELECT 1 FROM responses WHERE request <> ?", (SETTINGS_ROW,))
        if stored and is_new:
            advice = (
                "choose a new file, or use it as a cache to pay for none of its responses again"
            )
            raise InputError(f"{path} already contains a recording: {advice}.")

    def _reserve(self) -> None:
        """Keep other runs off the file until this object is garbage collected, or the process ends.

        Raises:
            InputError: another run has reserved it.
        """
        lock = FileLock(lock_path(self.path))
        if not lock.acquire():
            raise InputError(f"{self.path} is being recorded by another run: choose a new file.")
        weakref.finalize(self, lock.release)

    @contextmanager
    def exclusive(self, request: ModelRequest, server: str) -> Iterator[None]:
        """Keep other runs on this cache from sending the same request while the block runs.

        So each of them finds the response of the first one, or asks for it itself if that failed.
        A run has at most one such lock per thread, and waits for nothing else while it has it, so
        no two runs can wait for each other. After ``MAX_REQUEST_WAIT`` seconds the block runs
        anyway: to pay twice is better than to wait forever for a process that was suspended.
        """
        if self.mode != "cache":
            yield
            return
        lock = FileLock(lock_path(self.path, request.digest, server))
        started, is_announced = time.monotonic(), False
        try:
            while not lock.acquire() and time.monotonic() - started < MAX_REQUEST_WAIT:
                if not is_announced and time.monotonic() - started > ANNOUNCED_WAIT:
                    is_announced = True
                    _LOGGER.warning(WAITING, request.stage, self.path, MAX_REQUEST_WAIT)
                time.sleep(LOCK_POLL)
            yield
        finally:
            lock.release()

    def get(self, request: ModelRequest, server: str, occurrence: int) -> ModelResponse | None:
        """Return the stored response to an occurrence (0 is the first) of ``request``, or None."""
        if self.mode == "record":
            return None
        condition = "request = ? AND occurrence = ?"
        values: tuple[Any, ...] = (request.digest, occurrence)
        if self.mode != "replay":
            condition, values = condition + " AND server = ?", (*values, server)
        # Several servers of a run may get the same request, such as that for their models.
        # The row is selected before its columns are read, since sorting would read those of all.
        row = f"SELECT rowid FROM responses WHERE {condition} ORDER BY server <> ?, server LIMIT 1"  # noqa: S608
        query = f"SELECT response, image FROM responses WHERE rowid = ({row})"  # noqa: S608
        rows = self._execute(query, (*values, server))
        return self._parse(*rows[0]) if rows else None

    def put(
        self, request: ModelRequest, server: str, occurrence: int, response: ModelResponse
    ) -> None:
        """Store ``response``, replacing an older one; do nothing in read-only modes."""
        if self.mode not in READ_ONLY_MODES:
            self._execute(INSERT, _row(request.digest, request, server, occurrence, response))

    def put_all(
        self, server: str, responses: Iterable[tuple[str, ModelRequest, ModelResponse]]
    ) -> None:
        """Store many responses in one step, which takes hardly longer than storing one.

        Args:
            server: as for ``put``.
            responses: the digest of each request, the request, which need not have its images, and
                the response.
        """
        rows = [
            _row(digest, request, server, 0, response) for digest, request, response in responses
        ]
        if self.mode not in READ_ONLY_MODES:
            self._execute_many(INSERT, rows)

    def delete(self, request: ModelRequest, server: str, response: ModelResponse) -> None:
        """Delete ``response`` to ``request``, unless another response has replaced it."""
        query = (
            "DELETE FROM responses WHERE request = ? AND server = ? AND response = ? AND image = ?"
        )
        self._execute(query, (request.digest, server, *_columns(response)))

    def read_settings(self) -> dict[str, Any]:
        """Return the settings of the recorded run; empty unless the mode is ``"replay"``."""
        if self.mode != "replay":
            return {}
        rows = self._execute("SELECT fields FROM responses WHERE request = ?", (SETTINGS_ROW,))
        try:
            settings = _parse_json(rows[0][0]) if rows else {}
        except (TypeError, ValueError, RecursionError) as error:
            raise self._damage_error() from error
        if not isinstance(settings, dict):
            raise self._damage_error()
        return settings

    def write_settings(self, settings: dict[str, Any]) -> None:
        """Store the settings of the run; do nothing unless the mode is ``"record"``.

        ``settings`` must not contain secrets.
        """
        if self.mode == "record":
            row = (SETTINGS_ROW, "", 0, SETTINGS_ROW, "", json.dumps(settings), "{}", b"")
            self._execute(INSERT, row)

    def _execute(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Return a list with the first row of the result; empty if there are no rows."""
        return self._run(lambda connection: connection.execute(query, values).fetchmany(1))

    def _execute_many(self, query: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run a query for each of ``rows``, in one transaction."""
        self._run(lambda connection: connection.executemany(query, rows))

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return the result of ``work``, which uses a connection to the file in one transaction."""
        try:
            return run_transaction(self._open, work)
        except ERRORS as error:
            if error_code(error) in LIMIT_CODES:
                raise self._damage_error() from error
            raise InputError(f"{self.path} cannot be used as a recording: {error}.") from error

    def _open(self) -> sqlite3.Connection:
        """Return a connection to the file, whose only content is the table of ``SCHEMA``."""
        if "\0" in str(self.path):
            raise ValueError("invalid file name")  # SQLite would cut it there
        check_file(self.path)
        is_read_only = self.mode in READ_ONLY_MODES
        if is_read_only and not self.path.exists():
            raise ValueError("no such file")
        uri = f"{self.path.absolute().as_uri()}?mode={'ro' if is_read_only else 'rwc'}"
        connection = sqlite3.connect(uri, timeout=0, uri=True)
        try:
            limit_connection(connection)
            prepare_tables(connection, [SCHEMA], "semcodec recording", is_read_only=is_read_only)
        except BaseException:
            connection.close()
            raise
        return connection

    def _parse(self, response_json: Any, image: Any) -> ModelResponse:
        try:
            fields = _parse_json(response_json)
            usage = fields.pop("usage")
            usage = None if usage is None else Usage(**usage)
            response = ModelResponse(**fields, image=image, usage=usage)
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
            raise self._damage_error() from error
        if not _has_valid_types(response) or not is_within_limits(response):
            raise self._damage_error()
        return response

    def _damage_error(self) -> InputError:
        return InputError(f"{self.path} is damaged: record it again.")


def _parse_json(value: Any) -> Any:
    """Return the value of a JSON column; empty containers take a hundred times their length."""
    if len(value) > MAX_RESPONSE:
        raise ValueError("too long")
    return json.loads(value)


def _row(
    digest: str, request: ModelRequest, server: str, occurrence: int, response: ModelResponse
) -> tuple[Any, ...]:
    fields = json.dumps(request.readable_fields(), ensure_ascii=False)
    key = (digest, server, occurrence)
    return (*key, request.stage, request.model, fields, *_columns(response))


def _columns(response: ModelResponse) -> tuple[str, bytes]:
    """Return the columns ``response`` and ``image``; they are equal for equal responses."""
    fields = asdict(response)
    image = fields.pop("image")
    for name in ("missing", "rejected_fields"):  # as older versions write and read them
        if not fields[name]:
            del fields[name]
    return json.dumps(fields, ensure_ascii=False), image


def _has_valid_types(response: ModelResponse) -> bool:
    if not isinstance(response.image, bytes) or type(response.is_truncated) is not bool:
        return False
    names = ("text", "model", "refusal", "missing", "rejected_fields")
    texts = [getattr(response, name) for name in names]
    counts = () if response.usage is None else asdict(response.usage).values()
    return all(isinstance(text, str) for text in texts) and all(
        type(count) is int and count >= 0 for count in counts
    )
