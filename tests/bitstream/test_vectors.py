"""The published vectors: the library conforms to each, and together they cover every rule."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from semcodec.bitstream import (
    RULES,
    Limits,
    Record,
    Report,
    embed_png,
    extract_png,
    record_codec,
    repack,
    unpack,
    unpack_sequence,
    validate,
)
from semcodec.bitstream.parser import Parser
from semcodec.bitstream.record import kept_payload
from semcodec.errors import FormatError, UnsupportedError
from tests.each import for_each
from tests.png_files import split_chunks

SPEC = Path(__file__).parents[2] / "spec"
FOLDER = SPEC / "vectors"
OTHER_FILES = ("colors.json", "encode.json", "skeletons.json", "truncate.json")
FILES = [
    path
    for path in sorted(FOLDER.glob("*.json"))
    if path.name not in OTHER_FILES and not path.name.startswith("schema")
]
VECTORS: list[dict[str, Any]] = [
    vector for path in FILES for vector in json.loads(path.read_text("utf-8"))["vectors"]
]
FLOOR = Limits(4_096, 512, 16, 1_024, 256, 4_096)  #: the limits that every decoder accepts
IDS = ("describer", "writer", "painter", "prompts")
by_name = functools.partial(for_each, name=lambda vector: vector["name"])


def vector_data(vector: dict[str, Any]) -> bytes:
    return bytes.fromhex(vector["data"])


def read_records(vector: dict[str, Any]) -> list[Record]:
    """Return the records of a vector, or raise the error of reading it."""
    data = vector_data(vector)
    options: dict[str, Any] = {"limits": Limits(**vector["limits"])} if "limits" in vector else {}
    if vector["framing"] == "sequence":
        return unpack_sequence(data, **options)
    if vector["framing"] != "auto":  # an explicit framing does not use the fast path
        options["framing"] = vector["framing"]
    return [unpack(data, **options)]


def value_of_record(record: Record) -> dict[str, Any]:
    """Return the value of a record in the form of the vectors, without using ``as_dict``."""
    values = record._asdict() | {"words": record.words, "k": record.k, "size": [*record.size]}
    models = zip(IDS, record.models.ids, strict=True)
    values["models"] = {"set": record.models.set, **dict(models)}
    values["extensions"] = [[kind, value.hex()] for kind, value in record.extensions]
    return values


def input_key(vector: dict[str, Any]) -> str:
    return json.dumps([vector.get(key) for key in ("data", "framing", "limits", "profile")])


def findings_of(report: Report) -> list[dict[str, Any]]:
    """Return the findings of a report in the form of the vectors."""
    return [{"rule": finding.rule, "offset": finding.offset} for finding in report.findings]


def expected_findings(vector: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the findings of a vector of any kind."""
    one = {"rule": vector["rule"], "offset": vector.get("offset")}
    return vector.get("findings", [one] if vector["kind"] == "breaks" else [])


# --- each vector --------------------------------------------------------------------------------


@by_name(VECTORS)
def test_verdict_rule_and_offset_match_the_vector(vector: dict[str, Any]) -> None:
    report = validate(
        vector_data(vector),
        framing=vector["framing"],
        profile=vector.get("profile"),
        limits=Limits(**vector.get("limits", {})),
    )
    assert report.verdict == vector["verdict"]
    assert findings_of(report) == expected_findings(vector)


@by_name([vector for vector in VECTORS if vector["verdict"] == "valid"])
def test_value_of_valid_data_matches_the_vector(vector: dict[str, Any]) -> None:
    records = read_records(vector)
    sequence = vector["framing"] == "sequence"
    assert [record.as_dict() for record in records] == [
        value_of_record(record) for record in records
    ]
    assert [value_of_record(record) for record in records] == (
        vector["record"] if sequence else [vector["record"]]
    )
    if sequence or records[0].framing != "png":
        assert b"".join(map(repack, records)) == vector_data(vector)


@pytest.mark.no_cover
@by_name([vector for vector in VECTORS if vector["verdict"] != "valid"])
def test_unpack_raises_an_error_with_rule_and_offset_of_the_vector(vector: dict[str, Any]) -> None:
    with pytest.raises((FormatError, UnsupportedError)) as caught:
        read_records(vector)
    assert (caught.value.rule, caught.value.offset) == (vector["rule"], vector["offset"])
    if vector["kind"] != "several":  # the verdict on several findings is that of the most severe
        assert getattr(caught.value, "verdict", "unsupported") == vector["verdict"]


