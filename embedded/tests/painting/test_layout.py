"""Drawings in the boxes of a record's layout."""

from __future__ import annotations

from itertools import product

import pytest

from semcodec.backends.guides import Guide, WordBoxes
from semcodec.words.changes import parse_change
from semcodec_embedded.painter import EmbeddedPainter, make_plan
from semcodec_embedded.painting.account import report_scene
from semcodec_embedded.painting.drawing import aspect
from semcodec_embedded.painting.editing import CannotChangeError, change_plan
from semcodec_embedded.painting.geometry import Box, iou
from semcodec_embedded.painting.plan import Plan
from semcodec_embedded.painting.scene import PlacedSprite
from semcodec_embedded.painting.svg import HEIGHT
from semcodec_embedded.painting.visibility import visible_shares

SIZE = (480, 320)
LEFT: Box = (0.1, 0.4, 0.3, 0.8)
RIGHT: Box = (0.6, 0.3, 0.9, 0.9)
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def layout(prompt: str, **boxes: list[Box]) -> Guide:
    """Return a guide with boxes for words of ``prompt``."""
    words = prompt.split()
    groups = [WordBoxes(word, words.index(word), tuple(each)) for word, each in boxes.items()]
    return Guide(tuple(sorted(groups, key=lambda group: group.index)))


def plan(prompt: str, size: tuple[int, int] = SIZE, **boxes: list[Box]) -> Plan:
    return make_plan(prompt, size, 0, layout(prompt, **boxes))


def thirds(left: int, top: int, right: int, bottom: int) -> Box:
    """Return a box in 32nds, as a record has it."""
    return left / 32, top / 32, right / 32, bottom / 32


def painted(picture: Plan, noun: str) -> tuple[Box, ...]:
    return next(item.boxes for item in report_scene(picture).objects if item.noun == noun)


def overlap(picture: Plan, noun: str, box: Box) -> float:
    return max(iou(box, other) for other in painted(picture, noun))


def sprite_of(picture: Plan, name: str) -> PlacedSprite:
    return next(sprite for sprite in picture.sprites if sprite.name.endswith(name))


def names(picture: Plan) -> list[str]:
    return [sprite.name for sprite in picture.sprites]


def visible(picture: Plan, name: str) -> float:
    shares, _ = visible_shares(picture.sprites, picture.width)
    return shares[names(picture).index(name)]


# --- how many drawings there are, and which words share one


def test_each_box_has_a_drawing() -> None:
    picture = plan("dogs grass", dogs=[LEFT, RIGHT])
    assert [overlap(picture, "dogs", box) > 0.6 for box in (LEFT, RIGHT)] == [True, True]
    assert len(picture.sprites) == 2


@pytest.mark.parametrize(
    ("prompt", "noun", "boxes", "count"),
    [
        ("three dogs grass", "dogs", 2, 3),
        ("two dogs grass", "dogs", 3, 3),
        ("dogs grass", "dogs", 5, 5),
        ("dog grass", "dog", 2, 2),
        ("crowd street", "crowd", 8, 8),
    ],
)
def test_number_of_drawings(prompt: str, noun: str, boxes: int, count: int) -> None:
    each = [thirds(4 * at, 16, 4 * at + 3, 22) for at in range(boxes)]
    picture = plan(prompt, **{noun: each})
    assert len(picture.sprites) == count
    assert all(overlap(picture, noun, box) > 0.5 for box in each)


@pytest.mark.parametrize("box", [thirds(4, 10, 28, 24), thirds(11, 8, 18, 26)])
def test_crowd_fills_its_one_box(box: Box) -> None:
    boxes = painted(plan("crowd street", crowd=[box]), "crowd")
    assert len(boxes) == 12
    left, top, right, bottom = (each(edges) for each, edges in zip(
        (min, min, max, max), zip(*boxes, strict=True), strict=True
    ))  # fmt: skip
    assert iou((left, top, right, bottom), box) > 0.7


def test_two_names_of_one_person_are_one_drawing() -> None:
    picture = plan("man person street", man=[LEFT], person=[LEFT])
    assert len(picture.sprites) == 1
    assert overlap(picture, "person", LEFT) > 0.6


def test_activity_that_names_a_person_takes_its_box() -> None:
    picture = plan("astronaut flag", astronaut=[RIGHT])
    assert sprite_of(picture, "astronaut-uniformed").is_fixed
    assert not sprite_of(picture, "flagpole").is_fixed


