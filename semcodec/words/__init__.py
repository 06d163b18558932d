"""Words: their skeletons, which of them matter, and back from skeletons to words."""

from __future__ import annotations

from semcodec.words.closed_loop import Selection
from semcodec.words.restoration import decompress
from semcodec.words.selection import MAX_K, choose, select
from semcodec.words.similarity import SALIENCE, Judge, judge
from semcodec.words.skeletons import skeleton

__all__ = [
    "skeleton",
    "select",
    "choose",
    "decompress",
    "Selection",
    "Judge",
    "judge",
    "SALIENCE",
    "MAX_K",
]
