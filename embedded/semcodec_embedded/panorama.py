"""Detect the objects of a picture of any shape: in the whole, and in the windows of a panorama."""

from __future__ import annotations

from dataclasses import replace

from PIL import Image

from semcodec_embedded import detector
from semcodec_embedded.classifier import crop
from semcodec_embedded.detector import Box, Detection
from semcodec_embedded.windows import windows

MAX_EDGE = 0.02  #: share of a window; an object this near to its end is cut off


def detect(picture: Image.Image) -> list[Detection]:
    """Return the objects in ``picture`` by descending score, including doubtful ones.

    Windows overlap by half, so an object that the end of a window cuts off is whole in another one,
    unless it is long. The whole panorama is squeezed, so only objects that are longer than a window
    are taken from it: the names of others are often wrong.

    Raises:
        BackendError: the network cannot be loaded or run.
    """
    parts = list(windows(*picture.size))
    found = detector.detect(picture)
    if parts:
        found = [detection for detection in found if _is_longer(detection.box, parts[0])]
    for part in parts:
        inside = detector.detect(crop(picture, part))
        found += [_in_picture(each, part) for each in inside if not _is_cut(each.box, part)]
    return detector.suppress_duplicates(found)


def _is_longer(box: Box, window: Box) -> bool:
    return box.right - box.left > window.right or box.bottom - box.top > window.bottom


def _is_cut(box: Box, window: Box) -> bool:
    """Return whether an object in a window is cut off by an end that is inside the picture."""
    return (
        (box.left < MAX_EDGE and window.left > 0)
        or (box.top < MAX_EDGE and window.top > 0)
        or (box.right > 1 - MAX_EDGE and window.right < 1)
        or (box.bottom > 1 - MAX_EDGE and window.bottom < 1)
    )


def _in_picture(part: Detection, window: Box) -> Detection:
    """Return an object of a window with its box in the whole picture."""
    width, height = window.right - window.left, window.bottom - window.top
    box = Box(
        window.left + part.box.left * width,
        window.top + part.box.top * height,
        window.left + part.box.right * width,
        window.top + part.box.bottom * height,
    )
    return replace(part, box=box)
