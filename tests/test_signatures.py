"""File types are identified by structure, and ordinary text is never taken for a binary file."""

from __future__ import annotations

import compileall
import io
import json
import sqlite3
import struct
import sys
import tarfile
import wave
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from semcodec import signatures
from semcodec.signatures import decode_text, identify
from tests.each import for_each
from tests.images import GOOD, encode_image, scene

MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)
AAC_FRAME = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)


def build_ftyp(*brands: bytes) -> bytes:
    box = brands[0] + bytes(4) + b"".join(brands[1:])
    return struct.pack(">I", len(box) + 8) + b"ftyp" + box + b"\0\0\0\x08mdat"


def build_tiff(order: str, *entries: tuple[int, int, int], maker: bytes = b"") -> bytes:
    """Return the header and the first directory of a TIFF file: tag, type, value."""
    mark = b"II" if order == "<" else b"MM"
    fields = list(entries)
    if maker:
        fields.append((271, 2, 8 + 2 + 12 * (len(entries) + 1) + 4))
    directory = struct.pack(order + "H", len(fields))
    for tag, kind, value in fields:
        packed = struct.pack(order + ("HH" if kind == 3 else "I"), value, *([0] * (kind == 3)))
        directory += struct.pack(order + "HHI", tag, kind, 1) + packed
    return mark + struct.pack(order + "HI", 42, 8) + directory + bytes(4) + maker + bytes(20)


def build_zip(*names: str, mimetype: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x" * 9000)
    return file.getvalue()


def build_tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return file.getvalue()


def build_wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(100))
    return file.getvalue()


def build_pe() -> bytes:
    return b"MZ" + bytes(58) + struct.pack("<I", 128) + bytes(64) + b"PE\0\0" + bytes(20)


