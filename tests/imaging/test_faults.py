"""Files that cannot be opened: unsupported, damaged, or too large for the memory."""

from __future__ import annotations

import struct
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from semcodec import imaging
from semcodec.errors import InputError
from semcodec.imaging import faults
from tests.image_bombs import bmp, tiff
from tests.images import GOOD, PHOTO, encode_image
from tests.png_files import SIGNATURE, build_chunk

JPEG_2000 = encode_image(Image.new("RGB", (64, 64)), "JPEG2000")
CURSOR = b"\0\0\2\0" + encode_image(Image.new("RGB", (8, 8)), "ICO")[4:]
MEMORY = "Opening the image needs more memory than there is"


def message(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        imaging.load(data)
    return str(caught.value)


def change_frame(marker: int, bits: int = 8) -> bytes:
    """Return a JPEG file with another kind of frame, and another number of bits of a sample."""
    at = PHOTO.index(b"\xff\xc0")
    return (
        PHOTO[: at + 1] + bytes([marker]) + PHOTO[at + 2 : at + 4] + bytes([bits]) + PHOTO[at + 5 :]
    )


def change_bands(bands: int) -> bytes:
    """Return a JPEG 2000 codestream that states another number of color bands."""
    data = JPEG_2000[JPEG_2000.index(b"\xff\x4f\xff\x51") :]
    size = struct.pack(">H", 38 + 3 * bands)
    rest = data[4 + struct.unpack_from(">H", data, 4)[0] :]
    return data[:4] + size + data[6:40] + struct.pack(">H", bands) + b"\7\1\1" * bands + rest


@pytest.mark.parametrize(
    ("data", "used"),
    [
        (bmp(8, 8, 2, bytes(99)), "2 bits a pixel"),
        (bmp(8, 8, 24, bytes(999), 4), "compression 4"),
        (bmp(8, 8, 8, bytes(999), 3), "an unusual layout of its bits"),
        (b"BM" + bytes(8) + b"\x1e\0\0\0\x10\0\0\0" + bytes(50), "a header of 16 bytes"),
        (change_frame(0xC3), "lossless coding"),
        (change_frame(0xC5), "hierarchical coding"),
        (change_frame(0xC1, 12), "samples of 12 bits"),
        (change_frame(0xC0, 16), "samples of 16 bits"),
        (tiff(8, 8, bytes(99), compression=50001), "WebP compression"),
        (tiff(8, 8, bytes(99), compression=34887), "LERC compression"),
        (tiff(8, 8, bytes(99), compression=34661), "JBIG compression"),
        (tiff(8, 8, bytes(99), compression=4711), "unknown (4711) compression"),
        (tiff(8, 8, bytes(99), bits=(24, 24, 24)), "an unusual layout of its samples"),
        (tiff(8, 8, bytes(99), t277=(3, 1, 99)), "99 samples a pixel"),
        (change_bands(5), "an unusual number of color bands"),
        (b"P7\nWIDTH 2\nHEIGHT 2\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n" + bytes(12), "PAM"),
        (CURSOR, "the format of a cursor"),
    ],
)  # fmt: skip
def test_unsupported_files_are_not_called_damaged(data: bytes, used: str) -> None:
    text = message(data)
    assert f" uses {used}" in text or f" uses the format {used}" in text
    assert text.endswith("which cannot be read: save it as PNG or JPEG.")


@pytest.mark.parametrize(
    ("data", "damage"),
    [
        (GOOD["png"][:30], "it ends too early"),
        (GOOD["png"][:16] + bytes(40), "its header makes no sense"),
        (b"GIF89a" + bytes(4), "it ends too early|its header makes no sense"),
        (JPEG_2000[:200], "its pixels cannot be decoded|it ends too early"),
        (PHOTO[:3] + b"\xff" * 9, "its header makes no sense"),
        (tiff(64, 64, b"noise" * 99, compression=5), "its pixels cannot be decoded"),
        (b"II*\0" + b"\xff" * 20, "its header makes no sense|it ends too early"),
        (bmp(8, 8, 0, bytes(9)), "its header makes no sense"),
        (SIGNATURE + build_chunk(b"IHDR", bytes(5)), "it ends too early|its header makes no sense"),
    ],
)  # fmt: skip
def test_damage_is_told_in_words(data: bytes, damage: str) -> None:
    text = message(data)
    assert "This file begins like" in text
    assert any(f"it is damaged ({words}): use another copy." in text for words in damage.split("|"))


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError("out of memory error when reading image file"),
        ValueError("Failed to decode image: Out of memory"),
        RuntimeError("Memory allocation error"),
    ],
)
def test_lack_of_memory_is_not_called_damage(error: Exception) -> None:
    assert faults.describe_error(PHOTO, error).startswith(MEMORY)


CHILD = """
import resource, sys
from semcodec import imaging
from semcodec.errors import InputError
imaging.load(sys.argv[2])  # imports the reader
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[3]),) * 2)
try:
    print(imaging.load(sys.argv[1]).image.size)
except InputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the memory is measured with /proc")
@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "AVIF", "TIFF"])
def test_limited_memory_is_told(file_format: str, tmp_path: Path) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    options = {"TIFF": {"compression": "tiff_lzw"}, "AVIF": {"speed": 10}, "WEBP": {"method": 0}}
    image = Image.new("RGB", (3000, 2000))
    image.save(large, file_format, **options.get(file_format, {}))
    Image.new("RGB", (8, 8)).save(small, file_format)
    command = [sys.executable, "-c", CHILD, str(large), str(small), str(2**22)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(MEMORY), done.stdout + done.stderr
    assert done.stderr == ""


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    exif = encode_image(Image.new("RGB", (8, 8)), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x09\x01")
    files = [
        exif,
        tiff(8, 8, bytes(99), compression=50001),
        tiff(64, 64, b"noise" * 99, compression=5),
        tiff(64, 64, b"noise" * 99, compression=7),
        tiff(64, 64, b"noise" * 99, compression=4, bits=(1,), photometric=1),
        tiff(8, 8, bytes(99), t277=(3, 1, 99)),
    ]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for data in files:
            with suppress(InputError):
                imaging.load(data)
    assert not [str(warning.message) for warning in caught]
    assert capfd.readouterr() == ("", "")


def test_limit_of_libheif_is_not_the_memory_of_the_machine() -> None:
    stated = "Memory allocation error: Security limit exceeded: Image size 520x520 exceeds 65536"
    assert "needs more memory" in faults.describe_error(
        b"", RuntimeError("Memory allocation error")
    )
    assert "needs more memory" not in faults.describe_error(b"", RuntimeError(stated))
    assert "is damaged" in faults.describe_error(b"", RuntimeError(stated))
