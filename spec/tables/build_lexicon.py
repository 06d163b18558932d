"""Build the tables of ``lexicon`` and ``bag``: the words, the sequences to train on, the bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from adagrad import Sequences
from clustering import cluster_words
from corpora import MORE_SOURCES, SOURCES, lines
from dictionary import Dictionary, names
from evaluate import CostModel
from letter_model import irregular_words
from letter_model import make_table as make_letter_table
from reproducible import ln
from samples import Sample, TfIdf, load_corpora, make_samples
from sent_words import read_description
from supplements import (
    IRREGULAR_RANK,
    NUMBER_RANK,
    add_words,
    brand_words,
    irregular_names,
    number_words,
    regional_spellings,
)
from training import quantize, train
from word_list import RankedWords, general_counts, number_of, rank_words
from word_model import (
    CAPITAL_DECISION,
    DECISIONS,
    ESCAPE,
    FREQUENT_BITS,
    FREQUENT_WORDS,
    WORDS,
    Model,
    decision_at,
)

from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import FUNCTION_WORDS

ESCAPE_PROBABILITY = 0.008  #: of a word outside the vocabulary
CAPITAL_PROBABILITY = 0.01  #: of a word in capital form
MEASURED_LINES = 400  #: lines measured in each held-out text
LIST_WORDS = 24  #: words in the measured lists


class Inputs(NamedTuple):
    """The files that the tables are made of."""

    folder: Path
    general_wheel: Path
    wordnet: Path
    cupl_wheel: Path
    scowl: Path
    icons: Path


class Prepared(NamedTuple):
    """Everything but the weights.

    Attributes:
        words: the vocabulary by number.
        by_stage: the training sequences of each stage.
        biases: the initial logits of the decisions.
        is_function_word: a flag for each frequent word, for rare words and for NO_WORD.
        letters: the letter table.
        known: words of general English, which are written in small letters in a heading.
        scorer: the scores of words in descriptions.
    """

    words: list[str]
    by_stage: tuple[Sequences, Sequences]
    biases: np.ndarray
    is_function_word: np.ndarray
    letters: np.ndarray
    known: frozenset[str]
    scorer: TfIdf


def prepare(inputs: Inputs, without: Collection[str] = ()) -> Prepared:
    """Read the inputs, but not the texts named in ``without``; choose and order the words."""
    general, spellings = general_counts(inputs.general_wheel), regional_spellings(inputs.scowl)
    known = frozenset(general) | spellings
    corpora = load_corpora(inputs.folder, inputs.cupl_wheel, inputs.wordnet, known, without)
    scorer = TfIdf(corpora)
    samples = list(make_samples(corpora, scorer))
    print(f"{len(samples)} samples of {sum(len(s.words) for s in samples)} words", flush=True)
    extended = _extend(general, spellings, inputs)
    by_rank = rank_words(corpora, extended, Dictionary.read(inputs.wordnet))
    ranked = _reorder(by_rank, flatten(samples, by_rank.words, 0))
    frequent = ranked.words[:FREQUENT_WORDS]
    irregular = irregular_words(names(inputs.wordnet))
    escaped = _escaped_words(samples, ranked.words)
    rare = [word for word in general if word not in set(frequent)]
    return Prepared(
        ranked.words,
        (flatten(samples, ranked.words, 0), flatten(samples, ranked.words, 1)),
        initial_biases(ranked),
        np.array([word in FUNCTION_WORDS for word in frequent] + [False, False]),
        make_letter_table(rare + irregular + escaped),
        known,
        scorer,
    )


def _extend(general: dict[str, int], spellings: frozenset[str], inputs: Inputs) -> dict[str, int]:
    """Return the counts of general English with the words that its list lacks."""
    extended = add_words(general, spellings | brand_words(inputs.icons))
    extended = add_words(extended, number_words(), NUMBER_RANK)
    return add_words(extended, irregular_names(names(inputs.wordnet)), IRREGULAR_RANK)


def flatten(samples: list[Sample], words: list[str], stage: int) -> Sequences:
    """Return the samples of a stage as numbers of words, which are the indices in ``words``."""
    numbers = {word: number for number, word in enumerate(words)}
    used = [sample for sample in samples if sample.weights[stage] > 0]
    lengths = np.array([len(sample.words) for sample in used], np.int64)
    flat = [number_of(word, numbers) for sample in used for word in sample.words]
    return Sequences(
        np.array(flat, np.int64),
        np.concatenate([[0], np.cumsum(lengths)]),
        np.array([sample.weights[stage] for sample in used], np.float32),
        np.array([sample.is_list for sample in used]),
    )


def _reorder(ranked: RankedWords, sequences: Sequences) -> RankedWords:
    """Return the words in the order of their numbers; ``sequences`` have those by rank.

    The frequent words are clustered. The rare ones are sorted in each of their two groups, so that
    a list of them can be searched and compressed.
    """
    clustered = map(int, cluster_words(sequences, np.array(ranked.probabilities)))
    first, second = 2 * FREQUENT_WORDS, len(ranked.words)
    order = [
        *clustered,
        *sorted(range(FREQUENT_WORDS, first), key=lambda old: ranked.words[old]),
        *sorted(range(first, second), key=lambda old: ranked.words[old]),
    ]
    return RankedWords(
        [ranked.words[old] for old in order], [ranked.probabilities[old] for old in order]
    )


def _escaped_words(samples: list[Sample], words: list[str]) -> list[str]:
    """Return the distinct words of the samples that have to be escaped."""
    numbers = {word: number for number, word in enumerate(words)}
    distinct = {word for sample in samples for word in sample.words}
    return sorted(word for word in distinct if number_of(word, numbers) == ESCAPE)


def initial_biases(ranked: RankedWords) -> np.ndarray:
    """Return the logits of the decisions without context, from the probabilities of the words."""
    total = sum(ranked.probabilities)
    probabilities = [
        *(probability / total for probability in ranked.probabilities),
        ESCAPE_PROBABILITY,
    ]
    masses = np.full((DECISIONS, 2), 1e-9)
    for number, probability in enumerate(probabilities):
        for depth in range(FREQUENT_BITS + 2):
            decision, bit = decision_at(number, depth)
            if decision >= 0:
                masses[decision, bit] += probability
    masses[0, 1] += CAPITAL_PROBABILITY
    masses[CAPITAL_DECISION] = ESCAPE_PROBABILITY, CAPITAL_PROBABILITY
    return np.array([ln(one / zero) for zero, one in masses.tolist()])


def train_table(prepared: Prepared) -> Model:
    """Return the trained weights as they are in the file."""
    weights = train(prepared.by_stage, prepared.biases, prepared.is_function_word)
    return quantize(weights)


def table_bytes(model: Model, prepared: Prepared) -> bytes:
    """Return the bytes of the file, in the order of semcodec/coding/tables.py."""
    parts = [part.astype(np.int8).tobytes() for part in model]
    is_function_word = prepared.is_function_word[:FREQUENT_WORDS]
    flags = np.packbits(is_function_word, bitorder="little").tobytes()
    text = "\n".join(prepared.words).encode("ascii")
    if len(prepared.words) != WORDS:
        raise SystemExit(f"the vocabulary has {len(prepared.words)} words, not {WORDS}")
    return b"".join([*parts, flags, prepared.letters.astype(np.int8).tobytes(), text])


def report(folder: Path, model: Model, prepared: Prepared) -> None:
    """Print the cost of words in the held-out texts, in bits: plain lists, and lists as sent."""
    numbers = {word: number for number, word in enumerate(prepared.words)}
    costs = CostModel(model, numbers, prepared.is_function_word, prepared.letters)
    scorer = prepared.scorer
    print(f"{'':28} list          set           text          list as sent  set as sent")
    for source in (*SOURCES, *MORE_SOURCES):
        held_out = list(lines(folder, source, held_out=True))[:MEASURED_LINES]
        texts = [read_description(line, prepared.known) for line in held_out]
        plain, sent = (
            [scorer.top(scorer.content_words(words), LIST_WORDS) for words in forms]
            for forms in ([text.plain for text in texts], [text.sent for text in texts])
        )
        print(
            f"{source.name:28}",
            rate(plain, costs.sequence_bits),
            rate(plain, costs.set_bits),
            rate([text.plain for text in texts], costs.sequence_bits),
            rate(sent, costs.sequence_bits),
            rate(sent, costs.set_bits),
            flush=True,
        )


def rate(texts: Sequence[list[str]], cost: Callable[[list[str]], float]) -> str:
    """Return the bits per word, and their ratio to the bits of skeletons in ``nibble``."""
    texts = [text for text in texts if text]
    bits, words = sum(map(cost, texts)), sum(map(len, texts))
    small = [list(map(str.lower, text)) for text in texts]
    skeletons = [skeleton for text in small for skeleton in map(skeleton_of_word, text) if skeleton]
    symbols = sum(map(len, skeletons)) + len(skeletons) - len(texts)  # with spaces
    return f"{bits / words:6.2f} {bits / (4 * symbols):.3f} "
