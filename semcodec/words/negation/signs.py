"""Find the texts of signs and names that sound like a negation: "a no entry sign", "No Doubt"."""

from __future__ import annotations

from typing import Final

from semcodec.words.negation.grammar import MAX_SCOPE, Units
from semcodec.words.negation.tables import (
    AUXILIARIES,
    BEFORE_DETERMINER,
    BETWEEN_SIGN_AND_TEXT,
    DETERMINERS,
    SAYING,
    SIGN_ACTIVITIES,
    SIGN_NOUNS,
)
from semcodec.words.stopwords import FUNCTION_WORDS

NAME_JOINTS: Final = frozenset(("for", "of", "the", "to"))
MAX_SIGN: Final = 5  #: words from "no" to "sign"


class Signs:
    """The signs, names and quotations of a text.

    Attributes:
        found: the spans, in units, of those that sound like a negation.
    """

    def __init__(self, units: Units) -> None:
        self._units = units
        self.found: list[tuple[int, int]] = []
        self._has_small_words = any(
            unit.written.islower() and len(unit.text) > 1 and unit.text not in FUNCTION_WORDS
            for unit in units
        )

    def quotation_end(self, start: int) -> int:
        """Return the end of a quotation, and note it as a name if it has a negation."""
        end = start
        while end < len(self._units) and self._units[end].is_quoted:
            end += 1
        inside = [at for at in range(start, end) if self._units[at].is_word]
        if any(map(self._units.begins_trigger, inside)):
            self.found.append((inside[0], inside[-1] + 1))
        return end

    def name_end(self, index: int) -> int:
        """Return the end of a run of capitalized words that begins with a negation."""
        if not self._has_small_words or not self._units.is_capitalized(index):
            return index
        if not self._units.begins_trigger(index):
            return index
        end = index + 1
        while self._units.is_capitalized(end) or self._is_inside_name(end):
            end += 1
        is_upper = all(self._units[at].written.isupper() for at in range(index, end))
        is_sign = self._units.text(index + 1) in SIGN_ACTIVITIES
        is_name = is_upper or is_sign or not self._units.begins_sentence(index)
        return end if end > index + 1 and is_name else index

    def _is_inside_name(self, position: int) -> bool:
        """Return whether a small word joins two capitalized ones: No Country for Old Men."""
        is_joint = self._units.text(position) in NAME_JOINTS
        return is_joint and self._units.is_capitalized(position + 1)

    def sign_end(self, index: int) -> int:
        """Return the end of the text of a sign or of a name with a negation; ``index`` if none."""
        if not self._units.begins_trigger(index):
            return index
        first = index - 1 if self._units.text(index - 1) == "do" else index
        is_linked = self._units.text(first - 1) in BETWEEN_SIGN_AND_TEXT
        if self._units.text(first - 2 if is_linked else first - 1) in SAYING:
            return self._text_end(index)
        if self._units.text(first - 1) == "for" and self._units.text(first - 2) in SIGN_NOUNS:
            return self._text_end(index)  # "a sign for no overtaking"
        sign = self.sign_noun(index)
        if sign and self._is_attributive(first, index, sign):
            return sign
        return self._compound_end(index)

    def sign_noun(self, index: int) -> int:
        """Return the position of "sign" in "no entry sign"; 0 if there is none."""
        for position in range(index + 1, min(index + 1 + MAX_SIGN, len(self._units))):
            if self._units.text(position) in SIGN_NOUNS:
                return position if position > index + 1 else 0
            if (
                self._units.ends_phrase(position)
                or self._units.text(position) in DETERMINERS | AUXILIARIES
            ):
                return 0
        return 0

    def _compound_end(self, index: int) -> int:
        """Return the end of "no swimming" in "a no swimming flag"; ``index`` if it is none.

        An article does not stand before the determiner "no", so both belong to a later noun.
        """
        is_determiner = self._units.text(index - 1) not in ("a", "an", "the")
        is_adverb = self._units.text(index + 1) in ("longer", "more")
        if is_determiner or is_adverb or self._units.text(index) != "no":
            return index
        noun = index
        while noun < index + MAX_SIGN and not self._ends_compound(noun + 1):
            noun += 1
        return noun if noun > index + 1 else index

    def _ends_compound(self, position: int) -> bool:
        is_determiner = self._units.text(position) in DETERMINERS
        return is_determiner or self._units.ends_phrase(position) or self._units.is_verb(position)

    def _text_end(self, index: int) -> int:
        """Return the end of the text of a sign, without quotation marks, after "reads"."""
        if self._units.text(index + 1) in SIGN_ACTIVITIES:
            return index + 2
        end = index + 1
        while end < index + MAX_SCOPE and not self._units.ends_phrase(end):
            end += 1
        return end

    def _is_attributive(self, first: int, index: int, sign: int) -> bool:
        """Return whether "no entry" in "no entry sign" is the name of the sign."""
        before = self._units.text(first - 1)
        is_command = first < index or self._units.text(index) == "not"
        is_rule = self._units.text(sign - 1) in ("allowed", "permitted")
        is_determiner = not self._units.is_word(first - 1) or before in BEFORE_DETERMINER
        is_activity = self._units.text(index + 1) in SIGN_ACTIVITIES
        return is_activity or is_command or is_rule or not is_determiner
