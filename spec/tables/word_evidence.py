"""Count how words are used, to tell nouns, modifiers and verbs apart.

Two sources: how often each part of speech occurs in text that was tagged by hand (the dictionary's
file of senses), and where a word stands in the descriptions of images. After an article, "a W of"
is evidence for a noun, and "a W dog" for a modifier.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from dictionary import THINGS, data_lines

from semcodec.words.stopwords import FUNCTION_WORDS

PARTS = {"1": "noun", "2": "verb", "3": "adj", "5": "adj", "4": "adv"}
GROUP = 14  #: the dictionary's file of groups, such as people, crowd and herd
TOP = 3  #: its file of the most general nouns, such as person, animal and object
#: Endings of inflected forms: what to remove, what to add, and the part of speech.
INFLECTIONS = (
    ("s", "", "noun"), ("es", "", "noun"), ("ies", "y", "noun"),
    ("s", "", "verb"), ("es", "", "verb"), ("ies", "y", "verb"), ("ed", "", "verb"),
    ("ed", "e", "verb"), ("ied", "y", "verb"), ("ing", "", "verb"), ("ing", "e", "verb"),
    ("er", "", "adj"), ("er", "e", "adj"), ("ier", "y", "adj"),
    ("est", "", "adj"), ("est", "e", "adj"), ("iest", "y", "adj"),
)  # fmt: skip
MIN_STEM = 2  #: letters
#: Without "each", "some" or "that", which may stand alone: "each adorned with".
DETERMINERS = frozenset(("a", "an", "the", "its", "his", "her", "their", "my", "our", "your"))
BOUNDARIES = FUNCTION_WORDS | frozenset(
    ". ; : under over behind beside above below between through around across along inside outside "
    "against near next".split()
)
#: A verb in -s seldom follows these, a plural often does.
COUNTING = frozenset(
    """
    two three four five six seven eight nine ten several some many few various of with on in other
    """.split()
)
#: After "a red", these say nothing about "red": a noun or another modifier may follow.
LISTING = frozenset(("and", "or", ","))


Weights = defaultdict[str, float]  #: by part of speech


@dataclass(slots=True)
class Evidence:
    """Counts of one word.

    Attributes:
        parts: weight of each part of speech in tagged text.
        alone: occurrences right after a determiner and before a boundary: noun.
        before: occurrences after a determiner and before another content word: modifier.
        second: occurrences after a determiner and one word, before a boundary: noun, or verb.
        counted: occurrences after a number or a preposition: for a word in -s, noun.
        total: all occurrences.
    """

    parts: Weights = field(default_factory=lambda: defaultdict(float))
    alone: int = 0
    before: int = 0
    second: int = 0
    counted: int = 0
    total: int = 0


class TaggedCounts:
    """The counts of the dictionary's file of senses, for words and their inflected forms."""

    def __init__(self, archive: Path) -> None:
        self._counts: dict[str, Weights] = {}
        self._first_noun_file: dict[str, int] = {}
        for line in data_lines(archive, "index.sense"):
            self._add(*line.split())

    def _add(self, key: str, _: str, number: str, count: str) -> None:
        lemma, _, rest = key.partition("%")
        part = PARTS[rest[0]]
        # A sense that never occurs counts a little, and less if there are more frequent ones.
        weights = self._counts.setdefault(lemma, defaultdict(float))
        weights[part] += int(count) + 1 / (2 * int(number))
        if part == "noun" and number == "1":
            self._first_noun_file[lemma] = int(rest[2:4])

    def parts(self, word: str) -> Weights:
        """Return the weight of each part of speech of ``word``."""
        is_entry = word in self._counts
        total = self._counts[word].copy() if is_entry else defaultdict(float)
        for part, lemma in _lemmas(word):
            if is_entry and part == "adj":
                continue  # a stapler is not more staple
            if lemma in self._counts:
                total[part] += self._counts[lemma].get(part, 0.0)
        return total

    def is_thing(self, word: str) -> bool:
        """Return whether the first sense of a noun is something visible; True if unknown."""
        nouns = [word, *(lemma for part, lemma in _lemmas(word) if part == "noun")]
        files = [self._first_noun_file[noun] for noun in nouns if noun in self._first_noun_file]
        return not files or files[0] in THINGS | {GROUP, TOP}


def count_positions(descriptions: Iterable[str]) -> dict[str, Evidence]:
    """Return for each word how often it occurs in the positions of ``Evidence``."""
    found: dict[str, Evidence] = defaultdict(Evidence)
    for description in descriptions:
        words = [*re.findall("[a-z]+|[.,;:]", description.lower()), *"..."]
        for word, following in pairwise(words):
            found[following].total += 1
            found[following].counted += word in COUNTING
        for index in range(len(words) - 3):
            first, second, third = words[index + 1 : index + 4]
            if words[index] not in DETERMINERS or first in BOUNDARIES or second in LISTING:
                continue
            if second in BOUNDARIES:
                found[first].alone += 1
                continue
            found[first].before += 1
            found[second].second += third in BOUNDARIES
    return found


def _lemmas(word: str) -> Iterator[tuple[str, str]]:
    """Yield a part of speech and a lemma for each way in which ``word`` may be inflected."""
    for ending, replacement, part in INFLECTIONS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < MIN_STEM:
            continue
        yield part, stem + replacement
        if part != "noun" and not replacement and len(stem) > MIN_STEM and stem[-1] == stem[-2]:
            yield part, stem[:-1]  # running: run
