"""Which 65,536 words are listed, and how likely each is: counts of texts and of all English."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

from dictionary import MISSED, Dictionary
from reproducible import seven_tenths
from samples import GLOSSES, Corpus
from word_model import COMMON, WORDS

HARMLESS: Final = 8  #: sightings in descriptions from which a word is listed, whatever it can mean
USUAL: Final = 20_000  #: so many common words of English are no insults in the first place
SEEN: Final = 2  #: sightings from which a word is one
OFF: Final = 0.6  #: taken from every count for words that were not seen
LEAST: Final = 1_000  #: added to the counts of all English
WELL_SEEN: Final = 0.9
UNSEEN: Final = 0.1

#: Usual words that are insults first.
RUDE: Final = frozenset(
    """
    bastard bullshit coloreds crap cunt dick dyke hun nazi nip onlyfans pussy queer redskin shit
    """.split()
)


class Listed(NamedTuple):
    """The listed words, the common ones first, and how likely each is to be sent."""

    words: list[str]
    chances: list[float]


def general_counts(wheel: Path) -> dict[str, int]:
    """Return counts of the words of English."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("symspellpy/frequency_dictionary_en_82_765.txt").decode("utf-8-sig")
    rows = (line.split() for line in text.splitlines())
    return {word: int(count) for word, count in rows if _is_plain(word) and len(word) > 1}


def listed(read: list[Corpus], general: dict[str, int], dictionary: Dictionary) -> Listed:
    """Return the words, the most likely first."""
    seen, described, weighed = _counts(read)
    unwanted = _unwanted(general, dictionary)
    words = sorted(
        word
        for word in seen.keys() | general.keys()
        if _is_plain(word)
        and (seen[word] >= SEEN or word in general)
        and (word not in unwanted or described[word] >= HARMLESS)
    )
    chance = _chances(words, weighed, general, OFF * len(seen))
    by_chance = sorted(words, key=lambda word: (-chance[word], word))
    common = set(sorted(words, key=lambda word: (-weighed[word], -chance[word], word))[:COMMON])
    chosen = [word for word in by_chance if word in common]
    chosen += [word for word in by_chance if word not in common]
    return Listed(chosen[:WORDS], [chance[word] for word in chosen[:WORDS]])


def _counts(read: list[Corpus]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return sightings of each word: in all texts, in descriptions only, and by weight."""
    seen: Counter[str] = Counter()
    described: Counter[str] = Counter()
    weighed: Counter[str] = Counter()
    for corpus in read:
        counts = Counter(word for words in corpus.descriptions for word in words)
        seen.update(counts)
        if corpus.name != GLOSSES:
            described.update(counts)
        for word, count in counts.items():
            weighed[word] += count * corpus.weight  # type: ignore[assignment]  # a float, in truth
    return seen, described, weighed


def _unwanted(general: dict[str, int], dictionary: Dictionary) -> frozenset[str]:
    """Return the unwanted words without those that mostly mean something else: tool."""
    usual = frozenset(sorted(general, key=lambda word: (-general[word], word))[:USUAL])
    never = {form for word in MISSED | RUDE | dictionary.slurs for form in (word, f"{word}s")}
    return (dictionary.unwanted - usual) | never


def _chances(
    words: list[str], weighed: Counter[str], general: dict[str, int], taken: float
) -> dict[str, float]:
    """Return how likely each word is; what is taken from the seen goes to all, as English has."""
    total = sum(weighed.values())
    free = taken / total + UNSEEN
    spread = {word: seven_tenths(float(general.get(word, 0) + LEAST)) for word in words}
    everything = sum(spread.values())
    return {
        word: WELL_SEEN * max(weighed[word] - OFF, 0) / total + free * spread[word] / everything
        for word in words
    }


def _is_plain(word: str) -> bool:
    return word.isascii() and word.isalpha() and word.islower()
