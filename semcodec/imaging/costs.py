"""What it takes to decode an image: derived from its header, before any pixel is decoded."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from semcodec.errors import InputError
from semcodec.imaging import chunks, jpeg_files
from semcodec.imaging.frames import MAX_FRAMES
from semcodec.imaging.limits import (
    BYTES_PER_CODE_BLOCK,
    BYTES_PER_PIXEL,
    CODE_BLOCK_BYTES,
    FILE_COPIES,
    LEVEL_BYTES,
    MAX_BANDS,
    MAX_FILE_TAG_VALUES,
    MAX_ICON_PIXELS,
    MAX_LEVEL_BYTES,
    MAX_PIXELS,
    MAX_SCANS,
    MAX_SLOW_PIXELS,
    MAX_TAG_BYTES,
    MAX_TAG_VALUES,
    MAX_TILE_BYTES,
    MAX_TILES,
    METADATA_COPIES,
    ORDINARY_BYTES_PER_PIXEL,
    SMALL_FILE_BYTES,
    check_memory,
    check_size,
    mode_bytes,
    reduction_factor,
)
from semcodec.imaging.tiff_files import iter_directories
from semcodec.signatures import FileType

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

PROGRESSIVE: Final = ("progressive", "progression")  #: what Pillow notes of such a JPEG image
#: Decoders of Pillow that are written in Python, and what they decode.
SLOW_DECODERS: Final = {"ppm_plain": "text", "ppm": "16 bits", "bmp_rle": "RLE"}
#: Tags of TIFF.
BITS, COMPRESSION, ORIENTATION, ROWS_PER_STRIP, TILE_WIDTH, TILE_HEIGHT = (
    258,
    259,
    274,
    278,
    322,
    323,
)
SAMPLES_TAG: Final = 277
MAX_TIFF_SAMPLES: Final = 6  #: of a pixel of TIFF, that Pillow reads
UNCOMPRESSED, JPEG_COMPRESSION = 1, 7  #: compressions of TIFF
#: The headers of a progressive frame of 8 bits, and of a scan of one component, in JPEG data.
#: Neither marker occurs in compressed pixels.
PROGRESSIVE_FRAME: Final = re.compile(rb"\xff[\xc2\xca]\0[\x08-\x14]\x08")
SINGLE_SCAN: Final = b"\xff\xda\0\x08\x01"
#: Positions in the box av1C of AVIF (AV1 in ISOBMFF, 2.3.3): more than 8 bits, and no chroma
#: subsampling across and down.
AV1_DEEP, AV1_SUBSAMPLED_BOTH = 0x40, 0x0C
JPEG_2000_START: Final = b"\xff\x4f\xff\x51"  #: the first two markers of a codestream
MAX_MARKERS: Final = 64  #: in the header of a codestream, that are read
MAX_LEVELS: Final = 5  #: that an image is reduced by: a factor of 32
MAX_AVIF_HEADER: Final = 2**20  #: bytes that are searched for it


def describe(file_type: FileType) -> str:
    """Return the name of a file type without its article."""
    return file_type.name.partition(" ")[2]


def check_whole(image: ImageFile, data: bytes, file_type: FileType) -> None:
    """Check an image that Pillow decodes at full size.

    Raises:
        InputError: it takes too much memory or time.
    """
    what = describe(file_type)
    check_size(*image.size, what)
    pixel_bytes: float = mode_bytes(image.mode)
    decoder = image.tile[0][0] if image.tile else ""
    if image.format == "TIFF":
        pixel_bytes += _tiff_bytes(image, data)
    elif decoder in ("ppm", "ppm_plain"):  # in Python, and collects all samples
        pixel_bytes += 2 * mode_bytes(image.mode) + len(image.getbands())
        check_size(*image.size, f"{what} in {SLOW_DECODERS[decoder]}", MAX_SLOW_PIXELS)
    elif decoder in SLOW_DECODERS:
        check_size(*image.size, f"{what} in {SLOW_DECODERS[decoder]}", MAX_SLOW_PIXELS)
    check_memory(what, image.size, pixel_bytes, len(data))


def _tiff_bytes(image: Any, data: bytes) -> float:
    """Return the bytes that libtiff takes for a pixel: a strip, and a copy to turn it upright.

    A tile may be larger than the image. It is decoded all the same.
    """
    tags, (width, height) = image.tag_v2, image.size
    bits = tags.get(BITS, (1,))
    sample_bytes = sum(bits) / 8 if isinstance(bits, tuple) else 4
    if tags.get(COMPRESSION, 1) == JPEG_COMPRESSION and _keeps_coefficients(data, len(bits)):
        sample_bytes += 2 * len(bits)
    total = 0.0
    if tags.get(COMPRESSION, 1) != UNCOMPRESSED:
        rows = tags.get(ROWS_PER_STRIP, height)
        rows = min(rows, height) if isinstance(rows, int) else height
        sides = tags.get(TILE_WIDTH, width), tags.get(TILE_HEIGHT, rows)
        area = sides[0] * sides[1] if all(isinstance(side, int) for side in sides) else 2**32
        total += sample_bytes * area / (width * height)
        if area > width * height:
            _check_tile(sides, sample_bytes * area)
    if tags.get(ORIENTATION, 1) != 1:
        total += mode_bytes(image.mode)
    return total


def _keeps_coefficients(data: bytes, samples: int) -> bool:
    """Return whether JPEG data in a TIFF file come in several scans, so that all are kept."""
    return bool(PROGRESSIVE_FRAME.search(data)) or (samples > 1 and SINGLE_SCAN in data)


def _check_tile(sides: tuple[int, int], needed: float) -> None:
    """Check the memory for a tile that is larger than its image."""
    if needed > MAX_TILE_BYTES:
        raise InputError(
            f"The TIFF image has tiles of {sides[0]} x {sides[1]} pixels, which are larger than "
            f"the image and need {needed / 1e6:.0f} MB (the limit is {MAX_TILE_BYTES // 10**6}): "
            "save it as PNG or JPEG."
        )


def check_tags(data: bytes) -> None:
    """Check the metadata of a TIFF file, all of which Pillow reads when it opens the file.

    Raises:
        InputError: those of a page are too large.
    """
    all_numbers = 0
    for entries in iter_directories(data, MAX_FRAMES):
        numbers = sum(entry.numbers for entry in entries if entry.size < len(data))
        all_numbers += numbers
        if numbers > MAX_TAG_VALUES or all_numbers > MAX_FILE_TAG_VALUES:
            raise InputError(
                f"The TIFF image has {numbers} numbers in the metadata of a page and {all_numbers} "
                f"up to it (the limits are {MAX_TAG_VALUES} and {MAX_FILE_TAG_VALUES}): save it as "
                "PNG or JPEG."
            )
        total = sum(entry.size for entry in entries if entry.size < len(data))
        samples = max((entry.value for entry in entries if entry.tag == SAMPLES_TAG), default=1)
        if samples > MAX_TIFF_SAMPLES:  # Pillow would print a message
            raise InputError(
                f"The TIFF image uses {samples} samples a pixel, which cannot be read: save it as "
                "PNG or JPEG."
            )
        if total > MAX_TAG_BYTES:
            raise InputError(
                f"The TIFF image has {total // 10**6} MB of metadata, and the limit is "
                f"{MAX_TAG_BYTES // 10**6}: save it as PNG or JPEG."
            )


def check_icon(data: bytes) -> None:
    """Check the pictures of a Windows icon, each of which has its real size in its own header.

    Raises:
        InputError: one is too large, or they have too many chunks.
    """
    for width, height in _icon_sizes(data):
        if abs(width * height) > MAX_ICON_PIXELS:
            raise InputError(
                f"The Windows icon has a picture that is too large ({abs(width)} x "
                f"{abs(height)} pixels, and the limit is {MAX_ICON_PIXELS / 1e6:.1f} million): "
                "save it as PNG."
            )


def _icon_sizes(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield all sizes that the pictures of an icon state.

    A PNG picture may have several headers. Pillow uses the last one before the pixels.
    """
    starts = set()
    with suppress(struct.error):
        (count,) = struct.unpack_from("<H", data, 4)
        for index in range(count):
            starts.add(struct.unpack_from("<I", data, 6 + 16 * index + 12)[0])
    left = chunks.MAX_CHUNKS  # of all pictures together: their entries may share chunks
    for at in sorted(starts):
        if not data.startswith(b"\x89PNG", at):
            with suppress(struct.error):
                yield struct.unpack_from("<ii", data, at + 4)
            continue
        for name, start, _ in chunks.iter_chunks(data, at):
            left -= 1
            if name == b"IDAT":
                break
            if left <= 0:
                raise InputError(
                    f"The Windows icon has {chunks.MAX_CHUNKS} chunks before pixels: "
                    "save it as PNG."
                )
            if name == b"IHDR":
                with suppress(struct.error):
                    yield struct.unpack_from(">ii", data, start + 8)


