"""Responses with status 200 whose image cannot be used, or is unusual."""

from __future__ import annotations

import base64
import io
import textwrap
from typing import Any, Final

from PIL import Image

from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, respond
from tests.backends.openai.faults.fault import (
    KEY,
    MALFORMED,
    OTHER,
    PAGE,
    SUCCESS,
    Fault,
    lazily,
    respond_image,
)
from tests.images import huge_png

VALID_PNG: Final = fake_responses.png_file((512, 512))
ANSWERED: Final = "The server URL answered 'STAGE' with"
ASK_BASE64: Final = "start the server with its option for pictures in base64 (b64_json)"
_ENCODED: Final = base64.urlsafe_b64encode(VALID_PNG).decode().rstrip("=")
WRAPPED: Final = "\n".join(textwrap.wrap(_ENCODED, 76))
SVG: Final = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
IN_PLACE: Final = (
    "to 'STAGE' in place of a PNG, JPEG or WebP image: use another painter, since another attempt "
    "may be billed and return the same."
)
DAMAGED: Final = (
    "to 'STAGE' that is damaged: try again, which may be billed again, or use another painter."
)
TOO_LARGE: Final = (
    "The model m returned an image of over 16777216 pixels to 'STAGE': use another model."
)


def file_of(image_format: str, size: tuple[int, int], mode: str = "RGB", **options: Any) -> bytes:
    """Return an image file of one color, which is small at any size."""
    out = io.BytesIO()
    Image.new(mode, size, 128).save(out, image_format, **options)
    return out.getvalue()


def respond_file(
    image_format: str, size: tuple[int, int], mode: str = "RGB", **options: Any
) -> Behavior:
    """Respond with such a file."""
    return lazily(lambda: respond_image(file_of(image_format, size, mode, **options)))


def animation(image_format: str) -> Behavior:
    """Respond with an image of 20 frames."""
    frames = [Image.new("RGB", (64, 64), (0, 9 * number, 200)) for number in range(20)]
    return respond_file(image_format, (64, 64), save_all=True, append_images=frames, duration=50)


def readable(name: str, behavior: Behavior) -> Fault:
    """Return the fault of a server with an unusual image, which can be read."""
    return Fault(name, behavior, SUCCESS, None)


def unreadable(name: str, data: bytes, returned: str, advice: str = IN_PLACE) -> Fault:
    """Return the fault of a server with an image that cannot be read."""
    return Fault(name, respond_image(data), f"The model m returned {returned} {advice}", None)


IMAGES: Final = (
    Fault("returns an empty list of images", respond(200, {"data": []}),
          f"{MALFORMED} (data is empty): {OTHER}", None),
    Fault("returns an object in place of a list of images", respond(200, {"data": {}}),
          f"{MALFORMED} (data is empty): {OTHER}", None),
    Fault("returns the URL of an image on another server",
          respond(200, {"data": [{"url": f"http://a.example:80/1.png?key={KEY}"}]}),
          f"{ANSWERED} a picture at another address (http://a.example), which is not fetched: "
          f"{ASK_BASE64}.", None),
    Fault("returns neither an image nor a URL",
          respond(200, {"data": [{"revised_prompt": "a boat"}]}),
          f"{MALFORMED} (no image in b64_json or url): {OTHER}", None),
    Fault("returns a number in place of an image", respond(200, {"data": [{"b64_json": 1}]}),
          f"{MALFORMED} (no image in b64_json or url): {OTHER}", None),
    Fault("returns invalid base64", respond(200, {"data": [{"b64_json": "%%%"}]}),
          f"{MALFORMED} (b64_json is not base64): {OTHER}", None),
    unreadable("returns base64 of something else", b"hello", "5 bytes of unknown data"),
    unreadable("returns a web page as image", PAGE, "an HTML page"),
    unreadable("returns an SVG drawing", SVG, "an SVG drawing"),
    unreadable("returns a GIF image", file_of("GIF", (64, 64)), "a GIF image"),
    unreadable("returns a TIFF image", file_of("TIFF", (64, 64)), "a TIFF image"),
    unreadable("returns a BMP image", file_of("BMP", (64, 64)), "a BMP image"),
    unreadable("returns half an image", VALID_PNG[: len(VALID_PNG) // 2], "a PNG image", DAMAGED),
    unreadable("returns half a JPEG image", file_of("JPEG", (512, 512))[:700], "a JPEG image",
               DAMAGED),
    Fault("returns a small file with 100 million pixels",
          lazily(lambda: respond_image(huge_png(10_000, 10_000))), TOO_LARGE, None),
    Fault("returns a small file with 900 million pixels",
          lazily(lambda: respond_image(huge_png(30_000, 30_000))), TOO_LARGE, None),
    Fault("returns a WebP image with 20 million pixels",
          respond_file("WEBP", (5_000, 4_000), lossless=True, method=0), TOO_LARGE, None),
    Fault("returns a JPEG image with 20 million pixels",
          respond_file("JPEG", (5_000, 4_000), "L", progressive=True), TOO_LARGE, None),
    Fault("returns an image of one pixel by 100 million",
          lazily(lambda: respond_image(huge_png(1, 10**8))), TOO_LARGE, None),
    readable("returns an image as a data URL",
             respond(200, {"data": [{"url": f"data:image/png;base64,{WRAPPED}"}]})),
    readable("returns base64 in lines, in the alphabet of URLs",
             respond(200, {"data": [{"b64_json": WRAPPED}]})),
    readable("returns an image file in place of JSON",
             respond(200, VALID_PNG, kind="image/png")),
    readable("returns an image file as text", respond(200, VALID_PNG, kind="text/plain")),
    readable("returns an image of another size",
             respond_image(fake_responses.png_file((100, 60)))),
    readable("returns an image of one pixel", respond_image(fake_responses.png_file((1, 1)))),
    readable("returns a palette image with transparency",
             respond_image(fake_responses.transparent_png())),
    readable("returns an animated PNG image", animation("PNG")),
    readable("returns an animated WebP image", animation("WEBP")),
    readable("returns a CMYK image", respond_file("JPEG", (64, 64), "CMYK")),
    readable("returns an image with 16 bits per channel", respond_file("PNG", (64, 64), "I;16")),
)  # fmt: skip
