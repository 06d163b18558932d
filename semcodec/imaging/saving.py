"""Images as the bytes of files, and the checks of images that backends return."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from semcodec.errors import InputError
from semcodec.forks import block_fork
from semcodec.imaging.quiet_pillow import import_pillow

if TYPE_CHECKING:
    from PIL.Image import Image

SAVE_OPTIONS: Final = {"JPEG": {"quality": 92}, "WEBP": {"quality": 92}}


def is_image(value: object) -> bool:
    """Return whether ``value`` is a PIL image."""
    return isinstance(value, import_pillow().Image)


def to_png(image: Image) -> bytes:
    """Return ``image`` as the bytes of a PNG file."""
    return to_file(image, "PNG")


def to_file(image: Image, format_name: str, **options: Any) -> bytes:
    """Return ``image`` as the bytes of a file.

    Args:
        image: a PIL image.
        format_name: Pillow's name of the format, such as ``"JPEG"``.
        options: options of Pillow's writer, such as ``quality``; they override ``SAVE_OPTIONS``.

    Raises:
        InputError: Pillow cannot write this format, or cannot write this image in it.
    """
    file = io.BytesIO()
    try:
        with block_fork():  # Pillow imports the plugin of this format
            image.save(file, format_name, **SAVE_OPTIONS.get(format_name, {}) | options)
    except (KeyError, OSError, ValueError) as error:
        message = f"Cannot save an image as {format_name}: use PNG, JPEG or WEBP."
        raise InputError(message) from error
    return file.getvalue()
