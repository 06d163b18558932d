"""Reduce an image while it is decoded, a strip of rows at a time.

Pillow decodes a whole image before it can be reduced, at 4 bytes a pixel. A panorama in PNG, or the
pixels that WebP and others return as bytes, are therefore read here in strips. Each has a multiple
of ``factor`` rows, so the result is that of reducing the whole image.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from semcodec.imaging.chunks import iter_chunks
from semcodec.imaging.metadata import BITS_TAG

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile
    from PIL.ImagePalette import ImagePalette

STRIP_BYTES: Final = 2**22  #: of the pixels of a strip, about
INPUT_BYTES: Final = 2**18  #: compressed bytes that are read at once
#: Modes whose pixels have no mean: indices, bits, 16-bit values (Pillow cannot average them), and
#: values some of which may mark missing data.
_UNORDERED_MODES: Final = ("1", "P", "PA", "I", "F")
#: Modes of 1 to 4 bytes a pixel, by the number of bytes.
_BYTE_MODES: Final = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_BANDS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  #: by color type of PNG


def reduce_pixels(image: Image, factor: int) -> Image:
    """Return ``image`` reduced by a whole factor; pixels that have no mean are picked."""
    if factor == 1:
        return image
    reducer, rows = StripReducer(Layout.of(image), factor), strip_rows(4 * image.width, factor)
    for top in range(0, image.height, rows):  # Pillow makes a copy of transparent images
        reducer.add(image.crop((0, top, image.width, min(image.height, top + rows))))
    return reducer.image


def _reduce_strip(strip: Image, factor: int) -> Image:
    if _is_ordered(strip.mode):
        return strip.reduce(factor)
    columns, rows = max(1, strip.width // factor), max(1, strip.height // factor)
    box = (0, 0, min(strip.width, columns * factor), min(strip.height, rows * factor))
    return strip.resize((columns, rows), 0, box)


def _is_ordered(mode: str) -> bool:
    """Return whether the values of pixels have a mean."""
    return not (mode in _UNORDERED_MODES or mode.startswith("I;16"))


class Layout(NamedTuple):
    """What a file states about an image whose pixels are not decoded."""

    mode: str
    size: tuple[int, int]
    info: dict[str | tuple[int, int], Any]
    palette: ImagePalette | None

    @classmethod
    def of(cls, image: Image) -> Layout:
        """Return the layout of an opened file."""
        return cls(image.mode, image.size, dict(image.info), image.palette)


class StripReducer:
    """Collects the strips of an image, and reduces each of them.

    Attributes:
        image: the reduced image.
    """

    def __init__(self, layout: Layout, factor: int) -> None:
        from PIL import Image as pil  # noqa: N813

        self._factor, self._row = factor, 0
        width, height = layout.size
        if not _is_ordered(layout.mode):
            width, height = width - width % factor, height - height % factor
        size = max(1, -(-width // factor)), max(1, -(-height // factor))
        self.image: Image = pil.new(layout.mode, size)
        self.image.info = layout.info
        if layout.palette is not None:
            self.image.putpalette(layout.palette)

    def add(self, strip: Image) -> None:
        """Add the next strip: a multiple of ``factor`` rows, except at the end of the image."""
        if self._row < self.image.height:
            reduced = _reduce_strip(strip, self._factor)
            self.image.paste(reduced, (0, self._row))
            self._row += reduced.height


def strip_rows(row_bytes: int, factor: int) -> int:
    """Return the number of rows of a strip."""
    return factor * max(1, STRIP_BYTES // (row_bytes * factor))


class Rows(NamedTuple):
    """Where the rows of an image that is not compressed are in its file.

    Attributes:
        start: the offset of the first byte.
        size: width and height of the stored image, which an orientation may turn.
        raw_mode: Pillow's name of the layout of the pixels.
        stride: bytes of a row.
        is_flipped: whether the lowest row is the first one.
    """

    start: int
    size: tuple[int, int]
    raw_mode: str
    stride: int
    is_flipped: bool = False


def find_rows(image: ImageFile, file_bytes: int) -> Rows | None:
    """Return the rows of an image whose pixels are not compressed, and stand together; or None."""
    tiles: list[Any] = list(image.tile)
    if not tiles or any(tile[0] != "raw" for tile in tiles):
        return None
    # Not that of ``image``: Pillow states the size of a TIFF image after its orientation.
    width, height = tiles[0][1][2], tiles[-1][1][3]
    if width * height != image.width * image.height:
        return None
    if any((tile[1][0], tile[1][2]) != (0, width) for tile in tiles):
        return None
    layouts = {(tile[3], 0, 1) if isinstance(tile[3], str) else tuple(tile[3]) for tile in tiles}
    raw_mode, stride, step = layouts.pop()
    if bits := getattr(image, "tag_v2", {}).get(BITS_TAG):
        stride = -(-width * sum(bits) // 8)
    elif not stride and raw_mode == image.mode:
        stride = width * len(image.getbands())
    heights = [tile[1][3] - tile[1][1] for tile in tiles]
    ends = [tile[2] + height * stride for tile, height in zip(tiles, heights, strict=True)]
    are_together = all(tile[2] == end for tile, end in zip(tiles[1:], ends, strict=False))
    if layouts or not stride or sum(heights) != height or ends[-1] > file_bytes:
        return None
    return (
        Rows(tiles[0][2], (width, height), raw_mode, stride, step == -1) if are_together else None
    )


def reduce_rows(layout: Layout, data: bytes, rows: Rows, factor: int) -> Image:
    """Return a reduced image from its pixels in memory."""
    from PIL import Image as pil  # noqa: N813

    reducer, count = StripReducer(layout, factor), strip_rows(rows.stride, factor)
    view, (width, all_rows) = memoryview(data)[rows.start :], rows.size
    for top in range(0, all_rows, count):
        size = width, min(count, all_rows - top)
        content = view[top * rows.stride : (top + size[1]) * rows.stride]
        reducer.add(pil.frombytes(layout.mode, size, content, "raw", rows.raw_mode, rows.stride))
    if rows.is_flipped:
        return reducer.image.transpose(pil.Transpose.FLIP_TOP_BOTTOM)
    return reducer.image


# --- PNG ------------------------------------------------------------------------------------------


def reduce_png(data: bytes, header: ImageFile, factor: int) -> tuple[Image, float]:
    """Return a reduced image from a PNG file that is not interlaced, and the share of missing rows.

    A row is stored as differences from its neighbors, one of five filters for each row. They work
    on bytes, so Pillow undoes them in images of 8 bits a band, whatever the samples are. The row
    above a strip is added to it, without a filter.
    """
    from PIL import Image as pil  # noqa: N813

    depth, color_type = data[24], data[25]
    bits = _BANDS[color_type] * depth
    row_bytes = -(-header.width * bits // 8)
    rows = strip_rows(row_bytes, factor)
    reducer = StripReducer(Layout.of(header), factor)
    # Pillow drops the lower bytes of colors of 16 bits, which do not depend on the higher ones.
    is_halved = depth == 16 and color_type != 0
    bands = max(1, bits // (16 if is_halved else 8))
    raw_mode = _BYTE_MODES[bands] if is_halved else header.tile[0].args
    above = bytes(row_bytes // 2 if is_halved else row_bytes)
    done = 0
    for content in _read_rows(data, row_bytes + 1, rows, header.height):
        if is_halved:
            content = _drop_lower_bytes(content, row_bytes + 1)
        height = len(content) // (len(above) + 1)
        plain = _undo_filters(content, above, bands)
        above = plain[-len(above) :]
        strip = pil.frombytes(header.mode, (header.width, height), plain, "raw", raw_mode)
        reducer.add(strip)
        done += height
    return reducer.image, 1 - done / header.height


def _read_rows(data: bytes, row_bytes: int, rows: int, height: int) -> Iterator[bytes]:
    """Yield the rows of a PNG file, ``rows`` at a time, with their filters, up to damage."""
    content, remaining = bytearray(), height
    for piece in _decompress(data, row_bytes * rows):
        content += piece
        while len(content) >= row_bytes * min(rows, remaining) and remaining:
            count = min(rows, remaining)
            yield bytes(content[: row_bytes * count])
            del content[: row_bytes * count]
            remaining -= count
        if not remaining:
            return
    if count := min(remaining, len(content) // row_bytes):
        yield bytes(content[: row_bytes * count])


def _decompress(data: bytes, max_bytes: int) -> Iterator[bytes]:
    """Yield the content of the IDAT chunks, at most ``max_bytes`` at a time, up to damage."""
    decompressor, view = zlib.decompressobj(), memoryview(data)
    for name, start, end in iter_chunks(data):
        for at in range(start + 8, end - 4 if name == b"IDAT" else 0, INPUT_BYTES):
            piece = bytes(view[at : min(at + INPUT_BYTES, end - 4)])
            while piece:
                try:
                    yield decompressor.decompress(piece, max_bytes)
                except zlib.error:
                    return
                piece = decompressor.unconsumed_tail


def _drop_lower_bytes(content: bytes, row_bytes: int) -> bytes:
    """Return rows of 16-bit samples, each after the byte of its filter, as rows of 8 bits."""
    starts = range(0, len(content), row_bytes)
    return b"".join(content[at : at + 1] + content[at + 1 : at + row_bytes : 2] for at in starts)


def _undo_filters(content: bytes, above: bytes, bands: int) -> bytes:
    """Return rows without their filters, for pixels of ``bands`` bytes."""
    from PIL import Image as pil  # noqa: N813

    mode, width = _BYTE_MODES[bands], len(above) // bands
    size = width, len(content) // (len(above) + 1) + 1
    stored = zlib.compress(b"\0" + above + content, 0)  # not compressed
    return pil.frombytes(mode, size, stored, "zip", mode, 0).tobytes()[len(above) :]
