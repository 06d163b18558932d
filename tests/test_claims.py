"""Each claim that a newcomer reads first is that of the code: sizes, rates, bytes and defaults."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import semcodec

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
