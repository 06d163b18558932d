"""Find a backend by its name: the built-in writer, and whatever packages plug in.

A package offers a backend by an entry point of the group ``semcodec.backends``, a callable that
takes nothing and returns the backend. It is imported when the backend is first used, and called for
every run: a backend reads settings, environment and budgets when it is made, and they are those of
one run. What is slow and has no settings, such as weights, a package caches itself.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from semcodec.backends.protocols import ROLES
from semcodec.backends.rule_based import RuleBasedWriter
from semcodec.errors import BackendError, InputError, SemcodecError
from semcodec.forks import block_fork

GROUP: Final = "semcodec.backends"


SERVERS: Final = "openai"


def _kind_of_server() -> type:
    with block_fork():
        from semcodec.backends.openai import OpenAIBackend

    return OpenAIBackend


BUILT_IN: Final[dict[str, Callable[[], Any]]] = {
    "deterministic": RuleBasedWriter,
    SERVERS: lambda: _kind_of_server()(),
}
AUTO: Final = "auto"
OFFLINE: Final = "embedded"
#: The backend of each role while nothing is configured; no backend upscales yet.
DEFAULTS: Final = {"describer": OFFLINE, "writer": "deterministic", "painter": OFFLINE}


def names() -> list[str]:
    """Return the names of all backends that could be asked for."""
    return sorted({*BUILT_IN, *_plugged_in()})


def find(role: str, general: object, special: object = None) -> Any:
    """Return the backend of one role, as ``find_all`` does."""
    return _of_role(role, general, special, {})


def find_all(general: object, **special: object) -> tuple[Any, ...]:
    """Return the backends of one run, one for each role in the order of the arguments.

    A backend is given by name, or as an object. A name that fills several roles is made once, so
    that they share settings, connections and budget; the next run makes another one.

    Args:
        general: the backend for all roles; a role that it cannot fill gets the default one.
        special: by role, a key of ``ROLES``: a backend for this role alone, which must be able to
            fill it; None or ``"auto"`` leaves it to ``general``.

    Raises:
        InputError: no such backend, or it cannot fill its role.
        BackendError: it cannot be loaded, or the offline backend is not installed.
    """
    made: dict[str, Any] = {}
    return tuple(_of_role(role, general, one, made) for role, one in special.items())


def _of_role(role: str, general: object, special: object, made: dict[str, Any]) -> Any:
    if role not in ROLES:
        raise InputError(f"{role!r} is not a role: give one of {', '.join(ROLES)}.")
    if special is not None and not _is_auto(special):
        return _able(special, role, made)
    if not _is_auto(general) and hasattr(backend := _backend(general, made), ROLES[role]):
        return backend
    if role not in DEFAULTS:
        raise InputError(f"No backend is the default {role}: name one that can {ROLES[role]}.")
    return _able(DEFAULTS[role], role, made)


def _is_auto(name: object) -> bool:
    return isinstance(name, str) and name == AUTO


def _able(name: object, role: str, made: dict[str, Any]) -> Any:
    backend = _backend(name, made)
    if not hasattr(backend, ROLES[role]):
        called = name if isinstance(name, str) else type(name).__name__
        able = ", ".join(other for other in ROLES if hasattr(backend, ROLES[other]))
        raise InputError(f"The backend {called} cannot be the {role}, only {able}: use another.")
    return backend


def roles(name: str) -> list[str]:
    """Return the places the backend ``name`` can fill.

    For that no server needs to be set rightly: options may still name another.
    """
    backend = _kind_of_server() if name == SERVERS else _load(name)
    return [role for role, method in ROLES.items() if hasattr(backend, method)]


def _backend(name: object, made: dict[str, Any]) -> Any:
    """Return the backend ``name``, which is in ``made`` if this run has made it already."""
    if not isinstance(name, str):
        return _given(name)
    if name not in made:
        made[name] = _load(name)
    return made[name]


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
        with block_fork():  # a child would wait for ever for an import that another thread began
            create = entry.load()
        return create()
    except SemcodecError:
        raise
    except Exception as error:  # a plug-in is foreign code: whatever it raises is its failure
        message = f"The backend {name} cannot be loaded, install it again: {error}."
        raise BackendError(message, backend=name, stage="load") from error


def _plugged_in() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}
