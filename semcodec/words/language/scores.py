"""Weigh whether words are English or of another language, without a model.

Each word of the Latin script is weighed: the bits that it costs under the frequencies of English,
less its cost under a small table of frequent words of another language. The sums of English texts
are far below zero, and those of other languages far above. What is between them is left undecided,
because an English description that is refused is worse than another one that is kept. Other
scripts identify their languages.

The limits were chosen on the sentences in tests/words/sentences/languages, on 194,527 English
captions and prompts of five words and more, of which 10 are not taken for English (3 of those are
not), and on messages of programs in 48 languages (bench/languages.py).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final
from unicodedata import normalize

from semcodec.coding.tables import load_tables
from semcodec.words import tokenizer
from semcodec.words.cleaning import clean_text
from semcodec.words.scripts import (
    LATIN,
    OTHER_LANGUAGE,
    is_unspaced,
    language_of_letters,
    script_of,
)
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.vocabulary import vocabulary

ENGLISH: Final = "English"
FILE: Final = "languages.toml"

# Costs of words in bits. Those of English words are in the vocabulary, in eighths of a bit.
ENGLISH_FUNCTION_COST: Final = 6
RARE_COST: Final = 17  #: of an English word that only the tables of the codings have
ROUNDING: Final = 4  #: eighths of a bit subtracted from the cost of a word, before rounding down
UNKNOWN_COST: Final = 20  #: of a word that no English table has
FUNCTION_COST: Final = 6  #: of a function word of another language
COMMON_COST: Final = 9  #: of another frequent word of that language
OTHER_COST: Final = 16  #: of any other word in that language, also of an English one
ACCENTED_COST: Final = 14  #: of a word with a letter that its alphabet has and English has not
FOREIGN_LETTER_COST: Final = 24  #: of a word with a letter that its alphabet lacks
NAME_COST: Final = 16  #: of an unknown word with a capital: a name is as probable in any language

MIN_SCORE: Final = 12  #: bits by which a text must be less probable as English to be foreign
MIN_ENGLISH_SCORE: Final = 6  #: bits in favor of English at which a text is certainly English
CLOSE_SCORE: Final = 4  #: bits; two languages that differ by less are both named
MIN_TABLE_WORDS: Final = 2  #: different frequent words that identify a language
MIN_TABLE_PERCENT: Final = 35  #: percentage of such words of the words of a text
MIN_UNKNOWN_WORDS: Final = 4  #: different unknown words of a language without a table
MIN_UNKNOWN_PERCENT: Final = 66  #: percentage of such words of the words of a text
MAX_LIST_WORDS: Final = 4  #: words for each separator of a list of keywords or names
LETTERS_PER_WORD: Final = 2  #: of scripts without spaces between words

#: Particles of names: "Rio de Janeiro" is not Portuguese.
_PARTICLES: Final = frozenset(
    """
    de la le les du des d l el los las del di da do dos das della van von der den y e en al san
    """.split()
)
#: Words that few other languages have; one is enough in a list of names or of misspelled words.
_ENGLISH_MARKS: Final = frozenset("the and of with by for from this that are which their".split())
_WORD: Final = re.compile(r"[^\W\d_]+")
_SEPARATORS: Final = re.compile(r"[,;|•/]|\d+\.?")


@dataclass(frozen=True, slots=True)
class Table:
    """The frequent words of one language; see the comment in the file.

    Attributes:
        function: its function words.
        common: other words, none of which is in ``function``; empty for a script other than Latin.
        caption: those of them that fit any picture, such as ``image`` and ``shows``.
        negation: sequences of words that negate the next one, such as ``without``.
        letters: letters of its alphabet besides a to z.
        script: the script, if it has several languages that only words distinguish.
    """

    function: frozenset[str]
    common: frozenset[str]
    caption: frozenset[str]
    negation: frozenset[str]
    letters: frozenset[str]
    script: str

    def cost(self, word: str) -> int:
        """Return the cost of a word in bits, whatever its letters."""
        if word in self.function:
            return FUNCTION_COST
        return COMMON_COST if word in self.common else OTHER_COST

    def cost_of_unknown(self, word: str) -> int:
        """Return the cost of a word that is neither English nor a name, by its letters too."""
        cost, accented = self.cost(word), [char for char in word if not char.isascii()]
        if cost < OTHER_COST or not accented:
            return cost
        return ACCENTED_COST if self.letters.issuperset(accented) else FOREIGN_LETTER_COST


def language_of(text: str) -> str:
    """Return the language of ``text``, such as ``"English"`` or ``"German"``; "" if undecided."""
    return language_of_words(find_words(text), text)


def language_of_words(tokens: Sequence[str], text: str) -> str:
    """Return the language of the words ``tokens``, which are those of ``text``."""
    latin = [token for token in tokens if script_of(token[0]) == LATIN]
    if count_words(tokens) > 2 * len(latin):
        return _script_language([token for token in tokens if script_of(token[0]) != LATIN])
    language = _latin_language(latin) if latin else ""
    is_list = len(latin) <= MAX_LIST_WORDS * len(_SEPARATORS.findall(text))
    return "" if language == OTHER_LANGUAGE and is_list else language


def find_words(text: str) -> list[str]:
    """Return the runs of letters of ``text``, in their case and without unseen characters."""
    return _WORD.findall(clean_text(text))


def count_words(tokens: Sequence[str]) -> int:
    """Return the number of words; two letters of a script without spaces count as one word."""
    letters = sum(len(token) for token in tokens if is_unspaced(token))
    spaced = sum(not is_unspaced(token) for token in tokens)
    return spaced + -(-letters // LETTERS_PER_WORD)


@cache
def load_languages() -> dict[str, Table]:
    """Return the tables by language; they are read once per process, in 2 ms."""
    data = resources.files(__package__).joinpath(FILE).read_bytes()
    return {
        name: Table(
            _split(row["function"]),
            _split(row.get("common", "") + " " + row.get("caption", "")) - _split(row["function"]),
            _split(row.get("caption", "")),
            frozenset(word.replace("_", " ") for word in _split(row.get("negation", ""))),
            frozenset(normalize("NFC", row.get("letters", ""))),
            row.get("script", ""),
        )
        for name, row in tomllib.loads(data.decode("utf-8")).items()
    }


def _split(words: str) -> frozenset[str]:
    return frozenset(normalize("NFC", words).split())


@cache
def _latin_tables() -> dict[str, Table]:
    return {name: table for name, table in load_languages().items() if table.common}


def _script_language(tokens: Sequence[str]) -> str:
    """Return the language of words by their script, letters of its own, and function words."""
    language = language_of_letters("".join(tokens))
    tables = load_languages()
    if language not in tables or not tables[language].script:
        return language
    words = {token.lower() for token in tokens}
    counts = {
        name: len(table.function & words)
        for name, table in tables.items()
        if table.script == tables[language].script
    }
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] > counts[language] else language


def _latin_language(tokens: Sequence[str]) -> str:
    words = _distinct(tokens)
    if not words:
        return ""
    english = {word: _english_cost(word, form) for word, form in words.items()}
    scores = _scores(english)
    best = max(scores.values())
    close = [
        name
        for name, score in scores.items()
        if score >= max(MIN_SCORE, best - CLOSE_SCORE + 1) and _has_table_words(tokens, words, name)
    ]
    if close:
        return " or ".join(sorted(close, key=lambda name: -scores[name])[:2])
    if _is_unknown_language(english):
        return OTHER_LANGUAGE
    return ENGLISH if best <= -MIN_ENGLISH_SCORE else ""


def _distinct(tokens: Sequence[str]) -> dict[str, str]:
    """Return the different words in lower case, each with its form in the text.

    Single letters are in no language: "8 k", "plan b". A capital does not mark a name in the first
    word, and in a text in capitals.
    """
    is_cased = any(token.islower() for token in tokens)
    words: dict[str, str] = {}
    for index, token in enumerate(tokens):
        word = token.lower()
        form = token if index and is_cased else word
        if len(word) > 1 and not words.get(word, "A").islower():
            words[word] = form
    return words


def _english_cost(word: str, form: str) -> int:
    """Return the cost of a word in English, in bits."""
    plain = tokenizer.fold(word)
    if plain in FUNCTION_WORDS:
        return ENGLISH_FUNCTION_COST
    limit = NAME_COST if form[0].isupper() else UNKNOWN_COST
    number = vocabulary().number(plain)
    if number is not None:
        return min((vocabulary().costs[number] - ROUNDING) // 8, limit)
    return min(RARE_COST, limit) if plain in load_tables().numbers else limit


def _scores(english: Mapping[str, int]) -> dict[str, int]:
    """Return the bits by which words are more probable in each language than in English.

    An accent on an English word or on a name is evidence of nothing: café, São Paulo.
    """
    words = frozenset(english)
    unlisted = sum(english.values()) - OTHER_COST * len(words)  # if no table has any of them
    accented = [
        word for word, cost in english.items() if cost == UNKNOWN_COST and not word.isascii()
    ]
    return {
        name: unlisted
        + (OTHER_COST - FUNCTION_COST) * len(words & table.function)
        + (OTHER_COST - COMMON_COST) * len(words & table.common)
        + sum(table.cost(word) - table.cost_of_unknown(word) for word in accented)
        for name, table in _latin_tables().items()
    }


def _has_table_words(tokens: Sequence[str], words: Iterable[str], language: str) -> bool:
    """Return whether enough words are frequent in a language; particles of names do not count."""
    table = _latin_tables()[language]
    is_name = any(token.islower() for token in tokens) and all(
        token[0].isupper() or token in _PARTICLES for token in tokens
    )
    words = list(words)
    found = [word for word in words if table.cost(word) < OTHER_COST]
    found = [word for word in found if not (is_name and word in _PARTICLES)]
    return len(found) >= max(MIN_TABLE_WORDS, -(-MIN_TABLE_PERCENT * len(words) // 100))


def _is_unknown_language(english: Mapping[str, int]) -> bool:
    """Return whether words are of a language without a table, by their costs in English."""
    unknown = [word for word, cost in english.items() if cost == UNKNOWN_COST]
    accented = sum(not word.isascii() for word in unknown)  # these count twice
    is_mostly_unknown = 100 * len(unknown) >= MIN_UNKNOWN_PERCENT * len(english)
    has_marks = not _ENGLISH_MARKS.isdisjoint(english)
    return len(unknown) + accented >= MIN_UNKNOWN_WORDS and is_mostly_unknown and not has_marks
