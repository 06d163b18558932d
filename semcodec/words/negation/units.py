"""Cut a text into words and punctuation marks, and mark those inside quotation marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_QUOTATION: Final = 100  #: characters between quotation marks; more are not a name or a sign

_UNIT: Final = re.compile(
    r"w/o(?:ut)?\b|[0-9]+(?:[.,][0-9]+)*|[^\W_]+(?:['’‑\-][^\W_]+)*['’]?|\n[^\S\n]{0,80}\n|[^\w\s]",
    re.I,
)
_QUOTATION: Final = re.compile(
    rf"“[^”\n]{{1,{MAX_QUOTATION}}}”|«[^»\n]{{1,{MAX_QUOTATION}}}»|`[^`\n]{{1,{MAX_QUOTATION}}}`"
    rf"|(?<!\w)\"[^\"\n]{{1,{MAX_QUOTATION}}}\"(?!\w)"
    rf"|(?<!\w)['‘](?=\w)[^\n]{{1,{MAX_QUOTATION}}}?(?<=\S)['’](?!\w)"
)
_NEGATIVE_CONTRACTION: Final = re.compile(
    r"cannot|cant|(?:ain|aren|can|couldn|didn|doesn|don|hadn|hasn|haven|isn|mightn|mustn|needn|shan"
    r"|shouldn|wasn|weren|won|wouldn)'t|(?:are|could|did|do|does|had|has|is|should|was|were|would)nt"
)
_APOSTROPHES: Final = str.maketrans({"’": "'", "‑": "-"})


@dataclass(frozen=True, slots=True)
class Unit:
    """A word or a punctuation mark.

    Attributes:
        start: the first character.
        end: the character after the last.
        written: as it is in the text.
        text: in lower case with plain apostrophes; ``"not"`` for each form of it (``isn't``).
        is_word: whether it is a word, not punctuation.
        is_quoted: whether it is between quotation marks.
    """

    start: int
    end: int
    written: str
    text: str
    is_word: bool
    is_quoted: bool

    @property
    def is_capitalized(self) -> bool:
        """Whether the first letter is a capital."""
        return self.written[:1].isupper()


def split_units(text: str) -> list[Unit]:
    """Return the words and punctuation marks of ``text``, in order."""
    quotations = _find_quotations(text)
    units: list[Unit] = []
    for match in _UNIT.finditer(text):
        start, end = match.span()
        while quotations and quotations[-1][1] <= start:
            quotations.pop()
        is_quoted = bool(quotations) and quotations[-1][0] <= start
        units.append(_make_unit(start, end, match[0], is_quoted))
    return units


def _make_unit(start: int, end: int, written: str, is_quoted: bool) -> Unit:
    plain = written.lower().translate(_APOSTROPHES)
    text = "not" if _NEGATIVE_CONTRACTION.fullmatch(plain) else plain
    return Unit(start, end, written, text, written[0].isalnum(), is_quoted)


def _find_quotations(text: str) -> list[tuple[int, int]]:
    """Return the quotations, the last one first, unless one is the whole text."""
    spans = [match.span() for match in _QUOTATION.finditer(text)]
    stripped = text.strip()
    is_whole = len(spans) == 1 and spans[0][1] - spans[0][0] >= len(stripped.rstrip("."))
    return [] if is_whole else spans[::-1]
