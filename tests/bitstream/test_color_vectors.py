"""The published vectors of colors: each value has the coefficients that the file states."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from semcodec.coding.color_chances import CHANCES
from semcodec.coding.color_planes import COEFFICIENTS, PLANES, decode, encode

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "spec" / "vectors"
PERMITTED = ("released for unrestricted use", "public domain", "CC0 1.0", "CC BY 2.0")
DOCUMENT = json.loads((VECTORS / "colors.json").read_text("utf-8"))
DECODED = [vector for vector in DOCUMENT["vectors"] if "coefficients" in vector]
ENCODED = [vector for vector in DOCUMENT["vectors"] if "encode" in vector]


def _found(vector: dict[str, Any]) -> list[list[int]]:
    decoded = decode(bytes.fromhex(vector["data"]))
    pairs = enumerate(zip(decoded.values, decoded.planes, strict=True))
    return [[index, value, plane] for index, (value, plane) in pairs if value]


def test_vectors_match_their_schema() -> None:
    schema = json.loads((VECTORS / "schema-colors.json").read_text("utf-8"))
    jsonschema_rs.meta.validate(schema)
    jsonschema_rs.Draft202012Validator(schema).validate(DOCUMENT)
    names = [vector["name"] for vector in DOCUMENT["vectors"]]
    assert len(set(names)) == len(names)


@pytest.mark.no_cover
def test_values_determine_the_stated_coefficients() -> None:
    for vector in DECODED:
        assert _found(vector) == vector["coefficients"], vector["name"]


def test_vectors_reach_the_last_plane() -> None:
    planes = {plane for vector in DECODED for _, _, plane in vector["coefficients"]}
    assert planes == set(range(PLANES))


def test_coefficients_have_the_stated_value() -> None:
    for vector in ENCODED:
        given = dict(vector["encode"])
        coefficients = [given.get(index, 0) for index in range(COEFFICIENTS)]
        assert encode(coefficients).hex() == vector["data"], vector["name"]


def test_notice_names_the_photographs_of_the_chances() -> None:
    """All of them are under terms that permit it, and no other input made these chances."""
    record = tomllib.loads((ROOT / "spec/tables/colors-1.toml").read_text("utf-8"))
    table = (ROOT / "semcodec/coding/color_chances.py").read_bytes()
    assert record["sha256"] == hashlib.sha256(table).hexdigest()
    notice = (ROOT / "semcodec/coding/data/NOTICE.colors").read_text("utf-8")
    assert (ROOT / "spec/tables/NOTICE.colors").read_text("utf-8") == notice
    assert record["sha256"] in notice
    for source in record["source"]:
        assert source["name"] in notice
        assert source["sha256"] in notice
        assert source["terms"] in PERMITTED
    assert len(record["source"]) == 33


def test_document_has_the_chances() -> None:
    text = (ROOT / "spec/COLORS-1.md").read_text("utf-8")
    octets = b"".join(chance.to_bytes(2, "big") for chance in CHANCES)
    assert hashlib.sha256(octets).hexdigest() in text
    assert all(0 < chance < 1 << 16 for chance in CHANCES)
