"""The memory and the time for opening an image are bounded, whatever its file states."""

from __future__ import annotations

import contextlib
import re
import struct
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import bombs
import image_bombs
import pytest
from PIL import Image

from semcodec import imaging
from semcodec.errors import InputError
from semcodec.imaging import av1_sizes, costs, jpeg_files, limits
from semcodec.imaging.limits import MAX_MEMORY, MAX_SIDE
from semcodec.imaging.opening import open_image
from semcodec.signatures import AVIF
from tests import profiles
from tests.image_bombs import (
    BOMBS,
    declare_jpeg,
    declare_jpeg_2000,
    icon,
    lossless_webp,
    png,
    png_with_two_headers,
    progressive_tiff,
    tiff,
    tiff_with_large_tile,
    tiff_with_offsets,
    understated_avif,
    with_exif,
)
from tests.images import GOOD, PHOTO, encode_image, huge_png

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="memory is measured with /proc")
#: Bombs that are made and opened in a few milliseconds; the others are opened at night.
FAST = (
    "WebP lossless, 11585 x 11585", "WebP lossless, 16383 x 16383",
    "WebP lossy, states 16383 x 16383", "WebP animation, canvas of 12000 x 12000",
    "GIF, small frames on 65535 x 65535",
    "GIF, small frame on 11585 x 11585", "TIFF RGB, tiles with the same data, 20000 x 20000",
    "JPEG baseline, states 65500 x 16000", "JPEG progressive, 4:4:4, states 11000 x 11000",
    "JPEG progressive, 1000 scans of 6000 x 6000", "MPO of 300 pictures",
    "BMP RLE, states 11500 x 11500", "JPEG 2000, states 60000 x 60000",
    "JPEG 2000 in tiles of 1 pixel, 255 x 255", "WebP lossless, cut off",
)  # fmt: skip


@needs_proc
@pytest.mark.sampled
def test_bombs_take_at_most_400_mb(record_property: profiles.RecordProperty) -> None:
    """The gate opens some in one process, the nightly run each of them in a process of its own."""
    is_gate = profiles.NAME == "gate"
    runs = [FAST] if is_gate else [(name,) for name in BOMBS]
    rows = [row for names in runs for row in image_bombs.measure(names)]
    record_property("inputs", len(rows))
    faults = list(image_bombs.find_faults(rows))
    assert not faults, "\n".join(faults)