FILES = {
    "a JPEG image": [GOOD["jpeg"], GOOD["cmyk"]],
    "a PNG image": [GOOD["png"]],
    "a GIF image": [GOOD["animation"]],
    "a WebP image": [GOOD["webp"]],
    "an AVIF image": [encode_image(scene(), "AVIF"), build_ftyp(b"mif1", b"avif", b"miaf")],
    "a HEIC photograph": [build_ftyp(brand, b"mif1") for brand in (b"heic", b"heix", b"mif1")]
    + [build_ftyp(b"msf1", b"hevc"), build_ftyp(b"hevc")],
    "a JPEG XL image": [b"\xff\x0a\xfa\x1f\x40", b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl "],
    "a JPEG 2000 image": [encode_image(scene(), "JPEG2000"), b"\xff\x4f\xff\x51\0\x2f"],
    "a TIFF image": [
        encode_image(scene(), "TIFF"),
        encode_image(scene(), "TIFF", big_tiff=True),
        build_tiff("<", (254, 4, 0)),
        build_tiff(">", (254, 4, 0), maker=b"NIKON SCANNER"),
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff",
    ],
    "a camera raw photograph": [
        b"II*\0\x10\0\0\0CR\2\0" + bytes(20),
        build_ftyp(b"crx ", b"crx ", b"isom"),
        build_tiff("<", (50706, 1, 1)),
        build_tiff(">", (254, 4, 1), (330, 4, 99), maker=b"NIKON CORPORATION"),
        build_tiff(">", (254, 3, 1), (330, 4, 99), maker=b"SONY"),
        b"IIU\0\x18\0\0\0",
        b"FUJIFILMCCD-RAW 0201" + bytes(20),
    ],
    "a BMP image": [encode_image(scene(), "BMP")],
    "a Windows icon": [encode_image(scene((32, 32)), "ICO")],
    "a Photoshop document": [b"8BPS\0\x01" + bytes(6) + b"\0\x03"],
    "a Netpbm image": [encode_image(scene(), "PPM"), b"P2\n# note\n2 2\n255\n1 2 3 4\n"],
    "an SVG drawing": [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a <b> -->\n<!DOCTYPE svg PUBLIC 'x'><svg id=''>",
        "<?xml version='1.0' encoding='UTF-16'?><svg>é</svg>".encode("utf-16"),
    ],
    "a PDF document": [b"%PDF-1.4\n% text only\n", b"%PDF-1.7\r\n%\xe2\xe3\xcf\xd3\r\n"],
    "a PostScript document": [b"%!PS-Adobe-3.0\n%%Title: a\n", b"%!PS\n"],
    "an EPS drawing": [encode_image(scene(), "EPS"), b"\xc5\xd0\xd3\xc6\x1e\0\0\0"],
    "an RTF document": [rb"{\rtf1\ansi hello}"],
    "a ZIP archive": [build_zip("a.txt"), build_zip(), build_zip("words/document.txt")],
    "a Word document": [build_zip("[Content_Types].xml", "docProps/app.xml", "word/document.xml")],
    "an Excel workbook": [build_zip("[Content_Types].xml", "xl/workbook.xml")],
    "a PowerPoint presentation": [build_zip("[Content_Types].xml", "ppt/presentation.xml")],
    "an OpenDocument file": [build_zip(mimetype="application/vnd.oasis.opendocument.text")],
    "an EPUB book": [build_zip(mimetype="application/epub+zip")],
    "a Microsoft Office document": [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)],
    "a RAR archive": [b"Rar!\x1a\x07\0", b"Rar!\x1a\x07\1\0"],
    "a 7z archive": [b"7z\xbc\xaf\x27\x1c\0\4"],
    "a gzip archive": [b"\x1f\x8b\x08\0\0\0\0\0\0\x03"],
    "an xz archive": [b"\xfd7zXZ\0\0\4"],
    "a bzip2 archive": [b"BZh91AY&SY\xb1\x8c", b"BZh9\x17\x72\x45\x38\x50\x90\0\0"],
    "a Zstandard archive": [b"\x28\xb5\x2f\xfd\x24\x01"],
    "a tar archive": [build_tar()],
    "a WAV audio file": [build_wav()],
    "an AVI video": [b"RIFF\x10\0\0\0AVI LIST"],
    "an MP4 video": [build_ftyp(b"isom", b"iso2", b"avc1", b"mp41"), build_ftyp(b"mp42", b"isom")],
    "a QuickTime video": [build_ftyp(b"qt  "), b"\0\0\0\x08wide\0\0\0\0mdat"],
    "an M4A audio file": [build_ftyp(b"M4A ", b"mp42", b"isom")],
    "a Matroska video": [b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska"],
    "a WebM video": [b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm"],
    "an MP3 audio file": [b"ID3\x04\0\0\0\0\x01\x02TSSE\0", MP3_FRAME * 2],
    "an AAC audio file": [AAC_FRAME * 2],
    "a FLAC audio file": [b"fLaC\0\0\0\x22\x10\0"],
    "an Ogg audio file": [b"OggS\0\x02" + bytes(22) + b"\x01\x1e\x01vorbis"],
    "an Ogg video": [b"OggS\0\x02" + bytes(22) + b"\x01\x2a\x80theora"],
    "an ELF program": [b"\x7fELF\x02\x01\x01\0"],
    "a Mach-O program": [b"\xcf\xfa\xed\xfe\x07\0\0\x01", b"\xca\xfe\xba\xbe\0\0\0\2\1\0\0\7"],
    "a Java class": [b"\xca\xfe\xba\xbe\0\0\0\x34"],
    "a Windows program": [build_pe()],
    "a WebAssembly module": [b"\0asm\1\0\0\0"],
    "a TrueType font": [b"\0\1\0\0\0\x0c\0\x80\0\3\0\x40GDEF\x12\x34\x56\x78"],
    "an OpenType font": [b"OTTO\0\x0a\0\x80"],
    "a WOFF2 font": [b"wOF2\0\1\0\0"],
    "a NumPy array": [b"\x93NUMPY\1\0v\0{'descr': '<f8'}"],
    "an HTML page": [b"<!DOCTYPE html>\n<p>", b"\n<!-- x --><HTML lang=en>"],
    "an XML document": [b'<?xml version="1.0"?>\n<kml/>'],
    "a JSON document": [b'{"a": 1}', b"[1, 2]", b'[{"a": []}]', b'["semc"]', b'{\n  "b": {}}'],
    "an e-mail message": [b"From: a@b\r\nTo: c@d\r\nSubject: e\r\n\r\nHello"],
    "a script": [b"#!/bin/sh\necho\n"],
    "a Git LFS pointer": [b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"],
    "a data URL": [b"data:image/png;base64,iVBORw0KGgo="],
}


@for_each([(name, data) for name, files in FILES.items() for data in files])
def test_type_of_a_file(name: str, data: bytes) -> None:
    identified = identify(data)
    assert identified is not None
    assert identified.name == name
    assert identified == identify(data[: 2**16])


def test_every_name_has_an_article_and_every_kind_is_known() -> None:
    kinds = "image document archive audio video program font data text".split()
    for files in FILES.values():
        for data in files:
            identified = identify(data)
            assert identified is not None
            assert identified.name.startswith(("a ", "an ", "Python "))
            assert identified.kind in kinds


def test_databases_and_bytecode(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with sqlite3.connect(database) as connection:
        connection.execute("create table t (x)")
    connection.close()
    assert identify(database.read_bytes()).name == "an SQLite database"  # type: ignore[union-attr]
    (tmp_path / "m.py").write_text("x = 1\n")
    compileall.compile_dir(tmp_path, quiet=1)
    (bytecode,) = (tmp_path / "__pycache__").glob(f"*{sys.implementation.cache_tag}*")
    assert identify(bytecode.read_bytes()).name == "Python bytecode"  # type: ignore[union-attr]


BEGINNINGS = [
    constant.decode("latin-1")
    for _, constant, _ in signatures._CONSTANTS
    if not signatures._has_control(constant.ljust(4)) and constant.isascii()
]


LETTERS = """BM MZ PK ID3 RIFF II* MM GIF89a Rar! 7z BZh9 P6 OggS fLaC 8BPS FORM ustar From: { [ <
%PDF %! %PDF-1.4. {a [hello] [1] HEAD <p> #! data: OTTO true PAR1 GGUF wOFF bplist JSON""".split()


@for_each([*BEGINNINGS, *LETTERS, "<svg is", "# Title", "SQLite format 3", "P1 is a"])
def test_text_that_begins_like_another_format(beginning: str) -> None:
    for text in (f"{beginning} is how it begins, and it is text.", f"{beginning}\n", beginning):
        for encoding in ("utf-8", "utf-8-sig", "utf-16"):
            assert identify(text.encode(encoding)) is None, text


def test_words_are_text() -> None:
    for word in (
        "a cat",
        "MZ",
        "BM",
        "ÿØÿ",
        "",
        " ",
        "Ünïcödé 写真",
        "\x1b[31mred\x1b[0m",
        "semc:KB5b7w",
    ):
        assert identify(word.encode()) is None


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=80))
@example("BM6")
def test_text_is_never_binary(text: str) -> None:
    identified = identify(text.encode())
    assert identified is None or identified in {item for _, item in signatures._TEXTS}


@given(
    st.binary(max_size=200), st.sampled_from([data for files in FILES.values() for data in files])
)
def test_damaged_files_raise_nothing(noise: bytes, data: bytes) -> None:
    for cut in (len(noise), len(data) // 2, 4, 12):
        identify(data[:cut] + noise)
    identify(noise)


@pytest.mark.parametrize(
    "data",
    [
        b"BM\x7f\0\0\0" + bytes(20),
        b"MZ\x90\0" + bytes(100),
        b"\xff\xfb\x90\0" + bytes(500),
        b"\0\0\1\0\0\0" + bytes(20),
        b"\x8c\x0e\r\n" + bytes(3),
        b"\0\1\0\0\0\x0c" + bytes(20),
    ],
)
def test_a_few_bytes_are_not_sufficient(data: bytes) -> None:
    assert identify(data) is None


def test_hostile_markup_takes_no_time() -> None:
    for data in (b"<!---->" * 10**5, b"<!-" * 10**5, b"P3 " + b"#\n" * 10**5, b"[" * 10**5):
        identify(data)


def test_text_is_decoded_without_its_mark() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert decode_text("naïve".encode(encoding)) == "naïve"
    assert decode_text(b"\xfe\xff" + "naïve".encode("utf-16-be")) == "naïve"
    assert decode_text("写".encode()[:2]) == ""
    assert decode_text(b"a\xff") is None
    assert decode_text(b"a\0") is None


def test_json_is_not_parsed() -> None:
    assert identify(json.dumps({"a": [1] * 10**5}).encode()).name == "a JSON document"  # type: ignore[union-attr]
