"""The segments of a JPEG file: which of them Pillow needs, and how many scans there are.

Pillow keeps all segments, and joins those of EXIF in a time that is quadratic in their number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from semcodec.imaging.excerpt import Parts

START_OF_SCAN: Final = 0xDA  #: marker in a JPEG file
END_OF_IMAGE: Final = b"\xff\xd9"
APP0, APP1, APP2, APP14, APP15, COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
MAX_SEGMENTS: Final = 2**16  #: that are read of one file
MAX_PROFILE_SEGMENTS: Final = 64  #: of 64 KB, which are 4 MB: limit of a color profile
#: Segments of metadata that are kept, by marker and first bytes, and how many. The others are
#: previews, other pictures of the same file (MPF), and notes of programs.
_KEPT: Final = (
    (APP0, b"JFIF", 1),
    (APP1, b"Exif\0", 1),
    (APP1, b"http://ns.adobe.com/xap/1.0/", 1),  # may have the orientation
    (APP2, b"ICC_PROFILE\0", MAX_PROFILE_SEGMENTS),
    (APP14, b"Adobe", 1),
)


def iter_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of the segments up to the first scan, with its header."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        if data[at : at + 1] != b"\xff" or at + 4 > len(data):
            return
        marker = data[at + 1]
        has_no_content = marker == 1 or 0xD0 <= marker <= 0xD9
        is_padding = marker == 0xFF
        length = 1 if is_padding else 2 if has_no_content else 2 + _length(data, at)
        yield marker, at, at + length
        if marker == START_OF_SCAN:
            return
        at += length


def _length(data: bytes, at: int) -> int:
    return int.from_bytes(data[at + 2 : at + 4], "big")


def keep_needed(data: bytes) -> Parts:
    """Return the parts of a JPEG file without the metadata that are of no use here."""
    view, counts = memoryview(data), dict.fromkeys(_KEPT, 0)
    parts, start = [], 0
    for marker, begin, end in iter_segments(data):
        is_metadata = APP0 <= marker <= APP15 or marker == COMMENT
        if is_metadata and not _is_kept(data, marker, begin, counts):
            parts.append(view[start:begin])
            start = end
    return [*parts, view[start:]]


def _is_kept(
    data: bytes, marker: int, begin: int, counts: dict[tuple[int, bytes, int], int]
) -> bool:
    for kind in _KEPT:
        if marker == kind[0] and data.startswith(kind[1], begin + 4):
            counts[kind] += 1
            return counts[kind] <= kind[2]
    return False


def count_scanned_components(data: bytes) -> int:
    """Return the number of components in the first scan of a JPEG file; 0 if it is not found."""
    for marker, begin, _ in iter_segments(data):
        if marker == START_OF_SCAN:
            return data[begin + 4] if begin + 4 < len(data) else 0
    return 0


def count_scans(data: bytes) -> int:
    """Return the number of scans of a JPEG file, or a few more.

    The marker does not occur in compressed pixels; it may in the preview in EXIF.
    """
    return data.count(bytes([0xFF, START_OF_SCAN]))
