"""The account of a picture: which words it shows, how well, where, and in which colors."""

from __future__ import annotations

import copy
import io
import pickle
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import semcodec
from semcodec.backends.painted_scene import PaintedObject
from semcodec_embedded.backend import EmbeddedBackend
from semcodec_embedded.painter import EmbeddedPainter, make_plan
from semcodec_embedded.painting.account import entry_of, report_scene
from semcodec_embedded.painting.drawing import render
from semcodec_embedded.painting.plan import plan_of
from semcodec_embedded.painting.scene import PlacedSprite
from semcodec_embedded.painting.visibility import visible_shares

SIZE = (96, 96)


def entries(prompt: str, size: tuple[int, int] = SIZE) -> dict[str, PaintedObject]:
    """Return the account of a painted picture by noun."""
    painter = EmbeddedPainter()
    scene = painter.painted_scene(painter.paint(prompt, size, 0))
    assert scene is not None
    return {item.noun: item for item in scene.objects}


def planned(prompt: str) -> dict[str, PaintedObject]:
    """Return the account of a plan that is not painted: without what furnishes a room."""
    return {item.noun: item for item in report_scene(make_plan(prompt, SIZE, 0)).objects}


def test_account_lists_what_the_words_name_in_their_order() -> None:
    scene = entries("two red dogs left large blue car street cloudy sky zyxel")
    assert list(scene) == ["dogs", "car", "street", "cloudy", "sky", "zyxel"]
    assert scene["dogs"].count == 2
    assert scene["car"].colors == ("blue",)
    assert scene["car"].size == "large"
    assert scene["zyxel"] == PaintedObject("zyxel", 0, 0.0, can_be_added=False)


def test_position_is_that_of_the_drawing() -> None:
    scene = planned("dog left cat right kite top meadow")
    assert scene["dog"].x < 0.4 < 0.6 < scene["cat"].x
    assert scene["kite"].y < scene["dog"].y


def test_caption_takes_its_share_of_the_height() -> None:
    low = planned("dog bottom grass")["dog"].y
    assert planned("dog bottom grass qwx zvq bnmr tzzk")["dog"].y == pytest.approx(
        low * 0.87, abs=0.03
    )


@pytest.mark.parametrize(
    ("prompt", "noun", "colors"),
    [
        ("crimson car", "car", ("crimson", "red")),
        ("grey sky sea", "sky", ("grey", "gray")),
        ("green grass", "grass", ("green",)),
        ("brown wall room cat", "wall", ("brown",)),
        ("white wall blue background room cat", "background", ()),
        ("woman red shirt blue jeans", "shirt", ("red", "blue")),
        ("red white blue boat", "boat", ("red", "white", "blue")),
        ("red white bus", "bus", ("red", "white")),
        ("red bus street black and white photograph", "bus", ()),
        ("dog", "dog", ()),
    ],
)
def test_colors_are_those_that_were_applied(
    prompt: str, noun: str, colors: tuple[str, ...]
) -> None:
    assert planned(prompt)[noun].colors == colors


@pytest.mark.parametrize(
    ("prompt", "noun"),
    [
        ("man riding horse", "man"),
        ("man skateboard", "skateboard"),
        ("woman doctor", "woman"),
        ("crowd of people", "people"),
        ("couple beach", "couple"),
        ("orange left", "orange"),
        ("woman jacket", "jacket"),
        ("cafe table coffee", "cafe"),
        ("pillow bed bedroom", "pillow"),
        ("cup table room", "table"),
        ("boat ocean", "ocean"),
        ("sand beach sea", "sea"),
        ("street fog", "fog"),
        ("moon lake", "moon"),
        ("forest deer", "forest"),
        ("brick wall car road", "brick"),
        ("playing tennis", "playing tennis"),
        ("woman notepad hand", "hand"),
        ("people playing baseball field grass", "grass"),
        ("bear river ground", "ground"),
    ],
)
def test_a_word_that_another_drawing_shows_is_seen(prompt: str, noun: str) -> None:
    assert planned(prompt)[noun].count >= 1


@pytest.mark.parametrize(
    ("prompt", "noun"),
    [
        ("woman hat", "hat"),
        ("car mountain road town", "town"),
        ("clouds room cat", "clouds"),
        ("sun street overcast gray sky", "sun"),
        ("kitchen table pizza", "kitchen"),
        ("cat dog cow pig horse sheep goat duck", "duck"),  # only seven kinds are drawn
    ],
)
def test_what_is_not_painted_is_not_in_the_picture(prompt: str, noun: str) -> None:
    assert planned(prompt)[noun].count == 0


