"""Characters that draw nothing are not taken for visible ones."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator

import pytest

from semcodec._visibility import INVISIBLE, MAX_MARKS, is_visible, mark_visible
from semcodec.cli.output import escape_control

#: Words in the names of characters without ink, and those of visible characters with such words.
NAMES = re.compile(
    r"\b(FILLER|BLANK|INHERENT|NULL NOTEHEAD|JOINER|VARIATION SELECTOR|REPLACEMENT CHARACTER)\b"
)
VISIBLE_NAMES = re.compile(r"GAP FILLER|LINE FILLER|BLANK SYMBOL|SYMBOL FOR|^REPLACEMENT CHARACTER")


def printable() -> Iterator[str]:
    return filter(str.isprintable, map(chr, range(sys.maxunicode + 1)))


def test_characters_named_as_empty_are_invisible() -> None:
    for char in printable():
        name = unicodedata.name(char, "")
        is_empty = NAMES.search(name) and not VISIBLE_NAMES.search(name)
        assert is_visible(char) is not bool(is_empty), name


@pytest.mark.parametrize("form", ["NFKC", "NFKD"])
def test_normalization_of_visible_characters_makes_no_invisible_ones(form: str) -> None:
    for char in printable():
        if is_visible(char) and unicodedata.decomposition(char):
            normalized = unicodedata.normalize(form, char)  # type: ignore[arg-type]
            assert not INVISIBLE.search(normalized), ascii(char)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("\u2764\ufe0f", "\u2764\\ufe0f"),  # a red heart: the heart stays
        ("\U0001f469\u200d\U0001f680", "\U0001f469\\u200d\U0001f680"),
        ("\u2800\u3164\U000e0141", "\\u2800\\u3164\\U000e0141"),
        ("\u1000\u1039\u1001 \u179f\u17d2\u179a", "\u1000\u1039\u1001 \u179f\u17d2\u179a"),
        ("\u05d1\u05bc\u05b8\u0591\u05a5", "\u05d1\u05bc\u05b8\u0591\u05a5"),
        ("a" + "\u0301" * 1_000, "a" + "\u0301" * MAX_MARKS + "\\u0301" * (1_000 - MAX_MARKS)),
    ],
    ids=["emoji", "joined emoji", "fillers", "stacked letters", "marks", "too many marks"],
)
def test_terminal(text: str, escaped: str) -> None:
    assert escape_control(text) == escaped


def test_marks_are_counted_for_each_letter() -> None:
    text = ("a" + "\u0301" * MAX_MARKS) * 3
    assert all(shown for _, shown in mark_visible(text))
    assert [shown for _, shown in mark_visible(text + "\u0301")].count(False) == 1
