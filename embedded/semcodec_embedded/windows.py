"""Divide a panorama into overlapping windows.

A network gets a picture as a small square, and a panorama squeezed into one is unrecognizable.
``bench/panoramas.py`` measures how many objects are found in whole panoramas and in windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from semcodec_embedded.detector import Box

MAX_WHOLE_ASPECT = 2.0  #: aspect ratio above which a picture is a panorama
WINDOW_ASPECT = 1.5  #: length of a window as a multiple of the panorama's shorter side
MAX_WINDOWS = 24  #: windows of a panorama of over 18:1 are longer


def is_panorama(width: int, height: int) -> bool:
    """Return whether a picture is so long that the networks get its windows."""
    return max(width, height) > MAX_WHOLE_ASPECT * min(width, height)


def windows(width: int, height: int) -> Iterator[Box]:
    """Yield the windows of a panorama from left to right or top to bottom; none of others."""
    if not is_panorama(width, height):
        return
    aspect = max(width, height) / min(width, height)
    length = max(WINDOW_ASPECT / aspect, 2 / (MAX_WINDOWS + 1))  # as a share of the longer side
    # Rounded up, so that windows overlap by half or more; but not because of an error of a float.
    steps = ceil((1 - length) / (length / 2) - 1e-9)
    for index in range(steps + 1):
        start = (1 - length) * index / steps
        end = start + length
        yield Box(start, 0, end, 1) if width > height else Box(0, start, 1, end)
