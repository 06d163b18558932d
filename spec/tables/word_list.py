"""Choose the 65,536 words of the vocabulary, from counts of the texts and of general English."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

from dictionary import MISSED, Dictionary
from reproducible import power_45_64
from samples import GLOSSES, Corpus
from supplements import has_inner_capital, is_listable
from word_model import CAPITAL, ESCAPE, FREQUENT_WORDS, WORDS

MIN_DESCRIBED: Final = 8  #: occurrences in descriptions that make an unwanted word acceptable
COMMON_ENGLISH: Final = 20_000  #: this many most frequent English words have harmless main senses
MIN_SIGHTINGS: Final = 2  #: occurrences that make an unknown string a word
MIN_IRREGULAR_SIGHTINGS: Final = 3  #: the same with digits, capitals, hyphens or apostrophes
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
#: Slurs and vulgar words that are not listed however often they occur, in addition to those that
#: the dictionary marks as ethnic slurs.
NEVER: Final = frozenset(
    """
    bimbo bitch bitches blowjob boob boobs coon cum darkie darky dildo fag faggot fuck fucked fucker
    fucking gook gringo halfbreed heeb homo injun jap kraut lezzie midget motherfucker mulatto
    mulattoes negro negroes nigga nigger octoroon paki porno prick quadroon raghead rapist retard
    retarded sambo shemale shitty slut sodomite spaz spook squaw tits tranny wanker whore wog
    """.split()
)
HARMLESS: Final = frozenset("guinea guineas taco tacos paddy mickey".split())  #: in another sense


class RankedWords(NamedTuple):
    """The vocabulary, frequent words first, with the probability of each word."""

    words: list[str]
    probabilities: list[float]


def general_counts(wheel: Path) -> dict[str, int]:
    """Return the counts of general English words."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("symspellpy/frequency_dictionary_en_82_765.txt").decode("utf-8-sig")
    rows = (line.split() for line in text.splitlines())
    return {
        word: int(count)
        for word, count in rows
        if word.isascii() and word.isalpha() and word.islower() and len(word) > 1
    }


def rank_words(
    corpora: list[Corpus], general: dict[str, int], dictionary: Dictionary
) -> RankedWords:
    """Return the vocabulary: the frequent words, then the others, each by probability."""
    sightings, described, weighted = _counts(corpora)
    unwanted, never = _unwanted(general, dictionary)
    words = sorted(
        word
        for word in sightings.keys() | general.keys()
        if is_listable(word)
        and (word in general or sightings[word] >= _min_sightings(word))
        and (word.lower() not in unwanted or described[word] >= MIN_DESCRIBED)
        and never.isdisjoint(re.split("['-]", word.lower()))
    )
    words = _without_capital_forms(words)
    probability = _probabilities(words, weighted, general, DISCOUNT * len(sightings))
    ranked = sorted(words, key=lambda word: (-probability[word], word))
    by_weight = sorted(words, key=lambda word: (-weighted[word], -probability[word], word))
    frequent = set(by_weight[:FREQUENT_WORDS])
    chosen = [word for word in ranked if word in frequent]
    chosen += [word for word in ranked if word not in frequent]
    return RankedWords(chosen[:WORDS], [probability[word] for word in chosen[:WORDS]])


def _without_capital_forms(words: list[str]) -> list[str]:
    """Return the words that are not the capital form of another, as IPhone is of iPhone."""
    known = set(words)
    return [
        word for word in words if not word[0].isupper() or word[0].lower() + word[1:] not in known
    ]


def number_of(word: str, numbers: dict[str, int]) -> int:
    """Return the number that stands for a word in training: with CAPITAL for a capital form."""
    if word in numbers:
        return numbers[word]
    number = numbers.get(word[0].lower() + word[1:]) if word[0].isupper() else None
    return ESCAPE if number is None else CAPITAL + number


def listed_form(word: str) -> str:
    """Return the word that the vocabulary would have for a word as it is sent."""
    return word if has_inner_capital(word) else word.lower()


def _min_sightings(word: str) -> int:
    return MIN_SIGHTINGS if word.isalpha() and word.islower() else MIN_IRREGULAR_SIGHTINGS


def _counts(corpora: list[Corpus]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return the counts of each word: in all texts, in descriptions only, and weighted.

    The weighted counts are the means of those as words are sent, and of plain words.
    """
    sightings: Counter[str] = Counter()
    described: Counter[str] = Counter()
    weighted: Counter[str] = Counter()
    for corpus in corpora:
        plain = Counter(word for text in corpus.descriptions for word in text.plain)
        sent = Counter(listed_form(word) for text in corpus.descriptions for word in text.sent)
        counts = plain | sent
        sightings.update(counts)
        if corpus.name != GLOSSES:
            described.update(counts)
        for word in counts:
            mean = (plain[word] + sent[word]) / 2
            weighted[word] += mean * corpus.weight  # type: ignore[assignment]  # a float
    return sightings, described, weighted


def _unwanted(
    general: dict[str, int], dictionary: Dictionary
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the unwanted words without those with a frequent harmless sense, such as tool.

    The second set has the words that are never listed: slurs, and what is only vulgar.
    """
    common = frozenset(sorted(general, key=lambda word: (-general[word], word))[:COMMON_ENGLISH])
    marked = MISSED | VULGAR | dictionary.slurs
    missed = {form for word in marked for form in (word, f"{word}s")}
    never = {form for word in NEVER | VULGAR | dictionary.slurs for form in (word, f"{word}s")}
    return (dictionary.unwanted - common) | missed, frozenset(never - HARMLESS)


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
