"""Decide which capitals of a text are part of a word (``Paris``, ``NASA``) and which are not.

The first word of a sentence, headings in title case, and texts in capitals are written in small
letters: their capitals state nothing, and each costs 6 to 10 bits in ``lexicon``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from semcodec.words.abbreviations import TITLES
from semcodec.words.names import is_frequent, is_listed
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.tokenizer import fold
from semcodec.words.vocabulary import vocabulary

MIN_HEADING_WORDS: Final = 4  #: content words of a heading in title case
MIN_CAPITALIZED_PERCENT: Final = 80  #: of the content words of a heading
MIN_COMMON_LETTERS: Final = 4  #: of a word in capitals that is not an acronym: STOP, OPEN
#: Small words inside a name, so that the word before them is a part of it: Rio de Janeiro.
NAME_JOINTS: Final = frozenset("da de del della der di do dos du la le van von".split())
AMBIGUOUS: Final = frozenset(("us", "it", "am"))  #: function words that are acronyms in capitals


@dataclass(frozen=True, slots=True)
class Written:
    """A word as it is written.

    Attributes:
        text: the word with its capitals.
        starts_sentence: whether it is the first word of a sentence.
        sentence: number of the sentence.
    """

    text: str
    starts_sentence: bool
    sentence: int


def fold_case(words: Sequence[Written]) -> list[str]:
    """Return the words with the capitals that are part of them."""
    content = [word for word in words if _is_content(word.text)]
    totals = Counter(word.sentence for word in content)
    capitalized = Counter(word.sentence for word in content if word.text[:1].isupper())
    small = {word.sentence for word in words if any(map(str.islower, word.text))}
    begun = {word.sentence for word in words if word.starts_sentence and word.text[:1].isupper()}
    headings = {
        sentence
        for sentence, total in totals.items()
        if sentence in begun
        and (total >= MIN_HEADING_WORDS or sentence not in small)
        and 100 * capitalized[sentence] >= MIN_CAPITALIZED_PERCENT * total
    }
    names = {word.text for word in words if not word.starts_sentence and word.sentence in small}
    names |= {
        first.text
        for first, joint, last in zip(words, words[1:], words[2:], strict=False)
        if joint.text in NAME_JOINTS and last.text[:1].isupper() and last.sentence == first.sentence
    }
    return [_fold(word, headings, small, names) for word in words]


def _fold(word: Written, headings: set[int], small: set[int], names: set[str]) -> str:
    """Return one word.

    Args:
        word: the word.
        headings: the sentences in which capitals state nothing.
        small: the sentences that have small letters.
        names: the words that are not the first of a sentence with small letters, and the first ones
            of names of several words.
    """
    text, lower = word.text, word.text.lower()
    if text == lower or text in TITLES:
        return text
    if text.isupper() and len(text) > 1:
        is_shouted = word.sentence not in small or _is_common_in_capitals(lower)
        return lower if is_shouted and _is_known(lower) else text
    if any(map(str.isupper, text[1:])):  # iPhone, Coca-Cola
        return text
    if word.starts_sentence and lower in FUNCTION_WORDS:
        return lower
    is_unmarked = word.sentence in headings or (word.starts_sentence and text not in names)
    return lower if is_unmarked and _is_known(lower) else text


def _is_content(text: str) -> bool:
    return text.lower() not in FUNCTION_WORDS and text not in TITLES


def _is_known(lower: str) -> bool:
    """Return whether all parts of a word are in the vocabulary; the owner of a thing is common."""
    if lower in FUNCTION_WORDS:  # of which "a" has no skeleton, so that the vocabulary lacks it
        return True
    if lower.endswith("'s"):
        return is_frequent(lower[:-2])
    return all(map(_is_in_vocabulary, map(fold, lower.split("-"))))


def _is_in_vocabulary(word: str) -> bool:
    """Return whether a word is in the vocabulary, or one of those without consonants (a, eye)."""
    return not skeleton_of_word(word) or vocabulary().number(word) is not None


def _is_common_in_capitals(lower: str) -> bool:
    """Return whether a word in capitals is a common word, as on signs, and not an acronym."""
    if lower in FUNCTION_WORDS:
        return lower not in AMBIGUOUS
    is_long = len(lower) >= MIN_COMMON_LETTERS
    return is_long and is_frequent(lower) and not is_listed(lower.upper())  # NASA is listed
