"""Open models on the user's own machine: transformers for texts, diffusers for pictures.

Importing this package loads neither them nor PyTorch; the first call of a model does.
"""

from __future__ import annotations

from semcodec.backends.local.backend import LocalBackend
from semcodec.backends.local.settings import LocalSettings

__all__ = ["LocalBackend", "LocalSettings"]
