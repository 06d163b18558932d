"""Placement of sprites: position, size, overlap and order of drawing."""

from __future__ import annotations

from itertools import pairwise

import pytest

from semcodec_embedded.painting.environment import Environment, choose_environment
from semcodec_embedded.painting.noise import seeded_rng
from semcodec_embedded.painting.parser import parse_prompt
from semcodec_embedded.painting.placement import place_subjects
from semcodec_embedded.painting.scene import PlacedSprite, Subject
from semcodec_embedded.painting.sizing import Composition, sprite_columns, sprite_height
from semcodec_embedded.painting.svg import HEIGHT


def place(prompt: str, seed: int = 0, width: float = HEIGHT) -> list[PlacedSprite]:
    scene = parse_prompt(prompt)
    return place_subjects(scene, choose_environment(scene), width, seeded_rng(prompt, seed))


def names(prompt: str) -> list[str]:
    return [sprite.name for sprite in place(prompt)]


def test_each_sprite_of_a_pair_gets_one_of_two_colors() -> None:
    birds = sorted(place("two large red yellow parrots left right"), key=lambda sprite: sprite.x)
    assert [bird.colors for bird in birds] == [("red",), ("yellow",)]


@pytest.mark.parametrize(
    ("prompt", "count"),
    [("boat", 1), ("two boat", 2), ("two boats", 2), ("boats", 3), ("ten sheep", 10),
     ("three red cars", 3), ("crowd of people", 12), ("two dogs one cat", 3)],
)  # fmt: skip
def test_number_of_sprites_follows_from_the_words(prompt: str, count: int) -> None:
    assert len(place(prompt)) == count


@pytest.mark.parametrize("noun", ["dog", "boat", "tree", "person", "bus"])
def test_left_is_left_of_right(noun: str) -> None:
    columns = [place(f"{noun} {side}")[0].x for side in ("left", "center", "right")]
    assert columns == sorted(columns)
    assert columns[0] < 450 < 550 < columns[2]


def test_pair_left_and_right_does_not_overlap() -> None:
    first, second = sorted(place("two dogs left right"), key=lambda sprite: sprite.x)
    assert first.box[2] < second.box[0]


@pytest.mark.parametrize("width", [460, 562, 667, 1000, 1500, 4862])
@pytest.mark.parametrize("noun", ["dogs", "cats", "buses", "giraffes"])
def test_pair_overlaps_little_in_a_picture_of_any_aspect(noun: str, width: float) -> None:
    """The heads of two dogs that face each other would look like one."""
    pair = sorted(place(f"two large {noun} left right", width=width), key=lambda sprite: sprite.x)
    overlap = pair[0].box[2] - pair[1].box[0]
    assert overlap < 0.12 * min(sprite.width for sprite in pair)
    assert pair[0].box[0] > -0.05 * width
    assert pair[1].box[2] < 1.05 * width


def test_size_words_are_ordered_by_height() -> None:
    heights = [place(f"{size} dog")[0].height for size in ("small", "large", "huge")]
    assert heights == sorted(heights)
    assert heights[0] * 2 < heights[1]


@pytest.mark.parametrize(
    "prompt",
    ["two large dogs", "dog cat horse", "large red car left large blue bus right", "cup bowl fork"],
)
def test_sprites_overlap_little(prompt: str) -> None:
    sprites = place(prompt)
    for index, sprite in enumerate(sprites):
        for other in sprites[index + 1 :]:
            overlap = min(sprite.box[2], other.box[2]) - max(sprite.box[0], other.box[0])
            assert overlap < 0.6 * min(sprite.width, other.width)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (
            "large red car left small blue bus right",
            [("bus-side", 770, 648, 106, False), ("automobile", 288, 757, 365, True)],
        ),
        (
            "boat lake house",
            [("house", 248, 600, 492, True), ("sailboat", 500, 798, 523, True)],
        ),
        (
            "four sheep meadow house person",
            [
                ("house", 500, 696, 492, True),
                ("figure-adult-neutral-trousers", 170, 770, 348, False),
                ("ewe", 386, 785, 163, True),
                ("ewe", 78, 808, 155, True),
                ("ewe", 619, 809, 153, False),
                ("ewe", 848, 842, 153, False),
            ],
        ),
    ],
)
def test_placement_is_deterministic(
    prompt: str, expected: list[tuple[str, int, int, int, bool]]
) -> None:
    """The recorded values change if the random generator is called in another order."""
    sprites = place(prompt)
    assert [(sprite.name, sprite.flipped) for sprite in sprites] == [
        (name, flipped) for name, *_, flipped in expected
    ]
    for sprite, (_, *numbers, _) in zip(sprites, expected, strict=True):
        assert [sprite.x, sprite.baseline_y, sprite.height] == pytest.approx(numbers, abs=1)


@pytest.mark.parametrize(
    ("prompt", "sprite"),
    [
        ("man riding wave surfboard ocean", "man-surfing"),
        ("person large surfboard surfing on a wave", "person-surfing"),
        ("man skateboard skateboarding jump", "skateboarder"),
        ("girl riding brown horse", "horse-racing"),
        ("man bicycle riding", "man-biking"),
        ("six people playing baseball on a field", "baseball-player"),
        ("woman red dress", "figure-adult-long-dress"),
        ("huge red person", "figure-adult-neutral-trousers-half"),
        ("huge woman", "figure-adult-long-trousers-half"),
    ],
)
def test_people_are_drawn_in_the_pose_of_the_activity(prompt: str, sprite: str) -> None:
    assert sprite in {item.name for item in place(prompt)}


