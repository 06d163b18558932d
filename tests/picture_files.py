"""Image files that Pillow cannot write: PNG of any depth, TIFF of any sample format."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence

from PIL import Image, ImageCms

from tests.png_files import SIGNATURE, build_chunk

SIZE = (12, 8)


def build_png(
    depth: int,
    color_type: int,
    pixel: Callable[[int, int], Sequence[int]],
    *,
    transparent: Sequence[int] = (),
    chunks: Sequence[tuple[bytes, bytes]] = (),
    size: tuple[int, int] = SIZE,
) -> bytes:
    """Return a PNG file; ``pixel`` returns the samples at x and y."""
    width, height = size
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    rows = b""
    for y in range(height):
        bits = "".join(f"{level:0{depth}b}" for x in range(width) for level in pixel(x, y))
        bits += "0" * (-len(bits) % 8)
        rows += b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    parts = [(b"IHDR", header), *chunks]
    if transparent:
        parts.append((b"tRNS", struct.pack(f">{len(transparent)}H", *transparent)))
    parts += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return SIGNATURE + b"".join(build_chunk(name, data) for name, data in parts)


def build_tiff(
    samples: bytes,
    bits: int,
    sample_format: int = 1,
    *,
    photometric: int = 1,
    no_data: str = "",
    max_sample: int = 0,
    size: tuple[int, int] = SIZE,
) -> bytes:
    """Return an uncompressed little-endian TIFF file with one band."""
    width, height = size
    entries = {256: (3, 1, width), 257: (3, 1, height), 258: (3, 1, bits), 259: (3, 1, 1)}
    entries |= {262: (3, 1, photometric), 277: (3, 1, 1), 278: (3, 1, height)}
    entries |= {279: (4, 1, len(samples)), 339: (3, 1, sample_format)}
    if max_sample:
        entries[281] = (3, 1, max_sample)
    text = no_data.encode().ljust(8, b"\0")  # over 4 bytes, so that it is not in the directory
    count = len(entries) + 1 + bool(no_data)
    start = 8 + 2 + 12 * count + 4
    entries[273] = (4, 1, start + len(text))
    if no_data:
        entries[42113] = (2, len(text), start)
    directory = b"".join(
        struct.pack("<HHII", tag, *entry) for tag, entry in sorted(entries.items())
    )
    head = b"II*\0" + struct.pack("<IH", 8, count)
    return head + directory + bytes(4) + text + samples


def in_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the pixels of an sRGB image as ``profile`` describes them, without the profile."""
    srgb = ImageCms.createProfile("sRGB")
    target = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(image, srgb, target)
    assert converted is not None
    converted.info.clear()
    return converted
