"""Convert the colors of an image to sRGB, as viewers do.

Only a profile defines what the numbers of a pixel look like: without it, a photograph in Display P3
is dull. The profile that a file embeds is used if it fits the pixels; a damaged one is ignored with
a notice. Profiles are hostile input: their size is limited, and LittleCMS checks the rest.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Final

from semcodec.forks import block_fork
from semcodec.imaging import profiles
from semcodec.imaging.chunks import MAX_PROFILE_BYTES
from semcodec.imaging.metadata import Metadata

if TYPE_CHECKING:
    from PIL.Image import Image

MIN_PROFILE_BYTES: Final = 132  #: header and number of tags
#: Classes of profiles that describe pixels: scanner, display, printer, color space. Others link two
#: devices, or name single colors.
CLASSES: Final = (b"scnr", b"mntr", b"prtr", b"spac")
#: Pillow's mode of an image by the color space of its profile.
MODES: Final = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
#: A gamma of PNG for which the curve of sRGB is used: 1 / 2.2 is its usual approximation.
USUAL_GAMMAS: Final = (0.44, 0.47)
GAMMAS: Final = (0.1, 2.0)  #: range of gammas that are used
CHROMATICITY_TOLERANCE: Final = 0.003
GRAY_TOLERANCE: Final = 2  #: between the bands of gray pixels after a lossy compression


def to_srgb(image: Image, metadata: Metadata, notices: list[str]) -> Image:
    """Return ``image`` in sRGB: RGB, or RGBA if it has transparent pixels.

    Args:
        image: an image of at most 8 bits a band, in any mode.
        metadata: what its file states about its colors.
        notices: a sentence is added to it if an embedded profile was ignored.
    """
    colors, alpha = _split_alpha(image)
    profile, is_embedded = _find_profile(metadata)
    if profile and colors.mode != "LAB":  # Lab has one meaning, whatever its profile states
        try:
            colors = _convert(colors, profile)
        except Exception as error:  # LittleCMS, or a profile that does not fit the image
            if is_embedded:
                notices.append(_describe_ignored(error))
    colors = colors if colors.mode == "RGB" else _to_plain_rgb(colors)
    if alpha is not None:
        colors.putalpha(alpha)
    return colors


class _UnfitProfileError(Exception):
    """A profile that does not describe the pixels of the image; the text is for the user."""


def _describe_ignored(error: Exception) -> str:
    reason = str(error) if isinstance(error, _UnfitProfileError) else "it is damaged"
    return f"The color profile of the image was ignored ({reason}): its colors may differ."


def _split_alpha(image: Image) -> tuple[Image, Image | None]:
    """Return the colors of an image without its transparency, and the transparency as a band."""
    if image.mode in ("1", "La"):  # bits, and gray multiplied by its alpha
        image = image.convert({"1": "L", "La": "LA"}[image.mode])
    if image.mode in ("RGBa", "PA") or (image.mode == "P" and image.has_transparency_data):
        image = image.convert("RGBA")
    if image.mode == "P":
        image = image.convert("RGB")
    if image.mode not in ("RGBA", "LA"):
        return image, None
    *bands, alpha = image.split()
    colors = bands[0] if image.mode == "LA" else image.convert("RGB")
    return colors, alpha


def _find_profile(metadata: Metadata) -> tuple[bytes, bool]:
    """Return the profile of the pixels, and whether it is embedded; no bytes for sRGB."""
    stated = _profile_of_cicp(metadata.cicp)
    if metadata.has_cicp_priority and stated is not None:
        return stated, False
    if metadata.profile:
        return metadata.profile, True
    if stated is not None:
        return stated, False
    if metadata.is_adobe_rgb:
        curve = profiles.power_curve(profiles.ADOBE_GAMMA)
        return profiles.build_profile(profiles.ADOBE_RGB, curve), False
    return _profile_of_gamma(metadata), False


def _profile_of_cicp(cicp: tuple[int, int] | None) -> bytes | None:
    """Return the profile for two numbers of ITU-T H.273; None if one of them is not known."""
    primaries, transfer = cicp or (0, 0)
    colors, curve = profiles.PRIMARIES.get(primaries), profiles.CURVES.get(transfer)
    if colors is None or curve is None:
        return None
    is_srgb = colors == profiles.SRGB and curve is profiles.srgb_curve
    return b"" if is_srgb else profiles.build_profile(colors, curve)


def _profile_of_gamma(metadata: Metadata) -> bytes:
    """Return the profile for the gamma and the chromaticities of a PNG image."""
    if metadata.is_srgb:
        return b""
    colors, gamma = _measured_colors(metadata.chromaticities), metadata.gamma
    curve: profiles.Curve = profiles.srgb_curve
    if gamma is not None and GAMMAS[0] <= gamma <= GAMMAS[1]:
        is_usual = USUAL_GAMMAS[0] <= gamma <= USUAL_GAMMAS[1]
        curve = curve if is_usual else profiles.power_curve(1 / gamma)
    if colors == profiles.SRGB and curve is profiles.srgb_curve:
        return b""
    try:
        return profiles.build_profile(colors, curve)
    except (ArithmeticError, ValueError, struct.error):  # colors on a line, or without brightness
        return b""


def _measured_colors(chromaticities: tuple[float, ...]) -> tuple[profiles.Point, ...]:
    """Return white, red, green and blue; those of sRGB if they are missing or nearly the same."""
    srgb = [value for point in profiles.SRGB for value in point]
    if len(chromaticities) != len(srgb):
        return profiles.SRGB
    pairs = zip(chromaticities, srgb, strict=True)
    if all(abs(value - usual) < CHROMATICITY_TOLERANCE for value, usual in pairs):
        return profiles.SRGB
    return tuple(zip(chromaticities[::2], chromaticities[1::2], strict=True))


def _convert(image: Image, profile: bytes) -> Image:
    """Return ``image`` converted from ``profile`` to sRGB.

    Raises:
        _UnfitProfileError: the profile does not describe such pixels.
        Exception: LittleCMS may raise several types.
    """
    with block_fork():
        from PIL import ImageCms
    if profile[16:20] == b"GRAY" and _is_gray(image):
        image = image.getchannel("R")
    mode = _check_profile(profile, image.mode)
    converted = ImageCms.profileToProfile(
        image if image.mode == mode else _to_plain_rgb(image),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.PERCEPTUAL,
        outputMode="RGB",
    )
    assert converted is not None  # noqa: S101  # only None if it is done in place
    return converted


def _is_gray(image: Image) -> bool:
    """Return whether an RGB image shows only gray, as files of formats that have no gray mode."""
    from PIL import ImageChops

    if image.mode != "RGB":
        return False
    red, *others = image.split()
    counts = [ImageChops.difference(red, other).histogram() for other in others]
    return not any(sum(count[GRAY_TOLERANCE + 1 :]) for count in counts)


def _check_profile(profile: bytes, mode: str) -> str:
    """Return the mode of the pixels that ``profile`` describes.

    A gray image may have a profile for RGB, as viewers allow; no other difference is useful. An RGB
    image that shows only gray is one of mode L here.
    """
    if len(profile) > MAX_PROFILE_BYTES:
        raise _UnfitProfileError(f"it has more than {MAX_PROFILE_BYTES} bytes")
    if len(profile) < MIN_PROFILE_BYTES or profile[36:40] != b"acsp":
        raise _UnfitProfileError("it is damaged")
    if int.from_bytes(profile[:4], "big") > len(profile):
        raise _UnfitProfileError("it is cut off")
    if profile[12:16] not in CLASSES:
        raise _UnfitProfileError("it does not describe the colors of an image")
    described = MODES.get(profile[16:20], "")
    is_converted = described == "RGB" and mode in ("L", "YCbCr", "HSV", "RGBX")
    if described != mode and not is_converted:
        raise _UnfitProfileError(f"it describes {described or 'unknown'} pixels, not {mode}")
    return described


def _to_plain_rgb(image: Image) -> Image:
    """Return ``image`` in RGB by formula: Lab by definition, gray and CMYK without a profile."""
    return image.convert("RGB")
