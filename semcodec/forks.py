"""Keep ``fork()`` out of short blocks of code, so that a child never inherits one half done.

``fork()`` copies the memory of all threads and lets only the calling one go on. A lock that another
thread holds is then held for ever in the child, a list of warnings filters that another thread has
exchanged for a moment stays exchanged, and a library such as SQLite or onnxruntime believes that
work is in progress which nobody finishes. ``multiprocessing`` starts its workers by ``fork()`` on
Linux up to Python 3.13.

So the library takes its locks, and calls what is not made for ``fork()``, inside ``fork_waits()``.
A fork waits until no other thread is inside, and while it waits no other thread gets in. The
blocks are short (milliseconds; loading a network is the longest) and never wait for a server.
"""

from __future__ import annotations

import logging  # noqa: F401  # before our hooks are registered: see the end of the file
import os
import threading
from types import TracebackType
from typing import Final


class Gate:
    """Threads that are inside, and at most one that is about to fork.

    Invariant: while a process forks, the only thread that is inside is the one that forks, if any.
    It goes on in the child, and so leaves there too what it has entered.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._inside = 0
        self._forking = 0
        self._own = threading.local()

    def enter(self) -> None:
        """Enter, after the fork if one is about to happen.

        Whoever is inside enters again without waiting: the fork waits for this thread to leave.
        """
        depth = self._depth()
        if depth == 0:
            with self._changed:
                while self._forking:
                    self._changed.wait()
                self._inside += 1
        self._own.depth = depth + 1

    def leave(self) -> None:
        """Leave what was entered."""
        self._own.depth = depth = self._depth() - 1
        if depth == 0:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def before_fork(self) -> None:
        """Wait until no other thread is inside, and keep the lock of the gate during the fork."""
        self._changed.acquire()
        self._forking += 1
        while self._inside > bool(self._depth()):
            self._changed.wait()

    def after_fork(self) -> None:
        """Let threads in again, in the parent."""
        self._forking -= 1
        self._changed.notify_all()
        self._changed.release()

    def after_fork_in_child(self) -> None:
        """Begin anew with the only thread there is; others waited, or were about to fork too."""
        self._changed = threading.Condition(threading.Lock())
        self._inside = int(bool(self._depth()))
        self._forking = 0

    def _depth(self) -> int:
        return int(getattr(self._own, "depth", 0))


class fork_waits:  # noqa: N801  # used as a function, like contextlib.suppress
    """A context in which no other thread forks this process. It may be nested.

    >>> with fork_waits():
    ...     pass
    """

    def __enter__(self) -> None:
        _GATE.enter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _GATE.leave()


_GATE: Final = Gate()

# Hooks run before a fork in the reverse order of their registration, and logging has one that takes
# its lock. Ours must run first: a thread that is inside may log, and would wait for that lock while
# the forking thread, which had it, waits for us.
if hasattr(os, "register_at_fork"):  # all but Windows
    os.register_at_fork(
        before=_GATE.before_fork,
        after_in_parent=_GATE.after_fork,
        after_in_child=_GATE.after_fork_in_child,
    )
