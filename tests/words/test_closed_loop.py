"""Words by what a judge says of them: within the limits, in order, and the best way wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.errors import InputError
from semcodec.words import closed_loop
from semcodec.words.closed_loop import WORK, Selection, choose
from semcodec.words.salience import candidates
from semcodec.words.skeletons import skeleton_of_word
from tests.overlap import Foreign, Overlap, symbols, task
from tests.profiles import examples

BENCH = "A wooden bench stands in front of a brick wall, beside a lantern and a small dog."
descriptions = st.lists(
    st.sampled_from("the a red boat on blue water with large dogs sky eye ship six of".split()),
    min_size=1,
    max_size=30,
).map(" ".join)
codings = st.sampled_from(["nibble", "lexicon", "bag", "utf8"])


def test_what_the_judge_likes_is_chosen_first() -> None:
    assert choose(task(BENCH, 12), Overlap(dog=9)).words == ["dog"]
    assert choose(task(BENCH, 12), Overlap(wall=9)).words == ["wall"]


def test_gain_counts_per_bit() -> None:
    said = "straightforwardness dog cat"  # the long word alone says more, the two say more per bit
    choice = choose(task(said, 40), Overlap(straightforwardness=1.3))
    assert choice.words == ["dog", "cat"]


def test_words_are_in_reading_order_whatever_came_first() -> None:
    choice = choose(task(BENCH, 48), Overlap(dog=9, wall=6, bench=3))
    assert choice.words == ["bench", "wall", "dog"]
    assert choice == Selection(choice.words, "gain", "overlap")


def test_a_beginning_that_fits_whole_wins_with_its_helper_words() -> None:
    choice = choose(task("a dog in the snow", 100), Overlap())
    assert choice == Selection(["a", "dog", "in", "the", "snow"], "sentence", "overlap")


def test_a_beginning_does_not_end_in_helper_words() -> None:
    assert closed_loop.beginning(task("a dog in the snow", 44)) == ["a", "dog"]
    assert closed_loop.beginning(task("in the", 44)) == []


def test_the_first_words_win_if_the_judge_says_so() -> None:
    first = "wooden bench stands front brick"
    assert len(first.split()) > 1
    choice = choose(task(BENCH, symbols(first.split())), Foreign(lambda t: [x == first for x in t]))
    assert (choice.won, " ".join(choice.words)) == ("first", first)


def test_the_words_by_rule_are_never_beaten_by_less() -> None:
    by_rule = choose(task(BENCH, 60), None)
    text = " ".join(by_rule.words)
    judged = choose(task(BENCH, 60), Foreign(lambda texts: [-(one != text) for one in texts]))
    assert judged.words == by_rule.words
    assert by_rule == Selection(by_rule.words, "salience", "salience")


def test_it_stops_when_nothing_gains() -> None:
    choice = choose(task("red boat water", None), Foreign(lambda texts: [0.5 for _ in texts]))
    assert len(choice.words) == 1


def test_of_equals_the_weightier_is_chosen() -> None:
    two = "ball bell"  # of the same bits; a judge that sees no difference
    words = choose(task(two, 12), Foreign(lambda texts: [0.5 for _ in texts])).words
    assert words == choose(task(two, 12), None).words


def test_the_noise_of_floats_decides_nothing() -> None:
    noisy = Foreign(lambda texts: [0.5 + 1e-9 * len(one) for one in texts])
    plain = Foreign(lambda texts: [0.5 for _ in texts])
    assert choose(task(BENCH, 60), noisy).words == choose(task(BENCH, 60), plain).words


def test_a_set_has_no_beginning() -> None:
    assert choose(task("a dog in the snow", 100, "bag"), Overlap()).words == ["dog", "snow"]


def test_a_set_is_judged_without_its_order() -> None:
    heard: list[str] = []

    def listening(texts: list[str]) -> list[float]:
        heard.extend(texts)
        return [float(len(one)) / 99 for one in texts]

    choose(task("snow dog", 100, "bag"), Foreign(listening))
    assert "dog snow" in heard
    assert "snow dog" not in heard


def test_k_is_a_limit_too() -> None:
    for k in (1, 2, 5):
        assert len(choose(task(BENCH, None, k=k), Overlap()).words) <= k


def test_no_word_within_the_limit_is_an_input_error() -> None:
    with pytest.raises(InputError, match="Not even one word"):
        choose(task("straightforwardness", 8), Overlap())


def test_without_a_word_that_comes_back_the_weightiest_is_sent() -> None:
    choice = choose(task("ivy", 8, "nibble"), Overlap())
    assert choice.won == "salience"


def test_the_judge_reads_no_more_than_agreed() -> None:
    words = [f"{a}{b}{c}t" for a in "bcdfgl" for b in "aeiou" for c in "bcdfglmnprst"]
    judge = Overlap()
    choice = choose(task(" ".join(words), 900), judge)
    assert judge.read < WORK + 8 * len(words)
    assert 1 < len(choice.words) <= 300


def test_when_the_work_is_done_old_answers_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed_loop, "WORK", 12)
    few = choose(task(BENCH, 60), Overlap())
    assert symbols(few.words) <= 60
    assert len(few.words) > 1


@examples(60)
@given(descriptions, codings, st.integers(1, 200), st.integers(1, 12))
def test_the_limits_are_kept(description: str, coding: str, bits: int, k: int) -> None:
    doing = task(description, bits, coding, k)
    try:
        choice = choose(doing, Overlap(boat=3))
    except InputError:
        assert not any(doing.allows([one.word]) for one in candidates(doing))
        return
    assert 1 <= len(choice.words) <= k
    assert symbols(choice.words) <= bits
    assert choice == choose(doing, Overlap(boat=3))


@examples(40)
@given(descriptions, st.integers(8, 200))
def test_under_skeletons_what_is_chosen_comes_back(description: str, bits: int) -> None:
    try:
        words = semcodec.select(description, 20, max_bits=bits, judge=Overlap())
    except InputError:
        return
    if len(words) > 1:
        assert semcodec.decompress([skeleton_of_word(word) for word in words]) == words
    assert symbols(words) <= bits


@pytest.mark.parametrize("coding", ["lexicon", "bag"])
def test_no_more_words_are_chosen_than_a_record_holds(coding: str) -> None:
    from semcodec.coding.tables import load_lexicon

    many = " ".join(load_lexicon().words[1000:2200])
    chosen = semcodec.select(many, 1000, coding=coding)
    assert semcodec.unpack(semcodec.pack(chosen, coding=coding)).words
    assert len(chosen) > 200
