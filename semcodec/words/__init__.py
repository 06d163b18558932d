"""Words: their skeletons, the selection of words to send, and the restoration from skeletons."""

from __future__ import annotations

from semcodec.words.restoration import decompress
from semcodec.words.selection import (
    IMPORTANCE,
    MAX_K,
    SALIENCE,
    Judge,
    Selection,
    SelectionRequest,
    WordChannel,
    arrange_by_importance,
    check_order,
    count_by_gain,
    cut_to_limits,
    least_bits,
    make_channel,
    required_words,
    select,
    select_ranked,
    select_words,
)
from semcodec.words.selection.similarity import judge
from semcodec.words.skeleton_readings import Reading, readings
from semcodec.words.skeletons import skeleton

__all__ = [
    "skeleton",
    "select",
    "select_words",
    "select_ranked",
    "count_by_gain",
    "arrange_by_importance",
    "cut_to_limits",
    "check_order",
    "least_bits",
    "required_words",
    "decompress",
    "readings",
    "Reading",
    "SelectionRequest",
    "Selection",
    "WordChannel",
    "make_channel",
    "Judge",
    "judge",
    "SALIENCE",
    "MAX_K",
    "IMPORTANCE",
]
