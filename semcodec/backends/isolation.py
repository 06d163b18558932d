"""Access to backends whose attributes and results may raise any exception.

A backend is third-party code: an attribute may be a property that raises, a result may be an object
of a class that overrides ``__iter__`` or ``__class__``. The invariant is that whatever a backend
has, returns or raises, a run ends with a ``SemcodecError`` or with Ctrl-C. Every access to a
backend or to its result therefore happens inside ``isolate`` or in one of the functions below.
Tested by tests/pipeline/test_isolation.py.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from semcodec.errors import BackendError, SemcodecError

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class isolate:  # noqa: N801 - used like a function, as the context managers of contextlib
    """Convert any exception in the block to an ``error_class``.

    A ``SemcodecError`` and Ctrl-C leave the block unchanged. This is not a generator: a second
    Ctrl-C may drop one in the middle, which raises ``GeneratorExit`` in it, and that would be
    converted as well, and printed.

    Args:
        backend: the backend that the block uses.
        stage: the stage, for the error.
        problem: a verb phrase for the message, such as ``"failed to paint"``.
        error_class: the exception to raise.
    """

    backend: object
    stage: str
    problem: str
    error_class: type[BackendError] = BackendError

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        # Also SystemExit: a backend must not end the caller's program.
        if error is None or isinstance(error, SemcodecError | KeyboardInterrupt):
            return
        name = backend_name(self.backend)
        message = f"The backend {name} {self.problem}: {format_exception(error)}."
        raise self.error_class(message, backend=name, stage=self.stage) from error


def backend_name(backend: object) -> str:
    """Return the attribute ``name`` of a backend; its type's name if that is not a valid name."""
    return own_name(backend) or type_name(backend)


def own_name(backend: Any) -> str:
    """Return the attribute ``name`` of a backend, or "" if it has no valid name."""
    return attempt(lambda: valid_name(backend.name), "")


def valid_name(name: object) -> str:
    """Return ``name`` as an exact string; "" if it is not a string or has unpaired surrogates."""
    if not isinstance(name, str):
        return ""
    with suppress(UnicodeEncodeError):
        exact = str.__str__(name)  # not a subclass, whose methods can do anything
        exact.encode("utf-8")
        return exact
    return ""


def has_method(backend: object, method: str) -> bool:
    """Return whether a backend has ``method``.

    Raises:
        BackendError: the attribute exists, but raises an exception when it is read.
    """
    with isolate(backend, method, f"has a broken attribute {method}"):
        return hasattr(backend, method)


def format_exception(error: BaseException) -> str:
    """Return the type and message of an exception, or its type alone if it has no message."""
    name = type_name(error)
    return attempt(lambda: f"{name}: {error}".rstrip().removesuffix(":"), name)


def type_name(value: object) -> str:
    """Return the name of the type of ``value``; "object" if its metaclass does not give a name."""
    return attempt(lambda: valid_name(type(value).__name__), "") or "object"


def attempt(read: Callable[[], _Value], default: _Value) -> _Value:
    """Return ``read()``, or ``default`` if it raises any exception but Ctrl-C."""
    try:
        return read()
    except KeyboardInterrupt:
        raise
    except BaseException:
        return default
