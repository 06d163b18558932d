"""Image files that cost much memory or time for their size, made on the spot.

``BOMBS`` has a function for each name. Most files are valid; the names of those that only state a
size, or are damaged, tell so. Large ones are compressed in blocks, so that making them needs little
memory itself.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from PIL import Image, ImageCms

from tests.images import encode_image
from tests.png_files import SIGNATURE, build_chunk

BLOCK: Final = 2**20
Maker = Callable[[], bytes]

# --- PNG ------------------------------------------------------------------------------------------


def compress_zeros(count: int) -> bytes:
    """Return ``count`` zero bytes, compressed by zlib."""
    compressor, zeros = zlib.compressobj(9), bytes(BLOCK)
    parts = [compressor.compress(zeros) for _ in range(count // BLOCK)]
    return b"".join([*parts, compressor.compress(bytes(count % BLOCK)), compressor.flush()])


def png(
    width: int,
    height: int,
    color_type: int,
    depth: int = 8,
    *,
    chunks: Iterable[tuple[bytes, bytes]] = (),
    after: Iterable[tuple[bytes, bytes]] = (),
    share: float = 1,
    is_interlaced: bool = False,
) -> bytes:
    """Return a black PNG file; ``share`` is the part of its rows that the file has."""
    bands = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color_type]
    row = -(-width * bands * depth // 8) + 1
    # The passes of an interlaced image have as many pixels, and some more filter bytes.
    size = int(row * height * share) + (4 * height + 64 if is_interlaced else 0)
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, is_interlaced)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", compress_zeros(size)), *after, (b"IEND", b"")]
    return SIGNATURE + b"".join(build_chunk(name, data) for name, data in parts)


def animated_png(width: int, height: int, frames: int) -> bytes:
    """Return an animated PNG file of black frames, which is searched for one that is not blank."""
    control = struct.pack(">IIIIIHHBB", 0, width, height, 0, 0, 1, 10, 1, 1)
    pixels = compress_zeros((4 * width + 1) * height)
    after = []
    for index in range(1, frames):
        after.append((b"fcTL", struct.pack(">I", 2 * index - 1) + control[4:]))
        after.append((b"fdAT", struct.pack(">I", 2 * index) + pixels))
    chunks = [(b"acTL", struct.pack(">II", frames, 0)), (b"fcTL", control)]
    return png(width, height, 6, chunks=chunks, after=after)


PALETTE: Final = [(b"PLTE", bytes(range(256)) * 3), (b"tRNS", bytes(range(256)))]
EXIF: Final = Image.Exif()
EXIF[0x0112] = 6
ROTATED: Final = EXIF.tobytes()
SMALL: Final = partial(png, 64, 64, 2)


def png_with_text(name: bytes, before: bytes) -> bytes:
    """Return a small PNG file with 200 MB in a compressed chunk of text or for a profile."""
    return SMALL(chunks=[(name, before + compress_zeros(200 << 20))] * 4)


# --- WebP -----------------------------------------------------------------------------------------


def lossless_webp(width: int, height: int) -> bytes:
    """Return a WebP file of one color, which needs no bits for a pixel: 40 bytes."""
    data = bytearray(encode_image(Image.new("RGB", (16, 16), (255, 0, 0)), "WEBP", lossless=True))
    assert data[12:16] == b"VP8L"
    size = (width - 1) | (height - 1) << 14
    flags = int.from_bytes(data[21:25], "little") >> 28 << 28
    data[21:25] = (flags | size).to_bytes(4, "little")
    return bytes(data)


def lossy_webp_header(width: int, height: int) -> bytes:
    """Return a lossy WebP file that states a size and ends too early."""
    data = bytearray(encode_image(Image.new("RGB", (64, 64), (9, 9, 9)), "WEBP"))
    data[26:30] = struct.pack("<HH", width, height)
    return bytes(data)


def animated_webp(width: int, height: int, frames: int) -> bytes:
    """Return an animated WebP file of small black frames on a large canvas."""
    images = [Image.new("RGB", (16, 16), (0, 0, 40 * (index % 2))) for index in range(frames)]
    options: dict[str, Any] = {"save_all": True, "append_images": images[1:], "lossless": True}
    data = bytearray(encode_image(images[0], "WEBP", **options))
    assert data[12:16] == b"VP8X"
    data[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(data)


# --- GIF ------------------------------------------------------------------------------------------


def gif(width: int, height: int, frames: int, frame: tuple[int, int] = (16, 16)) -> bytes:
    """Return a GIF file with a large canvas and black frames of another size."""
    data = encode_image(Image.new("P", frame), "GIF")
    start = data.index(b"\x2c" + bytes(4) + struct.pack("<HH", *frame))
    header = data[:6] + struct.pack("<HH", width, height) + data[10:13]
    palette = data[13 : 13 + 3 * 2 ** ((data[10] & 7) + 1)] if data[10] & 0x80 else b""
    control = b"\x21\xf9\x04\x08\x0a\x00\x00\x00"
    return header + palette + (control + data[start:-1]) * frames + b";"


# --- TIFF -----------------------------------------------------------------------------------------


def tiff(
    width: int,
    height: int,
    data: bytes,
    *,
    compression: int = 1,
    bits: tuple[int, ...] = (8, 8, 8),
    photometric: int = 2,
    pages: int = 1,
    is_big: bool = False,
    **tags: tuple[int, int, int],
) -> bytes:
    """Return a TIFF file whose pages, of one strip each, share the same data.

    Args:
        tags: entries by ``t`` and their number, such as ``t339=(3, 1, 3)``: type, count, value.
    """
    count_format, entry, size = ("<Q", "<HHQQ", 8) if is_big else ("<H", "<HHII", 4)
    head = b"II+\0\x08\0\0\0" if is_big else b"II*\0"
    start = len(head) + size
    depth = struct.pack(f"<{len(bits)}H", *bits)
    entries = {256: (4, 1, width), 257: (4, 1, height), 259: (3, 1, compression)}
    entries |= {
        258: (3, len(bits), start if len(depth) > size else int.from_bytes(depth, "little"))
    }
    entries |= {262: (3, 1, photometric), 277: (3, 1, len(bits)), 278: (4, 1, height)}
    at = start + len(depth)
    entries |= {273: (4, 1, at), 279: (4, 1, len(data))}
    entries |= {int(name[1:]): value for name, value in tags.items()}
    body = depth + data
    first = start + len(body)
    directories = b""
    for page in range(pages):
        rows = b"".join(struct.pack(entry, tag, *value) for tag, value in sorted(entries.items()))
        directory = struct.pack(count_format, len(entries)) + rows
        following = first + len(directories) + len(directory) + size if page < pages - 1 else 0
        directories += directory + following.to_bytes(size, "little")
    return head + first.to_bytes(size, "little") + body + directories


def deflated_tiff(width: int, height: int, bits: tuple[int, ...], **options: Any) -> bytes:
    """Return a TIFF file whose only strip is compressed by deflate."""
    data = compress_zeros(width * height * sum(bits) // 8)
    return tiff(width, height, data, compression=8, bits=bits, **options)


def tiled_tiff(width: int, height: int) -> bytes:
    """Return an RGB TIFF file whose tiles of 256 pixels a side all share the same data."""
    tiles = -(-width // 256) * -(-height // 256)
    data = compress_zeros(256 * 256 * 3)
    offsets = struct.pack(f"<{tiles}I", *[14] * tiles)
    counts = struct.pack(f"<{tiles}I", *[len(data)] * tiles)
    at = 14 + len(data)
    return tiff(
        width, height, data + offsets + counts, compression=8,
        t322=(3, 1, 256), t323=(3, 1, 256), t324=(4, tiles, at), t325=(4, tiles, at + 4 * tiles),
    )  # fmt: skip


def large_tag_tiff() -> bytes:
    """Return a small TIFF file with a tag of 64 MB in each of 64 pages."""
    data = bytes(64 * 64 * 3) + bytes(64 << 20)
    return tiff(64, 64, data, pages=64, t700=(7, 64 << 20, 14), t34675=(7, 64 << 20, 14))


def tiff_with_offsets(count: int) -> bytes:
    """Return a small TIFF file that states one strip many times, each an object of Pillow."""
    strips = struct.pack("<I", 14) * count
    return tiff(64, 64, bytes(64 * 64 * 3) + strips, t273=(4, count, 14), t279=(4, count, 14),
                t278=(4, 1, 1))  # fmt: skip


def tiff_with_large_tile(side: int) -> bytes:
    """Return an image of 64 pixels a side in one tile that is much larger."""
    data = compress_zeros(side * side * 3)
    return tiff(64, 64, data, compression=8, t322=(4, 1, side), t323=(4, 1, side), t324=(4, 1, 14),
                t325=(4, 1, len(data)))  # fmt: skip


def progressive_tiff(side: int) -> bytes:
    """Return a TIFF file of one strip of JPEG in several scans, whose coefficients are kept."""
    data = encode_image(Image.new("RGB", (side, side)), "JPEG", progressive=True, subsampling=0)
    return tiff(side, side, data, compression=7, photometric=6)


# --- JPEG -----------------------------------------------------------------------------------------


def jpeg(width: int, height: int, mode: str = "RGB", **options: Any) -> bytes:
    """Return a gray JPEG file."""
    return encode_image(Image.new(mode, (width, height)), "JPEG", **options)


def declare_jpeg(data: bytes, width: int, height: int) -> bytes:
    """Return a JPEG file whose header states another size."""
    marker = next(m for m in (b"\xff\xc0", b"\xff\xc1", b"\xff\xc2") if m in data)
    at = data.index(marker) + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def many_scans(width: int, height: int, scans: int) -> bytes:
    """Return a progressive JPEG file with scans that refine nothing, again and again."""
    small = jpeg(64, 64, "L", progressive=True)
    start = small.index(b"\xff\xda")
    first = start + 2 + int.from_bytes(small[start + 2 : start + 4], "big")
    end = small.index(b"\xff", first)
    head, dc_scan = small[:start], small[start:end]
    head = declare_jpeg(head, width, height)
    # One code, of one bit, for a run of 2^14 blocks without coefficients and one more for shorter.
    table = b"\xff\xc4" + struct.pack(">HB", 3 + 16 + 1, 0x10) + b"\1" + bytes(15) + b"\xe0"
    scan = b"\xff\xda\0\x08\1\1\0\x01\x3f\0"
    blocks = -(-width // 8) * -(-height // 8)
    runs = bytes(15 * (blocks // 2**14 + 1) // 8 + 2)
    return head + dc_scan + table + (scan + runs) * scans + b"\xff\xd9"


def jpeg_with_segments(marker: int, head: bytes, count: int) -> bytes:
    """Return a small JPEG file with many segments of 64 KB."""
    small = jpeg(64, 64)
    segment = bytes([255, marker]) + struct.pack(">H", 65535) + head.ljust(65533, b"\0")
    return small[:2] + segment * count + small[2:]


def many_pictures() -> bytes:
    """Return an MPO file of 300 pictures."""
    images = [Image.new("RGB", (64, 64)) for _ in range(300)]
    return encode_image(images[0], "MPO", save_all=True, append_images=images[1:])


# --- other formats --------------------------------------------------------------------------------


def bmp(width: int, height: int, bits: int, data: bytes, compression: int = 0) -> bytes:
    """Return a BMP file."""
    palette = bytes(4 * 2**bits) if bits <= 8 else b""
    start = 14 + 40 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), *[0] * 4)
    return struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start) + info + palette + data


def png_with_two_headers(first: bytes, second: bytes) -> bytes:
    """Return a PNG file with the header of another one before its own."""
    return first[:33] + second[8:]


def icon(content: bytes) -> bytes:
    """Return a Windows icon with a PNG file in it."""
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(content), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + content


def jpeg_2000(width: int, height: int, mode: str = "RGB", **options: Any) -> bytes:
    """Return a black JPEG 2000 file."""
    return encode_image(Image.new(mode, (width, height)), "JPEG2000", **options)


def declare_jpeg_2000(data: bytes, width: int, height: int) -> bytes:
    """Return a JPEG 2000 file whose headers state another size, of one tile."""
    changed = bytearray(data)
    at = data.index(b"ihdr") + 4
    changed[at : at + 8] = struct.pack(">II", height, width)
    at = data.index(b"\xff\x4f\xff\x51") + 8
    changed[at : at + 8] = changed[at + 16 : at + 24] = struct.pack(">II", width, height)
    return bytes(changed)


def tiny_tiles() -> bytes:
    """Return a JPEG 2000 file that states 65,025 tiles, each of which takes memory at once."""
    changed = bytearray(declare_jpeg_2000(jpeg_2000(255, 255), 255, 255))
    at = changed.index(b"\xff\x4f\xff\x51") + 24
    changed[at : at + 8] = struct.pack(">II", 1, 1)
    return bytes(changed)


def avif(width: int, height: int, mode: str = "RGB", **options: Any) -> bytes:
    """Return a black AVIF file."""
    return encode_image(Image.new(mode, (width, height)), "AVIF", speed=10, **options)


def understated_avif(side: int, stated: int, **options: Any) -> bytes:
    """Return an AVIF file whose box ``ispe`` states another size than its picture has."""
    data = avif(side, side, **options)
    size = struct.pack(">II", side, side)
    return data.replace(b"ispe" + bytes(4) + size, b"ispe" + struct.pack(">III", 0, stated, stated))


def heic(width: int, height: int) -> bytes:
    """Return a black HEIC file."""
    from pillow_heif import HeifImageFile, from_pillow  # noqa: F401

    out = io.BytesIO()
    from_pillow(Image.new("RGB", (width, height))).save(out, quality=10)
    return out.getvalue()


def jpeg_xl(width: int, height: int, mode: str = "RGB") -> bytes:
    """Return a black JPEG XL file."""
    from pillow_jxl import JpegXLImagePlugin  # noqa: F401

    return encode_image(Image.new(mode, (width, height)), "JXL", effort=1)


def with_exif(file_format: str, size: int) -> bytes:
    """Return a small image file with EXIF of ``size`` bytes."""
    exif = b"Exif\0\0II*\0\x08\0\0\0" + bytes(size)
    return encode_image(Image.new("RGB", (64, 64)), file_format, exif=exif)


def cut(maker: Maker, share: float) -> bytes:
    """Return the first part of a file."""
    data = maker()
    return data[: int(len(data) * share)]


# --- images that are kept at nearly full size, so that what follows is most of the work -----------

KEPT: Final = (4095, 4095)


def kept(mode: str, file_format: str = "PNG", **options: Any) -> bytes:
    """Return an image file of 4095 x 4095 pixels, in shades that all differ from a background."""
    image = Image.linear_gradient("L").resize(KEPT).convert(mode)
    return encode_image(image, file_format, **options)


def profile(space: Any = "sRGB") -> bytes:
    """Return a color profile that is not sRGB in its name, so that it is converted."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()


