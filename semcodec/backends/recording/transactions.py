"""Run one transaction on an SQLite file that threads, processes and forked children share.

No connection outlives a transaction, for two reasons. First, threads share the owner of the file,
but a connection belongs to one thread. Second, SQLite keeps a list of its file locks for the whole
process: to a child that is forked while a connection is open, the file would seem locked forever.
So ``block_fork`` covers everything from opening to closing, and the wait for other processes is
done here instead of by SQLite (``timeout=0``), because a wait inside the block would delay every
fork of this process by up to ``LOCK_TIMEOUT``. Tested by ``test_fork_while_a_cassette_is_read``,
``test_threads_share_a_cassette`` and ``test_a_write_waits_for_another_process``.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Final, TypeVar

from semcodec.forks import block_fork

T = TypeVar("T")

LOCK_TIMEOUT: Final = 30.0  #: seconds to wait while another process writes to the file
LOCK_POLL: Final = 0.02  #: seconds between two attempts
#: What SQLite and the checks of a file raise, also if the file is damaged.
ERRORS: Final = (sqlite3.Error, OSError, ValueError, OverflowError)
LOCKED: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def run_transaction(
    open_connection: Callable[[], sqlite3.Connection], work: Callable[[sqlite3.Connection], T]
) -> T:
    """Return the result of ``work``, which uses a connection in one transaction.

    Args:
        open_connection: returns a new connection with the timeout 0.
        work: may be called again if another process has a lock.

    Raises:
        sqlite3.Error, OSError, ValueError, OverflowError: as raised by the arguments; of a lock
            only after ``LOCK_TIMEOUT``.
    """
    deadline = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            with block_fork(), closing(open_connection()) as connection, connection:
                return work(connection)
        except ERRORS as error:
            if error_code(error) not in LOCKED or time.monotonic() > deadline:
                raise
        time.sleep(LOCK_POLL)


def error_code(error: Exception) -> int | None:
    """Return the primary result code of SQLite, or None if the error has none."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
