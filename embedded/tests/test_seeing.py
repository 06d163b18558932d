"""The parts of the describer: colours, boxes, places, the tables of labels and their networks."""

from __future__ import annotations

import hashlib
from importlib import resources
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from semcodec_embedded import colors
from semcodec_embedded.detector import Box, Detection, _anchors, _decode_boxes, _non_max_suppression
from semcodec_embedded.fusion import fuse
from semcodec_embedded.inference_rules import implied_nouns, infer_activity
from semcodec_embedded.labels import labels
from semcodec_embedded.phrasing import (
    DescribedObject,
    object_phrases,
    plural,
    position_phrase,
    size_word,
)
from semcodec_embedded.scene import describe_surroundings, measure_region

FOLDER = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 0), "black"),
        ((255, 255, 255), "white"),
        ((128, 128, 128), "gray"),
        ((220, 20, 20), "red"),
        ((255, 0, 0), "red"),
        ((240, 90, 40), "orange"),
        ((255, 140, 0), "orange"),
        ((255, 230, 0), "yellow"),
        ((30, 140, 40), "green"),
        ((0, 128, 128), "teal"),
        ((30, 80, 220), "blue"),
        ((120, 30, 160), "purple"),
        ((255, 150, 190), "pink"),
        ((110, 65, 30), "brown"),
        ((225, 205, 165), "beige"),
    ],
)
def test_well_known_colours(rgb: tuple[int, int, int], name: str) -> None:
    assert colors.object_color(Image.new("RGB", (20, 20), rgb)) == name
    assert (
        colors.NAMES[
            int(colors.name_indices(colors.to_lab_thumbnail(Image.new("RGB", (2, 2), rgb)))[0, 0])
        ]
        == name
    )


def test_what_is_behind_an_object_does_not_colour_it() -> None:
    picture = Image.new("RGB", (60, 60), (30, 150, 40))
    picture.paste((225, 225, 225), (22, 12, 38, 48))
    assert colors.object_color(picture, colors.FUR_COLORS) in ("white", "gray")


def test_an_animal_has_a_colour_of_fur() -> None:
    grass = Image.new("RGB", (30, 30), (40, 150, 40))
    assert colors.object_color(grass) == "green"
    assert colors.object_color(grass, colors.FUR_COLORS) in colors.FUR_COLORS


def test_a_cup_has_the_colour_of_its_wall_not_of_its_content() -> None:
    cup = Image.new("RGB", (60, 60), (120, 70, 30))
    cup.paste((200, 20, 30), (0, 40, 60, 60))
    assert colors.vessel_color(cup) == "red"


def test_warm_paint_is_seen_between_glass_and_trees() -> None:
    bus = Image.new("RGB", (80, 60), (120, 125, 130))
    bus.paste((40, 120, 50), (0, 0, 80, 12))
    bus.paste((200, 20, 30), (0, 34, 80, 44))
    assert colors.vehicle_color(bus) == "red"


def test_clothes_are_named_and_bare_skin_is_not() -> None:
    person = Image.new("RGB", (40, 100), (224, 172, 125))
    assert colors.clothing_color(person) == ""
    person.paste((30, 60, 210), (0, 30, 40, 100))
    assert colors.clothing_color(person) == "blue"


def test_votes_sum_to_one() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (20, 30, 3), np.uint8)
    assert float(
        colors.color_histogram(colors.to_lab_thumbnail(Image.fromarray(noise))).sum()
    ) == pytest.approx(1, abs=1e-5)


def test_boxes_overlap_as_geometry_says() -> None:
    box, other = Box(0, 0, 0.5, 0.5), Box(0.25, 0, 0.75, 0.5)
    assert box.area == 0.25
    assert box.intersection(other) == pytest.approx(0.125)
    assert box.iou(other) == pytest.approx(1 / 3)
    assert box.iou(Box(0.6, 0.6, 1, 1)) == 0