#: Functions that make the files, by name.
BOMBS: Final[dict[str, Maker]] = {
    "WebP lossless, 11585 x 11585": partial(lossless_webp, 11585, 11585),
    "WebP lossless, 16383 x 16383": partial(lossless_webp, 16383, 16383),
    "WebP lossless, 5600 x 5600": partial(lossless_webp, 5600, 5600),
    "WebP lossless, 16383 x 2000": partial(lossless_webp, 16383, 2000),
    "WebP lossy, states 16383 x 16383": partial(lossy_webp_header, 16383, 16383),
    "WebP lossy, 5200 x 5200": lambda: encode_image(
        Image.new("RGB", (5200,) * 2), "WEBP", method=0
    ),
    "WebP RGBA, 5200 x 5200": lambda: encode_image(
        Image.new("RGBA", (5200,) * 2), "WEBP", method=0
    ),
    "WebP animation, canvas of 12000 x 12000": partial(animated_webp, 12000, 12000, 3),
    "WebP animation, 200 frames on 5000 x 5000": partial(animated_webp, 5000, 5000, 200),
    "PNG RGBA, 4095 x 32776": partial(png, 4095, 32776, 6),
    "PNG RGB, 4095 x 32776": partial(png, 4095, 32776, 2),
    "PNG RGB, 30000 x 4000": partial(png, 30000, 4000, 2),
    "PNG RGB, 9504 x 6336": partial(png, 9504, 6336, 2),
    "PNG RGBA, 1 x 67108864": partial(png, 1, 2**26, 6),
    "PNG gray, 134217728 x 1": partial(png, 2**27, 1, 0),
    "PNG RGBA, 67108864 x 1": partial(png, 2**26, 1, 6),
    "PNG palette with alpha, 11500 x 11500": partial(png, 11500, 11500, 3, chunks=PALETTE),
    "PNG LA of 16 bits, 11500 x 11500": partial(png, 11500, 11500, 4, 16),
    "PNG RGBA of 16 bits, 8000 x 8000": partial(png, 8000, 8000, 6, 16),
    "PNG RGB of 16 bits, 8000 x 8000": partial(png, 8000, 8000, 2, 16),
    "PNG gray of 16 bits, 11000 x 11000": partial(png, 11000, 11000, 0, 16),
    "PNG RGBA, interlaced, 9000 x 9000": partial(png, 9000, 9000, 6, is_interlaced=True),
    "PNG RGB, interlaced, 6000 x 6000": partial(png, 6000, 6000, 2, is_interlaced=True),
    "PNG of 1 bit, 32768 x 32768": partial(png, 32768, 32768, 0, 1),
    "PNG RGB with a transparent color, 9000 x 9000": partial(
        png, 9000, 9000, 2, chunks=[(b"tRNS", bytes(6))]
    ),
    "PNG RGB, cut off, 12000 x 10000": partial(png, 12000, 10000, 2, share=0.7),
    "PNG animation, 100 frames of 4000 x 4000": partial(animated_png, 4000, 4000, 100),
    "PNG animation, 3 frames of 8000 x 8000": partial(animated_png, 8000, 8000, 3),
    "PNG with 800 MB of zTXt": partial(png_with_text, b"zTXt", b"Comment\0\0"),
    "PNG with 800 MB of iTXt": partial(png_with_text, b"iTXt", b"Comment\0\1\0\0\0"),
    "PNG with 800 MB of iCCP": partial(png_with_text, b"iCCP", b"profile\0\0"),
    "GIF, small frames on 65535 x 65535": partial(gif, 65535, 65535, 2),
    "GIF, small frame on 11585 x 11585": partial(gif, 11585, 11585, 1),
    "GIF, 5000 frames on 4000 x 4000": partial(gif, 4000, 4000, 5000),
    "GIF, 8000 x 8000": partial(gif, 8000, 8000, 2, (8000, 8000)),
    "GIF, 100000 frames": partial(gif, 64, 64, 100_000),
    "AVIF RGB, 8000 x 8000": partial(avif, 8000, 8000),
    "AVIF 4:4:4 with alpha, 5000 x 5000": partial(avif, 5000, 5000, "RGBA", subsampling="4:4:4"),
    "AVIF, 14000 x 14000, states 64 x 64": partial(understated_avif, 14000, 64),
    "TIFF of 10000 pages": partial(tiff, 64, 64, bytes(64 * 64 * 3), pages=10_000),
    "TIFF RGB, deflate, one strip, 11000 x 11000": partial(deflated_tiff, 11000, 11000, (8, 8, 8)),
    "TIFF RGB, deflate, one strip, 6000 x 6000": partial(deflated_tiff, 6000, 6000, (8, 8, 8)),
    "TIFF RGB, deflate, rotated, 6000 x 6000": partial(
        deflated_tiff, 6000, 6000, (8, 8, 8), t274=(3, 1, 6)
    ),
    "TIFF CMYK, deflate, 6000 x 6000": partial(
        deflated_tiff, 6000, 6000, (8, 8, 8, 8), photometric=5
    ),
    "TIFF float, deflate, 6500 x 6500": partial(
        deflated_tiff, 6500, 6500, (32,), photometric=1, t339=(3, 1, 3)
    ),
    "TIFF RGB, planar, deflate, 6000 x 6000, one offset": partial(
        deflated_tiff, 6000, 6000, (8, 8, 8), t284=(3, 1, 2)
    ),
    "TIFF RGB, BigTIFF, deflate, 10000 x 10000": partial(
        deflated_tiff, 10000, 10000, (8, 8, 8), is_big=True
    ),
    "TIFF RGB, tiles with the same data, 20000 x 20000": partial(tiled_tiff, 20000, 20000),
    "TIFF RGB, tiles with the same data, 8192 x 8192": partial(tiled_tiff, 8192, 8192),
    "TIFF RGB, LZW, 7000 x 7000": lambda: encode_image(
        Image.new("RGB", (7000,) * 2), "TIFF", compression="tiff_lzw"
    ),
    "TIFF RGB, JPEG, 7000 x 7000": lambda: encode_image(
        Image.new("RGB", (7000,) * 2), "TIFF", compression="jpeg"
    ),
    "TIFF RGB, not compressed, 7000 x 7000": lambda: encode_image(
        Image.new("RGB", (7000,) * 2), "TIFF"
    ),
    "TIFF, tags of 64 MB on 64 pages": large_tag_tiff,
    "TIFF, 4 million strips": partial(tiff_with_offsets, 4_000_000),
    "TIFF, 260000 strips": partial(tiff_with_offsets, 260_000),
    "TIFF RGB, deflate, 64 x 64 in a tile of 16384 x 16384": partial(tiff_with_large_tile, 16384),
    "TIFF RGB, deflate, 64 x 64 in a tile of 4000 x 4000": partial(tiff_with_large_tile, 4000),
    "TIFF RGB, progressive JPEG, 7000 x 7000": partial(progressive_tiff, 7000),
    "TIFF RGB, progressive JPEG, 5000 x 5000": partial(progressive_tiff, 5000),
    "JPEG baseline, states 65500 x 16000": lambda: declare_jpeg(jpeg(64, 64), 65500, 16000),
    "JPEG baseline, 16320 x 12240, gray": partial(jpeg, 16320, 12240, "L", quality=10),
    "JPEG baseline, 4:4:4, 10000 x 10000": partial(jpeg, 10000, 10000, subsampling=0),
    "JPEG baseline, 65500 x 1000": partial(jpeg, 65500, 1000),
    "JPEG progressive, 4:4:4, states 11000 x 11000": lambda: declare_jpeg(
        jpeg(64, 64, subsampling=0, progressive=True), 11000, 11000
    ),
    "JPEG progressive, 4:4:4, 7300 x 7300": partial(
        jpeg, 7300, 7300, subsampling=0, progressive=True
    ),
    "JPEG progressive, CMYK, 6400 x 6400": partial(jpeg, 6400, 6400, "CMYK", progressive=True),
    "JPEG progressive, 1000 scans of 6000 x 6000": partial(many_scans, 6000, 6000, 1000),
    "JPEG with 100 MB of EXIF": partial(jpeg_with_segments, 0xE1, b"Exif\0\0MM\0*\0\0\0\x08", 1600),
    "JPEG with 100 MB of ICC": partial(jpeg_with_segments, 0xE2, b"ICC_PROFILE\0\1\1", 1600),
    "JPEG with 100 MB of MPF": partial(jpeg_with_segments, 0xE2, b"MPF\0MM\0*\0\0\0\x08", 1600),
    "MPO of 300 pictures": many_pictures,
    "BMP RLE, states 11500 x 11500": partial(bmp, 11500, 11500, 8, b"\0\1", 1),
    "BMP RGB, 6500 x 6500": lambda: bmp(6500, 6500, 24, bytes(6500 * 19500)),
    "BMP of 1 bit, 30000 x 30000": lambda: bmp(30000, 30000, 1, bytes(3752 * 30000)),
    "ICO with a PNG of 8000 x 8000": lambda: icon(png(8000, 8000, 6)),
    "ICO with a PNG of two headers, 64 x 64 and 12000 x 12000": lambda: icon(
        png_with_two_headers(png(64, 64, 6), png(12000, 12000, 6))
    ),
    "JPEG 2000 RGB, 6000 x 6000": partial(jpeg_2000, 6000, 6000),
    "JPEG 2000 RGBA in tiles, 6000 x 6000": partial(
        jpeg_2000, 6000, 6000, "RGBA", tile_size=(256, 256)
    ),
    "JPEG 2000 without levels, 5000 x 5000": partial(jpeg_2000, 5000, 5000, num_resolutions=1),
    "JPEG 2000, code blocks of 4 pixels, 2048 x 2048": lambda: jpeg_2000(
        2048, 2048, codeblock_size=(4, 4)
    ),
    "JPEG 2000, precincts of 16 pixels, 2048 x 2048": lambda: jpeg_2000(
        2048, 2048, precinct_size=(16, 16), codeblock_size=(16, 16)
    ),
    "WebP with 150 MB of EXIF": lambda: with_exif("WEBP", 150_000_000),
    "WebP with 60 MB of EXIF": lambda: with_exif("WEBP", 60_000_000),
    "AVIF with 150 MB of EXIF": lambda: with_exif("AVIF", 150_000_000),
    "AVIF with 60 MB of EXIF": lambda: with_exif("AVIF", 60_000_000),
    "JPEG 2000, states 60000 x 60000": lambda: declare_jpeg_2000(jpeg_2000(64, 64), 60000, 60000),
    "PPM with a header of 100 MB": lambda: (
        b"P6\n#" + b"x" * (100 << 20) + b"\n4 4 255\n" + bytes(48)
    ),
    "PPM with 100 MB of spaces": lambda: b"P6" + b" " * (100 << 20) + b"4 4 255\n" + bytes(48),
    "PPM in plain text, 2800 x 2800": lambda: b"P3 2800 2800 255\n" + b"0 " * (3 * 7_840_000),
    "PPM of 16 bits, 2800 x 2800": lambda: b"P6 2800 2800 65535\n" + bytes(6 * 7_840_000),
    "PPM RGB, 7700 x 7700": lambda: b"P6 7700 7700 255\n" + bytes(3 * 59_290_000),
    "HEIC, 8000 x 6000": partial(heic, 8000, 6000),
    "JPEG XL, 8000 x 6000": partial(jpeg_xl, 8000, 6000),
    "JPEG XL RGBA, 11000 x 11000": partial(jpeg_xl, 11000, 11000, "RGBA"),
    "kept: PNG RGBA with a profile": lambda: kept("RGBA", icc_profile=profile(), compress_level=1),
    "kept: PNG LA, rotated": lambda: kept("LA", exif=ROTATED, compress_level=1),
    "kept: PNG palette with transparency": lambda: kept("P", transparency=0, compress_level=1),
    "kept: PNG RGB with a transparent color": lambda: kept(
        "RGB", transparency=(0, 0, 0), icc_profile=profile(), compress_level=1
    ),
    "kept: TIFF CMYK": lambda: kept("CMYK", "TIFF"),
    "kept: TIFF float, without data": lambda: kept("F", "TIFF", tiffinfo={42113: "0"}),
    "kept: TIFF of 32 bits, unsigned": lambda: kept("I", "TIFF", tiffinfo={339: 1}),
    "kept: TIFF of 16 bits": lambda: kept("I;16", "TIFF"),
    "kept: PNG of 16 bits": lambda: kept("I;16", compress_level=1),
    "kept: TIFF Lab": lambda: (
        kept("RGB", "TIFF")
        and encode_image(
            ImageCms.applyTransform(
                Image.new("RGB", KEPT),
                ImageCms.buildTransform(
                    ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
                ),
            ),
            "TIFF",
        )
    ),
    "kept: WebP RGBA": lambda: kept("RGBA", "WEBP", method=0),
    "kept: WebP animation": partial(animated_webp, 4095, 4095, 3),
    "kept: AVIF 4:4:4 RGBA": lambda: kept("RGBA", "AVIF", speed=10, subsampling="4:4:4"),
    "kept: GIF with transparency": lambda: kept("P", "GIF", transparency=3),
    "kept: JPEG CMYK, rotated": lambda: kept("CMYK", "JPEG", exif=ROTATED),
    "kept: JPEG 2000 RGBA": lambda: kept("RGBA", "JPEG2000"),
    "kept: JPEG XL RGBA": partial(jpeg_xl, 4095, 4095, "RGBA"),
    "TIFF RGB, not compressed, cut off, 7000 x 7000": partial(
        cut, lambda: encode_image(Image.new("RGB", (7000,) * 2), "TIFF"), 0.8
    ),
    "PNG RGB, interlaced, cut off, 9000 x 9000": partial(
        png, 9000, 9000, 2, share=0.7, is_interlaced=True
    ),
    "PNG of 120 MB, 7000 x 7000": lambda: png(
        7000, 7000, 2, chunks=[(b"teXt", bytes(120_000_000))]
    ),
    "JPEG 2000 in tiles of 1 pixel, 255 x 255": tiny_tiles,
    "WebP lossless, cut off": partial(cut, partial(lossless_webp, 11585, 11585), 0.9),
    "AVIF, cut off, 8000 x 8000": partial(cut, partial(avif, 8000, 8000), 0.8),
    "TIFF RGB, deflate, cut off, 7000 x 7000": partial(
        cut, partial(deflated_tiff, 7000, 7000, (8, 8, 8)), 0.99
    ),
    "GIF, cut off, 8000 x 8000": partial(cut, partial(gif, 8000, 8000, 1, (8000, 8000)), 0.7),
}
