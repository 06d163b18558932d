"""Bounds for recordings from elsewhere: a file may claim to be anything, and hold anything.

SQLite reads a pipe or a device as if it were a file and waits for it forever, parses a schema of
any length before the first query, returns columns of up to 1 GB, and follows pages that refer to
each other as long as they do. ``check_file`` looks at a file before SQLite opens it, and
``limit_connection`` bounds what a query may return, and how long it may run.
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from semcodec.backends.recording.request import ModelResponse

MAX_IMAGE: Final = 2**25  #: bytes of a stored image; a response of a server has no more
MAX_RESPONSE: Final = 2**22  #: characters of a stored response without its image, and of settings
MAX_TEXT: Final = 200_000  #: characters of each text in it, as of a response of a server
MAX_ROW: Final = MAX_IMAGE + 2 * MAX_RESPONSE  #: bytes
MAX_STEPS: Final = 2_000_000  #: instructions of SQLite for one query; an ordinary one takes 100
STEPS_BETWEEN_CHECKS: Final = 10_000
SIDE_FILES: Final = ("-journal", "-wal", "-shm")  #: suffixes; SQLite opens them if they are there
HEADER: Final = b"SQLite format 3\0"
HEADER_SIZE: Final = 108  #: bytes, with the header of the first page, which has the schema
#: Of the first page: that it is a leaf, so that the schema is on this page alone, and the highest
#: number of its entries: the table and the index of its primary key.
LEAF_TABLE: Final = 13
MAX_SCHEMA_ENTRIES: Final = 2


def check_file(path: Path, max_entries: int = MAX_SCHEMA_ENTRIES) -> None:
    """Check that ``path`` is missing, empty, or a database with a short schema.

    Args:
        path: the file.
        max_entries: the highest number of tables and indexes.

    Raises:
        OSError, ValueError: it is not, or it cannot be read; with the reason as a clause.
    """
    for name in (str(path), *(f"{path}{suffix}" for suffix in SIDE_FILES)):
        try:
            mode = os.stat(name).st_mode
        except FileNotFoundError:
            continue
        except OSError as error:
            raise OSError((error.strerror or str(error)).lower()) from error
        if not stat.S_ISREG(mode):
            kind = "a directory" if stat.S_ISDIR(mode) else "a pipe or a device"
            raise ValueError(f"{'it' if name == str(path) else name} is {kind}, not a file")
    if path.exists():
        _check_header(path, max_entries)


def _check_header(path: Path, max_entries: int) -> None:
    with path.open("rb") as file:
        head = file.read(HEADER_SIZE)
    is_short = 0 < len(head) < HEADER_SIZE  # SQLite takes a file of one byte for an empty one
    if not is_short and not head.startswith(HEADER):  # SQLite will report what else it is
        return
    write_version, page_type, entries = head[18:19], head[100:101], int.from_bytes(head[103:105])
    # In the mode WAL, another file replaces the first page.
    is_ours = write_version == b"\1" and page_type == bytes([LEAF_TABLE])
    if is_short or not is_ours or entries > max_entries:
        raise ValueError("not a semcodec recording of this version")


def limit_connection(connection: sqlite3.Connection) -> None:
    """Bound the size of a row and the number of steps of the queries of ``connection``."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_ROW)
    checks = iter(range(MAX_STEPS // STEPS_BETWEEN_CHECKS))
    connection.set_progress_handler(lambda: next(checks, None) is None, STEPS_BETWEEN_CHECKS)


def prepare_tables(
    connection: sqlite3.Connection, schema: Sequence[str], kind: str, *, is_read_only: bool = False
) -> None:
    """Create the tables of an empty file; any other one must have these, and nothing else.

    The file may be untrusted, so views, triggers and other tables are rejected: they could change
    the meaning of an ordinary query (``test_a_file_with_more_than_the_table_is_rejected``).

    Args:
        connection: outside a transaction.
        schema: the statements that create the tables and indexes.
        kind: what the file is, for the message.
        is_read_only: whether an empty file is rejected.

    Raises:
        sqlite3.Error: the file has others, or cannot be read or written.
    """
    connection.execute("PRAGMA trusted_schema = OFF")
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    found = [sql for (sql,) in connection.execute(query).fetchmany(len(schema) + 1)]
    if not found and not is_read_only:
        with connection:  # all or none
            connection.execute("BEGIN IMMEDIATE")
            for statement in schema:  # another process may have just created them
                connection.execute(
                    re.sub("TABLE|INDEX", r"\g<0> IF NOT EXISTS", statement, count=1)
                )
    elif found != list(schema):
        raise sqlite3.DatabaseError(f"not a {kind} of this version")


def is_within_limits(response: ModelResponse) -> bool:
    """Return whether a stored response could have come from a server."""
    texts = (response.text, response.model, response.refusal, response.missing)
    return len(response.image) <= MAX_IMAGE and all(map(_is_text, texts))


def _is_text(text: str) -> bool:
    """Return whether ``text`` is short enough and has no unpaired surrogates, which JSON can."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return len(text) <= MAX_TEXT
