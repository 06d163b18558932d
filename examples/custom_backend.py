"""A backend of your own: a describer and a painter that know nothing but colors.

    python examples/custom_backend.py [PICTURE.png]

A backend is any object with the method of a role; docs/backends.md has all roles and hooks.
"""

import sys
from pathlib import Path

from PIL import Image, ImageColor

import semcodec

COLORS = ("black", "gray", "white", "red", "orange", "yellow", "green", "blue", "purple", "brown")


class Colors:
    """Describes an image by its mean color, and paints that color."""

    name = "colors"

    def describe(self, image: Image.Image) -> str:
        """Return a sentence with the name of the color that is nearest to the mean of ``image``."""
        mean = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        distances = {
            name: sum((a - b) ** 2 for a, b in zip(mean, ImageColor.getrgb(name), strict=True))
            for name in COLORS
        }
        return f"A picture that is mostly {min(distances, key=distances.__getitem__)}."

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        """Return a picture of ``size`` pixels in the first color that ``prompt`` names."""
        color = next((word for word in prompt.lower().split() if word in COLORS), "gray")
        return Image.new("RGB", size, color)


path = Path(sys.argv[1] if len(sys.argv) > 1 else "picture.png")
photograph = Image.new("RGB", (640, 480), (225, 30, 35))

encoded = semcodec.encode(photograph, backend=Colors())
print(f"{len(encoded.data)} bytes: {encoded.record.text}")

decoded = semcodec.decode(encoded.data, backend=Colors(), size=(64, 48))
decoded.image.save(path)
print(f"{path}: {decoded.image.getpixel((0, 0))}")
