"""Find the words that a text says are not there or not so: "no people", "isn't smiling".

A painter and a sentence model read "no people" as people, so such words are not selected. The
tables of triggers, ends and false friends are in ``negation_tables``.
"""

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

from functools import lru_cache
from typing import Final

from semcodec.words.negation_tables import (
    ABSENT,
    ADVERBS,
    ARTICLES,
    ATTRIBUTIVE,
    AUXILIARIES,
    BEFORE_DETERMINER,
    BETWEEN_SIGN_AND_TEXT,
    DEFINITES,
    DEGREES,
    DETERMINERS,
    DOUBLE_NEGATIONS,
    EXISTENCE_VERBS,
    FALSE_FRIENDS,
    INSTRUMENTS,
    IRREGULAR_PLURALS,
    LIBERATING,
    MEASURES,
    NOUN_TRIGGERS,
    NOUNS_IN_ING,
    NUMERALS,
    OUT_OF_PICTURE,
    PARTIAL,
    PARTITIVES,
    PLURAL_VERBS,
    PLURALS_BEFORE_NOUNS,
    PREDICATE_TRIGGERS,
    PREPOSITIONS,
    PRESENT,
    PRIVATIVE_BEGINNINGS,
    PRIVATIVE_ENDINGS,
    PRONOUN_TRIGGERS,
    RELATIVES,
    SAYING,
    SCOPE_ENDS,
    SIGN_ACTIVITIES,
    SIGN_NOUNS,
    STATE_VERBS,
    SUBSET_PRONOUNS,
    TAILS,
    VERBS,
    WORN,
    Phrases,
)
from semcodec.words.negation_units import Unit, split_units
from semcodec.words.stopwords import FUNCTION_WORDS

CACHE_SIZE: Final = 8  #: texts whose spans are kept
MAX_SCOPE: Final = 24  #: words before or after a trigger that it can negate
MAX_ITEM: Final = 4  #: words of one item of a list after a comma
MAX_COMPLEMENT: Final = 8  #: words between a negated subject and its verb
MAX_TAILS: Final = 2  #: phrases such as "visible" and "in the picture" after a noun
MIN_PLURAL: Final = 4  #: letters; shorter words that end in s are singular
MAX_SIGN: Final = 5  #: words from "no" to "sign"
_END: Final = Unit(0, 0, "", "", False, False)


def find_negated(text: str) -> list[tuple[int, int]]:
    """Return the spans of ``text`` that are not there or not so, negating words included.

    >>> [text[start:end] for text in ["No cars, but a dog."] for start, end in find_negated(text)]
    ['No cars']

    Args:
        text: any text in its original case, by which names and signs are recognized.

    Returns:
        Start and end of each span in characters, in order and without overlaps.
    """
    return list(_find(text)[0])


def find_negative_names(text: str) -> list[tuple[int, int]]:
    """Return the spans of ``text`` that are written in the picture and only sound like negations.

    >>> find_negative_names("a no entry sign")
    [(2, 10)]
    """
    return list(_find(text)[1])


