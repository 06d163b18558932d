"""OpenVINO GenAI: its import, its errors, and calls that Ctrl-C can stop.

A call of the library runs in C++ for seconds or minutes, in which Python handles no signal. So it
runs in a thread of its own, and the main thread waits for it. Ctrl-C sets ``Interruption``, which
the call reads after each token or step, and ends there; the models can be used again. A second
Ctrl-C does not wait: the thread is a daemon, which ends with the process.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from semcodec.backends.local_light.settings import NAME
from semcodec.errors import BackendError
from semcodec.forks import block_fork

if TYPE_CHECKING:
    from PIL.Image import Image

POLL_SECONDS: Final = 0.1  #: between two looks at a thread; Windows handles signals only then
START_SECONDS: Final = 1.0  #: in which a thread starts, unless Ctrl-C came before
MAX_MESSAGE: Final = 300  #: characters of an error of the library
PACKAGE: Final = "openvino_genai"
MISSING: Final = "The backend local-light needs its packages: pip install 'semcodec[local-light]'."
#: Parts of messages about memory: of C++, of OpenVINO, of drivers.
MEMORY_ERRORS: Final = (
    "bad_alloc",
    "bad allocation",
    "out of memory",
    "out_of_memory",
    "not enough memory",
    "failed to allocate",
    "cannot allocate memory",
    "out_of_device_memory",
    "out_of_host_memory",
)

T = TypeVar("T")


class OutOfMemoryError(BackendError):
    """The memory of the device or of the computer was not enough for a call."""


class Interruption:
    """Whether the call in progress should stop at its next token or step."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def request(self) -> None:
        """End the call in progress."""
        self._event.set()

    def is_requested(self) -> bool:
        """Return whether the call should stop."""
        return self._event.is_set()


def import_genai() -> Any:
    """Return the module of openvino-genai.

    Raises:
        BackendError: it is not installed, or cannot be loaded.
    """
    return _import(PACKAGE)


def import_openvino() -> Any:
    """Return the module ``openvino``; the errors are those of ``import_genai``."""
    return _import("openvino")


def _import(name: str) -> Any:
    import importlib

    try:
        with block_fork():  # a child forked during an import would wait for it forever
            return importlib.import_module(name)
    except ImportError as error:
        is_missing = isinstance(error, ModuleNotFoundError)
        shown = MISSING if is_missing else f"{MISSING[:-1]} again ({first_line(error)})."
        raise BackendError(shown, backend=NAME, stage="load", unavailable=True) from error


def describe(device: str) -> dict[str, str]:
    """Return what a trace states about a call: the device and the version of the library."""
    return {"device": device, "openvino_genai": str(import_genai().__version__)}


def to_tensor(image: Image) -> Any:
    """Return an image in RGB as a tensor of the library: 1 x height x width x 3 bytes."""
    import numpy as np

    return import_openvino().Tensor(np.array(image.convert("RGB"))[None])


def call(work: Callable[[Interruption], T], stage: str, problem: str) -> T:
    """Return ``work(interruption)``, which runs in a thread of its own.

    Args:
        work: calls the library, and reads the interruption after each token or step.
        stage: for an error.
        problem: a clause for an error, such as ``"cannot describe"``.

    Raises:
        OutOfMemoryError: memory was not enough.
        BackendError: the library raised any other exception.
        KeyboardInterrupt: Ctrl-C came; the call has ended.
    """
    interruption, done = Interruption(), threading.Event()
    results, errors = list[T](), list[BaseException]()

    def run() -> None:
        try:
            if not interruption.is_requested():  # Ctrl-C may come while the thread is started
                results.append(work(interruption))
        except BaseException as error:  # whatever it is, it is raised in the thread that waits
            errors.append(error)
        finally:
            done.set()

    context = contextvars.copy_context()  # notes of the call belong to the run
    thread = threading.Thread(
        target=context.run, args=(run,), name=f"semcodec-{stage}", daemon=True
    )
    try:
        thread.start()
        _wait(done)
    except KeyboardInterrupt:
        interruption.request()
        if thread.ident is not None or done.wait(START_SECONDS):
            _wait(done)
        raise
    if errors:
        raise translate(errors[0], stage, problem) from errors[0]
    return results[0]


def _wait(done: threading.Event) -> None:
    while not done.wait(POLL_SECONDS):
        pass


def translate(error: BaseException, stage: str, problem: str) -> BaseException:
    """Return the error of semcodec for one of the library, which has only ``RuntimeError``."""
    if isinstance(error, BackendError):
        return error
    text = str(error).lower()
    if isinstance(error, MemoryError) or any(part in text for part in MEMORY_ERRORS):
        message = f"The backend {NAME} {problem}: the memory is not enough."
        return OutOfMemoryError(message, backend=NAME, stage=stage)
    message = f"The backend {NAME} {problem}: {first_line(error)}."
    return BackendError(message, backend=NAME, stage=stage)


def first_line(error: BaseException) -> str:
    """Return the line of an error that names the problem.

    Errors of OpenVINO begin with places in its source, such as ``Exception from
    src/core.cpp:84:`` and ``Check 'x' failed at file.cpp:3:``.
    """
    lines = [line.strip() for line in str(error).splitlines()]
    telling = [
        line for line in lines if line and not line.startswith(("Exception from ", "Check '"))
    ]
    text = (telling or lines or [""])[0].rstrip(".")
    shown = "".join(char if char.isprintable() else " " for char in text)[:MAX_MESSAGE]
    return f"{type(error).__name__}: {shown}" if shown else type(error).__name__
