"""Images that a server paints: every kind that it may return comes out with the right colors."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.recording import ModelRequest, ModelResponse

RAMP = Image.linear_gradient("L").resize((64, 64))
RGB = Image.merge("RGB", (RAMP, RAMP.rotate(90), RAMP.rotate(180)))


def deep(image: Image.Image) -> Image.Image:
    """Return a gray image with 16 bits per sample."""
    return image.convert("I").point(lambda value: value * 257).convert("I;16")


def paint(image: Image.Image, file_format: str, **options: Any) -> Image.Image:
    """Return what a server's image results in."""
    out = io.BytesIO()
    image.save(out, file_format, **options)

    def send(request: ModelRequest) -> ModelResponse:
        return ModelResponse(image=out.getvalue())

    return OpenAIBackend(base_url="http://127.0.0.1:9/v1", painter="m", send=send).paint(
        "a boat", (64, 64), 0
    )


@pytest.mark.parametrize(
    ("image", "options"),
    [
        (RAMP, {"file_format": "PNG"}),
        (deep(RAMP), {"file_format": "PNG"}),
        (RAMP.convert("LA"), {"file_format": "PNG"}),
        (RGB, {"file_format": "PNG"}),
        (RGB.convert("RGBA"), {"file_format": "PNG"}),
        (RGB, {"file_format": "WEBP", "lossless": True}),
        (RGB, {"file_format": "PNG", "save_all": True, "append_images": [RGB.rotate(90)]}),
        (RGB, {"file_format": "WEBP", "lossless": True, "save_all": True, "append_images": [RGB]}),
        (RGB, {"file_format": "JPEG", "quality": 100, "subsampling": 0}),
        (RGB.convert("CMYK"), {"file_format": "JPEG", "quality": 100, "subsampling": 0}),
        (Image.new("RGB", (1, 1), (9, 200, 9)), {"file_format": "PNG"}),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else value["file_format"],
)
def test_colors_of_a_painted_image_are_kept(image: Image.Image, options: dict[str, Any]) -> None:
    painted = paint(image, **options).convert("RGB")
    expected = (RAMP if image.mode == "I;16" else image).convert("RGB")
    assert painted.size == expected.size
    differences = [abs(a - b) for a, b in zip(painted.tobytes(), expected.tobytes(), strict=True)]
    assert max(differences) <= 6
