"""Bring pictures to the size that was asked for: crop to its aspect ratio, enlarge and reduce."""

from __future__ import annotations

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
    width, height = _cropped_size(image.size, size)
    if (width, height) == image.size:
        return image
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def _cropped_size(picture: Size, size: Size) -> Size:
    """Return the largest size within ``picture`` that has the aspect ratio of ``size``."""
    (width, height), (across, down) = picture, size
    if width * down > height * across:
        return max(1, round(height * across / down)), height
    return width, max(1, round(width * down / across))


def is_larger(size: Size, picture: Size) -> bool:
    """Return whether a side of ``size`` is longer than the same side of ``picture``."""
    return size[0] > picture[0] or size[1] > picture[1]