def test_the_surest_of_a_heap_is_kept() -> None:
    heap = [
        Detection("cat", 0.9, Box(0.1, 0.1, 0.5, 0.5)),
        Detection("cat", 0.8, Box(0.11, 0.1, 0.5, 0.5)),
        Detection("dog", 0.7, Box(0.1, 0.1, 0.5, 0.5)),
        Detection("dog", 0.6, Box(0.6, 0.6, 0.9, 0.9)),
    ]
    assert _non_max_suppression(heap) == [heap[0], heap[3]]


def test_an_unsure_box_in_or_around_a_surer_one_is_no_second_object() -> None:
    whole = Detection("cat", 0.9, Box(0.1, 0.1, 0.9, 0.9))
    head, kitten = Box(0.2, 0.2, 0.4, 0.4), Detection("cat", 0.7, Box(0.5, 0.5, 0.7, 0.7))
    assert _non_max_suppression([whole, kitten, Detection("cat", 0.5, head)]) == [whole, kitten]
    assert (
        _non_max_suppression([Detection("cat", 0.9, head), Detection("cat", 0.5, whole.box)])[1:]
        == []
    )
    assert len(_non_max_suppression([whole, Detection("dog", 0.5, head)])) == 2


def test_an_anchor_that_is_not_moved_is_its_box() -> None:
    anchors = _anchors()
    boxes = _decode_boxes(np.zeros((len(anchors), 4), np.float32))
    y, x, height, width = anchors[700]
    expected = np.clip([x - width / 2, y - height / 2, x + width / 2, y + height / 2], 0, 1)
    assert len(anchors) == 1917
    assert boxes[700] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("one", "more"),
    [
        ("cat", "cats"),
        ("bus", "buses"),
        ("bench", "benches"),
        ("person", "people"),
        ("sheep", "sheep"),
    ],
)
def test_plurals(one: str, more: str) -> None:
    assert plural(one) == more


@pytest.mark.parametrize(
    ("share", "word"), [(0.6, "huge"), (0.2, "large"), (0.05, ""), (0.01, "small")]
)
def test_sizes(share: float, word: str) -> None:
    assert size_word(Box(0, 0, share**0.5, share**0.5)) == word


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (0.2, 0.5, "at the left"),
        (0.5, 0.5, "in the center"),
        (0.8, 0.2, "at the top right"),
        (0.5, 0.8, "at the bottom"),
    ],
)
def test_places(x: float, y: float, words: str) -> None:
    thing = DescribedObject("cat", "brown", Box(x - 0.1, y - 0.1, x + 0.1, y + 0.1))
    assert position_phrase([thing]) == words


def test_a_pair_is_worded_from_left_to_right() -> None:
    left = DescribedObject("parrot", "yellow", Box(0.1, 0.4, 0.3, 0.7))
    right = DescribedObject("parrot", "red", Box(0.5, 0.2, 0.9, 0.9))
    assert object_phrases([right, left]) == [
        "two large yellow and red parrots at the left and right"
    ]


def test_the_larger_subject_comes_first() -> None:
    small = DescribedObject("dog", "", Box(0.1, 0.1, 0.2, 0.2))
    large = DescribedObject("horse", "", Box(0.3, 0.3, 0.9, 0.9))
    assert object_phrases([small, large])[0].startswith("large horse")


def test_every_class_is_used_once_and_exists() -> None:
    numbers = list(chain.from_iterable(labels().nouns.values()))
    assert len(numbers) == len(set(numbers))
    assert all(0 <= number < 1000 for number in numbers)
    assert len(labels().detector) == 90


def test_every_noun_of_the_rules_can_be_seen() -> None:
    tables = labels()
    known = {*tables.detector, *tables.nouns, *tables.hyponyms}
    for table in (tables.hyponyms, tables.places, tables.requires, tables.confused_with):
        for noun in chain.from_iterable(table.values()):
            assert noun in known, noun
    assert all(0 < chance <= 1 for chance in tables.thresholds.values())
    assert set(tables.thresholds) <= known


