"""Go through a text once and mark what it states is not there."""

# A negation has a trigger and a scope. From left to right, the longest phrase of the tables that
# begins at a word decides what it is: a false friend, of which only its own words are left out
# ("nothing but"); or a trigger, with a scope after it ("no people") or before it ("people are not
# visible"). Invariants: a scope passes neither the end of a clause nor MAX_SCOPE words, and the
# search goes on behind it, so the time is linear. Words in a quotation, a name or the text of a
# sign ("No Parking") trigger nothing. A noun after a preposition, a definite article, "but" or
# "except" is there ("no boats on the lake"). If a text can be read both ways, the noun is there,
# because a picture suffers more from a missing subject than from a superfluous one. "cloudless" is
# not a trigger: the word itself is the meaning. Tested by tests/words/test_negation.py and the
# sentences in tests/words/sentences/negation.toml.

from __future__ import annotations

from typing import Final

from semcodec.words.closed_classes import DEFINITES, PREPOSITIONS, RELATIVES
from semcodec.words.negation.grammar import MAX_SCOPE, Units
from semcodec.words.negation.scopes import Scopes
from semcodec.words.negation.signs import Signs
from semcodec.words.negation.tables import (
    ABSENT,
    ADVERBS,
    AIMS,
    ATTRIBUTIVE,
    AUXILIARIES,
    BEFORE_DETERMINER,
    DEGREES,
    DETERMINERS,
    DOUBLE_NEGATIONS,
    FALSE_FRIENDS,
    LIBERATING,
    MEASURES,
    NOUN_TRIGGERS,
    OUT_OF_PICTURE,
    PARTIAL,
    PREDICATE_TRIGGERS,
    PRONOUN_TRIGGERS,
    SCOPE_ENDS,
    STATE_VERBS,
    SUBSET_PRONOUNS,
)
from semcodec.words.negation.units import Unit

MAX_COMPLEMENT: Final = 8  #: words between a negated subject and its verb
#: All words at which a phrase of the tables may begin; few words of a text are one.
FIRST_WORDS: Final = ABSENT.union(
    FALSE_FRIENDS, NOUN_TRIGGERS, OUT_OF_PICTURE, PREDICATE_TRIGGERS, PRONOUN_TRIGGERS
)


