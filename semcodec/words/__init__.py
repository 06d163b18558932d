"""Words: their skeletons, the selection of words to send, and the restoration from skeletons."""

from __future__ import annotations

from semcodec.words.restoration import decompress
from semcodec.words.selection import (
    MAX_K,
    SALIENCE,
    Judge,
    Selection,
    SelectionRequest,
    WordChannel,
    count_by_gain,
    least_bits,
    make_channel,
    required_words,
    select,
    select_ranked,
    select_words,
)
from semcodec.words.selection.similarity import judge
from semcodec.words.skeletons import skeleton

__all__ = [
    "skeleton",
    "select",
    "select_words",
    "select_ranked",
    "count_by_gain",
    "least_bits",
    "required_words",
    "decompress",
    "SelectionRequest",
    "Selection",
    "WordChannel",
    "make_channel",
    "Judge",
    "judge",
    "SALIENCE",
    "MAX_K",
]
