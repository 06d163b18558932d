"""Parts of the describer: colors, boxes, fusion, rules, phrases, surroundings and label tables."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from importlib import resources
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from semcodec_embedded import colors
from semcodec_embedded.detector import Box, Detection, _anchors, _decode_boxes, suppress_duplicates
from semcodec_embedded.fusion import fuse
from semcodec_embedded.inference_rules import (
    FOODS,
    flower_phrase,
    infer_activity,
    infer_place,
    nouns_implied_by,
    with_contents,
)
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
def test_colors_are_named(rgb: tuple[int, int, int], name: str) -> None:
    assert colors.object_color(Image.new("RGB", (20, 20), rgb)) == name
    assert (
        colors.NAMES[
            int(colors.name_indices(colors.to_lab_thumbnail(Image.new("RGB", (2, 2), rgb)))[0, 0])
        ]
        == name
    )


def test_background_does_not_change_the_color_of_an_object() -> None:
    picture = Image.new("RGB", (60, 60), (30, 150, 40))
    picture.paste((225, 225, 225), (22, 12, 38, 48))
    assert colors.object_color(picture, colors.FUR_COLORS) in ("white", "gray")


def test_color_of_an_animal_is_a_fur_color() -> None:
    grass = Image.new("RGB", (30, 30), (40, 150, 40))
    assert colors.object_color(grass) == "green"
    assert colors.object_color(grass, colors.FUR_COLORS) in colors.FUR_COLORS


def test_contents_do_not_change_the_color_of_a_cup() -> None:
    cup = Image.new("RGB", (60, 60), (120, 70, 30))
    cup.paste((200, 20, 30), (0, 40, 60, 60))
    assert colors.vessel_color(cup) == "red"


def test_warm_color_of_a_vehicle_is_its_paint() -> None:
    bus = Image.new("RGB", (80, 60), (120, 125, 130))
    bus.paste((40, 120, 50), (0, 0, 80, 12))
    bus.paste((200, 20, 30), (0, 34, 80, 44))
    assert colors.vehicle_color(bus) == "red"


def test_color_of_clothes_ignores_skin() -> None:
    person = Image.new("RGB", (40, 100), (224, 172, 125))
    assert colors.clothing_color(person) == ""
    person.paste((30, 60, 210), (0, 30, 40, 100))
    assert colors.clothing_color(person) == "blue"


def test_color_histogram_sums_to_one() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (20, 30, 3), np.uint8)
    assert float(
        colors.color_histogram(colors.to_lab_thumbnail(Image.fromarray(noise))).sum()
    ) == pytest.approx(1, abs=1e-5)


def test_intersection_over_union_of_boxes() -> None:
    box, other = Box(0, 0, 0.5, 0.5), Box(0.25, 0, 0.75, 0.5)
    assert box.area == 0.25
    assert box.intersection(other) == pytest.approx(0.125)
    assert box.iou(other) == pytest.approx(1 / 3)
    assert box.iou(Box(0.6, 0.6, 1, 1)) == 0


def test_overlapping_boxes_are_suppressed() -> None:
    cluster = [
        Detection("cat", 0.9, Box(0.1, 0.1, 0.5, 0.5)),
        Detection("cat", 0.8, Box(0.11, 0.1, 0.5, 0.5)),
        Detection("dog", 0.7, Box(0.1, 0.1, 0.5, 0.5)),
        Detection("dog", 0.6, Box(0.6, 0.6, 0.9, 0.9)),
    ]
    assert suppress_duplicates(cluster) == [cluster[0], cluster[3]]


def test_doubtful_box_inside_another_is_suppressed() -> None:
    whole = Detection("cat", 0.9, Box(0.1, 0.1, 0.9, 0.9))
    head, kitten = Box(0.2, 0.2, 0.4, 0.4), Detection("cat", 0.7, Box(0.5, 0.5, 0.7, 0.7))
    assert suppress_duplicates([whole, kitten, Detection("cat", 0.5, head)]) == [whole, kitten]
    small = Detection("cat", 0.9, head)
    assert suppress_duplicates([small, Detection("cat", 0.5, whole.box)]) == [small]
    assert len(suppress_duplicates([whole, Detection("dog", 0.5, head)])) == 2


def test_boxes_with_zero_offsets_are_the_anchor_boxes() -> None:
    anchors = _anchors()
    boxes = _decode_boxes(np.zeros((len(anchors), 4), np.float32))
    y, x, height, width = anchors[700]
    expected = np.clip([x - width / 2, y - height / 2, x + width / 2, y + height / 2], 0, 1)
    assert len(anchors) == 1917
    assert boxes[700] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("cat", "cats"),
        ("bus", "buses"),
        ("bench", "benches"),
        ("person", "people"),
        ("sheep", "sheep"),
    ],
)
def test_plural_of_a_noun(noun: str, expected: str) -> None:
    assert plural(noun) == expected


@pytest.mark.parametrize(
    ("share", "word"), [(0.6, "huge"), (0.2, "large"), (0.05, ""), (0.01, "small")]
)
def test_size_word_depends_on_the_share_of_the_picture(share: float, word: str) -> None:
    assert size_word(Box(0, 0, share**0.5, share**0.5)) == word


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (0.2, 0.5, "at the left"),
        (0.5, 0.5, "in the center"),
        (0.8, 0.2, "at the top right"),
        (0.5, 0.8, "at the bottom"),
    ],
)
def test_position_phrase_of_one_object(x: float, y: float, expected: str) -> None:
    assert position_phrase([object_at(x, y)]) == expected


@pytest.mark.parametrize(
    ("centers", "expected"),
    [
        ([(0.2, 0.5), (0.25, 0.5)], "on the left"),
        ([(0.45, 0.5), (0.5, 0.5)], "in the center"),
        ([(0.8, 0.5), (0.2, 0.5)], "at the left and right"),
        ([(0.2, 0.5), (0.5, 0.55), (0.8, 0.5)], "in a row"),
        ([(0.2, 0.2), (0.5, 0.5), (0.8, 0.8)], "across"),
    ],
)
def test_position_phrase_of_several_objects(
    centers: list[tuple[float, float]], expected: str
) -> None:
    assert position_phrase([object_at(x, y) for x, y in centers]) == expected


def object_at(x: float, y: float, noun: str = "cat", side: float = 0.2) -> DescribedObject:
    """Return a brown square object with its center at (x, y), in shares of the picture."""
    half = side / 2
    return DescribedObject(noun, "brown", Box(x - half, y - half, x + half, y + half))


def test_many_small_people_are_a_crowd() -> None:
    people = [object_at(0.1 + 0.15 * index, 0.5, "person", 0.1) for index in range(6)]
    assert object_phrases(people) == ["crowd of people in a row"]
    assert object_phrases(people[:5])[0].startswith("five small brown people")


def test_large_person_is_described_apart_from_small_ones() -> None:
    people = [
        object_at(0.5, 0.5, "person", 0.6),
        object_at(0.1, 0.2, "person", 0.1),
        object_at(0.9, 0.2, "person", 0.1),
    ]
    assert object_phrases(people) == [
        "large brown person in the center",
        "two small brown people at the left and right",
    ]


def test_many_unimportant_objects_do_not_outweigh_the_subject() -> None:
    cars = [object_at(0.1 + 0.2 * index, 0.5, "car", 0.15) for index in range(5)]
    assert object_phrases([*cars, object_at(0.5, 0.5, "cat", 0.3)])[0].endswith("cat in the center")


def test_color_of_a_group_is_that_of_the_majority() -> None:
    cats = [object_at(0.2, 0.5), object_at(0.5, 0.5), replace(object_at(0.8, 0.5), color="white")]
    assert object_phrases(cats) == ["three brown cats in a row"]
    cats[0] = replace(cats[0], color="black")
    assert object_phrases(cats) == ["three cats in a row"]


def test_colors_of_a_pair_are_in_reading_order() -> None:
    left = DescribedObject("parrot", "yellow", Box(0.1, 0.4, 0.3, 0.7))
    right = DescribedObject("parrot", "red", Box(0.5, 0.2, 0.9, 0.9))
    assert object_phrases([right, left]) == [
        "two large yellow and red parrots at the left and right"
    ]


def test_larger_object_comes_first() -> None:
    small = DescribedObject("dog", "", Box(0.1, 0.1, 0.2, 0.2))
    large = DescribedObject("horse", "", Box(0.3, 0.3, 0.9, 0.9))
    assert object_phrases([small, large])[0].startswith("large horse")


def test_class_numbers_are_valid_and_unique() -> None:
    numbers = list(chain.from_iterable(labels().nouns.values()))
    assert len(numbers) == len(set(numbers))
    assert all(0 <= number < 1000 for number in numbers)
    assert len(labels().detector) == 90


def test_tables_contain_only_known_nouns() -> None:
    tables = labels()
    known = {*tables.detector, *tables.nouns, *tables.hyponyms}
    for table in (tables.hyponyms, tables.places, tables.requires, tables.confused_with):
        for noun in chain.from_iterable(table.values()):
            assert noun in known, noun
    assert all(0 < threshold <= 1 for threshold in tables.thresholds.values())
    assert set(tables.thresholds) <= known


def make_detection(noun: str, score: float = 0.9) -> Detection:
    return Detection(noun, score, Box(0.2, 0.2, 0.7, 0.8))


def test_noun_without_the_one_it_requires_is_rejected() -> None:
    assert not fuse([make_detection("mouse")], {}).objects
    assert len(fuse([make_detection("mouse"), make_detection("laptop")], {}).objects) == 2


def test_noun_is_rejected_beside_one_it_is_confused_with() -> None:
    objects = fuse([make_detection("bird"), make_detection("bottle", 0.5)], {"parrot": 0.9}).objects
    assert [detection.noun for detection in objects] == ["parrot"]


def test_doubtful_detection_is_accepted_if_the_classifier_agrees() -> None:
    assert not fuse([make_detection("cat", 0.32)], {}).objects
    assert fuse([make_detection("cat", 0.32)], {"cat": 0.2}).objects
    assert not fuse([make_detection("cat", 0.29)], {"cat": 0.2}).objects


def test_doubtful_detection_is_accepted_beside_a_certain_one_of_its_kind() -> None:
    assert len(fuse([make_detection("bird"), make_detection("bird", 0.32)], {}).objects) == 2
    assert len(fuse([make_detection("cat"), make_detection("cat", 0.32)], {}).objects) == 1


def test_tiny_objects_are_ignored() -> None:
    assert not fuse([Detection("cat", 0.9, Box(0.5, 0.5, 0.53, 0.53))], {}).objects


@pytest.mark.parametrize(("probability", "expected"), [(0.31, "parrot"), (0.29, "bird")])
def test_more_specific_noun_replaces_the_noun_of_the_detector(
    probability: float, expected: str
) -> None:
    (detection,) = fuse([make_detection("bird")], {"parrot": probability}).objects
    assert detection.noun == expected


def test_activity_is_inferred_from_objects() -> None:
    assert (
        infer_activity(fuse([make_detection("person"), make_detection("surfboard")], {}))
        == "surfing on a wave"
    )
    assert infer_activity(fuse([make_detection("cat")], {})) == ""


@pytest.mark.parametrize(
    ("nouns", "probabilities", "expected"),
    [
        (("cake", "table", "person"), {"candle": 0.9}, "birthday party"),
        (("cake", "table"), {"candle": 0.9}, "birthday"),
        (("person",), {"mountain": 0.9, "skis": 0.11}, "skiing down snow"),
        (("person",), {"mountain": 0.9, "skis": 0.09}, ""),
        (("person",), {"helmet": 0.26, "rocket": 0.07}, "astronaut in a spacesuit"),
        (("person",), {"helmet": 0.26, "rocket": 0.05}, ""),
        (("person",), {"helmet": 0.24, "rocket": 0.07}, ""),
    ],
)
def test_activity_depends_on_the_classifier(
    nouns: tuple[str, ...], probabilities: dict[str, float], expected: str
) -> None:
    evidence = fuse([make_detection(noun) for noun in nouns], probabilities)
    assert infer_activity(evidence) == expected


def test_riding_requires_overlapping_boxes() -> None:
    rider = Detection("person", 0.9, Box(0.4, 0.2, 0.6, 0.6))
    assert infer_activity(fuse([rider, make_detection("horse")], {})) == "riding"
    horse = Detection("horse", 0.9, Box(0.5, 0.55, 0.9, 0.9))
    assert infer_activity(fuse([rider, horse], {})) == ""


@pytest.mark.parametrize(
    ("phrase", "probabilities", "expected"),
    [
        ("white bowl", {"soup": 0.4}, "white bowl of soup"),
        ("white bowl", dict.fromkeys(FOODS, 0.1), "white bowl of food"),
        ("white bowl", {"soup": 0.2}, "white bowl"),
        ("white cup", {"coffee": 0.4}, "white cup of coffee"),
        ("white cup", {"coffee": 0.2}, "white cup"),
    ],
)
def test_phrase_of_a_vessel_includes_its_contents(
    phrase: str, probabilities: dict[str, float], expected: str
) -> None:
    assert with_contents(phrase, fuse([], probabilities)) == expected


def test_flowers_have_the_vivid_colors_of_the_picture() -> None:
    evidence = fuse([make_detection("vase")], {})
    assert flower_phrase(evidence, ["green", "pink", "red", "blue"]) == "pink and red flowers"
    assert flower_phrase(evidence, ["green"]) == ""
    assert flower_phrase(fuse([make_detection("cat")], {}), ["pink"]) == ""


def test_activity_implies_its_nouns() -> None:
    assert "racket" in nouns_implied_by("playing tennis on a court")
    assert nouns_implied_by("") == frozenset()


def test_detected_subject_is_not_repeated() -> None:
    assert fuse([make_detection("cat")], {"cat": 0.9}).subjects == ()
    assert fuse([make_detection("parrot")], {"bird": 0.9}).subjects == ()
    assert fuse([make_detection("cat")], {"lighthouse": 0.9}).subjects == ("lighthouse",)


def test_one_certain_detection_does_not_decide_between_places() -> None:
    evidence = fuse([make_detection("couch", 0.98), make_detection("oven", 0.91)], {})
    assert evidence.places[:2] == ("kitchen", "room")


def test_surrounding_nouns_come_last() -> None:
    assert fuse([], {"fence": 0.6, "lighthouse": 0.55}).subjects == ("lighthouse", "fence")


@pytest.mark.parametrize(
    ("nouns", "place"),
    [(("bed",), "bedroom"), (("chair", "table", "oven"), "kitchen"), (("couch",), "room")],
)
def test_room_is_inferred_from_furniture(nouns: tuple[str, ...], place: str) -> None:
    evidence = fuse(
        [make_detection(noun) for noun in nouns], {"lamp": 0.7} if place != "kitchen" else {}
    )
    rooms = [name for name in evidence.places if name in ("kitchen", "bedroom", "room", "bathroom")]
    assert rooms[0] == place


def test_name_of_the_room_depends_on_its_furniture() -> None:
    assert infer_place(fuse([make_detection("couch")], {"lamp": 0.7})) == "living room"
    assert (
        infer_place(
            fuse([make_detection("chair"), make_detection("table"), make_detection("oven")], {})
        )
        == "kitchen"
    )
    assert infer_place(fuse([make_detection("chair")], {})) == ""


SKY, GRASS, SAND, SNOW = (90, 150, 235), (60, 140, 50), (225, 205, 165), (250, 250, 250)


@pytest.mark.parametrize(
    ("top", "bottom", "places", "expected"),
    [
        (SKY, GRASS, ["outside"], ("blue sky", "green grass")),
        (SKY, GRASS, ["water"], ("blue sky", "green water")),
        (SKY, SAND, ["outside", "water"], ("blue sky", "beige sand")),
        (SKY, SAND, ["outside"], ("blue sky", "beige ground")),
        (SKY, SNOW, ["snow"], ("blue sky", "white snow")),
        (SKY, (128, 128, 128), ["street"], ("blue sky", "gray road")),
        (SKY, (30, 80, 220), ["water"], ("blue sky", "blue water")),
        (SKY, (30, 80, 220), ["outside"], ("blue sky", "blue water")),
        ((240, 120, 40), (110, 65, 30), ["railway"], ("orange sunset sky", "brown tracks")),
        ((5, 5, 5), (60, 60, 60), ["street"], ("dark night sky", "gray road")),
        (SNOW, (110, 65, 30), ["kitchen", "table"], ("white wall", "brown table")),
        ((5, 5, 5), (110, 65, 30), ["room"], ("dark wall", "brown floor")),
        (SNOW, SNOW, [], ("white background", "")),
        (SNOW, (110, 65, 30), [], ("white background", "brown below")),
        (SNOW, (110, 65, 30), ["outside"], ("white cloudy sky", "brown ground")),
    ],
)
def test_surroundings_are_described_by_color_and_place(
    top: tuple[int, int, int],
    bottom: tuple[int, int, int],
    places: list[str],
    expected: tuple[str, str],
) -> None:
    picture = Image.new("RGB", (96, 96), top)
    picture.paste(bottom, (0, 50, 96, 96))
    scene = describe_surroundings(picture, [], places)
    assert (scene.top, scene.bottom) == expected


@pytest.mark.parametrize(
    ("lightness", "places", "expected"),
    [(20, [], ("dark",)), (240, [], ("bright",)), (128, ["outside"], ("foggy",)), (128, [], ())],
)
def test_light_is_described_by_lightness_and_place(
    lightness: int, places: list[str], expected: tuple[str, ...]
) -> None:
    picture = Image.new("RGB", (96, 96), (lightness,) * 3)
    assert describe_surroundings(picture, [], places).light == expected


def test_chair_alone_does_not_determine_the_room() -> None:
    assert fuse([make_detection("chair")], {}).places == ("indoors",)


@pytest.mark.parametrize(
    ("rgb", "leaves"), [((40, 110, 30), 1), ((30, 60, 20), 1), ((140, 144, 116), 0)]
)
def test_pale_olive_is_not_measured_as_leaves(rgb: tuple[int, int, int], leaves: int) -> None:
    picture = Image.new("RGB", (20, 20), rgb)
    view = colors.to_lab_thumbnail(picture)
    region = measure_region(view, np.ones(view.shape[:2], bool))
    assert region.share("green") == pytest.approx(1)
    assert region.leaves == leaves
    assert ("trees" in describe_surroundings(picture, [], ["outside"]).top) is bool(leaves)


@pytest.mark.parametrize("name", ["detector.onnx", "classifier.onnx"])
def test_networks_match_the_hashes_in_the_notice(name: str) -> None:
    data = resources.files("semcodec_embedded").joinpath("models", name).read_bytes()
    notice = FOLDER.joinpath("NOTICE.models").read_text("utf-8")
    assert hashlib.sha256(data).hexdigest() in notice


def test_drawings_match_the_hash_in_the_notice() -> None:
    data = resources.files("semcodec_embedded").joinpath("sprites", "noto.json.gz").read_bytes()
    notice = FOLDER.joinpath("NOTICE.sprites").read_text("utf-8")
    assert hashlib.sha256(data).hexdigest() in notice


@pytest.mark.parametrize("name", ["astronaut", "cat", "coffee"])
def test_photographs_match_the_hashes_in_the_notice(name: str) -> None:
    data = resources.files("semcodec_embedded").joinpath("photos", f"{name}.jpg").read_bytes()
    notice = FOLDER.joinpath("NOTICE.photos").read_text("utf-8")
    assert hashlib.sha256(data).hexdigest() in notice


def test_data_files_have_less_than_32_mb() -> None:
    package = FOLDER / "semcodec_embedded"
    sizes = [
        path.stat().st_size for path in package.rglob("*") if path.suffix not in (".py", ".pyc")
    ]
    assert sum(sizes) < 32_000_000
