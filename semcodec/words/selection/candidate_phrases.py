"""Group candidates into phrases, in order of importance: a noun with the words about it.

A painter reads "brown dog" as one thing, so a number, a color and a size come before their noun, as
in a sentence; a verb or a position follows it: "two brown dogs sleeping".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from semcodec.words.numbers.words import CARDINALS
from semcodec.words.object_words import BODY_PARTS
from semcodec.words.phrases import SIDES, simple_form
from semcodec.words.selection.candidates import Candidate, sort_by_weight
from semcodec.words.structure import COLORS, NOUN_CLASSES, POSITIONS, RELATIONS, SIZES
from semcodec.words.word_classes import class_of

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

    The phrase of the subject is the first. A noun is there once for each thing with its name: "a
    red car, a blue car". Words that are much less important than their noun follow all phrases, if
    they mean something without it ("wooden"), else they are left out. The last are colors of
    nothing that is sent, because a noun after them would be read with them; sizes and places of
    nothing are sent if there is nothing else.

    Args:
        candidates: in reading order, as ``find_candidates`` returns them.
    """
    others = [other for other in candidates if not (_is_relation(other) or _is_vague(other))]
    nouns = _find_nouns(others)
    alone = _find_alone(others, nouns)
    ranks = {candidate.index: rank for rank, candidate in enumerate(sort_by_weight(others))}
    members: dict[int, list[Candidate]] = {}
    rest: list[Candidate] = []
    for candidate in (other for other in others if other not in alone):
        noun = nouns[candidate.index]
        limit = (
            RANK_FACTOR * ranks[noun.index if noun.index in ranks else noun.head] + MIN_MODIFIERS
        )
        is_color = _form(candidate) in COLORS
        if candidate.index == noun.index or is_color or ranks[candidate.index] <= limit:
            members.setdefault(noun.index, []).append(candidate)
        elif not candidate.is_dependent and _kind(candidate) not in ("size", "place"):
            rest.append(candidate)
    heads = {noun.index: noun for noun in nouns.values()}
    phrases = [_make_phrase(heads[noun], group) for noun, group in members.items()]
    related = _add_relations([phrase for phrase in phrases if phrase is not None], candidates)
    by_noun = {phrase.noun.index: phrase for phrase in related}
    nouns_by_weight = sort_by_weight(phrase.noun for phrase in by_noun.values())
    ranked = [by_noun[noun.index] for noun in nouns_by_weight]
    colors = [candidate for candidate in alone if _kind(candidate) == "color"]
    last = colors if ranked or rest else alone
    return [*ranked, *map(CandidatePhrase, [*sort_by_weight(rest), *sort_by_weight(last)])]


def _find_alone(
    candidates: Sequence[Candidate], nouns: Mapping[int, Candidate]
) -> Sequence[Candidate]:
    """Return the colors, sizes and places of no noun, except one that is the subject: an orange.

    There are none without a subject, because then the text is not English.
    """
    if not any(candidate.is_subject for candidate in candidates):
        return []
    return [
        candidate
        for candidate in candidates
        if _kind(candidate) in ("color", "size", "place")
        and nouns[candidate.index] is candidate
        and not candidate.is_subject
    ]


def _is_relation(candidate: Candidate) -> bool:
    return candidate.key in RELATIONS


def _is_vague(candidate: Candidate) -> bool:
    """Return whether a candidate is a number of nothing, which would count the next noun."""
    is_number = candidate.is_number or candidate.key in CARDINALS  # "one is red"
    return is_number and candidate.head < 0 and candidate.key.isalpha()


def _form(candidate: Candidate) -> str:
    """Return the word that determines the class of a candidate."""
    return simple_form(candidate.token) if candidate.token else candidate.key


def _is_noun(candidate: Candidate) -> bool:
    if candidate.is_subject or (candidate.token and candidate.token.is_noun):
        return True
    form = _form(candidate)
    return not candidate.is_number and form not in SIDES and class_of(form) in NOUN_CLASSES


