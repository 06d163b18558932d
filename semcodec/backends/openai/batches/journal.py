"""The parts of batches and their requests, in an SQLite file that ``kill -9`` leaves consistent.

A part is one input file of one batch. It has a random id before anything is sent. Its state only
moves forward:

====================  ==========================================================================
``prepared``          its file is complete on this machine
``uploaded``          the server has its file, whose id is known
``submitted``         the id of its batch is known
``collected``         its responses are stored, and its cost is counted
``done``              its files on the server are deleted, or could not be
``dropped``           it was never submitted
====================  ==========================================================================

A request belongs to at most one part that is not collected. Several processes may read the file
while one writes it.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from semcodec.backends.recording import ModelRequest, Usage
from semcodec.backends.recording.transactions import ERRORS, run_transaction
from semcodec.backends.recording.untrusted_files import check_file
from semcodec.errors import InputError

UNSUBMITTED: Final = ("prepared", "uploaded")
RUNNING: Final = ("submitted",)
MAX_SCHEMA_ENTRIES: Final = 8  #: tables and indexes
PART_ID: Final = re.compile(r"[0-9a-f]{32}")
MAX_VALUE: Final = 2**22  #: bytes of one value
MAX_REQUEST: Final = 2**22  #: bytes of a request without its images
DAMAGE_ADVICE: Final = "delete it, which loses the responses of batches that are not collected yet"
#: The columns of ``parts`` are the fields of ``Part``.
SCHEMA: Final = (
    "CREATE TABLE parts (id TEXT PRIMARY KEY, server TEXT, route TEXT, model TEXT, state TEXT, "
    "created REAL, requests INTEGER, bytes INTEGER, tokens INTEGER, bound TEXT, file TEXT, "
    "batch TEXT, status TEXT, output TEXT, errors TEXT, message TEXT, dollars TEXT, "
    "answered INTEGER, failed INTEGER)",
    "CREATE TABLE requests (digest TEXT, server TEXT, part TEXT, line INTEGER, attempts INTEGER, "
    "usage TEXT, request BLOB, PRIMARY KEY (digest, server)) WITHOUT ROWID",
    "CREATE TABLE failures (digest TEXT, server TEXT, billed INTEGER, failure TEXT, "
    "PRIMARY KEY (digest, server)) WITHOUT ROWID",
    "CREATE INDEX requests_by_part ON requests (part)",
)

T = TypeVar("T")


@dataclass(slots=True)
class Part:
    """One input file, and the batch for it.

    Attributes:
        id: random, the name of the file; the metadata of the batch contain it.
        server: the base URL.
        route: of all its requests, such as ``"chat/completions"``.
        model: of all its requests.
        state: see the description of the module.
        created: when it was prepared, in seconds since 1970.
        requests: their number.
        bytes: the size of the file.
        tokens: the estimated tokens of all input.
        bound: the highest possible price in dollars; None if it is unknown.
        file, batch: ids on the server; empty if not known yet.
        status: that of the batch when it was last seen.
        output, errors: ids of the files with responses and with errors; empty if there are none.
        message: why the batch failed, or why its responses cannot be used; or empty.
        dollars: what it has cost; until it is collected, 0.
        answered, failed: the numbers of requests with a response that is stored, and of those that
            failed for good; the others are sent again.
    """

    id: str
    server: str
    route: str
    model: str
    state: str = "prepared"
    created: float = 0.0
    requests: int = 0
    bytes: int = 0
    tokens: int = 0
    bound: Decimal | None = None
    file: str = ""
    batch: str = ""
    status: str = ""
    output: str = ""
    errors: str = ""
    message: str = ""
    dollars: Decimal = Decimal(0)
    answered: int = 0
    failed: int = 0


class PartRequest(NamedTuple):
    """A request of a part.

    Attributes:
        digest: that of the request; it is also its ``custom_id``.
        line: its line in the file, from 1.
        usage: an upper bound of its tokens.
        request: the request, with digests in place of its images.
    """

    digest: str
    line: int
    usage: Usage
    request: ModelRequest


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request of a part as the journal has it: compressed, since a part has 50,000 of them.

    Attributes:
        line, usage: as in ``PartRequest``.
        attempts: how many parts have had it before, without a result.
        data: the request, compressed.
    """

    line: int
    attempts: int
    usage: Usage
    data: bytes

    @property
    def request(self) -> ModelRequest:
        """The request, with digests in place of its images.

        Raises:
            InputError: the journal is damaged.
        """
        try:
            return _unpack_request(self.data)
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError, zlib.error):
            raise InputError(f"A journal of batches is damaged: {DAMAGE_ADVICE}.") from None


