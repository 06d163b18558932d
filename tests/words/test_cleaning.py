"""clean_text: what a reader does not see vanishes, and what looks the same is the same."""

import sys
import tracemalloc
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.words.cleaning import MAX_MARKS, clean_text
from semcodec.words.homoglyphs import LOOKALIKES
from tests.each import for_each

MAX_SECONDS = 5  #: for a text of MAX_TEXT characters; quadratic time would take minutes
HOSTILE = [
    "\u0301", "a\u0301", "<a ", "<a", "&", "&amp;", "&#", "a-\n", "a- ", "\u00ad ", "\u00ad\n",
    "\n ", " ", "](", "](\"", "*", "a*", "`", "1. ", "\ud800", "\0", "\ufdfa", "\u0430a", "\u0430",
    "-", "--a", "_", "<sup>", "\\n", "'", "<|", "\t#", " - ", "\x1f", "\u2032", "[a](", "<b>",
]  # fmt: skip


@for_each(
    [
        # invisible characters
        ("light\u00adhouse", "lighthouse"),
        ("a\u200bb\u200cc\u200dd\u2060e\ufefff", "abcdef"),
        ("a\u202eb\u2066c\u061cd\u200ee", "abcde"),
        ("a\ufe0fb\U000e0100c\U000e0041d\u034fe", "abcde"),
        ("a\u3164b\u115fc\uffa0d\u180ee\u17b4f", "abcdef"),
        ("a\x00b\x07c\x7fd\x9fe", "abcde"),
        ("1\ufe0f\u20e3 dog", "1 dog"),
        ("man\U0001f468\u200d\U0001f469woman", "man\U0001f468\U0001f469woman"),
        ("\ud800half a pair\udc00", "half a pair"),
        # spaces and line ends
        ("a\u00a0b\u2009c\u3000d\u202fe\u2800f\u1680g", "a b c d e f g"),
        ("a\r\nb\rc\u2028d\u2029e\x85f\x0bg\n\n h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("A dog.\\nA cat.", "A dog.\nA cat."),
        ("light\u00ad \n house", "lighthouse"),
        ("light-\nhouse", "lighthouse"),
        ("two-\nstory", "two-story"),
        ("T-\nshirt", "T-shirt"),
        # hyphens, dashes, apostrophes, quotes
        ("T\u2011shirt X\u2010ray \u22125 full\uff0dwidth", "T-shirt X-ray -5 full-width"),
        ("a--b a---b -- a", "a—b a—b -- a"),
        ("a\u2013b\u2014c", "a\u2013b\u2014c"),
        (
            "O\u2019Brien O\u02bcHara O\u2032Neil O`Dea O\uff07Day",
            "O'Brien O'Hara O'Neil O'Dea O'Day",
        ),
        ("5\u2032 10\u2033", "5\u2032 10\u2033"),
        ("\u201ca\u201d \u00abb\u00bb \u300cc\u300d ``d''", '"a" "b" "c" "d"'),
        ("child\x92s \x93toy\x94", 'child\'s "toy"'),
        # references
        ("&amp; &#38; &#x26; &AMP; &amp;amp;", "& & & & &"),
        ("a&shy;b a&nbsp;b &eacute; &quot;a&quot;", 'ab a b é "a"'),
        ("AT&T R&B Q&A; salt &amp pepper", "AT&T R&B Q&A; salt & pepper"),
        ("&#0; &#xD800; &#99999999; &nosuch;", "&nosuch;"),
        # tags and marks
        ("a<br>b<br/>c<p class='x'>d</p>", "a\nb\nc\nd"),
        ("sail<b>boat</b> <i>x</i> <outdoors> 1 < 2 > 1", "sailboat x <outdoors> 1 < 2 > 1"),
        ("5 m<sup>2</sup> H<sub>2</sub>O", "5 m² H\n2\nO"),
        ("<|im_end|>a", "a"),
        ("**a** *b* __c__ `d` ~~e~~ sail**boat**", "a b c d e sailboat"),
        ("2*4 2 * 4", "2*4 2 * 4"),
        ("# a\n## b\n- c\n* d\n> e\n---\n• f", "a\nb\nc\nd\ne\nf"),
        ("1. a dog\n2. a cat", "a dog\na cat"),
        ("1. a dog", "1. a dog"),
        ('[a barn](https://example.org/b_c.jpg) ![a](x.png "t")', "[a barn] ![a]"),
        ("snake_case", "snake case"),
        # forms of letters and of numbers
        ("Ａｂｃ ﬁsh 𝐛𝐨𝐚𝐭 ⓑⓤⓢ ᴄᴀᴛ ᵈog 🅱us", "Abc fish boat bus cat dog Bus"),
        ("½ 1½ 5² ⁄ x³ ₂ 20°", "½ 1½ 5² ⁄ x³ ₂ 20°"),
        ("①② ⒈ №5 Ⅳ", "1 2 1. No5 IV"),
        ("cafe\u0301 café Lego™", "café café Lego"),
        # scripts
        ("\u0430pple b\u0430n\u0430n\u0430 y\u03bfung s\u0441ooter", "apple banana young scooter"),
        ("\u13dfat c\u0251t \u0421oca \u03ccx", "cat cat Coca ox"),
        ("Москва 猫 Ωmega Дavid сор naïve", "Москва 猫 Ωmega Дavid сор naïve"),
        ("Д\u0430vid \u0430Дam", "Д\u0430vid \u0430Дam"),
        ("猫cat T恤", "猫 cat T 恤"),
    ]
)
def test_text_is_cleaned(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_and_memory_are_linear(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    clean_text(text[:100])
    tracemalloc.start()
    start = process_time()
    clean_text(text)
    seconds, (_, peak) = process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < MAX_SECONDS
    assert peak < 100 << 20


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_is_accepted_and_stays_readable(text: str) -> None:
    clean_text(text).encode("utf-8")


@given(st.text("abz -'\n.,AB", max_size=60))
def test_plain_text_keeps_its_letters(text: str) -> None:
    kept = [char for char in text if char.isalpha()]
    assert [char for char in clean_text(text) if char.isalpha()] == kept


def test_every_character_alone_is_accepted() -> None:
    for code in range(sys.maxunicode + 1):
        if code < 0x30000 or code >= 0xE0000:
            clean_text(chr(code))


def test_marks_are_limited() -> None:
    assert len(clean_text("q" + "\u0301" * 1000)) == 1 + MAX_MARKS


def test_lookalikes_are_letters_that_are_not_latin() -> None:
    assert all(latin.isascii() and latin.isalpha() for latin in LOOKALIKES.values())
    assert not any(char.isascii() for char in LOOKALIKES)
