"""Find the boxes of words: which object of the detector each word of a description names.

Descriptions of other models use other words than labels.toml: a person is a surfer, a car a taxi, a
dog a beagle. ``object_names.toml`` lists them. A detection belongs to the word that names it most
exactly; if several words do so equally well (man, woman), each word for one thing gets one box, the
larger ones first, and words for several things share the others.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from PIL import Image

from semcodec.backends import guides
from semcodec.words.mentions import find_several
from semcodec.words.object_words import Part, part_of
from semcodec.words.plurals import singular
from semcodec_embedded.detector import Detection
from semcodec_embedded.labels import labels
from semcodec_embedded.recognition import Recognition, Recognizer, prepare

EXACT, SYNONYM, GENERAL = range(3)  #: how well a word names a class, the best first
PERSON = "person"  #: the class that all words for people name equally well: a man among people
MIN_NAMED_SCORE = 0.3  #: detector score, 0..1, of an object that only a word supports
#: Words for people that are smaller than others.
CHILDREN = frozenset("baby boy child daughter girl infant kid newborn son toddler".split())
#: Nouns that are also a color before another noun.
COLOR_NOUNS = frozenset(("orange",))


@dataclass(frozen=True, slots=True)
class Names:
    """The tables of object_names.toml.

    Attributes:
        synonyms: for each word, the classes that it names.
        general: for each general word, the classes that it covers.
        compounds: for each noun of two words, its class; ``""`` for none.
    """

    synonyms: Mapping[str, frozenset[str]]
    general: Mapping[str, frozenset[str]]
    compounds: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Name:
    """A word that names classes.

    Attributes:
        index: its index among the words.
        word: the word in lower case.
        is_several: whether it names several things.
        classes: by class, how well it names it: ``EXACT``, ``SYNONYM`` or ``GENERAL``.
    """

    index: int
    word: str
    is_several: bool
    classes: Mapping[str, int]


class EmbeddedLocator:
    """Locate the words of a description offline. Threads may share one instance.

    Args:
        recognizer: runs the networks, and may have run them for the describer.
    """

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer

    def locate(self, image: Image.Image, words: Sequence[str]) -> list[list[guides.Box]]:
        """Return for each of ``words`` the boxes of the objects that it names.

        Raises:
            InputError: ``image`` cannot be read.
            BackendError: the networks cannot be loaded or run.
        """
        found = self._recognizer.recognize(prepare(image))
        boxes: list[list[guides.Box]] = [[] for _ in words]
        for index, detection in assign(find_names(words), found):
            box = detection.box
            boxes[index].append((box.left, box.top, box.right, box.bottom))
        return boxes


def find_names(words: Sequence[str]) -> list[Name]:
    """Return the words that name classes of the detector or of labels.toml."""
    lower = [singular(word.lower()) for word in words]
    several = find_several(words)
    names = (
        Name(index, word.lower(), word.lower() in several, dict(_classes(lower, index)))
        for index, word in enumerate(words)
    )
    return [name for name in names if name.classes]


def assign(names: Sequence[Name], found: Recognition) -> Iterator[tuple[int, Detection]]:
    """Yield the detections of each name with the index of its word, each detection once.

    What a word for one thing does not need is for less exact names that have nothing: of two cars,
    "car" has the larger one, and "taxi" the other one.
    """
    waiting, free = list(names), _usable(names, found)
    while pairs := list(_assign_best(waiting, free)):
        yield from pairs
        indexes = {index for index, _ in pairs}
        waiting = [name for name in waiting if name.index not in indexes]
        free = [each for each in free if not any(each is other for _, other in pairs)]


def _assign_best(
    names: Sequence[Name], detections: Sequence[Detection]
) -> Iterator[tuple[int, Detection]]:
    """Yield the detections of the names that name them most exactly."""
    groups: dict[tuple[int, ...], list[Detection]] = {}
    for detection in detections:
        if best := _best_names(names, detection):
            groups.setdefault(best, []).append(detection)
    for indexes, group in groups.items():
        named = [name for name in names if name.index in indexes]
        yield from _share(named, sorted(group, key=lambda each: -each.box.area))


def _classes(words: Sequence[str], index: int) -> Iterator[tuple[str, int]]:
    """Yield the classes that the word at ``index`` names, and how well, the worst first."""
    word, table = words[index], names()
    if _is_modifier(words, index):
        return
    if (compound := _compound(words, index)) is not None:
        if compound:
            yield compound, EXACT
        return
    # Without an order, as in a bag, the words of a compound may be apart.
    apart = {
        noun for (first, last), noun in table.compounds.items() if last == word and first in words
    }
    for rank, classes in (
        (GENERAL, table.general.get(word, frozenset()) | apart),
        (SYNONYM, table.synonyms.get(word, ())),
        (EXACT, _spoken_nouns().get(word, ())),
    ):
        for each in classes:
            yield each, EXACT if each == PERSON and rank == SYNONYM else rank


def _is_modifier(words: Sequence[str], index: int) -> bool:
    """Return whether a word is the first of a compound, or a color: an orange cat."""
    following = words[index + 1] if index + 1 < len(words) else ""
    is_color = words[index] in COLOR_NOUNS and part_of(following) is Part.NOUN
    return is_color or (words[index], following) in names().compounds


def _compound(words: Sequence[str], index: int) -> str | None:
    """Return the class of the noun of two words that ends at ``index``; None if none does."""
    return names().compounds.get((words[index - 1], words[index])) if index else None


def _usable(names: Sequence[Name], found: Recognition) -> list[Detection]:
    """Return the accepted detections, and doubtful ones that only a word supports."""
    accepted = list(found.evidence.objects)
    unmatched = [name for name in names if not any(_fits(name, each) for each in accepted)]
    doubtful = [
        each
        for each in found.detections
        if each.score >= MIN_NAMED_SCORE and any(_fits(name, each) for name in unmatched)
    ]
    return [*accepted, *doubtful]


def _best_names(names: Sequence[Name], detection: Detection) -> tuple[int, ...]:
    """Return the indexes of the words that name a detection most exactly."""
    ranks = {name.index: rank for name in names if (rank := _rank(name, detection)) is not None}
    best = min(ranks.values(), default=EXACT)
    return tuple(index for index, rank in ranks.items() if rank == best)


def _fits(name: Name, detection: Detection) -> bool:
    return _rank(name, detection) is not None


def _rank(name: Name, detection: Detection) -> int | None:
    """Return how well a name fits a detection; None if it does not."""
    general = [noun for noun in labels().hyponyms if labels().covers(noun, detection.noun)]
    nouns = (detection.noun, *general)
    return min((name.classes[noun] for noun in nouns if noun in name.classes), default=None)


def _share(
    group: Sequence[Name], detections: Sequence[Detection]
) -> Iterator[tuple[int, Detection]]:
    """Yield the largest detections for names of one thing, and the others for those of several.

    Args:
        group: names that fit equally well; those of children get the smaller of the largest ones.
        detections: the largest first.
    """
    singles = [name for name in group if not name.is_several]
    singles.sort(key=lambda name: name.word in CHILDREN)
    for name, detection in zip(singles, detections, strict=False):
        yield name.index, detection
    several = [name for name in group if name.is_several]
    for number, detection in enumerate(detections[len(singles) :] if several else ()):
        yield several[number % len(several)].index, detection


@cache
def names() -> Names:
    """Return the tables of object_names.toml; the file is read only once."""
    text = resources.files(__package__).joinpath("object_names.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    synonyms: dict[str, set[str]] = {}
    for noun, listed in tables["names"].items():
        for word in listed.split():
            synonyms.setdefault(word, set()).add(noun)
    return Names(
        {word: frozenset(nouns) for word, nouns in synonyms.items()},
        {word: frozenset(nouns) for word, nouns in tables["general"].items()},
        {_pair(pair): noun for pair, noun in tables["compounds"].items()},
    )


def _pair(text: str) -> tuple[str, str]:
    first, second = text.split()
    return first, second


@cache
def _spoken_nouns() -> dict[str, list[str]]:
    """Return for each word of the describer, in the singular, the nouns of labels.toml."""
    tables = labels()
    nouns = [*filter(None, tables.detector), *tables.nouns, *tables.hyponyms]
    spoken: dict[str, list[str]] = {}
    for noun in dict.fromkeys(nouns):
        for word in {singular(noun), singular(tables.word(noun))}:
            spoken.setdefault(word, []).append(noun)
    return spoken
