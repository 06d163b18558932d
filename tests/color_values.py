"""Random values of colors (COLORS-1), and the coefficients that the library decodes from them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

from semcodec.coding import color_planes

MEAN_BYTES: Final = 24  #: of a value
EDGE_BYTES: Final = (0, 1, 127, 128, 254, 255)


def inputs(rng: random.Random, count: int) -> Iterator[bytes]:
    """Yield random bytes, equal bytes, and the beginnings of encodings."""
    for _ in range(count):
        length = min(color_planes.MAX_BYTES, 1 + int(rng.expovariate(1 / MEAN_BYTES)))
        match rng.randrange(8):
            case 0 | 1:
                yield bytes([rng.choice((*EDGE_BYTES, rng.randrange(256)))]) * length
            case 2:
                yield color_planes.encode(_coefficients(rng), length)
            case _:
                yield rng.randbytes(length)


def _coefficients(rng: random.Random) -> list[int]:
    """Return coefficients as of a picture: smaller with the frequency, and most of them 0."""
    values = [0] * color_planes.COEFFICIENTS
    for _ in range(rng.choice((0, 1, 8, 40, 200))):
        channel, row, column = (int(side * rng.random() ** 3) for side in (3, 48, 48))
        index = (channel * 48 + row) * 48 + column
        values[index] = round(rng.gauss(0, 1) * 2000 / (1 + row + column))
    return values


def coefficients_of(data: bytes) -> dict[str, Any]:
    """Return the coefficients as in the vectors: index, value and plane of those other than 0."""
    decoded = color_planes.decode(data)
    pairs = enumerate(zip(decoded.values, decoded.planes, strict=True))
    return {"coefficients": [[index, value, plane] for index, (value, plane) in pairs if value]}