class NegationFinder:
    """Goes through the units of one text. All positions are indices of units.

    Each method ``_read…`` gets the start of a phrase, marks what it negates, and returns the
    position at which to go on.
    """

    def __init__(self, units: list[Unit]) -> None:
        self._units = Units(units)
        self._scopes, self._signs = Scopes(self._units), Signs(self._units)
        self._spans: list[tuple[int, int]] = []

    def read(self) -> None:
        """Go through the text once."""
        index = 0
        while index < len(self._units):
            unit = self._units[index]
            if unit.is_quoted:
                end = self._signs.quotation_end(index)
            else:
                end = self._read(index) if unit.text in FIRST_WORDS else index
            index = max(index + 1, end)

    def spans(self) -> list[tuple[int, int]]:
        """Return the negated spans in characters, joined where they overlap."""
        merged: list[list[int]] = []
        for start, end in sorted(span for span in self._spans if span[0] < span[1]):
            if merged and start < merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        return [self._characters(start, end) for start, end in merged]

    def names(self) -> list[tuple[int, int]]:
        """Return the names and the texts of signs with a negation, in characters."""
        return [self._characters(start, end) for start, end in self._signs.found]

    def _characters(self, start: int, end: int) -> tuple[int, int]:
        return self._units[start].start, self._units[end - 1].end

    def _read(self, index: int) -> int:
        end = self._signs.name_end(index)
        noun = self._units.match(NOUN_TRIGGERS, index)
        pronoun = self._units.match(PRONOUN_TRIGGERS, index)
        predicate = self._units.match(PREDICATE_TRIGGERS, index)
        friend = self._units.match(FALSE_FRIENDS, index) or self._units.match_comparison(index)
        if end == index and friend >= max(noun, pronoun, predicate, 1):
            return self._mark(index, index + friend)
        if (end := max(end, self._signs.sign_end(index))) > index:
            self._signs.found.append((index - (self._units.text(index - 1) == "do"), end))
            return end
        if length := self._units.match(OUT_OF_PICTURE, index):
            is_state = (
                self._units.text(index - 1) in STATE_VERBS or self._units.text(index) == "nowhere"
            )
            method = self._negate_subject if is_state else self._mark
            return method(index, index + length)
        if pronoun >= max(noun, predicate, 1):
            return self._read_pronoun(index, pronoun)
        if noun >= max(predicate, 1):
            return self._read_noun(index, noun)
        if predicate:
            return self._read_not(index, index + predicate)
        if self._units.text(index) in ABSENT:
            return self._read_absent(index)
        return index + 1

    def _read_noun(self, index: int, length: int) -> int:
        """Read "no", "without", "not a" and the like, and the noun phrase after it."""
        trigger, start = self._units.text(index), index + length
        if trigger == "no" and self._units.text(start)[:1].isdigit():
            return start  # number 5
        if (
            trigger == "no"
            and self._units.text(start) == "."
            and self._units.text(start + 1)[:1].isdigit()
        ):
            return start
        if self._is_misread(index, start):
            return start
        if trigger in ("nor", "neither") and self._units.text(start) in AUXILIARIES:
            # "nor is there a boat", "nor does it fly": one word is between the two verbs.
            return self._mark(index, self._scopes.predicate_end(start + 2))
        if trigger == "neither" and (
            self._units.text(start) in DEFINITES or not self._units.has_nor(start)
        ):
            return self._read_subset(index, start)  # "neither man wears a hat"
        if trigger in ("instead", "rather") and self._units.is_between_adjectives(index, start):
            return self._mark(index, start + 1)  # "a red rather than green apple"
        if trigger == "not" and self._units.text(start) in DEGREES:
            return self._mark(index, start + 2)  # "not a very large house"
        is_subject = self._units.begins_clause(index)
        is_attributive = trigger in ATTRIBUTIVE and self._units.text(start - 1) != "of"
        end = self._scopes.noun_end(start, ends_at_ing=is_attributive)
        return self._read_after_noun(index, end, is_subject)

    def _is_misread(self, index: int, start: int) -> bool:
        """Return whether the word only looks like a trigger: a typing error, a name, a verb."""
        trigger, before, after = (
            self._units.text(index),
            self._units.text(index - 1),
            self._units.text(start),
        )
        if trigger == "no":  # "playing tennis no a court"
            return after in ("a", "an", "the")
        if trigger in ("zero", "0"):
            is_number = before not in BEFORE_DETERMINER or self._units.ends_phrase(start)
            return is_number or after in MEASURES
        if trigger == "sans":
            return before == "comic" or after in ("serif", "font")
        return trigger == "free" and before in LIBERATING  # "breaking free from her chains"

    def _read_after_noun(self, index: int, end: int, is_subject: bool) -> int:
        """Read what follows a negated noun: "in sight", "are visible", or its predicate."""
        if (tail := self._scopes.tail_end(end)) > end:
            return self._mark(index, tail)
        is_attributive = (
            self._units.text(index) in ATTRIBUTIVE or self._units.text(index - 1) == "with"
        )
        if self._units.text(end) in AUXILIARIES and not is_attributive:
            predicate = self._units.skip(end, AUXILIARIES | ADVERBS)
            if (tail := self._scopes.tail_end(predicate)) > predicate:
                return self._mark(index, tail)
        if is_subject:
            return self._mark_with_predicate(index, end)
        return self._mark(index, end)

    def _mark_with_predicate(self, index: int, end: int) -> int:
        """Mark a negated subject and its predicate: "no one in the boat is awake"."""
        is_verb = self._units.is_plural(end) and not self._units.is_plural(
            end - 1
        )  # "not a leaf moves"
        if is_verb or self._units.text(end) in AUXILIARIES or self._units.is_finite(end):
            return self._mark(index, self._scopes.predicate_end(end))
        self._mark(index, end)
        if self._units.text(end) not in PREPOSITIONS:
            return end
        for position in range(end, min(end + MAX_COMPLEMENT, len(self._units))):
            if not self._units.is_word(position) or self._units.text(position) in SCOPE_ENDS | {
                "and",
                "or",
            }:
                break
            if self._units.text(position) in AUXILIARIES or self._units.is_finite(position):
                return self._mark(position, self._scopes.predicate_end(position))
        return end

    def _read_pronoun(self, index: int, length: int) -> int:
        """Read a negative pronoun ("none", "none of the dogs"), and the predicate after it."""
        start = index + length
        if self._units.text(start - 1) == "of":
            return self._read_subset(index, start)
        end = max(self._scopes.tail_end(start), self._scopes.predicate_end(start))
        if end == start and self._units.begins_clause(index):
            return self._mark_with_predicate(index, end)
        return self._mark(index, end)

    def _read_subset(self, index: int, start: int) -> int:
        """Read "none of the dogs": the dogs are there, their predicate is not so."""
        if self._units.text(start) in PREPOSITIONS:  # "two dogs, neither with a leash"
            return self._mark(index, self._scopes.predicate_end(start))
        if self._units.text(start) in SUBSET_PRONOUNS:  # "four chairs, none of them occupied"
            return self._mark(index, self._scopes.predicate_end(start + 1))
        self._mark(index, start)
        for position in range(start, min(start + MAX_SCOPE, len(self._units))):
            if not self._units[position].is_word or self._units.text(position) in SCOPE_ENDS:
                return position
            text = self._units.text(position)
            if position > start and (text in AUXILIARIES or self._units.is_verb(position)):
                return self._mark(position, self._scopes.predicate_end(position))
        return start

    def _read_not(self, index: int, start: int) -> int:
        """Read "not", "isn't", "never" or "no longer", and the predicate after it."""
        predicate = self._units.skip(start, AUXILIARIES | ADVERBS)
        if length := self._units.match(DOUBLE_NEGATIONS, predicate):
            return self._mark(index, predicate + length)
        if (tail := self._scopes.tail_end(predicate)) > predicate:
            adverbs = {self._units.text(at) for at in (*range(start, predicate), tail)}
            is_partial = not adverbs.isdisjoint(PARTIAL) or self._units.text(tail + 2) == "entirety"
            return (self._mark if is_partial else self._negate_subject)(index, tail)
        is_attribute = self._units.text(index - 1) in DETERMINERS - {"all", "both", "that", "this"}
        is_contrast = self._units.text(index - 1) in ("but", "though", "yet")
        if is_attribute or (
            is_contrast and self._units.is_between_adjectives(index - 1, predicate)
        ):
            return self._mark(index, predicate + 1)  # "a not very large house"
        return self._mark(index, self._scopes.predicate_end(start))

    def _read_absent(self, index: int) -> int:
        """Read "missing", "absent" or "gone", whose noun is before or after it."""
        following, is_missing = self._units.text(index + 1), self._units.text(index) == "missing"
        if is_missing and (sign := self._signs.sign_noun(index)):
            return sign  # "a missing cat poster"
        aim = index + 2 if following in ("a", "the") else index + 1
        if is_missing and self._units.text(aim) in AIMS:
            return self._mark(index, index + 1)  # "swinging and missing the ball"
        has_auxiliary = self._units.skip_back(index, ADVERBS) > self._units.skip_back(
            index, ADVERBS | AUXILIARIES
        )
        if is_missing and not self._units.ends_phrase(index + 1) and following not in ADVERBS:
            return self._mark(index, self._scopes.noun_end(index + 1))
        if has_auxiliary:
            return self._negate_subject(index, index + 1)
        if is_missing:  # "with one leg missing"
            return self._mark(self._scopes.noun_start(index), index + 1)
        return index + 1

    def _negate_subject(self, index: int, end: int) -> int:
        """Mark the subject of a predicate that begins at ``index``, and the predicate."""
        start = self._units.skip_back(index, AUXILIARIES | ADVERBS - {"that"})
        if self._units.text(start - 1) in RELATIVES:  # "a road that cannot be seen"
            antecedent = self._units.skip_back(start - 1, frozenset(","))
            return self._mark(self._scopes.noun_start(antecedent), end)
        first, last = self._scopes.subject(start)
        if last < start:
            self._mark(first, last)
            first = start
        return self._mark(first, end)

    def _mark(self, start: int, end: int) -> int:
        """Note the units from ``start`` to ``end`` as negated; return ``end``."""
        end = min(end, len(self._units))
        self._spans.append((start, end))
        return end
