"""Words as the alternative text of pictures."""

from __future__ import annotations

import io
import struct
import zlib
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

import semcodec
from semcodec.carriers import alt_text, to_picture_file

FORMATS = ("PNG", "JPEG", "WEBP")
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
}
PICTURE = Image.effect_mandelbrot((64, 48), (-2, -1, 1, 1), 50).convert("RGB")
WORDS = ["roter", "Bär", "im", "Wald"]
#: Words that could break a file, and the text that they become.
HOSTILE = {
    "a<b>&\"c'": "a<b>&\"c'",
    "]]></rdf:li>": "]]></rdf:li>",
    "{alternatives} {0} %s": "{alternatives} {0} %s",
    "nul\0nul": "nul nul",
    "\x1b[2J": "[2J",
    "line\nline\r\n\u2028line": "line line line",
    "\u202egnp.exe": "gnp.exe",
    "\ufffe\uffff": "",
    "熊 🐻‍❄️ медведь": "熊 🐻‍❄️ медведь",
    "tab\there": "tab here",
}


def picture_file(words: list[str], format_name: str, coding: str = "utf8") -> bytes:
    record = semcodec.unpack(semcodec.pack("red boat", coding=coding))
    return to_picture_file(PICTURE, words, record, format_name)


def read_alt_text(data: bytes) -> tuple[str, list[str]]:
    """Return the text where each format has it, and the texts in XMP."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        if image.format == "PNG":
            text = image.info.get("Description", "")
        else:
            text = image.getexif().get(0x010E, "").encode("latin-1").decode()
        xmp = image.info.get("xmp", b"")
    root = ElementTree.fromstring(xmp or "<empty/>")
    paths = (".//dc:description", ".//Iptc4xmpCore:AltTextAccessibility")
    items = [root.find(f"{path}/rdf:Alt/rdf:li", NAMESPACES) for path in paths]
    return text, [item.text or "" for item in items if item is not None]


def international_text(png: bytes) -> list[bytes]:
    """Return the data of the chunks iTXt of a PNG file."""
    found, start = [], 8
    while start < len(png):
        length, kind = struct.unpack(">I4s", png[start : start + 8])
        data = png[start + 8 : start + 8 + length]
        assert zlib.crc32(kind + data) == int.from_bytes(png[start + 8 + length :][:4], "big")
        found += [data] if kind == b"iTXt" else []
        start += 12 + length
    return found


@pytest.mark.parametrize("format_name", FORMATS)
def test_words_are_the_alternative_text(format_name: str) -> None:
    text = "roter Bär im Wald"
    assert read_alt_text(picture_file(WORDS, format_name)) == (text, [text, text])


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("format_name", FORMATS)
def test_words_cannot_break_the_file(word: str, format_name: str) -> None:
    data = picture_file([word], format_name)
    assert read_alt_text(data) == (HOSTILE[word], [HOSTILE[word]] * (2 if HOSTILE[word] else 0))
    with Image.open(io.BytesIO(data)) as image, Image.open(io.BytesIO(plain(format_name))) as same:
        assert ImageChops.difference(image.convert("RGB"), same.convert("RGB")).getbbox() is None


def plain(format_name: str) -> bytes:
    return picture_file([], format_name)


@given(st.lists(st.text(max_size=40), max_size=6), st.sampled_from(FORMATS))
def test_any_words_are_read_back(words: list[str], format_name: str) -> None:
    text = alt_text.from_words(words)
    assert read_alt_text(picture_file(words, format_name)) == (text, [text, text] if text else [])


@pytest.mark.parametrize(
    ("coding", "language"), [("utf8", b""), ("lexicon", b"en"), ("bag", b"en")]
)
def test_chunk_of_a_png_file(coding: str, language: bytes) -> None:
    """Keyword, no compression, language, no translated keyword, UTF-8: PNG, section 11.3.3.4."""
    first = international_text(picture_file(WORDS, "PNG", coding))[0]
    assert first == b"Description\0\0\0" + language + b"\0\0" + "roter Bär im Wald".encode()


def test_long_text_is_cut_at_a_word() -> None:
    words = ["word"] * 4000
    text = alt_text.from_words(words)
    assert len(text) <= alt_text.MAX_ALT_TEXT
    assert text == " ".join(words[: (len(text) - 1) // 5 + 1]) + "…"
    assert alt_text.from_words(["x" * 1000]) == "x" * 1000
    assert alt_text.from_words(["x" * 1001]) == "x" * 999 + "…"
    for format_name in FORMATS:
        assert read_alt_text(picture_file(["\U0001f43b"] * 4000, format_name))[0].endswith("…")


def test_only_a_png_has_the_record() -> None:
    assert semcodec.unpack(picture_file(WORDS, "PNG")).text == "red boat"
    for format_name in ("JPEG", "WEBP"):
        assert b"seMC" not in picture_file(WORDS, format_name)


def test_no_words_write_no_text() -> None:
    for format_name in FORMATS:
        data = picture_file([], format_name)
        assert b"rdf" not in data
        assert b"Exif" not in data
        assert b"iTXt" not in data


@pytest.mark.parametrize("format_name", FORMATS)
def test_decoded_picture_has_its_words(format_name: str) -> None:
    decoded = semcodec.decode(semcodec.pack("rd bt", size=(64, 48)))
    assert read_alt_text(decoded.to_file(format_name))[0] == "red boat"
    data = decoded.to_file(format_name, plain=True)
    assert read_alt_text(data) == ("", [])
    assert b"seMC" not in data
