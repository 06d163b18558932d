"""Fold words in which letters of other scripts replace Latin ones that look the same (spec §B.1).

``аpple`` with a Cyrillic first letter looks like an apple, but its first letter would be lost. Only
words that mix scripts are folded. A word wholly in another script is a word of another language,
even if all its letters have Latin look-alikes; and a mixed word with a letter that looks like no
Latin one is not English. Both stay whole.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import ucd_3_2_0

#: Letters that look like Latin letters in usual fonts, as pairs of rows; capitals among the
#: lower-case ones are small capitals, such as Cyrillic EN for h.
_PAIRS: Final = (
    ("АВЕЅІЈКМНОРСТУХҮҺԌԚԜЗ", "ABESIJKMHOPCTYXYHGQWZ"),
    ("авеѕіјкмнопрстухүһԁԍԛԝӏгьё", "abesijkmhonpctyxyhdgqwlrbe"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "ABEZHIKMNOPTYXC"),
    ("αβεγηικμνορτυχωϲϳσ", "abeynikmvoptuxwcjo"),
    ("օսհոցքԳՍՏՕ", "ouhngpSUSO"),
    ("ᎠᎡᎢᎪᎫᎬᎳᎷᎻᏀᏃᏏᏒᏔᏚᏙᏞᏟᏢᏦᎩᎽᏴ", "drtajewmhgzbrwsvlcpkyyb"),
    ("ɑɡɩıℓƖ", "agiill"),
)
LOOKALIKES: Final = {
    foreign: latin for row, letters in _PAIRS for foreign, latin in zip(row, letters, strict=True)
}
_LATIN: Final = r"A-Za-z\u00aa\u00c0-\u024f\u0250-\u02af\u1e00-\u1eff"
#: Greek, Coptic, Cyrillic, Armenian, Cherokee: the alphabets with letters that look like Latin
#: ones.
_FOREIGN: Final = r"\u0370-\u058f\u13a0-\u13ff\u1f00-\u1fff"
_MIXED: Final = re.compile(rf"[{_LATIN}{_FOREIGN}\u0300-\u036f]+")
_FOREIGN_LETTER: Final = re.compile(rf"[{_FOREIGN}ɑɡɩı]")
#: All alphabets whose letters can be in one word with Latin ones, from Greek to Thaana.
_ALPHABETIC: Final = re.compile(r"[\u0370-\u07bf\u10a0-\u10ff\u13a0-\u13ff\u1f00-\u1fff]")
_LATIN_LETTER: Final = re.compile(r"[A-Za-z]")


def fold(text: str) -> str:
    """Return ``text`` with Latin letters for their look-alikes in words of mixed scripts."""
    return text if text.isascii() else _MIXED.sub(_fold_word, text)


def has_foreign_letter(text: str) -> bool:
    """Return whether a letter of an alphabet is in ``text`` that is neither Latin nor folded."""
    return not text.isascii() and _ALPHABETIC.search(text) is not None


def _fold_word(match: re.Match[str]) -> str:
    word = match[0]
    if not (_FOREIGN_LETTER.search(word) and _LATIN_LETTER.search(word)):
        return word
    folded = "".join(map(_fold_letter, word))
    return word if _FOREIGN_LETTER.search(folded) else folded


def _fold_letter(char: str) -> str:
    """Return the Latin look-alike of a letter, or of the letter without its accent."""
    if not _FOREIGN_LETTER.match(char):
        return char
    return LOOKALIKES.get(char) or LOOKALIKES.get(ucd_3_2_0.normalize("NFD", char)[0], char)
