"""Edits of painted pictures: each change does what its sentence states, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from semcodec.backends.painted_scene import PaintedObject
from semcodec.errors import MissingFeatureError, RefusalError
from semcodec.words.changes import SENTENCES, Change, ChangeAction, parse_change
from semcodec_embedded.backend import EmbeddedBackend
from semcodec_embedded.painter import EmbeddedPainter, make_plan
from semcodec_embedded.painting.account import entry_of
from semcodec_embedded.painting.editing import CannotChangeError, change_plan
from semcodec_embedded.painting.plan import Plan, plan_of
from semcodec_embedded.painting.scene import PlacedSprite
from semcodec_embedded.painting.visibility import visible_shares

SIZE = (144, 96)


def plan(prompt: str, seed: int = 0) -> Plan:
    return make_plan(prompt, SIZE, seed)


def edit(before: Plan, sentence: str, seed: int = 0) -> Plan:
    change = parse_change(sentence)
    assert change is not None
    return change_plan(before, change, seed)


def entry(prompt: str, sentence: str, noun: str) -> tuple[PaintedObject, PaintedObject]:
    """Return what a picture shows of ``noun`` before and after a change."""
    before = plan(prompt)
    return entry_of(before, noun), entry_of(edit(before, sentence), noun)


def hiding(name: str, x: float) -> Plan:
    """Return a plan in which a bus hides most of a dog, with a cat beside them."""
    before = plan("dog cat bus street")
    dog, cat, bus = (
        next(sprite for sprite in before.sprites if sprite.name.startswith(part))
        for part in ("dog", "cat", "bus")
    )
    sprites = (
        replace(dog, x=700.0, baseline_y=760.0, width=200.0, height=200.0),
        replace(bus, x=x, baseline_y=800.0, width=700.0, height=400.0),
        replace(cat, x=1300.0),
    )
    assert visible_shares(sprites, before.width)[0][0] < 0.3
    return replace(before, sprites=sprites)


@pytest.mark.parametrize(
    "sentence", ["Bring the dog to the front.", "Move the dog to a free place.", "Add dog."]
)
def test_hidden_object_is_shown(sentence: str) -> None:
    after = edit(hiding("dog", 700.0), sentence)
    assert entry_of(after, "dog").visible > 0.7
    assert entry_of(after, "cat") == entry_of(hiding("dog", 700.0), "cat")


def test_free_place_hides_nothing() -> None:
    after = edit(hiding("dog", 700.0), "Move the dog to a free place.")
    assert all(entry_of(after, noun).visible > 0.9 for noun in ("dog", "cat", "bus"))


@pytest.mark.parametrize("seed", [0, 1])
def test_free_place_does_not_hide_a_face(seed: int) -> None:
    """In front of the dog, the hydrant hid a quarter of it, and that was its head."""
    prompt = "large brown dog center street brown fire hydrant center beige road"
    after = edit(make_plan(prompt, (144, 108), seed), "Move the fire hydrant to a free place.")
    assert entry_of(after, "dog").visible >= 0.75


def test_what_hides_an_object_everywhere_becomes_smaller() -> None:
    before = plan("clock bus room")
    clock, bus = before.sprites
    assert (clock.support, bus.name) == ("wall", "bus-side")
    sprites = (clock, replace(bus, x=750.0, baseline_y=990.0, width=1480.0, height=980.0))
    after = edit(replace(before, sprites=sprites), "Move the clock to a free place.")
    assert after.sprites[-1].height < 980
    assert entry_of(after, "clock").visible > 0.5


@pytest.mark.parametrize(
    ("place", "axis", "low", "high"),
    [
        ("left", "x", 0.0, 0.4),
        ("right", "x", 0.6, 1.0),
        ("center", "x", 0.4, 0.6),
        ("top", "y", 0.0, 0.5),
        ("bottom", "y", 0.5, 1.0),
    ],
)
@pytest.mark.parametrize(
    "prompt", ["dog cat grass", "kite dog beach", "three dogs left grass", "boat lake", "cup table"]
)
def test_move(prompt: str, place: str, axis: str, low: float, high: float) -> None:
    noun = prompt.split()[1] if prompt.startswith("three") else prompt.split()[0]
    before = plan(prompt)
    try:
        after = edit(before, f"Move the {noun} to the {place}.")
    except CannotChangeError:
        after = before
    moved = entry_of(after, noun)
    assert low <= getattr(moved, axis) <= high
    assert moved.visible > 0.7


def test_move_to_the_top_steps_aside() -> None:
    before = hiding("dog", 700.0)
    after = entry_of(edit(before, "Move the dog to the top."), "dog")
    assert after.y < 0.5
    assert after.visible > 0.7


def test_a_move_between_two_places_keeps_both() -> None:
    """The person is in the center, the board on the right, and one drawing shows both."""
    prompt = "person center skateboarding jump skateboard right"
    _, after = entry(prompt, "Move the skateboard to the right.", "person")
    assert 0.55 < after.x < 0.7


@pytest.mark.parametrize(
    ("prompt", "noun", "color"),
    [
        ("blue car street", "car", "red"),
        ("woman park", "woman", "green"),
        ("cat room brown wall", "wall", "blue"),
        ("sheep grass", "grass", "yellow"),
        ("blue person skateboarding black skateboard", "skateboard", "pink"),
    ],
)
def test_recolor(prompt: str, noun: str, color: str) -> None:
    before, after = entry(prompt, f"Recolor the {noun} {color}.", noun)
    assert color not in before.colors
    assert color in after.colors


def test_other_colors_stay_only_if_the_words_state_them_together() -> None:
    assert entry("red car street", "Recolor the car green.", "car")[1].colors == ("green",)
    before = plan("red white bus street")
    assert entry_of(before, "bus").colors == ("red", "white")
    red = replace(before, sprites=(replace(before.sprites[0], colors=("red",)),))
    assert entry_of(edit(red, "Recolor the bus white."), "bus").colors == ("red", "white")


def test_one_of_a_group_is_recolored() -> None:
    before = plan("three red blue cars street")
    after = entry_of(edit(before, "Recolor the cars green."), "cars")
    assert {*after.colors} == {"blue", "green", "red"}


@pytest.mark.parametrize("size", ["small", "large", "huge"])
@pytest.mark.parametrize(
    "prompt", ["medium dog cat grass", "small boat lake", "small lamp bedroom"]
)
def test_resize(prompt: str, size: str) -> None:
    noun = prompt.split()[1]
    before = plan(prompt)
    try:
        after = edit(before, f"Make the {noun} {size}.")
    except CannotChangeError:
        assert size in prompt
        return
    assert entry_of(after, noun).size == size
    heights = [max(s.height for s in p.sprites if s.subject == 0) for p in (before, after)]
    assert (heights[1] < heights[0]) == (size == "small")
    top = min(sprite.box[1] - sprite.elevation for sprite in after.sprites)
    assert top >= 0


@pytest.mark.parametrize(
    ("prompt", "noun", "value", "count"),
    [
        ("two dogs grass", "dogs", "four", 4),
        ("two dogs grass", "dogs", "1", 1),
        ("six sheep meadow", "sheep", "two", 2),
        ("cat room two windows", "windows", "two", 2),
        ("dog grass", "dog", "several", 3),
        ("boat lake", "birds", "two", 2),
    ],
)
def test_count(prompt: str, noun: str, value: str, count: int) -> None:
    _, after = entry(prompt, f"Show exactly {value} {noun}.", noun)
    assert after.count == count


@pytest.mark.parametrize(
    ("prompt", "noun"),
    [
        ("woman hat park", "hat"),
        ("cat dog cow pig horse sheep goat duck", "duck"),
        ("car road mountain town", "town"),
        ("two pizzas street orange wall", "wall"),
        ("man street wooden table", "table"),
        ("cat room", "clock"),
        ("boat sea", "lighthouse"),
        ("people beach trees", "umbrella"),
        ("cat mirror kitchen", "mirror"),
    ],
)
def test_add(prompt: str, noun: str) -> None:
    before = plan(prompt)
    if entry_of(before, noun).count == 0:
        before = edit(before, f"Add {noun}.")
    added = entry_of(before, noun)
    assert added.count >= 1
    assert added.visible > 0.7


def test_added_object_has_the_attributes_of_the_words() -> None:
    before = plan("cat dog cow pig horse sheep goat small red car right")  # seven are drawn
    added = entry_of(edit(before, "Add car."), "car")
    assert added.x > 0.55
    assert (added.colors, added.size) == (("red",), "small")


def test_remove() -> None:
    before, after = entry("dog cat grass", "Remove the dog.", "dog")
    assert (before.count, after.count) == (1, 0)
    assert entry("dog cat grass", "Remove the dog.", "cat")[1].count == 1


def test_redraw_uses_another_drawing() -> None:
    before = plan("flower garden")
    names = {
        edit(before, "Draw the flower in another way.", seed).sprites[0].name for seed in range(9)
    }
    assert before.sprites[0].name not in names


def test_other_drawing_is_not_much_wider() -> None:
    before = plan("flower garden")
    widths = [
        edit(before, "Draw the flower in another way.", seed).sprites[0].width for seed in range(9)
    ]
    assert max(widths) <= 1.301 * before.sprites[0].width


def test_drawing_that_is_hidden_at_its_new_size_is_moved() -> None:
    before = plan("two huge plants left right large window background red flowers")
    after = edit(before, "Make the plants huge.")
    assert entry_of(after, "plants").visible > 0.7 > entry_of(before, "plants").visible


def test_color_that_cannot_be_seen_is_refused() -> None:
    with pytest.raises(CannotChangeError, match="red"):
        edit(plan("monochrome dog street"), "Recolor the dog red.")


def test_shrink_keeps_the_place() -> None:
    before = plan("dog grass")
    [old], [new] = before.sprites, edit(before, "Draw the dog smaller.").sprites
    assert (new.x, new.baseline_y) == (old.x, old.baseline_y)
    assert new.height == pytest.approx(0.75 * old.height)


@pytest.mark.parametrize(
    "sentence",
    [
        "Bring the dog to the front.",  # nothing hides it
        "Move the dog to the center.",  # it is there
        "Add zyxel.",
        "Recolor the dog zyxel.",
        "Make the dog zyxel.",
        "Move the dog to the zyxel.",
        "Show exactly 99 dog.",
        "Draw the zyxel smaller.",
        "Remove the zyxel.",
        "Please bring the dog to the front.",
        "",
        "Add \x00" + "x" * 100_000 + ".",
    ],
)  # fmt: skip
def test_change_that_cannot_be_made_is_refused(sentence: str) -> None:
    painter = EmbeddedPainter()
    picture = painter.paint("dog grass", (48, 48), 0)
    with pytest.raises(RefusalError, match="try another change") as caught:
        painter.edit(picture, sentence, 0)
    assert caught.value.stage == "edit"
    assert len(str(caught.value)) < 400


def test_only_pictures_of_this_painter_are_edited() -> None:
    backend = EmbeddedBackend()
    copy = backend.paint("dog", (48, 48), 0).copy()
    for picture in (copy, Image.new("RGB", (9, 9))):
        with pytest.raises(MissingFeatureError, match="only images that it has returned") as caught:
            backend.edit(picture, "Remove the dog.", 0)
        assert not isinstance(caught.value, RefusalError)


@pytest.mark.parametrize("action", SENTENCES)
def test_every_sentence_has_an_action(action: ChangeAction) -> None:
    values = {"recolor": "red", "resize": "small", "move": "left"}
    before = plan("flowers garden") if action == "redraw" else hiding("dog", 700.0)
    noun = "flowers" if action == "redraw" else "dog"
    change = Change(action, noun, values.get(action, "two"))
    assert change_plan(before, change, 0).sprites != before.sprites


def by_name(after: Plan) -> dict[str, PlacedSprite]:
    return {sprite.name: sprite for sprite in after.sprites}


def test_hat_is_on_the_head_and_stays_there() -> None:
    worn = edit(plan("woman hat park"), "Add hat.")
    for sentence in ("Move the woman to the left.", "Draw the woman smaller.", "Add hat."):
        after = worn if sentence == "Add hat." else edit(worn, sentence)
        sprites = by_name(after)
        woman, hat = sprites["figure-adult-long-trousers"], sprites["top-hat"]
        assert hat.x == pytest.approx(woman.x)
        bottom = hat.baseline_y - hat.elevation
        assert woman.box[1] < bottom < woman.box[1] + 0.2 * woman.height
        assert [item.name for item in after.sprites][-1] == "top-hat"
    assert not edit(worn, "Remove the woman.").sprites


def test_cup_stays_on_the_table() -> None:
    before = plan("cat cup table room")
    after = edit(before, "Move the table to the left.")
    (old_table, old_cup), (table, cup) = ([item for item in p.sprites if item.name != "cat"]
                                          for p in (before, after))  # fmt: skip
    assert table.x < old_table.x
    assert cup.x - table.x == pytest.approx(old_cup.x - old_table.x)


def test_clothes_are_not_multiplied() -> None:
    with pytest.raises(CannotChangeError, match="worn"):
        edit(plan("boy green shirt black shorts"), "Show exactly two shorts.")


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image)


def outside(sprites: list[PlacedSprite], scale: float, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return the pixels that are neither of ``sprites`` nor of their shadows."""
    mask = np.ones(shape[:2], np.bool_)
    for sprite in sprites:
        half, rim = sprite.width * 0.62, max(12.0, 0.2 * sprite.width)
        top = int((sprite.baseline_y - sprite.elevation - sprite.height) * scale) - 2
        bottom = int((sprite.baseline_y + rim) * scale) + 3
        left, right = (int((sprite.x + side * half) * scale) + side * 3 for side in (-1, 1))
        mask[max(0, top) : bottom, max(0, left) : right] = False
    return mask


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("two dogs left cat right meadow cloudy sky", "Move the cat to the center."),
        ("large red car left large blue bus right street", "Recolor the car green."),
        ("cup lamp living room window", "Make the lamp large."),
        ("cat dog horse snow", "Remove the dog."),
        ("foggy bridge three people night city", "Draw the people smaller."),
        ("sheep meadow rain", "Add dog."),
    ],
)
def test_pixels_outside_of_the_change_are_identical(prompt: str, sentence: str) -> None:
    painter = EmbeddedPainter()
    before = painter.paint(prompt, (240, 160), 3)
    after = painter.edit(before, sentence, 3)
    plans = [plan_of(before), plan_of(after)]
    assert plans[0] is not None and plans[1] is not None  # noqa: PT018
    old, new = ({s.number: s for s in p.sprites} for p in plans if p)
    numbers = [at for at in old.keys() | new.keys() if old.get(at) != new.get(at)]
    changed = [s for at in numbers for s in (old.get(at), new.get(at)) if s]
    mask = outside(changed, 0.16, pixels(before).shape)
    assert mask.mean() > 0.3
    assert np.array_equal(pixels(before)[mask], pixels(after)[mask])
    assert not np.array_equal(pixels(before), pixels(after))


