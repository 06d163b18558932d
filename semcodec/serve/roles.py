"""The backend of each role that a server offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from semcodec import backends
from semcodec.backends.isolation import attempt, backend_name, has_method, valid_name

CHECKERS = ("checker", "locator")  #: roles that a describer often fills, too


@dataclass(frozen=True, slots=True)
class Roles:
    """Backends by role; None for a role that none can fill."""

    describer: Any
    writer: Any
    painter: Any
    editor: Any = None
    checker: Any = None
    locator: Any = None

    @classmethod
    def find(cls, backend: object = backends.AUTO, **named: object) -> Roles:
        """Return the backends that ``encode`` and ``decode`` would use with the same arguments.

        Args:
            backend: for all roles: a name, the base URL of a server, or an object.
            named: by role, the backend for this role alone; None for ``backend``.

        Raises:
            InputError: no backend has this name, or it cannot fill its role.
            BackendError: a backend cannot be loaded.
        """
        overrides = {role: named.get(role) for role in cls.__dataclass_fields__}
        found = dict(zip(overrides, backends.find_all(backend, **overrides), strict=True))
        if not backends.is_named(overrides["editor"]) and _can(found["painter"], "editor"):
            found["editor"] = found["painter"]  # a painter knows its own pictures best
        for role in CHECKERS:
            if found[role] is None and _can(found["describer"], role):
                found[role] = found["describer"]
        return cls(**found)

    def names(self) -> dict[str, str]:
        """Return the name of each backend by role, with its model where that is known."""
        roles = {role: getattr(self, role) for role in self.__dataclass_fields__}
        return {
            role: f"{backend_name(backend)} {model}".strip()
            for role, backend in roles.items()
            if backend is not None
            for model in [own_model(backend, role)]
        }


def own_model(backend: Any, role: str) -> str:
    """Return the name of the model with which a backend fills a role; ``""`` if it has none."""
    return attempt(lambda: valid_name(backend.model_name(role)), "")


def model_of(backend: Any, role: str) -> str:
    """Return the name that a response states: that of the model, or of the backend."""
    return own_model(backend, role) or backend_name(backend)


def _can(backend: object, role: str) -> bool:
    return has_method(backend, backends.ROLES[role])