def test_person_and_people_share_the_boxes() -> None:
    boxes = [thirds(2 + 5 * at, 8, 4 + 5 * at, 16) for at in range(4)]
    large = thirds(22, 6, 28, 28)
    picture = plan("person four people street", person=[large, *boxes], people=[large, *boxes])
    assert len(picture.sprites) == 5
    assert overlap(picture, "person", large) > 0.8


# --- drawings that show a person with something


def test_second_person_is_not_stacked_on_a_skateboarder() -> None:
    skater, legs, far = thirds(10, 4, 20, 20), thirds(12, 10, 18, 20), thirds(2, 24, 3, 27)
    picture = plan("person skateboard skateboarding", person=[skater, legs, far])
    assert sorted(names(picture)) == ["figure-adult-neutral-trousers", "skateboarder"]


@pytest.mark.parametrize(("racket", "flipped"), [(thirds(14, 6, 19, 12), False),
                                                 (thirds(3, 6, 8, 12), True)])  # fmt: skip
def test_gear_is_on_the_side_of_its_box(racket: Box, flipped: bool) -> None:
    man = thirds(7, 8, 15, 28)
    picture = plan("man tennis racket court", man=[man], racket=[racket])
    assert [sprite.flipped for sprite in picture.sprites] == [flipped]
    assert overlap(picture, "tennis racket", racket) > 0.3
    assert overlap(picture, "man", man) > 0.5


def test_box_of_a_mount_alone_has_its_rider() -> None:
    boxes = [thirds(2, 8, 14, 28), thirds(16, 8, 30, 28)]
    picture = plan("riders motorcycles road", motorcycles=boxes)
    assert names(picture) == ["motorcyclist"] * 2
    assert all(sprite.is_fixed for sprite in picture.sprites)


def test_gear_far_from_people_is_drawn_apart() -> None:
    flying = thirds(20, 4, 24, 7)
    picture = plan("man frisbee park grass", man=[thirds(4, 10, 12, 28)], frisbee=[flying])
    assert overlap(picture, "frisbee", flying) > 0.5
    assert "frisbee-player" not in names(picture)


def test_hand_and_shirt_do_not_shrink_their_person() -> None:
    picture = plan("man shirt hand street", man=[RIGHT], hand=[LEFT], shirt=[LEFT])
    assert len(picture.sprites) == 1
    assert overlap(picture, "man", RIGHT) > 0.6


def test_head_alone_determines_the_figure() -> None:
    head = thirds(12, 4, 18, 14)
    figure = plan("man face street", face=[head]).sprites[0]
    left, top, right, _ = (edge / HEIGHT for edge in figure.box)
    assert (left + right) / 2 / 1.5 == pytest.approx((head[0] + head[2]) / 2, abs=0.05)
    assert top == pytest.approx(head[1], abs=0.08)
    assert figure.height > 1.5 * (head[3] - head[1]) * HEIGHT


# --- shapes and sizes


def test_drawings_keep_their_aspect_ratio() -> None:
    picture = plan("dog boat person bus", dog=[(0.0, 0.5, 1.0, 0.6)], boat=[(0.4, 0.0, 0.5, 0.9)],
                   person=[WHOLE], bus=[thirds(1, 20, 3, 31)])  # fmt: skip
    for sprite in picture.sprites:
        assert sprite.width / sprite.height == pytest.approx(aspect(sprite.name))


def test_boat_is_larger_than_the_box_of_its_hull() -> None:
    hull = thirds(4, 18, 12, 20)
    boat = sprite_of(plan("boat sea", boat=[hull]), "sailboat")
    area = (hull[2] - hull[0]) * 1500 * (hull[3] - hull[1]) * HEIGHT
    assert boat.width * boat.height > 1.4 * area
    assert boat.baseline_y == pytest.approx(hull[3] * HEIGHT)


@pytest.mark.parametrize("noun", ["person", "man", "girl"])
def test_lower_edge_cuts_people_off_below_the_face(noun: str) -> None:
    box = thirds(8, 2, 24, 32)
    picture = plan(f"{noun} street", **{noun: [box]})
    sprite = picture.sprites[0]
    assert sprite.box[3] > HEIGHT + 1
    assert sprite.box[1] == pytest.approx(box[1] * HEIGHT)
    assert overlap(picture, noun, box) > 0.85


