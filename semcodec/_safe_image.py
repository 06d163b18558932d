"""Open an image file that may be hostile, and let our own limits speak instead of warnings."""

from __future__ import annotations

import io
import threading
import warnings
from typing import TYPE_CHECKING

from semcodec.forks import fork_waits

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_FILTERS = threading.Lock()  # the filters of warnings are the whole program's


def open_image(data: bytes, formats: tuple[str, ...]) -> ImageFile:
    """Return the image of a file of one of the ``formats``, of which only the head is read.

    Whatever Pillow raises, which is nearly anything, is not caught.
    """
    # A fork in here would leave the child with a lock that is never released, and with all warnings
    # silenced for good. Pillow also imports its readers in here.
    with fork_waits():
        from PIL import Image

        with _FILTERS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(io.BytesIO(data), formats=formats)
