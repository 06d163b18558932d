"""Decode pictures that are sent as text: base64 in all its variants, and ``data:`` URLs.

Servers wrap base64 in lines, leave out its padding, use the alphabet for URLs, or put a whole
``data:`` URL into ``b64_json``. All of these have only one meaning, so they are read. Anything
else, such as a character that is in no alphabet, is an error: if it were skipped, a damaged picture
could pass for a good one.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final
from urllib.parse import unquote_to_bytes

DATA_URL_PREFIX: Final = "data:"
MAX_MEDIA_TYPE: Final = 200  #: characters of the media type in a data URL, with its parameters
#: Escapes in a data URL; each takes a hundred times its length while it is decoded.
MAX_ESCAPES: Final = 200_000
SIGNATURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
WHITESPACE: Final = b" \t\r\n\v\f"
URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")


def is_picture_file(data: bytes) -> bool:
    """Return whether ``data`` begins as a PNG, JPEG, GIF or WebP file, and as no JSON does."""
    return data.startswith(SIGNATURES)


def is_data_url(text: str) -> bool:
    """Return whether ``text`` is a ``data:`` URL."""
    return text[:64].lstrip()[: len(DATA_URL_PREFIX)].lower() == DATA_URL_PREFIX


def decode_data_url(url: str) -> bytes:
    """Return the data in a ``data:`` URL.

    Raises:
        ValueError: the URL has no data, or its base64 is not valid.
    """
    start = url.index(":") + 1
    comma = url.find(",", start, start + MAX_MEDIA_TYPE)
    if comma < 0:
        raise ValueError("a data URL without data")
    is_base64 = url[start:comma].rstrip().lower().endswith(";base64")
    text = url[comma + 1 :]
    if is_base64 and "%" not in text:
        return decode_base64(text)
    if text.count("%") > MAX_ESCAPES:
        raise ValueError(f"a data URL with over {MAX_ESCAPES} escapes")
    data = unquote_to_bytes(text)
    return decode_base64(data.decode("latin-1")) if is_base64 else data


def decode_base64(text: str) -> bytes:
    """Return the data in ``text``, in base64 with either alphabet, in lines, and padded or not.

    Raises:
        ValueError: it contains other characters, or ends in the middle of a byte.
    """
    if not text.isascii():
        raise ValueError("not base64")
    encoded = text.encode("ascii").translate(URL_SAFE, WHITESPACE).rstrip(b"=")
    encoded += b"=" * (-len(encoded) % 4)
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
