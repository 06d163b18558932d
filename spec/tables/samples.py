"""The training samples: descriptions, and the lists of words that an encoder might send for them.

A list has the content words of a description in order: all of them, or the most informative ones.
Its words are as encoders send them, or plain words without capitals, at equal odds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from corpora import MORE_SOURCES, SOURCES, lines
from package_corpora import KINDS, cupl_sentences, glosses
from reproducible import ln, make_rng, uniform
from sent_words import Description, read_description

from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.tokenizer import fold, plain_words

GLOSSES: Final = "glosses"
#: Descriptions of whole scenes, the most similar to what describers write.
SCENES: Final = {
    "more/comprecap.txt": 2.0,
    "more/dpg-bench.txt": 1.5,
    "more/vbench-prompts.txt": 1.0,
    "more/chronomagic.txt": 1.0,
    "more/flowgrpo-ocr.txt": 1.0,
    "more/unigenbench.txt": 0.7,
    "more/t2i-corebench.txt": 0.7,
    "more/infinitystar.txt": 0.7,
    "more/bagel-geneval-long.txt": 0.7,
    "more/gecko-t2i.txt": 0.7,
    "more/longbench-t2i.txt": 0.5,
}
#: Weights of the descriptions of each source, 1 by default; higher for those similar to real input.
WEIGHTS: Final = SCENES | {
    "cmcbench-gpt4v.txt": 8.0,
    "cmcbench-qwen.txt": 8.0,
    "human-paragraphs.txt": 2.0,
    "coco-val2017-captions.txt": 0.8,
    "cupl descriptions": 0.5,
    "cupl captions": 0.5,
    "cupl looks": 0.15,
    GLOSSES: 0.02,
    "more/vizwiz-val.txt": 0.8,
    "more/coco30k.txt": 0.6,
    "more/nlvr2-sentences.txt": 0.3,
    "more/waffle-descriptors.txt": 0.3,
    "more/imagereward-diffusiondb.txt": 0.3,
    "more/valse.txt": 0.2,
    "more/sugar-crepe.txt": 0.2,
    "more/meta-prompting.txt": 0.05,
    "more/protext-gpt4.txt": 0.05,
}
#: Factors of the weights in the second stage of the training, 1 by default. It leaves out the short
#: captions and the looks of things of the collections in ``more``.
SECOND_STAGE: Final = {
    "cmcbench-gpt4v.txt": 2.5,
    "cmcbench-qwen.txt": 2.5,
    "human-paragraphs.txt": 1.5,
    "more/comprecap.txt": 1.5,
    "cupl looks": 0.5,
    GLOSSES: 0.3,
    **{source.name: 0.0 for source in MORE_SOURCES if source.name not in SCENES},
}
#: Sources with many similar texts, of which most are used for lists only.
REPETITIVE: Final = frozenset(
    (GLOSSES, "cupl looks", "more/meta-prompting.txt", "more/protext-gpt4.txt")
)
REPETITIVE_SHARE: Final = 0.25  #: share of their texts that are samples of their own
LENGTHS: Final = (6, 12, 24, 48)  #: words in the lists of the most informative words
MIN_SHORTENED: Final = 8  #: a list of at most this many words is not shortened
SHORTENED_WEIGHT: Final = 0.7  #: of a shortened list, relative to its description
SENT_SHARE: Final = 0.5  #: share of the lists with words as encoders send them
MAX_TEXT: Final = 400  #: words of a description; later ones are left out
JITTER: Final = (0.6, 1.4)  #: range of a random factor on scores, as encoders select differently


class Corpus(NamedTuple):
    """The descriptions of one source."""

    name: str
    descriptions: list[Description]

    @property
    def weight(self) -> float:
        """The weight of each description."""
        return WEIGHTS.get(self.name, 1.0)


class Sample(NamedTuple):
    """A sequence of words to train on, and its weights in the stages of the training."""

    is_list: bool
    words: list[str]
    weights: tuple[float, float]


def load_corpora(
    folder: Path,
    cupl_wheel: Path,
    wordnet: Path,
    known: Collection[str],
    without: Collection[str] = (),
) -> list[Corpus]:
    """Return all training text but that of the sources named in ``without``."""
    texts: dict[str, Iterable[str]] = {
        source.name: lines(folder, source, held_out=False)
        for source in (*SOURCES, *MORE_SOURCES)
        if source.name not in without
    }
    texts |= {kind.name: cupl_sentences(cupl_wheel, kind) for kind in KINDS}
    texts[GLOSSES] = glosses(wordnet)
    corpora = []
    for name, source_lines in texts.items():
        read = (read_description(line, known) for line in source_lines)
        corpora.append(Corpus(name, [description for description in read if description.plain]))
    return corpora


class TfIdf:
    """Scores the words of a description by inverse document frequency and position."""

    def __init__(self, corpora: list[Corpus]) -> None:
        documents = [words.plain for corpus in corpora for words in corpus.descriptions]
        frequency = Counter(word for words in documents for word in dict.fromkeys(words))
        self._max_idf: float = ln(float(len(documents)))
        self._idf: dict[str, float] = {
            word: ln(len(documents) / (count + 1)) for word, count in frequency.items()
        }
        self._rng = make_rng(2)

    def content_words(self, words: Iterable[str]) -> list[str]:
        """Return the distinct words of a description that an encoder might send."""
        return [word for word in dict.fromkeys(words) if _is_content(word)]

    def top(self, words: list[str], count: int, jitter: bool = False) -> list[str]:
        """Return the ``count`` words with the highest scores, in order; early words score more."""
        if len(words) <= count:
            return words
        low, span = JITTER[0], JITTER[1] - JITTER[0]
        scores = {
            word: self._idf_of(word)
            * (1 - 0.5 * index / len(words))
            * (low + span * uniform(self._rng) if jitter else 1)
            for index, word in enumerate(words)
        }
        selected = set(sorted(words, key=lambda word: -scores[word])[:count])
        return [word for word in words if word in selected]

    def _idf_of(self, word: str) -> float:
        """Return the inverse document frequency of a word, or of the rarest of its parts."""
        if word in self._idf:
            return self._idf[word]
        parts = plain_words(word)
        return max((self._idf.get(part, self._max_idf) for part in parts), default=self._max_idf)


def _is_content(word: str) -> bool:
    if any(map(str.isdigit, word)):
        return True
    return fold(word) not in FUNCTION_WORDS and len(word) > 1 and bool(skeleton_of_word(fold(word)))


def make_samples(corpora: list[Corpus], scorer: TfIdf) -> Iterator[Sample]:
    """Yield every description as a sample, and the lists of its content words."""
    rng = make_rng(4)
    for corpus in corpora:
        second = SECOND_STAGE.get(corpus.name, 1.0)
        weights = corpus.weight, corpus.weight * second
        for description in corpus.descriptions:
            if corpus.name not in REPETITIVE or uniform(rng) < REPETITIVE_SHARE:
                yield Sample(False, description.sent[:MAX_TEXT], weights)
            words = description.sent if uniform(rng) < SENT_SHARE else description.plain
            content = scorer.content_words(words[:MAX_TEXT])
            if content:
                yield Sample(True, content, weights)
            yield from _shortened(corpus, description, scorer, weights, rng)


def _shortened(
    corpus: Corpus,
    description: Description,
    scorer: TfIdf,
    weights: tuple[float, float],
    rng: np.ndarray,
) -> Iterator[Sample]:
    """Yield lists of the most informative words of one description."""
    content = scorer.content_words(description.plain[:MAX_TEXT])
    lengths = [length for length in LENGTHS if length < len(content) > MIN_SHORTENED]
    factor = SHORTENED_WEIGHT
    if lengths and corpus.name.startswith("more/"):  # one list stands for all
        factor *= len(lengths)
        lengths = [lengths[int(uniform(rng) * len(lengths))]]
    for length in lengths:
        words = description.sent if uniform(rng) < SENT_SHARE else description.plain
        shortened = scorer.top(scorer.content_words(words[:MAX_TEXT]), length, jitter=True)
        if shortened:
            yield Sample(True, shortened, (factor * weights[0], factor * weights[1]))
