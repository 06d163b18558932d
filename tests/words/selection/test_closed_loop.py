"""Selection with a judge: limits, reading order, and the choice of the best strategy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.coding.tables import load_tables
from semcodec.errors import InputError
from semcodec.words import Judge, Selection, required_words, select_words
from semcodec.words.selection import closed_loop
from semcodec.words.selection.candidate_finder import find_candidates
from semcodec.words.selection.closed_loop import MAX_WORK, leading_text
from semcodec.words.skeletons import skeleton_of_word
from tests.fakes import FunctionJudge, OverlapJudge, selection_request, skeleton_bits
from tests.profiles import examples

BENCH = "A wooden bench stands in front of a brick wall, beside a lantern and a small dog."
INDIFFERENT = FunctionJudge(lambda texts: [0.5 for _ in texts])
descriptions = st.lists(
    st.sampled_from("the a red boat on blue water with large dogs sky eye ship six of".split()),
    min_size=1,
    max_size=30,
).map(" ".join)
codings = st.sampled_from(["nibble", "lexicon", "bag", "utf8"])


def select(
    judge: Judge | None, description: str, max_bits: int | None, coding: str = "lexicon"
) -> Selection:
    return select_words(selection_request(description, max_bits, coding, judge=judge))


def test_word_that_the_judge_prefers_is_selected() -> None:
    assert select(OverlapJudge(dog=9), BENCH, 32).words == ["bench", "dog"]
    assert select(OverlapJudge(lantern=9), BENCH, 40).words == ["bench", "lantern"]


def test_gain_is_compared_per_bit() -> None:
    # The long word alone is more similar than one short word, but it gains less per bit. It would
    # take all bits, and both short words together are more similar.
    long_word = "straightforwardness"
    max_bits = skeleton_bits([long_word])
    selection = select(OverlapJudge(straightforwardness=1.3), f"{long_word} dog cat", max_bits)
    assert selection == Selection(["dog", "cat"], "gain", "overlap")


def test_words_are_in_reading_order_whichever_was_selected_first() -> None:
    selection = select(OverlapJudge(dog=9, wall=6, bench=3), BENCH, 48)
    assert selection == Selection(["bench", "wall", "dog"], "gain", "overlap")


def test_whole_description_that_fits_is_selected_with_its_function_words() -> None:
    selection = select(OverlapJudge(), "a dog in the snow", 100)
    assert selection == Selection(["a", "dog", "in", "the", "snow"], "sentence", "overlap")


def test_leading_text_does_not_end_with_function_words() -> None:
    assert leading_text(selection_request("a dog in the snow", 44)) == ["a", "dog"]
    assert leading_text(selection_request("in the", 44)) == []


def test_first_content_words_are_selected_if_the_judge_prefers_them() -> None:
    first = "wooden bench stands"
    judge = FunctionJudge(lambda texts: [text == first for text in texts])
    selection = select(judge, BENCH, skeleton_bits(first.split()))
    assert selection == Selection(first.split(), "first", "function")


def test_salience_is_selected_if_the_judge_prefers_it() -> None:
    by_salience = select(None, BENCH, 60)
    preferred = " ".join(by_salience.words)
    judge = FunctionJudge(lambda texts: [-(text != preferred) for text in texts])
    assert select(judge, BENCH, 60).words == by_salience.words
    assert by_salience == Selection(by_salience.words, "salience", "salience")


def test_selection_ends_when_no_word_gains() -> None:
    assert len(select(INDIFFERENT, "red boat water", None).words) == 1


def test_salience_decides_between_words_of_equal_gain() -> None:
    description = "ball bell"  # both cost the same bits
    words = select(INDIFFERENT, description, 12).words
    assert words == select(None, description, 12).words


def test_rounding_noise_of_the_judge_changes_nothing() -> None:
    noisy = FunctionJudge(lambda texts: [0.5 + 1e-9 * len(text) for text in texts])
    assert select(noisy, BENCH, 60).words == select(INDIFFERENT, BENCH, 60).words


def test_word_that_is_misread_is_not_added() -> None:
    selection = select(OverlapJudge(), "sunlit ivy", 100, "nibble")  # v alone is a view
    assert selection == Selection(["sunlit"], "gain", "overlap")


def test_selected_words_are_those_that_the_decoder_returns() -> None:
    judge = FunctionJudge(lambda texts: [text == "dog" for text in texts])
    selection = select(judge, "dogs on benches", 100, "nibble")
    assert selection == Selection(["dog"], "gain", "function")


def test_set_has_no_leading_text() -> None:
    assert select(OverlapJudge(), "a dog in the snow", 100, "bag").words == ["dog", "snow"]


def test_set_is_judged_in_decoded_order() -> None:
    judged: list[str] = []

    def remember(texts: list[str]) -> list[float]:
        judged.extend(texts)
        return [float(len(text)) / 99 for text in texts]

    select(FunctionJudge(remember), "snow dog", 100, "bag")
    assert "dog snow" in judged
    assert "snow dog" not in judged


@pytest.mark.parametrize("max_words", [1, 2, 5])
def test_number_of_words_is_limited(max_words: int) -> None:
    request = selection_request(BENCH, None, max_words=max_words, judge=OverlapJudge())
    assert len(select_words(request).words) <= max_words


def test_limit_below_one_word_is_an_input_error() -> None:
    with pytest.raises(InputError, match="Not even one word"):
        select(OverlapJudge(), "straightforwardness", 8)


def test_word_that_is_misread_is_sent_if_there_is_no_other() -> None:
    assert select(OverlapJudge(), "ivy", 8, "nibble").strategy == "salience"


def test_work_of_the_judge_is_limited() -> None:
    words = [f"{a}{b}{c}t" for a in "bcdfgl" for b in "aeiou" for c in "bcdfglmnprst"]
    judge = OverlapJudge()
    selection = select(judge, " ".join(words), 900)
    assert judge.words_read < MAX_WORK + 8 * len(words)
    assert 1 < len(selection.words) <= 300


def test_old_scores_are_used_when_the_work_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed_loop, "MAX_WORK", 12)
    words = select(OverlapJudge(), BENCH, 60).words
    assert skeleton_bits(words) <= 60
    assert len(words) > 1


@examples(60)
@given(descriptions, codings, st.integers(1, 200), st.integers(1, 12))
def test_limits_are_kept(description: str, coding: str, max_bits: int, max_words: int) -> None:
    request = selection_request(description, max_bits, coding, max_words, OverlapJudge(boat=3))
    try:
        selection = select_words(request)
    except InputError:
        required = required_words(request)  # the subject, beside which a shorter word is no help
        options = [required] if required else [option.words for option in find_candidates(request)]
        assert not any(map(request.fits, options))
        return
    assert 1 <= len(selection.words) <= max_words
    assert skeleton_bits(selection.words) <= max_bits
    assert selection == select_words(request)


@examples(40)
@given(descriptions, st.integers(8, 200))
def test_selected_words_are_restored_from_skeletons(description: str, max_bits: int) -> None:
    try:
        words = semcodec.select(description, 20, max_bits=max_bits, judge=OverlapJudge())
    except InputError:
        return
    if len(words) > 1:
        assert semcodec.decompress([skeleton_of_word(word) for word in words]) == words
    assert skeleton_bits(words) <= max_bits


@pytest.mark.parametrize("coding", ["lexicon", "bag"])
def test_selection_fits_one_record(coding: str) -> None:
    description = " ".join(load_tables().words[1000:2200])
    words = semcodec.select(description, 1000, coding=coding)
    assert semcodec.unpack(semcodec.pack(words, coding=coding)).words
    assert len(words) > 200
