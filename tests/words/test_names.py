"""Names are sent whole, compounds in their parts, and capitals only where they state something."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.words.abbreviations import find_abbreviations, without_ampersand
from semcodec.words.names import cut_word
from semcodec.words.tokenizer import MAX_TEXT
from semcodec.words.tokens import find_tokens
from tests import profiles
from tests.each import for_each


@for_each(
    [
        # hyphens
        ("a T-shirt, an X-ray, an e-mail", "a T-shirt an X-ray an e-mail"),
        ("the Jack-o'-lantern", "the Jack-o'-lantern"),
        ("by Coca-Cola and Spider-Man", "by Coca-Cola and Spider-Man"),
        ("in Stratford-upon-Avon, al-Qaeda", "in Stratford-upon-Avon al-Qaeda"),
        ("a two-story, light-blue house", "a two story light blue house"),
        ("black-and-white", "black and white"),
        ("a Japanese-style garden", "a Japanese style garden"),
        ("a sun-flower in a light-house", "a sun flower in a light house"),
        ("wi-fi, on-line, a passer-by", "wifi online a passerby"),
        ("rock 'n' roll, rock'n'roll, rock-n-roll", "rock n roll rock roll rock roll"),
        ("off-white - red -- blue-", "off white red blue"),
        # apostrophes
        ("the dog's and the dogs' bowls", "the dog and the dogs bowls"),
        ("of O'Brien's, of O'Hara's pub", "of O'Brien of O'Hara pub"),
        ("the McDonald's sign", "the McDonald's sign"),
        ("in John's hand, at John's house", "in John hand at John house"),
        ("a Wendy's, a Levi's jacket", "a Wendy's a Levi's jacket"),
        ("in Macy's and in Macy's store", "in Macy's and in Macy's store"),
        ("the St. Mary's tower, the Reese's Pieces", "the St Mary's tower the Reese's Pieces"),
        ("Dog's bowl. Wendy's restaurant.", "dog bowl Wendy's restaurant"),
        ("it's, they're, isn't, we'd", "it they not we"),
        ("L'Oréal, d'Orsay, o'clock", "L'Oreal d'Orsay o'clock"),
        ("a Dunkin' box", "a Dunkin box"),
        # ampersands and full stops
        ("an AT&T store, R&B, H & M", "an AT-and-T store R-and-B H-and-M"),
        ("the M&M's", "the M-and-Ms"),
        ("salt & pepper, cat&dog", "salt pepper cat dog"),
        ("a U.S. flag, the U.S.A. team", "a US flag the USA team"),
        ("fruit, e.g. pears, i.e. food etc. here", "fruit pears food here"),
        ("by Dr. Smith and Mt. Fuji", "by Dr Smith and Mt Fuji"),
        ("by John F. Kennedy", "by John F Kennedy"),
        ("in Washington, D.C. on", "in Washington DC on"),
        # capitals
        ("Large dogs. Small boats.", "large dogs small boats"),
        ("Xyzzq waves. Large dogs of Xyzzq.", "Xyzzq waves large dogs of Xyzzq"),
        ("Paris at night, in Paris", "Paris at night in Paris"),
        ("Two-story house", "two story house"),
        ("iPhone and eBay", "iPhone and eBay"),
        ("A RED CAR IN RAIN", "a red car in rain"),
        ("in Rome, Italy, Paris, France", "in Rome Italy Paris France"),
        ("Old Wooden Bridge Over River", "old wooden bridge over river"),
        ("by NASA, the US, an IT shop, an AC", "by NASA the US an IT shop an AC"),
        ("a STOP sign and NO dogs", "a stop sign and no dogs"),
        ('it reads "NO PARKING"', "it reads no parking"),
        ("the Apple and an apple", "the Apple and an apple"),
        # scripts
        ("a 猫 and a Дavid", "a  and a "),
    ]
)
def test_words_of_a_text(text: str, words: str) -> None:
    assert [token.word for token in find_tokens(text)] == words.split(" ")


def test_mixed_words_are_whole_in_utf8_and_no_plain_words() -> None:
    (token,) = find_tokens("Дavid")
    assert (token.text, token.word, token.plain) == ("Дavid", "", ())


def test_abbreviations_have_their_place_in_the_text() -> None:
    (found,) = find_abbreviations("the U.S. flag")
    assert (found.start, found.end, found.text) == (4, 8, "US")
    assert without_ampersand("M&M's") == "M-and-Ms"


@given(st.text("aT'-n sS&.", max_size=30))
def test_words_have_no_marks_at_their_ends(text: str) -> None:
    for token in find_tokens(text):
        assert token.word.strip("-") == token.word
        assert "&" not in token.word


@given(st.text(max_size=30))
def test_any_word_is_cut(text: str) -> None:
    assert all(cut_word(text)) or not text


@profiles.measures_time
@pytest.mark.parametrize(
    "unit",
    ["a-", "a'", "'-", "A&", "A & ", "a.", "Dr. ", "o'a-", "a A. ", "Ph.D", "n'n'", "N-'n'-"],
)
def test_time_is_linear(unit: str) -> None:
    length = profiles.count(MAX_TEXT // 3, MAX_TEXT)
    text = (unit * length)[:length]
    find_tokens(text[:100])
    start = process_time()
    find_tokens(text)
    assert process_time() - start < 8


def test_article_before_a_comma_is_not_that_of_a_name() -> None:
    assert [token.word for token in find_tokens("plan a, Wendy's dog")][-2:] == ["Wendy", "dog"]
    assert find_tokens("inside a Wendy's dog bowl")[2].word == "Wendy's"
