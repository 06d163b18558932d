"""Choose the words that matter."""

from __future__ import annotations

from semcodec.words.skeletons import of_word
from semcodec.words.tokens import tokens

MAX_K = 1000


def select(description: str, k: int) -> list[str]:
    stop = set(
        [
            "a",
            "an",
            "the",
            "of",
            "in",
            "on",
            "at",
            "and",
            "with",
            "to",
            "is",
            "are",
            "it",
            "its",
            "there",
            "this",
            "that",
        ]
    )
    return [w for w in dict.fromkeys(tokens(description)) if w not in stop and of_word(w)][:k]
