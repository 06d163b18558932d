"""Find backends by name: the built-in ones, and those of installed packages.

A package offers a backend by an entry point of the group ``semcodec.backends``: a callable without
arguments that returns the backend. It is imported when the backend is first used, and called for
each run, because settings, environment and budget may differ between runs. A package should cache
whatever is slow to create and independent of settings, such as weights.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, TypeGuard

from semcodec.backends.isolation import (
    attempt,
    backend_name,
    format_exception,
    has_method,
    isolate,
    type_name,
)
from semcodec.backends.presets import PRESETS
from semcodec.backends.protocols import ROLES
from semcodec.backends.rule_based import RuleBasedWriter
from semcodec.errors import BackendError, InputError, SemcodecError
from semcodec.forks import block_fork
from semcodec.imaging.upscaling import LanczosUpscaler

ENTRY_POINT_GROUP: Final = "semcodec.backends"
AUTO: Final = "auto"
OFFLINE_BACKEND: Final = "embedded"
OPENAI: Final = "openai"
LOCAL: Final = "local"
LOCAL_LIGHT: Final = "local-light"
MAX_SHOWN_NAME: Final = 40  #: characters of an unknown name in a message
#: The default backend of each role; a role without one may stay empty.
DEFAULTS: Final = {
    "describer": OFFLINE_BACKEND,
    "writer": RuleBasedWriter.name,
    "painter": OFFLINE_BACKEND,
    "upscaler": LanczosUpscaler.name,
}


def _openai_backend_class() -> type:
    with block_fork():  # a child forked during an import would wait for it forever
        from semcodec.backends.openai import OpenAIBackend

    return OpenAIBackend


def _create_local_backend() -> Any:
    with block_fork():
        from semcodec.backends.local import LocalBackend

    return LocalBackend()


def _create_local_light_backend() -> Any:
    with block_fork():
        from semcodec.backends.local_light import create

    return create()


def _local_light_backend_class() -> type:
    with block_fork():
        from semcodec.backends.local_light import LocalLightBackend

    return LocalLightBackend


BUILT_IN: Final[dict[str, Callable[[], Any]]] = {
    RuleBasedWriter.name: RuleBasedWriter,
    LanczosUpscaler.name: LanczosUpscaler,
    OPENAI: lambda: _openai_backend_class()(),
    LOCAL: _create_local_backend,
    LOCAL_LIGHT: _create_local_light_backend,
}


def is_server(name: str) -> bool:
    """Return whether a name stands for a server: ``openai``, a preset, or a base URL."""
    return name == OPENAI or name in PRESETS or name.lower().startswith(("http://", "https://"))


def server_settings(name: str) -> dict[str, str]:
    """Return the settings that a name of a server stands for; empty for ``openai``."""
    if name == OPENAI:
        return {}
    return {"preset": name} if name in PRESETS else {"base_url": name}


def names() -> list[str]:
    """Return the names of all backends that are built in or installed, sorted."""
    return sorted({*BUILT_IN, *PRESETS, *_entry_points()})


def roles(name: str) -> list[str]:
    """Return the roles that the backend ``name`` can fill.

    The backends ``openai`` and ``local-light`` are not instantiated for this, so their settings may
    be incomplete; the latter has only the roles for which a model is on this machine.

    Raises:
        InputError: no backend has this name, or it cannot fill any role.
        BackendError: it cannot be loaded.
    """
    if is_server(name):
        backend: Any = _openai_backend_class()
    else:
        backend = _local_light_backend_class() if name == LOCAL_LIGHT else load(name)
    missing = PRESETS[name].missing_roles if name in PRESETS else ()
    return [role for role in ROLES if _can_fill(backend, role) and role not in missing]


def find(role: str, default: object, override: object = None) -> Any:
    """Return the backend for one role, which is never None; the arguments are of ``find_all``."""
    found = _find(role, default, override, {})
    if found is None:
        raise InputError(
            f"No default backend can be the {role}: name one that has the method {ROLES[role]}."
        )
    return found


def find_all(default: object, **overrides: object) -> tuple[Any, ...]:
    """Return the backends of one run: one for each role, in the order of the arguments.

    A backend is given by its name, by the base URL of a server, or as an object. If one name is
    used for several roles, they share one object, and so its settings, connections and budget. The
    next run gets a new object.

    Args:
        default: the backend for all roles; for a role that it cannot fill, ``DEFAULTS`` is used.
        overrides: by role (a key of ``ROLES``), the backend for this role alone, which must be able
            to fill it; None or ``"auto"`` means ``default``.

    Returns:
        A backend for each role; None for a role that is not in ``DEFAULTS`` if ``default`` cannot
        fill it.

    Raises:
        InputError: no backend has this name, or it cannot fill its role.
        BackendError: it cannot be loaded, or the offline backend is not installed.
    """
    instances: dict[str, Any] = {}
    return tuple(_find(role, default, override, instances) for role, override in overrides.items())


def is_named(override: object) -> bool:
    """Return whether an override of ``find_all`` is a backend, and not the default."""
    return override is not None and not _is_auto(override)


def _find(role: str, default: object, override: object, instances: dict[str, Any]) -> Any:
    if role not in ROLES:
        raise InputError(f"{role!r} is not a role: use one of {', '.join(ROLES)}.")
    if is_named(override):
        return _require_role(override, role, instances)
    if not _is_auto(default):
        backend = _get_instance(default, instances)
        if _can_fill(backend, role) and _is_in_default_roles(backend, role):
            return backend
        if role == "writer":
            _check_writer(backend)  # not replaced silently, since it is meant to be a writer
    return _require_role(DEFAULTS[role], role, instances) if role in DEFAULTS else None


def _can_fill(backend: object, role: str) -> bool:
    """Return whether a backend has the method of ``role``, and its server can perform it."""
    if not has_method(backend, ROLES[role]):
        return False
    preset = attempt(lambda: PRESETS.get(getattr(backend, "preset", None) or ""), None)
    return preset is None or role not in preset.missing_roles


def _is_in_default_roles(backend: Any, role: str) -> bool:
    """Return whether a backend for all roles fills ``role``: its hook ``default_roles`` decides."""
    with isolate(backend, "load", "has a broken attribute default_roles"):
        default_roles = getattr(backend, "default_roles", ROLES)
        return role in default_roles


def _is_auto(backend: object) -> bool:
    return _is_name(backend) and backend == AUTO


def _is_name(backend: object) -> TypeGuard[str]:
    # ``isinstance`` also reads the attribute ``__class__``, which may raise an exception.
    return issubclass(type(backend), str)


def _require_role(backend: object, role: str, instances: dict[str, Any]) -> Any:
    """Return the backend; raise ``InputError`` if it cannot fill ``role``."""
    instance = _get_instance(backend, instances)
    if not _can_fill(instance, role):
        if role == "writer":
            _check_writer(instance)
        name = backend if _is_name(backend) else type_name(backend)
        possible = ", ".join(other for other in ROLES if _can_fill(instance, other))
        raise InputError(
            f"Backend {name!r} cannot be the {role}, only {possible}: use another backend."
        )
    return instance


def _get_instance(backend: object, instances: dict[str, Any]) -> Any:
    """Return a backend given by name or as an object; ``instances`` caches those of the run."""
    if _is_name(backend):
        if backend not in instances:
            instances[backend] = load(backend)
        return instances[backend]
    if not _has_role(backend):
        raise InputError(
            "A backend must be a name, or an object with the method of at least one role."
        )
    return backend


def _has_role(backend: object) -> bool:
    """Return whether a backend can fill a role; a class cannot, only its instances can.

    Raises:
        InputError: the backend has ``select_words``, but no method of a role.
    """
    if not issubclass(type(backend), type):
        if any(has_method(backend, method) for method in ROLES.values()):
            return True
        _check_writer(backend)
    return False


def _check_writer(backend: object) -> None:
    """Raise ``InputError`` if a backend has ``select_words`` but not ``select``."""
    if has_method(backend, "select_words") and not has_method(backend, ROLES["writer"]):
        raise InputError(
            f"The backend {backend_name(backend)} has select_words but not select: "
            "add select, which every writer needs."
        )


def load(name: str) -> Any:
    """Return a new instance of the backend ``name``, which may be used for several runs.

    Raises:
        InputError: no backend has this name, or it cannot fill any role.
        BackendError: it cannot be loaded.
    """
    backend = _create(name)
    if not _has_role(backend):
        raise InputError(
            f"The backend {name} cannot fill any role: use another one, or give it one of the "
            f"methods {', '.join(ROLES.values())}."
        )
    return backend


def _create(name: str) -> Any:
    if name in BUILT_IN:
        return BUILT_IN[name]()
    if is_server(name):
        return _openai_backend_class()(**server_settings(name))
    entry_point = _entry_points().get(name)
    if entry_point is None and name == OFFLINE_BACKEND:
        message = "The offline backend is not installed: pip install semcodec-embedded."
        raise BackendError(message, backend=name, stage="load")
    if entry_point is None:
        shown = repr(name[:MAX_SHOWN_NAME])
        raise InputError(f"Unknown backend {shown}: use one of {', '.join(names())}.")
    try:
        with block_fork():  # a child forked during an import would wait for it forever
            create = entry_point.load()
        return create()
    except (SemcodecError, KeyboardInterrupt):
        raise
    except BaseException as error:  # third-party code may raise anything
        message = f"The backend {name} cannot be loaded: reinstall it ({format_exception(error)})."
        raise BackendError(message, backend=name, stage="load") from error


def _entry_points() -> dict[str, EntryPoint]:
    return {entry_point.name: entry_point for entry_point in entry_points(group=ENTRY_POINT_GROUP)}