def check_jpeg(header: Any, reduced: ImageFile, data: bytes) -> None:
    """Check a JPEG image.

    The decoder needs memory for the reduced image only. But it keeps all coefficients, 2 bytes
    each, if they come in several scans, as in progressive images.

    Raises:
        InputError: it takes too much memory or time.
    """
    size, other = header.size, len(data)
    pixels = mode_bytes(header.mode) * reduced.width * reduced.height
    is_progressive = any(note in header.info for note in PROGRESSIVE)
    if not is_progressive and jpeg_files.count_scanned_components(data) >= header.layers:
        check_memory("JPEG image", size, pixels / (size[0] * size[1]), other)
        return
    factors = [(component[1], component[2]) for component in header.layer] or [(1, 1)]
    largest = max(h for h, _ in factors) * max(v for _, v in factors)
    coefficients = 2 * sum(h * v for h, v in factors) / max(1, largest)
    check_memory("progressive JPEG image", size, coefficients + pixels / (size[0] * size[1]), other)
    check_scans(data)


def check_scans(data: bytes) -> None:
    """Check the number of scans of a JPEG image, each of which takes time for all pixels.

    Raises:
        InputError: there are more than ``MAX_SCANS``.
    """
    if (scans := jpeg_files.count_scans(data)) > MAX_SCANS:
        raise InputError(
            f"The progressive JPEG image has {scans} scans and the limit is {MAX_SCANS}: save it "
            "as baseline JPEG."
        )


