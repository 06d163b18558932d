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
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from semcodec.errors import InputError
from semcodec.forks import block_fork
from semcodec.imaging import to_file
from semcodec.imaging.quiet_pillow import ignored_warnings, import_pillow

if TYPE_CHECKING:
    from PIL.Image import Image

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
        return min((self._encode(bare, options) for options in self.attempts), key=len)

    def _encode(self, bare: Image, options: Options) -> bytes:
        try:
            return to_file(bare, self.format, **options)
        except RuntimeError as error:  # of the plug-in of JPEG XL
            raise InputError(f"{self.name} cannot encode this photograph ({error}).") from error

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


CODECS: Final = (
    ImageCodec(
        "JPEG",
        "q1, optimized",
        "JPEG",
        [{"quality": 1, "subsampling": "4:2:0", "optimize": True, "progressive": is_progressive}
         for is_progressive in (False, True)],
        is_floor=True,
    ),
    jpeg(1),
    jpeg(75),
    jpeg(90),
    ImageCodec("WebP", "q0", "WEBP", [{"quality": 0, "method": 6}], is_floor=True),
    ImageCodec("WebP", "q75", "WEBP", [{"quality": 75, "method": 4}]),
    ImageCodec(
        "AVIF",
        "q0",
        "AVIF",
        [{"quality": 0, "speed": 6, "range": "limited", "autotiling": False, "max_threads": 1}],
        is_floor=True,
    ),
    ImageCodec(
        "AVIF", "q60", "AVIF", [{"quality": 60, "speed": 6, "autotiling": False, "max_threads": 1}]
    ),
    ImageCodec(
        "JPEG XL", "d25", "JXL", [{"quality": 0, "effort": 8, "num_threads": 0}], is_floor=True
    ),
    ImageCodec("JPEG XL", "d1", "JXL", [{"quality": 90, "effort": 7, "num_threads": 0}]),
)  # fmt: skip

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
