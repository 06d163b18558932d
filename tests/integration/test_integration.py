"""System integration: file(1) and the shared MIME database detect records and text forms."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path

import pytest

import semcodec
from tests.images import PHOTO, encode_image, scene

SPEC = Path(__file__).parents[2] / "spec"
MAGIC = SPEC / "integration" / "semcodec.magic"
XML = SPEC / "integration" / "semcodec.xml"
MIME = "application/vnd.semcodec"
NAMESPACE = "{http://www.freedesktop.org/standards/shared-mime-info}"
SIZES = tomllib.loads((SPEC / "registry" / "sizes.toml").read_text("utf-8"))["size"]

TEXT = "rd br snst"
FILE = semcodec.pack(TEXT, framing="file")
LONG = " ".join([TEXT] * 99)


def needs(program: str, package: str) -> pytest.MarkDecorator:
    missing = shutil.which(program) is None
    return pytest.mark.skipif(missing, reason=f"{program} is missing: apt-get install {package}.")


needs_file = needs("file", "file")
needs_database = needs("update-mime-database", "shared-mime-info")
needs_gio = needs("gio", "libglib2.0-bin")

#: Records as files, and the details that file(1) prints for them.
RECORDS = {
    "default": (FILE, "nibble, CRC-8, 1024 x 1024"),
    "no words": (semcodec.pack("", coding="nibble", framing="file"), "nibble, CRC-8, 1024 x 1024"),
    "long": (semcodec.pack(LONG, framing="file"), "nibble, CRC-8, 1024 x 1024"),
    "crc16": (semcodec.pack(TEXT, framing="file", check="crc16"), "nibble, CRC-16, 1024 x 1024"),
    "utf8": (
        semcodec.pack("Öl", coding="utf8", framing="file", check="crc32"),
        "utf8, CRC-32, 1024 x 1024",
    ),
    "models": (semcodec.pack(TEXT, framing="file", models=1), "nibble, CRC-8, 1024 x 1024"),
    "short size": (semcodec.pack(TEXT, framing="file", size=(1000, 777)), "nibble, CRC-8"),
    "long size": (semcodec.pack(TEXT, framing="file", size=(70_000, 3)), "nibble, CRC-8"),
    "all fields": (
        semcodec.pack(TEXT, framing="file", size=(640, 480), models=2, extensions=[(2**27, b"x")]),
        "nibble, CRC-8, 640 x 480",
    ),
}
TEXTS = {
    "url": (semcodec.pack(TEXT, framing="url"), "base64url"),
    "long url": (semcodec.pack(LONG, framing="url", check="crc32"), "base64url"),
    "url and a line end": (semcodec.pack("Öl", coding="utf8", framing="url") + b"\n", "base64url"),
    "qr": (semcodec.pack(TEXT, framing="qr"), "base45"),
    "long qr": (semcodec.pack(LONG, framing="qr", check="crc16"), "base45"),
    "qr and a line end": (semcodec.pack("Öl", coding="utf8", framing="qr") + b"\n", "base45"),
}
OTHER_DATA = {
    "no check": b"\xb5\x1a" + semcodec.pack(TEXT),
    "another version": b"\xb5\x1a\x88" + FILE[3:],
    "another byte": b"\xb5\x1b" + FILE[2:],
    "only the magic": b"\xb5\x1a",
    "bare": semcodec.pack(TEXT, check="crc8"),
    "magic not at the start": b"\0" + FILE,
    "png": encode_image(scene(), "PNG"),
    "jpeg": PHOTO,
    "webp": encode_image(scene(), "WEBP"),
    "text": b"A red boat.\n",
    "magic in latin-1 text": "µ\x1a§".encode("latin-1"),
    "prose": b"semc: a file format for pictures\n",
    "prose without a space": b"semc:Cats are many, and all of them are nice\n",
    "url without a check": b"semc:AHE9",
    "only the prefix of url": b"semc:",
    "prose in capitals": b"SEMQ: PICTURES IN WORDS, that is all\n",
    "only the prefix of qr": b"SEMQ:",
    "empty": b"",
}


def parametrize_names(cases: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", cases)


def describe_file(path: Path, *options: str, magic: Path = MAGIC) -> str:
    """Return the output of file(1) for one file."""
    command = ["file", "--brief", *options, "-m", str(magic), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def write_file(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@needs_file
class TestFile:
    @parametrize_names(RECORDS)
    def test_record_is_recognized_with_its_header(self, name: str, tmp_path: Path) -> None:
        data, details = RECORDS[name]
        path = write_file(tmp_path / "file", data)
        assert describe_file(path) == f"semcodec record, {details}"
        assert describe_file(path, "--mime-type") == MIME
        assert describe_file(path, "--extension") == "semc"

    @parametrize_names(TEXTS)
    def test_text_form_is_recognized(self, name: str, tmp_path: Path) -> None:
        data, alphabet = TEXTS[name]
        path = write_file(tmp_path / "file", data)
        assert describe_file(path) == f"semcodec text, {alphabet}"
        assert describe_file(path, "--mime-type") == "text/plain"

    @parametrize_names(OTHER_DATA)
    def test_other_data_is_not_recognized(self, name: str, tmp_path: Path) -> None:
        assert "semcodec" not in describe_file(
            write_file(tmp_path / "file", OTHER_DATA[name]), "--keep-going"
        )

    def test_every_registered_size_is_printed(self, tmp_path: Path) -> None:
        for row in SIZES:
            size = row["width"], row["height"]
            path = write_file(tmp_path / "file", semcodec.pack(TEXT, framing="file", size=size))
            assert describe_file(path).endswith(f", {size[0]} x {size[1]}")

    def test_records_are_recognized_together_with_the_system_magic(self, tmp_path: Path) -> None:
        version = subprocess.run(["file", "--version"], capture_output=True, text=True, check=True)
        system_magic = version.stdout.partition("magic file from ")[2].strip()
        assert system_magic
        for name, (data, details) in (RECORDS | TEXTS).items():
            path = write_file(tmp_path / name, data)
            assert describe_file(path, magic=Path(f"{MAGIC}:{system_magic}")).endswith(details)

    def test_compiled_magic_has_the_same_output(self, tmp_path: Path) -> None:
        command = ["file", "-C", "-m", str(MAGIC)]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert result.stderr == ""
        compiled = tmp_path / "semcodec.magic.mgc"
        for name, (data, details) in (RECORDS | TEXTS).items():
            assert describe_file(write_file(tmp_path / name, data), magic=compiled).endswith(
                details
            )
        assert "semcodec" not in describe_file(
            write_file(tmp_path / "file", OTHER_DATA["png"]), magic=compiled
        )

    def test_random_bytes_are_not_recognized(self, tmp_path: Path) -> None:
        rng = random.Random(1)
        for number in range(1000):
            write_file(tmp_path / f"{number}", rng.randbytes(64))
        command = [
            "file",
            "--brief",
            "--mime-type",
            "-m",
            str(MAGIC),
            *map(str, tmp_path.iterdir()),
        ]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        media_types = result.stdout.splitlines()
        assert len(media_types) == 1000
        assert MIME not in media_types


def test_mask_matches_one_random_string_in_175_thousand() -> None:
    rng = random.Random(2)
    strings = (rng.randbytes(64) for _ in range(200_000))
    assert sum(map(matches_magic, strings)) <= 6
    firsts = range(256)
    assert sum(matches_magic(b"\xb5\x1a" + bytes([first, 0])) for first in firsts) == 96


def matches_magic(data: bytes) -> bool:
    """Return whether ``data`` matches the magic of both databases."""
    return data[:2] == b"\xb5\x1a" and data[2] & 0x80 == 0 and data[2] & 0x18 != 0


def test_xml_and_magic_agree() -> None:
    mime_type = ElementTree.parse(XML).getroot().find(f"{NAMESPACE}mime-type")
    assert mime_type is not None
    assert mime_type.get("type") == MIME
    assert [glob.get("pattern") for glob in mime_type.iter(f"{NAMESPACE}glob")] == ["*.semc"]
    first, *rest = mime_type.iter(f"{NAMESPACE}match")
    assert (first.get("value"), first.get("mask")) == ("0xb51a0000", "0xffff8000")
    assert f"ubelong&{first.get('mask')}\t{first.get('value')}" in MAGIC.read_text("ascii")
    assert sum(int(match.get("mask", "0"), 16) for match in rest) == 0x18


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the XML in a temporary data directory, and return the directory."""
    home = tmp_path_factory.mktemp("share")
    packages = home / "mime" / "packages"
    packages.mkdir(parents=True)
    shutil.copy(XML, packages)
    command = ["update-mime-database", str(home / "mime")]
    result = subprocess.run(
        command, env=environment(home), capture_output=True, text=True, check=True
    )
    assert result.stderr == ""
    return home


