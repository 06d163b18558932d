"""The backend of each role that a server offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from semcodec import backends
from semcodec.backends.isolation import attempt, backend_name, has_method, valid_name
from semcodec.backends.openai import OpenAIBackend

CHECKERS: Final = ("checker", "locator")  #: roles that a describer often fills, too
Progress = Callable[[str, str], None]  #: called with a stage and the name of its model


def ignore(stage: str, model: str) -> None:
    """Show no progress."""


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
            found["editor"] = found["painter"]  # a painter may keep what it has drawn
        for role in CHECKERS:
            if found[role] is None and _can(found["describer"], role):
                found[role] = found["describer"]
        return cls(**found)

    def names(self) -> dict[str, str]:
        """Return the name of each backend by role, with its model where that needs no request."""
        names: dict[str, str] = {}
        for role in self.__dataclass_fields__:
            if (backend := getattr(self, role)) is not None:
                is_client = isinstance(backend, OpenAIBackend)
                model = "" if is_client else own_model(backend, role)
                names[role] = f"{backend_name(backend)} {model}".strip()
        return names


def own_model(backend: Any, role: str) -> str:
    """Return the name of the model with which a backend fills a role; ``""`` if it has none."""
    return attempt(lambda: valid_name(backend.model_name(role)), "")


def model_of(backend: Any, role: str) -> str:
    """Return the name that a response states: that of the model, or of the backend."""
    return own_model(backend, role) or backend_name(backend)


def _can(backend: object, role: str) -> bool:
    return has_method(backend, backends.ROLES[role])
