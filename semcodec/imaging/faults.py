"""Messages for files that cannot be opened: unsupported, damaged, or too large for the memory.

Pillow has one kind of exception for all of them, so this module separates them by its text, and by
what the file itself states about its coding.
"""

from __future__ import annotations

import mmap
import re
import struct
from typing import Final

from semcodec.imaging import jpeg_files
from semcodec.imaging.tiff_files import iter_directories
from semcodec.signatures import BMP, ICON, JPEG, JPEG_2000, NETPBM, TIFF, FileType, identify

MAX_REASON: Final = 120  #: characters of an error of a library that are shown
OUT_OF_MEMORY: Final = (
    "Opening the image needs more memory than there is: close other programs, or resize it."
)
COMPRESSION_TAG, BITS_TAG, PHOTOMETRIC_TAG = 259, 258, 262
#: Codings of TIFF that Pillow always reads: none, CCITT, LZW, JPEG, deflate, PackBits.
_COMMON_COMPRESSIONS: Final = (1, 2, 3, 4, 5, 7, 8, 32773, 32946)
_COMPRESSIONS: Final = {
    6: "old JPEG", 9: "JBIG", 10: "JBIG", 32766: "NeXT", 32809: "ThunderScan", 34661: "JBIG",
    34676: "SGI Log", 34677: "SGI Log", 34712: "JPEG 2000", 34887: "LERC", 34892: "lossy JPEG",
    34925: "LZMA", 34926: "Zstandard", 34927: "WebP", 34933: "PNG", 34934: "JPEG XR",
    50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
}  # fmt: skip
#: JPEG codings by the marker of the frame, except baseline and progressive.
_JPEG_CODINGS: Final = {
    0xC3: "lossless coding", 0xC5: "hierarchical coding", 0xC6: "hierarchical coding",
    0xC7: "hierarchical coding", 0xC9: "arithmetic coding", 0xCA: "arithmetic coding",
    0xCB: "lossless arithmetic coding", 0xCD: "hierarchical coding", 0xCE: "hierarchical coding",
    0xCF: "hierarchical coding", 0xF7: "JPEG-LS coding",
}  # fmt: skip
JPEG_BITS: Final = 8  #: of a sample, that are read

#: What a file uses that Pillow cannot read, by the text of its error; ``{}`` is the first group.
_UNSUPPORTED: Final = (
    (r"Unsupported BMP header type \((\d{1,3})\)", "a header of {} bytes"),
    (r"Unsupported BMP pixel depth \(([1-9]|[1-6]\d)\)", "{} bits a pixel"),
    (r"Unsupported BMP compression \((\d{1,2})\)", "compression {}"),
    (r"Unsupported BMP bitfields layout", "an unusual layout of its bits"),
    (r"Unsupported BMP Palette size \((\d{1,3})\)", "a palette of {} colors"),
    (r"cannot handle (\d+)-bit layers", "samples of {} bits"),
    (r"cannot handle (\d+)-layer images", "{} color bands"),
    (r"unable to determine J2K image mode", "an unusual number of color bands"),
    (r"Windows Media Photo", "JPEG XR compression"),
    (r"decoder (\w+) not available", "the decoder {}, which this Pillow lacks"),
    (r"unrecognized image mode|unrecognized raw mode|bad configuration", "an unusual layout"),
    (r"(?i)((?:unsupported(?! BMP)|not (?:yet )?supported|not implemented).*)", "something ({})"),
)
#: What is damaged, by the text of the error. The errors of Python name no part of the file.
_DAMAGE: Final = (
    (r"(?i)truncated|not enough (?:image )?data|end of (?:file|data)|EOF|incomplete"
     r"|requires a buffer|out of range|expected to read",
     "it ends too early"),
    (r"(?i)checksum|header|IHDR|IFD|marker|dimensions|identified|no reader|unknown"
     r"|Invalid value|BMP",
     "its header makes no sense"),
    (r"(?i)broken data stream|decod|buffer overrun|unrecognized data|corrupt|frame|tile|bitstream"
     r"|the file is damaged",
     "its pixels cannot be decoded"),
)  # fmt: skip
_STATED: Final = "Security limit exceeded"
_MEMORY: Final = r"(?i)out of memory|memory (?:error|allocation)|allocat|not enough memory"


