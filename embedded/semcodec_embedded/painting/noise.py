"""Random numbers and soft noise that are the same on every run for the same seed.

Python's own ``hash`` differs between runs, so everything starts from a SHA-256.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]

MAX_NOISE_SIZE = 256  #: pixels along the longer side of a noise field; the eye misses no finer ones


def seeded_rng(*parts: object) -> np.random.Generator:
    """Return a generator for ``parts``: equal parts, equal numbers."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def fractal(
    size: tuple[int, int],
    rng: np.random.Generator,
    cells: tuple[int, int] = (4, 4),
    octaves: int = 5,
) -> Floats:
    """Return rows of fractal noise in 0..1; ``cells`` are the largest blots across and down."""
    scale = min(1.0, MAX_NOISE_SIZE / max(size))
    width, height = (max(2, round(length * scale)) for length in size)
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        across, down = (min(512, max(2, count * 2**octave)) for count in cells)
        blots = Image.fromarray(rng.random((down, across), np.float32))
        total += np.asarray(blots.resize((width, height), Image.Resampling.BICUBIC)) / 2**octave
    total -= total.min()
    total /= max(float(total.max()), 1e-6)
    if (width, height) == size:
        return total
    return np.asarray(Image.fromarray(total).resize(size, Image.Resampling.BICUBIC))


def skyline(rng: np.random.Generator, points: int, rough: float = 0.5) -> list[float]:
    """Return ``points`` heights in 0..1 of a skyline; ``rough`` near 1 is jagged, near 0 round."""
    heights = np.zeros(points)
    steps = np.linspace(0, 1, points)
    for octave in range(5):
        knots = 2 + 2 * 2**octave
        heights += np.interp(steps, np.linspace(0, 1, knots), rng.random(knots)) * rough**octave
    heights -= heights.min()
    return [float(height) for height in heights / max(float(heights.max()), 1e-6)]


def ground_positions(rng: np.random.Generator, count: int) -> list[float]:
    """Return ``count`` places on the ground: 0 at the horizon, 1 at the lower edge, far first."""
    return sorted(float(value) for value in rng.random(count) ** 0.75)
