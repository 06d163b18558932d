"""Keep ``fork()`` out of short blocks of code, so that a child never inherits one half done.

``fork()`` copies the memory of all threads and lets only the calling one go on. A lock that another
thread holds is then held forever in the child, a list of warnings filters that another thread has
exchanged for a moment stays exchanged, an import never ends, and a library such as SQLite or
onnxruntime waits for work that no thread finishes. ``multiprocessing`` starts its workers by
``fork()`` on Linux up to Python 3.13.

So the library takes its locks, and calls what is not made for ``fork()``, inside ``fork_waits()``.
The blocks are short (loading or running a network is the longest) and never wait for a server or
for another program. Tested by tests/test_forks.py.

Every thread has a lock of its own, which only a fork takes from elsewhere: threads never wait for
each other here. The locks are used directly in ``with`` statements, because they are made in C: an
interrupt (Ctrl-C) comes before a lock is taken or after it is given back, and never in between.
"""

from __future__ import annotations

import importlib.resources

# Imported now, because it registers hooks for forks too, and hooks run before a fork in the reverse
# order: ours must run first, since a thread inside a block may log, and would wait for the lock
# that the other hook has taken.
import logging  # noqa: F401
import os
import threading
import time
from contextlib import AbstractContextManager, suppress
from typing import Any, Final

MAX_WAIT: Final = 10.0  #: seconds before a process forks all the same: late is better than never

Lock = Any  # threading.RLock is a function, and the type that it makes has no public name

_registering: Lock = threading.RLock()  # held during a fork: no thread gets a new lock meanwhile
_locks: dict[int, Lock] = {}  # by the identifier of the thread; one that ended is used again


def fork_waits() -> AbstractContextManager[object]:
    """Return a context in which no other thread forks this process. It may be nested.

    >>> with fork_waits():
    ...     pass
    """
    lock: Lock = _locks.get(threading.get_ident()) or _register()
    return lock  # type: ignore[no-any-return]  # see Lock


def _register() -> Lock:
    """Return a new lock for this thread, after the fork if one is about to happen."""
    with _registering:
        return _locks.setdefault(threading.get_ident(), threading.RLock())


def _before_fork() -> None:
    """Take the locks of all other threads, each as soon as its thread is outside of a block."""
    ends = time.monotonic() + MAX_WAIT
    for lock in (_registering, *_locks_of_others()):
        lock.acquire(timeout=max(0.0, ends - time.monotonic()))


def _after_fork() -> None:
    """Give back what ``_before_fork`` has taken; it may have given up on some."""
    for lock in (*_locks_of_others(), _registering):
        with suppress(RuntimeError):  # another thread has it
            lock.release()


def _after_fork_in_child() -> None:
    """Forget all other threads, of which the child has no copy."""
    global _registering
    _registering = threading.RLock()
    me = threading.get_ident()
    for ident in [ident for ident in _locks if ident != me]:
        del _locks[ident]


def _locks_of_others() -> list[Lock]:
    me = threading.get_ident()
    return [lock for ident, lock in _locks.copy().items() if ident != me]


importlib.resources.files("semcodec")  # imports what reads the files of packages

if hasattr(os, "register_at_fork"):  # all but Windows
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child
    )
