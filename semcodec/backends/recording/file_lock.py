"""A lock between processes and threads that ends with its process, even after ``kill -9``.

The lock is that of the operating system on an open file (``flock``; on Windows ``locking``), not
the existence of the file: a file that a killed process has left locks nothing. Each lock opens the
file anew, so that threads of one process exclude each other too.

The file is removed when the lock is released. A process that has opened it before, and locks it
afterwards, would then hold a lock that no other process sees; so after locking, the name must still
belong to the open file. Forked children have the same open file: the lock is released by the
process that acquired it, and a child does not.

Where files cannot be locked or created (some network drives, a folder that is not writable), the
lock is acquired at once and excludes no other one: a recording must work there too. Tested by
tests/backends/recording/test_file_lock.py.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import re
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

#: What the system returns if another process or thread has the lock.
BUSY: Final = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
FLAGS: Final = os.O_RDWR | os.O_CREAT | NO_LINK
NAME: Final = re.compile(r"\.semcodec-[0-9a-f]{32}\.lock")
MAX_ENTRIES: Final = 10_000  #: of a folder that are searched for leftovers
MIN_AGE: Final = 3_600.0  #: seconds; a younger file may be opened and not locked yet


def lock_path(file: Path, *key: str) -> Path:
    """Return the path of the lock for ``key`` of a file: a hidden file in its folder.

    All names of a file, such as links, have the same one.
    """
    with suppress(OSError, RuntimeError, ValueError):  # a loop of links, a NUL character
        file = file.resolve()
    digest = hashlib.sha256("\n".join([file.name, *key]).encode(errors="replace")).hexdigest()
    return file.parent / f".semcodec-{digest[:32]}.lock"


def remove_leftovers(folder: Path) -> None:
    """Remove the lock files that killed processes have left in ``folder``.

    A file that a process uses stays, because it is locked; so does anything that is not an empty
    file with the name of a lock.
    """
    with suppress(OSError, ValueError), os.scandir(folder) as entries:
        for entry in itertools.islice(entries, MAX_ENTRIES):
            if not NAME.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            status = entry.stat(follow_symlinks=False)
            if status.st_size == 0 and time.time() - status.st_mtime > MIN_AGE:
                lock = FileLock(Path(entry.path))
                if lock.acquire():
                    lock.release()


class FileLock:
    """A lock on the file ``path``, which exists only while the lock is used."""

    def __init__(self, path: Path) -> None:
        self._path, self._handle, self._process = path, -1, os.getpid()

    def acquire(self) -> bool:
        """Acquire the lock, and return whether that succeeded; never wait."""
        while True:
            try:
                handle = _open(self._path)
            except (OSError, ValueError):
                return True
            try:
                _lock(handle)
                is_current = _belongs_to(self._path, handle)
            except OSError as error:
                os.close(handle)
                return error.errno not in BUSY
            if is_current:
                self._handle = handle
                return True
            os.close(handle)

    def release(self) -> None:
        """Release the lock if it is held; other processes may acquire it then."""
        handle, self._handle = self._handle, -1
        if handle < 0:
            return
        if self._process == os.getpid():
            with suppress(OSError):  # Windows does not remove an open file
                self._path.unlink()
            with suppress(OSError):
                _unlock(handle)  # closing is not enough: a forked child may have the file open
        os.close(handle)


def _open(path: Path) -> int:
    try:
        return os.open(path, FLAGS, 0o666)
    except PermissionError:  # of another user; it can be locked without writing
        return os.open(path, os.O_RDONLY | NO_LINK)


def _belongs_to(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlock(handle: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_UN)
