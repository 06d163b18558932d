"""Pictures painted over a color layer."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from semcodec.backends.guides import Guide
from semcodec_embedded.painter import EmbeddedPainter, make_plan
from semcodec_embedded.painting.grading import ColorField, Grading, Part, Regions, grade
from semcodec_embedded.painting.lighting import layer_light
from semcodec_embedded.painting.scene import PlacedSprite
from semcodec_embedded.painting.visibility import covered_shares

SIZE = (192, 128)
Color = tuple[int, int, int]
GRAY: Color = (130, 130, 130)


def layer(upper: Color, lower: Color | None = None) -> Image.Image:
    """Return a layer that runs from one color to another one."""
    image = Image.new("RGB", (1, 2), upper)
    image.putpixel((0, 1), lower or upper)
    return image.resize((256, 171), Image.Resampling.BICUBIC)


def paint(prompt: str, colors: Image.Image | None = None) -> Image.Image:
    return EmbeddedPainter().paint(prompt, SIZE, 0, Guide(colors=colors))


def colors_of(image: Image.Image, noun: str) -> tuple[str, ...]:
    scene = EmbeddedPainter().painted_scene(image)
    assert scene
    return next(item.colors for item in scene.objects if item.noun == noun)


def pixels(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image, np.float64)


def difference(first: Image.Image, second: Image.Image, side: int) -> float:
    """Return the mean difference of two images, 0 to 255, after averaging to a small size."""
    small = (image.resize((side, side), Image.Resampling.BOX) for image in (first, second))
    one, other = map(pixels, small)
    return float(np.abs(one - other).mean())


def test_a_picture_without_a_color_layer_has_the_same_pixels() -> None:
    for prompt in ("blue sky green grass", "foggy night city", "red circles"):
        plain = EmbeddedPainter().paint(prompt, SIZE, 0)
        assert paint(prompt).tobytes() == plain.tobytes()


def test_the_scenery_has_the_colors_of_the_layer() -> None:
    wanted = layer((150, 90, 60), (60, 70, 110))
    for prompt in ("mountain lake", "brick wall", "room", "space"):
        assert difference(paint(prompt, wanted), wanted, 8) < 26
        assert difference(paint(prompt), wanted, 8) > 35


def test_the_scenery_keeps_its_details() -> None:
    for prompt in ("blue sky green grass", "room", "town street"):
        steps = [
            np.diff(pixels(image.convert("L")), axis=1).ravel()
            for image in (paint(prompt), paint(prompt, layer(GRAY)))
        ]
        assert np.corrcoef(*steps)[0, 1] > 0.8


def test_the_colors_change_at_the_drawn_edge() -> None:
    drawn = Image.new("RGB", (100, 100), (100, 100, 100))
    field = ColorField(layer((200, 180, 160), (40, 60, 80)), drawn.size, 1.0)
    free = np.zeros(field.grid.shape[:2], np.float32)
    graded, _ = grade(drawn, Regions(edge_y=500.0), Grading(field, free))
    rows = pixels(graded.convert("L")).mean(1)
    steps = [float(above - below) for above, below in pairwise(rows)]
    assert int(np.argmax(steps)) == 49
    assert steps[49] > 4 * sorted(steps)[-2]


def test_flat_scenery_has_no_strong_halo_at_an_edge() -> None:
    drawn = Image.new("RGB", (100, 100), (40, 80, 160))
    drawn.paste((220, 200, 120), (0, 50, 100, 100))
    field = ColorField(layer(GRAY), drawn.size, 1.0)
    free = np.zeros(field.grid.shape[:2], np.float32)
    graded, _ = grade(drawn, Regions(edge_y=500.0), Grading(field, free))
    rows = pixels(graded.convert("L")).mean(1)
    assert rows[49] < rows[50]  # the edge is still there
    assert np.ptp(rows[:49]) < 26
    assert np.ptp(rows[51:]) < 26


def test_a_color_that_the_words_state_is_shown_and_reported() -> None:
    image = paint("cow blue sky green grass", layer((120, 120, 120), (90, 90, 90)))
    top, bottom = pixels(image)[:20].mean((0, 1)), pixels(image)[-20:].mean((0, 1))
    assert top[2] > top[0] + 8
    assert bottom[1] > bottom[2] + 8
    assert colors_of(image, "sky") == ("blue",)
    assert colors_of(image, "grass") == ("green",)


def test_a_color_that_the_layer_contradicts_is_not_reported() -> None:
    image = paint("ball white background", layer((20, 20, 20)))
    assert pixels(image)[:20].mean() < 90
    assert colors_of(image, "background") == ()
    assert colors_of(paint("ball white background", layer((210, 205, 200))), "background") == (
        "white",
    )


def test_an_edit_keeps_the_layer_and_overrules_it_for_its_part() -> None:
    painter = EmbeddedPainter()
    image = paint("cow sky grass", layer((60, 70, 60), (50, 60, 50)))
    changed = painter.edit(image, "Recolor the sky red.", 0)
    top = pixels(changed)[:20].mean((0, 1))
    assert top[0] > top[1] + 20
    assert colors_of(changed, "sky") == ("red",)
    white = painter.edit(image, "Recolor the sky white.", 0)
    assert pixels(white)[:20].mean() > pixels(image)[:20].mean() + 60
    assert difference(image.crop((0, 90, 60, 128)), changed.crop((0, 90, 60, 128)), 4) < 6


def test_color_words_of_drawings_hold() -> None:
    red = pixels(paint("huge red bus", layer((60, 120, 60))))
    assert (red[..., 0] - red[..., 1] > 60).mean() > 0.1


@pytest.mark.parametrize("level", [10, 60, 128, 250])
def test_a_drawing_differs_from_what_is_behind_it(level: int) -> None:
    sprite = PlacedSprite("horse", 500.0, 900.0, 800.0, 700.0, (), "ground")
    picture = Image.new("RGB", (100, 100), (level,) * 3)
    drawing = Image.new("RGBA", (80, 70), (level, level, level, 255))
    field = ColorField(layer((level,) * 3), picture.size, 1.0)
    lit = layer_light(drawing, sprite, field, picture).apply(drawing)
    assert abs(pixels(lit)[0, 0, 0] - level) >= 27


def test_layer_changes_the_hue_of_animals_less_than_that_of_things() -> None:
    shifts = {}
    for name in ("horse", "car"):
        sprite = PlacedSprite(name, 500.0, 900.0, 800.0, 700.0, (), "ground")
        picture = Image.new("RGB", (100, 100), (60, 60, 60))
        drawing = Image.new("RGBA", (80, 70), (130, 130, 130, 255))
        light = layer_light(
            drawing, sprite, ColorField(layer((200, 60, 60)), picture.size, 1.0), picture
        )
        shifts[name] = light.red - light.blue
    assert 0 < shifts["horse"] < shifts["car"] / 3


def test_a_drawing_in_black_and_white_has_more_contrast() -> None:
    sprite = PlacedSprite("horse", 500.0, 900.0, 800.0, 700.0, (), "ground")
    picture = Image.new("RGB", (100, 100), (60, 60, 60))
    drawing = Image.new("RGBA", (80, 70), (60, 60, 60, 255))
    drawing.paste((180, 180, 180, 255), (0, 0, 40, 70))
    means, steps = [], []
    for is_gray in (False, True):
        field = ColorField(layer((60, 60, 60)), picture.size, 1.0, is_gray=is_gray)
        lit = pixels(layer_light(drawing, sprite, field, picture).apply(drawing))[..., 0]
        means.append(lit.mean())
        steps.append(np.ptp(lit))
    assert means[1] == pytest.approx(means[0], abs=3)
    assert steps[1] > 1.4 * steps[0]


def test_the_layer_has_no_colors_of_objects_beside_their_drawings() -> None:
    shape = (60, 60)
    covered = covered_shares((), [(0.25, 0.25, 0.75, 0.75)], 1000.0, shape)
    assert covered[30, 30] == 1
    assert covered[30, 12] > 0.5  # just outside of the box
    assert covered[2, 2] == 0
    red = layer(GRAY)
    red.paste((230, 20, 20), (64, 43, 192, 128))
    field = ColorField(red, (60, 60), 1.0)
    scenery = Image.new("RGB", (60, 60), GRAY)
    graded, _ = grade(scenery, Regions(parts=[Part()]), Grading(field, covered))
    assert np.ptp(pixels(graded)[30], axis=1).max() < 60


def test_the_layer_has_no_colors_of_objects_beside_an_edge_that_cuts_them_off() -> None:
    covered = covered_shares((), [(0.25, 0.25, 0.75, 1.0)], 1000.0, (60, 60))
    assert covered[58, 16] > 0.9


@pytest.mark.parametrize("color", [(50, 80, 40), (80, 76, 72)])
def test_what_is_no_sky_makes_the_sky_by_day_no_night(color: tuple[int, int, int]) -> None:
    sky = pixels(paint("boat water", layer(color)))[:30]
    assert sky.mean() > np.mean(color) + 25
    assert np.ptp(sky.mean((0, 1))) < 25
    blue = pixels(paint("boat water", layer((20, 50, 110))))[:30].mean((0, 1))
    night = pixels(paint("boat water night", layer(color)))[:30].mean((0, 1))
    assert blue.mean() < 80
    assert night.mean() < np.mean(color) + 15


def test_the_sky_has_no_spots_of_what_stands_before_it() -> None:
    spot = layer((140, 150, 160))
    spot.paste((30, 40, 110), (90, 50, 150, 85))
    sky = pixels(paint("cloudless sky water", spot)).mean(-1)[35:50]
    assert np.ptp(sky[:, 10:-10].mean(0)) < 25


def test_a_sky_in_black_and_white_has_no_edges() -> None:
    noise = np.random.default_rng(0).integers(39, 42, (171, 256, 3), np.uint8)
    sky = pixels(paint("cloudless sky water monochrome", Image.fromarray(noise)))[35:50, :, 0]
    assert np.ptp(sky[:, 10:-10].mean(0)) < 25


def test_trees_hide_a_sky_that_the_layer_does_not_have() -> None:
    def scale(prompt: str, color: tuple[int, int, int]) -> float:
        return make_plan(prompt, SIZE, 0, Guide(colors=layer(color))).environment.tree_scale

    assert scale("bear trees grass", (50, 80, 40)) > 2
    assert scale("bear trees grass", (90, 130, 180)) == 1
    assert scale("bear trees grass", (220, 215, 205)) == 1
    assert scale("bear trees blue sky", (50, 80, 40)) == 1
    assert scale("bear trees night", (20, 20, 10)) == 1


def test_the_horizon_is_that_of_the_layer() -> None:
    split = Image.new("RGB", (60, 60), (180, 200, 230))
    split.paste((60, 90, 40), (0, 40, 60, 60))
    plan = make_plan("cow grass", SIZE, 0, Guide(colors=split))
    assert plan.environment.horizon == pytest.approx(40 / 60, abs=0.02)
    usual = make_plan("cow grass", SIZE, 0).environment.horizon
    assert make_plan("cow grass", SIZE, 0, Guide(colors=layer(GRAY))).environment.horizon == usual
    low = Image.new("RGB", (60, 60), (180, 200, 230))
    low.paste((60, 90, 40), (0, 55, 60, 60))  # too far from the usual one
    assert make_plan("cow grass", SIZE, 0, Guide(colors=low)).environment.horizon == usual


def test_letters_stay_legible() -> None:
    for prompt in ("qwerty asdf", "cow qwerty asdf zxcv"):
        for level in (0, 255):
            gray = pixels(paint(prompt, layer((level,) * 3)).convert("L"))
            lettered = gray[-14:] if "cow" in prompt else gray[40:90]
            assert np.percentile(lettered, 90) > 165
            assert lettered.min() < 110


@pytest.mark.parametrize("size", [(1, 1), (96, 6), (6, 96), (40, 30)])
def test_any_layer_makes_a_picture(size: tuple[int, int]) -> None:
    noise = Image.effect_noise((64, 40), 200).convert("RGB")
    for colors in (noise, Image.new("RGB", (1, 1)), Image.new("L", (3, 200), 255)):
        for prompt in ("", "snowing monochrome street", "sea sailboat foggy night"):
            image = EmbeddedPainter().paint(prompt, size, 0, Guide(colors=colors))
            assert (image.size, image.mode) == (size, "RGB")
