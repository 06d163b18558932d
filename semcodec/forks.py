"""Delay ``fork()`` while another thread is in a critical section.

``fork()`` copies the memory of all threads, but only the calling thread continues in the child. In
the child, a lock that another thread held is never released, warning filters that another thread
replaced temporarily stay replaced, an import in progress never ends, and a library such as SQLite
or onnxruntime waits for work that no thread finishes. ``multiprocessing`` starts its workers by
``fork()`` on Linux up to Python 3.13.

The invariant is that a fork happens only while no other thread is inside ``block_fork()``. The
library therefore takes its locks, and calls code that is not safe to fork, inside ``block_fork()``.
The sections are short (loading or running a network is the longest) and never wait for a server or
for another program. Tested by tests/test_forks.py.

Each thread has its own lock, and only a fork takes the locks of other threads: threads never wait
for each other here. The locks are used directly in ``with`` statements, because they are
implemented in C: an interrupt (Ctrl-C) is handled before a lock is acquired or after it is
released, not in between.
"""

from __future__ import annotations

# Python imports a codec when it is first used, which could be during a fork.
import encodings.utf_8_sig
import encodings.utf_16
import encodings.utf_16_be
import encodings.utf_16_le
import encodings.utf_32
import encodings.utf_32_be
import encodings.utf_32_le  # noqa: F401
import importlib.resources

# Imported before the registration below, because logging registers fork hooks too, and hooks run
# before a fork in reverse order: ours must run first, since a thread in a critical section may log,
# and would then wait for the lock that logging's hook has acquired.
import logging  # noqa: F401
import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any, Final

MAX_WAIT: Final = 10.0  #: seconds to wait for critical sections; then the process forks anyway

Lock = Any  # threading.RLock is a function; the type of its result has no public name

_registering: Lock = threading.RLock()  # held during a fork, so that no thread registers a new lock
_locks: dict[int, Lock] = {}  # by thread identifier; identifiers of ended threads are reused


def block_fork() -> AbstractContextManager[object]:
    """Return a context manager that delays forks by other threads until it exits. It can be nested.

    >>> with block_fork():
    ...     pass
    """
    lock: Lock = _locks.get(threading.get_ident()) or _register()
    return lock  # type: ignore[no-any-return]  # see Lock


def call_in_child(function: Callable[[], object]) -> None:
    """Call ``function`` in each child of ``fork()`` from now on; on Windows, there are none."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=function)


def _register() -> Lock:
    """Return a new lock for this thread; if a fork is in progress, wait for its end first."""
    with _registering:
        return _locks.setdefault(threading.get_ident(), threading.RLock())


def _before_fork() -> None:
    """Acquire the lock of each other thread, which is free once it leaves its critical section."""
    deadline = time.monotonic() + MAX_WAIT
    for lock in (_registering, *_locks_of_others()):
        lock.acquire(timeout=max(0.0, deadline - time.monotonic()))


def _after_fork() -> None:
    """Release the locks that ``_before_fork`` acquired: all of them, unless it timed out."""
    for lock in (*_locks_of_others(), _registering):
        with suppress(RuntimeError):  # not acquired: its thread was still in a section
            lock.release()


def _after_fork_in_child() -> None:
    """Drop the locks of all other threads, which do not exist in the child."""
    global _registering
    _registering = threading.RLock()
    me = threading.get_ident()
    for ident in [ident for ident in _locks if ident != me]:
        del _locks[ident]


def _locks_of_others() -> list[Lock]:
    me = threading.get_ident()
    return [lock for ident, lock in _locks.copy().items() if ident != me]


# Import the readers of package data now, not at the first use, during which a thread could fork.
importlib.resources.files("semcodec")

if hasattr(os, "register_at_fork"):  # every platform but Windows
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child
    )
