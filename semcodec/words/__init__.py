"""Words: their skeletons, which of them matter, and back from skeletons to words."""

from __future__ import annotations

from semcodec.words.closed_loop import Choice
from semcodec.words.decompression import decompress
from semcodec.words.judges import SALIENCE, Judge, judge
from semcodec.words.selection import MAX_K, choose, select
from semcodec.words.skeletons import skeleton

__all__ = [
    "skeleton",
    "select",
    "choose",
    "decompress",
    "Choice",
    "Judge",
    "judge",
    "SALIENCE",
    "MAX_K",
]