def test_there_are_enough_bombs() -> None:
    assert set(FAST) <= BOMBS.keys()
    assert len(BOMBS) >= 60
    assert bombs.MAX_MB * 10**6 == MAX_MEMORY


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        ("WebP", lossless_webp(6000, 6000), r"WebP image is too large .6000 x 6000.*is 28\.\d mil"),
        ("JPEG", declare_jpeg(GOOD["jpeg"], 65000, 65000), r"JPEG image is too large.*is 1073\.7"),
        ("long", huge_png(1, MAX_SIDE + 1), f"PNG image is too long .*of a side is {MAX_SIDE}"),
        ("PNG", huge_png(17000, 17000), r"PNG image is too large .17000 x 17000.*is 268\.4"),
        ("interlaced", png(10000, 10000, 2, share=0, is_interlaced=True), "PNG image is too large"),
        ("TIFF", tiff(10000, 10000, b"x", compression=8), "TIFF image is too large .10000 x 10000"),
        ("PPM", b"P3 4000 4000 255\n" + b"0 " * 30, "Netpbm image in text is too large"),
        ("16 bits", b"P6 4000 4000 65535\n" + b"0 " * 30, "Netpbm image in 16 bits is too large"),
        ("ICO", icon(huge_png(2000, 2000)), "Windows icon has a picture that is too large .2000 x"),
        ("JPEG 2000", BOMBS["JPEG 2000 in tiles of 1 pixel, 255 x 255"](), "65025 tiles of 3 band"),
    ],
)  # fmt: skip
def test_large_images_are_refused_by_their_header(kind: str, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        imaging.load(data)


def test_advice_for_large_images_works() -> None:
    with pytest.raises(
        InputError, match="resize it, or save it as baseline JPEG, which is reduced"
    ):
        imaging.load(lossless_webp(6000, 6000))
    jpeg = encode_image(Image.new("L", (6000, 6000)), "JPEG")
    assert imaging.load(jpeg).image.size == (3000, 3000)


@pytest.mark.parametrize(
    ("scans", "message"), [("4:4:4", "limit for its kind is 5[56]"), ("4:2:0", "is 107")]
)
def test_progressive_jpeg_is_limited_by_its_coefficients(scans: str, message: str) -> None:
    small = encode_image(Image.new("RGB", (64, 64)), "JPEG", progressive=True, subsampling=scans)
    with pytest.raises(InputError, match=f"progressive JPEG image is too large.*{message}"):
        imaging.load(declare_jpeg(small, 16000, 16000))


def test_progressive_photograph_of_48_megapixels_may_be_opened() -> None:
    small = encode_image(Image.new("RGB", (64, 64)), "JPEG", progressive=True, subsampling="4:4:4")
    header = Image.new("RGB", (8064, 6048))
    header.info["progressive"] = 1
    header.layers, header.layer = 3, [(1, 1, 1, 0)] * 3  # type: ignore[attr-defined]
    costs.check_jpeg(header, header.reduce(2), small)  # type: ignore[arg-type]


def test_jpeg_in_several_scans_counts_as_progressive() -> None:
    data = encode_image(Image.new("RGB", (64, 64)), "JPEG")
    assert jpeg_files.count_scanned_components(data) == 3
    start = data.index(b"\xff\xda")
    one_band = data[:start] + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + data[start + 14 :]
    with pytest.raises(InputError, match="progressive JPEG image is too large"):
        imaging.load(declare_jpeg(one_band, 16320, 12240))


@pytest.mark.parametrize(
    "prefix", [b"\xff", b"\xff\xff\xff", b"\xff\xe1\0\x0c\xff\xda\0\x0c\3aaaaa\xff"]
)
def test_first_scan_is_found(prefix: bytes) -> None:
    data = encode_image(Image.new("RGB", (64, 64)), "JPEG")
    assert jpeg_files.count_scanned_components(data[:2] + prefix + data[3:]) == 3
    assert jpeg_files.count_scanned_components(data[:100]) == 0


def test_jpeg_metadata_that_are_not_used_are_left_out() -> None:
    exif = Image.Exif()
    exif[imaging.ORIENTATION_TAG] = 6
    data = encode_image(Image.new("RGB", (64, 32)), "JPEG", exif=exif, comment=b"note")
    segments = b"\xff\xe2\0\x08MPF\0ab" * 3 + b"\xff\xe1\0\x0eExif\0\0MM\0*ab" * 9
    start = data.index(b"\xff\xdb")
    parts = jpeg_files.keep_needed(data[:start] + segments + data[start:])
    content = b"".join(parts)
    assert b"MPF" not in content
    assert b"note" not in content
    assert content.count(b"Exif\0\0") == 1
    assert imaging.load(data[:start] + segments + data[start:]).image.size == (32, 64)


def test_levels_of_jpeg_2000_are_reduced() -> None:
    small = encode_image(Image.new("RGB", (64, 64)), "JPEG2000")
    sizes = {
        side: costs.choose_level(declare_jpeg_2000(small, side, side))
        for side in (4000, 6000, 9000)
    }
    assert sizes == {4000: 0, 6000: 1, 9000: 2}
    flat = encode_image(Image.new("RGB", (64, 64)), "JPEG2000", num_resolutions=1)
    with pytest.raises(InputError, match="JPEG 2000 image is too large"):
        costs.choose_level(declare_jpeg_2000(flat, 6000, 6000))


@pytest.mark.parametrize("file_format", ["WEBP", "TIFF", "GIF", "JPEG2000", "PPM", "AVIF"])
def test_limit_is_that_of_memory(file_format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode_image(Image.new("RGB", (64, 65)), file_format)
    assert imaging.load(data).image.size == (64, 65)
    monkeypatch.setattr(limits, "MAX_MEMORY", limits.SPARE_MEMORY + 4096)
    with pytest.raises(InputError, match=r"(too large .64 x 65 pixels|needs too much memory)"):
        imaging.load(data)


def test_large_page_behind_a_preview_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = Image.new("L", (8, 8)), Image.new("L", (64, 65))
    data = encode_image(small, "TIFF", save_all=True, append_images=[large], tiffinfo={254: 1})
    second = data.rindex(b"\xfe\0\4\0\1\0\0\0\1\0\0\0")
    data = data[: second + 8] + b"\0" + data[second + 9 :]
    monkeypatch.setattr(limits, "MAX_MEMORY", limits.SPARE_MEMORY + len(data) + 4096)
    with pytest.raises(InputError, match="64 x 65"):
        imaging.load(data)


@pytest.mark.parametrize("is_big", [False, True])
def test_metadata_of_tiff_are_limited(is_big: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tiff(8, 8, bytes(192) + bytes(4096), is_big=is_big, t700=(7, 4096, 20))
    assert imaging.load(data).image.size == (8, 8)
    monkeypatch.setattr(costs, "MAX_TAG_BYTES", 4096)
    with pytest.raises(InputError, match="TIFF image has 0 MB of metadata, and the limit is 0"):
        imaging.load(data)


@pytest.mark.parametrize("name", ["MAX_TAG_VALUES", "MAX_FILE_TAG_VALUES"])
def test_numbers_in_metadata_of_tiff_are_limited(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tiff_with_offsets(500)
    assert imaging.load(data).image.size == (64, 64)
    monkeypatch.setattr(costs, name, 1000)
    with pytest.raises(InputError, match=r"has 1009 numbers in the metadata of a page"):
        imaging.load(data)


def test_tile_of_tiff_may_be_larger_than_its_image() -> None:
    assert imaging.load(tiff_with_large_tile(512)).image.size == (64, 64)
    with pytest.raises(InputError, match=r"tiles of 4736 x 4736 pixels, .* need 67 MB .the limit"):
        imaging.load(tiff_with_large_tile(4736))


def test_progressive_tiff_takes_memory_for_its_coefficients(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = progressive_tiff(64)
    assert imaging.load(data).image.size == (64, 64)
    monkeypatch.setattr(limits, "MAX_MEMORY", limits.SPARE_MEMORY + len(data) + 12 * 64 * 64)
    with pytest.raises(InputError, match=r"TIFF image is too large .64 x 64"):
        imaging.load(data)
    baseline = encode_image(Image.new("RGB", (64, 64)), "TIFF", compression="jpeg")
    assert imaging.load(baseline).image.size == (64, 64)


def test_every_header_of_a_picture_in_an_icon_is_checked() -> None:
    small, large = png(64, 64, 6), png(1025, 1024, 6)
    for first, second in ((small, large), (large, small)):
        with pytest.raises(InputError, match=r"picture that is too large .1025 x 1024"):
            imaging.load(icon(png_with_two_headers(first, second)))
    empty = b"\0\0\0\0teSt\0\0\0\0"
    with pytest.raises(InputError, match=r"icon has 65536 chunks before pixels: save it as PNG"):
        imaging.load(icon(small[:33] + empty * 65536 + small[33:]))


def test_size_of_the_smallest_code_block_of_jpeg_2000() -> None:
    header = b"\xff\x4f\xff\x51" + struct.pack(">H", 47) + bytes(45)
    blocks = struct.pack(">2sHB4s5B", b"\xff\x52", 12, 0, bytes(4), 5, 4, 3, 0, 0)
    part = struct.pack(">2sHHIBB", b"\xff\x90", 10, 0, 12 + 11, 0, 1)
    one_band = struct.pack(">2sHBB5B", b"\xff\x53", 9, 0, 0, 5, 0, 1, 0, 0)
    precincts = struct.pack(">2sHB4s6B", b"\xff\x52", 13, 1, bytes(4), 5, 4, 4, 0, 0, 0x34)
    area = costs._smallest_block
    assert area(header, 0) == 64 * 64
    assert area(header + blocks, 0) == 64 * 32
    assert area(header + blocks + one_band, 0) == 4 * 8
    assert area(header + blocks + part + one_band, 0) == 4 * 8
    assert area(header + blocks + (part + bytes(11)) * 2 + part + one_band, 0) == 4 * 8
    assert area(header + precincts, 0) == 8 * 4
    for end in range(len(header + blocks + part + one_band)):
        area((header + blocks + part + one_band)[:end], 0)


def test_small_code_blocks_of_jpeg_2000_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    make = partial(encode_image, Image.new("L", (64, 64)), "JPEG2000", num_resolutions=1)
    monkeypatch.setattr(limits, "MAX_MEMORY", limits.SPARE_MEMORY + 30 * 64 * 64)
    assert imaging.load(make(codeblock_size=(32, 32))).image.size == (64, 64)
    with pytest.raises(InputError, match=r"JPEG 2000 image is too large .64 x 64"):
        imaging.load(make(codeblock_size=(4, 4)))


@pytest.mark.parametrize("file_format", ["WEBP", "AVIF"])
def test_metadata_of_compact_images_are_limited(
    file_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = with_exif(file_format, 60_000)
    monkeypatch.setattr(limits, "MAX_MEMORY", limits.SPARE_MEMORY + 250_000)
    assert imaging.load(data).image.size == (64, 64)
    monkeypatch.setattr(costs, "SMALL_FILE_BYTES", 0)
    with pytest.raises(
        InputError, match=r"file of the .* needs too much memory .* remove its metadata"
    ):
        imaging.load(data)


def test_no_pixels() -> None:
    with pytest.raises(InputError):
        imaging.load(huge_png(0, 5))


def test_limit_of_a_pil_image() -> None:
    with pytest.raises(InputError, match="12000 x 12000"):
        imaging.load(Image.new("1", (12000, 12000)))


def test_limit_of_pillow_is_neither_used_nor_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert imaging.load(GOOD["png"]).image.size == (96, 64)
    assert Image.MAX_IMAGE_PIXELS == 100


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (0, 0)])
def test_image_without_pixels_is_not_called_large(size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=rf"has no pixels .{size[0]} x {size[1]}.: use another"):
        imaging.load(Image.new("RGB", size))


@pytest.mark.parametrize(
    "make",
    [
        partial(lossless_webp, 40, 30),
        lambda: encode_image(Image.new("RGB", (40, 30)), "WEBP"),
        lambda: encode_image(Image.new("RGBA", (40, 30), (1, 2, 3, 4)), "WEBP"),
    ],
)
def test_size_of_webp_is_read_from_the_header(make: Callable[[], bytes]) -> None:
    assert costs.webp_size(make()) == (40, 30)


def test_cut_headers_raise_nothing_but_input_errors() -> None:
    for name in ("WebP lossless, 11585 x 11585", "JPEG 2000, states 60000 x 60000"):
        data = BOMBS[name]()
        for end in range(8, len(data) - 1):
            with pytest.raises(InputError):
                imaging.load(data[:end])


def test_page_has_the_measured_bombs() -> None:
    """docs/images.md has a row for each file, and each is within the promise."""
    page = (Path(image_bombs.__file__).parent.parent / "docs" / "images.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+) \| [\d,]+ \| (\d+) \| [\d.]+ \| .* \|$", page, re.MULTILINE)
    assert [name for name, _ in rows] == list(BOMBS)
    assert max(int(peak) for _, peak in rows) <= bombs.MAX_MB


@pytest.mark.parametrize(
    ("flags", "is_ordinary"),
    [((0x0C,), True), ((0x0C, 0x0C), True), ((0x4C,), False), ((0x08,), False), ((), False),
     ((0x0C, 0x00), False)],
)  # fmt: skip
def test_avif_of_8_bits_and_few_colors_may_be_larger(
    flags: tuple[int, ...], is_ordinary: bool
) -> None:
    data = b"".join(b"av1C\x81\0%c" % flag for flag in flags)
    refused = pytest.raises(InputError, match="AVIF image is too large")
    with contextlib.nullcontext() if is_ordinary else refused:
        is_ordinary = costs.is_ordinary_avif(data)
        costs.check_decoded((5000, 5000), data, AVIF, is_ordinary=is_ordinary)


@pytest.mark.parametrize("place", ["extent", "extents", "idat", "track"])
def test_avif_is_limited_by_its_coded_size(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The coded pixels may be in several extents, in the box idat, or in the chunk of a track."""
    data = understated_avif(200, 8)
    start = data.index(b"mdat") + 4
    if place == "extents":
        extents = start, 4, start + 4, 99
        box = struct.pack(">4sIHHHHHIIII", b"iloc", 0, 0x4400, 1, 1, 0, 2, *extents)
    elif place == "idat":
        box = struct.pack(">4sIHHHHHHII", b"iloc", 1 << 24, 0x4400, 1, 1, 1, 0, 1, 0, 99)
        data = data.replace(b"mdat", b"idat")
    else:
        box = struct.pack(">4sIII", b"stco", 0, 1, start)
    if place != "extent":
        data = data.replace(b"iloc", b"free") + box
    assert av1_sizes.read_pictures(data) == ((200, 200), True)
    monkeypatch.setattr(limits, "MAX_MEMORY", limits.SPARE_MEMORY + 200_000)
    with pytest.raises(InputError, match=r"AVIF image is too large .200 x 200"):
        imaging.load(data)


def test_sizes_of_a_truncated_avif_are_read() -> None:
    data = understated_avif(200, 8)
    for end in range(0, len(data), 3):
        width, height = av1_sizes.read_pictures(data[:end]).size
        assert (width, height) == (1, 1) or end > data.index(b"mdat")


def test_pictures_of_an_avif_count_together() -> None:
    data = understated_avif(200, 8)
    entry = struct.pack(">HHHII", 1, 0, 1, data.index(b"mdat") + 4, 99)
    box = struct.pack(">4sIHH", b"iloc", 0, 0x4400, 50) + 50 * entry
    assert av1_sizes.read_pictures(data.replace(b"iloc", b"free") + box).size == (1000, 1000)


@pytest.mark.parametrize("is_deep", [0, 1])
def test_all_fields_of_a_sequence_header_are_read(is_deep: int) -> None:
    timing = "1" + "0" * 64 + "1" + "00101"  # of equal intervals: a number of variable length
    decoder_model = "1" + "00011" + "1" * 42  # buffer_delay_length_minus_1
    point = "0" * 12 + "01000" + "1" + "1" + "1" * 9 + "1" + "1111"
    plain = "0" * 12 + "00111" + "0" + "0"
    sides = "1001" + "1000" + f"{799:010b}" + f"{299:09b}"
    tools = "1" + "1" * 7 + "111" + "1111" + "1" + "11" + "01" + "00" + "111" + "111" + str(is_deep)
    bits = "000" + "00" + timing + decoder_model + "1" + "00001" + point + plain + sides + tools
    header = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    box = struct.pack(">4sIII", b"stco", 0, 1, 16)
    data = box + b"\x0e\0%c" % len(header) + header
    assert av1_sizes.read_pictures(data) == ((800, 300), not is_deep)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("subsampling", ["4:0:0", "4:2:0", "4:4:4"])
def test_coded_size_of_an_ordinary_avif_is_its_size(count: int, subsampling: str) -> None:
    frames = [Image.new("RGBA", (66, 39), (9 * index, 0, 0, 99)) for index in range(count)]
    data = encode_image(
        frames[0],
        "AVIF",
        speed=10,
        subsampling=subsampling,
        save_all=True,
        append_images=frames[1:],
    )
    is_ordinary = subsampling != "4:4:4"
    assert av1_sizes.read_pictures(data) == ((66, 39), is_ordinary)


def test_colors_of_an_avif_are_those_that_its_data_state() -> None:
    data = encode_image(Image.new("RGB", (64, 64)), "AVIF", speed=10, subsampling="4:4:4")
    at = data.index(b"av1C")
    data = data[: at + 6] + b"\x0c" + data[at + 7 :]
    assert costs.is_ordinary_avif(data)
    assert not av1_sizes.read_pictures(data).is_ordinary


@pytest.mark.parametrize(("mode", "limit"), [("RGB", 10.5), ("RGBA", 20)])
def test_avif_with_transparency_is_not_ordinary(
    mode: str, limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encode_image(Image.new(mode, (200, 200)), "AVIF", speed=10)
    other_bytes = limits.FILE_COPIES * len(data) + 8 * 200
    enough = limits.SPARE_MEMORY + other_bytes + int(limit * 200 * 200) + 1
    monkeypatch.setattr(limits, "MAX_MEMORY", enough)
    assert imaging.load(data).image.size == (200, 200)
    monkeypatch.setattr(limits, "MAX_MEMORY", enough - 99)
    with pytest.raises(InputError, match="AVIF image is too large"):
        imaging.load(data)


def test_avif_of_too_many_parts_is_not_opened() -> None:
    head = encode_image(Image.new("RGB", (16, 16)), "AVIF", speed=10)
    with pytest.raises(InputError, match="more than 262144 parts"):
        imaging.load(head + b"idat" * (av1_sizes.MAX_PARTS + 1))


def test_jpeg_of_too_many_scans_is_not_opened() -> None:
    with pytest.raises(InputError, match="101 scans"):
        open_image(PHOTO + b"\xff\xda" * 100, ("JPEG",))