def check_decoded(
    size: tuple[int, int], data: bytes, file_type: FileType, *, is_ordinary: bool = False
) -> None:
    """Check an image whose reader returns all pixels as bytes.

    Args:
        is_ordinary: whether ``ORDINARY_BYTES_PER_PIXEL`` applies.

    Raises:
        InputError: it takes too much memory.
    """
    what = describe(file_type)
    check_size(*size, what)
    pixel_bytes = BYTES_PER_PIXEL[file_type]
    if is_ordinary:
        pixel_bytes = ORDINARY_BYTES_PER_PIXEL[file_type]
    check_memory(what, size, pixel_bytes, _copied_bytes(data))


def check_file(data: bytes, file_type: FileType) -> None:
    """Check the size of a file whose reader copies its metadata before it returns the size.

    Raises:
        InputError: it takes too much memory.
    """
    check_memory(describe(file_type), (1, 1), 1, _copied_bytes(data))


def _copied_bytes(data: bytes) -> int:
    large = max(0, len(data) - SMALL_FILE_BYTES)
    return FILE_COPIES * len(data) + METADATA_COPIES * large


def webp_size(data: bytes) -> tuple[int, int]:
    """Return the size of a WebP image, before its reader allocates the canvas (RFC 9649, 2)."""
    kind, start = data[12:16], data.startswith(b"\x2f", 20)
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L" and start:
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data.ljust(30, b"\0"), 26)
    return width & 0x3FFF, height & 0x3FFF


def is_ordinary_avif(data: bytes) -> bool:
    """Return whether all pictures in an AVIF file have 8 bits, and fewer colors than pixels."""
    found = re.findall(rb"av1C\x81.(.)", data[:MAX_AVIF_HEADER], re.DOTALL)
    flags = [match[0] for match in found]
    return bool(flags) and not any(
        flag & AV1_DEEP or (flag & AV1_SUBSAMPLED_BOTH) != AV1_SUBSAMPLED_BOTH for flag in flags
    )


# --- JPEG 2000 ------------------------------------------------------------------------------------


