"""Import Pillow, and keep it and the libraries in it from printing anything.

Pillow warns of damaged metadata, which is of no use here, and libtiff prints to stderr why it could
not decode. Both are switched off by settings of the whole process, and only while an image is read.
"""

from __future__ import annotations

import ctypes
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from semcodec.errors import BackendError
from semcodec.forks import block_fork

_WARNING_FILTERS: Final = threading.RLock()  # the filters of warnings are global


def import_pillow() -> Any:  # the type of a module cannot be named
    """Return the module ``PIL.Image``, with the other modules of Pillow that are used imported.

    Raises:
        BackendError: Pillow is not installed.
    """
    try:
        with block_fork():  # a child forked during an import would wait for it forever
            import PIL.Image
            import PIL.ImageChops
            import PIL.ImageColor
            import PIL.ImageFilter
            import PIL.ImageMath
            import PIL.ImageOps
            import PIL.PngImagePlugin
            import PIL.TiffImagePlugin  # parses EXIF data
    except ImportError as error:
        message = "Images need Pillow: pip install 'semcodec[image]'."
        raise BackendError(message, backend="pillow", stage="load") from error
    return PIL.Image


@contextmanager
def ignored_warnings() -> Iterator[None]:
    """Return a context in which readers do not warn of damaged metadata, which is of no use here.

    The filters of ``warnings`` are global: without the lock, two threads could save and restore
    each other's filters, and "ignore" could stay forever. A child forked inside the block would
    have a lock that is never released. Tested by test_forks and by
    tests/imaging/test_loading.py::test_threads_leave_the_warning_filters_unchanged.
    """
    with block_fork():
        import_pillow()
        with _WARNING_FILTERS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield


@contextmanager
def silent_libtiff() -> Iterator[None]:
    """Return a context in which the libtiff that Pillow uses prints no errors.

    Pillow itself sets its handler of warnings to none, for good. Use it inside of
    ``ignored_warnings``, whose lock keeps two threads from restoring each other's handlers. Where
    libtiff is linked in another way (Windows), it may still print.
    """
    set_handler: Any = None
    with suppress(Exception):
        import PIL._imaging

        # The symbols of a library include those of the libraries that it is linked with.
        set_handler = ctypes.CDLL(PIL._imaging.__file__).TIFFSetErrorHandler
        set_handler.argtypes, set_handler.restype = [ctypes.c_void_p], ctypes.c_void_p
    before = set_handler(None) if set_handler else None
    try:
        yield
    finally:
        if set_handler:
            set_handler(before)