def test_close_up_shows_the_whole_face() -> None:
    face = plan("person trees", person=[thirds(2, 0, 32, 32)]).sprites[0]
    assert face.name.endswith("-half")
    assert (HEIGHT - face.box[1]) / face.height > 0.62 + 0.02  # of a half figure, the head is 0.62


def test_close_up_shows_the_clothes() -> None:
    bust = plan("huge red person trees", person=[thirds(2, 0, 32, 32)]).sprites[0]
    assert (HEIGHT - bust.box[1]) / bust.height >= 0.8
    assert bust.colors == ("red",)


@pytest.mark.parametrize(
    ("prompt", "noun"),
    [
        ("huge brown cat", "cat"),
        ("huge brown dog", "dog"),
        ("huge person astronaut spacesuit", "person"),
        ("huge woman", "woman"),
    ],
)
@pytest.mark.parametrize("box", [thirds(1, 0, 29, 32), thirds(1, 1, 23, 32)])
def test_what_fills_the_picture_has_the_same_drawing_with_its_box(
    prompt: str, noun: str, box: Box
) -> None:
    close_up = plan(prompt, **{noun: [box]}).sprites[0]
    assert close_up.name == plan(prompt).sprites[0].name
    assert close_up.box[0] >= 0
    unsized = prompt.removeprefix("huge ")
    assert names(plan(unsized, **{noun: [box]})) == [close_up.name]


def test_person_behind_a_larger_thing_is_a_half_figure() -> None:
    picture = plan("person car street", person=[thirds(12, 4, 16, 14)], car=[thirds(4, 13, 28, 30)])
    assert names(picture)[0].endswith("-half")


def test_person_in_bed_is_a_half_figure() -> None:
    picture = plan(
        "person bed bedroom", person=[thirds(8, 12, 26, 20)], bed=[thirds(4, 14, 30, 30)]
    )
    assert any(name.endswith("-half") for name in names(picture))


def test_further_objects_are_as_tall_as_those_in_boxes() -> None:
    dogs = [thirds(4, 20, 6, 22), thirds(20, 20, 22, 22)]
    heights = [item.height for item in plan("three dogs grass", dogs=dogs).sprites]
    assert max(heights) < 1.1 * min(heights)


def test_further_objects_that_are_smaller_are_farther_than_those_in_boxes() -> None:
    prompt, box = "three buses street", thirds(10, 8, 24, 19)
    *others, boxed = sorted(plan(prompt, buses=[box]).sprites, key=lambda item: item.height)
    assert boxed.is_fixed
    assert all(item.baseline_y < boxed.baseline_y for item in others)
    assert all(item.height < 0.8 * boxed.height for item in others)


def test_size_word_of_what_is_in_a_box_counts_as_applied() -> None:
    picture = plan("small dog grass", dog=[(0.1, 0.1, 0.9, 0.9)])
    assert [item.size for item in report_scene(picture).objects if item.noun == "dog"] == ["small"]


def test_edge_cuts_off_only_what_has_its_box_there() -> None:
    boat = plan("sailboat water", (832, 1248), sailboat=[thirds(5, 12, 14, 27)]).sprites[0]
    assert boat.box[0] > -0.15 * boat.width


def test_edges_cut_nothing_off_above() -> None:
    sign = plan("stop sign", sign=[thirds(4, 0, 27, 31)]).sprites[0]
    assert sign.box[1] >= -0.06 * sign.height


def test_drawing_leaves_the_box_of_another_thing_free() -> None:
    picture = plan(
        "dog fire hydrant street", (416, 624),
        dog=[thirds(5, 8, 20, 30)], hydrant=[thirds(16, 10, 25, 24)],
    )  # fmt: skip
    assert visible(picture, "fire-hydrant") > 0.5


# --- the ground, and what carries things


def test_horizon_is_above_what_stands() -> None:
    words, boxes = plan("person grass"), plan("person grass", person=[thirds(4, 4, 6, 12)])
    assert boxes.environment.horizon < 12 / 32 < words.environment.horizon
    assert boxes.sprites[0].support == "ground"


def test_what_is_on_another_thing_does_not_move_the_horizon() -> None:
    words, car = plan("bird car street"), thirds(6, 10, 26, 27)
    boxes = plan("bird car street", bird=[thirds(14, 7, 17, 11)], car=[car])
    assert boxes.environment == words.environment


def test_box_of_the_ground_is_the_horizon() -> None:
    picture = plan("car road", car=[thirds(4, 20, 12, 26)], road=[thirds(0, 10, 32, 32)])
    assert picture.environment.horizon == 10 / 32


