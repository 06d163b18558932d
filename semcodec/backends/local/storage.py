"""Where the weights of a model are on this machine; nothing here downloads.

A model is *there* if each file that its index files name is in the folder. The cache of
huggingface_hub may hold a part of a model, after an interrupted download or of another program.
"""

from __future__ import annotations

from pathlib import Path

from semcodec.backends.local.catalog import Model


def locate(model: Model) -> Path | None:
    """Return the folder with all weights of a model on this machine; None if a file is missing.

    Raises:
        BackendError: huggingface_hub is not installed, or its cache cannot be read.
    """
    raise NotImplementedError(model)


def resolved_revision(path: Path) -> str | None:
    """Return the commit of a folder that ``locate`` returned; None for a folder of the user."""
    parent = path.parent
    is_snapshot = parent.name == "snapshots" and parent.parent.name.startswith("models--")
    return path.name if is_snapshot else None
