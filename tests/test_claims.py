"""Each claim that a newcomer reads first is that of the code: sizes, rates, bytes and defaults."""

from __future__ import annotations

import hashlib
import io
import re
import tomllib
from importlib import resources
from pathlib import Path
from statistics import mean
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from PIL import Image

import semcodec
from semcodec.cli.main import make_parser
from semcodec.coding import tables

ROOT = Path(__file__).parents[1]
SVG = "{http://www.w3.org/2000/svg}"


def sheet_texts() -> list[ElementTree.Element]:
    """Return the texts of the cheat sheet."""
    root = ElementTree.parse(ROOT / "spec" / "cheatsheet.svg").getroot()
    return list(root.iter(f"{SVG}text"))


def content(element: ElementTree.Element) -> str:
    """Return the text of an element, with that of its parts."""
    return "".join(element.itertext())


def test_records_of_the_cheat_sheet_are_packed_by_the_library() -> None:
    texts = [content(text) for text in sheet_texts()]
    words = "red bear sunset"
    skeletons = semcodec.skeleton(words)
    assert {words, skeletons} <= set(texts)
    shown = [bytes.fromhex(text) for text in texts if re.fullmatch("b51a[0-9a-f]+", text)]
    options = {"framing": "file", "size": (1920, 1080)}
    # The default coding comes first, and the paper's second.
    assert shown == [semcodec.pack(words, **options), semcodec.pack(skeletons, **options)]
    assert [semcodec.unpack(data).coding for data in shown] == ["lexicon", "nibble"]
    assert {len(data) for data in shown} == {10}
    assert "10 bytes: magic, size and check included" in texts


def test_file_of_the_cheat_sheet_is_explained_byte_by_byte() -> None:
    texts = [content(text) for text in sheet_texts()]
    data = semcodec.pack("red bear sunset", framing="file", size=(1920, 1080))
    start = texts.index("One file, byte by byte")
    assert "".join(texts[start + 1 : start + 6]) == data.hex()
    bits = [field.raw for field in semcodec.inspect(data) if field.name.startswith("header.")]
    lines = " / ".join(texts[start:])
    assert f"{' '.join(bits)}: version 1, lexicon, CRC-8, no extensions, a size" in lines
    assert "size 13 of the registry: 1920 x 1080" in lines
    assert "frozen tables of 65,536 words" in lines
    assert f"CRC-8 of the seven bytes from {data[2:3].hex()} to {data[-2:-1].hex()}" in lines


def test_framings_of_the_cheat_sheet_have_their_sizes() -> None:
    texts = [content(text) for text in sheet_texts()]
    payload = semcodec.pack("n" * 20, coding="nibble")[1:]
    assert len(payload) == 10
    sizes = {
        name: len(semcodec.pack("n" * 20, coding="nibble", framing=name))
        for name in ("bare", "file", "sequence", "url", "qr")
    }
    start = texts.index("bytes in all for 10 of payload")
    names = texts[start + 1 : start + 7]
    numbers = [text for text in texts[start:] if text.isdecimal()][:6]
    png = 11 + 12  # a bare record in a chunk: length, type and CRC
    assert dict(zip(names, map(int, numbers), strict=True)) == sizes | {"png": png}


# --- the README and the descriptions of the packages ---------------------------------------------

README = (ROOT / "README.md").read_text("utf-8")
INTRODUCTION = README.partition("## See it")[0]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EMBEDDED = tomllib.loads((ROOT / "embedded" / "pyproject.toml").read_text("utf-8"))["project"]


class Row(NamedTuple):
    """A row of the table of the demo, which tests/cli/test_demo.py compares with a run of it."""

    file_bytes: int
    file_ubpp: float
    ratios: tuple[int, int]


def rows() -> list[Row]:
    """Return the rows of the table in the README."""
    [printed] = re.findall(r"```\n(photo .*?)\n```", README, re.S)
    cells = re.findall(r" (\d+) +[\d.]+ +([\d.]+) +(\d+)x / (\d+)x ", printed)
    assert len(cells) == 3
    return [Row(int(size), float(rate), (int(q1), int(q75))) for size, rate, q1, q75 in cells]


