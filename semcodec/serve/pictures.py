"""Pictures of requests and responses: data URLs and files in, base64 out; never a path or a URL."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from semcodec.backends.openai.picture_data import decode_data_url, is_data_url
from semcodec.errors import InputError
from semcodec.imaging import load, open_image, to_file
from semcodec.imaging.costs import webp_size
from semcodec.imaging.faults import describe_error
from semcodec.serve.problems import invalid_value_error
from semcodec.signatures import JPEG, PNG, WEBP, identify

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PICTURE_BYTES: Final = 2**24  #: of the file of a picture
FORMATS: Final = (PNG, JPEG, WEBP)  #: those that OpenAI accepts; others are rarer, and larger risks
READERS: Final = ("PNG", "JPEG")  #: Pillow's names of those whose headers it reads
OUTPUT_FORMATS: Final = ("png", "jpeg", "webp")
#: Between programs of one machine, time matters more than bytes: see bench/serve_overhead.py.
PNG_OPTIONS: Final = {"compress_level": 1}


def read_data_url(url: object, field: str) -> bytes:
    """Return the file in a data URL.

    Raises:
        RequestError: it is another URL or a path, which a server must not open, or is damaged.
    """
    if not isinstance(url, str) or not is_data_url(url):
        raise invalid_value_error(
            "A picture must be a data URL, such as data:image/png;base64,…; paths and other URLs "
            "are not opened.",
            field,
        )
    try:
        return check_file(decode_data_url(url), field)
    except ValueError as error:
        raise invalid_value_error(f"The picture is {error}: send base64.", field) from error


def check_file(data: bytes, field: str) -> bytes:
    """Return the file of a picture, of which nothing but the first bytes are read.

    Raises:
        RequestError: it is too large, or has another format.
    """
    if len(data) > MAX_PICTURE_BYTES:
        raise invalid_value_error(
            f"The picture has {len(data)} bytes, and the limit is {MAX_PICTURE_BYTES}: reduce it.",
            field,
        )
    if identify(data) not in FORMATS:
        names = ", ".join(file_type.name for file_type in FORMATS)
        raise invalid_value_error(f"The picture is not one of {names}: convert it.", field)
    return data


def read_size(data: bytes, field: str) -> tuple[int, int]:
    """Return the width and height in the header of a file, of which no pixel is decoded.

    Raises:
        RequestError: the header is damaged.
    """
    try:
        return webp_size(data) if identify(data) == WEBP else open_image(data, READERS).size
    except InputError as error:
        raise invalid_value_error(str(error), field) from error
    except Exception as error:  # Pillow may raise almost any type
        raise invalid_value_error(describe_error(data, error), field) from error


def open_picture(data: bytes, field: str) -> Image:
    """Return a picture in RGB, reduced if it is large.

    Only jobs call this, so that there is one picture in memory at a time.

    Raises:
        RequestError: it is damaged, or has too many pixels.
    """
    try:
        return load(data).image
    except InputError as error:
        raise invalid_value_error(str(error), field) from error


def encode_picture(image: Image, output_format: str) -> str:
    """Return ``image`` as a file in base64; ``output_format`` is one of ``OUTPUT_FORMATS``."""
    options = PNG_OPTIONS if output_format == "png" else {}
    return base64.b64encode(to_file(image, output_format.upper(), **options)).decode("ascii")
