"""Other image codecs on the pixels of a photograph: as small as they go, and as they are used.

The *floor* of a codec is the smallest file that its encoder makes of all these pixels in color: the
lowest quality, and of the options that change the file without changing what it may show, those
that bench/floors.py found to be the smallest. What gives up pixels or colors before the codec has
them is not tried, because it ends with one gray pixel: a reduced or gray photograph, quantization
tables and tunings of one's own.

Files have no metadata: no profile, no EXIF, no comment. This module needs only Pillow, because the
demo uses it too.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from semcodec._bisection import largest
from semcodec.errors import InputError
from semcodec.forks import block_fork
from semcodec.imaging import to_file
from semcodec.imaging.quiet_pillow import ignored_warnings, import_pillow

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_QUALITY: Final = 100  #: of JPEG
Options = Mapping[str, Any]  #: of Pillow's writer


@dataclass(frozen=True, slots=True)
class ImageCodec:
    """A codec with a setting.

    Attributes:
        name: for people, such as ``"WebP"``.
        setting: a quality, such as ``"q75"`` (of 100), or a distance, such as ``"d1"``.
        format: Pillow's name of the format.
        attempts: options of Pillow's writer; the smallest file of these is that of the codec.
        is_floor: whether this is the codec's floor.
    """

    name: str
    setting: str
    format: str
    attempts: Sequence[Options]
    is_floor: bool = False

    def encode(self, photograph: Image) -> bytes:
        """Return the file of an RGB image.

        Raises:
            InputError: the codec is not installed, or cannot carry an image of this size.
        """
        bare = photograph.copy()
        bare.info.clear()  # a color profile or a comment would be written into the file
        files, failures = [], []
        for options in self.attempts:
            try:
                files.append(to_file(bare, self.format, **options))
            except (InputError, RuntimeError) as error:  # RuntimeError: the plug-in of JPEG XL
                failures.append(error)
        if not files:
            message = f"{self.name} cannot encode this photograph: leave it out, or reduce it."
            raise InputError(message) from failures[0]
        return min(files, key=len)

    def decode(self, data: bytes, size: tuple[int, int]) -> Image:
        """Return the picture of a file that ``encode`` made, which has the size of its image."""
        with (
            ignored_warnings(),
            import_pillow().open(io.BytesIO(data), formats=[self.format]) as picture,
        ):
            image: Image = picture.convert("RGB")
        return image


def jpeg(quality: int) -> ImageCodec:
    """Return JPEG at ``quality``, 1 to 100, with Pillow's defaults for everything else."""
    return ImageCodec("JPEG", f"q{quality}", "JPEG", [{"quality": quality}])


#: libaom's default since 2025 ("iq") spends bits on what people notice, also at quality 0.
_PLAIN: Final = {"tune": "ssim", "enable-qm": "1", "qm-min": "0", "qm-max": "0"}
_AVIF: Final[dict[str, Any]] = {"subsampling": "4:2:0", "autotiling": False, "max_threads": 1}
_JPEG_FLOOR: Final[Options] = {
    "quality": 1, "subsampling": "4:2:0", "optimize": True, "smooth": 100
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class JpegAtRate:
    """JPEG at the highest quality within a rate.

    Attributes:
        bpp: bits per pixel.
    """

    bpp: int
    name: str = "JPEG"
    is_floor: bool = False

    @property
    def setting(self) -> str:
        """The rate, such as ``"1 bpp"``."""
        return f"{self.bpp} bpp"

    def encode(self, photograph: Image) -> bytes:
        """Return the file of an RGB image.

        Raises:
            InputError: no quality is within the rate, since a small file is mostly tables.
        """
        max_bytes = self.bpp * photograph.width * photograph.height // 8
        encode = cache(lambda quality: jpeg(quality).encode(photograph))
        best = largest(MAX_QUALITY, lambda quality: len(encode(quality)) <= max_bytes)
        if not best:
            raise InputError(f"A JPEG file of this size takes more than {self.bpp} bits per pixel.")
        data: bytes = encode(best)
        return data

    def decode(self, data: bytes, size: tuple[int, int]) -> Image:
        """Return the picture of a file that ``encode`` made."""
        return jpeg(MAX_QUALITY).decode(data, size)


CODECS: Final = (
    ImageCodec("JPEG", "q1, optimized", "JPEG", [_JPEG_FLOOR], is_floor=True),
    jpeg(1),
    jpeg(75),
    jpeg(90),
    JpegAtRate(1),
    ImageCodec(
        "WebP", "q0", "WEBP", [{"quality": 0, "method": method} for method in (1, 6)], is_floor=True
    ),
    ImageCodec("WebP", "q75", "WEBP", [{"quality": 75}]),
    ImageCodec(
        "AVIF",
        "q0",
        "AVIF",
        [_AVIF | {"quality": 0, "speed": 4, "range": "limited", "advanced": _PLAIN}],
        is_floor=True,
    ),
    ImageCodec("AVIF", "q60", "AVIF", [_AVIF | {"quality": 60}]),
    ImageCodec(
        "JPEG XL",
        "d25",
        "JXL",
        # Either may be the smaller one, by a sixth.
        [
            {"quality": 0, "effort": 8, "decoding_speed": speed, "num_threads": 0}
            for speed in (0, 4)
        ],
        is_floor=True,
    ),
    ImageCodec("JPEG XL", "d1", "JXL", [{"quality": 90, "num_threads": 0}]),
)

#: Why a codec is not there; by the names of the codecs that not every Pillow has.
_REMEDIES: Final = {
    "WebP": "this Pillow was built without WebP",
    "AVIF": "this Pillow has no AVIF: use version 11.3 or later",
    "JPEG XL": "pillow_jxl is missing: pip install 'semcodec[jxl]'",
}


def skipped() -> dict[str, str]:
    """Return the names of the codecs that are not installed, and why."""
    import_pillow()
    with block_fork():
        from PIL import features

        missing = {name for name in ("WebP", "AVIF") if not features.check(name.lower())}
        try:
            import_module("pillow_jxl")  # adds JPEG XL to Pillow
        except ImportError:
            missing.add("JPEG XL")
    return {name: reason for name, reason in _REMEDIES.items() if name in missing}