def test_every_text_states_the_same_number_of_bytes() -> None:
    texts = {
        "README.md": README,
        "pyproject.toml": PROJECT["description"],
        "help(semcodec)": semcodec.__doc__ or "",
        "semcodec --help": make_parser().description or "",
        "embedded/README.md": (ROOT / "embedded" / "README.md").read_text("utf-8"),
        "embedded/pyproject.toml": EMBEDDED["description"],
        **{page.name: page.read_text("utf-8") for page in (ROOT / "docs").glob("*.md")},
    }
    numbers = {
        name: set(map(int, re.findall(r"about\s+(\d+)\s+bytes", text)))
        for name, text in texts.items()
    }
    assert {name for name, found in numbers.items() if found} >= {
        "README.md", "pyproject.toml", "help(semcodec)", "semcodec --help",
    }  # fmt: skip
    [stated] = set().union(*numbers.values())
    # Three photographs are few: over 37, bench/shapes.py prints a mean of 15.9 bytes.
    assert mean(row.file_bytes for row in rows()) == pytest.approx(stated, rel=0.15)


def test_rate_of_the_introduction_is_that_of_the_table() -> None:
    [stated] = re.findall(
        r"about\s+(\d+)\s+micro-bits per pixel of the painted picture", INTRODUCTION
    )
    assert mean(row.file_ubpp for row in rows()) == pytest.approx(int(stated), rel=0.2)


def test_comparison_of_the_introduction_is_that_of_the_table() -> None:
    flat = " ".join(INTRODUCTION.split())
    [(low, high)] = re.findall(
        r"(\d+) to (\d+) times less than the photograph takes at its own size as a JPEG of the "
        "lowest quality", flat
    )  # fmt: skip
    ratios = [row.ratios[0] for row in rows()]
    assert (int(low), int(high)) == (round(min(ratios), -1), round(max(ratios), -1))


def test_no_page_compares_with_an_enlarged_photograph() -> None:
    """JPEG files of other sizes than the photograph's are not compared with."""
    for page in (README, semcodec.__doc__ or "", PROJECT["description"]):
        assert set(re.findall(r"([\d,]+) times (?:smaller|less)", page)) <= {
            re.findall(r"to (\d+) times less", INTRODUCTION)[0]
        }


def test_rates_of_the_page_are_those_of_the_tables() -> None:
    page = (ROOT / "docs" / "rate.md").read_text("utf-8")
    assert re.findall(r"`([0-9a-f]{64})`", page) == [hashlib.sha256(tables.read_file()).hexdigest()]


def test_coding_called_the_default_is_the_default() -> None:
    [name] = re.findall(r"^\| `(\w+)` \|.*the default", README, re.MULTILINE)
    assert semcodec.unpack(semcodec.pack("red bear sunset")).coding == name
    page = (ROOT / "spec" / "cheatsheet.svg").read_text("utf-8")
    assert page.index("lexicon</tspan>: whole words") < page.index("nibble</tspan>: consonants")


def test_jpeg_files_of_the_table_have_the_pixels_of_the_photographs() -> None:
    [printed] = re.findall(r"```\n(photo .*?)\n```", README, re.S)
    for name, width, height, data_size, *ratios in re.findall(
        r"^(\w+) +(\d+)x(\d+) +\d+ +\d+ +(\d+) +[\d.]+ +[\d.]+ +(\d+)x / (\d+)x", printed, re.M
    ):
        photo = resources.files("semcodec_embedded") / "photos" / f"{name}.jpg"
        with photo.open("rb") as file, Image.open(file) as image:
            assert image.size == (int(width), int(height))
            for quality, ratio in zip((1, 75), ratios, strict=True):
                jpeg = io.BytesIO()
                image.convert("RGB").save(jpeg, "JPEG", quality=quality)
                expected = len(jpeg.getvalue()) / int(data_size)
                assert expected == pytest.approx(int(ratio), rel=0.02)
