"""The vectors for encoders: schema, the library, and runs of correct and incorrect encoders."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from semcodec import FormatError, InputError, unpack, unpack_all
from semcodec.conformance import ConformanceError, vectors
from semcodec.conformance.compare import Decoded, Refused, compare
from semcodec.conformance.process import Decoder, PersistentDecoder, decode_once
from semcodec.conformance.vectors import Vector
from tests.conformance.encoder import encode

FOLDER = Path(__file__).parents[2] / "spec" / "vectors"
DOCUMENT = json.loads((FOLDER / "encode.json").read_text("utf-8"))
VECTORS = vectors.load(None, "*", encode=True)
BY_NAME = {vector.name: vector for vector in VECTORS}
VALID, REFUSED = BY_NAME["encode-size-code-1"], BY_NAME["encode-size-zero"]
SCHEMA = json.loads((FOLDER / "schema-encode.json").read_text("utf-8"))


# --- the vectors ---------------------------------------------------------------------------------


def test_library_encodes_or_refuses_each_value() -> None:
    for vector in VECTORS:
        if vector.record is None:
            with pytest.raises((FormatError, InputError)):  # FormatError: of a picture
                encode(vector.value)
        else:
            assert encode(vector.value) == vector.data, vector.name


def test_data_has_the_value() -> None:
    """What an encoder must write is what a decoder returns, and the order is the only change."""
    for vector in VECTORS:
        if vector.record is None:
            continue
        data, framing = vector.data, vector.framing
        [record] = unpack_all(data) if framing == "sequence" else [unpack(data, framing=framing)]
        found, value = record.as_dict(), dict(vector.value)
        value.pop("picture", None)
        value["extensions"] = sorted(value["extensions"])
        if value["coding"] == "bag":
            found["text"], value["text"] = ({*text["text"].split()} for text in (found, value))
        assert {name: found[name] for name in value} == value, vector.name


def test_vectors_cover_all_codings_framings_and_checks() -> None:
    accepted = [vector.value for vector in VECTORS if vector.record is not None]
    refused = [vector for vector in VECTORS if vector.record is None]
    for name, count in (("coding", 4), ("framing", 6), ("check", 4)):
        assert len({value[name] for value in accepted}) == count
    assert {vector.rule for vector in refused} >= {f"SC-WRI-{number}" for number in (2, 3, 5)}
    assert len(BY_NAME) == len(VECTORS) >= 100
    texts = [json.dumps(vector.value) for vector in VECTORS]
    assert len(set(texts)) >= len(texts) - 1  # models-none and size-default have one value


def test_file_matches_the_schema() -> None:
    jsonschema_rs.meta.validate(SCHEMA)
    jsonschema_rs.validate(SCHEMA, DOCUMENT)


@pytest.mark.parametrize(
    "change",
    [
        {"data": "0"},
        {"refusal": "SC-WRI-5"},
        {"value": {}},
        {"value": VALID.value | {"framing": "png"}},
        {"value": VALID.value | {"picture": "00"}},
        {"name": "size"},
        {"more": 1},
    ],
)
def test_schema_rejects_invalid_vectors(change: dict[str, Any]) -> None:
    [row] = [row for row in DOCUMENT["vectors"] if row["name"] == VALID.name]
    validator = jsonschema_rs.validator_for(SCHEMA)
    assert validator.is_valid(DOCUMENT | {"vectors": [row]})
    assert not validator.is_valid(DOCUMENT | {"vectors": [row | change]})


# --- loading -------------------------------------------------------------------------------------


def test_vectors_for_decoders_and_encoders_are_loaded_separately() -> None:
    assert not {vector.name for vector in vectors.load(None, "*")} & {*BY_NAME}
    assert (VALID.verdict, VALID.record) == ("valid", {"data": VALID.data.hex()})
    assert (REFUSED.verdict, REFUSED.record, REFUSED.rule) == ("refused", None, "SC-WRI-5")


@pytest.mark.parametrize(
    "change",
    [{"data": "0"}, {"data": None}, {"refusal": "SC-WRI-5"}, {"value": {}}, {"value": 0}],
)
def test_malformed_vectors_are_rejected(tmp_path: Path, change: dict[str, Any]) -> None:
    row = {"name": "a", "value": VALID.value, "data": "00"}
    document = {"format": "SEMCODEC-1-encode", "vectors": [row | change]}
    (tmp_path / "x.json").write_text(json.dumps(document))
    with pytest.raises(ConformanceError, match=r"x\.json is not a vector file"):
        vectors.load(str(tmp_path), "*", encode=True)


# --- comparing and running -----------------------------------------------------------------------


def test_different_data_and_refusals_are_failures() -> None:
    assert compare(VALID, Decoded({"data": VALID.data.hex()})) == []
    [difference] = compare(VALID, Decoded({"data": "00"}))
    assert (difference.property, difference.is_note) == ("data", False)
    [difference] = compare(VALID, Refused("SC-WRI-5"))
    assert (difference.property, difference.is_note) == ("outcome", False)
    assert difference.expected == f'result {{"data": "{VALID.data.hex()}"}}'
    [difference] = compare(REFUSED, Decoded({"data": "00"}))
    assert (difference.expected, difference.found) == (
        "refusal (SC-WRI-5)",
        'result {"data": "00"}',
    )


def test_another_rule_of_a_refusal_is_a_note() -> None:
    assert compare(REFUSED, Refused()) == compare(REFUSED, Refused("SC-WRI-5")) == []
    [difference] = compare(REFUSED, Refused("SC-WRI-2"))
    assert (difference.property, difference.is_note) == ("rule", True)


#: An encoder that returns what it was given, so that a test can compare that.
ECHO = "import json, sys; print(json.dumps({'data': sys.stdin.readline(), 'argv': sys.argv[1:]}))"


async def _run(vector: Vector, *, persistent: bool) -> Any:
    decoder = Decoder((sys.executable, "-S", "-c", ECHO))
    if not persistent:
        return await decode_once(decoder, vector)
    process = PersistentDecoder(decoder)
    try:
        return await process.decode(vector)
    finally:
        await process.close()


@pytest.mark.parametrize("persistent", [False, True])
def test_encoder_gets_a_line_of_ascii_and_no_arguments(persistent: bool) -> None:
    import asyncio

    vector = BY_NAME["encode-utf8-beyond"]
    outcome = asyncio.run(_run(vector, persistent=persistent))
    line = outcome.record["data"]
    assert outcome.record["argv"] == []
    assert (line.isascii(), line.count("\n"), line[-1]) == (True, 1, "\n")
    assert json.loads(line) == vector.value
