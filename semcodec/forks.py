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

MAX_WAIT: Final = 60.0  #: seconds before a process forks all the same: a late fork beats none


class Gate:
    """The threads that are inside, and those that are about to fork.

    Invariant: while a process forks, the only thread that is inside is the forking one, if any. It
    goes on in the child, where it leaves what it has entered.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()  # on an RLock: a signal's handler may open a picture
        self._inside: dict[int, int] = {}  # how often each thread has entered
        self._forking = 0

    def enter(self) -> None:
        """Enter, after the fork if one is about to happen.

        A thread that is inside enters again without waiting, as the fork waits for it to leave.
        """
        me = threading.get_ident()
        if me not in self._inside:
            with self._changed:
                while self._forking:
                    self._changed.wait()
                self._inside[me] = 0
        self._inside[me] += 1

    def leave(self) -> None:
        """Leave what was entered."""
        me = threading.get_ident()
        self._inside[me] -= 1
        if not self._inside[me]:
            with self._changed:
                del self._inside[me]
                self._changed.notify_all()

    def before_fork(self) -> None:
        """Wait until no other thread is inside, and keep the lock of the gate during the fork."""
        me = threading.get_ident()
        self._changed.acquire()
        self._forking += 1
        self._changed.wait_for(lambda: self._inside.keys() <= {me}, MAX_WAIT)

    def after_fork(self) -> None:
        """Let threads enter again, in the parent."""
        self._forking -= 1
        self._changed.notify_all()
        self._changed.release()

    def after_fork_in_child(self) -> None:
        """Forget all other threads, of which the child has no copy."""
        me = threading.get_ident()
        self._changed, self._forking = threading.Condition(), 0
        self._inside = {one: depth for one, depth in self._inside.items() if one == me}


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
