"""Messages for what cannot be read as an image: each names the type of the file."""

from __future__ import annotations

from typing import Final

from semcodec.bitstream.framing import MAGIC
from semcodec.bitstream.framing.text import PREFIXES
from semcodec.errors import InputError
from semcodec.signatures import HEAD_SIZE, RAW, SVG, FileType, decode_text

ADVICE: Final = "use a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP image"
_ADVICE_OF_TYPES: Final = {
    SVG.name: "export it as PNG",
    RAW.name: "save it as JPEG with a raw converter",
    "a Git LFS pointer": "fetch the file itself with git lfs pull",
    "an HTML page": "save the image in it, not the page",
    "a data URL": "pass the bytes that it encodes",
}
_ADVICE_OF_KINDS: Final = {
    "image": "save it as PNG or JPEG",
    "document": "save a page of it as PNG or JPEG",
    "video": "save a frame of it as PNG or JPEG",
    "archive": "unpack it, and pass an image in it",
}


def refuse(data: bytes, file_type: FileType | None) -> str:
    """Return the message for a file that no reader is for.

    Example:
        >>> refuse(b"%PDF-1.7", FileType("a PDF document", "document"))
        'This is a PDF document: save a page of it as PNG or JPEG.'
    """
    if not data:
        return f"The image file is empty: {ADVICE}."
    if data.startswith((MAGIC, *PREFIXES.values())):
        return "This is a semcodec record, not an image: decode it to get an image."
    if file_type is None:
        is_text = decode_text(data[:HEAD_SIZE]) is not None
        return f"This is {'a text' if is_text else 'an unknown type of file'}: {ADVICE}."
    advice = _ADVICE_OF_KINDS.get(file_type.kind, ADVICE)
    return f"This is {file_type.name}: {_ADVICE_OF_TYPES.get(file_type.name, advice)}."


def missing_extra(file_type: FileType, extra: str) -> str:
    """Return the message for a format that an optional package reads."""
    return (
        f"This is {file_type.name}: pip install 'semcodec[{extra}]' to read it, or save it as JPEG."
    )


def check_webp_length(data: bytes) -> None:
    """Check that a WebP file is complete: its decoder reads nothing of one that is not.

    Raises:
        InputError: its end is missing.
    """
    if len(data) < 8 + int.from_bytes(data[4:8], "little"):
        raise InputError(
            "This file begins like a WebP image, but it is cut off: use a complete copy."
        )
