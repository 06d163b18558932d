"""Numbers keep their value: the forms in every coding, their spellings, and the way back."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.coding import codings, escapes
from semcodec.words.numbers import MAX_WORD, find_numbers, spellings
from semcodec.words.numbers.words import STYLES, are_one_number, is_number_word, spell, value_of
from semcodec.words.selection.candidates import same_number_word
from semcodec.words.skeletons import skeleton_of_word
from tests.each import for_each


def words(text: str) -> list[str]:
    return [number.word for number in find_numbers(text)]


def spoken(text: str) -> str:
    return ", ".join(" ".join(number.spoken) for number in find_numbers(text))


@for_each(
    [
        ("room 404", "404", "four zero four"),
        ("rooms 404/405", "404-405", "four zero four slash four zero five"),
        ("7 to 10 people", "seven ten", "seven, ten"),
        ("the 4 th of July", "4th", "fourth"),
        ("12 500 people", "12500", "twelve thousand five hundred"),
        ("iPhone 15 128 GB", "15 128GB", None),
        ("10 000 lakes, 555 123 4567", "10000 555-123-4567", None),
        ("5² and 10³", "5-squared 10-cubed", "five squared, ten cubed"),
        ("f/2.8 lens", "f2-point-8", "f two point eight"),
        ("rated 4.5/5", "4-point-5-of-5", "four point five of five"),
        ("license plate KL 1234", "KL-1234", "kl one two three four"),
        ("open 10:30-11:30", "10h30 11h30", "ten thirty, eleven thirty"),
        ("$1, $0.99", "1-dollar 99-cents", "one dollar, ninety nine cents"),
        ("1.000.000 and 1.000 fans", "1000000 1000", "one million, one thousand"),
        ("5 ft 10 in", "5'10", "five feet ten inches"),
        ("MMXX", "MMXX", "two zero two zero"),
        ("one third of it", "1-third", "one third"),
        ("three and a half stars", "3-and-half", "three and a half"),
        ("in the twenty first century", "21st", "twenty first"),
        ("twenty second clip", "twenty", "twenty"),
        ("room 7 door", "7", "seven"),
        ("7 doors", "seven", "seven"),
        ("tag 007", "007", "zero zero seven"),
        ("#5 dogs", "5", "five"),
        ("4 4 4 glow", "4 4 4", "four, four, four"),
        ("21 candles", "21", "twenty one"),
        ("twenty-one candles", "21", "twenty one"),
        ("nineteen eighty-four", "1984", "nineteen eighty four"),
        ("one hundred and five", "105", "one hundred and five"),
        ("four zero four", "404", "four zero four"),
        ("no one, one of them", "", ""),
        ("two-story house", "", ""),
        ("1,000 people", "1000", "one thousand"),
        ("1 000 people", "1000", "one thousand"),
        ("1\u202f234 people", "1234", "one thousand two hundred thirty four"),
        ("1'000 people", "1000", "one thousand"),
        ("12,345.67", "12345-point-67", "twelve thousand three hundred forty five point six seven"),
        ("3 million fans", "3-million", "three million"),
        ("3.5 and .5", "3-point-5 0-point-5", "three point five, zero point five"),
        ("1.2.3.4", "1-2-3-4", "one two three four"),
        ("½ 3/4 1½ 2⁄3", "half 3-quarters 1-and-half 2-thirds", None),
        ("two-thirds, three quarters", "2-thirds 3-quarters", "two thirds, three quarters"),
        ("open 24/7", "24-7", "twenty four seven"),
        ("21st, twenty-first", "21st 21st", "twenty first, twenty first"),
        ("1980s '80s 1980's", "1980s 80s 1980s", None),
        ("at 10:30", "10h30", "ten thirty"),
        ("at 7 pm, 7:05 a.m.", "7pm 7h05am", "seven pm, seven zero five am"),
        ("12/05/2021", "12-05-2021", "twelve zero five two zero two one"),
        ("50% or 7 %", "50-percent 7-percent", "fifty percent, seven percent"),
        ("$20, €3.50, 99¢", "20-dollars 3-euros-50 99-cents", None),
        ("$2.5M", "2-point-5-million-dollars", "two point five million dollars"),
        ("5 km, 10 °C, 45°", "5km 10C 45-degrees", None),
        ("6' and 6\"", "6ft 6in", "six feet, six inches"),
        ('the sign says "room 12"', "12", "twelve"),
        ("the sign says '404'", "404", "four zero four"),
        ("5'10\" tall", "5'10", "five feet ten inches"),
        ("2x4 and 2 × 4", "2x4 2x4", "two by four, two by four"),
        ("3-5 or 10–20", "3-5 10-20", "three to five, ten to twenty"),
        ("won 3:2", "3-2", "three to two"),
        ("-5, −18 °C", "minus-5 minus-18C", "minus five, minus eighteen degrees celsius"),
        ("- 3 dogs", "three", "three"),
        ("-3 dogs", "three", "three"),
        ("call (212) 555-0142", "212-555-0142", None),
        ("F-16 and R2-D2", "F-16 R2-D2", "f sixteen, r two d two"),
        ("AB12 CDE", "AB12-CDE", "ab twelve cde"),
        ("Louis XIV", "XIV", "fourteen"),
        ("a mix of IV and VI", "", ""),
        ("８ and ٤٢", "8 42", "eight, forty two"),
    ]
)
def test_forms(text: str, expected: str, expected_spoken: str | None) -> None:
    assert words(text) == expected.split()
    if expected_spoken is not None:
        assert spoken(text) == expected_spoken


@given(st.text(max_size=80) | st.text("0123456789 .,:'-/$€½%xa'\"stk", max_size=80))
def test_words_can_be_sent_and_spans_are_in_order(text: str) -> None:
    end = 0
    for number in find_numbers(text):
        assert end <= number.start < number.end <= len(text)
        assert escapes.is_encodable(number.word)
        assert number.spoken in spellings(number) or value_of(number.spoken) != "".join(
            number.parts
        )
        assert all(
            set(word) <= set("abcdefghijklmnopqrstuvwxyz") and word for word in number.spoken
        )
        assert number.written
        assert not any(map(str.isspace, number.written))
        end = number.end


PIECES = """
one two three ten twenty forty hundred thousand million point and a half third thirds first second
eighties room number plate dogs no 1 7 12 404 1000 000 007 st s k km m in ft am pm o'clock % $ € ¢ °
C ½ / ⁄ : . , ' " - – x + ( ) ² # II XIV AB12 CDE
""".split()


@given(st.lists(st.sampled_from([*PIECES, " ", " ", "-"]), max_size=24).map("".join))
def test_any_pieces_of_numbers_are_read(text: str) -> None:
    test_words_can_be_sent_and_spans_are_in_order.hypothesis.inner_test(text)  # type: ignore[attr-defined]


@given(st.text("0123456789 .,:'-/$€½%xa'\"stkmpIVX", max_size=80))
def test_word_is_its_own_form(text: str) -> None:
    for number in find_numbers(text):
        assert words(f"it shows {number.word}") in ([number.word], []), number


@pytest.mark.parametrize("text", ["$5k", "$0m", "€3bn", "$1M", "$1,000k", "$2.5M"])
def test_amount_of_money_with_a_scale_is_its_own_form(text: str) -> None:
    [number] = find_numbers(text)
    assert words(f"it shows {number.word}") == [number.word]
    [again] = find_numbers(number.word)
    assert (again.word, again.spoken) == (number.word, number.spoken)


@given(st.integers(0, 10**16).map(str) | st.text("0123456789", min_size=1, max_size=9))
def test_every_spelling_of_digits_means_the_same(digits: str) -> None:
    for style in STYLES:
        assert value_of(spell(digits, style)) == digits


def test_every_spelling_of_a_number_means_the_same() -> None:
    for value in range(3000):
        (number,) = find_numbers(f"room {value}")
        assert {value_of(spelling) for spelling in spellings(number)} == {str(value)}


def test_digits_without_end_are_cut_into_words() -> None:
    numbers = find_numbers("1" * 200)
    assert [len(number.word) for number in numbers] == [MAX_WORD] * 3 + [200 - 3 * MAX_WORD]


def test_digits_in_a_text_are_in_a_number() -> None:
    text = "A 3x5 card, 12 by 45.7 cm (no. 6), 5'10\", 1,2 and 3 at 10:30:15; call +49 30 1234."
    covered = {index for number in find_numbers(text) for index in range(number.start, number.end)}
    assert all(index in covered for index, char in enumerate(text) if char.isdigit())


def comes_back(value: int, before: list[str], after: list[str]) -> bool:
    """Return whether a decoder restores one of the spellings of "room VALUE" word for word."""
    (number,) = find_numbers(f"room {value}")
    for spelling in spellings(number):
        sent = [*before, *spelling, *after]
        received = semcodec.decompress(list(map(skeleton_of_word, sent)))
        if tuple(received[len(before) :][: len(spelling)]) == spelling:
            return True
    return False


@pytest.mark.parametrize(
    ("before", "after"), [([], []), (["room"], ["sign"]), (["white", "door"], ["brick", "wall"])]
)
def test_numbers_come_back_from_skeletons(before: list[str], after: list[str]) -> None:
    values = [*range(130), *range(130, 1000, 7), *range(1000, 10_000, 97)]
    assert [value for value in values if not comes_back(value, before, after)] == []


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ("hotel room four zero four", "hotel room four zero four"),
        ("two two two two", "two two two two"),  # "tv" elsewhere, and repetition costs
        ("forty second street", "forty second street"),  # "fruit"
        ("room two couch", "room two couches"),
        ("diner nineteen fifties", "diner nineteen fifties"),
        ("ten degrees celsius", "ten degrees celsius"),  # "class"
        ("stamp fifty cents", "stamp fifty cents"),  # "county"
        ("boat eleven", "boat eleven"),  # "lawn"
        ("man fourteen", "man fourteen"),  # "fortune"
        ("two boys", "two boys"),  # not "by"
        ("two fire hydrant", "two fire hydrant"),  # not "four"
    ],
)
def test_number_words_are_restored_beside_each_other(sent: str, received: str) -> None:
    skeletons = " ".join(map(skeleton_of_word, sent.split()))
    assert semcodec.decompress(skeletons) == received.split()


@pytest.mark.parametrize(
    ("text", "coding", "expected"),
    [
        ("One red ball and one blue box.", "lexicon", "one red ball one blue box"),
        ("One red ball and one blue ball.", "lexicon", "one red ball one blue"),
        ("Two black cats. The two black cats sleep.", "lexicon", "two black cats sleep"),
        ("Two cats and two dogs. The two cats sleep.", "lexicon", "two cats two dogs sleep"),
        ("The digits 4 4 4 glow.", "lexicon", "digits 4 4 4 glow"),
        ("Room 404. The room 404.", "lexicon", "room 404"),
        ("A gray statue, a gray wall, the gray wall.", "lexicon", "gray statue gray wall"),
        ("A gray statue and a gray wall.", "bag", "gray statue wall"),  # a set
        ("Two cats and two dogs.", "bag", "two cats dogs"),
        ("A brown statue and a brown wall.", "nibble", "brown statue brown wall"),
        ("A bus at 22:22.", "nibble", "bus twenty two twenty two"),
        ("A sign with 80 on a street.", "nibble", "sign eight zero street"),
    ],
)
def test_numbers_and_colors_are_sent_for_each_noun(text: str, coding: Any, expected: str) -> None:
    assert semcodec.select(text, 12, coding=coding) == expected.split()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("one zero", "one one", True),
        ("twenty", "one nine six nine", True),
        ("ten", "eleven", True),  # as in a year
        ("seven to one", "five", False),
        ("fourteen", "two zero one nine", False),
        ("dogs", "two", False),
        ("", "two", False),
    ],
)
def test_numbers_that_are_read_as_one(first: str, second: str, expected: bool) -> None:
    assert are_one_number(first.split(), second.split()) is expected


def test_spellings_keep_the_digits_of_groups() -> None:
    (number,) = find_numbers("07/20/1969")
    assert {value_of(spelling) for spelling in spellings(number)} == {"07201969"}


def test_a_count_is_not_spelled_as_a_label() -> None:
    (number,) = find_numbers("3 dogs")
    assert spellings(number) == [("three",)]


def test_decade_is_not_sent_as_its_first_year() -> None:
    (number,) = find_numbers("the '50s")
    assert not same_number_word("fifties", "fifty")
    assert same_number_word("dollars", "dollar")
    assert ("nineteen", "fifties") in spellings(number)


@pytest.mark.parametrize("coding", ["lexicon", "bag", "nibble", "utf8"])
def test_number_survives_select_and_pack(coding: Any) -> None:
    for value in (0, 7, 10, 11, 40, 80, 100, 404, 1984, 8080):
        words = semcodec.select(f"A gray door with the number {value} in brass.", 12, coding=coding)
        assert str(value) in words or value_of_run(words) == str(value), words


@pytest.mark.parametrize("k", range(1, 20))
def test_spelled_numbers_keep_the_limit_and_arrive(k: int) -> None:
    text = "A hotel door with the sign room 404, 3 dogs, 1,000 tiles and ½ a pizza at 10:30 and 10."
    words = semcodec.select(text, k, coding="nibble")
    assert len(words) <= k
    assert semcodec.decompress(list(map(skeleton_of_word, words))) == words


def value_of_run(words: list[str]) -> str | None:
    """Return the digits of the longest run of number words."""
    runs = [list(run) for is_number, run in groupby(words, is_number_word) if is_number]
    return value_of(max(runs, key=len)) if runs else None


PAGE = Path(__file__).parents[2] / "docs/words.md"
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("| ") and "`" not in line
]


@pytest.mark.parametrize(("text", "lexicon", "nibble", "utf8"), ROWS)
def test_table_of_the_page(text: str, lexicon: str, nibble: str, utf8: str) -> None:
    assert " ".join(semcodec.select(text, 12, coding="lexicon")) == lexicon
    assert " ".join(semcodec.select(text, 12, coding="nibble")) == nibble
    assert " ".join(semcodec.select(text, 12, coding="utf8")) == utf8


def test_bits_of_the_page() -> None:
    text = PAGE.read_text("utf-8")
    for word in ("404", "room", "three"):
        assert f"`{word}` " in text
        bits = round(codings.payload_bits("lexicon", [word]))
        assert re.search(rf"`{word}` (?:takes )?{bits}\b", text)
