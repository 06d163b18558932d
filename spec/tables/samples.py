"""The training samples: descriptions, and the lists of words that an encoder might send for them.

A list has the content words of a description in order: all of them, or the most informative ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from corpora import SOURCES, lines
from package_corpora import KINDS, cupl_sentences, glosses
from reproducible import ln, make_rng, uniform

from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.tokenizer import tokenize

GLOSSES: Final = "glosses"
#: Weights of the descriptions of each source, 1 by default; higher for those similar to real input.
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
LENGTHS: Final = (6, 12, 24, 48)  #: words in the lists of the most informative words
MIN_SHORTENED: Final = 8  #: a list of at most this many words is not shortened
SHORTENED_WEIGHT: Final = 0.7  #: of a shortened list, relative to its description
JITTER: Final = (0.6, 1.4)  #: range of a random factor on scores, as encoders select differently


class Corpus(NamedTuple):
    """The descriptions of one source, as words."""

    name: str
    descriptions: list[list[str]]

    @property
    def weight(self) -> float:
        """The weight of each description."""
        return WEIGHTS.get(self.name, 1.0)


class Sample(NamedTuple):
    """A sequence of words to train on."""

    is_list: bool
    words: list[str]
    weight: float


def load_corpora(folder: Path, cupl_wheel: Path, wordnet: Path) -> list[Corpus]:
    """Return all training text."""
    loaded = [
        Corpus(source.name, _tokenize(lines(folder, source, held_out=False))) for source in SOURCES
    ]
    loaded += [Corpus(kind.name, _tokenize(cupl_sentences(cupl_wheel, kind))) for kind in KINDS]
    return [*loaded, Corpus(GLOSSES, _tokenize(glosses(wordnet)))]


def _tokenize(texts: Iterable[str]) -> list[list[str]]:
    return [words for words in map(tokenize, texts) if words]


class TfIdf:
    """Scores the words of a description by inverse document frequency and position."""

    def __init__(self, corpora: list[Corpus]) -> None:
        documents = [words for corpus in corpora for words in corpus.descriptions]
        frequency = Counter(word for words in documents for word in dict.fromkeys(words))
        self._max_idf = ln(float(len(documents)))
        self._idf = {word: ln(len(documents) / (count + 1)) for word, count in frequency.items()}
        self._rng = make_rng(2)

    def content_words(self, words: list[str]) -> list[str]:
        """Return the distinct words of a description that an encoder might send."""
        return [
            word
            for word in dict.fromkeys(words)
            if word not in FUNCTION_WORDS and len(word) > 1 and skeleton_of_word(word)
        ]

    def top(self, words: list[str], count: int, jitter: bool = False) -> list[str]:
        """Return the ``count`` words with the highest scores, in order; early words score more."""
        if len(words) <= count:
            return words
        low, span = JITTER[0], JITTER[1] - JITTER[0]
        scores = {
            word: self._idf.get(word, self._max_idf)
            * (1 - 0.5 * index / len(words))
            * (low + span * uniform(self._rng) if jitter else 1)
            for index, word in enumerate(words)
        }
        selected = set(sorted(words, key=lambda word: -scores[word])[:count])
        return [word for word in words if word in selected]


def make_samples(corpora: list[Corpus], scorer: TfIdf) -> Iterator[Sample]:
    """Yield every description as a sample, and the lists of its content words."""
    for corpus in corpora:
        for words in corpus.descriptions:
            yield Sample(False, words, corpus.weight)
            content = scorer.content_words(words)
            if content:
                yield Sample(True, content, corpus.weight)
            for length in LENGTHS if len(content) > MIN_SHORTENED else ():
                if length < len(content):
                    shortened = scorer.top(content, length, jitter=True)
                    yield Sample(True, shortened, SHORTENED_WEIGHT * corpus.weight)
