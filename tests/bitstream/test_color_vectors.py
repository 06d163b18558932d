"""The published vectors of colors: each value has the coefficients that the file states."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs

from semcodec.coding.color_planes import COEFFICIENTS, PLANES, decode, encode

VECTORS = Path(__file__).parents[2] / "spec" / "vectors"
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