def environment(home: Path) -> dict[str, str]:
    return os.environ | {"XDG_DATA_HOME": str(home), "XDG_DATA_DIRS": str(home), "LC_ALL": "C"}


@needs_database
class TestDatabase:
    def test_suffix_is_registered(self, database: Path) -> None:
        lines = (database / "mime" / "globs2").read_text("utf-8").splitlines()
        assert f"50:{MIME}:*.semc" in lines

    def test_magic_is_registered_with_its_masks(self, database: Path) -> None:
        installed = (database / "mime" / "magic").read_bytes()
        assert f"[50:{MIME}]".encode() in installed
        assert b">0=\0\4\xb5\x1a\0\0&\xff\xff\x80\0\n" in installed
        for bit in (b"\x08", b"\x10"):
            assert b"1>2=\0\1" + bit + b"&" + bit + b"\n" in installed

    def test_type_is_registered(self, database: Path) -> None:
        assert MIME in (database / "mime" / "types").read_text("utf-8").splitlines()
        assert (database / "mime" / "application" / "vnd.semcodec.xml").exists()

    @needs_gio
    @parametrize_names(RECORDS)
    def test_record_without_a_suffix_is_recognized(
        self, name: str, database: Path, tmp_path: Path
    ) -> None:
        assert content_type(write_file(tmp_path / "file", RECORDS[name][0]), database) == MIME

    @needs_gio
    @parametrize_names(OTHER_DATA)
    def test_other_data_is_not_recognized(self, name: str, database: Path, tmp_path: Path) -> None:
        assert content_type(write_file(tmp_path / "file", OTHER_DATA[name]), database) != MIME

    @needs_gio
    def test_suffix_is_recognized(self, database: Path, tmp_path: Path) -> None:
        assert content_type(write_file(tmp_path / "file.semc", FILE), database) == MIME


def content_type(path: Path, home: Path) -> str:
    """Return the media type that GIO detects."""
    command = ["gio", "info", "--attributes=standard::content-type", str(path)]
    result = subprocess.run(
        command, env=environment(home), capture_output=True, text=True, check=True
    )
    match = re.search(r"standard::content-type: (\S+)", result.stdout)
    assert match is not None
    return match[1]
