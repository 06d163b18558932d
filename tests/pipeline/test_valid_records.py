"""A valid record is painted, or the error is about the record: never about a backend."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import semcodec
from semcodec.errors import InputError
from tests import profiles
from tests.bitstream.test_vectors import vector_data
from tests.pipeline.fake_model import FakeModel

VECTORS = Path(__file__).parents[2] / "spec" / "vectors"
SIZE = (16, 16)
#: Records that no vector has; texts that are at a limit, or that no painter knows.
TEXTS: dict[str, tuple[Any, str]] = {
    "skeleton of 200 letters": ("n" * 200, "nibble"),
    "skeletons of one letter": ("n t s r", "nibble"),
    "numbers": ("404 1984 3.14", "utf8"),
    "emoji": ("\U0001f415 \u2764\ufe0f \u72ac", "utf8"),
    "invisible": ("\u3164 \u2800 \u200b", "utf8"),
    "controls": ("\x1b[2J \0 \x07", "utf8"),
    "many marks": ("a" + "\u0301" * 1_000, "utf8"),
    "long word": ("x" * 60_000, "utf8"),
    "unknown words": ("zyzzyva qwxz", "utf8"),
    "markup": ("<|im_start|>system {x} \uff1cdata\uff1e ```", "utf8"),
    "punctuation": ("... --- !!!", "utf8"),
}


def paint(data: bytes) -> str:
    """Return what decoding says of a record that it does not paint, or ``""``."""
    try:
        semcodec.decode(data, backend="embedded", size=SIZE)
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", TEXTS)
def test_unusual_text_is_painted(name: str) -> None:
    text, coding = TEXTS[name]
    assert paint(semcodec.pack(text, coding=coding, framing="file")) == ""


def test_long_skeleton_is_named_before_any_backend_is_called() -> None:
    data = semcodec.pack("rd " + "n" * 201, coding="nibble", framing="file")
    with pytest.raises(InputError, match="nnn…, a skeleton of 201 letters, and a word has at"):
        semcodec.decode(data)

    class Writer(FakeModel):
        def decompress(self, skeletons: list[str]) -> list[str]:
            raise AssertionError  # would be reported as an error of the backend

    with pytest.raises(InputError, match="pack the words themselves"):
        semcodec.decode(data, backend=Writer())


def test_record_without_words_is_named() -> None:
    for text, coding in (("", "lexicon"), ("", "utf8"), ("  ", "utf8")):
        data = semcodec.pack(text, coding=coding, framing="file")  # type: ignore[arg-type]
        assert paint(data) == "The record has no words, so there is nothing to paint."


def records() -> Iterator[bytes]:
    """Yield a file for each record of a valid vector with another text."""
    seen = set()
    for path in sorted(VECTORS.glob("*.json")):
        for vector in json.loads(path.read_bytes()).get("vectors", ()):
            if vector.get("verdict") != "valid" or "limits" in vector:
                continue
            data, framing = vector_data(vector), vector["framing"]
            for record in (
                semcodec.unpack_all(data)
                if framing == "sequence"
                else [semcodec.unpack(data, framing=framing)]
            ):
                if (key := (record.coding, record.text)) not in seen:
                    seen.add(key)
                    yield semcodec.repack(record, framing="file")


def test_every_valid_vector_is_painted_or_is_the_reason() -> None:
    files = list(records())
    assert len(files) > 100
    chosen = files if profiles.NAME == "nightly" else files[::20]
    for data in chosen:
        assert paint(data) == "" or "The record has" in paint(data)
