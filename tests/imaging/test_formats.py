"""HEIC and JPEG XL are read with their packages, and what is refused is named."""

from __future__ import annotations

import builtins
import io
import pathlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pillow_jxl  # noqa: F401  # registers the format
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pillow_heif import from_pillow

import semcodec
from semcodec import imaging
from semcodec.errors import InputError
from semcodec.imaging.jpeg_xl import read_size
from tests.icc_profiles import rgb_profile
from tests.images import GOOD, RED, encode_image, scene
from tests.picture_files import in_profile
from tests.test_signatures import FILES


def heic(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    from_pillow(image).save(file, quality=95, **options)
    return file.getvalue()


def jpeg_xl(image: Image.Image, **options: Any) -> bytes:
    return encode_image(image, "JXL", **options)


WRITERS: list[Callable[..., bytes]] = [heic, jpeg_xl]


@pytest.mark.parametrize("write", WRITERS)
def test_photograph(write: Callable[..., bytes]) -> None:
    loaded = imaging.load(write(scene()))
    assert loaded.image.size == scene().size
    assert loaded.image.getpixel((20, 40))[0] > 150
    assert loaded.notices == ()
    assert semcodec.encode(write(scene())).record.words


@pytest.mark.parametrize("file_format", ["HEIC", "JPEG XL"])
def test_profile(file_format: str, tmp_path: Path) -> None:
    profile = rgb_profile("Display P3")
    pixels = in_profile(Image.new("RGB", (64, 64), RED), profile)
    if file_format == "HEIC":
        pixels.info["icc_profile"] = profile
        data = heic(pixels)
    else:  # this writer has no option for a profile, but it keeps the one of a JPEG file
        path = tmp_path / "a.jpg"
        path.write_bytes(encode_image(pixels, "JPEG", quality=95, icc_profile=profile))
        with Image.open(path) as jpeg:
            data = jpeg_xl(jpeg, lossless_jpeg=True)
    found = imaging.load(data).image.getpixel((30, 30))
    assert max(abs(a - b) for a, b in zip(found, RED, strict=True)) <= 4


@pytest.mark.parametrize("write", WRITERS)
def test_transparency(write: Callable[..., bytes]) -> None:
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (16, 16, 48, 48))
    low, high = imaging.load(write(image)).image.convert("L").getextrema()
    assert high - low > 150