def _find_nouns(candidates: Sequence[Candidate]) -> Mapping[int, Candidate]:
    """Return for the index of each candidate the noun in whose phrase it is sent.

    Of a noun with several mentions, all words are sent with the first mention, unless they are
    about another thing: a number, color, size or place of that is sent with the noun once more. So
    is a second color of "the dog is brown, the dog at the back is white".
    """
    by_index = {candidate.index: candidate for candidate in candidates}
    nouns: dict[int, Candidate] = {}
    repeated: dict[int, Candidate] = {}
    described: dict[tuple[int, str], int] = {}  # the mention with the first color, ... of a noun
    for candidate in candidates:
        noun, about = _follow_heads(candidate, by_index), candidate.about
        if noun is candidate and about is not None and not _is_noun(candidate):
            noun = _follow_heads(by_index.get(about.head, candidate), by_index)  # dogs sleeping
        if about is not None and about.head == noun.index and (kind := _kind(candidate)):
            is_other = about.is_repeat
            if not is_other:
                mention = described.setdefault((noun.index, kind), about.index)
                is_other = mention != about.index
            if is_other and not _kind(about):  # not the left one of two corners
                noun = repeated.get(about.index, replace(about, weight=0, is_repeat=True))
                noun = replace(noun, weight=max(noun.weight, candidate.weight))
                repeated[about.index] = noun
        nouns[candidate.index] = noun
    return nouns


def _kind(candidate: Candidate) -> str:
    """Return whether a candidate is a number, a color, a size or a place; else ""."""
    form = _form(candidate)
    if candidate.is_number:
        return "number"
    kinds = (("color", COLORS), ("size", SIZES), ("place", POSITIONS))
    return next((kind for kind, words in kinds if form in words), "")


def _follow_heads(candidate: Candidate, by_index: Mapping[int, Candidate]) -> Candidate:
    """Return the noun that a candidate is about, through other modifiers; itself if none is.

    The subject is a noun, even if another noun follows it: in "cat background", it is the cat.
    """
    seen = {candidate.index}
    while candidate.head in by_index and candidate.head not in seen and not candidate.is_subject:
        seen.add(candidate.head)
        candidate = by_index[candidate.head]
    return candidate


def _make_phrase(head: Candidate, group: Sequence[Candidate]) -> CandidatePhrase | None:
    """Return the phrase of a noun; None for filler that nothing is about.

    Of several numbers only the first is sent: "two horses, one brown" would be read as 21 horses.
    """
    before: list[Candidate] = []
    after: list[Candidate] = []
    has_number = False
    for candidate in group:
        if candidate.index == head.index or (candidate.is_number and has_number):
            continue
        has_number = has_number or candidate.is_number
        (before if _is_before(candidate, head, group) else after).append(candidate)
    if head.is_filler and not (before or after):
        return None
    # A color that follows its noun in the text is sent first: "red coffee cup", not "coffee red".
    before.sort(
        key=lambda other: (
            not other.is_number,
            other.index < head.index or _form(other) not in COLORS,
            other.index,
        )
    )
    return CandidatePhrase(head, tuple(before), tuple(after))


def _is_before(candidate: Candidate, noun: Candidate, group: Sequence[Candidate]) -> bool:
    """Return whether a word is sent before its noun: also "black" of "the cat is black"."""
    form = _form(candidate)
    if candidate.head < 0:
        return form in COLORS or form in SIZES
    if form in POSITIONS:
        # "front door", "left hand". "On the left a door" is "door left", because a place before a
        # noun would be read with the noun before it.
        between = sum(candidate.index < other.index < noun.index for other in group)
        is_beside = 0 < noun.index - candidate.index <= 1 + between
        return is_beside and (form not in SIDES or _form(noun) in BODY_PARTS)
    is_label = candidate.is_number and not candidate.key.isalpha()  # room 404
    return candidate.index < noun.index or not is_label


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
