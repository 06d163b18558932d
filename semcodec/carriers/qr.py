"""QR codes: a record as a picture or as lines for a terminal, and the contents of codes in a photo.

The writer uses segno and the reader zxing-cpp, which also reads Aztec, Data Matrix and others. Both
are imported late. A code written here has the smallest version (number of modules) that fits, and
the highest error correction that fits into that version: correction that costs nothing.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from semcodec import imaging
from semcodec.bitstream import Record, repack, unpack
from semcodec.bitstream.framing import MAGIC
from semcodec.choices import QrKind, check_choice, values_of
from semcodec.errors import BackendError, InputError
from semcodec.forks import block_fork

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_CHARACTERS: Final = 4296  #: alphanumeric characters of version 40 with error correction L
MODULE_PIXELS: Final = 10  #: width of a module in a PNG, so that screens show it without scaling
QUIET_ZONE: Final = 4  #: light modules around a code, required by ISO/IEC 18004
MAX_CODE_PIXELS: Final = 2**24  #: of a picture that is searched; a larger one is reduced first
MAX_FILTERED_PIXELS: Final = 2**23  #: of the other versions of it, each of which takes a second

#: An upper and a lower module in one character of a terminal, which is twice as high as wide.
_HALF_BLOCKS: Final = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
#: Black on white from the fixed part of the 256 colors, which no theme changes. Without colors the
#: code would be inverted on a dark terminal, and some phones do not read inverted codes.
_BLACK_ON_WHITE: Final = "\x1b[38;5;16;48;5;231m"
_DEFAULT_COLORS: Final = "\x1b[0m"


def write(record: bytes | str | Record, kind: QrKind = "png") -> bytes:
    """Return a QR code that contains ``record`` as a text form ``qr``, with a quiet zone.

    Args:
        record: one record in any framing, or a ``Record``; a check that it has is kept if its
            framing is ``"qr"``.
        kind: ``"png"`` and ``"svg"`` give the bytes of a file, black on white; ``"text"`` gives
            lines of half blocks in UTF-8, dark where the code is, and ``"terminal"`` the same with
            escape sequences for black on white.

    Raises:
        InputError: the text form has over 4,296 characters, or ``kind`` is not one of these.
        BackendError: segno is not installed.
        FormatError, UnsupportedError: as for ``unpack``.

    Example:
        >>> import semcodec.carriers
        >>> record = semcodec.pack("red boat on a lake", coding="lexicon")
        >>> semcodec.carriers.qr.write(record, "png")[:4]
        b'\\x89PNG'
    """
    kind = check_choice("kind of QR code", kind, values_of(QrKind))
    text = _text_form(record)
    code = _make_code(text)
    if kind in ("text", "terminal"):
        return _to_lines(code, has_colors=kind == "terminal").encode()
    file = io.BytesIO()
    # Both colors are stated: without a background, an SVG is unreadable on a dark page.
    options: dict[str, Any] = {"title": text} if kind == "svg" else {}
    code.save(
        file,
        kind=kind,
        scale=MODULE_PIXELS,
        border=QUIET_ZONE,
        dark="#000",
        light="#fff",
        **options,
    )
    return file.getvalue()


def read(picture: bytes | Image) -> list[bytes]:
    """Return the contents of the codes in a picture, in the order in which they are found.

    The codes may be rotated, mirrored, inverted or in perspective. Text is returned in UTF-8.
    Several versions of the picture are searched, until one of them has a code.

    Args:
        picture: the bytes of an image file, or a PIL image.

    Raises:
        InputError: the picture cannot be read; as for ``imaging.load``.
        BackendError: zxing-cpp or Pillow is not installed.
    """
    return next(filter(None, map(read_codes, versions(imaging.load(picture).image))), [])


def read_codes(gray: Image) -> list[bytes]:
    """Return the contents of the codes that are found in a grayscale image as it is."""
    zxing = _import_zxing()
    pixels = memoryview(gray.tobytes()).cast("B", (gray.height, gray.width))
    codes = zxing.read_barcodes(pixels, text_mode=zxing.TextMode.Plain)
    return [_content(code) for code in codes]


def versions(image: Image) -> Iterator[Image]:
    """Yield an image in grayscale, and versions in which small, noisy and blurred codes are read.

    Each is larger or slower to make than the one before. ``bench/qr_codes.py`` counts what each of
    them adds.
    """
    from PIL import Image, ImageFilter

    gray = _reduce(image.convert("L"), MAX_CODE_PIXELS)
    yield gray
    scale = 1
    gray = _reduce(gray, MAX_FILTERED_PIXELS)
    if 4 * gray.width * gray.height <= MAX_FILTERED_PIXELS:
        scale = 2
        gray = gray.resize((gray.width * 2, gray.height * 2), Image.Resampling.BICUBIC)
        yield gray  # for modules of 1.5 to 2 pixels
    sharpen = functools.partial(ImageFilter.UnsharpMask, percent=300, threshold=0)
    yield gray.filter(sharpen(radius=2 * scale))  # for blur
    yield gray.filter(ImageFilter.GaussianBlur(scale))  # for noise
    smooth = gray.filter(ImageFilter.GaussianBlur(1.5 * scale))
    yield smooth.filter(sharpen(radius=4 * scale))  # for both


def _reduce(gray: Image, max_pixels: int) -> Image:
    """Return an image of at most ``max_pixels``: itself, or each pixel the mean of several."""
    factor = 1
    while gray.width * gray.height > max_pixels * factor**2:
        factor += 1
    return gray if factor == 1 else gray.reduce(factor)


def _text_form(record: bytes | str | Record) -> str:
    value = record if isinstance(record, Record) else unpack(record)
    text = repack(value, framing="qr").decode("ascii")
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"The record needs {len(text):,} characters and a QR code has at most "
            f"{MAX_CHARACTERS:,}: use fewer words, or a file."
        )
    return text


def _make_code(text: str) -> Any:
    segno = _import_segno()
    # Micro QR codes would be smaller, but phones do not read them.
    return segno.make(text, mode="alphanumeric", error="l", boost_error=True, micro=False)


def _to_lines(code: Any, *, has_colors: bool) -> str:
    """Return two rows of modules in each line; every line sets and resets its own colors."""
    rows = [list(row) for row in code.matrix_iter(border=QUIET_ZONE)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    start, end = (_BLACK_ON_WHITE, _DEFAULT_COLORS) if has_colors else ("", "")
    lines = (
        "".join(_HALF_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )
    return "".join(f"{start}{line}{end}\n" for line in lines)


def _content(code: Any) -> bytes:
    """Return the bytes of a code that contains a file, and otherwise its text."""
    raw: bytes = code.bytes
    return raw if raw.startswith(MAGIC) else str(code.text).encode("utf-8", "replace")


def _import_segno() -> Any:
    try:
        with block_fork():  # a child forked during an import would wait for it forever
            import segno
    except ImportError as error:
        message = "Writing QR codes needs segno: pip install 'semcodec[qr]'."
        raise BackendError(message, backend="segno", stage="write") from error
    return segno


def _import_zxing() -> Any:
    try:
        with block_fork():
            import zxingcpp
    except ImportError as error:
        message = "Reading QR codes needs zxing-cpp: pip install 'semcodec[qr]'."
        raise BackendError(message, backend="zxing-cpp", stage="read") from error
    return zxingcpp
