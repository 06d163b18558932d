"""What a file states about its pixels: profile, gamma, range of the values, missing values.

Pillow has these fields in different places, and drops some when the image is scaled. They are
therefore read once, before the pixels are decoded; only the orientation is read after it, because
Pillow itself rotates TIFF images then.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from semcodec.imaging import chunks
from semcodec.imaging.quiet_pillow import ignored_warnings
from semcodec.signatures import AVIF, HEIC, PNG, identify

if TYPE_CHECKING:
    from PIL.Image import Image

ORIENTATION_TAG: Final = 0x0112  #: of EXIF and TIFF: how the camera was held, 1..8
COLOR_SPACE_TAG: Final = 0xA001  #: of EXIF: 1 for sRGB, 2 for Adobe RGB, 65535 for any other
EXIF_DIRECTORY, INTEROP_DIRECTORY = 0x8769, 0xA005  #: tags of the directories inside of EXIF
ADOBE_RGB, ADOBE_RGB_INTEROP = 2, "R03"
#: Tags of TIFF.
BITS_TAG, PHOTOMETRIC_TAG, MAX_SAMPLE_TAG, FORMAT_TAG, NO_DATA_TAG = 258, 262, 281, 339, 42113
WHITE_IS_ZERO, UNSIGNED = 0, 1  #: a photometric interpretation and a sample format of TIFF
#: Factor from the levels of a gray PNG image of few bits to 0..255, by Pillow's name of the layout.
GRAY_SCALES: Final = {"L;2": 85, "L;4": 17}
MAX_16_BIT_SAMPLE: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file states about its pixels.

    Attributes:
        size: their width and height, before the image is reduced and turned.
        profile: the ICC profile, or no bytes.
        cicp: primaries and transfer function, as numbers of ITU-T H.273.
        has_cicp_priority: whether ``cicp`` overrides the profile.
        gamma: the exponent that encoded the pixels of a PNG image, such as 1 / 2.2.
        chromaticities: x and y of white, red, green and blue of a PNG image.
        is_srgb: whether a PNG image states that it is sRGB.
        is_adobe_rgb: whether EXIF states the color space Adobe RGB.
        max_sample: the largest value of a sample of 16 bits.
        has_16_bits: whether samples have 16 bits, although Pillow has them as 32.
        no_data: the value that marks missing samples.
        is_inverted: whether 0 is white in an image of more than 8 bits.
        is_unsigned: whether samples of 32 bits have no sign.
        transparent: the gray level or color that is transparent, in the scale of the pixels.
    """

    size: tuple[int, int]
    profile: bytes = b""
    cicp: tuple[int, int] | None = None
    has_cicp_priority: bool = False
    gamma: float | None = None
    chromaticities: tuple[float, ...] = ()
    is_srgb: bool = False
    is_adobe_rgb: bool = False
    max_sample: int = MAX_16_BIT_SAMPLE
    has_16_bits: bool = False
    no_data: float | None = None
    is_inverted: bool = False
    is_unsigned: bool = False
    transparent: int | tuple[int, ...] | bytes | None = None


def read_metadata(image: Image, data: bytes | None) -> Metadata:
    """Return what ``image``, whose pixels may be undecoded, and its file state about the pixels."""
    with ignored_warnings():
        return _read_metadata(image, data)


def _read_metadata(image: Image, data: bytes | None) -> Metadata:
    tags = _read_tiff_tags(image)
    file_type = identify(data) if data else None
    if data and file_type == PNG:
        colors = chunks.read_png_colors(data)
    else:
        colors = _read_colors(image, data or b"")
    return Metadata(
        size=image.size,
        profile=colors.profile,
        cicp=colors.cicp,
        has_cicp_priority=file_type == PNG,
        gamma=colors.gamma,
        chromaticities=colors.chromaticities,
        is_srgb=colors.is_srgb,
        is_adobe_rgb=_is_adobe_rgb(image),
        max_sample=_read_max_sample(tags),
        has_16_bits=image.mode.startswith("I;16") or (image.format == "PPM" and image.mode == "I"),
        no_data=_read_no_data(tags),
        is_inverted=tags.get(PHOTOMETRIC_TAG) == WHITE_IS_ZERO,
        is_unsigned=tags.get(BITS_TAG) == (32,) and tags.get(FORMAT_TAG, (1,)) == (UNSIGNED,),
        transparent=_read_transparent(image),
    )


