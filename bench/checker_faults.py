"""Faults to plant: the words of a picture, changed in one place, for each kind of fault."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from semcodec.words import matching
from semcodec.words.matching import Relation, count_limits, noun_relation
from semcodec.words.object_words import Part, part_of
from semcodec.words.plurals import is_plural
from semcodec.words.predicates import Predicate, PredicateKind, find_predicates

Words = list[str]

#: Things to put in the place of others, and to add; the embedded painter has drawings of them.
THINGS: Final = "elephant bicycle umbrella cake horse chair airplane guitar clock bear".split()
PAINTED_COLORS: Final = "red orange yellow green blue purple pink black white".split()
OTHER_NUMBERS: Final = {2: "five", 3: "six", 4: "two"}
OPPOSITES: Final = {
    "left": "right", "right": "left", "top": "bottom", "bottom": "top", "center": "left",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault.

    Attributes:
        name: a row of the table.
        kind: the kind of statements that it breaks; those that a checker may use to see it.
        plant: returns the words with the fault, or None if they have no place for it.
    """

    name: str
    kind: PredicateKind
    plant: Callable[[Words, random.Random], Words | None]


def _of_kind(words: Words, kind: PredicateKind) -> list[Predicate]:
    return [predicate for predicate in find_predicates(words) if predicate.kind == kind]


def _replace_value(
    words: Words, kind: PredicateKind, rng: random.Random, other: Callable[[str], str]
) -> Words | None:
    """Return the words with another value of one predicate."""
    predicates = _of_kind(words, kind)
    if not predicates:
        return None
    value = rng.choice(predicates).value
    places = [index for index, word in enumerate(words) if word == value]
    if not places or not (new := other(value)):
        return None
    changed = list(words)
    changed[rng.choice(places)] = new
    return changed


def _lose_subject(words: Words, rng: random.Random) -> Words | None:
    span = _subject_span(words)
    rest = None if span is None else words[: span[0]] + words[span[1] :]
    return rest if rest and _of_kind(rest, "noun") else None


def _replace_subject(words: Words, rng: random.Random) -> Words | None:
    subject, span = _subject(words), _subject_noun(words)
    if subject is None or span is None:
        return None
    thing = _choose_thing(words, rng)
    if is_plural(subject.noun.rsplit(" ", 1)[-1].lower()):
        thing += "s"
    return [*words[: span[0]], thing, *words[span[1] :]]


def _add_object(words: Words, rng: random.Random) -> Words | None:
    return [*words, "two", "red", f"{_choose_thing(words, rng)}s"]


def _choose_thing(words: Words, rng: random.Random) -> str:
    nouns = [predicate.noun for predicate in _of_kind(words, "noun")]
    free = [
        thing
        for thing in THINGS
        if all(noun_relation(noun, thing) is Relation.OTHER for noun in nouns)
    ]
    return rng.choice(free)


def _change_count(words: Words, rng: random.Random) -> Words | None:
    def other(value: str) -> str:
        limits = count_limits(value)
        return OTHER_NUMBERS.get(limits[0], "three") if limits and limits[0] > 1 else ""

    return _replace_value(words, "count", rng, other)


def _change_color(words: Words, rng: random.Random) -> Words | None:
    present = {word for word in words if part_of(word) is Part.COLOR}

    def other(value: str) -> str:
        names = matching.color_names(value)
        free = [color for color in PAINTED_COLORS if color not in names | present]
        return rng.choice(free)

    return _replace_value(words, "color", rng, other)


def _change_size(words: Words, rng: random.Random) -> Words | None:
    def other(value: str) -> str:
        return {"small": "huge", "large": "small"}.get(matching.size_name(value), "")

    return _replace_value(words, "size", rng, other)


def _change_place(words: Words, rng: random.Random) -> Words | None:
    def other(value: str) -> str:
        return OPPOSITES.get(matching.place_name(value), "")

    return _replace_value(words, "place", rng, other)


def _subject(words: Words) -> Predicate | None:
    nouns = _of_kind(words, "noun")
    return nouns[0] if nouns else None


def _subject_noun(words: Words) -> tuple[int, int] | None:
    """Return start and end of the words of the subject."""
    subject = _subject(words)
    if subject is None:
        return None
    noun = subject.noun.split()
    starts = [n for n in range(len(words)) if words[n : n + len(noun)] == noun]
    return (starts[0], starts[0] + len(noun)) if starts else None


def _subject_span(words: Words) -> tuple[int, int] | None:
    """Return start and end of the subject with its number, colors, size and places."""
    span = _subject_noun(words)
    if span is None:
        return None
    start, end = span
    before = (Part.COUNT, Part.COLOR, Part.SIZE, Part.ADJECTIVE)
    while start and (part_of(words[start - 1]) in before or count_limits(words[start - 1])):
        start -= 1
    while end < len(words) and part_of(words[end]) is Part.POSITION:
        end += 1
    return start, end


FAULTS: Final[Sequence[Fault]] = (
    Fault("subject lost", "noun", _lose_subject),
    Fault("subject replaced", "noun", _replace_subject),
    Fault("object added", "noun", _add_object),
    Fault("count", "count", _change_count),
    Fault("color", "color", _change_color),
    Fault("size", "size", _change_size),
    Fault("place", "place", _change_place),
)


def plant(fault: Fault, words: Words, rng: random.Random) -> Words | None:
    """Return ``words`` with one fault, or None if they have no place for it.

    The result breaks at least one statement of the kind of the fault; only of an added object does
    no statement speak.
    """
    changed = fault.plant(words, rng)
    if changed is None or fault.name == "object added":
        return changed
    broken = set(_of_kind(words, fault.kind)) - set(_of_kind(changed, fault.kind))
    return changed if broken else None
