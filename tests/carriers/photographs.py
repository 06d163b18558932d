"""Simulated photographs of printed QR codes: rotated, blurred, noisy, unevenly lit, compressed."""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageChops, ImageFilter

from semcodec.carriers import qr

WORDS: Final = (
    "huge orange astronaut spacesuit gray background black below red cup coffee table brown cat "
    "lake boat wooden bridge old man hat snow mountain bright window green tree street dog"
).split()
PAPER: Final = 215  #: gray level of the paper


@dataclass(frozen=True, slots=True)
class Strength:
    """How bad a photograph is.

    Attributes:
        module: pixels of a module.
        blur: standard deviation of the blur, in modules.
        noise: amplitude of uniform noise, in gray levels up to 255.
        tilt: how much shorter the farther side of the code is, as a share of its length.
        shade: how much darker the darkest corner is, as a share.
        quality: of the JPEG file.
    """

    module: float
    blur: float
    noise: int
    tilt: float
    shade: float
    quality: int


#: From what a screenshot is to what fails for most codes.
LADDER: Final = {
    "screenshot": Strength(8, 0.0, 0, 0.00, 0.0, 95),
    "good photograph": Strength(6, 0.15, 10, 0.05, 0.3, 85),
    "usual photograph": Strength(5, 0.25, 25, 0.10, 0.5, 75),
    "small": Strength(2, 0.15, 0, 0.05, 0.3, 85),
    "out of focus": Strength(6, 0.5, 0, 0.05, 0.5, 75),
    "dark and noisy": Strength(6, 0.1, 70, 0.10, 0.7, 60),
    "bad": Strength(5, 0.45, 30, 0.10, 0.6, 60),
    "hopeless": Strength(4, 0.8, 60, 0.20, 0.7, 40),
}
#: The strengths at which every code is read.
READABLE: Final = tuple(LADDER)[:6]


def random_words(rng: random.Random) -> list[str]:
    """Return 3..14 words."""
    return rng.sample(WORDS, rng.randint(3, 14))


def photograph(record: bytes, strength: Strength, rng: random.Random) -> bytes:
    """Return a JPEG file with a photograph of the code of ``record``, at a random angle."""
    with Image.open(io.BytesIO(qr.write(record))) as printed:
        code = printed.convert("L")
    side = round(code.width / qr.MODULE_PIXELS * strength.module)
    code = code.resize((side, side), Image.Resampling.LANCZOS).point(lambda v: 25 + v * 190 // 255)
    photo = Image.new("L", (side * 2, side * 2), PAPER)
    photo.paste(code, (side // 2, side // 2))
    photo = _tilt(photo, strength.tilt, rng)
    photo = photo.rotate(rng.uniform(0, 360), Image.Resampling.BICUBIC, fillcolor=PAPER)
    photo = photo.filter(ImageFilter.GaussianBlur(strength.blur * strength.module))
    photo = _add_noise(_shade(photo, strength.shade, rng), strength.noise, rng)
    file = io.BytesIO()
    photo.convert("RGB").save(file, "JPEG", quality=strength.quality)
    return file.getvalue()


def _tilt(image: Image.Image, tilt: float, rng: random.Random) -> Image.Image:
    """Return ``image`` as seen from a side: the homography that narrows one edge."""
    bend = tilt / image.height * rng.choice((-1, 1))
    middle = image.width / 2
    # x' = (x + bend * middle * y) / (1 + bend * y) keeps the middle column in place.
    data = (1, bend * middle, 0, 0, 1, 0, 0, bend)
    return image.transform(
        image.size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BICUBIC, fillcolor=PAPER
    )


def _shade(image: Image.Image, shade: float, rng: random.Random) -> Image.Image:
    """Return ``image`` darker towards a random side."""
    side = math.ceil(image.width * math.sqrt(2))
    gradient = Image.linear_gradient("L").resize((side, side)).rotate(rng.uniform(0, 360))
    inset = (side - image.width) // 4
    gradient = gradient.crop((inset, inset, side - inset, side - inset)).resize(image.size)
    return ImageChops.multiply(image, gradient.point(lambda v: round(255 - shade * (255 - v))))


def _add_noise(image: Image.Image, amplitude: int, rng: random.Random) -> Image.Image:
    noise = Image.frombytes("L", image.size, rng.randbytes(image.width * image.height))
    noise = noise.point(lambda v: 128 + (v - 128) * amplitude // 128)
    return ImageChops.add(image, noise, offset=-128)