def _read_colors(image: Image, data: bytes) -> chunks.StatedColors:
    """Return what Pillow has read about colors, and what it skips in JPEG 2000, AVIF and HEIC."""
    info = image.info
    profile = info.get("icc_profile")
    if image.format == "JPEG2000":
        profile = chunks.read_jp2_profile(data)
    return chunks.StatedColors(
        profile=profile if isinstance(profile, bytes) else b"",
        cicp=chunks.read_nclx(data) if identify(data) in (AVIF, HEIC) else None,
        gamma=_read_number(info.get("gamma")),
        chromaticities=_read_numbers(info.get("chromaticity")),
        is_srgb="srgb" in info,
    )


def read_orientation(image: Image) -> int:
    """Return the EXIF orientation of an image, 1..8; 1 if there is none, or EXIF is damaged."""
    with suppress(Exception), ignored_warnings():
        if is_rotated_by_reader(image):
            return 1
        value = image.getexif().get(ORIENTATION_TAG, 1)
        return int(value) if value in range(1, 9) else 1
    return 1


def is_rotated_by_reader(image: Image) -> bool:
    """Return whether a reader rotated the pixels already, but left the orientation in EXIF."""
    return image.format == "JXL" and not getattr(image, "jpeg", False)


def _is_adobe_rgb(image: Image) -> bool:
    """Return whether EXIF states Adobe RGB, as cameras do that do not embed a profile."""
    if image.format == "PNG":  # Pillow would decode the pixels first; no camera writes PNG
        return False
    with suppress(Exception):
        exif = image.getexif()
        color_space = exif.get_ifd(EXIF_DIRECTORY).get(COLOR_SPACE_TAG)
        interop = exif.get_ifd(INTEROP_DIRECTORY).get(1)
        name = interop.decode("latin-1") if isinstance(interop, bytes) else str(interop)
        return color_space == ADOBE_RGB or name.rstrip("\0") == ADOBE_RGB_INTEROP
    return False


def _read_tiff_tags(image: Image) -> dict[int, Any]:
    tags = getattr(image, "tag_v2", None)
    if tags is None:
        return {}
    names = (BITS_TAG, PHOTOMETRIC_TAG, MAX_SAMPLE_TAG, FORMAT_TAG, NO_DATA_TAG)
    found = {}
    for name in names:
        with suppress(Exception):  # a damaged tag is as good as none
            found[name] = tags[name]
    return found


def _read_max_sample(tags: dict[int, Any]) -> int:
    """Return the largest value of a sample: 4095 for 12 bits, which Pillow keeps in 16."""
    bits, stated = tags.get(BITS_TAG, (16,)), tags.get(MAX_SAMPLE_TAG)
    stated = stated[0] if isinstance(stated, tuple) and stated else stated
    if isinstance(stated, int) and 255 < stated < MAX_16_BIT_SAMPLE:
        return stated
    is_deep = isinstance(bits, tuple) and len(bits) == 1 and bits[0] in range(9, 16)
    return (1 << bits[0]) - 1 if is_deep else MAX_16_BIT_SAMPLE


def _read_no_data(tags: dict[int, Any]) -> float | None:
    text = tags.get(NO_DATA_TAG)
    return _read_number(text.strip("\0 ")) if isinstance(text, str) else None


def _read_transparent(image: Image) -> int | tuple[int, ...] | bytes | None:
    """Return the transparent level, color or palette entries, in the scale of the pixels.

    PNG states it in the depth of the file, and Pillow leaves it so when it expands gray levels of 2
    or 4 bits to 8, or reduces colors of 16 bits to 8.
    """
    transparent = image.info.get("transparency")
    tiles = getattr(image, "tile", None)
    layout = tiles[0][3] if tiles else ""
    if isinstance(transparent, int):
        return transparent * GRAY_SCALES.get(layout, 1) if isinstance(layout, str) else transparent
    if isinstance(transparent, tuple) and layout == "RGB;16B":
        return tuple(level >> 8 for level in transparent)
    return transparent if isinstance(transparent, tuple | bytes) else None


def _read_number(value: object) -> float | None:
    with suppress(Exception):
        return float(value)  # type: ignore[arg-type]  # whatever Pillow found in the file
    return None


def _read_numbers(values: object) -> tuple[float, ...]:
    with suppress(Exception):
        return tuple(float(value) for value in values)  # type: ignore[attr-defined]
    return ()
