"""Children made by ``fork()``, which may hang without the tests hanging."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

PATIENCE: Final = 30.0  #: seconds after which a test has failed, and does not hang


def forks(test: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a test that forks: newer versions of Python warn of it where there are threads."""
    test = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork() here")(test)
    return pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")(test)


@contextmanager
def forked(work: Callable[[], object]) -> Iterator[Callable[[], int]]:
    """Yield what waits for a forked child and returns its exit code: 0 if ``work`` was done.

    The child lives until it is waited for.
    """
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover
        os.close(writes)
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os.read(reads, 1)
            os._exit(code)
    os.close(reads)

    def ended() -> int:
        os.close(writes)
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return -9

    yield ended
