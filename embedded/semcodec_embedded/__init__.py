"""The offline backend of semcodec: no key, no network, no graphics card."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semcodec_embedded.backend import EmbeddedBackend


def create() -> EmbeddedBackend:
    """Return the backend; its weights and sprites are loaded at their first use."""
    from semcodec_embedded.backend import EmbeddedBackend

    return EmbeddedBackend()
