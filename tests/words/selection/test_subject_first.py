"""The subject is in every selection, modifiers follow their nouns, and empty filler is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.errors import InputError
from semcodec.words import SelectionRequest, make_channel, select_ranked, select_words
from semcodec.words.selection import least_bits, required_words
from semcodec.words.selection.candidate_finder import find_candidates
from semcodec.words.selection.closed_loop import leading_text
from semcodec.words.selection.minimum import find_required
from tests.fakes import FunctionJudge, OverlapJudge, selection_request
from tests.profiles import examples

PARROTS = "Two large yellow and red parrots at the left and right. Green background."
CODINGS: tuple[semcodec.Coding, ...] = ("nibble", "lexicon", "bag", "utf8")
descriptions = st.lists(
    st.sampled_from("a two red large dog dogs . cat on the table background with is fire".split()),
    min_size=1,
    max_size=20,
).map(" ".join)


def request(description: str, coding: semcodec.Coding, max_bits: int | None) -> SelectionRequest:
    return SelectionRequest(description, 12, max_bits, make_channel(coding))


@pytest.mark.parametrize(
    ("description", "words"),
    [
        (PARROTS, "parrots; two parrots; two yellow parrots; two yellow red parrots"),
        ("A huge red fire truck on a road.", "truck; fire truck; red fire truck"),
        ("The large polar bear sleeps.", "bear; polar bear"),
        ("The Eiffel Tower at night", "Tower; Eiffel Tower"),
        ("A small wooden cabin", "cabin; wooden cabin; small wooden cabin"),
    ],
)
def test_number_name_and_color_of_the_subject_follow_it(description: str, words: str) -> None:
    for k, expected in enumerate(words.split("; "), 1):
        assert " ".join(semcodec.select(description, k, coding="lexicon")) == expected


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize(
    "judge", [None, OverlapJudge(green=9), FunctionJudge(lambda t: [0.0] * len(t))]
)
def test_subject_is_selected_from_the_least_bits_on(coding: semcodec.Coding, judge: object) -> None:
    least = least_bits(request(PARROTS, coding, None))
    assert least == request(PARROTS, coding, None).channel.payload_bits(["parrots"])
    for bits in range(least, least + 60, 4):
        words = semcodec.select(PARROTS, 12, coding=coding, max_bits=bits, judge=judge)  # type: ignore[arg-type]
        assert {"parrots", "parrot"} & set(words)
    with pytest.raises(
        InputError, match=rf"fits in {least - 1} bits: allow at least {least}, .*parrots?'"
    ):
        semcodec.select(PARROTS, 12, coding=coding, max_bits=least - 1, judge=judge)  # type: ignore[arg-type]


def test_least_bits_ignores_the_limit_of_the_request() -> None:
    assert least_bits(request(PARROTS, "lexicon", 1)) == least_bits(
        request(PARROTS, "lexicon", None)
    )


def test_least_bits_without_a_subject_are_those_of_the_cheapest_word() -> None:
    bare = request("red, straightforwardly green", "utf8", None)
    assert least_bits(bare) == 8 * len("red")
    assert required_words(bare) == []
    with pytest.raises(InputError, match="no words"):
        least_bits(request("", "lexicon", None))


def test_subject_that_is_misread_alone_comes_with_another_word() -> None:
    text = "A sailor in a small boat on the sea."
    assert semcodec.decompress(semcodec.skeleton("sailor")) != ["sailor"]
    required = required_words(request(text, "nibble", None))
    assert required == [] or ("sailor" in required and len(required) == 2)
    assert set(required) <= set(semcodec.select(text, 12))


def test_leading_text_without_the_subject_is_not_selected() -> None:
    description = "In the park, a dog runs."
    limited = selection_request(description, 32)
    candidates = find_candidates(limited)
    assert leading_text(limited) == ["In", "the", "park"] or leading_text(limited)[-1] == "park"
    required = find_required(limited, candidates)
    assert [other.key for other in required] == ["dog"]
    assert leading_text(limited, candidates, required) == []


def test_ranked_words_get_the_subject() -> None:
    ranked = ["green", "yellow", "left", "background"]
    assert select_ranked(ranked, selection_request(PARROTS, None, max_words=2)) == [
        "parrots",
        "green",
    ]
    assert select_ranked(["parrot"], selection_request(PARROTS, None)) == ["parrots"]
    assert select_ranked(["background", "dogs"], selection_request("dogs, background", None)) == [
        "dogs"
    ]
    with pytest.raises(InputError, match="'parrots'"):
        select_ranked(ranked, selection_request(PARROTS, 4))


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("Gray statue, gray background.", "gray statue gray background"),
        ("Two dogs and two cats.", "two dogs two cats"),
        ("A red car on the left and a blue bike on the left.", "red car left blue bike left"),
        ("A gray statue. The statue is gray.", "gray statue"),
        ("A black dog and a dog that is black.", "black dog"),
        ("A boat, a boat and a boat", "boat"),
    ],
)
def test_modifier_is_sent_once_for_each_noun(description: str, words: str) -> None:
    assert " ".join(semcodec.select(description, 12, coding="lexicon")) == words
    in_set = semcodec.select(description, 12, coding="bag")
    assert len(set(in_set)) == len(in_set)


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("dogs, background", "dogs"),
        ("A dog in the background.", "dog"),
        ("A dog before a blurred green background.", "dog blurred green background"),
        ("A dog. The background is blurred.", "dog background blurred"),
        ("A boat by the side of the lake.", "boat lake"),
        ("A house in a wooded area.", "house wooded area"),
        ("background", "background"),
    ],
)
def test_filler_is_sent_only_with_a_word_about_it(description: str, words: str) -> None:
    words_of_any_order = semcodec.select(description, 12, coding="lexicon")
    assert sorted(words_of_any_order) == sorted(words.replace(" before", "").split())


@pytest.mark.parametrize("judge", [None, OverlapJudge(yellow=9, small=9, three=9)])
def test_modifier_is_not_sent_without_its_noun(judge: OverlapJudge | None) -> None:
    text = "A dog with three small yellow straightforwardnessesses."
    words = semcodec.select(text, 12, coding="utf8", max_bits=8 * 22, judge=judge)
    assert words in (["dog"], ["a", "dog"])


@examples(80)
@given(descriptions, st.sampled_from(CODINGS), st.integers(1, 12), st.integers(0, 200))
def test_required_words_are_in_every_selection(
    description: str, coding: semcodec.Coding, k: int, more_bits: int
) -> None:
    unlimited = SelectionRequest(description, k, None, make_channel(coding))
    if not find_candidates(unlimited):
        return
    try:
        limit = least_bits(unlimited) + more_bits
    except InputError:  # "two two" is the number 22, in nibble of two words
        assert coding == "nibble"
        assert all(len(candidate.words) > k for candidate in find_candidates(unlimited))
        return
    limited = SelectionRequest(description, k, limit, make_channel(coding))
    selected = select_words(limited).words
    assert selected
    assert limited.fits(selected)
    assert set(required_words(limited)) <= {*selected} or coding == "nibble"


def test_largest_text_is_selected_in_time() -> None:
    text = "two large red dogs and two small red cats on a gray table. " * 200
    assert semcodec.select(text, 40, coding="lexicon")[:4] == ["two", "large", "red", "dogs"]
