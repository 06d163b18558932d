"""The parts of batches and their requests, in an SQLite file that ``kill -9`` leaves consistent.

A request belongs to at most one part that is not collected. Several processes may read the file
while one writes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from semcodec.backends.openai.batches import rows
from semcodec.backends.openai.batches.rows import Failure, Part, PartRequest, StoredRequest
from semcodec.backends.recording.transactions import ERRORS, run_transaction
from semcodec.backends.recording.untrusted_files import check_file, prepare_tables
from semcodec.errors import InputError

MAX_SCHEMA_ENTRIES: Final = 8  #: tables and indexes
MAX_VALUE: Final = 2**22  #: bytes of one value
#: The columns of ``parts`` are the fields of ``Part``.
SCHEMA: Final = (
    "CREATE TABLE parts (id TEXT PRIMARY KEY, server TEXT, route TEXT, model TEXT, state TEXT, "
    "created REAL, requests INTEGER, bytes INTEGER, tokens INTEGER, bound TEXT, file TEXT, "
    "batch TEXT, output TEXT, errors TEXT, dollars TEXT, answered INTEGER, failed INTEGER)",
    "CREATE TABLE requests (digest TEXT, server TEXT, part TEXT, line INTEGER, attempts INTEGER, "
    "usage TEXT, request BLOB, PRIMARY KEY (digest, server)) WITHOUT ROWID",
    "CREATE TABLE failures (digest TEXT, server TEXT, billed INTEGER, failure TEXT, "
    "PRIMARY KEY (digest, server)) WITHOUT ROWID",
    "CREATE INDEX requests_by_part ON requests (part)",
)

T = TypeVar("T")


class Journal:
    """The journal in the file ``path``. Threads and forked processes may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._run(lambda connection: None)

    # --- parts -----------------------------------------------------------------------------------

    def add_part(self, part: Part, requests: Iterable[PartRequest]) -> None:
        """Add a part with its requests, none of which another part may have."""
        values = [rows.format_request(item, part) for item in requests]

        def work(connection: sqlite3.Connection) -> None:
            marks = ", ".join("?" * len(rows.PART_COLUMNS))
            connection.execute(f"INSERT INTO parts VALUES ({marks})", rows.format_part(part))  # noqa: S608
            connection.executemany(
                "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest, server) "
                "DO UPDATE SET part = excluded.part, line = excluded.line",
                values,
            )

        self._run(work)

    def save(self, part: Part) -> None:
        """Store the values of a part that is in the journal."""
        self._run(lambda connection: _update(connection, part))

    def parts(self, server: str, *states: str) -> list[Part]:
        """Return the parts of a server in any of ``states``, by default all, the oldest first."""
        query = "SELECT * FROM parts WHERE server = ? ORDER BY created, id"
        found = [self._parse(rows.parse_part, row) for row in self._all(query, server)]
        return [part for part in found if not states or part.state in states]

    def drop(self, part: Part) -> None:
        """Note that a part is not submitted; its requests belong to no part."""
        part.state = "dropped"

        def work(connection: sqlite3.Connection) -> None:
            _update(connection, part)
            connection.execute("UPDATE requests SET part = NULL WHERE part = ?", (part.id,))

        self._run(work)

    def renew(self, part: Part, new_id: str) -> None:
        """Give a part whose batch has not begun a new id, so that another batch may be created."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE requests SET part = ? WHERE part = ?", (new_id, part.id))
            connection.execute("UPDATE parts SET id = ? WHERE id = ?", (new_id, part.id))
            part.id, part.state, part.batch = new_id, "uploaded", ""
            _update(connection, part)

        self._run(work)

    def finish(
        self,
        part: Part,
        answered: Collection[str],
        failures: Mapping[str, Failure],
        *,
        counts: bool,
    ) -> None:
        """Note that a part is collected, with what has become of its requests.

        Args:
            part: the part.
            answered: digests of the requests whose responses are stored.
            failures: those that failed for good. All others are sent again.
            counts: whether that counts as one of their attempts.
        """
        part.state = "collected"
        over = [(digest, part.server) for digest in (*answered, *failures)]
        failed = [
            (digest, part.server, failure.billed, rows.format_failure(failure))
            for digest, failure in failures.items()
        ]

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM requests WHERE digest = ? AND server = ?", over)
            connection.execute(
                "UPDATE requests SET part = NULL, attempts = attempts + ? WHERE part = ?",
                (int(counts), part.id),
            )
            connection.executemany("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?)", failed)
            _update(connection, part)

        self._run(work)

    # --- requests --------------------------------------------------------------------------------

    def requests(self, part: Part) -> dict[str, StoredRequest]:
        """Return the requests of a part by digest."""
        query = "SELECT digest, line, attempts, usage, request FROM requests WHERE part = ?"
        return {
            digest: self._parse(rows.parse_request, *values)
            for digest, *values in self._all(query, part.id)
        }

    def is_pending(self, server: str, digest: str) -> bool:
        """Return whether a part has the request, so that it must not be sent again."""
        query = "SELECT part FROM requests WHERE digest = ? AND server = ? AND part IS NOT NULL"
        return bool(self._all(query, digest, server))

    def failure(self, server: str, digest: str) -> Failure | None:
        """Return the error with which a request failed for good, or None."""
        query = "SELECT failure FROM failures WHERE digest = ? AND server = ?"
        found = self._all(query, digest, server)
        return self._parse(rows.parse_failure, *found[0]) if found else None

    def forget_failures(self, server: str, *, billed: bool) -> None:
        """Let requests that failed be sent again; those that may be billed only if ``billed``."""
        query = "DELETE FROM failures WHERE server = ? AND billed <= ?"
        self._run(lambda connection: connection.execute(query, (server, int(billed))))

    # --- the file --------------------------------------------------------------------------------

    def _all(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._run(lambda connection: connection.execute(query, values).fetchall())

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return the result of ``work`` in one transaction."""
        try:
            return run_transaction(self._open, work)
        except ERRORS as error:
            message = f"{self.path} cannot be used as the journal of batches: {error}."
            raise InputError(message) from error

    def _open(self) -> sqlite3.Connection:
        """Return a connection to the file, which has the tables of ``SCHEMA`` and nothing else."""
        check_file(self.path, MAX_SCHEMA_ENTRIES)
        connection = sqlite3.connect(self.path, timeout=0)
        try:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
            prepare_tables(connection, SCHEMA, "journal of batches")
        except BaseException:
            connection.close()
            raise
        return connection

    def _parse(self, parse: Callable[..., T], *values: Any) -> T:
        try:
            return parse(*values)
        except rows.ROW_ERRORS as error:
            raise InputError(f"{self.path} is damaged: {rows.DAMAGE_ADVICE}.") from error


def _update(connection: sqlite3.Connection, part: Part) -> None:
    columns = ", ".join(f"{name} = ?" for name in rows.PART_COLUMNS)
    query = f"UPDATE parts SET {columns} WHERE id = ?"  # noqa: S608
    connection.execute(query, (*rows.format_part(part), part.id))
