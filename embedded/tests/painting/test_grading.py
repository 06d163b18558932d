"""Scenery in the colors of a layer."""

from __future__ import annotations

import numpy as np
from PIL import Image

from semcodec.backends.guides import Guide
from semcodec_embedded.painter import EmbeddedPainter

SIZE = (192, 128)
PROMPTS = ("blue sky green grass", "kitchen", "gray background", "mountain lake", "table")


def paint(prompt: str, colors: Image.Image | None = None) -> Image.Image:
    return EmbeddedPainter().paint(prompt, SIZE, 0, Guide(colors=colors))


def layer(upper: tuple[int, int, int], lower: tuple[int, int, int]) -> Image.Image:
    """Return a layer that runs from one color to another one."""
    image = Image.new("RGB", (1, 2), upper)
    image.putpixel((0, 1), lower)
    return image.resize((256, 171), Image.Resampling.BICUBIC)


def difference(first: Image.Image, second: Image.Image, side: int) -> float:
    """Return the mean difference of two images, 0 to 255, after averaging to a small size."""
    small = (image.resize((side, side), Image.Resampling.BOX) for image in (first, second))
    one, other = (np.asarray(image, np.float32) for image in small)
    return float(np.abs(one - other).mean())


def details(image: Image.Image) -> np.ndarray:
    pixels = np.asarray(image.convert("L"), np.float32)
    return np.diff(pixels, axis=1).ravel()


def test_a_picture_without_a_color_layer_has_the_same_pixels() -> None:
    for prompt in PROMPTS[:2]:
        plain = EmbeddedPainter().paint(prompt, SIZE, 0)
        assert paint(prompt).tobytes() == plain.tobytes()


def test_the_scenery_has_the_colors_of_the_layer() -> None:
    wanted = layer((150, 90, 60), (60, 70, 110))
    for prompt in ("mountain lake", "brick wall", "room"):
        assert difference(paint(prompt, wanted), wanted, 8) < 14


def test_the_scenery_keeps_its_details() -> None:
    for prompt in ("blue sky green grass", "room", "town street"):
        drawn, graded = (
            details(paint(prompt)),
            details(paint(prompt, layer((120,) * 3, (140,) * 3))),
        )
        assert np.corrcoef(drawn, graded)[0, 1] > 0.8


def test_drawings_keep_their_colors() -> None:
    red = np.asarray(paint("huge red bus", layer((60, 120, 60), (60, 120, 60))), np.int16)
    assert (red[..., 0] - red[..., 1] > 90).mean() > 0.1
