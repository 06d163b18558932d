"""The scripts of letters, and the languages that a script alone identifies.

The standard library has no table of scripts, but the Unicode name of a letter begins with that of
its script: CYRILLIC SMALL LETTER A, HIRAGANA LETTER KA.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Final
from unicodedata import name

LATIN: Final = "LATIN"
OTHER_LANGUAGE: Final = "another language"  #: stands for a language that has no name here
#: Scripts without spaces between words.
UNSPACED: Final = frozenset(("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"))

#: First words of the names of letters that are not the name of a script.
_ALIASES: Final = {"FULLWIDTH": LATIN, "HALFWIDTH": "KATAKANA", "IDEOGRAPHIC": "CJK"}
#: The language of each script; of several, the one with the most speakers.
_LANGUAGES: Final = {
    "CYRILLIC": "Russian",
    "GREEK": "Greek",
    "HEBREW": "Hebrew",
    "ARABIC": "Arabic",
    "DEVANAGARI": "Hindi",
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "THAI": "Thai",
    "LAO": "Lao",
    "KHMER": "Khmer",
    "MYANMAR": "Burmese",
    "BENGALI": "Bengali",
    "GURMUKHI": "Punjabi",
    "GUJARATI": "Gujarati",
    "ORIYA": "Odia",
    "TAMIL": "Tamil",
    "TELUGU": "Telugu",
    "KANNADA": "Kannada",
    "MALAYALAM": "Malayalam",
    "SINHALA": "Sinhala",
    "TIBETAN": "Tibetan",
    "GEORGIAN": "Georgian",
    "ARMENIAN": "Armenian",
    "ETHIOPIC": "Amharic",
}
#: Letters that only one of the languages of a script has; the language with most of them wins.
_OWN_LETTERS: Final = {
    "CYRILLIC": {
        "Ukrainian": "іїєґ",
        "Belarusian": "ў",
        "Serbian": "јљњћђџ",
        "Russian": "ыэё",
    },
    "ARABIC": {"Persian": "پچژگکی", "Urdu": "ٹڈڑںھہےۓ"},
    "DEVANAGARI": {"Marathi": "ळ"},
}


def in_language(language: str) -> str:
    """Return the predicate after "The text is": ``German``, ``in another language``."""
    return f"in {language}" if language == OTHER_LANGUAGE else language


@lru_cache(maxsize=4096)
def script_of(char: str) -> str:
    """Return the script of a letter, such as ``"CYRILLIC"``; "" if Unicode has no name for it."""
    first = name(char, "").partition(" ")[0]
    return _ALIASES.get(first, first)


def is_unspaced(word: str) -> bool:
    """Return whether a word, of at least one character, is in a script without spaces."""
    return script_of(word[0]) in UNSPACED


def language_of_letters(letters: str) -> str:
    """Return the language of ``letters``, at least one, none of them Latin, by their scripts.

    Languages that share a script are distinguished by letters of their own; without any of those,
    it is the language of the script that has the most speakers.
    """
    scripts = Counter(map(script_of, letters))
    if scripts["HIRAGANA"] + scripts["KATAKANA"]:
        scripts["HIRAGANA"] += scripts.pop("CJK", 0)  # a Japanese text has letters of all three
    script, _ = scripts.most_common(1)[0]
    own_letters = _OWN_LETTERS.get(script, {})
    counts = {language: sum(map(letters.count, own)) for language, own in own_letters.items()}
    best = max(counts, key=counts.__getitem__, default="")
    return best if best and counts[best] else _LANGUAGES.get(script, OTHER_LANGUAGE)


def find_other_language(text: str) -> str:
    """Return the language of ``text`` if most of its letters are of another script than Latin.

    >>> find_other_language("Красная площадь"), find_other_language("a sign with 中")
    ('Russian', '')
    """
    letters = [char for char in text if char.isalpha()]
    others = "".join(char for char in letters if script_of(char) != LATIN)
    return language_of_letters(others) if 2 * len(others) > len(letters) else ""
