"""What other codecs make of a photograph, at its own size: bytes, seconds and metrics."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from time import process_time
from typing import TYPE_CHECKING, Final, Protocol

from semcodec.errors import InputError
from semcodec.measure import hashes, image_codecs
from semcodec.measure.rates import bits_per_pixel, count_pixels
from semcodec.measure.results import Baseline

if TYPE_CHECKING:
    from PIL.Image import Image

    Compare = Callable[[Image], dict[str, float]]

PSNR: Final = "psnr-rgb"  #: CompressAI's name
MAX_PSNR: Final = 100.0  #: dB; of equal pictures, whose PSNR is infinite


class Codec(Protocol):
    """A codec with a setting; ``ImageCodec`` and ``PictureHash`` are those that there are."""

    @property
    def name(self) -> str:
        """The name of the codec."""

    @property
    def setting(self) -> str:
        """The setting, such as ``"q75"``."""

    @property
    def is_floor(self) -> bool:
        """Whether the codec has no smaller file of these pixels."""

    def encode(self, photograph: Image) -> bytes:
        """Return the file of a photograph, or raise InputError."""

    def decode(self, data: bytes, size: tuple[int, int]) -> Image:
        """Return the picture in a file, at the size of the photograph."""


CODECS: Final[tuple[Codec, ...]] = (*image_codecs.CODECS, *hashes.HASHES)


def measure(photograph: Image, compare: Compare | None = None) -> list[Baseline]:
    """Return what each installed codec makes of a photograph.

    A codec that cannot carry an image of this size is left out; ``skipped`` names those that are
    not installed. The seconds are CPU time of one thread, which other programs do not change. That
    of a floor includes all its attempts.

    Args:
        photograph: an RGB image at its own size; one that was reduced while it was read is measured
            at its reduced size.
        compare: returns metrics of a decoded picture, which has the size of the photograph. PSNR is
            added if it is not among them. None for no metrics.
    """
    missing = skipped()
    found = (_measure(photograph, codec, compare) for codec in CODECS if codec.name not in missing)
    return [baseline for baseline in found if baseline is not None]


def skipped() -> dict[str, str]:
    """Return the names of the codecs that are not installed, and why."""
    packages = {kind.name: kind.package for kind in hashes.HASHES}
    return image_codecs.skipped() | {
        name: f"{package} is missing: pip install 'semcodec[bench]'"
        for name, package in packages.items()
        if find_spec(package) is None
    }


def _measure(photograph: Image, codec: Codec, compare: Compare | None) -> Baseline | None:
    started = process_time()
    try:
        data = codec.encode(photograph)
    except InputError:
        return None
    encoded = process_time()
    picture = codec.decode(data, photograph.size)
    decoded = process_time()
    metrics: dict[str, float] = {}
    if compare is not None:
        metrics = compare(picture)
        if PSNR not in metrics:
            metrics = {PSNR: psnr(picture, photograph), **metrics}
    return {
        "codec": codec.name,
        "setting": codec.setting,
        "is_floor": codec.is_floor,
        "bytes": len(data),
        "bpp": bits_per_pixel(8 * len(data), count_pixels(photograph.size)),
        "metrics": metrics,
        "encode_seconds": encoded - started,
        "decode_seconds": decoded - encoded,
    }


def psnr(picture: Image, photograph: Image) -> float:
    """Return the peak signal-to-noise ratio of RGB levels in dB, up to ``MAX_PSNR``."""
    import numpy as np

    difference = np.asarray(picture, np.float64) - np.asarray(photograph, np.float64)
    error = float(np.mean(difference**2))
    return min(MAX_PSNR, 10 * float(np.log10(255**2 / error))) if error else MAX_PSNR
