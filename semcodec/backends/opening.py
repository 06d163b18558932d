"""Open an image file that may be hostile, and let our own limits speak instead of warnings."""

from __future__ import annotations

import io
import threading
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_FILTERS = threading.Lock()  # the filters of warnings are the whole program's


def opened(data: bytes, formats: tuple[str, ...]) -> ImageFile:
    """Return the image of a file of one of the ``formats``, of which only the head is read.

    Whatever Pillow raises, which is nearly anything, is not caught.
    """
    from PIL import Image

    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Image.open(io.BytesIO(data), formats=formats)