def test_edits_are_deterministic_and_leave_the_picture_alone() -> None:
    painter = EmbeddedPainter()
    before = painter.paint("flower dog garden", (96, 64), 1)
    copy = before.tobytes()
    first, second = (painter.edit(before, "Draw the flower in another way.", 5) for _ in range(2))
    assert first.tobytes() == second.tobytes() != copy
    assert before.tobytes() == copy
    assert (first.size, first.mode) == (before.size, "RGB")


def test_edits_follow_each_other() -> None:
    painter = EmbeddedPainter()
    picture = painter.paint("dog cat grass", (96, 64), 0)
    sentences = ("Recolor the dog red.", "Move the cat to the left.", "Add bird.", "Add dogs.")
    done = list(_apply(painter, picture, sentences[:3]))
    scene = painter.painted_scene(done[-1])
    assert scene is not None
    found = {item.noun: item for item in scene.objects}
    assert "red" in found["dog"].colors
    assert found["cat"].x < 0.45
    assert found["bird"].count == 1


def _apply(
    painter: EmbeddedPainter, picture: Image.Image, sentences: tuple[str, ...]
) -> Iterator[Image.Image]:
    for sentence in sentences:
        picture = painter.edit(picture, sentence, 0)
        yield picture


@pytest.mark.parametrize("sentence", ["Recolor the eyes green.", "Make the eyes huge."])
def test_a_part_of_a_body_is_not_changed_alone(sentence: str) -> None:
    with pytest.raises(CannotChangeError, match="a part of a body"):
        edit(plan("brown cat green eyes"), sentence)
    assert edit(plan("green eyes"), "Make the eyes huge.") != plan("green eyes")


def test_a_part_of_a_body_is_not_added_beside_it() -> None:
    """Reflection put three large ears around a small dog."""
    with pytest.raises(CannotChangeError, match="a part of a body"):
        edit(plan("dog grass"), "Add ears.")
    assert not entry_of(plan("dog grass"), "ears").can_be_added
    assert entry_of(plan("phone"), "ears").can_be_added
    assert entry_of(edit(plan("phone"), "Add ears."), "ears").count
