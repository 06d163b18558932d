"""Selection in order of importance: phrases, the subject first, and each prefix a selection."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.errors import InputError
from semcodec.words import (
    SelectionRequest,
    least_bits,
    make_channel,
    required_words,
    select_ranked,
    select_words,
)
from semcodec.words.numbers.words import is_number_word
from semcodec.words.selection import arrange_by_importance, importance, judged_phrases
from semcodec.words.selection.candidate_finder import find_candidates
from semcodec.words.selection.channel import same_lemma
from semcodec.words.selection.importance import BLOCK_WORDS
from tests.fakes import FunctionJudge, OverlapJudge
from tests.profiles import examples
from tests.words.selection.test_subject_first import descriptions

CODINGS = ("lexicon", "nibble", "utf8")


def by_importance(description: str, k: int = 100, coding: semcodec.Coding = "lexicon") -> str:
    return " ".join(semcodec.select(description, k, coding=coding, order="importance"))


def request_for(
    description: str, k: int = 100, coding: semcodec.Coding = "lexicon", bits: int | None = None
) -> SelectionRequest:
    return SelectionRequest(description, k, bits, make_channel(coding), order="importance")


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("In a park, two brown dogs.", "two brown dogs park"),
        ("On a wooden bench is a cat. The cat is black.", "black cat wooden bench"),
        ("A garden with a boat at the left.", "garden boat left"),
        ("A woman is smiling beside a red car.", "woman smiling beside red car"),
        ("A bus in room 404.", "bus room 404"),
        ("A coffee cup on a table. The cup is red.", "red coffee cup table"),
        ("Two horses, both white.", "two white horses"),
        ("The roof of the house is red.", "red roof house"),
        ("A cat on a sofa is black.", "black cat sofa"),
        ("A cup is on a table, and a box is at the left.", "cup box left table"),
        ("A dog covered in gray fur and its nose is black.", "dog covered gray fur black nose"),
        ("A cat on a sofa that is black.", "cat black sofa"),
        ("The man with a hat is tall, the woman is small.", "tall man hat small woman"),
        ("On a sofa is a cat. The color of the cat is black.", "black cat sofa"),
        ("A group of dogs is brown.", "brown dogs group"),
        ("A cat sits on a sofa, and it is black.", "cat sits sofa black"),
        ("A dog. The background is blurred.", "dog blurred background"),
        ("A tree on the left and right of a door.", "tree left right door"),
        ("There are plants left and right.", "plants left right"),
        ("A chair, left. A table, right.", "chair left table right"),
        ("On the left a tree, on the right a river.", "tree left river right"),
        ("A bird at the upper left and a plane at the lower right.", "bird left plane right"),
        ("A bird on a left hand.", "bird left hand"),
        ("A cat at a front door.", "cat front door"),
    ],
)
def test_words_of_a_phrase_are_side_by_side(description: str, words: str) -> None:
    assert by_importance(description) == words


@pytest.mark.parametrize(
    ("description", "words"),
    [
        (  # a color is with its noun, however late it is mentioned
            "A cow on a field of grass with a fence, a barn, a tractor, a gate, a hill, a tree and "
            "a road. The cow is white.",
            "white cow field grass fence barn tractor gate hill road tree",
        ),
        (  # words that mean something alone follow all phrases; "tall" does not
            "A smiling, tall, elderly, bearded, cheerful French fisherman on a boat with a "
            "lighthouse, a harbor, a seagull and a net.",
            "smiling fisherman boat lighthouse harbor seagull net elderly bearded cheerful French",
        ),
        ("A dog at the left and the right.", "dog left right"),
        ("A lamp and a table and seven. Dogs are in a park.", "lamp dogs park table"),
    ],
)
def test_words_are_left_out_of_a_phrase(description: str, words: str) -> None:
    assert by_importance(description) == words


def test_subject_before_another_noun_is_first() -> None:
    assert by_importance("cat background . dog", 1) == "cat"


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("A red car and a blue car.", "red car blue car"),
        ("A gray person beside a black person.", "gray person black person"),
        ("A man with a black hat and a woman with a white hat.", "man black hat woman white hat"),
        ("The dog is brown. The other dog is white.", "brown dog white dog"),
        ("Three red apples, two green apples.", "three red apples two green apples"),
        ("A dog on the left, a dog on the right.", "dog left dog right"),
        ("A big dog, a small dog.", "big dog small dog"),
        ("Two men. The man on the left is tall.", "two men tall man left"),
        ("A dog runs in a park. The dog is black.", "black dog runs park"),
    ],
)
def test_words_about_another_thing_are_sent_with_the_noun_again(
    description: str, words: str
) -> None:
    assert by_importance(description) == words


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("Green background. Brown below.", "green background brown"),
        ("A black and white photograph of a gray horse and a tree.", "gray horse tree black white"),
        ("Two chairs at a table; one is red.", "two chairs table red"),
        ("A dog. Left and large in a park.", "dog park"),
        ("Left.", "left"),
    ],
)
def test_words_about_nothing_that_is_sent_come_last(description: str, words: str) -> None:
    assert by_importance(description) == words


def test_word_of_a_place_is_sent_only_between_its_nouns() -> None:
    text = "A boat, a lighthouse and a house. A tree behind a rock, a gull above a cliff."
    assert by_importance(text) == "boat lighthouse house rock tree gull above cliff"


def test_similarity_is_compared_for_its_bits() -> None:
    judge = OverlapJudge(observatory=5, tree=5)
    request = replace(request_for("A dog, an observatory, a tree."), judge=judge)
    assert select_words(request).words == ["dog", "tree", "observatory"]


@pytest.mark.parametrize("coding", CODINGS)
def test_subject_remains_where_its_phrase_does_not_fit(coding: semcodec.Coding) -> None:
    text = "Two large brown dogs in a park with trees."
    assert by_importance(text, 1, coding) in ("dogs", "dog")
    assert by_importance(text, 2, coding).lower() in ("two dogs", "two dog")


def test_tighter_limits_select_prefixes() -> None:
    text = (
        "Three white sheep on a green meadow with yellow flowers, behind them a small wooden "
        "barn with a red roof, a gray tractor, a blue sky with clouds, two birds and a hill."
    )
    for coding in CODINGS:
        longest = by_importance(text, coding=coding).split()
        for k in range(3, len(longest), 1 if coding == "lexicon" else 4):
            selected = by_importance(text, k, coding).split()
            is_number_cut = coding == "nibble" and is_number_word(longest[k])
            assert selected == longest[: len(selected)]
            assert len(selected) == k or is_number_cut


def test_long_list_ends_in_blocks() -> None:
    names = ["".join(letters) for letters in product("bdgkmp", "aeiou", "ltrn", "ao")]
    text = ". ".join(f"A red {name}" for name in ["car", *names])
    words = by_importance(text, 1000, "utf8").split()
    assert len(words) > 2 * BLOCK_WORDS
    assert words[:2] == ["red", "car"]
    assert words[: BLOCK_WORDS + 9] == by_importance(text, BLOCK_WORDS + 9, "utf8").split()


def test_words_of_blocks_are_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importance, "BLOCK_WORDS", 4)
    text = (
        "A red car, a wooden table with two chairs, a green lamp, a broken window, a cathedral, a "
        "bridge over a harbor, a mountain, a garden with flowers, an elephant and seven penguins."
    )
    restored = by_importance(text, coding="nibble").split()
    assert len(restored) > 15
    for word in restored:
        assert any(same_lemma(word, sent) for sent in re.findall(r"\w+", text)), word


def test_word_that_a_decoder_would_misread_is_left_out() -> None:
    both = ["boat", "kenning"]
    assert make_channel("nibble").received(both) != both
    assert by_importance("A boat and a kenning.", coding="nibble") == "boat"
    assert by_importance("A boat and a kenning.") == "boat kenning"


def test_number_is_cut_as_a_whole() -> None:
    text = "A clock shows 7:45 on a tower."
    assert by_importance(text, 4, "nibble") == "clock seven forty five"
    for k in (1, 2, 3):
        assert by_importance(text, k, "nibble") == "clock"


@pytest.mark.parametrize("coding", CODINGS)
def test_longest_prefix_within_any_limit_is_cut(coding: semcodec.Coding) -> None:
    words = "large red cup coffee center orange wall brown table".split()
    for bits in range(1, 120):
        request = request_for("", len(words), coding, bits)
        fitting = [count for count in range(len(words) + 1) if request.fits(words[:count])]
        assert importance.cut_to_limits(words, request) == words[: max(fitting, default=0)]


def test_ranked_words_keep_their_rank() -> None:
    text = "A red boat on blue water, a wooden pier and a gull."
    ranked = ["gull", "wooden", "pier", "water", "blue"]
    assert select_ranked(ranked, request_for(text)) == "boat gull wooden pier blue water".split()
    assert select_ranked(ranked, request_for(text, 2)) == ["boat", "gull"]
    assert select_ranked(["ketch", "boat"], request_for(text)) == ["boat", "ketch"]
    assert select_ranked(["boats", "pier"], request_for(text)) == ["boat", "pier"]


def test_words_in_reading_order_are_arranged() -> None:
    text = "In a harbor is a red boat, with a boy."
    words = ["harbor", "red", "boat", "boy"]
    assert arrange_by_importance(words, request_for(text)) == ["red", "boat", "harbor", "boy"]


@examples(30)
@given(descriptions, st.sampled_from(CODINGS), st.integers(1, 12), st.integers(0, 200))
def test_limits_are_kept_with_the_subject(
    description: str, coding: semcodec.Coding, k: int, more_bits: int
) -> None:
    unlimited = request_for(description, k, coding)
    if not find_candidates(unlimited):
        return
    try:
        limit = least_bits(unlimited) + more_bits
    except InputError:  # a number that takes more than k words in nibble
        return
    limited = request_for(description, k, coding, limit)
    selected = select_words(limited).words
    assert selected
    assert limited.fits(selected)
    assert set(required_words(limited)) <= {*selected} or coding == "nibble"
    received = make_channel(coding).received(selected)
    assert received == selected or not required_words(limited)


def test_judge_ranks_the_phrases_after_the_subject() -> None:
    text = "Two brown dogs in a park with a lighthouse, a red car and an old tree."
    judge = OverlapJudge(tree=9, old=1, car=5)
    request = replace(request_for(text), judge=judge)
    selection = select_words(request)
    assert selection.words[:3] == ["two", "brown", "dogs"]
    assert selection.words[3:7] == ["old", "tree", "red", "car"]
    assert selection.judge == "overlap"
    for k in range(3, len(selection.words)):
        assert select_words(replace(request, max_words=k)).words == selection.words[:k]
    limited = replace(request, max_bits=request.channel.payload_bits(selection.words[:5]))
    assert select_words(limited).words == selection.words[:5]


def test_judge_reads_a_limited_number_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged_phrases, "MAX_WORK", 60)
    texts: list[str] = []

    def similarities(judged: Sequence[str]) -> list[float]:
        texts.extend(judged)
        return [len(text) / 1000 for text in judged]

    names = "park lighthouse car tree boat bench gate fence bird bridge tower".split()
    text = "A dog, " + ", ".join(f"a {name}" for name in names)
    request = replace(request_for(text), judge=FunctionJudge(similarities))
    assert sorted(select_words(request).words) == sorted(["dog", *names])
    assert sum(len(text.split()) for text in texts) < 100
