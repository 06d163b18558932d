"""Answers about a picture from a description of it, by rule.

A description names the main things of a picture, so a noun that it lacks is most likely not there;
but it does not state everything about them, so an attribute that it lacks is unknown. Only
descriptions in English are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from semcodec.words import matching
from semcodec.words.language import detect
from semcodec.words.language.scores import ENGLISH
from semcodec.words.matching import Relation, count_limits, noun_relation
from semcodec.words.mentions import Mention, find_mentions
from semcodec.words.object_words import PLAIN_SURROUNDINGS, SURROUNDINGS
from semcodec.words.plurals import is_plural
from semcodec.words.predicates import HORIZONTAL, Predicate

if TYPE_CHECKING:
    from semcodec.backends.protocols import Answer

MAX_WORDS: Final = 2_000  #: words that are read; a description has a few hundred


def answers_from_description(description: str, predicates: Sequence[Predicate]) -> list[Answer]:
    """Return for each of ``predicates`` whether ``description`` states it.

    A noun is found by its lemma, a synonym or a narrower noun ("woman" for "person"). Any object
    with this noun may have the attribute: of a black dog and a white dog, both "black dog" and
    "white dog" hold.

    Args:
        description: a text about one picture.
        predicates: the statements.

    Returns:
        One answer for each statement. ``"no"``: the noun is not in the description, or has another
        attribute of this kind. ``"unsure"``: the description does not state it, or is not
        in English.

    Example:
        >>> from semcodec.words.predicates import find_predicates
        >>> words = ["two", "red", "boats", "left"]
        >>> answers_from_description("Two green ships.", find_predicates(words))
        ['yes', 'yes', 'no', 'unsure']
    """
    words = description.split()[:MAX_WORDS]
    if detect(" ".join(words)).language != ENGLISH:
        return ["unsure"] * len(predicates)
    mentions = find_mentions(words)
    return [_answer(predicate, mentions) for predicate in predicates]


def _answer(predicate: Predicate, mentions: Sequence[Mention]) -> Answer:
    relations = [(noun_relation(predicate.noun, each.noun), each) for each in mentions]
    found = [each for relation, each in relations if relation in (Relation.SAME, Relation.NARROWER)]
    if not found:
        # "Boat" does not tell whether it is a sailboat, and a describer may leave out the sky.
        is_open = any(relation is Relation.WIDER for relation, _ in relations)
        head = predicate.noun.rsplit(" ", 1)[-1].lower()
        return "unsure" if is_open or head in SURROUNDINGS | PLAIN_SURROUNDINGS else "no"
    if predicate.kind == "noun":
        return "yes"
    if predicate.kind == "count":
        return _answer_count(predicate.value, found)
    if predicate.kind == "color":
        return _answer_color(predicate.value, found)
    if predicate.kind == "size":
        wanted = {matching.size_name(predicate.value)}
        return _compare(wanted, [{matching.size_name(each.size)} for each in found if each.size])
    return _answer_place(predicate.value, found)


def _answer_count(value: str, found: Sequence[Mention]) -> Answer:
    """Compare numbers; without one, a singular is one object and a plural at least two."""
    wanted = count_limits(value)
    if wanted is None:
        return "unsure"
    low, high = wanted
    answers: set[Answer] = set()
    for each in found:
        stated = count_limits(each.count) if each.count else None
        if stated is None:
            is_several = is_plural(each.head)
            answers.add("unsure" if is_several == (high != 1) else "no")
        else:
            is_same = stated[0] >= low and (high is None or (stated[1] or stated[0]) <= high)
            answers.add("yes" if is_same else "no")
    return "yes" if "yes" in answers else "unsure" if "unsure" in answers else "no"


def _answer_color(value: str, found: Sequence[Mention]) -> Answer:
    wanted = matching.color_names(value)
    stated = [matching.color_names(" ".join(each.colors)) for each in found if each.colors]
    return _compare(wanted, stated)


def _answer_place(value: str, found: Sequence[Mention]) -> Answer:
    """Compare places on one axis: the top left is on the left, and not at the bottom."""
    wanted = matching.place_name(value)
    is_horizontal = wanted in HORIZONTAL
    stated = [
        {
            name
            for name in map(matching.place_name, each.places)
            if (name in HORIZONTAL) == is_horizontal
        }
        for each in found
    ]
    return _compare({wanted}, stated)


def _compare(wanted: Iterable[str], stated: Iterable[Iterable[str]]) -> Answer:
    """Return "yes" if one of ``stated`` has what is wanted, "no" if all have something else."""
    names = set(wanted) - {""}
    others = [kept for each in stated if (kept := set(each) - {""})]
    if not names or not others:
        return "unsure"
    return "yes" if any(names & each for each in others) else "no"
