"""What the model learns from: descriptions, and the lists of words that people would send of them.

A list keeps the words that tell something, in their order: all of them, or the most telling ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from corpora import SOURCES, lines
from package_corpora import KINDS, answers, glosses
from reproducible import draw, ln, seeded

from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.tokenizer import tokenize

GLOSSES: Final = "glosses"
#: How much a description of each source weighs; 1 where nothing stands.
WEIGHTS: Final = {
    "cmcbench-gpt4v.txt": 8.0,
    "cmcbench-qwen.txt": 8.0,
    "human-paragraphs.txt": 2.0,
    "coco-val2017-captions.txt": 0.8,
    "cupl descriptions": 0.5,
    "cupl captions": 0.5,
    "cupl looks": 0.15,
    GLOSSES: 0.02,
}
LENGTHS: Final = (6, 12, 24, 48)  #: of the lists that keep the most telling words
SHORT: Final = 8  #: a list up to here is not shortened
SHORTENED: Final = 0.7  #: weight of such a list
WOBBLE: Final = (0.6, 1.4)  #: what people think telling differs


class Corpus(NamedTuple):
    """Descriptions of one source, as words."""

    name: str
    descriptions: list[list[str]]

    @property
    def weight(self) -> float:
        """How much each description weighs."""
        return WEIGHTS.get(self.name, 1.0)


class Sequence(NamedTuple):
    """Words to learn from."""

    is_list: bool
    words: list[str]
    weight: float


def corpora(folder: Path, answers_wheel: Path, wordnet: Path) -> list[Corpus]:
    """Return all that is trained on."""
    read = [Corpus(one.name, _words(lines(folder, one, held=False))) for one in SOURCES]
    read += [Corpus(kind.name, _words(answers(answers_wheel, kind))) for kind in KINDS]
    return [*read, Corpus(GLOSSES, _words(glosses(wordnet)))]


def _words(texts: Iterable[str]) -> list[list[str]]:
    return [words for words in map(tokenize, texts) if words]


class Telling:
    """Knows which words of a description tell most: those that few descriptions have."""

    def __init__(self, read: list[Corpus]) -> None:
        every = [words for corpus in read for words in corpus.descriptions]
        having = Counter(word for words in every for word in dict.fromkeys(words))
        self._most = ln(float(len(every)))
        self._rarity = {word: ln(len(every) / (count + 1)) for word, count in having.items()}
        self._dice = seeded(2)

    def list_of(self, words: list[str]) -> list[str]:
        """Return the words of a description that a list may have, each once."""
        return [
            word
            for word in dict.fromkeys(words)
            if word not in FUNCTION_WORDS and len(word) > 1 and skeleton_of_word(word)
        ]

    def first(self, words: list[str], most: int, wobble: bool = False) -> list[str]:
        """Return the most telling words in their order; early ones tell more."""
        if len(words) <= most:
            return words
        least, span = WOBBLE[0], WOBBLE[1] - WOBBLE[0]
        worth = {
            word: self._rarity.get(word, self._most)
            * (1 - 0.5 * at / len(words))
            * (least + span * draw(self._dice) if wobble else 1)
            for at, word in enumerate(words)
        }
        kept = set(sorted(words, key=lambda word: -worth[word])[:most])
        return [word for word in words if word in kept]


def sequences(read: list[Corpus], telling: Telling) -> Iterator[Sequence]:
    """Yield every description, and the lists that stand for it."""
    for corpus in read:
        for words in corpus.descriptions:
            yield Sequence(False, words, corpus.weight)
            full = telling.list_of(words)
            if full:
                yield Sequence(True, full, corpus.weight)
            for most in LENGTHS if len(full) > SHORT else ():
                if most < len(full):
                    yield Sequence(True, telling.first(full, most, True), SHORTENED * corpus.weight)
