"""Responses with status 200 whose image cannot be used, or is unusual."""

from __future__ import annotations

from typing import Final

from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import respond
from tests.backends.openai.faults.fault import (
    MALFORMED,
    RETRY,
    SUCCESS,
    Fault,
    lazily,
    respond_image,
)
from tests.images import huge_png

VALID_PNG: Final = fake_responses.png_file((512, 512))
NO_IMAGE: Final = "The model m returned no readable image to 'STAGE': try again."
TOO_LARGE: Final = (
    "The model m returned an image of over 16777216 pixels to 'STAGE': use another model."
)
IMAGES: Final = (
    Fault(
        "returns an empty list of images",
        respond(200, {"data": []}),
        f"{MALFORMED} (data is empty): {RETRY}",
        None,
    ),
    Fault(
        "returns the URL of an image",
        respond(200, {"data": [{"url": "http://a.example"}]}),
        f"{MALFORMED} (no image in b64_json): {RETRY}",
        None,
    ),
    Fault(
        "returns invalid base64",
        respond(200, {"data": [{"b64_json": "%%%"}]}),
        f"{MALFORMED} (b64_json is not base64): {RETRY}",
        None,
    ),
    Fault("returns base64 of something else", respond_image(b"hello"), NO_IMAGE, None),
    Fault("returns half an image", respond_image(VALID_PNG[: len(VALID_PNG) // 2]), NO_IMAGE, None),
    Fault(
        "returns a small file with 100 million pixels",
        lazily(lambda: respond_image(huge_png(10_000, 10_000))),
        TOO_LARGE,
        None,
    ),
    Fault(
        "returns a small file with 900 million pixels",
        lazily(lambda: respond_image(huge_png(30_000, 30_000))),
        TOO_LARGE,
        None,
    ),
    Fault(
        "returns an image of another size",
        respond_image(fake_responses.png_file((100, 60))),
        SUCCESS,
        None,
    ),
    Fault(
        "returns a palette image with transparency",
        respond_image(fake_responses.transparent_png()),
        SUCCESS,
        None,
    ),
)
