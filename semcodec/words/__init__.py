"""Words: their skeletons, which of them matter, and back from skeletons to words."""

from __future__ import annotations

from semcodec.words.decompression import decompress
from semcodec.words.selection import MAX_K, select
from semcodec.words.skeletons import skeleton

__all__ = ["skeleton", "select", "decompress", "MAX_K"]