class Failure(NamedTuple):
    """The error with which a request failed for good.

    Attributes:
        kind: the name of the class of the error.
        message: its message.
        fields: the fields that the server rejected, for a ``RejectedFieldError``.
        retryable, billed, unavailable: as in ``BackendError``.
    """

    kind: str
    message: str
    fields: tuple[str, ...] = ()
    retryable: bool = False
    billed: bool = False
    unavailable: bool = False


class Journal:
    """The journal in the file ``path``. Threads and forked processes may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._run(lambda connection: None)

    # --- parts -----------------------------------------------------------------------------------

    def add_part(self, part: Part, requests: Iterable[PartRequest]) -> None:
        """Add a part with its requests, none of which another part may have."""
        rows = [
            (item.digest, part.server, part.id, item.line, 0, json.dumps(asdict(item.usage)),
             _pack_request(item.request))
            for item in requests
        ]  # fmt: skip

        def work(connection: sqlite3.Connection) -> None:
            columns = ", ".join("?" * len(fields(Part)))
            connection.execute(f"INSERT INTO parts VALUES ({columns})", _values(part))  # noqa: S608
            connection.executemany(
                "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest, server) "
                "DO UPDATE SET part = excluded.part, line = excluded.line",
                rows,
            )

        self._run(work)

    def save(self, part: Part) -> None:
        """Store the values of a part that is in the journal."""
        self._run(lambda connection: _update(connection, part))

    def parts(self, server: str, *states: str) -> list[Part]:
        """Return the parts of a server in any of ``states``, by default all, the oldest first."""
        query = "SELECT * FROM parts WHERE server = ? ORDER BY created, id"
        rows = self._run(lambda connection: connection.execute(query, (server,)).fetchall())
        found = [self._parse_part(row) for row in rows]
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
            (digest, part.server, failure.billed, json.dumps(failure))
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
        rows = self._run(lambda connection: connection.execute(query, (part.id,)).fetchall())
        return {row[0]: self._parse_request(row) for row in rows}

    def is_pending(self, server: str, digest: str) -> bool:
        """Return whether a part has the request, so that it must not be sent again."""
        query = "SELECT part FROM requests WHERE digest = ? AND server = ? AND part IS NOT NULL"
        return bool(self._one(query, digest, server))

    def failure(self, server: str, digest: str) -> Failure | None:
        """Return the error with which a request failed for good, or None."""
        query = "SELECT failure FROM failures WHERE digest = ? AND server = ?"
        row = self._one(query, digest, server)
        return self._parse_failure(row[0]) if row else None

    def forget_failures(self, server: str, *, billed: bool) -> None:
        """Let requests that failed be sent again; those that may be billed only if ``billed``."""
        query = "DELETE FROM failures WHERE server = ? AND billed <= ?"
        self._run(lambda connection: connection.execute(query, (server, int(billed))))

    # --- the file --------------------------------------------------------------------------------

    def _one(self, query: str, *values: Any) -> Any:
        return self._run(lambda connection: connection.execute(query, values).fetchone())

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
            connection.execute("PRAGMA trusted_schema = OFF")
            query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
            found = [sql for (sql,) in connection.execute(query).fetchmany(len(SCHEMA) + 1)]
            if not found:
                with connection:
                    connection.execute("BEGIN IMMEDIATE")
                    for statement in SCHEMA:
                        for kind in ("TABLE", "INDEX"):
                            statement = statement.replace(
                                f"CREATE {kind} ", f"CREATE {kind} IF NOT EXISTS ", 1
                            )
                        connection.execute(statement)
            elif found != list(SCHEMA):
                raise sqlite3.DatabaseError("not a journal of batches of this version")
        except BaseException:
            connection.close()
            raise
        return connection

    def _parse_part(self, row: tuple[Any, ...]) -> Part:
        values = dict(zip((field.name for field in fields(Part)), row, strict=True))
        try:
            values["bound"] = None if values["bound"] is None else Decimal(values["bound"])
            values["dollars"] = Decimal(values["dollars"])
        except (TypeError, ValueError, InvalidOperation) as error:
            raise self._damage_error() from error
        part = Part(**values)
        kinds: dict[type, tuple[str, ...]] = {
            str: ("id", "server", "route", "model", "state", "file", "batch", "status", "output",
                  "errors", "message"),
            int: ("requests", "bytes", "tokens", "answered", "failed"),
            float: ("created",),
        }  # fmt: skip
        for kind, names in kinds.items():
            if any(type(getattr(part, name)) is not kind for name in names):
                raise self._damage_error()
        if not PART_ID.fullmatch(part.id):  # it becomes part of paths
            raise self._damage_error()
        if not part.dollars.is_finite() or not (part.bound is None or part.bound.is_finite()):
            raise self._damage_error()
        return part

    def _parse_request(self, row: tuple[Any, ...]) -> StoredRequest:
        _, line, attempts, usage, data = row
        try:
            if type(data) is not bytes:
                raise TypeError("not bytes")
            return StoredRequest(int(line), int(attempts), Usage(**json.loads(usage)), data)
        except (TypeError, ValueError, RecursionError) as error:
            raise self._damage_error() from error

    def _parse_failure(self, text: str) -> Failure:
        try:
            kind, message, names, *flags = json.loads(text)
            return Failure(str(kind), str(message), tuple(map(str, names)), *map(bool, flags))
        except (TypeError, ValueError, RecursionError) as error:
            raise self._damage_error() from error

    def _damage_error(self) -> InputError:
        return InputError(f"{self.path} is damaged: {DAMAGE_ADVICE}.")


def _values(part: Part) -> tuple[Any, ...]:
    values = (getattr(part, field.name) for field in fields(Part))
    return tuple(str(value) if isinstance(value, Decimal) else value for value in values)


def _update(connection: sqlite3.Connection, part: Part) -> None:
    names = [field.name for field in fields(Part)]
    columns = ", ".join(f"{name} = ?" for name in names)
    connection.execute(f"UPDATE parts SET {columns} WHERE id = ?", (*_values(part), part.id))  # noqa: S608


def light_values(request: ModelRequest) -> dict[str, Any]:
    """Return the arguments of a ``ModelRequest`` that is equal but for its images, as JSON values.

    Each image is replaced by its SHA-256, and the expected answer is left out.
    """
    return {
        "stage": request.stage,
        "route": request.route,
        "body": ModelRequest("", "", request.body).readable_fields(),
        "extra": dict(request.extra),
        "max_output_tokens": request.max_output_tokens,
        "image_sizes": request.image_sizes,
        "seed": request.seed,
        "fields": dict(request.fields),
        "unnamed_model": request.unnamed_model,
    }


def _pack_request(request: ModelRequest) -> bytes:
    return zlib.compress(json.dumps(light_values(request)).encode())


def _unpack_request(data: bytes) -> ModelRequest:
    return ModelRequest(**json.loads(zlib.decompressobj().decompress(data, MAX_REQUEST)))
