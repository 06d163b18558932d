"""Rates: each bit of a record is counted once, and in one place."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import semcodec
from semcodec.coding import tables
from semcodec.errors import FormatError
from semcodec.measure import rates
from tests.bitstream.test_properties import nibble_text, options

ROOT = Path(__file__).parents[2]
PIXELS = r"pixels|width|height|size\b|area"
LAYER_TYPES = {20, 22, 24}
LAYOUT = {0: [(8, 4, 20, 32)]}


@given(nibble_text, options())
def test_bits_sum_to_the_file(text: str, pack_options: dict[str, Any]) -> None:
    data = semcodec.pack(text, coding="nibble", **pack_options)
    rate = rates.count(data, (768, 512))
    assert sum(rate["bits"].values()) == rate["file_bits"] == 8 * len(data)
    width, height = pack_options["size"]
    assert rate["picture_pixels"] == width * height
    assert rate["photograph_pixels"] == 768 * 512
    assert rate["file_ubpp"] == pytest.approx(8e6 * len(data) / (width * height))
    assert rate["payload_ubpp"] == pytest.approx(1e6 * rate["bits"]["payload"] / (width * height))
    assert rate["file_ubpp_of_photograph"] == pytest.approx(8e6 * len(data) / (768 * 512))


@given(nibble_text, options())
def test_layer_bits_are_those_that_a_record_without_layers_saves(
    text: str, pack_options: dict[str, Any]
) -> None:
    data = semcodec.pack(text, coding="nibble", **pack_options)
    others = [entry for entry in pack_options["extensions"] if entry[0] not in LAYER_TYPES]
    without = semcodec.pack(text, coding="nibble", **pack_options | {"extensions": others})
    assert rates.count(data, (1, 1))["layer_bits"] == 8 * (len(data) - len(without))


def test_length_of_the_block_belongs_to_the_layers_if_nothing_else_needs_it() -> None:
    colors, seed = ("colors", b"\1\2\3"), ("seed", 7)
    alone = rates.count(semcodec.pack("red bear", extensions=[colors]), (1, 1))
    shared = rates.count(semcodec.pack("red bear", extensions=[seed, colors]), (1, 1))
    assert alone["layer_bits"] == alone["bits"]["extensions"] == 8 * (1 + 1 + 1 + 3)
    assert shared["layer_bits"] == 8 * (1 + 1 + 3)
    assert shared["bits"]["extensions"] - shared["layer_bits"] == 8 * (1 + 1 + 1 + 1)


@pytest.mark.parametrize("framing", ["bare", "file", "url", "qr"])
@pytest.mark.parametrize("coding", ["lexicon", "bag", "utf8"])
def test_records_with_models_and_layers_are_counted_in_each_framing(
    framing: Any, coding: Any
) -> None:
    extensions: Any = [("layout", LAYOUT), ("colors", b"\5"), ("seed", 1)]
    data = semcodec.pack(
        "red bear sunset", coding=coding, framing=framing, models=2, extensions=extensions,
        size=(1152, 896),
    )  # fmt: skip
    rate = rates.count(data, (640, 480))
    assert sum(rate["bits"].values()) == rate["file_bits"] == 8 * len(data)
    assert rate["bits"]["models"] == rate["bits"]["size"] == 8


def test_what_a_decoder_must_have_is_named() -> None:
    data = semcodec.pack("red bear", models=semcodec.Models(painter=8), extensions={"writer": "x"})
    listed = rates.count(data, (768, 512), models={"painter": "embedded 1"})["out_of_band"]
    text = "\n".join(listed)
    assert f"lexicon-1.bin, SHA-256 {hashlib.sha256(tables.read_file()).hexdigest()}" in text
    assert "FLUX.2-klein-4B as painter" in text
    assert "the writer that the record names" in text
    assert "none is stated for describer, prompts" in text
    assert "the painter of this run: embedded 1" in text
    assert "the size of the photograph" in text
    same = rates.count(semcodec.pack("n", coding="nibble"), (1024, 1024))["out_of_band"]
    assert not [one for one in same if "photograph" in one or "SHA-256" in one]


def test_models_of_a_set_are_named_and_unknown_ones_numbered() -> None:
    def listed(models: Any) -> str:
        return "\n".join(
            rates.count(semcodec.pack("n", coding="nibble", models=models), (1, 1))["out_of_band"]
        )

    assert "semcodec-embedded 1 as describer and painter" in listed("embedded")
    assert "prompts 1" in listed("embedded")
    assert "model 99 as painter" in listed(semcodec.Models(painter=99))
    assert "the models of set 77" in listed(77)


def test_colors_need_the_chances_of_the_format() -> None:
    def listed(extensions: Any) -> str:
        data = semcodec.pack("red bear", extensions=extensions)
        return "\n".join(rates.count(data, (1, 1))["out_of_band"])

    assert "color chances" in listed({"colors": b"\5"})
    assert "color chances" not in listed({"layout": LAYOUT})


def test_damaged_record_is_not_counted() -> None:
    with pytest.raises(FormatError):
        rates.count(b"\xb5\x1a\x0a\0\1\0", (1, 1))


def divisions(path: Path) -> Iterator[str]:
    """Yield the divisions of bits or bytes by pixels in a program."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv):
            left, right = ast.unparse(node.left), ast.unparse(node.right)
            if re.search(r"bit|byte|len\(", left, re.I) and re.search(PIXELS, right, re.I):
                yield f"{left} / {right}"


def test_bits_are_divided_by_pixels_in_one_place() -> None:
    division = re.compile(rf" / .*({PIXELS})", re.I)
    programs = [*(ROOT / "semcodec").rglob("*.py"), *(ROOT / "bench").glob("*.py")]
    found = {
        path.relative_to(ROOT).as_posix(): [*divisions(path)]
        for path in programs
        if "imaging" not in path.parts  # memory of samples, not rates
        and division.search(path.read_text("utf-8"))  # most files need not be parsed
    }
    assert {name: lines for name, lines in found.items() if lines} == {
        "semcodec/bitstream/rate.py": ["bits * MICRO / size[0] * size[1]"]
    }
