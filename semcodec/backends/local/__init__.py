"""Open models on the user's own machine: transformers for texts, diffusers for pictures.

Importing this package loads neither them nor PyTorch, nor the backend; its first use does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semcodec.backends.local.settings import LocalSettings

if TYPE_CHECKING:
    from semcodec.backends.local.backend import LocalBackend

__all__ = ["LocalBackend", "LocalSettings"]


def __getattr__(name: str) -> object:
    """Return the class of the backend, and import its module first.

    Every command with options of models reads the settings, but few use the backend.
    """
    if name == "LocalBackend":
        from semcodec.backends.local.backend import LocalBackend

        return LocalBackend
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
