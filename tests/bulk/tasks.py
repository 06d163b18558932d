"""Functions that worker processes of the tests run."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from semcodec.errors import BackendError, InputError

LOADED: list[str] = []


class StubbornError(BackendError):
    """Cannot be unpickled, as exceptions of third parties may be."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def note_hook(name: str) -> None:
    """Be a function for ``on_start``."""
    LOADED.append(name)


def start(folder: Path | None = None) -> Callable[[Any], Any]:
    """Return a function that runs a task: a method of this module, and its arguments."""
    LOADED.append("start")
    if folder is not None:
        (folder / str(os.getpid())).touch()
    return lambda task: globals()[task[0]](*task[1:])


def fail_to_start() -> Callable[[Any], Any]:
    """Fail as a backend that is not installed."""
    raise BackendError("The weights are missing: fetch them.", stage="load")


def identity(value: Any, seconds: float = 0) -> Any:
    """Return ``value`` after ``seconds``."""
    time.sleep(seconds)
    return value


def describe_process() -> tuple[int, list[str], str]:
    """Return the number of the process, what was loaded, and the limit of its threads."""
    print("noise of a plug-in", flush=True)
    return os.getpid(), LOADED, os.environ["OMP_NUM_THREADS"]


def refuse(message: str) -> None:
    """Fail as bad input."""
    raise InputError(message)


def refuse_stubbornly() -> None:
    """Raise an error that cannot be unpickled."""
    raise StubbornError("cannot", "travel")


def return_lambda() -> Any:
    """Return what cannot be pickled."""
    return lambda: None


def divide() -> float:
    """Have a bug."""
    return 1 / 0


def die(counter: Path, times: int) -> int:
    """Kill this process the first ``times`` times; then return how often."""
    count = len(counter.read_text()) if counter.exists() else 0
    if count < times:
        counter.write_text("x" * (count + 1))
        os.kill(os.getpid(), signal.SIGKILL)
    return count


def wait_for_interrupt(started: Path) -> str:
    """Wait until a signal comes, and return what it paid for."""
    started.write_text(str(os.getpid()))
    try:
        time.sleep(60)
    except KeyboardInterrupt as error:
        error.trace = "paid"  # type: ignore[attr-defined]
        raise
    return "not interrupted"


def start_squares() -> Callable[[int], int]:
    """Return a function that squares numbers; refuses some, and fails for -1."""
    return _square


def _square(number: int) -> int:
    if number % 7 == 3:
        raise InputError("Another number.")
    return number**2 if number + 1 else 1 // 0


def start_sleep() -> Callable[[Any], Any]:
    """Return a function that takes a fifth of a second."""
    return _sleep


def _sleep(task: Any) -> Any:
    time.sleep(0.2)
    return task


def start_crash() -> Callable[[int], int]:
    """Return a function that squares numbers; 5 and 7 end its process."""
    return _crash


def _crash(number: int) -> int:
    if number == 5:
        os._exit(3)
    if number == 7:
        os.kill(os.getpid(), signal.SIGSEGV)
    return number**2
