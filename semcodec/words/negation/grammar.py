"""Questions about one position of a text: what is written there, and what kind of word it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from semcodec.words.closed_classes import IRREGULAR_PLURALS, PREPOSITIONS
from semcodec.words.negation.tables import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    NOUN_TRIGGERS,
    PLURAL_VERBS,
    PLURALS_BEFORE_NOUNS,
    PREDICATE_TRIGGERS,
    PRONOUN_TRIGGERS,
    SCOPE_ENDS,
    VERBS,
    Phrases,
)
from semcodec.words.negation.units import Unit

MAX_SCOPE: Final = 24  #: words before or after a trigger that it can negate
MIN_PLURAL: Final = 4  #: letters; shorter words that end in s are singular
_END: Final = Unit(0, 0, "", "", False, False)


class Units:
    """The units of one text. A position is an index of a unit; positions outside have no text."""

    def __init__(self, units: list[Unit]) -> None:
        self._units = units

    def __len__(self) -> int:
        return len(self._units)

    def __getitem__(self, position: int) -> Unit:
        return self._units[position]

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units)

    def text(self, position: int) -> str:
        """Return the text of a unit in lower case; empty outside of the text."""
        return self._units[position].text if 0 <= position < len(self._units) else ""

    def is_word(self, position: int) -> bool:
        """Return whether there is a word, not punctuation."""
        return 0 <= position < len(self._units) and self._units[position].is_word

    def is_capitalized(self, position: int) -> bool:
        """Return whether there is a word that begins with a capital."""
        return self.is_word(position) and self._units[position].is_capitalized

    def begins_sentence(self, index: int) -> bool:
        """Return whether a sentence may begin at ``index``."""
        return index == 0 or (not self._units[index - 1].is_word and self.text(index - 1) != ",")

    def begins_clause(self, index: int) -> bool:
        """Return whether a clause may begin at ``index``."""
        return not self.is_word(index - 1) or self.text(index - 1) in SCOPE_ENDS | {"and", "or"}

    def begins_trigger(self, index: int) -> bool:
        """Return whether a phrase that negates begins at ``index``."""
        return any(
            self.match(table, index)
            for table in (NOUN_TRIGGERS, PRONOUN_TRIGGERS, PREDICATE_TRIGGERS)
        )

    def ends_phrase(self, position: int) -> bool:
        """Return whether neither a noun phrase nor a predicate goes on at ``position``."""
        text = self.text(position)
        return (
            not self.is_word(position)
            or text in SCOPE_ENDS
            or text in PREPOSITIONS
            or text == "and"
            or self.match(PRONOUN_TRIGGERS, position) > 0
            or self.match(NOUN_TRIGGERS, position) > 0
            or self.match(PREDICATE_TRIGGERS, position) > 0
        )

    def is_verb(self, position: int) -> bool:
        """Return whether the word may be a finite verb, in the plural too."""
        text = self.text(position)
        is_plural = text in PLURAL_VERBS and self.follows_noun(position)
        return text in AUXILIARIES or is_plural or self.is_finite(position)

    def is_finite(self, position: int) -> bool:
        """Return whether the word is a verb such as "sits", and not a noun such as "the waves"."""
        return self.text(position) in VERBS and self.follows_noun(position)

    def is_plural(self, position: int) -> bool:
        """Return whether the word looks like a plural that ends its noun phrase."""
        text = self.text(position)
        has_ending = len(text) >= MIN_PLURAL and text[-1] == "s" and text[-2] not in "siu'"
        is_plural = has_ending or text in IRREGULAR_PLURALS
        return is_plural and text not in AUXILIARIES | DETERMINERS | PLURALS_BEFORE_NOUNS

    def is_verbal(self, text: str) -> bool:
        """Return whether a word after a plural may depend on it: "no cars parked", "birds fly"."""
        return (
            text.endswith(("ed", "ly")) or text in ADVERBS or f"{text}s" in VERBS or text == "fly"
        )

    def is_between_adjectives(self, start: int, end: int) -> bool:
        """Return whether two adjectives are around a negation: "a large but not huge dog"."""
        is_before_noun = self.is_word(start - 1) and self.text(start - 2) in DETERMINERS
        return is_before_noun and self.text(end) not in DETERMINERS

    def follows_noun(self, position: int) -> bool:
        """Return whether the word before is neither a determiner nor a preposition."""
        before = self.text(position - 1)
        is_determiner = before in DETERMINERS | PREPOSITIONS or before.endswith(("'s", "s'"))
        return self.is_word(position - 1) and not is_determiner

    def has_nor(self, start: int) -> bool:
        """Return whether "nor" follows soon."""
        return any(
            self.text(at) == "nor" for at in range(start, min(start + MAX_SCOPE, len(self._units)))
        )

    def match(self, table: Phrases, index: int) -> int:
        """Return the number of words of the longest phrase of ``table`` at ``index``, or 0."""
        for phrase in table.get(self.text(index), ()):
            if all(self.text(index + offset) == word for offset, word in enumerate(phrase)):
                return len(phrase)
        return 0

    def match_comparison(self, index: int) -> int:
        """Return 3 for "no bigger than", else 0."""
        return 3 if self.text(index) == "no" and self.text(index + 2) == "than" else 0

    def skip(self, position: int, words: frozenset[str]) -> int:
        """Return the first position from ``position`` on that is none of ``words``."""
        last = position + MAX_SCOPE
        while position < last and self.text(position) in words:
            position += 1
        return position

    def skip_back(self, position: int, words: frozenset[str]) -> int:
        """Return the start of the run of ``words`` that ends before ``position``."""
        first = position - MAX_SCOPE
        while position > first and self.text(position - 1) in words:
            position -= 1
        return position
