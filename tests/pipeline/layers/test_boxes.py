"""Which boxes are sent, and their edges in 32nds."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from semcodec._boxes import iou
from semcodec.backends.guides import Box
from semcodec.bitstream import layers
from semcodec.pipeline.layers.boxes import choose_boxes, make_layout, move_boxes, quantize
from tests import profiles

SHARES = st.floats(0, 1)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Return a box with an area."""
    left, right = sorted((draw(SHARES), draw(SHARES)))
    top, bottom = sorted((draw(SHARES), draw(SHARES)))
    assume(left < right and top < bottom)
    return left, top, right, bottom


def row(count: int, top: float = 0.2) -> list[Box]:
    """Return ``count`` boxes in a row, the first one the largest."""
    width = 1 / count
    return [
        (index * width, top - 0.01 * (count - index), (index + 0.9) * width, top + 0.3)
        for index in range(count)
    ]


@given(boxes())
def test_coded_box_has_an_area_and_is_the_best_of_those_near_it(box: Box) -> None:
    left, top, right, bottom = edges = quantize(box)
    assert 0 <= left < right <= 32
    assert 0 <= top < bottom <= 32
    exact: Box = tuple(32 * edge for edge in box)  # type: ignore[assignment]
    for side in range(4):
        for step in (-1, 1):
            other = list(edges)
            other[side] += step
            if 0 <= other[0] < other[2] <= 32 and 0 <= other[1] < other[3] <= 32:
                assert iou(exact, edges) >= iou(exact, tuple(other)) - 1e-9  # type: ignore[arg-type]


@given(st.lists(st.lists(boxes(), max_size=9), max_size=70))
@profiles.examples(15)
def test_any_boxes_make_a_valid_layout(located: list[list[Box]]) -> None:
    words = ["dogs"] * len(located)
    layout = make_layout(choose_boxes(words, located))
    assert not layout or layers.is_layout(layers.write_layout(layout))


def test_word_for_one_thing_has_the_largest_box() -> None:
    [box] = choose_boxes(["dog"], [[(0, 0, 0.2, 0.2), (0.5, 0.5, 1, 1)]])
    assert (box.index, box.edges) == (0, (16, 16, 32, 32))


@pytest.mark.parametrize(("count", "sent"), [(2, 2), (8, 8), (9, 0), (100, 0)])
def test_word_for_several_things_has_all_boxes_unless_they_are_a_crowd(
    count: int, sent: int
) -> None:
    assert len(choose_boxes(["dogs"], [row(count)])) == sent


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ("two parrots", 2),
        ("three large red parrots", 3),
        ("2 parrots", 2),
        ("several parrots", 5),
        ("two dogs parrots", 5),
        ("four people red parrots", 5),
    ],
)
def test_number_before_a_word_limits_its_boxes(words: str, sent: int) -> None:
    listed = words.split()
    boxes = choose_boxes(listed, [*([] for _ in listed[1:]), row(5)])
    assert [box.box for box in boxes] == row(5)[:sent]


@pytest.mark.parametrize("words", [["crowd", "people"], ["men", "audience"], ["crowd", "women"]])
def test_people_of_a_crowd_have_no_boxes(words: list[str]) -> None:
    assert choose_boxes(words, [row(3), row(3, 0.6)]) == []
    assert len(choose_boxes([*words, "man", "dogs"], [[], row(3), row(1, 0.6), row(2, 0.6)])) == 3


@pytest.mark.parametrize("word", ["sheep", "people", "family", "Dogs"])
def test_words_that_can_name_several_things(word: str) -> None:
    assert len(choose_boxes([word], [row(3)])) == 3


def test_number_makes_a_word_several() -> None:
    assert len(choose_boxes(["two", "red", "parrot"], [[], [], row(2)])) == 2
    assert len(choose_boxes(["one", "red", "parrot"], [[], [], row(2)])) == 1


@pytest.mark.parametrize("word", ["red", "two", "large", "left", "no", "sky", "grass", "on"])
def test_words_without_a_place_of_their_own_have_no_box(word: str) -> None:
    assert choose_boxes([word, "orange"], [row(1), row(1)])[0].index == 1


def test_thing_with_two_names_is_sent_for_the_first() -> None:
    assert [box.index for box in choose_boxes(["man", "surfer"], [row(1), row(1)])] == [0]
    assert [box.index for box in choose_boxes(["dogs"], [[*row(2), *row(2)]])] == [0, 0]


def test_dot_and_surface_of_the_whole_picture_have_no_box() -> None:
    full: Box = (0.0, 0.01, 1.0, 1.0)
    assert choose_boxes(["kite", "table"], [[(0.5, 0.5, 0.54, 0.54)], [full]]) == []
    kites = [(0.1, 0.1, 0.15, 0.15), (0.5, 0.5, 0.55, 0.55)]
    assert len(choose_boxes(["kites"], [kites])) == 1  # the others only if they are larger
    assert len(choose_boxes(["pizza"], [[full]])) == 1


def test_at_most_16_boxes_are_sent_and_each_word_has_one_before_others_have_two() -> None:
    located = [row(8, 0.1 + 0.3 * index) for index in range(3)]
    sent = choose_boxes(["dogs", "cats", "cows"], located)
    assert len(sent) == 16
    assert {box.index for box in sent[:3]} == {0, 1, 2}


def test_only_the_first_64_words_can_have_boxes() -> None:
    words = ["red"] * 63 + ["dog", "cat"]
    located = [[] for _ in words[:63]] + [[(0, 0, 0.5, 0.5)], [(0.5, 0.5, 1, 1)]]
    assert [box.index for box in choose_boxes(words, located)] == [63]


def test_boxes_move_with_their_words() -> None:
    old = ["dog", "red", "dog", "cat"]
    sent = choose_boxes(old, [row(3)[:1], [], row(3)[1:2], row(3)[2:]])
    moved = move_boxes(sent, old, ["cats", "dog"])
    assert sorted((box.index, box.edges) for box in moved) == [
        (0, next(box.edges for box in sent if box.index == 3)),
        (1, next(box.edges for box in sent if box.index == 0)),
    ]


@pytest.mark.parametrize(("bottom", "sent"), [(0.42, 1), (0.3, 2)])
def test_boxes_that_overlap_above_the_limit_are_of_one_thing(bottom: float, sent: int) -> None:
    located: list[list[Box]] = [[(0.0, 0.0, 0.5, 0.5)], [(0.0, 0.0, 0.5, bottom)]]
    assert len(choose_boxes(["man", "surfer"], located)) == sent


@pytest.mark.parametrize(("box", "sent"), [((0, 0.03, 0.97, 1), 0), ((0, 0.1, 1, 1), 1)])
def test_surface_is_the_whole_picture_up_to_a_32nd(box: Box, sent: int) -> None:
    assert len(choose_boxes(["table"], [[box]])) == sent
