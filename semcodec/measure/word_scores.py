"""Compare received words with a description: precision, recall and F1, by class of word.

Both are read by the same rules: the words that are not negated, in lower case, each in the class
that ``object_words`` gives it without a look at its neighbors. So the order does not matter, and a
``bag`` is compared like any other list. Words that mean the same are equal: dogs and dog, sofa and
couch, gray and grey, huge and large, 2 and two.

What the order does prove, that the *bus* is *red*, is compared in the class ``statements``: the
numbers, colors, sizes and places of nouns that ``find_predicates`` reads. A ``bag`` has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from semcodec.words import matching
from semcodec.words.mention_items import Item, read_sentences
from semcodec.words.object_words import LIKELY_VERBS, Part
from semcodec.words.plurals import singular
from semcodec.words.predicates import Predicate, find_predicates
from semcodec.words.stopwords import STOPWORDS
from semcodec.words.tokens import find_tokens

#: The classes, each with what it has.
CLASSES: Final = {
    "words": "words other than function words",
    "objects": "nouns for things that can be pointed at",
    "colors": "names of colors",
    "counts": "numbers of things",
    "places": "left, right, top, bottom and center",
    "sizes": "sizes of things, such as large",
    "statements": "numbers, colors, sizes and places, each with its noun",
}
#: What is computed for each class.
SCORES: Final = ("f1", "precision", "recall")

Classes = dict[str, frozenset[str]]  #: what a text has of each class
_Item = TypeVar("_Item")


def read_classes(text: str, *, ordered: bool = True) -> Classes:
    """Return what ``text`` has of each of ``CLASSES``.

    Args:
        text: a description, or words separated by spaces; at most ``tokenizer.MAX_TEXT``
            characters.
        ordered: whether the order of the words means something; without an order there are no
            statements.

    Example:
        >>> found = read_classes("Two brown dogs on the left, no people.")
        >>> sorted(found["objects"]), sorted(found["counts"]), sorted(found["statements"])
        (['dog'], ['2'], ['2 dog', 'brown dog', 'dog left'])
    """
    tokens = [token for token in find_tokens(text) if not token.is_negated]
    words = [
        word
        for token in tokens
        for word in (token.plain if token.number else [token.text.lower()])  # 12 is twelve
    ]
    items = [item for sentence in read_sentences(words) for item in sentence]
    found = {
        "words": frozenset(singular(word) for word in words if word not in STOPWORDS),
        **{name: frozenset(_read(items, rule)) for name, rule in _RULES.items()},
    }
    predicates = find_predicates(text.split()) if ordered else []
    found["statements"] = frozenset(_read(predicates, _statements))
    return found


def compare(received: Classes, described: Classes) -> dict[str, float | None]:
    """Return the scores of what was received, such as ``colors_recall``, by their names.

    Precision is the share of what was received that the description has, recall the share of what
    the description has that was received, and F1 their harmonic mean. A score is None if it has
    nothing to divide by: without colors in both, there is no F1 of colors.
    """
    scores: dict[str, float | None] = {}
    for name in CLASSES:
        common = len(received[name] & described[name])
        sizes = len(received[name]), len(described[name])
        scores[f"{name}_f1"] = _ratio(2 * common, sum(sizes))
        scores[f"{name}_precision"] = _ratio(common, sizes[0])
        scores[f"{name}_recall"] = _ratio(common, sizes[1])
    return scores


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _read(items: Iterable[_Item], rule: Callable[[_Item], Iterable[str]]) -> Iterator[str]:
    for item in items:
        yield from rule(item)


def _objects(item: Item) -> list[str]:
    """Return the words of a noun; those of "fire hydrant" are two."""
    if item.part is not Part.NOUN or item.lower in LIKELY_VERBS:
        return []
    return [_object(word) for word in item.lower.split()]


def _object(word: str) -> str:
    return matching.SYNONYMS.get(singular(word), singular(word))


def _colors(item: Item) -> Iterable[str]:
    return matching.color_names(item.lower) if item.part is Part.COLOR else ()


def _counts(item: Item) -> list[str]:
    return [_count(item.lower)] if item.part is Part.COUNT else []


def _count(value: str) -> str:
    """Return a number in digits, such as "2", or "3 or more" for several."""
    limits = matching.count_limits(value)
    if limits is None:
        return value
    return str(limits[0]) if limits[0] == limits[1] else f"{limits[0]} or more"


def _places(item: Item) -> list[str]:
    place = matching.place_name(item.lower)
    return [place] if place and item.part is Part.POSITION else []


def _sizes(item: Item) -> list[str]:
    return [matching.size_name(item.lower) or item.lower] if item.part is Part.SIZE else []


_RULES: Final[dict[str, Callable[[Item], Iterable[str]]]] = {
    "objects": _objects,
    "colors": _colors,
    "counts": _counts,
    "places": _places,
    "sizes": _sizes,
}


def _statements(predicate: Predicate) -> list[str]:
    """Return a predicate in common words, such as "red boat"; nothing if it is only a noun."""
    noun = _object(predicate.noun.rsplit(" ", 1)[-1].lower())
    match predicate.kind:
        case "count":
            return [f"{_count(predicate.value)} {noun}"]
        case "color":
            return [f"{color} {noun}" for color in matching.color_names(predicate.value)]
        case "size":
            return [f"{matching.size_name(predicate.value) or predicate.value.lower()} {noun}"]
        case "place":
            return [f"{noun} {matching.place_name(predicate.value)}"]
    return []
