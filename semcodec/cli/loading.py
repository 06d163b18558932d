"""Load the backends of a command, in this process or in each worker."""

from __future__ import annotations

from typing import Any

from semcodec import backends


def load_backends(by_option: dict[str, Any], roles: tuple[str, ...]) -> dict[str, Any]:
    """Return the backends for ``roles``; ``by_option`` is that of ``resolve_backends``.

    A role that may stay without a backend gets one only if the user has named it: ``decode`` itself
    decides whether the one for all stages is used. Then the result has that one too, as "backend".
    """
    names = by_option["backend"], *(by_option[role] for role in roles)
    instances = {name: backends.load(name) for name in names if _is_name(name)}
    named = {role: instances.get(by_option[role], by_option[role]) for role in roles}
    default = instances.get(by_option["backend"], by_option["backend"])
    optional = [role for role in roles if role not in backends.DEFAULTS]
    needed = {role: backend for role, backend in named.items() if role not in optional}
    loaded = dict(zip(needed, backends.find_all(default, **needed), strict=True))
    shared = {"backend": default} if optional else {}
    return {**shared, **loaded, **{role: named[role] for role in optional}}


def _is_name(backend: object) -> bool:
    return isinstance(backend, str) and backend != backends.AUTO
