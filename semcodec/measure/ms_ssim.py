"""MS-SSIM of two RGB images, as CompressAI reports it: five scales, on each channel.

Wang, Simoncelli and Bovik, 2003; the window and the constants are those of ``pytorch-msssim``, with
which CompressAI computes it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]

WEIGHTS: Final = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  #: of the scales
WINDOW, SIGMA = 11, 1.5
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
#: Pixels of a side below which the smallest scale is smaller than the window.
MIN_SIDE: Final = (WINDOW - 1) * 2 ** (len(WEIGHTS) - 1) + 1


def ms_ssim(first: Image.Image, second: Image.Image) -> float | None:
    """Return the MS-SSIM of two RGB images of one size, 0 to 1; None if a side is under 161."""
    if min(first.size) < MIN_SIDE:
        return None
    x, y = (np.asarray(image, np.float32).transpose(2, 0, 1) for image in (first, second))
    result = np.ones(3)
    for scale, weight in enumerate(WEIGHTS):
        if scale:
            x, y = _halve(x), _halve(y)
        luminance, contrast = _similarity(x, y)
        is_last = scale == len(WEIGHTS) - 1
        result *= np.maximum(luminance if is_last else contrast, 0) ** weight
    return float(result.mean())


def _similarity(x: Floats, y: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the means of SSIM, and of its factors without luminance, for each channel."""
    mean_x, mean_y = _blur(x), _blur(y)
    variances = _blur(x * x) + _blur(y * y) - mean_x**2 - mean_y**2
    covariance = _blur(x * y) - mean_x * mean_y
    contrast = (2 * covariance + C2) / (variances + C2)
    luminance = (2 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
    return (
        (luminance * contrast).mean((1, 2), dtype=np.float64),
        contrast.mean((1, 2), dtype=np.float64),
    )


def _blur(values: Floats) -> Floats:
    """Return the means in windows of Gaussian weights, only where the whole window is inside."""
    offsets = np.arange(WINDOW) - WINDOW // 2
    kernel = np.exp(-(offsets**2) / (2 * SIGMA**2)).astype(np.float32)
    kernel /= kernel.sum()
    height, width = (side - WINDOW + 1 for side in values.shape[1:])
    rows = sum(k * values[:, at : at + height] for at, k in enumerate(kernel))
    return np.asarray(sum(k * rows[:, :, at : at + width] for at, k in enumerate(kernel)))


def _halve(values: Floats) -> Floats:
    """Return the means of 2 x 2 pixels; an odd side gets zeros at both ends first."""
    odd = [(0, 0), *((side % 2, side % 2) for side in values.shape[1:])]
    padded = np.pad(values, odd)
    _, height, width = padded.shape
    even = padded[:, : height // 2 * 2, : width // 2 * 2]
    channels = even.reshape(3, height // 2, 2, width // 2, 2)
    return np.asarray(channels.mean((2, 4)), np.float32)
