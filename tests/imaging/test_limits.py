"""The memory for an image is bounded by the pixels that are decoded."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from semcodec import imaging
from semcodec.errors import InputError
from semcodec.imaging import opening
from semcodec.imaging.opening import MAX_PIXELS, MAX_REDUCED_PIXELS
from tests.images import GOOD, encode_image, huge_png

MAX_MEMORY = 250 << 10  #: KiB for a reduced gray image; 200 megapixels of gray are 195 MiB more


def declare(jpeg: bytes, width: int, height: int) -> bytes:
    """Return a JPEG file whose header states another size."""
    marker = next(m for m in (b"\xff\xc0", b"\xff\xc1", b"\xff\xc2") if m in jpeg)
    at = jpeg.index(marker) + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


@pytest.fixture(scope="module")
def huge_gray() -> Image.Image:
    return Image.linear_gradient("L").resize((16320, 12240), Image.Resampling.NEAREST)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured with /proc")
def test_200_megapixels_of_baseline_jpeg_are_reduced(
    huge_gray: Image.Image, tmp_path: Path
) -> None:
    path = tmp_path / "huge.jpg"
    huge_gray.save(path, quality=30)
    code = (
        "import sys; from pathlib import Path; from semcodec import imaging; "
        "print(imaging.load(sys.argv[1]).image.size); "
        "print(*Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[:1])"
    )
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    size, memory = done.stdout.splitlines()  # KiB
    assert size == "(4080, 3060)"
    assert int(memory) < MAX_MEMORY


def test_200_megapixels_of_progressive_jpeg_are_refused() -> None:
    small = encode_image(Image.linear_gradient("L"), "JPEG", progressive=True)
    message = f"progressive JPEG image is too large .16320 x 12240 pixels.*at most {MAX_PIXELS}"
    with pytest.raises(InputError, match=message):
        imaging.load(declare(small, 16320, 12240))


def test_jpeg_in_several_scans_counts_as_progressive() -> None:
    data = encode_image(Image.new("RGB", (64, 64)), "JPEG")
    assert opening._count_scanned_components(data) == 3
    start = data.index(b"\xff\xda")
    one_band = data[:start] + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + data[start + 14 :]
    with pytest.raises(InputError, match="progressive JPEG image is too large"):
        imaging.load(declare(one_band, 16320, 12240))


@pytest.mark.parametrize(
    "prefix", [b"\xff", b"\xff\xff\xff", b"\xff\xe1\0\x0c\xff\xda\0\x0c\3aaaaa\xff"]
)
def test_first_scan_is_found(prefix: bytes) -> None:
    data = encode_image(Image.new("RGB", (64, 64)), "JPEG")
    assert opening._count_scanned_components(data[:2] + prefix + data[3:]) == 3
    assert opening._count_scanned_components(data[:100]) == 0


def test_more_than_a_gigapixel_of_jpeg_is_refused() -> None:
    with pytest.raises(
        InputError, match=f"65000 x 65000 pixels.: use one of at most {MAX_REDUCED_PIXELS}"
    ):
        imaging.load(declare(GOOD["jpeg"], 65000, 65000))


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF", "BMP", "GIF", "JPEG2000", "PPM"])
def test_other_formats_have_the_limit_of_pixels(
    file_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encode_image(Image.new("RGB", (64, 65)), file_format)
    monkeypatch.setattr(opening.check_pixels, "__defaults__", (64 * 64, "image"))
    with pytest.raises(
        InputError, match=r"too large .64 x 65 pixels.: use one of at most 4096 pixels"
    ):
        imaging.load(data)
    monkeypatch.setattr(opening.check_pixels, "__defaults__", (64 * 65, "image"))
    assert imaging.load(data).image.size == (64, 65)


def test_large_page_behind_a_preview_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = Image.new("L", (8, 8)), Image.new("L", (64, 65))
    data = encode_image(small, "TIFF", save_all=True, append_images=[large], tiffinfo={254: 1})
    second = data.rindex(b"\xfe\0\4\0\1\0\0\0\1\0\0\0")
    data = data[: second + 8] + b"\0" + data[second + 9 :]
    monkeypatch.setattr(opening.check_pixels, "__defaults__", (64 * 64, "image"))
    with pytest.raises(InputError, match="64 x 65"):
        imaging.load(data)


def test_no_pixels() -> None:
    with pytest.raises(InputError):
        imaging.load(huge_png(0, 5))


def test_limit_of_a_pil_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening.check_pixels, "__defaults__", (64 * 64, "image"))
    with pytest.raises(InputError, match="64 x 65"):
        imaging.load(Image.new("L", (64, 65)))


def test_limit_of_pillow_is_neither_used_nor_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert imaging.load(GOOD["png"]).image.size == (96, 64)
    assert Image.MAX_IMAGE_PIXELS == 100


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (0, 0)])
def test_image_without_pixels_is_not_called_large(size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=rf"has no pixels .{size[0]} x {size[1]}.: use another"):
        imaging.load(Image.new("RGB", size))
