"""Responses with status 200 whose image cannot be used, or is unusual."""

from __future__ import annotations

import base64
import textwrap
from typing import Final

from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import respond
from tests.backends.openai.faults.fault import (
    KEY,
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
ANSWERED: Final = "The server URL answered 'STAGE' with"
ASK_BASE64: Final = "start the server with its option for pictures in base64 (b64_json)"
_ENCODED: Final = base64.urlsafe_b64encode(VALID_PNG).decode().rstrip("=")
WRAPPED: Final = "\n".join(textwrap.wrap(_ENCODED, 76))
IMAGES: Final = (
    Fault(
        "returns an empty list of images",
        respond(200, {"data": []}),
        f"{MALFORMED} (data is empty): {RETRY}",
        None,
    ),
    Fault(
        "returns the URL of an image on another server",
        respond(200, {"data": [{"url": f"http://a.example:80/1.png?key={KEY}"}]}),
        f"{ANSWERED} a picture at another address (http://a.example), which is not fetched: "
        f"{ASK_BASE64}.",
        None,
    ),
    Fault(
        "returns neither an image nor a URL",
        respond(200, {"data": [{"revised_prompt": "a boat"}]}),
        f"{MALFORMED} (no image in b64_json or url): {RETRY}",
        None,
    ),
    Fault(
        "returns an image as a data URL",
        respond(200, {"data": [{"url": f"data:image/png;base64,{WRAPPED}"}]}),
        SUCCESS,
        None,
    ),
    Fault(
        "returns base64 in lines, in the alphabet of URLs",
        respond(200, {"data": [{"b64_json": WRAPPED}]}),
        SUCCESS,
        None,
    ),
    Fault(
        "returns an image file in place of JSON",
        respond(200, VALID_PNG, kind="image/png"),
        SUCCESS,
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