@pytest.mark.no_cover
def test_data_is_valid_if_and_only_if_unpack_accepts_it() -> None:
    for vector in VECTORS:
        limits = Limits(**vector.get("limits", {}))
        report = validate(vector_data(vector), framing=vector["framing"], limits=limits)
        try:
            is_read = bool(read_records(vector)) or True
        except (FormatError, UnsupportedError):
            is_read = False
        assert (report.verdict == "valid", report.ok) == (is_read, is_read), vector["name"]


@by_name([vector for vector in VECTORS if vector.get("record") and vector["data"][:2] == "89"])
def test_embedding_the_same_record_keeps_the_png(vector: dict[str, Any]) -> None:
    png_data = vector_data(vector)
    core = extract_png(png_data)
    embedded = embed_png(png_data, core)
    assert extract_png(embedded) == core
    assert chunks(embedded) == chunks(png_data)
    if png_data[37:41] == b"seMC":  # right after IHDR, where embed_png writes it
        assert embedded == png_data


def chunks(png_data: bytes) -> tuple[list[bytes], bytes]:
    """Return the sorted chunks of a PNG file, and the bytes after IEND."""
    chunks = split_chunks(png_data)
    return sorted(chunks), png_data[8 + sum(map(len, chunks)) :]


@by_name([vector for vector in VECTORS if "second-spelling" in vector["flags"]])
def test_non_canonical_encoding_is_rejected(vector: dict[str, Any]) -> None:
    assert vector["verdict"] in ("invalid", "malformed")
    with pytest.raises(FormatError):
        read_records(vector)
    if vector["verdict"] == "invalid":  # a parser that collects findings returns a record
        findings: list[FormatError | UnsupportedError] = []
        parser = Parser(vector_data(vector), findings)
        if vector["framing"] == "sequence":
            assert list(record_codec.read_sequence(parser, Limits()))
        else:
            record = record_codec.read_record(parser, vector["framing"], Limits())
            assert kept_payload(record) is None  # the payload may not be canonical
        assert [error.rule for error in findings] == [vector["rule"]]


# --- decoders with the least limits, or without the tables ---------------------------------------


def test_floor_of_the_limits_is_that_of_the_specification() -> None:
    text = (SPEC / "SEMCODEC-1.md").read_text("utf-8")
    table = re.findall(r"\| ([\d,]+) \| ([\d,]+) \| \[SC-LIM-\d\] \|", text)
    floor, usual = (
        [int(cell.replace(",", "")) for cell in cells] for cells in zip(*table, strict=True)
    )
    assert (Limits(*floor), Limits(*usual)) == (FLOOR, Limits())


@pytest.mark.no_cover
@by_name([vector for vector in VECTORS if "limits" not in vector])
def test_data_at_the_floor_of_the_limits_is_accepted(vector: dict[str, Any]) -> None:
    """Vectors show that the default limits are not below the floor; this, which need more."""
    report = validate(vector_data(vector), framing=vector["framing"], limits=FLOOR)
    is_beyond = any(finding.rule.startswith("SC-LIM") for finding in report.findings)
    assert is_beyond == ("above-floor" in vector["flags"])


@pytest.mark.no_cover
@pytest.mark.usefixtures("without_tables")
def test_results_without_the_tables_are_those_of_the_class_core() -> None:
    for vector in VECTORS:
        limits, name = Limits(**vector.get("limits", {})), vector["framing"]
        report = validate(vector_data(vector), framing=name, limits=limits)
        if "core" not in vector:
            assert report.verdict == vector["verdict"], vector["name"]
            continue
        findings = [{"rule": f.rule, "offset": f.offset} for f in report.findings]
        assert {"verdict": report.verdict, "findings": findings} == vector["core"], vector["name"]
        with pytest.raises((FormatError, UnsupportedError)) as caught:
            read_records(vector)
        assert {"rule": caught.value.rule, "offset": caught.value.offset} == findings[0]


# --- all vectors --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["obeys", "breaks"])
def test_every_rule_has_an_obeying_and_a_breaking_vector(kind: str) -> None:
    rules = {vector["rule"] for vector in VECTORS if vector["kind"] == kind}
    # Only a decoder without the tables finds SC-HDR-2: its results are beside those of the others.
    assert rules == set(RULES) - {"SC-HDR-2"}
    assert {vector["kind"] for vector in VECTORS if "core" in vector} > {"obeys", "breaks"}


@by_name([vector for vector in VECTORS if vector["kind"] != "several"])
def test_clause_and_verdict_match_the_rule(vector: dict[str, Any]) -> None:
    rule = RULES[vector["rule"]]
    assert vector["clause"] == rule.section
    if vector["kind"] == "breaks":
        assert vector["verdict"] == ("valid" if rule.profile else rule.outcome)
        assert vector.get("profile", "") == rule.profile