def test_huge_animal_is_drawn_as_a_face() -> None:
    assert [sprite.name for sprite in place("huge brown cat")] == ["cat-face"]
    assert [sprite.name for sprite in place("large brown cat")] == ["cat"]


def test_large_objects_are_placed_first() -> None:
    cat, dog = place("small cat large dog")
    assert dog.x == pytest.approx(HEIGHT / 2)
    assert cat.box[2] < dog.box[0] + 10


def test_group_fills_the_gap_beside_a_large_object() -> None:
    house, *sheep = sorted(place("large house left six sheep"), key=lambda sprite: -sprite.height)
    assert all(ewe.x > house.box[2] for ewe in sheep)


def test_group_stays_on_its_side() -> None:
    dogs = Subject("dogs", ("dog-standing",), count=4, positions=("left",))
    columns = sprite_columns(dogs, HEIGHT, 280, seeded_rng(0))
    assert max(columns) - min(columns) < HEIGHT / 2


def test_top_is_placed_far_and_bottom_near() -> None:
    prompts = ("dog grass top", "dog grass", "dog grass bottom")
    baselines = [place(prompt)[0].baseline_y for prompt in prompts]
    assert baselines == sorted(set(baselines))


def test_flying_object_is_drawn_behind_standing_ones() -> None:
    assert names("large kite bottom small dog top beach") == ["kite", "dog-standing"]


def test_hidden_object_is_moved_nearer() -> None:
    elephant, *cats = place("huge elephant three cats grass")
    assert elephant.name == "elephant"
    assert all(cat.baseline_y > elephant.baseline_y + 18 for cat in cats)


def test_hidden_object_shrinks_at_most_twice() -> None:
    [alone] = place("large car grass")
    crowded = place("large car large bus large truck large tractor grass")
    smallest = min(sprite.height for sprite in crowded if sprite.name == alone.name)
    assert 0.5 * alone.height < smallest <= alone.height


def test_crowd_is_drawn_smaller() -> None:
    composition = Composition(Environment("outdoors"), "", HEIGHT, 2, has_sizes=False)
    seven, eight = (
        sprite_height(Subject("people", (), count), "person-standing", 1, HEIGHT, composition)
        for count in (7, 8)
    )
    assert eight < 0.8 * seven


def test_tower_is_drawn_tall_beside_a_small_object() -> None:
    heights = {sprite.name: sprite.height for sprite in place("tower small dog")}
    assert heights["clock-tower"] > 500


def test_window_of_a_room_is_an_object_only_with_a_size() -> None:
    assert names("window cat room") == ["cat"]
    assert names("large window cat room") == ["window-frame", "cat"]
    assert "pillow" not in names("pillow bed bedroom cat")
    assert "pillow" in names("pillow bedroom cat")
    assert "mirror" in names("mirror cat room")


def test_small_object_in_a_room_is_placed_on_a_table() -> None:
    table, cup = place("cup room")
    assert table.name == "side-table"
    assert table.baseline_y < cup.baseline_y  # the cup is drawn after the table
    assert 0 < cup.elevation < table.height
    assert cup.height < table.height


def test_umbrella_is_placed_at_the_hand_of_a_person() -> None:
    woman, umbrella = place("woman umbrella street")
    assert (umbrella.name, umbrella.support) == ("umbrella", "none")
    assert umbrella.elevation > woman.height / 2


def test_person_is_placed_behind_the_table() -> None:
    scene = parse_prompt("man pizza table")
    bust = place("man pizza table")[0]
    assert bust.name == "figure-adult-short-trousers-half"
    assert bust.baseline_y == pytest.approx(choose_environment(scene).horizon_y, abs=10)


def test_skateboarder_is_in_the_air() -> None:
    [skateboarder] = place("man skateboard street")
    assert skateboarder.support == "jump"
    assert skateboarder.baseline_y < 700


def test_person_by_the_water_stands_on_land_and_an_animal_wades() -> None:
    assert {sprite.support for sprite in place("girl lake")} == {"islet"}
    assert {sprite.support for sprite in place("bear river")} == {"water"}


def test_fish_does_not_fly() -> None:
    assert {sprite.support for sprite in place("fish lake")} == {"water"}
    assert {sprite.support for sprite in place("fish underwater")} == {"air"}


def test_row_has_equal_distances_and_no_overlap() -> None:
    columns = sorted(place("seven skiers row snow"), key=lambda sprite: sprite.x)
    for left, right in pairwise(columns):
        assert right.x - left.x > 0.7 * left.width


def test_narrow_picture_shows_its_subject_large() -> None:
    scene = parse_prompt("person meadow")
    environment = choose_environment(scene)
    [person] = place_subjects(scene, environment, HEIGHT / 2, seeded_rng(0))
    assert person.height > 0.3 * HEIGHT


def test_room_hides_the_building_that_it_is_in() -> None:
    assert names("woman cafe table coffee") == ["figure-adult-long-trousers-half", "hot-beverage"]
    assert "restaurant" in names("cafe street")


def test_sign_of_a_store_is_not_mirrored() -> None:
    assert not any(sprite.flipped for seed in range(6) for sprite in place("store left", seed))