@lru_cache(maxsize=CACHE_SIZE)
def _find(text: str) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Return the negated spans and the names of ``text``; selection needs both several times."""
    finder = _NegationFinder(split_units(text))
    finder.read()
    return tuple(finder.spans()), tuple(finder.names())


def is_privative(word: str) -> bool:
    """Return whether a compound is a negation by itself, such as ``car-free`` and ``non-slip``.

    It has its meaning only as a whole: ``car free`` is a car for a painter.
    """
    lower = word.lower()
    return lower.startswith(PRIVATIVE_BEGINNINGS) or lower.endswith(PRIVATIVE_ENDINGS)


class _NegationFinder:
    """Goes through the units of one text. All positions are indices of units."""

    def __init__(self, units: list[Unit]) -> None:
        self._units = units
        self._spans: list[tuple[int, int]] = []
        self._names: list[tuple[int, int]] = []
        self._has_small_words = any(
            unit.written.islower() and len(unit.text) > 1 and unit.text not in FUNCTION_WORDS
            for unit in units
        )

    def read(self) -> None:
        """Go through the text once."""
        index = 0
        while index < len(self._units):
            unit = self._units[index]
            if unit.is_quoted:
                end = self._quotation_end(index)
            else:
                end = self._read(index) if unit.is_word else index
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
        return [self._characters(start, end) for start, end in self._names]

    def _characters(self, start: int, end: int) -> tuple[int, int]:
        return self._units[start].start, self._units[end - 1].end

    # What begins at a word: each method marks what is negated, and returns where to go on.

    def _read(self, index: int) -> int:
        end = self._name_end(index)
        noun = self._match(NOUN_TRIGGERS, index)
        pronoun = self._match(PRONOUN_TRIGGERS, index)
        predicate = self._match(PREDICATE_TRIGGERS, index)
        friend = self._match(FALSE_FRIENDS, index) or self._match_comparison(index)
        if end == index and friend >= max(noun, pronoun, predicate, 1):
            return self._mark(index, index + friend)
        if (end := max(end, self._sign_end(index))) > index:
            self._names.append((index - (self._text(index - 1) == "do"), end))
            return end
        if length := self._match(OUT_OF_PICTURE, index):
            is_state = self._text(index - 1) in STATE_VERBS or self._text(index) == "nowhere"
            method = self._negate_subject if is_state else self._mark
            return method(index, index + length)
        if pronoun >= max(noun, predicate, 1):
            return self._read_pronoun(index, pronoun)
        if noun >= max(predicate, 1):
            return self._read_noun(index, noun)
        if predicate:
            return self._read_not(index, index + predicate)
        if self._text(index) in ABSENT:
            return self._read_absent(index)
        return index + 1

    def _read_noun(self, index: int, length: int) -> int:
        """Read "no", "without", "not a" and the like, and the noun phrase after it."""
        trigger, start = self._text(index), index + length
        if trigger == "no" and self._text(start)[:1].isdigit():
            return start  # number 5
        if trigger == "no" and self._text(start) == "." and self._text(start + 1)[:1].isdigit():
            return start
        if self._is_misread(index, start):
            return start
        if trigger in ("nor", "neither") and self._text(start) in AUXILIARIES:
            # "nor is there a boat", "nor does it fly": one word is between the two verbs.
            return self._mark(index, self._predicate_end(start + 2))
        if trigger == "neither" and (self._text(start) in DEFINITES or not self._has_nor(start)):
            return self._read_subset(index, start)  # "neither man wears a hat"
        if trigger in ("instead", "rather") and self._is_between_adjectives(index, start):
            return self._mark(index, start + 1)  # "a red rather than green apple"
        if trigger == "not" and self._text(start) in DEGREES:
            return self._mark(index, start + 2)  # "not a very large house"
        is_subject = self._begins_clause(index)
        is_attributive = trigger in ATTRIBUTIVE and self._text(start - 1) != "of"
        end = self._noun_end(start, ends_at_ing=is_attributive)
        return self._read_after_noun(index, end, is_subject)

    def _is_misread(self, index: int, start: int) -> bool:
        """Return whether the word only looks like a trigger: a typing error, a name, a verb."""
        trigger, before, after = self._text(index), self._text(index - 1), self._text(start)
        if trigger == "no":  # "playing tennis no a court"
            return after in ("a", "an", "the")
        if trigger in ("zero", "0"):
            is_number = before not in BEFORE_DETERMINER or self._ends_phrase(start)
            return is_number or after in MEASURES
        if trigger == "sans":
            return before == "comic" or after in ("serif", "font")
        return trigger == "free" and before in LIBERATING  # "breaking free from her chains"

    def _read_after_noun(self, index: int, end: int, is_subject: bool) -> int:
        """Read what follows a negated noun: "in sight", "are visible", or its predicate."""
        if (tail := self._tail_end(end)) > end:
            return self._mark(index, tail)
        is_attributive = self._text(index) in ATTRIBUTIVE or self._text(index - 1) == "with"
        if self._text(end) in AUXILIARIES and not is_attributive:
            predicate = self._skip(end, AUXILIARIES | ADVERBS)
            if (tail := self._tail_end(predicate)) > predicate:
                return self._mark(index, tail)
        if is_subject:
            return self._mark_with_predicate(index, end)
        return self._mark(index, end)

    def _mark_with_predicate(self, index: int, end: int) -> int:
        """Mark a negated subject and its predicate: "no one in the boat is awake"."""
        is_verb = self._is_plural(end) and not self._is_plural(end - 1)  # "not a leaf moves"
        if is_verb or self._text(end) in AUXILIARIES or self._is_finite(end):
            return self._mark(index, self._predicate_end(end))
        self._mark(index, end)
        if self._text(end) not in PREPOSITIONS:
            return end
        for position in range(end, min(end + MAX_COMPLEMENT, len(self._units))):
            if not self._is_word(position) or self._text(position) in SCOPE_ENDS | {"and", "or"}:
                break
            if self._text(position) in AUXILIARIES or self._is_finite(position):
                return self._mark(position, self._predicate_end(position))
        return end

    def _read_pronoun(self, index: int, length: int) -> int:
        """Read "nobody" or "none of the dogs", and the predicate after it."""
        start = index + length
        if self._text(start - 1) == "of":
            return self._read_subset(index, start)
        end = max(self._tail_end(start), self._predicate_end(start))
        if end == start and self._begins_clause(index):
            return self._mark_with_predicate(index, end)
        return self._mark(index, end)

    def _read_subset(self, index: int, start: int) -> int:
        """Read "none of the dogs": the dogs are there, their predicate is not so."""
        if self._text(start) in PREPOSITIONS:  # "two dogs, neither with a leash"
            return self._mark(index, self._predicate_end(start))
        if self._text(start) in SUBSET_PRONOUNS:  # "four chairs, none of them occupied"
            return self._mark(index, self._predicate_end(start + 1))
        self._mark(index, start)
        for position in range(start, min(start + MAX_SCOPE, len(self._units))):
            if not self._units[position].is_word or self._text(position) in SCOPE_ENDS:
                return position
            text = self._text(position)
            if position > start and (text in AUXILIARIES or self._is_verb(position)):
                return self._mark(position, self._predicate_end(position))
        return start

    def _read_not(self, index: int, start: int) -> int:
        """Read "not", "isn't", "never" or "no longer", and the predicate after it."""
        predicate = self._skip(start, AUXILIARIES | ADVERBS)
        if length := self._match(DOUBLE_NEGATIONS, predicate):
            return self._mark(index, predicate + length)
        if (tail := self._tail_end(predicate)) > predicate:
            adverbs = {self._text(at) for at in (*range(start, predicate), tail)}
            is_partial = not adverbs.isdisjoint(PARTIAL) or self._text(tail + 2) == "entirety"
            return (self._mark if is_partial else self._negate_subject)(index, tail)
        is_attribute = self._text(index - 1) in DETERMINERS - {"all", "both", "that", "this"}
        is_contrast = self._text(index - 1) in ("but", "though", "yet")
        if is_attribute or (is_contrast and self._is_between_adjectives(index - 1, predicate)):
            return self._mark(index, predicate + 1)  # "a not very large house"
        return self._mark(index, self._predicate_end(start))

    def _read_absent(self, index: int) -> int:
        """Read "missing", "absent" or "gone", whose noun is before or after it."""
        following, is_missing = self._text(index + 1), self._text(index) == "missing"
        if is_missing and (sign := self._sign_noun(index)):
            return sign  # "a missing cat poster"
        has_auxiliary = self._skip_back(index, ADVERBS) > self._skip_back(
            index, ADVERBS | AUXILIARIES
        )
        if is_missing and not self._ends_phrase(index + 1) and following not in ADVERBS:
            return self._mark(index, self._noun_end(index + 1))
        if has_auxiliary:
            return self._negate_subject(index, index + 1)
        if is_missing:  # "with one leg missing"
            return self._mark(self._noun_start(index), index + 1)
        return index + 1

    def _negate_subject(self, index: int, end: int) -> int:
        """Mark the subject of a predicate that begins at ``index``, and the predicate."""
        start = self._skip_back(index, AUXILIARIES | ADVERBS - {"that"})
        if self._text(start - 1) in RELATIVES:  # "a road that cannot be seen"
            antecedent = self._skip_back(start - 1, frozenset(","))
            return self._mark(self._noun_start(antecedent), end)
        first, last = self._subject(start)
        if last < start:
            self._mark(first, last)
            first = start
        return self._mark(first, end)

    # Where a scope ends or starts.

    def _tail_end(self, start: int) -> int:
        """Return the end of "visible in the picture" and the like at ``start``."""
        end = start
        for _ in range(MAX_TAILS):
            end += self._match(TAILS, end) or (self._text(end) in PRESENT)
        return end

    def _noun_end(self, start: int, *, ends_at_ing: bool = False) -> int:
        """Return the end of the noun phrases, joined by "or", that begin at ``start``."""
        end, words = start, 0  # words of the current item
        is_singular = not {"a", "an"}.isdisjoint((self._text(start - 1), self._text(start)))
        for position in range(start, min(start + MAX_SCOPE, len(self._units))):
            text = self._text(position)
            has_articles = self._text(start) in ARTICLES
            if text in ("or", "nor", "/") or self._is_joined(position, has_articles):
                words = 0
                continue
            if text == "of" and words and self._continues_after_of(position):
                words = 0
                continue
            if self._ends_phrase(position) or text in AUXILIARIES:
                break
            if words and self._ends_item(position, ends_at_ing):
                break
            if words and is_singular and self._is_plural(position) and self._follows_noun(position):
                break  # "without a leash chases"
            words += 1
            end = position + 1
        return end

    def _predicate_end(self, start: int) -> int:
        """Return the end of the verb or adjective after ``start`` with its indefinite object."""
        start_of_verb = self._skip(start, AUXILIARIES | ADVERBS)
        skipped = {self._text(position) for position in range(start, start_of_verb)}
        is_existence = not EXISTENCE_VERBS.isdisjoint({*skipped, self._text(start_of_verb)})
        end, is_first = start, True
        for position in range(start_of_verb, min(start_of_verb + MAX_SCOPE, len(self._units))):
            text = self._text(position)
            if text in ("or", "nor") or self._is_joined(position, True):
                continue
            if text in INSTRUMENTS and self._has_instrument(position):
                continue
            if is_first and text in PREPOSITIONS and self._text(position + 1) in ARTICLES:
                continue  # "not on a leash"
            if self._ends_phrase(position) and not (is_first and text == "like"):
                break
            if not is_first and (text in AUXILIARIES or self._is_finite(position)):
                break
            if text in DEFINITES and not is_first and not is_existence:
                break
            end, is_first = position + 1, False
        return end

    def _has_instrument(self, position: int) -> bool:
        """Return whether a preposition leads from a participle to its indefinite noun."""
        before, after = self._text(position - 1), self._text(position + 1)
        is_participle = before.endswith(("ed", "en")) or before in ("made", "full", "clad", "lit")
        return is_participle and after not in DEFINITES and self._is_word(position + 1)

    def _continues_after_of(self, position: int) -> bool:
        is_partitive = self._text(position - 1) in PARTITIVES
        return is_partitive or self._text(position + 1) not in DEFINITES | NUMERALS

    def _ends_phrase(self, position: int) -> bool:
        """Return whether neither a noun phrase nor a predicate goes on at ``position``."""
        text = self._text(position)
        return (
            not self._is_word(position)
            or text in SCOPE_ENDS
            or text in PREPOSITIONS
            or text == "and"
            or self._match(PRONOUN_TRIGGERS, position) > 0
            or self._match(NOUN_TRIGGERS, position) > 0
            or self._match(PREDICATE_TRIGGERS, position) > 0
        )

    def _ends_item(self, position: int, ends_at_ing: bool) -> bool:
        """Return whether a noun phrase ends before the word at ``position``."""
        text = self._text(position)
        is_ing = text.endswith("ing") and text not in NOUNS_IN_ING
        before = self._text(position - 1)
        is_present = text in PRESENT and before not in DETERMINERS | {"other"}
        is_boundary = text in DETERMINERS or is_present or self._is_finite(position)
        is_after_plural = self._is_plural(position - 1) and not (is_ing or self._is_verbal(text))
        is_other_verb = is_ing and (ends_at_ing or before in WORN)
        return is_boundary or is_after_plural or is_other_verb

    def _is_joined(self, position: int, has_articles: bool) -> bool:
        """Return whether a list of negated nouns goes on after a comma or "and".

        In "without a hat, a coat or a bag", but not in "no hat, a coat or a bag", the other nouns
        have articles.
        """
        text = self._text(position)
        if text == "and":
            return self._is_bare_plural(position + 1)
        excluded = AUXILIARIES | DEFINITES | (frozenset() if has_articles else ARTICLES)
        return text == "," and self._reaches_or(position + 1, excluded)

    def _is_bare_plural(self, position: int) -> bool:
        """Return whether one plural noun without an adjective is at ``position``: "and cars"."""
        after = position + 1
        is_noun = self._is_plural(position) and self._text(position) not in VERBS
        return is_noun and (self._ends_phrase(after) or self._text(after) in AUXILIARIES | PRESENT)

    def _reaches_or(self, start: int, excluded: frozenset[str]) -> bool:
        """Return whether short items, with commas between them, lead to "or" or "nor"."""
        words = 0
        for position in range(start, min(start + MAX_SCOPE, len(self._units))):
            text = self._text(position)
            if text in ("or", "nor"):
                return True
            if text == ",":
                words = 0
                continue
            words += 1
            if words > MAX_ITEM or self._ends_phrase(position) or text in excluded:
                return False
        return False

    def _subject(self, end: int) -> tuple[int, int]:
        """Return the subject before ``end``: the first noun phrase that has no preposition."""
        clause = self._clause_start(end)
        clause = min(end, self._skip(clause, frozenset(("and", "but", "or"))))
        start, is_prepositional, has_noun = -1, False, False
        for position in range(clause, end):
            text = self._text(position)
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

    def _clause_start(self, end: int) -> int:
        """Return the start of the clause that ends before ``end``."""
        start = end
        while start > max(0, end - MAX_SCOPE) and self._is_word(start - 1):
            text = self._text(start - 1)
            if text in SCOPE_ENDS | RELATIVES or self._is_verb(start - 1):
                break
            start -= 1
        return start

    def _noun_start(self, end: int) -> int:
        """Return the start of the noun phrase right before ``end``, with its determiner."""
        start = end
        while start > max(0, end - MAX_ITEM) and not self._ends_phrase(start - 1):
            if self._is_verb(start - 1) or self._text(start - 1) in AUXILIARIES:
                break
            start -= 1
            if self._text(start) in DETERMINERS:
                break
        return start

    # Signs and names.

    def _quotation_end(self, start: int) -> int:
        """Return the end of a quotation, and note it as a name if it has a negation."""
        end = start
        while end < len(self._units) and self._units[end].is_quoted:
            end += 1
        inside = [at for at in range(start, end) if self._units[at].is_word]
        if any(map(self._begins_trigger, inside)):
            self._names.append((inside[0], inside[-1] + 1))
        return end

    def _sign_end(self, index: int) -> int:
        """Return the end of the text of a sign or of a name with a negation; ``index`` if none."""
        if not self._begins_trigger(index):
            return index
        first = index - 1 if self._text(index - 1) == "do" else index
        is_linked = self._text(first - 1) in BETWEEN_SIGN_AND_TEXT
        if self._text(first - 2 if is_linked else first - 1) in SAYING:
            return self._text_end(index)
        if self._text(first - 1) == "for" and self._text(first - 2) in SIGN_NOUNS:
            return self._text_end(index)  # "a sign for no overtaking"
        sign = self._sign_noun(index)
        if sign and self._is_attributive(first, index, sign):
            return sign
        return index

    def _begins_trigger(self, index: int) -> bool:
        return any(
            self._match(table, index)
            for table in (NOUN_TRIGGERS, PRONOUN_TRIGGERS, PREDICATE_TRIGGERS)
        )

    def _text_end(self, index: int) -> int:
        """Return the end of the text of a sign, without quotation marks, after "reads"."""
        if self._text(index + 1) in SIGN_ACTIVITIES:
            return index + 2
        end = index + 1
        while end < index + MAX_SCOPE and not self._ends_phrase(end):
            end += 1
        return end

    def _sign_noun(self, index: int) -> int:
        """Return the position of "sign" in "no entry sign"; 0 if there is none."""
        for position in range(index + 1, min(index + 1 + MAX_SIGN, len(self._units))):
            if self._text(position) in SIGN_NOUNS:
                return position if position > index + 1 else 0
            if self._ends_phrase(position) or self._text(position) in DETERMINERS | AUXILIARIES:
                return 0
        return 0

    def _is_attributive(self, first: int, index: int, sign: int) -> bool:
        """Return whether "no entry" in "no entry sign" is the name of the sign."""
        before = self._text(first - 1)
        is_command = first < index or self._text(index) == "not"
        is_rule = self._text(sign - 1) in ("allowed", "permitted")
        is_determiner = not self._is_word(first - 1) or before in BEFORE_DETERMINER
        is_activity = self._text(index + 1) in SIGN_ACTIVITIES
        return is_activity or is_command or is_rule or not is_determiner

    def _name_end(self, index: int) -> int:
        """Return the end of a run of capitalized words that begins with a negation."""
        if not self._has_small_words or not self._is_capitalized(index):
            return index
        if not self._begins_trigger(index):
            return index
        end = index + 1
        while self._is_capitalized(end):
            end += 1
        is_upper = all(self._units[at].written.isupper() for at in range(index, end))
        is_sign = self._text(index + 1) in SIGN_ACTIVITIES
        is_name = is_upper or is_sign or not self._begins_sentence(index)
        return end if end > index + 1 and is_name else index

    # Questions about one position.

    def _text(self, position: int) -> str:
        return self._units[position].text if 0 <= position < len(self._units) else ""

    def _is_word(self, position: int) -> bool:
        return 0 <= position < len(self._units) and self._units[position].is_word

    def _is_capitalized(self, position: int) -> bool:
        return self._is_word(position) and self._units[position].is_capitalized

    def _begins_sentence(self, index: int) -> bool:
        return index == 0 or (not self._units[index - 1].is_word and self._text(index - 1) != ",")

    def _begins_clause(self, index: int) -> bool:
        return not self._is_word(index - 1) or self._text(index - 1) in SCOPE_ENDS | {"and", "or"}

    def _is_verb(self, position: int) -> bool:
        """Return whether the word may be a finite verb, in the plural too."""
        text = self._text(position)
        is_plural = text in PLURAL_VERBS and self._follows_noun(position)
        return text in AUXILIARIES or is_plural or self._is_finite(position)

    def _is_finite(self, position: int) -> bool:
        """Return whether the word is a verb such as "sits", and not a noun such as "the waves"."""
        return self._text(position) in VERBS and self._follows_noun(position)

    def _is_plural(self, position: int) -> bool:
        """Return whether the word looks like a plural that ends its noun phrase."""
        text = self._text(position)
        has_ending = len(text) >= MIN_PLURAL and text[-1] == "s" and text[-2] not in "siu'"
        is_plural = has_ending or text in IRREGULAR_PLURALS
        return is_plural and text not in AUXILIARIES | DETERMINERS | PLURALS_BEFORE_NOUNS

    def _is_verbal(self, text: str) -> bool:
        """Return whether a word after a plural may depend on it: "no cars parked", "birds fly"."""
        return (
            text.endswith(("ed", "ly")) or text in ADVERBS or f"{text}s" in VERBS or text == "fly"
        )

    def _is_between_adjectives(self, start: int, end: int) -> bool:
        """Return whether two adjectives are around a negation: "a large but not huge dog"."""
        is_before_noun = self._is_word(start - 1) and self._text(start - 2) in DETERMINERS
        return is_before_noun and self._text(end) not in DETERMINERS

    def _follows_noun(self, position: int) -> bool:
        before = self._text(position - 1)
        is_determiner = before in DETERMINERS | PREPOSITIONS or before.endswith(("'s", "s'"))
        return self._is_word(position - 1) and not is_determiner

    def _has_nor(self, start: int) -> bool:
        return any(
            self._text(at) == "nor" for at in range(start, min(start + MAX_SCOPE, len(self._units)))
        )

    def _match(self, table: Phrases, index: int) -> int:
        """Return the number of words of the longest phrase of ``table`` at ``index``, or 0."""
        for phrase in table.get(self._text(index), ()):
            if all(self._text(index + offset) == word for offset, word in enumerate(phrase)):
                return len(phrase)
        return 0

    def _match_comparison(self, index: int) -> int:
        """Return 3 for "no bigger than", else 0."""
        return 3 if self._text(index) == "no" and self._text(index + 2) == "than" else 0

    def _skip(self, position: int, words: frozenset[str]) -> int:
        last = position + MAX_SCOPE
        while position < last and self._text(position) in words:
            position += 1
        return position

    def _skip_back(self, position: int, words: frozenset[str]) -> int:
        first = position - MAX_SCOPE
        while position > first and self._text(position - 1) in words:
            position -= 1
        return position

    def _mark(self, start: int, end: int) -> int:
        """Note the units from ``start`` to ``end`` as negated; return ``end``."""
        end = min(end, len(self._units))
        self._spans.append((start, end))
        return end
