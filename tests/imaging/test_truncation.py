"""Files that lack their end are read as far as they go, with a notice."""

from __future__ import annotations

import re
from typing import Any

import pytest
from PIL import Image, ImageFile

import semcodec
from semcodec import imaging
from semcodec.errors import InputError
from semcodec.imaging.truncation import MAX_MISSING
from tests.images import encode_image

PHOTO = Image.blend(Image.radial_gradient("L"), Image.effect_noise((256, 256), 90), 0.4).convert(
    "RGB"
)
ROWS = {
    "jpeg": encode_image(PHOTO, "JPEG"),
    "jpeg 4:4:4": encode_image(PHOTO, "JPEG", subsampling=0, optimize=True),
    "jpeg gray": encode_image(PHOTO.convert("L"), "JPEG"),
    "jpeg cmyk": encode_image(PHOTO.convert("CMYK"), "JPEG"),
    "jpeg restart": encode_image(PHOTO, "JPEG", restart_marker_rows=4),
    "png": encode_image(PHOTO, "PNG"),
    "png palette": encode_image(PHOTO.quantize(200), "PNG"),
    "png gray": encode_image(PHOTO.convert("L"), "PNG"),
    "png bits": encode_image(PHOTO.convert("1"), "PNG"),
    "png alpha": encode_image(PHOTO.convert("RGBA"), "PNG"),
    "gif": encode_image(PHOTO, "GIF", interlace=0),
    "tiff": encode_image(PHOTO, "TIFF"),
    "bmp": encode_image(PHOTO, "BMP"),
    "ppm": encode_image(PHOTO, "PPM"),
}
PROGRESSIVE = encode_image(PHOTO, "JPEG", progressive=True)


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("share", [0.9, 0.7, 0.55])
def test_share_of_missing_rows(name: str, share: float) -> None:
    data = ROWS[name]
    loaded = imaging.load(data[: round(len(data) * share)])
    assert loaded.image.size == PHOTO.size
    (notice,) = loaded.notices
    found = re.search(r"incomplete, and (\d+) % of its rows are missing: use a complete", notice)
    assert found, notice
    assert abs(int(found[1]) - 100 * (1 - share)) <= 9
    kept = (0, 140, 256, 256) if name == "bmp" else (0, 0, 256, 116)  # BMP starts at the bottom
    complete = imaging.load(data).image.crop(kept)
    assert loaded.image.crop(kept).tobytes() == complete.tobytes()


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("share", [0.4, 0.1])
def test_more_than_half_is_refused(name: str, share: float) -> None:
    data = ROWS[name]
    message = r"incomplete: \d+ % of its rows are missing, and the limit is 50 %|damaged"
    with pytest.raises(InputError, match=message):
        imaging.load(data[: round(len(data) * share)])
    assert MAX_MISSING == 0.5


@pytest.mark.parametrize("missing", [1, 2, 3, 10])
@pytest.mark.parametrize("name", ["jpeg", "jpeg gray", "jpeg cmyk"])
def test_last_bytes_of_a_jpeg(name: str, missing: int) -> None:
    loaded = imaging.load(ROWS[name][:-missing])
    assert loaded.image.size == PHOTO.size
    if missing >= 2:
        assert "incomplete" in loaded.notices[0]


@pytest.mark.parametrize("share", [0.9, 0.5, 0.3])
def test_progressive_jpeg_loses_details(share: float) -> None:
    loaded = imaging.load(PROGRESSIVE[: round(len(PROGRESSIVE) * share)])
    assert loaded.notices == (
        "The image file is incomplete, and its last details may be missing: use a complete copy.",
    )


@pytest.mark.parametrize("name", ["jpeg", "png", "gif"])
def test_end_that_was_never_written(name: str) -> None:
    data = ROWS[name]
    cut = len(data) * 8 // 10
    assert "incomplete" in imaging.load(data[:cut] + bytes(len(data) - cut)).notices[0]


@pytest.mark.parametrize("file_format", ["WEBP", "AVIF"])
def test_zero_bytes_at_the_end_are_noticed(file_format: str) -> None:
    data = encode_image(PHOTO, file_format, quality=90)
    assert imaging.load(data).notices == ()
    cut = len(data) * 9 // 10
    loaded = imaging.load(data[:cut] + bytes(len(data) - cut))
    assert "zero bytes, so it may be incomplete" in loaded.notices[0]


@pytest.mark.parametrize("name", ["jpeg", "png", "gif"])
@pytest.mark.parametrize("tail", [b"\0" * 500, b"trailer" * 100])
def test_complete_file_with_a_trailer(name: str, tail: bytes) -> None:
    assert imaging.load(ROWS[name] + tail).notices == ()


def test_motion_photograph() -> None:
    """Phones append a video, which may end in zeros."""
    assert (
        imaging.load(ROWS["jpeg"] + b"\0\0\0\x18ftypmp42" + b"x" * 999 + bytes(999)).notices == ()
    )


def test_cut_webp_is_named() -> None:
    data = encode_image(PHOTO, "WEBP")
    with pytest.raises(
        InputError, match="begins like a WebP image, but it is cut off: use a complete"
    ):
        imaging.load(data[:-100])


def test_header_alone_is_refused() -> None:
    for name, data in ROWS.items():
        with pytest.raises(InputError, match=r"damaged|incomplete"):
            imaging.load(data[:60] if name != "ppm" else data[:15])


def test_switch_of_pillow_is_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    imaging.load(ROWS["jpeg"][:-9])
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    imaging.load(ROWS["jpeg"][:-9])


def test_notice_is_in_the_trace() -> None:
    encoded = semcodec.encode(ROWS["jpeg"][: len(ROWS["jpeg"]) * 3 // 4])
    assert "incomplete" in encoded.trace.notices[0]


def png_with_chunk(name: bytes, content: bytes, crc: bytes | None = None) -> bytes:
    import struct
    import zlib

    checksum = zlib.crc32(name + content).to_bytes(4, "big") if crc is None else crc
    data = ROWS["png"]
    chunk = struct.pack(">I", len(content)) + name + content + checksum
    return data[:33] + chunk + data[33:]


@pytest.mark.parametrize(
    "data",
    [
        png_with_chunk(b"tEXt", b"a\0b", b"\0\0\0\0"),
        png_with_chunk(b"zTXt", b"a\0\0" + __import__("zlib").compress(bytes(2**22))),
        png_with_chunk(b"iTXt", b"parameters\0\0\0\0\0" + b"x" * 2**21),
        png_with_chunk(b"gAMA", b""),
        png_with_chunk(b"pHYs", b""),
        png_with_chunk(b"acTL", bytes(8)),
    ],
    ids=["crc", "bomb of text", "long text", "gamma", "resolution", "animation of no frames"],
)
def test_damaged_chunk_that_viewers_do_not_read(data: bytes) -> None:
    loaded: Any = imaging.load(data)
    assert loaded.image.tobytes() == PHOTO.tobytes()
    assert loaded.notices == ()
