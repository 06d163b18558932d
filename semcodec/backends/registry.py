"""Find a backend by its name: the built-in writer, and whatever packages plug in.

A package offers a backend by an entry point of the group ``semcodec.backends``, a callable that
takes nothing and returns the backend. Nothing is imported before it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from semcodec.backends.deterministic import DeterministicWriter
from semcodec.backends.protocols import ROLES
from semcodec.errors import BackendError, InputError, SemcodecError

GROUP: Final = "semcodec.backends"
BUILT_IN: Final[dict[str, Callable[[], Any]]] = {"deterministic": DeterministicWriter}
DEFAULT: Final = "embedded"  #: what "auto" means for images while nothing is configured
DEFAULT_WRITER: Final = "deterministic"

_made: dict[str, Any] = {}  # a backend loads its weights once in a process


def names() -> list[str]:
    """Return the names of all backends that could be asked for."""
    return sorted({*BUILT_IN, *_plugged_in()})


def find(name: str, role: str) -> Any:
    """Return the backend ``name`` for ``role``, a key of ``ROLES``.

    Raises:
        InputError: no such backend, or it cannot fill this place.
        BackendError: it is there and cannot be loaded.
    """
    backend = _backend(_default(role) if name == "auto" else name)
    if not hasattr(backend, ROLES[role]):
        raise InputError(f"The backend {name} is no {role}: choose another with --{role}.")
    return backend


def roles(name: str) -> list[str]:
    """Return the places the backend ``name`` can fill."""
    return [role for role, method in ROLES.items() if hasattr(_backend(name), method)]


def _default(role: str) -> str:
    return DEFAULT_WRITER if role == "writer" else DEFAULT


def _backend(name: str) -> Any:
    if name not in _made:
        _made[name] = _load(name)
    return _made[name]


def _load(name: str) -> Any:
    if name in BUILT_IN:
        return BUILT_IN[name]()
    entry = _plugged_in().get(name)
    if entry is None:
        raise InputError(_missing(name))
    try:
        return entry.load()()
    except SemcodecError:
        raise
    except Exception as error:  # a plug-in is foreign code: whatever it raises is its failure
        raise BackendError(
            f"The backend {name} cannot be loaded: {error}.", backend=name, stage="load"
        ) from error


def _plugged_in() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _missing(name: str) -> str:
    if name == DEFAULT:
        return "The offline backend is not installed: pip install semcodec-embedded."
    return f"No backend is called {name!r}: there are {', '.join(names())}."