def describe_error(data: bytes, error: Exception) -> str:
    """Return the message for an error of the reader of ``data``, such as Pillow."""
    reason = " ".join(str(error).split())
    is_stated = _STATED in reason  # libheif compares sizes with each other, and calls it memory
    if isinstance(error, MemoryError) or (re.search(_MEMORY, reason) and not is_stated):
        return OUT_OF_MEMORY
    file_type = identify(data)
    if type(error).__name__ == "DecompressionBombError":
        return "The image is too large for Pillow: resize it, or save it as baseline JPEG."
    if used := _find_unsupported(data, file_type, reason):
        name = "image" if file_type is None else file_type.name.partition(" ")[2]
        return f"The {name} uses {used}, which cannot be read: save it as PNG or JPEG."
    name = "The image" if file_type is None else f"This file begins like {file_type.name}, but it"
    return f"{name} is damaged ({_describe_damage(error, reason)}): use another copy."


def _find_unsupported(data: bytes, file_type: FileType | None, reason: str) -> str:
    """Return what a file uses that cannot be read; "" if nothing is known."""
    for pattern, used in _UNSUPPORTED:
        if match := re.search(pattern, reason):
            return used.format(*(group[:MAX_REASON] for group in match.groups()))
    if file_type == TIFF:
        return _unsupported_tiff(data, reason)
    if file_type == JPEG:
        return _unsupported_jpeg(data)
    if file_type == NETPBM and data.startswith(b"P7"):
        return "the format PAM"
    if (
        file_type == BMP
        and data[14:18] == b"\x0c\0\0\0"
        and data[24:26] not in (b"\1\0", b"\x18\0")
    ):
        return "an old layout of OS/2"
    if file_type == ICON and data.startswith(b"\0\0\2\0"):
        return "the format of a cursor"
    if file_type == JPEG_2000:
        return _unsupported_jpeg_2000(data)
    return ""


def _unsupported_tiff(data: bytes, reason: str) -> str:
    entries = next(iter_directories(data, 1), [])
    values = {entry.tag: entry.value for entry in entries}
    compression = values.get(COMPRESSION_TAG, 1)
    if values.keys() >= {BITS_TAG, PHOTOMETRIC_TAG} and "unknown pixel mode" in reason:
        return "an unusual layout of its samples"
    if compression in _COMMON_COMPRESSIONS:
        return ""
    return f"{_COMPRESSIONS.get(compression, f'unknown ({compression})')} compression"


def _unsupported_jpeg(data: bytes) -> str:
    for marker, start, _ in jpeg_files.iter_segments(data):
        if marker in _JPEG_CODINGS:
            return _JPEG_CODINGS[marker]
        if marker in (0xC0, 0xC1, 0xC2) and data[start + 4 : start + 5] != bytes([JPEG_BITS]):
            return f"samples of {data[start + 4]} bits" if start + 4 < len(data) else ""
    return ""


def _unsupported_jpeg_2000(data: bytes) -> str:
    """Name bands that Pillow cannot show: more than four, deeper than 16 bits, or with a sign."""
    try:
        start = data.index(b"\xff\x4f\xff\x51")
        (bands,) = struct.unpack_from(">H", data, start + 40)
        depths = data[start + 42 : start + 42 + 3 * bands : 3]
    except (ValueError, struct.error):
        return ""
    if bands > 4:
        return f"{bands} color bands"
    bits = max((depth & 0x7F) + 1 for depth in depths or b"\7")
    return f"samples of {bits} bits" if bits > 16 else ""


def _describe_damage(error: Exception, reason: str) -> str:
    for pattern, damage in _DAMAGE:
        if re.search(pattern, reason):
            return damage
    if isinstance(error, OSError | SyntaxError) and reason:
        return reason[:MAX_REASON]
    return "its header makes no sense"


def is_memory_short(needed: int) -> bool:
    """Return whether ``needed`` bytes cannot be allocated; nothing is written to them."""
    try:
        with mmap.mmap(-1, max(1, needed)):
            return False
    except (OSError, ValueError, OverflowError):
        return True
