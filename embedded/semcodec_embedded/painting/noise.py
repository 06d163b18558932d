"""Reproducible random numbers and soft noise: the same on every run for the same seed.

Python's ``hash`` of a string differs between runs, so generators are seeded with SHA-256 instead.
"""

from __future__ import annotations

import hashlib

import numpy as np

# numpy loads this package on first use, which would be outside of the block in which the backend is
# imported: a child forked meanwhile would wait forever (tests/test_forks.py).
from numpy.random import default_rng
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]

MAX_NOISE_SIZE = 256  #: pixels of the longer side of a noise field; more look the same
MAX_CELLS = 512  #: maximum number of cells across or down in an octave


def seeded_rng(*parts: object) -> np.random.Generator:
    """Return a random generator seeded by ``parts``: equal parts give equal numbers."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).digest()
    return default_rng(int.from_bytes(digest[:8], "big"))


def fractal(
    size: tuple[int, int],
    rng: np.random.Generator,
    cells: tuple[int, int] = (4, 4),
    octaves: int = 5,
) -> Floats:
    """Return fractal noise: an array of values in 0..1 with one row per pixel row.

    Args:
        size: width and height in pixels.
        rng: the random generator.
        cells: number of blotches across and down in the first octave.
        octaves: each octave halves the size and the weight of the blotches.
    """
    # A small field is computed and enlarged: details of few pixels would not be visible, and a
    # field of 1536 x 1536 would take as long as the rest of the picture.
    scale = min(1.0, MAX_NOISE_SIZE / max(size))
    width, height = (max(2, round(length * scale)) for length in size)
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        across, down = (min(MAX_CELLS, max(2, count * 2**octave)) for count in cells)
        blotches = Image.fromarray(rng.random((down, across), np.float32))
        total += np.asarray(blotches.resize((width, height), Image.Resampling.BICUBIC)) / 2**octave
    total -= total.min()
    total /= max(float(total.max()), 1e-6)
    if (width, height) == size:
        return total
    return np.asarray(Image.fromarray(total).resize(size, Image.Resampling.BICUBIC))


def skyline(rng: np.random.Generator, points: int, roughness: float = 0.5) -> list[float]:
    """Return ``points`` heights in 0..1; a ``roughness`` near 1 is jagged, near 0 smooth."""
    heights = np.zeros(points)
    steps = np.linspace(0, 1, points)
    for octave in range(5):
        knots = 2 + 2 * 2**octave
        values = np.interp(steps, np.linspace(0, 1, knots), rng.random(knots))
        heights += values * roughness**octave
    heights -= heights.min()
    return [float(height) for height in heights / max(float(heights.max()), 1e-6)]


def ground_positions(rng: np.random.Generator, count: int) -> list[float]:
    """Return ``count`` random positions from far to near: 0 is the horizon, 1 the lower edge.

    The exponent makes them denser near the lower edge, where details are larger.
    """
    return sorted(float(value) for value in rng.random(count) ** 0.75)