def test_box_above_the_highest_horizon_floats_without_shadow() -> None:
    assert plan("dog grass", dog=[thirds(4, 0, 6, 2)]).sprites[0].support == "air"


def test_jump_has_its_shadow_on_the_ground() -> None:
    picture = plan("snowboarder jump snow", snowboarder=[thirds(12, 2, 20, 12)])
    jumper = picture.sprites[0]
    assert jumper.support == "jump"
    assert jumper.baseline_y > picture.environment.horizon_y > jumper.baseline_y - jumper.elevation


def test_studio_has_a_floor_for_what_stands_far_away() -> None:
    picture = plan("person gray background", person=[thirds(10, 10, 13, 18)])
    assert picture.environment.has_floor
    assert picture.environment.horizon < 18 / 32
    assert not plan("person gray background", person=[RIGHT]).environment.has_floor


def test_person_at_a_table_sits_behind_it() -> None:
    picture = plan(
        "person table plate", person=[thirds(8, 2, 20, 22)], plate=[thirds(6, 22, 14, 26)]
    )
    assert sprite_of(picture, "-half").baseline_y == pytest.approx(
        picture.environment.horizon_y + 6
    )
    assert 20 / 32 < picture.environment.horizon < 26 / 32


@pytest.mark.parametrize(
    ("prompt", "small", "large", "top"),
    [("man tie", "tie", "man", 16), ("cat couch room", "cat", "couch", 6),
     ("bird car", "bird", "car", 16), ("book bed bedroom", "book", "bed", 14),
     ("people boat lake", "people", "boat", 14)],
)  # fmt: skip
def test_what_is_on_another_thing_is_before_it(
    prompt: str, small: str, large: str, top: int
) -> None:
    box = thirds(13, top, 16, top + 6)
    picture = plan(prompt, **{small: [box], large: [thirds(6, 8, 26, 30)]})
    assert picture.sprites[-1].subject == prompt.split().index(small)
    assert "side-table" not in names(picture)
    assert overlap(picture, small, box) > 0.3


def test_cup_stays_before_its_table() -> None:
    box = thirds(13, 15, 17, 19)
    picture = plan("chair cup table kitchen", cup=[box], table=[thirds(6, 17, 26, 30)])
    assert names(picture)[-2:] == ["side-table", "hot-beverage"]
    assert overlap(picture, "cup", box) > 0.6
    assert overlap(picture, "table", thirds(6, 17, 26, 30)) > 0.95


def test_people_in_a_boat_have_no_islets() -> None:
    picture = plan("people boat lake", people=[thirds(8, 10, 11, 16), thirds(12, 10, 15, 16)],
                   boat=[thirds(5, 14, 20, 20)])  # fmt: skip
    assert [item.support for item in picture.sprites if "boat" not in item.name] == ["none"] * 2


@pytest.mark.parametrize(
    ("prompt", "word", "support"),
    [
        ("hat beach", "hat", "none"),  # it is on a head
        ("umbrella beach", "umbrella", "none"),
        ("person table food", "person", "none"),  # behind the table
        ("duck lake", "duck", "water"),
    ],
)
def test_support_of_what_is_in_a_box(prompt: str, word: str, support: str) -> None:
    sprite = plan(prompt, **{word: [LEFT]}).sprites[0]
    assert sprite.support == support
    assert (sprite.submerged > 0) == (support == "water")


def test_what_has_no_box_can_be_seen() -> None:
    picture = plan("bowl meat broccoli carrot", bowl=[thirds(2, 5, 30, 29)])
    shares, _ = visible_shares(picture.sprites, picture.width)
    assert min(shares) > 0.4


def test_person_behind_boxes_is_moved_to_a_free_place() -> None:
    picture = plan("woman laptop cat room", (416, 624), laptop=[thirds(15, 6, 32, 19)],
                   cat=[thirds(0, 13, 17, 25)])  # fmt: skip
    assert visible(picture, next(name for name in names(picture) if "figure" in name)) > 0.5


def test_fence_fills_its_box_with_panels() -> None:
    fence = plan("fence field", fence=[thirds(0, 16, 32, 24)]).sprites
    assert len(fence) > 3
    assert {round(item.baseline_y) for item in fence} == {750}


# --- edits


def edited(picture: Plan, sentence: str) -> Plan:
    change = parse_change(sentence)
    assert change
    return change_plan(picture, change, 0)


