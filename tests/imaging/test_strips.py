"""Reducing an image in strips gives the result of reducing the whole image."""

from __future__ import annotations

import io
import random
import zlib

import pytest
from PIL import Image

from semcodec import imaging
from semcodec.errors import InputError
from semcodec.imaging import limits, strips
from semcodec.imaging.excerpt import Excerpt
from semcodec.imaging.geometry import turn_size, turn_upright
from semcodec.imaging.strips import reduce_pixels
from tests.images import encode_image
from tests.picture_files import build_png
from tests.png_files import SIGNATURE, split_chunks

SIZE = (61, 47)
#: Depth and color type of all kinds of PNG.
KINDS = [(depth, 0) for depth in (1, 2, 4, 8, 16)] + [(depth, 3) for depth in (1, 2, 4, 8)]
KINDS += [(depth, color) for depth in (8, 16) for color in (2, 4, 6)]
BANDS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make images of ``SIZE`` large ones, and each strip one group of rows."""
    monkeypatch.setattr(limits, "MAX_SHORT_SIDE", 15)
    monkeypatch.setattr(strips, "STRIP_BYTES", 1)
    monkeypatch.setattr(strips, "INPUT_BYTES", 99)


@pytest.fixture
def rng() -> random.Random:
    return random.Random(18)


def random_png(depth: int, color_type: int, rng: random.Random) -> bytes:
    """Return a PNG file of noise, with all filters."""
    levels = [rng.getrandbits(depth) for _ in range(SIZE[0] * SIZE[1] * BANDS[color_type])]
    palette = [(b"PLTE", rng.randbytes(3 * 2**depth))] if color_type == 3 else []
    values = iter(levels)
    data = build_png(
        depth,
        color_type,
        lambda x, y: [next(values) for _ in range(BANDS[color_type])],
        chunks=palette,
        size=SIZE,
    )
    # Another filter for each row: the stored bytes are then differences, which is noise, too.
    chunks = split_chunks(data)
    index = next(i for i, chunk in enumerate(chunks) if chunk[4:8] == b"IDAT")
    rows = bytearray(zlib.decompress(chunks[index][8:-4]))
    stride = len(rows) // SIZE[1]
    rows[::stride] = bytes(rng.randrange(5) for _ in range(SIZE[1]))
    content = zlib.compress(bytes(rows), 1)
    parts = [content[:70], content[70:71], b"", content[71:]]
    chunks[index : index + 1] = [build_idat(part) for part in parts]
    return SIGNATURE + b"".join(chunks)


def build_idat(content: bytes) -> bytes:
    """Return an IDAT chunk."""
    body = b"IDAT" + content
    return len(content).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def reduce_whole(image: Image.Image, factor: int) -> Image.Image:
    if image.mode in ("1", "P", "I", "F") or image.mode.startswith("I;16"):
        width, height = image.width // factor, image.height // factor
        return image.resize((width, height), 0, (0, 0, width * factor, height * factor))
    return image.reduce(factor)


@pytest.mark.parametrize(("depth", "color_type"), KINDS)
def test_png_in_strips(depth: int, color_type: int, rng: random.Random) -> None:
    data = random_png(depth, color_type, rng)
    with Image.open(io.BytesIO(data)) as opened:
        header = opened.copy()
    with Image.open(io.BytesIO(data)) as lazy:
        reduced, missing = strips.reduce_png(data, lazy, 3)
    assert missing == 0
    expected = reduce_whole(header, 3)
    assert (reduced.mode, reduced.size) == (expected.mode, expected.size)
    assert reduced.tobytes() == expected.tobytes()
    assert reduced.convert("RGBA").tobytes() == expected.convert("RGBA").tobytes()


def test_png_without_its_end(rng: random.Random) -> None:
    data = random_png(8, 2, rng)
    loaded = imaging.load(data[: len(data) * 3 // 4])
    assert "26 % of its rows are missing" in loaded.notices[0]
    with pytest.raises(InputError, match=r"\d\d % of its rows are missing, and the limit is 50 %"):
        imaging.load(data[: len(data) // 3])


def test_png_with_damaged_pixels(rng: random.Random) -> None:
    data = bytearray(random_png(8, 2, rng))
    data[len(data) * 7 // 10] ^= 255
    loaded = imaging.load(bytes(data))
    assert loaded.image.size == (21, 16)


@pytest.mark.parametrize("factor", [2, 3, 7])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_pixels_in_strips(mode: str, factor: int, rng: random.Random) -> None:
    image = Image.frombytes("L", SIZE, rng.randbytes(SIZE[0] * SIZE[1])).convert(mode)
    reduced = reduce_pixels(image, factor)
    assert reduced.tobytes() == reduce_whole(image, factor).tobytes()


@pytest.mark.parametrize("file_format", ["TIFF", "BMP", "PPM"])
@pytest.mark.parametrize("mode", ["L", "RGB", "1"])
def test_rows_that_are_not_compressed(file_format: str, mode: str, rng: random.Random) -> None:
    image = Image.frombytes("L", (60, 48), rng.randbytes(60 * 48)).convert(mode)
    data = encode_image(image, file_format)
    expected = reduce_whole(image, 3).convert("RGB")
    assert imaging.load(data).image.tobytes() == expected.tobytes()


def test_strips_of_tiff_are_used(rng: random.Random) -> None:
    image = Image.frombytes("RGB", (60, 48), rng.randbytes(3 * 60 * 48))
    data = encode_image(image, "TIFF", tiffinfo={278: 7})
    with Image.open(io.BytesIO(data)) as opened:
        rows = strips.find_rows(opened, len(data))  # type: ignore[arg-type]
        assert rows is not None
        assert (rows.raw_mode, rows.stride) == ("RGB", 180)
        assert strips.find_rows(opened, len(data) - 300) is None  # type: ignore[arg-type]
    assert imaging.load(data).image.tobytes() == image.reduce(3).tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_rows_of_tiff_are_turned(orientation: int, rng: random.Random) -> None:
    image = Image.frombytes("RGB", (60, 48), rng.randbytes(3 * 60 * 48))
    data = encode_image(image, "TIFF", tiffinfo={274: orientation})
    with Image.open(io.BytesIO(data)) as opened:
        assert strips.find_rows(opened, len(data)) is not None  # type: ignore[arg-type]
    loaded, expected = imaging.load(data), turn_upright(image.reduce(3), orientation)
    assert (loaded.image.size, loaded.image.tobytes()) == (expected.size, expected.tobytes())
    assert loaded.size == turn_size(image.size, orientation)


@pytest.mark.parametrize("file_format", ["WEBP", "AVIF", "JXL"])
def test_bytes_of_a_reader_are_reduced(file_format: str, rng: random.Random) -> None:
    if file_format == "JXL":
        pytest.importorskip("pillow_jxl.JpegXLImagePlugin")
    image = Image.frombytes("RGB", (6, 5), rng.randbytes(90)).resize((60, 48))
    data = encode_image(image, file_format)
    with Image.open(io.BytesIO(data)) as opened:
        expected = opened.convert("RGB").reduce(3)
    assert imaging.load(data).image.tobytes() == expected.tobytes()


def test_heic_is_reduced(rng: random.Random) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    file = io.BytesIO()
    image = Image.frombytes("RGB", (6, 5), rng.randbytes(90)).resize((61, 47))
    pillow_heif.from_pillow(image).save(file)
    expected = pillow_heif.open_heif(file.getvalue()).to_pillow().reduce(3)
    assert imaging.load(file.getvalue()).image.tobytes() == expected.tobytes()


def test_excerpt_reads_as_a_file(rng: random.Random) -> None:
    data = rng.randbytes(500)
    ends = sorted(rng.randrange(500) for _ in range(9))
    parts = [data[start:end] for start, end in zip([0, *ends], [*ends, 500], strict=True)]
    excerpt, plain = Excerpt(parts), io.BytesIO(data)
    for _ in range(300):
        whence, step = rng.randrange(3), rng.randrange(-50, 600)
        if whence == 0 or plain.tell() + step > 0:
            step = max(0, step) if whence == 0 else -min(step, 500) if whence == 2 else step
            position = max(0, {0: 0, 1: plain.tell(), 2: 500}[whence] + step)
            assert excerpt.seek(step, whence) == plain.seek(position)
        size = rng.randrange(-1, 90)
        assert excerpt.read(size) == plain.read(size)
        assert excerpt.tell() == plain.tell()
    assert Excerpt([]).read() == b""
