"""Selection by rule: the most important words that a decoder restores, in reading order."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.errors import InputError
from semcodec.words import MAX_K
from semcodec.words.selection.candidates import Candidate
from semcodec.words.selection.salience import select_by_salience
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import CAPTION_BOILERPLATE, FUNCTION_WORDS
from tests.fakes import selection_request, skeleton_bits
from tests.profiles import examples

PARROTS = (
    "This photo shows two large red and yellow parrots that are sitting on a branch in the forest. "
    "The background is a soft green, and the branch is brown."
)
descriptions = st.lists(
    st.sampled_from(
        "the a red boat on blue water with large dogs sky eye ship bus six of Öl 12".split()
    ),
    min_size=1,
    max_size=30,
).map(" ".join)


def test_main_words_are_in_reading_order_without_stop_words() -> None:
    words = semcodec.select(PARROTS, 12)
    assert words[:4] == ["two", "large", "red", "yellow"]
    assert "forest" in words
    assert not {"the", "and", "photo", "shows", "of"} & set(words)


def test_k_distinct_words_are_selected() -> None:
    for k in (1, 3, 8):
        words = semcodec.select(PARROTS, k)
        assert len(words) == k == len(set(words))


def test_words_of_higher_weight_are_kept_at_any_position() -> None:
    assert semcodec.select("sitting quietly beside a lighthouse", 2) == ["beside", "lighthouse"]


def test_repeated_word_has_a_higher_weight() -> None:
    description = "a bench, a lamp, a fence, a boat. A zebra sleeps; the zebra is a young zebra."
    assert semcodec.select(description, 2, coding="lexicon") == ["bench", "zebra"]


def test_single_letter_is_not_selected() -> None:
    assert semcodec.select("window b of the red boat", 5) == ["window", "red", "boat"]


def test_singular_and_plural_are_one_word() -> None:
    assert semcodec.select("a red boat, two boats", 5).count("boat") <= 1
    assert "boats" not in semcodec.select("a red boat by blue boats", 5)


def test_smaller_k_drops_words_of_lower_weight() -> None:
    assert "parrot" in " ".join(semcodec.select(PARROTS, 5))


@examples(60)
@given(descriptions, st.integers(1, 30))
def test_selected_words_are_recoverable(description: str, k: int) -> None:
    try:
        words = semcodec.select(description, k)
    except InputError as error:
        needs_more = re.search(r"allow at least (\d+), for '", str(error))
        assert needs_more or not any(map(skeleton_of_word, description.split()))
        assert not needs_more or semcodec.select(description, int(needs_more[1]))
        return
    assert 1 <= len(words) <= k
    if len(words) > 1:
        assert semcodec.decompress(semcodec.skeleton(" ".join(words))) == words


@pytest.mark.parametrize(
    ("description", "k", "need"),
    [("404", 2, "3, for 'four zero four'"), ("Coca-Cola", 1, "2, for 'coca cola'")],
)
def test_least_number_of_words_is_named(description: str, k: int, need: str) -> None:
    with pytest.raises(InputError, match=rf"fits in {k} words?: allow at least {need}"):
        semcodec.select(description, k)
    assert semcodec.select(description, k, coding="lexicon") == [description]


def test_word_that_would_be_misread_is_not_selected() -> None:
    description = "a small ivy"  # v alone is restored as view
    assert semcodec.decompress(skeleton_of_word("ivy")) != ["ivy"]
    assert semcodec.select(description, 3) == ["small"]


@pytest.mark.parametrize(("misses", "words"), [(15, ["boat", "cat"]), (16, ["boat"])])
def test_no_more_words_are_tried_after_sixteen_that_do_not_fit(
    misses: int, words: list[str]
) -> None:
    long_words = [Candidate(index, 50, (f"long{'b' * index}",)) for index in range(1, misses + 1)]
    candidates = [Candidate(0, 90, ("boat",)), *long_words, Candidate(99, 10, ("cat",))]
    request = selection_request("", skeleton_bits(["boat", "cat"]))
    assert select_by_salience(request, candidates) == words


def test_stop_words_are_selected_if_there_is_nothing_else() -> None:
    assert semcodec.select("with that", 5)


@pytest.mark.parametrize("description", ["", "a eye", "?!"])
def test_description_without_a_word_is_an_input_error(description: str) -> None:
    with pytest.raises(InputError, match="no words"):
        semcodec.select(description, 3)


@pytest.mark.parametrize("k", [0, -1, MAX_K + 1, 10**6, 2.0, None, True])
def test_invalid_k_is_an_input_error(k: object) -> None:
    with pytest.raises(InputError, match="k must be"):
        semcodec.select("red boat", k)  # type: ignore[arg-type]


def test_largest_k_on_a_long_text_ends() -> None:
    long = " ".join(f"{a}{b}{c}t" for a in "bcdfgl" for b in "aeiou" for c in "bcdfglmnprst")
    assert len(semcodec.select(long, MAX_K)) >= 1


def test_stop_words_are_lower_case_and_distinct() -> None:
    assert not FUNCTION_WORDS & CAPTION_BOILERPLATE
    assert all(word.isalpha() and word.islower() for word in FUNCTION_WORDS | CAPTION_BOILERPLATE)
