"""Which characters of a text from elsewhere can be seen: for terminals and prompts.

``str.isprintable`` is false for controls, formats (zero-width characters, soft hyphens, changes of
direction), surrogates, unassigned characters, and spaces but U+0020. It is true for some characters
that draw nothing, and for any number of marks on one letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

#: Printable characters that draw nothing: fillers, the grapheme joiner and other joiners, inherent
#: vowels, variation selectors and tags (of Default_Ignorable_Code_Point), the braille cell without
#: dots, a null notehead, blanks of hieroglyphs, and the place of an object that is not there. An
#: emoji with a variation selector loses its color, and is still there. Signs that stack letters,
#: such as the virama of Burmese, are not among them: words need them.
INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u2d7f\u3164\ufe00-\ufe0f\uffa0\ufffc"
    "\U0001107f\U00013441\U00013442\U00016fe4\U0001d159\U000e0000-\U000e0fff]"
)
MAX_MARKS: Final = 6  #: combining marks on one letter; Hebrew and Tibetan have up to five


def is_visible(char: str) -> bool:
    """Return whether a character can be seen, or is a space."""
    return char.isprintable() and not INVISIBLE.match(char)


def mark_visible(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each character with whether it can be seen; False for more marks than a letter has."""
    marks = 0
    for char in text:
        is_mark = not char.isascii() and unicodedata.category(char) in ("Mn", "Me")
        marks = marks + 1 if is_mark else 0
        yield char, marks <= MAX_MARKS and is_visible(char)
