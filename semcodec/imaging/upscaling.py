"""Bring pictures to the size that was asked for: crop to its aspect ratio, enlarge and reduce."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

Size = tuple[int, int]  #: width and height in pixels


class LanczosUpscaler:
    """The default upscaler: Lanczos resampling, which adds no detail and needs no model."""

    name = "lanczos"

    def upscale(self, image: Image, size: Size) -> Image:
        """Return ``image`` scaled to ``size``, width and height in pixels."""
        return resample(image, size)


def resample(image: Image, size: Size) -> Image:
    """Return ``image`` at ``size`` by Lanczos resampling; the object itself if it has that size."""
    from PIL.Image import Resampling

    return image if image.size == size else image.resize(size, Resampling.LANCZOS)


def crop_to_aspect(image: Image, size: Size) -> Image:
    """Return the middle of ``image`` in the aspect ratio of ``size``, up to part of a pixel.

    Nothing is resampled, and the object itself is returned if nothing has to be cut away.
    """
    box = kept_box(image.size, size)
    return image if box[2:] == image.size else image.crop(box)


def kept_box(picture: Size, size: Size) -> tuple[int, int, int, int]:
    """Return the edges of what ``crop_to_aspect`` keeps of a picture: left, top, right, bottom."""
    width, height = _cropped_size(picture, size)
    left, top = (picture[0] - width) // 2, (picture[1] - height) // 2
    return left, top, left + width, top + height


def surround(image: Image, box: tuple[int, int, int, int], size: Size) -> Image:
    """Return a picture of ``size`` with ``image`` in ``box``, and its outermost pixels around it.

    Args:
        image: a picture of any size; it is scaled.
        box: left, top, right and bottom edge in pixels, within ``size``.
        size: width and height of the result.
    """
    from PIL import Image as pil  # noqa: N813  # the usual name of the module's functions

    left, top, right, bottom = box
    inner = image.resize((max(1, right - left), max(1, bottom - top)))
    columns = ((0, left, 0), (left, right, None), (right, size[0], inner.width - 1))
    rows = ((0, top, 0), (top, bottom, None), (bottom, size[1], inner.height - 1))
    result = pil.new(image.mode, size)
    for (start, end, column), (above, below, row) in product(columns, rows):
        x0, x1 = (0, inner.width) if column is None else (column, column + 1)
        y0, y1 = (0, inner.height) if row is None else (row, row + 1)
        if end > start and below > above:
            part = inner.crop((x0, y0, x1, y1)).resize((end - start, below - above))
            result.paste(part, (start, above))
    return result


def _cropped_size(picture: Size, size: Size) -> Size:
    """Return the largest size within ``picture`` that has the aspect ratio of ``size``."""
    (width, height), (across, down) = picture, size
    if width * down > height * across:
        return max(1, round(height * across / down)), height
    return width, max(1, round(width * down / across))


def is_larger(size: Size, picture: Size) -> bool:
    """Return whether a side of ``size`` is longer than the same side of ``picture``."""
    return size[0] > picture[0] or size[1] > picture[1]
