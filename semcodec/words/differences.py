"""The most important difference between two descriptions, as a change, found by rule."""

from __future__ import annotations

import re
from typing import Final

from semcodec.words.changes import ACTIONS, Change
from semcodec.words.predicates import Predicate, find_predicates
from semcodec.words.presence import Presence
from semcodec.words.stopwords import STOPWORDS

#: Characters of each text; descriptions have a thousand, and this many take a second.
MAX_COMPARED: Final = 20_000
SENTENCE_END: Final = re.compile(r"[.!?;\n]+(?=\s|$)")


def find_change(now: str, wanted: str) -> str:
    """Return the most important change that makes ``now`` more like ``wanted``; empty if none.

    It is about the first statement of ``wanted`` whose words no sentence of ``now`` has: nouns come
    before numbers, colors, sizes and places. Otherwise it is about a word of ``now`` that
    ``wanted`` negates.

    >>> find_change("a red boat", "two red boats on a lake")
    'Add lake.'
    >>> find_change("A red boat. Blue sky.", "a blue boat")
    'Recolor the boat blue.'
    """
    described, target = Presence(now[:MAX_COMPARED]), Presence(wanted[:MAX_COMPARED])
    sentences = [Presence(sentence) for sentence in SENTENCE_END.split(now[:MAX_COMPARED])]
    for predicate in find_predicates(target.words):
        if not any(_is_described(predicate, sentence) for sentence in sentences):
            action = ACTIONS[predicate.kind]
            return Change(action, predicate.noun, predicate.value).text
    removed = [word for word in described.words if target.is_negated(word)]
    return f"Remove {removed[0]}." if removed else ""


def _is_described(predicate: Predicate, described: Presence) -> bool:
    """Return whether all words of a predicate occur in one sentence."""
    words = [word for word in predicate.text.lower().split() if word not in STOPWORDS]
    return all(map(described.is_there, words))
