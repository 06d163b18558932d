"""Forked child processes with a deadline, so that a child that hangs fails its test."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

MAX_SECONDS: Final = 30.0  #: seconds after which a thread or a child counts as hanging


def needs_fork(test: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a test that forks: it needs ``fork``, and Python 3.12 warns if there are threads."""
    test = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork() here")(test)
    return pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")(test)


@contextmanager
def forked(work: Callable[[], object]) -> Iterator[Callable[[], int]]:
    """Fork a child that calls ``work``; yield a function that waits for it.

    The function returns the exit code: 0 if ``work`` returned, 1 if it raised, -9 if it hung. The
    child does not exit before that call.
    """
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover
        os.close(write_end)
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os.read(read_end, 1)  # returns when the parent closes its end
            os._exit(code)
    os.close(read_end)

    def wait() -> int:
        os.close(write_end)
        deadline = time.monotonic() + MAX_SECONDS
        while time.monotonic() < deadline:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return -9

    yield wait
