"""The sources of the vectors for colors (COLORS-1): values to decode, and coefficients to encode.

``make_vectors.py`` computes the results. Pictures are made up: their coefficients become smaller
with the diagonal, as those of photographs do.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from semcodec.coding.color_planes import COEFFICIENTS, MAX_BYTES, MAX_MAGNITUDE, SIDE, encode

Coefficients = dict[int, int]  #: values by index; the others are 0
LAST: int = COEFFICIENTS - 1
CELLS: int = SIDE * SIDE


class ColorSource(NamedTuple):
    """A value to decode, or coefficients to encode.

    Attributes:
        slug: the name of the vector.
        comment: what it tests.
        data: the value; None if the vector is for encoders.
        coefficients: those of an encoder, in steps of the last plane.
    """

    slug: str
    comment: str
    data: bytes | None
    coefficients: Coefficients


def expand(coefficients: Coefficients) -> list[int]:
    """Return all coefficients."""
    return [coefficients.get(index, 0) for index in range(COEFFICIENTS)]


def _hash_bytes(seed: int, count: int) -> bytes:
    """Return bytes that look random."""
    blocks = (hashlib.sha256(bytes([seed, block])).digest() for block in range(-(-count // 32)))
    return b"".join(blocks)[:count]


def _scene(diagonals: int, seed: int) -> Coefficients:
    """Return coefficients of a picture; the greatest ones are near to 0, 0."""
    noise = iter(_hash_bytes(seed, COEFFICIENTS))
    found: Coefficients = {}
    for channel, strength in enumerate((2900, 900, 1200)):
        for row in range(diagonals):
            for column in range(diagonals - row):
                value = (next(noise) - 127) * strength // (80 * (1 + row + column) ** 2)
                found[channel * CELLS + row * SIDE + column] = value
    return {index: value for index, value in found.items() if value}


SCENE = _scene(24, 1)
SCENE_DATA = encode(expand(SCENE))
assert len(SCENE_DATA) == MAX_BYTES  # noqa: S101  # the other vectors have the shorter ones
FEW: Coefficients = {0: -77, SIDE: 1, CELLS: 1030, 2 * CELLS + 1: -2}
CORNERS: Coefficients = {
    0: MAX_MAGNITUDE, SIDE - 1: -1, CELLS - SIDE: 1024, CELLS - 1: -1023, CELLS: -MAX_MAGNITUDE,
    2 * CELLS - 1: 3, 2 * CELLS + SIDE + 1: 65, LAST: -MAX_MAGNITUDE,
}  # fmt: skip
GRAY: Coefficients = {0: -211}
EDGES: Coefficients = {
    channel * CELLS + step * unit: (-1) ** step * 700 // (1 + step)
    for channel in range(2)
    for unit in (1, SIDE)
    for step in range(SIDE)
}
BLOCK: Coefficients = {
    channel * CELLS + row * SIDE + column: 90 - 7 * (row + column) * (-1) ** (row + channel)
    for channel in range(3)
    for row in range(5, 11)
    for column in range(3, 9)
}
PREFIXES = (1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 24, 25, 48, 120, 300, 511, 512)


def _value(slug: str, comment: str, data: bytes) -> ColorSource:
    return ColorSource(slug, comment, data, {})


def _values() -> list[ColorSource]:
    sources = [
        _value(f"byte-{byte:02x}", "one byte", bytes([byte]))
        for byte in (0, 1, 2, 3, 4, 15, 16, 127, 128, 254, 255)
    ]
    sources += [
        _value(f"zeros-{count}", "each decision is 1 as long as it is determined", bytes(count))
        for count in (2, 3, 5, 6, 12, 100, MAX_BYTES)
    ]
    sources += [
        _value(f"ones-{count}", "each decision is 0", b"\xff" * count)
        for count in (2, 5, 6, MAX_BYTES)
    ]
    sources += [
        _value(f"scene-{count}", "prefixes of one value", SCENE_DATA[:count]) for count in PREFIXES
    ]
    sources += [
        _value(f"random-{seed}-{count}", "bytes without a meaning", _hash_bytes(seed, count))
        for seed, count in ((2, 7), (3, 24), (4, 25), (5, 80), (6, 200), (7, MAX_BYTES))
    ]
    for name, coefficients in (("few", FEW), ("corners", CORNERS), ("gray", GRAY)):
        data = encode(expand(coefficients))
        sources.append(_value(f"{name}-whole", "up to the end of the last plane", data))
        sources.append(_value(f"{name}-cut", "without the last byte", data[:-1]))
        more = data + b"\xff\0\x55"
        sources.append(_value(f"{name}-more", "bytes after the last plane", more))
    return sources


def _to_encode() -> list[ColorSource]:
    sources = (
        ("black", "all coefficients are 0", {}),
        ("gray", "the mean lightness alone", GRAY),
        ("few", "some small values: the value ends after the last plane", FEW),
        ("corners", "the ends of all ranges, in all channels", CORNERS),
        ("edges", "the first row and column: vertical and horizontal stripes", EDGES),
        ("block", "neighbors of equal size", BLOCK),
        ("scene", "a picture: the value has 512 bytes", SCENE),
    )
    return [
        ColorSource(f"encode-{slug}", comment, None, values) for slug, comment, values in sources
    ]


ALL = [*_values(), *_to_encode()]
