"""Hashes of pictures: BlurHash and ThumbHash, and what they show.

A hash is made of a photograph that is reduced to ``SIDE`` pixels first, as its users do, because
both have only a few waves. Its picture is enlarged to the size of the photograph again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from semcodec.imaging.quiet_pillow import import_pillow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Levels = NDArray[np.float64]

SIDE: Final = 32  #: pixels of the longer side of pictures that become a hash
MIN_SIDE: Final = 9  #: of the shorter side: fewer pixels than waves would be another picture
BLURHASH_SHAPES: Final = ((4, 3), (6, 5), (9, 9))  #: waves across and down; 9 x 9 is the most

Size = tuple[int, int]


class PictureHash(NamedTuple):
    """A kind of hash.

    Attributes:
        name: ``"BlurHash"`` or ``"ThumbHash"``.
        setting: such as ``"4x3"``; empty for ThumbHash, which has none.
        package: the package that makes it.
        encode_small: returns the hash of a small RGB image.
        decode_small: returns the picture of a hash, in pixels of the given size.
        is_floor: whether no setting has a smaller hash.
    """

    name: str
    setting: str
    package: str
    encode_small: Callable[[Image], bytes]
    decode_small: Callable[[bytes, Size], Image]
    is_floor: bool

    def encode(self, photograph: Image) -> bytes:
        """Return the hash of an RGB image."""
        return self.encode_small(photograph.resize(hash_size(photograph.size), _box()))

    def decode(self, data: bytes, size: Size) -> Image:
        """Return the picture of a hash, enlarged to ``size``."""
        return self.decode_small(data, hash_size(size)).resize(size)


def encode_blurhash(small: Image, shape: Size) -> bytes:
    """Return the BlurHash of a small image: its text, of one byte a character."""
    import numpy as np

    text: str = import_module("blurhash").encode(np.asarray(small).tolist(), *shape)
    return text.encode("ascii")


def decode_blurhash(data: bytes, size: Size) -> Image:
    """Return the picture of a BlurHash."""
    import numpy as np

    levels = np.asarray(import_module("blurhash").decode(data.decode("ascii"), *size))
    return _to_image(levels / 255)


def encode_thumbhash(small: Image) -> bytes:
    """Return the ThumbHash of a small image."""
    import numpy as np

    pixels = np.asarray(small.convert("RGBA")).reshape(-1).tolist()
    return bytes(import_module("thumbhash").rgba_to_thumb_hash(*small.size, pixels))


def decode_thumbhash(data: bytes, size: Size) -> Image:
    """Return the picture of a ThumbHash without transparency.

    The decoder in its Python package adds up the waves of all pixels before, which is why it is not
    used here. This one is written after the reference in JavaScript.
    """
    import numpy as np

    header, shape = int.from_bytes(data[:3], "little"), data[3] | data[4] << 8
    short, is_landscape = max(3, shape & 7), shape >> 15
    waves = (7, short) if is_landscape else (short, 7)
    nibbles = iter([value for byte in data[5:] for value in (byte & 15, byte >> 4)])
    # Chroma is stored weaker than it is shown: the reference multiplies by 1.25.
    scales = [
        (header >> 18 & 31) / 31,
        (shape >> 3 & 63) / 63 * 1.25,
        (shape >> 9 & 63) / 63 * 1.25,
    ]
    means = [(header & 63) / 63, (header >> 6 & 63) / 31.5 - 1, (header >> 12 & 63) / 31.5 - 1]
    luma, yellow, red = (
        mean + scale * _add_waves(nibbles, columns, rows, size)
        for mean, scale, (columns, rows) in zip(means, scales, (waves, (3, 3), (3, 3)), strict=True)
    )
    blue = luma - yellow * 2 / 3
    red_level = (3 * luma - blue + red) / 2
    return _to_image(np.stack([red_level, red_level - red, blue], -1))


def _add_waves(nibbles: Iterator[int], columns: int, rows: int, size: Size) -> Levels:
    """Return the sum of the waves in the lower left triangle of ``columns`` x ``rows``."""
    import numpy as np

    across, down = (
        np.cos(np.pi / side * np.outer(np.arange(count), np.arange(side) + 0.5))
        for count, side in zip((columns, rows), size, strict=True)
    )
    total = np.zeros(size[::-1])
    for y in range(rows):
        for x in range(0 if y else 1, columns):
            if x * rows < columns * (rows - y):
                total += (next(nibbles) / 7.5 - 1) * 2 * np.outer(down[y], across[x])
    return total


def _to_image(levels: Levels) -> Image:
    import numpy as np

    pixels = (np.clip(levels, 0, 1) * 255 + 0.5).astype(np.uint8)
    image: Image = import_pillow().fromarray(pixels, "RGB")
    return image


def shrink(photograph: Image, side: int = SIDE) -> Image:
    """Return a small copy of a photograph: box-filtered, without metadata.

    Args:
        photograph: an RGB image.
        side: pixels of the longer side of the copy.
    """
    small = photograph.resize(small_size(photograph.size, side), _box())
    small.info.clear()  # a color profile would be written into files
    return small


def small_size(size: Size, side: int = SIDE) -> Size:
    """Return the size of the small copy of an image of ``size``."""
    scale = side / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def hash_size(size: Size) -> Size:
    """Return the size at which an image of ``size`` becomes a hash."""
    width, height = small_size(size)
    return max(MIN_SIDE, width), max(MIN_SIDE, height)


def _box() -> Any:
    return import_pillow().Resampling.BOX


HASHES: Final = (
    *(
        PictureHash(
            "BlurHash",
            "{}x{}".format(*shape),
            "blurhash",
            partial(encode_blurhash, shape=shape),
            decode_blurhash,
            is_floor=False,
        )
        for shape in BLURHASH_SHAPES
    ),
    PictureHash("ThumbHash", "", "thumbhash", encode_thumbhash, decode_thumbhash, is_floor=True),
)
