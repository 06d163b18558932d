"""Every way of selecting words leaves out what the description states is not there."""

from __future__ import annotations

import pytest

import semcodec
from semcodec.choices import Coding
from semcodec.errors import InputError
from semcodec.words import SelectionRequest, make_channel, select_ranked, select_words
from semcodec.words.presence import states_only_absence
from semcodec.words.selection.candidate_finder import find_candidates
from semcodec.words.selection.closed_loop import first_content_words, leading_text
from tests.fakes import OverlapJudge

STREET = "A wet street with no people and no cars, and a horse without a collar."
ABSENT = {"people", "person", "cars", "car", "collar", "no", "without", "one"}
CODINGS: list[Coding] = ["nibble", "lexicon", "bag", "utf8"]


def request(description: str, coding: Coding = "lexicon") -> SelectionRequest:
    return SelectionRequest(description, 12, None, make_channel(coding))


@pytest.mark.parametrize("coding", CODINGS)
def test_rules_and_judge_leave_out_what_is_negated(coding: Coding) -> None:
    judge = OverlapJudge(people=9, cars=9, car=9, collar=9, horse=1)
    by_rule = semcodec.select(STREET, 12, coding=coding)
    by_judge = semcodec.select(STREET, 12, coding=coding, judge=judge)
    assert ABSENT.isdisjoint(by_rule)
    assert ABSENT.isdisjoint(by_judge)
    assert "horse" in by_rule
    assert "horse" in by_judge


@pytest.mark.parametrize("coding", CODINGS)
def test_each_strategy_leaves_out_what_is_negated(coding: Coding) -> None:
    selection = request(STREET, coding)
    assert ABSENT.isdisjoint(leading_text(selection))
    assert ABSENT.isdisjoint(first_content_words(selection, find_candidates(selection)))


def test_function_words_that_lead_to_what_is_negated_are_left_out() -> None:
    words = leading_text(request("A street with no people and a dog"))
    assert words == ["a", "street", "and", "a", "dog"]
    assert leading_text(request("The US has no cat but a dog"))[:2] == ["the", "US"]


def test_negated_word_of_a_model_is_not_sent() -> None:
    assert select_ranked(["people", "street", "no", "car"], request(STREET)) == ["street"]


@pytest.mark.parametrize("coding", CODINGS)
def test_word_that_is_there_at_another_place_is_sent(coding: Coding) -> None:
    text = "No people on the left, two people on the right."
    assert "people" in semcodec.select(text, 12, coding=coding)


@pytest.mark.parametrize(
    "text", ["No people, no cars.", "There are no people.", "Nobody.", "no", "It isn't there."]
)
def test_description_of_nothing_but_negations_is_refused(text: str) -> None:
    for coding in CODINGS:
        with pytest.raises(InputError, match="only states what is not there: give"):
            select_words(request(text, coding))


def test_no_of_a_sign_is_sent_where_the_order_of_the_words_arrives() -> None:
    text = "a red no entry sign at a house"
    expected = ["red", "no", "entry", "sign", "house"]
    assert semcodec.select(text, 12, coding="lexicon") == expected
    # In a set, "no" would precede another word; its skeleton is restored as "one".
    assert "no" not in semcodec.select(text, 12, coding="bag")
    assert "one" not in semcodec.select(text, 12, coding="nibble")


@pytest.mark.parametrize("word", ["car-free", "non-slip", "no-parking"])
def test_compound_that_negates_is_sent_whole_or_not_at_all(word: str) -> None:
    text = f"a {word} street at a house"
    assert semcodec.select(text, 12, coding="lexicon") == [word, "street", "house"]
    assert semcodec.select(text, 12, coding="utf8") == [word, "street", "house"]
    assert not set(word.split("-")) & set(semcodec.select(text, 12, coding="nibble"))


@pytest.mark.parametrize(
    "word", ["cloudless", "treeless", "leafless", "sleeveless", "windowless", "hatless", "homeless"]
)
def test_word_in_less_comes_back_whole_or_is_left_out(word: str) -> None:
    words = semcodec.select(f"a {word} scene with a dog, a house and a road", 12, coding="nibble")
    assert [other for other in words if other[:3] == word[:3]] in ([], [word])


@pytest.mark.parametrize(
    ("text", "is_only"),
    [
        ("No people, no cars.", True),
        ("There are no people in the picture.", True),
        ("A street. No people.", False),
        ("a of the", False),
        ("", False),
    ],
)
def test_text_that_states_only_what_is_not_there(text: str, is_only: bool) -> None:
    assert states_only_absence(text) == is_only
