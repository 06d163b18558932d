"""Find where the scope of a negation ends or starts: noun phrases, predicates, subjects."""

from __future__ import annotations

from typing import Final

from semcodec.words.closed_classes import ARTICLES, DEFINITES, PREPOSITIONS, RELATIVES
from semcodec.words.negation.grammar import MAX_SCOPE, Units
from semcodec.words.negation.tables import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    EXISTENCE_VERBS,
    INSTRUMENTS,
    NOUNS_IN_ING,
    NUMERALS,
    PARTITIVES,
    PRESENT,
    SCOPE_ENDS,
    TAILS,
    VERBS,
    WORN,
)

MAX_ITEM: Final = 4  #: words of one item of a list after a comma
MAX_TAILS: Final = 2  #: phrases such as "visible" and "in the picture" after a noun


class Scopes:
    """The phrases of a text."""

    def __init__(self, units: Units) -> None:
        self._units = units

    def tail_end(self, start: int) -> int:
        """Return the end of "visible in the picture" and the like at ``start``."""
        end = start
        for _ in range(MAX_TAILS):
            end += self._units.match(TAILS, end) or (self._units.text(end) in PRESENT)
        return end

    def noun_end(self, start: int, *, ends_at_ing: bool = False) -> int:
        """Return the end of the noun phrases, joined by "or", that begin at ``start``."""
        end, words = start, 0  # words of the current item
        is_singular = not {"a", "an"}.isdisjoint(
            (self._units.text(start - 1), self._units.text(start))
        )
        for position in range(start, min(start + MAX_SCOPE, len(self._units))):
            text = self._units.text(position)
            has_articles = self._units.text(start) in ARTICLES
            if text in ("or", "nor", "/") or self._is_joined(position, has_articles):
                words = 0
                continue
            if text == "of" and words and self._continues_after_of(position):
                words = 0
                continue
            if self._units.ends_phrase(position) or text in AUXILIARIES:
                break
            if words and self._ends_item(position, ends_at_ing):
                break
            if (
                words
                and is_singular
                and self._units.is_plural(position)
                and self._units.follows_noun(position)
            ):
                break  # "without a leash chases"
            words += 1
            end = position + 1
        return end

    def predicate_end(self, start: int) -> int:
        """Return the end of the verb or adjective after ``start`` with its indefinite object."""
        start_of_verb = self._units.skip(start, AUXILIARIES | ADVERBS)
        skipped = {self._units.text(position) for position in range(start, start_of_verb)}
        is_existence = not EXISTENCE_VERBS.isdisjoint({*skipped, self._units.text(start_of_verb)})
        end, is_first = start, True
        for position in range(start_of_verb, min(start_of_verb + MAX_SCOPE, len(self._units))):
            text = self._units.text(position)
            if text in ("or", "nor") or self._is_joined(position, True):
                continue
            if text in INSTRUMENTS and self._has_instrument(position):
                continue
            if is_first and text in PREPOSITIONS and self._units.text(position + 1) in ARTICLES:
                continue  # "not on a leash"
            if self._units.ends_phrase(position) and not (is_first and text == "like"):
                break
            if not is_first and (text in AUXILIARIES or self._units.is_finite(position)):
                break
            if text in DEFINITES and not is_first and not is_existence:
                break
            end, is_first = position + 1, False
        return end

    def subject(self, end: int) -> tuple[int, int]:
        """Return the subject before ``end``: the first noun phrase that has no preposition."""
        clause = self._clause_start(end)
        clause = min(end, self._units.skip(clause, frozenset(("and", "but", "or"))))
        start, is_prepositional, has_noun = -1, False, False
        for position in range(clause, end):
            text = self._units.text(position)
            if text in PREPOSITIONS:
                if start >= 0:
                    return start, position
                is_prepositional, has_noun = True, False
            elif is_prepositional and not (has_noun and text in DETERMINERS):
                has_noun = has_noun or text not in DETERMINERS
            elif text.endswith("'s"):
                start, is_prepositional = -1, False  # the owner is there: "the people's faces"
            elif start < 0:
                start, is_prepositional = position, False
        return (start, end) if start >= 0 else (end, end)

    def noun_start(self, end: int) -> int:
        """Return the start of the noun phrase right before ``end``, with its determiner."""
        start = end
        while start > max(0, end - MAX_ITEM) and not self._units.ends_phrase(start - 1):
            if self._units.is_verb(start - 1) or self._units.text(start - 1) in AUXILIARIES:
                break
            start -= 1
            if self._units.text(start) in DETERMINERS:
                break
        return start

    def _has_instrument(self, position: int) -> bool:
        """Return whether a preposition leads from a participle to its indefinite noun."""
        before, after = self._units.text(position - 1), self._units.text(position + 1)
        is_participle = before.endswith(("ed", "en")) or before in ("made", "full", "clad", "lit")
        return is_participle and after not in DEFINITES and self._units.is_word(position + 1)

    def _continues_after_of(self, position: int) -> bool:
        is_partitive = self._units.text(position - 1) in PARTITIVES
        return is_partitive or self._units.text(position + 1) not in DEFINITES | NUMERALS

    def _ends_item(self, position: int, ends_at_ing: bool) -> bool:
        """Return whether a noun phrase ends before the word at ``position``."""
        text = self._units.text(position)
        is_ing = text.endswith("ing") and text not in NOUNS_IN_ING
        before = self._units.text(position - 1)
        is_present = text in PRESENT and before not in DETERMINERS | {"other"}
        is_boundary = text in DETERMINERS or is_present or self._units.is_finite(position)
        is_after_plural = self._units.is_plural(position - 1) and not (
            is_ing or self._units.is_verbal(text)
        )
        is_other_verb = is_ing and (ends_at_ing or before in WORN)
        return is_boundary or is_after_plural or is_other_verb

    def _is_joined(self, position: int, has_articles: bool) -> bool:
        """Return whether a list of negated nouns goes on after a comma or "and".

        In "without a hat, a coat or a bag", but not in "no hat, a coat or a bag", the other nouns
        have articles.
        """
        text = self._units.text(position)
        if text == "and":
            return self._is_bare_plural(position + 1)
        excluded = AUXILIARIES | DEFINITES | (frozenset() if has_articles else ARTICLES)
        return text == "," and self._reaches_or(position + 1, excluded)

    def _is_bare_plural(self, position: int) -> bool:
        """Return whether one plural noun without an adjective is at ``position``: "and cars"."""
        after = position + 1
        is_noun = self._units.is_plural(position) and self._units.text(position) not in VERBS
        return is_noun and (
            self._units.ends_phrase(after) or self._units.text(after) in AUXILIARIES | PRESENT
        )

    def _reaches_or(self, start: int, excluded: frozenset[str]) -> bool:
        """Return whether short items, with commas between them, lead to "or" or "nor"."""
        words = 0
        for position in range(start, min(start + MAX_SCOPE, len(self._units))):
            text = self._units.text(position)
            if text in ("or", "nor"):
                return True
            if text == ",":
                words = 0
                continue
            words += 1
            if words > MAX_ITEM or self._units.ends_phrase(position) or text in excluded:
                return False
        return False

    def _clause_start(self, end: int) -> int:
        """Return the start of the clause that ends before ``end``."""
        start = end
        while start > max(0, end - MAX_SCOPE) and self._units.is_word(start - 1):
            text = self._units.text(start - 1)
            if text in SCOPE_ENDS | RELATIVES or self._units.is_verb(start - 1):
                break
            start -= 1
        return start
