"""Group candidates into phrases, in order of importance: a noun with the words about it.

A painter reads "brown dog" as one thing, so a number, a color and a size come before their noun, as
in a sentence; a verb or a position follows it: "two brown dogs sleeping".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from semcodec.words.phrases import simple_form
from semcodec.words.selection.candidates import Candidate, sort_by_weight
from semcodec.words.structure import COLORS, NOUN_CLASSES, POSITIONS, RELATIONS, SIZES
from semcodec.words.word_classes import class_of

MAX_DISTANCE: Final = 3  #: tokens from a noun to a verb about it: dogs are both sleeping
#: A modifier is sent with its noun if it is a color, or if it is among the first
#: RANK_FACTOR * r + MIN_MODIFIERS candidates, where r is the rank of the noun. All modifiers of a
#: noun would leave no space for other nouns in a small record (bench/importance.py).
RANK_FACTOR: Final = 2
MIN_MODIFIERS: Final = 4


@dataclass(frozen=True, slots=True)
class CandidatePhrase:
    """A noun with the words about it, in the order in which they are sent.

    Attributes:
        noun: the noun, or another candidate that is sent by itself.
        before: the words before it.
        after: the words after it.
        relation: a word such as "behind" that relates it to ``after_noun``, if that noun is sent
            right before this phrase; else None.
        after_noun: index of the noun before it in the description; -1 without a relation.
    """

    noun: Candidate
    before: tuple[Candidate, ...] = ()
    after: tuple[Candidate, ...] = ()
    relation: Candidate | None = None
    after_noun: int = -1

    @property
    def members(self) -> tuple[Candidate, ...]:
        """All candidates of the phrase, without the relation."""
        return (*self.before, self.noun, *self.after)


def find_candidate_phrases(candidates: Sequence[Candidate]) -> list[CandidatePhrase]:
    """Return the phrases of candidates, those with the most important nouns first.

    The phrase of the subject is the first. Words that are much less important than their noun
    follow all phrases, if they mean something without it ("wooden"), else they are left out.

    Args:
        candidates: in reading order, as ``find_candidates`` returns them.
    """
    others = [other for other in candidates if not (_is_relation(other) or _is_vague(other))]
    nouns = _find_nouns(others)
    ranks = {candidate.index: rank for rank, candidate in enumerate(sort_by_weight(others))}
    members: dict[int, list[Candidate]] = {}
    rest: list[Candidate] = []
    for candidate in others:
        noun = nouns[candidate.index]
        limit = RANK_FACTOR * ranks[noun] + MIN_MODIFIERS
        is_color = _form(candidate) in COLORS
        if candidate.index == noun or is_color or ranks[candidate.index] <= limit:
            members.setdefault(noun, []).append(candidate)
        elif not candidate.is_dependent:
            rest.append(candidate)
    phrases = [_make_phrase(noun, group) for noun, group in members.items()]
    related = _add_relations([phrase for phrase in phrases if phrase is not None], candidates)
    by_noun = {phrase.noun.index: phrase for phrase in related}
    nouns_by_weight = sort_by_weight(phrase.noun for phrase in by_noun.values())
    ranked = [by_noun[noun.index] for noun in nouns_by_weight]
    return [*ranked, *map(CandidatePhrase, sort_by_weight(rest))]


def _is_relation(candidate: Candidate) -> bool:
    return candidate.key in RELATIONS


def _is_vague(candidate: Candidate) -> bool:
    """Return whether a candidate is a number of nothing, which would count the next noun."""
    return candidate.is_number and candidate.head < 0 and candidate.key.isalpha()


def _form(candidate: Candidate) -> str:
    """Return the word that determines the class of a candidate."""
    return simple_form(candidate.token) if candidate.token else candidate.key


def _is_noun(candidate: Candidate) -> bool:
    if candidate.is_subject or (candidate.token and candidate.token.is_noun):
        return True
    return not candidate.is_number and class_of(_form(candidate)) in NOUN_CLASSES


def _find_nouns(candidates: Sequence[Candidate]) -> Mapping[int, int]:
    """Return for the index of each candidate that of the noun in whose phrase it is sent."""
    by_index = {candidate.index: candidate for candidate in candidates}
    nouns: dict[int, int] = {}
    last: Candidate | None = None
    for candidate in candidates:
        head = _follow_heads(candidate, by_index)
        if head is candidate and _is_noun(candidate):
            last = candidate
        elif head is candidate and last and candidate.index - last.index <= MAX_DISTANCE:
            head = last  # "dogs sleeping"
        nouns[candidate.index] = head.index
    # A verb may be about a noun that modifies another one.
    return {index: nouns.get(noun, noun) for index, noun in nouns.items()}


def _follow_heads(candidate: Candidate, by_index: Mapping[int, Candidate]) -> Candidate:
    """Return the noun that a candidate is about, through other modifiers; itself if none is.

    The subject is a noun, even if another noun follows it: in "cat background", it is the cat.
    """
    seen = {candidate.index}
    while candidate.head in by_index and candidate.head not in seen and not candidate.is_subject:
        seen.add(candidate.head)
        candidate = by_index[candidate.head]
    return candidate


def _make_phrase(noun: int, group: Sequence[Candidate]) -> CandidatePhrase | None:
    """Return the phrase of a noun; None for filler that nothing is about.

    Of several numbers or positions only the first is sent: "two horses, one at the left" would be
    read as 21 horses, or at two places.
    """
    before: list[Candidate] = []
    after: list[Candidate] = []
    head = next(candidate for candidate in group if candidate.index == noun)
    has_number = has_position = False
    for candidate in group:
        is_position = _form(candidate) in POSITIONS
        is_extra = (candidate.is_number and has_number) or (is_position and has_position)
        if candidate is head or is_extra:
            continue
        has_number, has_position = has_number or candidate.is_number, has_position or is_position
        (before if _is_before(candidate, noun) else after).append(candidate)
    if head.is_filler and not (before or after):
        return None
    # A color that follows its noun in the text is sent first: "red coffee cup", not "coffee red".
    before.sort(
        key=lambda other: (
            not other.is_number,
            other.index < noun or _form(other) not in COLORS,
            other.index,
        )
    )
    return CandidatePhrase(head, tuple(before), tuple(after))


def _is_before(candidate: Candidate, noun: int) -> bool:
    """Return whether a word is sent before its noun: also "black" of "the cat is black"."""
    form = _form(candidate)
    if candidate.head < 0:
        return form in COLORS or form in SIZES
    is_label = candidate.is_number and not candidate.key.isalpha()  # room 404
    return candidate.index < noun or not (is_label or form in POSITIONS)


def _add_relations(
    phrases: Sequence[CandidatePhrase], candidates: Sequence[Candidate]
) -> Iterator[CandidatePhrase]:
    """Yield the phrases, each with the word that relates it to the noun before it in the text."""
    nouns = sorted(phrase.noun.index for phrase in phrases)
    relations = {other.head: other for other in candidates if _is_relation(other)}
    for phrase in phrases:
        relation = relations.get(phrase.noun.index)
        preceding = [noun for noun in nouns if relation and noun < relation.index]
        if preceding:
            phrase = replace(phrase, relation=relation, after_noun=preceding[-1])
        yield phrase
