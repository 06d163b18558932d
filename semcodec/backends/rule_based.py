"""The rule-based writer: no model, only the library's rules; the same result on every machine."""

from __future__ import annotations

from collections.abc import Sequence

from semcodec import words as rules
from semcodec.backends.notes import add_note
from semcodec.words import Selection, SelectionRequest
from semcodec.words.differences import find_change


class RuleBasedWriter:
    """A writer that uses the rules and the frozen tables of ``semcodec.words``."""

    name = "rules"

    def select(self, description: str, k: int) -> list[str]:
        """Return at most ``k`` words of ``description``, in reading order."""
        return rules.select(description, k)

    def select_words(self, request: SelectionRequest) -> Selection:
        """Return the words that ``semcodec.select`` returns, and how they were selected."""
        return rules.select_words(request)

    def compress(self, words: Sequence[str]) -> list[str]:
        """Return the skeleton of each word."""
        return [rules.skeleton(word) for word in words]

    def decompress(self, skeletons: Sequence[str]) -> list[str]:
        """Return the first reading of each skeleton; the others are notes in the trace."""
        lists = rules.readings(list(skeletons))
        for readings in lists:
            add_note("readings", ", ".join(map(str, readings)))
        return [readings[0].word for readings in lists]

    def expand(self, words: Sequence[str]) -> str:
        """Return the words, separated by spaces; the rules add nothing to them."""
        return " ".join(words)

    def compare(self, a: str, b: str) -> str:
        """Return the change for the first statement of ``b`` that ``a`` lacks; empty if none.

        It is a sentence of ``semcodec.words.changes``, such as ``"Add boat."``. What ``b`` negates
        is not missing: if ``a`` has it, the change is ``"Remove boat."``.
        """
        return find_change(a, b)