def test_every_first_byte_has_a_vector() -> None:
    path = FOLDER / "first-bytes.json"
    firsts = [vector_data(vector)[0] for vector in json.loads(path.read_text("utf-8"))["vectors"]]
    assert firsts == list(range(256))


def test_vector_names_are_unique() -> None:
    assert len({vector["name"] for vector in VECTORS}) == len(VECTORS)


def test_vectors_are_distinct_and_consistent() -> None:
    by_input = defaultdict(list)
    for vector in VECTORS:
        by_input[input_key(vector)].append(vector)
    for vectors in by_input.values():
        rules = [vector["rule"] for vector in vectors]
        assert len(set(rules)) == len(rules)
        results = [
            [vector["verdict"], vector.get("offset"), vector.get("record")] for vector in vectors
        ]
        assert all(result == results[0] for result in results)


@for_each([rule for rule in RULES if not rule.startswith(("SC-LIM", "SC-HDR-2"))])
def test_example_breaks_only_its_rule(rule: str) -> None:
    row = RULES[rule]
    data, profile = bytes.fromhex(row.example_hex), row.profile or None
    report = validate(data, framing=row.framing, profile=profile)
    assert [finding.rule for finding in report.findings] == [rule]
    assert report.verdict == ("valid" if row.profile else row.outcome)


def test_every_non_canonical_encoding_has_a_vector() -> None:
    """Random bytes would not show that a decoder lacks one of these rules; the vectors do."""
    rules = {vector["rule"] for vector in VECTORS if "second-spelling" in vector["flags"]}
    table = "LEB-2 SIZ-2 SIZ-3 SIZ-4 MOD-1 EXT-2 EXT-4 EXT-8 EXT-9 EXT-10 EXT-13 NIB-1 NIB-3"
    table += " UTF-1 TXT-2 TXT-4 TXT-5 PNG-6"
    assert rules == {f"SC-{rule}" for rule in table.split()}


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_vector_files_match_the_schema(path: Path) -> None:
    schema = json.loads((FOLDER / "schema.json").read_text("utf-8"))
    jsonschema_rs.meta.validate(schema)
    vectors = json.loads(path.read_text("utf-8"))
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(vectors)


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "maybe"},
        {"data": "0"},
        {"verdict": "valid"},
        {"offset": -1},
        {"kind": "obeys"},
        {"record": {}},
        {"more": 1},
        {"framing": "sequence", "kind": "obeys", "verdict": "valid", "record": {}},
        {"kind": "several"},
        {"name": "several-a"},
        {"findings": []},
        {"findings": [{"rule": "SC-NIB-1"}]},
        {"findings": [{"rule": "SC-NIB-1", "offset": 8, "more": 1}]},
        {"findings": [{"rule": "SC-NIB-1", "offset": 8}], "kind": "breaks"},
    ],
)
def test_schema_rejects_invalid_vectors(change: dict[str, Any]) -> None:
    schema = json.loads((FOLDER / "schema.json").read_text("utf-8"))
    kind = "several" if "findings" in change else "breaks"
    one = (row for row in VECTORS if row["verdict"] == "invalid" and row["kind"] == kind)
    broken = next(one)
    head = {"format": "SEMCODEC-1", "draft": 3, "license": "CC0-1.0"}
    check = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert check.is_valid(head | {"vectors": [broken]})
    assert not check.is_valid(head | {"vectors": [broken | change]})


def test_schema_describes_every_property() -> None:
    definitions = json.loads((FOLDER / "schema.json").read_text("utf-8"))
    nodes = [definitions, *definitions["$defs"].values()]
    nodes.append(definitions["$defs"]["vector"]["properties"]["limits"])
    nodes.append(definitions["$defs"]["record"]["properties"]["models"])
    for node in nodes:
        for name, value in node.get("properties", {}).items():
            assert value.get("description"), name


def test_every_vector_has_a_file() -> None:
    files = {path.stem: path.read_bytes() for path in (FOLDER / "files").iterdir()}
    assert files == {vector["name"]: vector_data(vector) for vector in VECTORS}


def test_manifest_has_the_hash_of_every_file() -> None:
    lines = (FOLDER / "SHA256SUMS").read_text("utf-8").splitlines()
    manifest = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    files = [path for path in FOLDER.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    assert len(lines) == len(files)
    for path in files:
        name = path.relative_to(FOLDER).as_posix()
        assert manifest[name] == hashlib.sha256(path.read_bytes()).hexdigest(), name
