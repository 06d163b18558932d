"""Places in words: phrases for boxes, and a sentence for a prompt."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.words import changes, places
from semcodec.words.changes import Change, parse_change

LEFT, RIGHT = (0.0, 0.3, 0.3, 0.7), (0.8, 0.3, 1.0, 0.7)
CORNERS = st.tuples(*[st.integers(0, 31)] * 2, *[st.integers(1, 32)] * 2)
BOXES = CORNERS.map(
    lambda box: (box[0] / 32, box[1] / 32, min(1, sum(box[::2]) / 32), min(1, sum(box[1::2]) / 32))
)


@pytest.mark.parametrize(
    ("box", "name"),
    [
        ((0.0, 0.3, 0.3, 0.7), "at the left"),
        ((0.7, 0.0, 1.0, 0.2), "at the top right"),
        ((0.0, 0.8, 0.3, 1.0), "at the bottom left"),
        ((0.4, 0.4, 0.6, 0.6), "in the center"),
        ((0.4, 0.9, 0.6, 1.0), "at the bottom"),
        ((0.0, 0.5, 1.0, 1.0), "at the bottom"),  # as wide as the picture
        ((0.7, 0.0, 1.0, 1.0), "at the right"),
        ((0.0, 0.0, 1.0, 1.0), "all over the picture"),
        ((0.1, 0.1, 0.9, 0.9), "in the center"),  # the edges are free
    ],
)
def test_name_of_a_place(box: places.Box, name: str) -> None:
    assert places.name_place(box) == name


def test_several_things_are_named_from_left_to_right() -> None:
    text = places.describe_places([("dogs", [RIGHT, LEFT])])
    assert text == (
        "In the picture: dogs: one at the left (30 % of the width, 40 % of the height) and one at "
        "the right (20 % of the width, 40 % of the height)."
    )


def test_number_that_may_be_wrong_is_not_stated() -> None:
    text = places.describe_places([("dogs", [LEFT, LEFT, RIGHT])], ["dogs"])
    assert text == (
        "In the picture: dogs at the left (each 30 % of the width, 40 % of the height) and at the "
        "right (20 % of the width, 40 % of the height)."
    )


def test_size_of_a_narrow_box_is_not_0() -> None:
    assert places.describe_size((0.5, 0.0, 0.501, 1.0)) == (
        "(1 % of the width, 100 % of the height)"
    )


def test_words_without_letters_are_left_out() -> None:
    words = ["dog,", "«Straße»", "...", "", "12", "x" * 65, "(boat"]
    text = places.describe_places([(word, [LEFT]) for word in words])
    assert re.findall(r"(\S+) at the left", text) == ["dog", "Straße", "boat"]


def test_smallest_things_are_left_out_of_a_long_sentence() -> None:
    boxes = [(0.0, 0.0, (index + 1) / 16, 0.3) for index in range(16)]
    text = places.describe_places([(f"thing{index}x", [box]) for index, box in enumerate(boxes)])
    assert 400 < len(text) <= places.MAX_SENTENCE
    named = re.findall(r"thing(\d+)x", text)
    assert named == [str(index) for index in range(16 - len(named), 16)]


@given(st.lists(st.tuples(st.text(max_size=70), st.lists(BOXES, max_size=8)), max_size=16))
def test_a_sentence_is_bounded_and_complete(items: list[tuple[str, list[places.Box]]]) -> None:
    text = places.describe_places(items)
    assert len(text) <= places.MAX_SENTENCE
    assert not text or (text.startswith("In the picture: ") and text.endswith(")."))
    assert all(1 <= int(share) <= 100 for share in re.findall(r"(\d+) % of", text))


@given(
    st.sampled_from(sorted(changes.PLACING)),
    st.sampled_from(["dog", "stop sign", "dogs (two)"]),
    st.lists(BOXES, min_size=1, max_size=4),
)
def test_a_change_with_a_place_is_read_back(
    action: changes.ChangeAction, noun: str, boxes: list[places.Box]
) -> None:
    place = places.describe_boxes(boxes, counted=False)
    if action == "move":
        place = places.describe_size(boxes[0])
    change = Change(action, noun, "left" if action == "move" else "", place)
    assert parse_change(change.text) == change
