"""The everyday nouns for the classes of the networks, read from labels.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

DEFAULT_THRESHOLD = 0.4  #: classifier probability from which a noun is accepted


@dataclass(frozen=True, slots=True)
class Labels:
    """The tables of labels.toml.

    Attributes:
        detector: nouns of the detector's classes; index 0 is class 1.
        nouns: for each noun, the numbers of the classifier's classes that stand for it.
        hyponyms: for each general noun, the nouns that it covers.
        thresholds: thresholds of nouns that differ from ``DEFAULT_THRESHOLD``.
        places: for each place, the nouns that are found there.
        requires: for each noun that is often detected wrongly, the nouns of which at least one must
            be present too.
        confused_with: for each noun, the nouns for which it is often mistaken.
        spoken_as: the replacements of nouns that would be restored as another word from skeletons.
    """

    detector: Sequence[str]
    nouns: Mapping[str, Sequence[int]]
    hyponyms: Mapping[str, Sequence[str]]
    thresholds: Mapping[str, float]
    places: Mapping[str, Sequence[str]]
    requires: Mapping[str, Sequence[str]]
    confused_with: Mapping[str, Sequence[str]]
    spoken_as: Mapping[str, str]

    def covers(self, general: str, hyponym: str) -> bool:
        """Return whether ``hyponym`` is ``general`` itself or one of its hyponyms."""
        return general == hyponym or hyponym in self.hyponyms.get(general, ())

    def word(self, noun: str) -> str:
        """Return the word for ``noun`` in a description."""
        return self.spoken_as.get(noun, noun)

    def threshold(self, noun: str) -> float:
        """Return the classifier probability from which ``noun`` is accepted."""
        return self.thresholds.get(noun, DEFAULT_THRESHOLD)


@cache
def labels() -> Labels:
    """Return the tables of labels.toml; the file is read only once."""
    text = resources.files(__package__).joinpath("labels.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    nouns = {noun: _class_numbers(ranges) for noun, ranges in tables.pop("nouns").items()}
    return Labels(nouns=nouns, **tables)


def _class_numbers(ranges: Sequence[str]) -> list[int]:
    """Return the class numbers of ranges such as ``"151-268"`` or ``"7"``."""
    numbers: list[int] = []
    for text in ranges:
        first, _, last = text.partition("-")
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers
