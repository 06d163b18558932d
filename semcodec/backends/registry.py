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
from semcodec.forks import fork_waits

GROUP: Final = "semcodec.backends"


SERVERS: Final = "openai"


def _kind_of_server() -> type:
    with fork_waits():
        from semcodec.backends.openai import OpenAIBackend

    return OpenAIBackend


BUILT_IN: Final[dict[str, Callable[[], Any]]] = {
    "deterministic": DeterministicWriter,
    SERVERS: lambda: _kind_of_server()(),
}
AUTO: Final = "auto"
OFFLINE: Final = "embedded"
#: Who fills each place while nothing is configured.
DEFAULTS: Final = {
    "describer": OFFLINE,
    "writer": "deterministic",
    "painter": OFFLINE,
    "upscaler": OFFLINE,
}

_made: dict[str, Any] = {}  # a backend loads its weights once in a process


def names() -> list[str]:
    """Return the names of all backends that could be asked for."""
    return sorted({*BUILT_IN, *_plugged_in()})


def find(role: str, general: object, special: object = None) -> Any:
    """Return the backend for ``role``, a key of ``ROLES``; each is a name, or a backend itself.

    Args:
        role: the place to fill.
        general: the backend for all places; where it cannot fill this one, the default one does.
        special: the backend for this place alone, which must be able to fill it.

    Raises:
        InputError: no such backend, or it cannot fill this place.
        BackendError: it cannot be loaded, or the offline backend is not installed.
    """
    if special is not None and not _is_auto(special):
        return _able(special, role)
    if not _is_auto(general) and hasattr(backend := _backend(general), ROLES[role]):
        return backend
    return _able(DEFAULTS[role], role)


def _is_auto(name: object) -> bool:
    return isinstance(name, str) and name == AUTO


def _able(name: object, role: str) -> Any:
    backend = _backend(name)
    if not hasattr(backend, ROLES[role]):
        called = name if isinstance(name, str) else type(name).__name__
        raise InputError(f"The backend {called} is no {role}: choose another with --{role}.")
    return backend


def roles(name: str) -> list[str]:
    """Return the places the backend ``name`` can fill.

    For that no server needs to be set rightly: options may still name another.
    """
    backend = _kind_of_server() if name == SERVERS else _backend(name)
    return [role for role, method in ROLES.items() if hasattr(backend, method)]


def _backend(name: object) -> Any:
    if not isinstance(name, str):
        return _given(name)
    if name not in _made:
        _made[name] = _load(name)
    return _made[name]


def _given(backend: object) -> object:
    """Return an object that can fill a place."""
    if not isinstance(backend, type) and any(hasattr(backend, way) for way in ROLES.values()):
        return backend
    raise InputError("Give a backend by its name, or as an object that can fill a place.")


def _load(name: str) -> Any:
    if name in BUILT_IN:
        return BUILT_IN[name]()
    entry = _plugged_in().get(name)
    if entry is None and name == OFFLINE:
        message = "The offline backend is not installed: pip install semcodec-embedded."
        raise BackendError(message, backend=name, stage="load")
    if entry is None:
        raise InputError(f"No backend is called {name[:40]!r}: there are {', '.join(names())}.")
    try:
        with fork_waits():  # a child would wait for ever for an import that another thread began
            create = entry.load()
        return create()
    except SemcodecError:
        raise
    except Exception as error:  # a plug-in is foreign code: whatever it raises is its failure
        message = f"The backend {name} cannot be loaded, install it again: {error}."
        raise BackendError(message, backend=name, stage="load") from error


def _plugged_in() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}