def places(picture: Plan) -> set[tuple[float, ...]]:
    """Return the places of the drawings that are in boxes."""
    return {
        (item.number, item.x, item.width, item.height, item.baseline_y - item.elevation)
        for item in picture.sprites
        if item.is_fixed
    }


@pytest.mark.parametrize(
    "sentence",
    ["Move the dog to the right.", "Move the dog to the top.", "Make the dog huge.",
     "Draw the dog smaller.", "Move the dog to a free place.", "Show exactly one dog."],
)  # fmt: skip
def test_edits_do_not_change_what_is_in_a_box(sentence: str) -> None:
    picture = plan("dog bowl grass", dog=[LEFT, RIGHT])
    with pytest.raises(CannotChangeError, match="record has a box"):
        edited(picture, sentence)


@pytest.mark.parametrize(
    "sentence",
    ["Add cat.", "Recolor the dog red.", "Move the house to the left.", "Make the house huge.",
     "Show exactly three dogs.", "Bring the dog to the front."],
)  # fmt: skip
def test_edits_keep_the_places_of_what_is_in_a_box(sentence: str) -> None:
    picture = plan("dog house tree grass", dog=[(0.2, 0.3, 0.7, 0.9)], tree=[(0.1, 0.2, 0.5, 0.95)])
    changed = edited(picture, sentence)
    assert places(changed) == places(picture)
    assert changed.sprites != picture.sprites


@pytest.mark.parametrize(
    ("prompt", "boxes", "sentence"),
    [("three dogs grass", {"dogs": [LEFT, RIGHT]}, "Show exactly two dogs."),
     ("chair cup kitchen table", {"cup": [LEFT]}, "Move the table to the right."),
     ("bus street", {"bus": [(0.02, 0.02, 0.98, 0.98)]}, "Add sheep.")],
)  # fmt: skip
def test_edits_of_others_keep_what_is_in_a_box(
    prompt: str, boxes: dict[str, list[Box]], sentence: str
) -> None:
    picture = plan(prompt, **boxes)
    changed = edited(picture, sentence)
    assert places(changed) == places(picture)


def test_added_drawing_takes_the_box_of_its_word() -> None:
    prompt = "bus car cat cow sheep horse goat dog"  # one more than a scene has
    picture = plan(prompt, dog=[LEFT])
    assert painted(picture, "dog") == ()
    assert overlap(edited(picture, "Add dog."), "dog", LEFT) > 0.6


# --- boxes that mean nothing


EXTREME: list[Box] = [
    WHOLE, (0.0, 0.0, 1 / 32, 1.0), (0.0, 31 / 32, 1.0, 1.0), (31 / 32, 0.0, 1.0, 1 / 32),
]  # fmt: skip


@pytest.mark.parametrize("box", EXTREME)
@pytest.mark.parametrize("size", [(64, 512), (512, 64)])
def test_every_layout_can_be_drawn(box: Box, size: tuple[int, int]) -> None:
    prompts = ("person riding horse", "cup desk kitchen", "boats sea tie", "crowd sky fence kite")
    for prompt, extra in product(prompts, ([], [LEFT, RIGHT, (0.0, 0.0, 0.97, 1.0)])):
        words = {word: [box, *extra] for word in prompt.split()}
        picture = plan(prompt, size, **words)
        assert all(
            0 <= left < right <= 1 and 0 <= top < bottom <= 1
            for item in report_scene(picture).objects
            for left, top, right, bottom in item.boxes
        )
        assert all(sprite.height <= 3 * HEIGHT for sprite in picture.sprites)


def test_words_without_a_drawing_are_ignored() -> None:
    painter, arguments = EmbeddedPainter(), ("dog house grass", (96, 96), 3)
    words = painter.paint(*arguments).tobytes()
    assert painter.paint(*arguments, guide=Guide()).tobytes() == words
    unknown = Guide((WordBoxes("qwertz", 0, (LEFT,)), WordBoxes("", 1, (RIGHT,))))
    assert painter.paint(*arguments, guide=unknown).tobytes() == words


def test_boxes_are_shares_of_the_picture_with_its_caption() -> None:
    box = thirds(10, 4, 20, 20)
    picture = plan("qwertz asdfgh yxcvbn dog uiopas", dog=[box])
    assert picture.caption
    assert painted(picture, "dog")[0][3] == pytest.approx(box[3], abs=0.005)


def test_painter_declares_that_it_takes_a_layout() -> None:
    assert "layout" in EmbeddedPainter.guides
