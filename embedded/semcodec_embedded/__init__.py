"""The offline backend of semcodec: no key, no network, no graphics card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semcodec.forks import block_fork

if TYPE_CHECKING:
    from semcodec_embedded.backend import EmbeddedBackend


def create() -> EmbeddedBackend:
    """Return the backend; its weights and sprites are loaded at their first use."""
    with block_fork():  # a child would wait forever for an import that another thread began
        from semcodec_embedded.backend import EmbeddedBackend

    return EmbeddedBackend()
