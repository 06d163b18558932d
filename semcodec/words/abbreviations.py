"""Find abbreviations and names with full stops or ampersands: ``U.S.``, ``Dr.``, ``AT&T``.

Their full stops end no sentence, and their letters are one word: *us* is not *U.S.*, and *at* and
*t* are not a company. ``lexicon`` and ``bag`` have no ampersand, so ``AT&T`` is ``AT-and-T`` there,
``M&M's`` is ``M-and-Ms``; ``nibble`` spells the letters that it finds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

#: Abbreviations before a name.
TITLES: Final = frozenset(
    """
    Mr Mrs Ms Dr St Ste Mt Ft Pt Prof Rev Fr Sr Jr Gen Col Capt Cpt Cmdr Lt Maj Sgt Gov Sen Rep Pres
    Hon
    """.split()
)
_STARTS: Final = r"(?<![A-Za-z0-9.&'-])"
_ABBREVIATION: Final = re.compile(
    rf"{_STARTS}(?:"
    r"[A-Za-z]{1,3}(?:&[A-Za-z]{1,3})+(?:'?s)?(?![A-Za-z&])"  # AT&T, R&B, M&M's
    r"|[A-Z] & [A-Z](?![A-Za-z'-])"  # H & M
    r"|(?:[A-Za-z]\.){2,12}(?:[A-Za-z](?![A-Za-z']))?"  # U.S., e.g., J.R.R.
    r"|[A-Za-z]\.[A-Za-z](?![A-Za-z.'])"  # U.S without its last full stop
    r"|Ph\.? ?D\.?(?![A-Za-z])"
    rf"|(?:{'|'.join(sorted(TITLES))})\.(?= ?[A-Z0-9])"
    r"|(?<=[a-z] )[A-Z]\.(?= [A-Z][a-z])"  # John F. Kennedy
    r"|(?:etc|vs|cf|approx|incl)\."
    r")"
)


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """An abbreviation in a text.

    Attributes:
        start: index of its first character.
        end: index after its last character, which may be a full stop.
        text: its letters, without full stops and spaces; with the ampersand.
    """

    start: int
    end: int
    text: str


def find_abbreviations(cleaned: str) -> list[Abbreviation]:
    """Return the abbreviations of a text from ``clean_text``, in order."""
    return [
        Abbreviation(match.start(), match.end(), re.sub(r"[. ]", "", match[0]))
        for match in _ABBREVIATION.finditer(cleaned)
        if "&" not in match[0] or _is_name(match[0])
    ]


def without_ampersand(text: str) -> str:
    """Return a name as ``lexicon`` carries it: ``AT-and-T`` for ``AT&T``.

    >>> without_ampersand("M&M's")
    'M-and-Ms'
    """
    return text.replace("'", "").replace("&", "-and-") if "&" in text else text


def _is_name(text: str) -> bool:
    """Return whether the parts around an ampersand are initials, and not words: ``cat&dog``."""
    parts = re.split(r" ?& ?", text)
    return text.isupper() or any(len(part) == 1 for part in parts) or text[:2].isupper()
