"""Choose the 65,536 words of the vocabulary, from counts of the texts and of general English."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

from dictionary import MISSED, Dictionary
from reproducible import power_45_64
from samples import GLOSSES, Corpus
from word_model import FREQUENT_WORDS, WORDS

MIN_DESCRIBED: Final = 8  #: occurrences in descriptions that make an unwanted word acceptable
COMMON_ENGLISH: Final = 20_000  #: this many most frequent English words have harmless main senses
MIN_SIGHTINGS: Final = 2  #: occurrences that make an unknown string a word
DISCOUNT: Final = 0.6  #: subtracted from every count, in favor of unseen words
GENERAL_PRIOR: Final = 1_000  #: added to the counts of general English
SEEN_SHARE: Final = 0.9  #: of the probability, for counts of the texts
UNSEEN_SHARE: Final = 0.1

#: Frequent words whose main sense is an insult.
VULGAR: Final = frozenset(
    """
    bastard bullshit coloreds crap cunt dick dyke hun nazi nip onlyfans pussy queer redskin shit
    """.split()
)


class RankedWords(NamedTuple):
    """The vocabulary, frequent words first, with the probability of each word."""

    words: list[str]
    probabilities: list[float]


def general_counts(wheel: Path) -> dict[str, int]:
    """Return the counts of general English words."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("symspellpy/frequency_dictionary_en_82_765.txt").decode("utf-8-sig")
    rows = (line.split() for line in text.splitlines())
    return {word: int(count) for word, count in rows if _is_plain(word) and len(word) > 1}


def rank_words(
    corpora: list[Corpus], general: dict[str, int], dictionary: Dictionary
) -> RankedWords:
    """Return the vocabulary: the frequent words, then the others, each by probability."""
    sightings, described, weighted = _counts(corpora)
    unwanted = _unwanted(general, dictionary)
    words = sorted(
        word
        for word in sightings.keys() | general.keys()
        if _is_plain(word)
        and (sightings[word] >= MIN_SIGHTINGS or word in general)
        and (word not in unwanted or described[word] >= MIN_DESCRIBED)
    )
    probability = _probabilities(words, weighted, general, DISCOUNT * len(sightings))
    ranked = sorted(words, key=lambda word: (-probability[word], word))
    by_weight = sorted(words, key=lambda word: (-weighted[word], -probability[word], word))
    frequent = set(by_weight[:FREQUENT_WORDS])
    chosen = [word for word in ranked if word in frequent]
    chosen += [word for word in ranked if word not in frequent]
    return RankedWords(chosen[:WORDS], [probability[word] for word in chosen[:WORDS]])


def _counts(corpora: list[Corpus]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return the counts of each word: in all texts, in descriptions only, and weighted."""
    sightings: Counter[str] = Counter()
    described: Counter[str] = Counter()
    weighted: Counter[str] = Counter()
    for corpus in corpora:
        counts = Counter(word for words in corpus.descriptions for word in words)
        sightings.update(counts)
        if corpus.name != GLOSSES:
            described.update(counts)
        for word, count in counts.items():
            weighted[word] += count * corpus.weight  # type: ignore[assignment]  # a float
    return sightings, described, weighted


def _unwanted(general: dict[str, int], dictionary: Dictionary) -> frozenset[str]:
    """Return the unwanted words without those with a frequent harmless sense, such as tool."""
    common = frozenset(sorted(general, key=lambda word: (-general[word], word))[:COMMON_ENGLISH])
    never = {form for word in MISSED | VULGAR | dictionary.slurs for form in (word, f"{word}s")}
    return (dictionary.unwanted - common) | never


def _probabilities(
    words: list[str], weighted: Counter[str], general: dict[str, int], discounted: float
) -> dict[str, float]:
    """Return the probability of each word, with absolute discounting.

    The discounted mass is distributed over all words like their smoothed frequencies in English.
    """
    total = sum(weighted.values())
    free = discounted / total + UNSEEN_SHARE
    backoff = {word: power_45_64(float(general.get(word, 0) + GENERAL_PRIOR)) for word in words}
    backoff_total = sum(backoff.values())
    return {
        word: SEEN_SHARE * max(weighted[word] - DISCOUNT, 0) / total
        + free * backoff[word] / backoff_total
        for word in words
    }


def _is_plain(word: str) -> bool:
    return word.isascii() and word.isalpha() and word.islower()