def choose_level(data: bytes) -> int:
    """Return by how many levels a JPEG 2000 image is reduced: each halves its sides.

    Raises:
        InputError: it takes too much memory even so.
        ValueError: the file lacks the header.
    """
    start = data.index(JPEG_2000_START)
    right, bottom, left, top, across, down = struct.unpack_from(">6I", data, start + 8)
    (bands,) = struct.unpack_from(">H", data, start + 40)
    size = right - left, bottom - top
    check_size(*size, "JPEG 2000 image", MAX_PIXELS)
    tiles = -(-right // max(1, across)) * -(-bottom // max(1, down))
    if tiles > MAX_TILES or bands > MAX_BANDS:
        raise InputError(
            f"The JPEG 2000 image has {tiles} tiles of {bands} bands (the limits are {MAX_TILES} "
            f"and {MAX_BANDS}): save it as JPEG or PNG."
        )
    block_bytes = BYTES_PER_CODE_BLOCK * bands / _smallest_block(data, start)
    other_bytes = max(CODE_BLOCK_BYTES, block_bytes)
    wanted = reduction_factor(*size).bit_length() - 1
    levels, level = _count_levels(data, start), 0
    while level < levels and (
        level < wanted or _level_bytes(size, bands, level, other_bytes) > MAX_LEVEL_BYTES
    ):
        level += 1
    pixel_bytes = _level_bytes(size, bands, level, other_bytes) / (size[0] * size[1])
    check_memory("JPEG 2000 image", size, pixel_bytes, 2 * len(data))
    return level


def _level_bytes(size: tuple[int, int], bands: int, level: int, other_bytes: float) -> float:
    """Return the memory for an image that is reduced by ``level`` levels.

    Args:
        other_bytes: for a pixel of the full size.
    """
    pixel_bytes = other_bytes + (LEVEL_BYTES * bands + LEVEL_BYTES) / 4**level
    return float(size[0] * size[1] * pixel_bytes)


def _iter_markers(data: bytes, at: int) -> Iterator[tuple[bytes, int]]:
    """Yield the second byte and the place of each marker of a header of JPEG 2000."""
    for _ in range(MAX_MARKERS):
        if not data.startswith(b"\xff", at) or data[at + 1 : at + 2] in (b"\x90", b"\x93"):
            return
        yield data[at + 1 : at + 2], at
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def _iter_headers(data: bytes, start: int) -> Iterator[int]:
    """Yield where the markers of the main header and of the headers of tile parts begin."""
    at = start + 2
    yield at
    for _, begin in _iter_markers(data, at):
        at = begin + 2 + int.from_bytes(data[begin + 2 : begin + 4], "big")
    for _ in range(MAX_TILES):  # the marker of a tile part has its length
        if not data.startswith(b"\xff\x90", at):
            return
        yield at + 12
        length = int.from_bytes(data[at + 6 : at + 10], "big")
        if not length:  # the last one
            return
        at += length


def _smallest_block(data: bytes, start: int) -> int:
    """Return the smallest area of a code block, or of the part of it in a precinct.

    COD states the coding of all bands, COC that of one (ISO/IEC 15444-1, A.6.1 and A.6.2).
    """
    areas = [64 * 64]
    for header in _iter_headers(data, start):
        for marker, at in _iter_markers(data, header):
            if marker not in (b"\x52", b"\x53"):
                continue
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            style_at, values_at = (at + 4, at + 9) if marker == b"\x52" else (at + 5, at + 6)
            values = data[values_at:end]  # levels, width, height, style, transform, precincts
            if len(values) < 5:
                continue
            width, height = (values[1] & 15) + 2, (values[2] & 15) + 2
            if data[style_at] & 1:
                width = min([width, *((value & 15) - 1 for value in values[5:])])
                height = min([height, *((value >> 4) - 1 for value in values[5:])])
            areas.append(1 << max(0, width) + max(0, height))
    return min(areas)


def _count_levels(data: bytes, start: int) -> int:
    """Return the number of levels of a JPEG 2000 image, as the marker COD states it; 0 if none."""
    for marker, at in _iter_markers(data, start + 2):
        if marker == b"\x52":
            return min(MAX_LEVELS, data[at + 9]) if at + 9 < len(data) else 0
    return 0
