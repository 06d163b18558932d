"""Open, orient, color-manage, fit and save images with Pillow: the layer below the backends.

``load`` returns one upright RGB image in sRGB for any input: palette, CMYK, 16 bits, transparent,
rotated by its EXIF tag, animated, with a color profile, without its last bytes.
"""

from __future__ import annotations

from semcodec.imaging.geometry import upright_size
from semcodec.imaging.limits import MAX_FILE_BYTES, MAX_PIXELS
from semcodec.imaging.loading import LoadedImage, load
from semcodec.imaging.metadata import ORIENTATION_TAG
from semcodec.imaging.opening import FORMATS, open_image
from semcodec.imaging.saving import is_image, to_file, to_png
from semcodec.imaging.transparency import flatten, parse_background

__all__ = [
    "load",
    "LoadedImage",
    "open_image",
    "upright_size",
    "is_image",
    "to_png",
    "to_file",
    "parse_background",
    "flatten",
    "FORMATS",
    "MAX_FILE_BYTES",
    "MAX_PIXELS",
    "ORIENTATION_TAG",
]
