"""Ctrl-C, SIGTERM and SIGHUP: the first one ends a run without losing what it has paid for.

The first signal raises ``KeyboardInterrupt``, so that a request in progress is abandoned, noted in
the trace with its highest possible price, and the trace is written. A signal while a result is
saved must not lose the result: between ``defer()`` and ``allow()`` the first signal is only
remembered, and ``allow()`` raises it. The second signal raises at once, wherever it comes, and the
third one has the effect that the system gives it: it kills the process even inside a call that
never returns, such as one to a network drive.

SIGTERM and SIGHUP would otherwise kill the process in the middle of a request, without its trace.
Tested by tests/cli/test_interrupts.py with processes.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Final

#: The signals, with the handlers that are replaced. Any other one was chosen: ``nohup``
#: ignores SIGHUP, a shell ignores SIGINT for a command in the background.
REPLACED: Final[dict[str, Any]] = {
    "SIGINT": signal.default_int_handler,
    "SIGTERM": signal.SIG_DFL,
    "SIGHUP": signal.SIG_DFL,
}
SHELL_OFFSET: Final = 128  #: shells add it to the signal that ended a program, for an exit code


@dataclass(slots=True)
class _State:
    """What has happened in this process, which signals concern as a whole.

    Attributes:
        first: the number of the first signal; 0 before it.
        is_repeated: whether another one has come.
        is_deferred: whether the first signal is remembered instead of raised.
        is_pending: whether it was remembered, and not raised yet.
        replaced: the handlers that were replaced, by the numbers of their signals.
    """

    first: int = 0
    is_repeated: bool = False
    is_deferred: bool = False
    is_pending: bool = False
    replaced: dict[int, Any] = field(default_factory=dict)


_state = _State()


@contextmanager
def handled() -> Iterator[None]:
    """Handle the signals while the block runs; only the main thread can."""
    global _state
    before, _state = _state, _State()
    if threading.current_thread() is threading.main_thread():
        for name, expected in REPLACED.items():
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) == expected:
                _state.replaced[number] = signal.signal(number, _handle)
    try:
        yield
    finally:
        for number, handler in _state.replaced.items():
            signal.signal(number, handler)
        _state = before


def defer() -> None:
    """Remember the next signal if it is the first one, instead of raising it."""
    _state.is_deferred = True


def allow() -> None:
    """Raise signals again, and the one that was remembered.

    Raises:
        KeyboardInterrupt: there is one.
    """
    _state.is_deferred = False
    if _state.is_pending:
        _state.is_pending = False
        raise KeyboardInterrupt


@contextmanager
def allowed() -> Iterator[None]:
    """Raise signals in the block, which may take any time; a remembered one stays remembered."""
    before, _state.is_deferred = _state.is_deferred, False
    try:
        yield
    finally:
        _state.is_deferred = before


def is_repeated() -> bool:
    """Return whether a second signal has come, so that the command must end at once."""
    return _state.is_repeated


def exit_code() -> int:
    """Return the exit code after ``KeyboardInterrupt``: 130 for Ctrl-C, 143 for SIGTERM."""
    return SHELL_OFFSET + (_state.first or signal.SIGINT)


def _handle(number: int, frame: FrameType | None) -> None:
    if _state.first:
        _state.is_repeated = True
        for replaced in _state.replaced:
            signal.signal(replaced, signal.SIG_DFL)
        raise KeyboardInterrupt
    _state.first = number
    if _state.is_deferred:
        _state.is_pending = True
    else:
        raise KeyboardInterrupt