@pytest.mark.parametrize(
    ("write", "package", "message"),
    [
        (
            heic,
            "pillow_heif",
            "This is a HEIC photograph: pip install 'semcodec[heif]' to read it, or",
        ),
        (
            jpeg_xl,
            "pillow_jxl",
            "This is a JPEG XL image: pip install 'semcodec[jxl]' to read it, or",
        ),
    ],
)
def test_missing_package_is_named(
    write: Callable[..., bytes], package: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write(scene())
    original = builtins.__import__

    def refuse(name: str, *arguments: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return original(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(InputError) as caught:
        imaging.load(data)
    assert str(caught.value) == f"{message} save it as JPEG."


def test_reading_heic_registers_nothing_in_pillow(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(heic(scene()))
    code = (
        "import sys; from PIL import Image; from semcodec import imaging; Image.init(); "
        "before = dict(Image.OPEN); imaging.load(sys.argv[1]); print(before == Image.OPEN)"
    )
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


SIZES = [
    (1, 1), (8, 8), (256, 256), (300, 200), (640, 480), (1920, 1080), (512, 256), (3000, 10),
    (10, 3000), (1200, 1000), (1500, 1000), (1250, 1000),
]  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
def test_size_of_jpeg_xl(size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, RED)
    assert read_size(jpeg_xl(image)) == size
    assert read_size(jpeg_xl(image, exif=b"Exif\0\0MM\0*" + bytes(50), use_container=True)) == size


@pytest.mark.parametrize("name", [b"jxlc", b"jxlp\x80\0\0\0"])
def test_size_of_jpeg_xl_in_a_box_with_a_long_size(name: bytes) -> None:
    stream = jpeg_xl(Image.new("RGB", (300, 200), RED), use_container=False)
    assert stream.startswith(b"\xff\x0a")
    size = (16 + len(name) - 4 + len(stream)).to_bytes(8, "big")
    box = b"\0\0\0\1" + name[:4] + size + name[4:] + stream
    assert read_size(b"\0\0\0\x0cJXL \r\n\x87\n" + box) == (300, 200)


def test_jpeg_xl_bomb_is_refused_before_it_is_decoded() -> None:
    # large: a selector of 2 and 18 bits for the height, a ratio of 1:1
    bits = 0 | 2 << 1 | (2**18 - 1) << 3 | 1 << 21
    with pytest.raises(InputError, match="262144 x 262144 pixels"):
        imaging.load(b"\xff\x0a" + bits.to_bytes(20, "little"))


@given(st.binary(max_size=60))
def test_damaged_jpeg_xl(noise: bytes) -> None:
    for start in (
        b"\xff\x0a",
        b"\0\0\0\x0cJXL \r\n\x87\n",
        b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\1jxlp",
    ):
        with pytest.raises(InputError):
            imaging.load(start + noise)


@pytest.mark.parametrize("write", WRITERS)
def test_cut_file_is_an_input_error(write: Callable[..., bytes]) -> None:
    data = write(scene())
    for share in (0.2, 0.5, 0.9):
        with pytest.raises(InputError, match="begins like a"):
            imaging.load(data[: round(len(data) * share)])


UNREAD = {
    name: files
    for name, files in FILES.items()
    if name.split(" ", 1)[1] not in (
        "JPEG image", "PNG image", "GIF image", "WebP image", "AVIF image", "TIFF image",
        "BMP image", "JPEG 2000 image", "Netpbm image", "Windows icon",
        "HEIC photograph", "JPEG XL image",
    )
}  # fmt: skip


@pytest.mark.parametrize("name", UNREAD)
def test_refused_file_is_named(name: str) -> None:
    for data in UNREAD[name]:
        with pytest.raises(InputError, match=f"^This is {name}: ") as caught:
            imaging.load(data)
        assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The image file is empty: use a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP image."),
        (b"a cat", "This is a text: use a JPEG"),
        (b"BM is not a picture", "This is a text: use"),
        ("ein Löwe".encode("utf-16"), "This is a text: use"),
        (b"\x01\x02\x03\x04" * 9, "This is an unknown type of file: use"),
        (
            semcodec.pack("red bear", framing="file"),
            "This is a semcodec record, not an image: decode",
        ),
        (semcodec.pack("red bear", framing="url"), "This is a semcodec record"),
        (semcodec.pack("red bear", framing="qr"), "This is a semcodec record"),
        (
            b"II*\0\x08\0\0\0\xff\xff",
            "This file begins like a TIFF image, but it is damaged (its header makes no sense)",
        ),
    ],
)
def test_messages(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        imaging.load(data)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("name", GOOD)
def test_paths_and_file_objects(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.dat"
    path.write_bytes(GOOD[name])
    expected = imaging.load(GOOD[name]).image.tobytes()
    with path.open("rb") as file:
        for source in (str(path), path, pathlib.PurePath(path), file, io.BytesIO(GOOD[name])):
            assert imaging.load(source).image.tobytes() == expected


def test_encode_accepts_paths_and_file_objects(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(GOOD["jpeg"])
    expected = semcodec.encode(GOOD["jpeg"]).data
    with path.open("rb") as file:
        for source in (str(path), path, file, Image.open(path)):
            assert semcodec.encode(source).data == expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("no-such.jpg", "There is no file no-such.jpg: check the name"),
        (Path("no-such.jpg"), "There is no file no-such.jpg"),
        (".", "is a directory: pass a file in it"),
        ("https://example.org/a.jpg", "A URL is not opened: download the file"),
        ("data:image/png;base64,aaaa", "A data URL is not opened"),
        (io.StringIO("a"), "opened as text: open it with mode 'rb'"),
        (3, "Cannot read int as an image: pass a path, the bytes of a file, or a PIL image"),
        (None, "There is no image: give the one whose size the record states"),
    ],
)
def test_unreadable_sources(source: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        semcodec.encode(source)
