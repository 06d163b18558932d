"""The offline backend of semcodec: no key, no network, no graphics card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semcodec.forks import block_fork

if TYPE_CHECKING:
    from semcodec_embedded.backend import EmbeddedBackend


def create() -> EmbeddedBackend:
    """Return the backend; weights and sprites are loaded when they are first used."""
    with block_fork():  # a child forked during an import would wait for it forever
        from semcodec_embedded.backend import EmbeddedBackend

    return EmbeddedBackend()
