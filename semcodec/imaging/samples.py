"""Show samples of more than 8 bits: 16 and 32 bits, floating point, with values that mean nothing.

Such images are gray: elevations, X-rays, depth maps. 16-bit samples have a fixed range. 32-bit and
floating-point samples do not, so the range of their valid values is stretched over all levels, as
viewers of such data do. Samples without a value become transparent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from semcodec.imaging.metadata import Metadata

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_VALUE: Final = 1e30  #: larger floating-point values mark missing data, such as 3.4e38
#: The lowest value marks missing data, if it is one of these.
SENTINELS: Final = (-9999.0, -99999.0, -32768.0, -32767.0, -2147483648.0)
MIDDLE_LEVEL: Final = 128  #: of an image with only one value


def is_deep(image: Image) -> bool:
    """Return whether the pixels of ``image`` have more than 8 bits."""
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def to_8bit(image: Image, metadata: Metadata) -> Image:
    """Return a gray image of 8 bits; it has an alpha band if samples are missing or transparent."""
    from PIL import ImageOps

    values = _as_float(image, metadata)
    valid = _find_valid(values, metadata)
    if metadata.has_16_bits:
        span: tuple[float, float] = (0, metadata.max_sample + 1)
    else:
        span = _value_range(values, valid)
    gray = _stretch(values, *span)
    if metadata.is_inverted:
        gray = ImageOps.invert(gray)
    if valid.getextrema() == (255, 255):
        return gray
    gray.putalpha(valid)
    return gray


def _as_float(image: Image, metadata: Metadata) -> Image:
    """Return the samples as floats; Pillow reads unsigned ones of 32 bits as signed ones."""
    values = image.convert("F")
    if image.mode == "I" and metadata.is_unsigned:
        values = _calculate(lambda v: v["x"] + (v["x"] < 0) * float(2**32), x=values).convert("F")
    return values


def _find_valid(values: Image, metadata: Metadata) -> Image:
    """Return a mask (mode L) that is 255 where a sample has a value, and 0 where it has none."""
    missing = [value for value in (metadata.no_data,) if value is not None]
    if isinstance(metadata.transparent, int):
        missing.append(float(metadata.transparent))
    # NaN is not less than anything, so this condition is false for it, too.
    is_finite = _mask(lambda v: abs(v["x"]) < MAX_VALUE, values)
    lowest = _value_range(values, is_finite)[0]
    if not metadata.has_16_bits and lowest in SENTINELS:
        missing.append(lowest)
    valid = is_finite
    for value in missing:
        valid = _intersect(valid, _mask(lambda v, value=value: v["x"] != value, values))
    # Without any valid sample, the marker is all there is to see.
    return valid if valid.getextrema()[1] else is_finite


def _value_range(values: Image, valid: Image) -> tuple[float, float]:
    """Return the least and the greatest valid value; 0 and 0 if there is none."""
    mask = valid.point(lambda level: 255 - level).convert("1", dither=None)
    found = []
    for fill, index in ((float("inf"), 0), (float("-inf"), 1)):
        filled = values.copy()
        filled.paste(fill, (0, 0, *values.size), mask)
        found.append(float(filled.getextrema()[index]))  # type: ignore[arg-type]
    low, high = found
    return (low, high) if low <= high else (0.0, 0.0)


def _stretch(values: Image, low: float, high: float) -> Image:
    from PIL import Image as pil  # noqa: N813

    if not high > low:
        return pil.new("L", values.size, MIDDLE_LEVEL)
    scale = 256 / (high - low)
    return values.point(lambda value: value * scale - low * scale).convert("L")


def _mask(condition: Any, values: Image) -> Image:
    return _calculate(lambda v: condition(v) * 255, x=values).convert("L")


def _intersect(first: Image, second: Image) -> Image:
    from PIL import ImageChops

    return ImageChops.darker(first, second)


def _calculate(expression: Any, **images: Image) -> Image:
    from PIL import ImageMath

    result: Image = ImageMath.lambda_eval(expression, **images)
    return result


def mark_transparent(image: Image, metadata: Metadata) -> Image:
    """Return an image of 8 bits with an alpha band, if one of its levels or colors is transparent.

    Images with a palette keep their transparency in it, so they are returned unchanged.
    """
    if image.mode not in ("1", "L", "RGB"):
        return image
    level = metadata.transparent
    if level is None and metadata.no_data is not None and image.mode == "L":
        level = int(metadata.no_data) if metadata.no_data in range(256) else None
    if image.mode == "RGB" and isinstance(level, tuple) and len(level) == 3:
        bands = [
            band.point(_equals(value)) for band, value in zip(image.split(), level, strict=True)
        ]
        equal = _intersect(_intersect(bands[0], bands[1]), bands[2])
    elif image.mode != "RGB" and isinstance(level, int):
        image = image.convert("L")
        equal = image.point(_equals(level))
    else:
        return image
    image = image.copy()
    image.putalpha(equal.point(lambda value: 255 - value))
    return image


def _equals(value: int) -> list[int]:
    """Return the table that turns ``value`` into 255 and every other level into 0."""
    return [255 if level == value else 0 for level in range(256)]
