"""The everyday nouns that the classes of the networks stand for, read from labels.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

DEFAULT_THRESHOLD = 0.4  #: probability of the classifier from which a noun is accepted


@dataclass(frozen=True, slots=True)
class Labels:
    """The tables of labels.toml.

    Attributes:
        detector: nouns of the detector's classes; index 0 is class 1.
        nouns: for each noun, the numbers of the classifier's classes that stand for it.
        hyponyms: for each general noun, the nouns that it covers.
        thresholds: probabilities where ``DEFAULT_THRESHOLD`` is not right.
        places: for each place, the nouns that are found there.
        requires: for each noun often detected wrongly, the nouns of which one must be present.
        confused_with: for each noun, the nouns in which it is often detected wrongly.
        spoken_as: for each noun whose skeleton is restored as another word, the word used instead.
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
        """Tell whether ``hyponym`` is ``general`` or one of its hyponyms."""
        return general == hyponym or hyponym in self.hyponyms.get(general, ())

    def word(self, noun: str) -> str:
        """Return the word that a description uses for ``noun``."""
        return self.spoken_as.get(noun, noun)

    def threshold(self, noun: str) -> float:
        """Return the probability from which the classifier's ``noun`` is accepted."""
        return self.thresholds.get(noun, DEFAULT_THRESHOLD)


@cache
def labels() -> Labels:
    """Return the tables, read once."""
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