def found(noun: str, score: float = 0.9) -> Detection:
    return Detection(noun, score, Box(0.2, 0.2, 0.7, 0.8))


def test_a_known_mistake_alone_is_not_believed() -> None:
    assert not fuse([found("mouse")], {}).objects
    assert len(fuse([found("mouse"), found("laptop")], {}).objects) == 2


def test_a_look_alike_is_not_believed_beside_what_it_looks_like() -> None:
    seen = fuse([found("bird"), found("bottle", 0.5)], {"parrot": 0.9}).objects
    assert [one.noun for one in seen] == ["parrot"]


def test_doubt_is_removed_by_agreement() -> None:
    assert not fuse([found("cat", 0.32)], {}).objects
    assert fuse([found("cat", 0.32)], {"cat": 0.3}).objects


def test_what_happens_is_inferred_from_what_is_there() -> None:
    assert infer_activity(fuse([found("person"), found("surfboard")], {})) == "surfing on a wave"
    assert infer_activity(fuse([found("cat")], {})) == ""


def test_what_an_activity_says_is_not_said_again() -> None:
    assert "racket" in implied_nouns("playing tennis on a court")
    assert implied_nouns("") == frozenset()


def test_what_is_around_comes_after_what_it_is_around() -> None:
    assert fuse([], {"fence": 0.6, "lighthouse": 0.55}).subjects == ("lighthouse", "fence")


@pytest.mark.parametrize(
    ("nouns", "place"),
    [(("bed",), "bedroom"), (("chair", "table", "oven"), "kitchen"), (("couch",), "room")],
)
def test_a_room_is_known_by_what_stands_in_it(nouns: tuple[str, ...], place: str) -> None:
    places = fuse([found(noun) for noun in nouns], {"lamp": 0.7} if place != "kitchen" else {})
    rooms = [one for one in places.places if one in ("kitchen", "bedroom", "room", "bathroom")]
    assert rooms[0] == place


def test_a_lone_chair_names_no_room() -> None:
    assert fuse([found("chair")], {}).places == ("indoors",)


@pytest.mark.parametrize(
    ("rgb", "leaves"), [((40, 110, 30), 1), ((30, 60, 20), 1), ((140, 144, 116), 0)]
)
def test_pale_olive_is_stone_and_no_leaves(rgb: tuple[int, int, int], leaves: int) -> None:
    picture = Image.new("RGB", (20, 20), rgb)
    view = colors.to_lab_thumbnail(picture)
    everything = measure_region(view, np.ones(view.shape[:2], bool))
    assert everything.share("green") == pytest.approx(1)
    assert everything.leaves == leaves
    assert ("trees" in describe_surroundings(picture, [], ["outside"]).top) is bool(leaves)


@pytest.mark.parametrize("name", ["detector.onnx", "classifier.onnx"])
def test_networks_are_the_recorded_ones(name: str) -> None:
    data = resources.files("semcodec_embedded").joinpath("models", name).read_bytes()
    notice = FOLDER.joinpath("NOTICE.models").read_text("utf-8")
    assert hashlib.sha256(data).hexdigest() in notice


@pytest.mark.parametrize("name", ["astronaut", "cat", "coffee"])
def test_photographs_are_the_recorded_ones(name: str) -> None:
    data = resources.files("semcodec_embedded").joinpath("photos", f"{name}.jpg").read_bytes()
    notice = FOLDER.joinpath("NOTICE.photos").read_text("utf-8")
    assert hashlib.sha256(data).hexdigest() in notice


def test_all_binaries_together_stay_small() -> None:
    package = FOLDER / "semcodec_embedded"
    sizes = [
        path.stat().st_size for path in package.rglob("*") if path.suffix not in (".py", ".pyc")
    ]
    assert sum(sizes) < 32_000_000