def test_furnishings_of_a_room_are_seen_where_they_are() -> None:
    scene = entries("window curtain cabinet cat kitchen")
    assert scene["window"].count == 1
    assert (scene["window"].x, scene["window"].y) == (
        pytest.approx(0.5, abs=0.05),
        pytest.approx(0.17, abs=0.05),
    )
    assert scene["cabinet"].count > 5
    hidden = entries("window huge woman kitchen")["window"]
    assert hidden.visible < 0.6 < scene["window"].visible


def test_cabinet_is_drawn_in_a_room_without_one() -> None:
    assert planned("cabinet cat living room")["cabinet"].count == 1


@pytest.mark.parametrize("name", ["sailboat", "potted-plant", "bicycle"])
def test_visible_share_is_that_of_the_pixels(name: str) -> None:
    """The raster agrees with full renderings, in which the boxes overlap more than the shapes."""
    back = PlacedSprite(name, 420.0, 800.0, 500.0, 600.0, (), "ground")
    front = PlacedSprite("sailboat", 600.0, 900.0, 400.0, 500.0, (), "ground", flipped=True)
    [share, whole], _ = visible_shares([back, front], 1000.0)
    assert whole == 1.0
    alpha, cover = (Image.new("L", (1000, 1000)) for _ in range(2))
    alpha.paste(render(name, (500, 600), ()).getchannel("A"), (170, 200))
    boat = render("sailboat", (400, 500), ()).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    cover.paste(boat.getchannel("A"), (400, 400))
    shape, covered = (np.asarray(image) > 96 for image in (alpha, cover))
    assert share == pytest.approx((shape & ~covered).sum() / shape.sum(), abs=0.04)


def test_part_outside_of_the_frame_is_not_seen() -> None:
    sprite = PlacedSprite("automobile", 0.0, 800.0, 400.0, 200.0, (), "ground")
    [share], _ = visible_shares([sprite], 1000.0)
    assert share == pytest.approx(0.5, abs=0.05)


def test_surroundings_behind_a_drawing_are_not_seen() -> None:
    plan = make_plan("bus street", SIZE, 0)
    [bus] = plan.sprites
    low = replace(bus, x=500.0, baseline_y=1000.0, width=1100.0, height=560.0)
    before, after = (entry_of(each, "street") for each in (plan, replace(plan, sprites=(low,))))
    assert before.visible == 1.0 > after.visible


def test_what_cannot_be_drawn_cannot_be_added() -> None:
    found = entries("truck lid crumbs wall table street")
    missing = {noun: item.can_be_added for noun, item in found.items() if not item.count}
    assert missing == {"lid": False, "crumbs": False, "street": False}


def test_nouns_without_a_drawing_do_not_end_reflection() -> None:
    """The editor refused to add them, and two refusals ended it."""
    words = "lid crumbs large brown dog center street brown fire hydrant center"
    decoded = semcodec.decode(semcodec.pack(words, coding="utf8", size=(144, 96)))
    asked = [step.ask for step in decoded.steps[1:]]
    move, separate = (
        "Move the fire hydrant to the center.",
        "Move the fire hydrant to a free place.",
    )
    assert (asked, decoded.steps[-1].kept) == ([move, separate], True)


def test_no_account_of_the_picture_of_another_painter() -> None:
    backend = EmbeddedBackend()
    assert backend.painted_scene(Image.new("RGB", SIZE)) is None
    assert backend.painted_scene(backend.paint("dog", SIZE, 0).copy()) is None


def test_plan_never_leaves_the_memory() -> None:
    picture = EmbeddedPainter().paint("secret dog", SIZE, 0)
    plain = Image.frombytes("RGB", SIZE, picture.tobytes())
    assert plan_of(picture) is not None
    for options in ({"format": "PNG"}, {"format": "JPEG"}, {"format": "WEBP"}, {"format": "TIFF"}):
        files = [io.BytesIO(), io.BytesIO()]
        for image, file in zip((picture, plain), files, strict=True):
            image.save(file, **options)
        assert files[0].getvalue() == files[1].getvalue()
    assert picture.info == {}
    assert pickle.dumps(picture) == pickle.dumps(plain)
    copies = (picture.copy(), copy.copy(picture), copy.deepcopy(picture), picture.resize((9, 9)))
    assert not any(plan_of(image) for image in copies)
    assert pickle.loads(pickle.dumps(picture)).tobytes() == picture.tobytes()


@pytest.mark.parametrize("size", [(96, 96), (1, 1), (600, 4), (4, 600)])
def test_account_is_in_shares_of_the_picture(size: tuple[int, int]) -> None:
    for item in entries("two dogs left boat lake mountains zyxel", size).values():
        assert 0 <= item.x <= 1
        assert 0 <= item.y <= 1
        assert 0 <= item.visible <= 1


def test_half_figure_shows_its_activity() -> None:
    """Someone huge is drawn as a half figure, here of the drawing for the spacesuit."""
    found = entries("huge orange person astronaut spacesuit gray background")
    assert (found["astronaut spacesuit"].count, found["person"].size) == (1, "huge")
