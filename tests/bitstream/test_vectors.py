"""The published vectors, and that no rule is without one that obeys and one that breaks it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from semcodec.bitstream import (
    RULES,
    Limits,
    Record,
    embed_png,
    repack,
    unpack,
    unpack_all,
    validate,
)
from semcodec.errors import FormatError, UnsupportedError

FOLDER = Path(__file__).parents[2] / "spec" / "vectors"
FILES = [path for path in sorted(FOLDER.glob("*.json")) if path.stem not in ("schema", "skeletons")]
VECTORS = [vector for path in FILES for vector in json.loads(path.read_bytes())["vectors"]]
ASKED = [vector for vector in VECTORS if not vector["name"].startswith("first-byte")]


def described(record: Record) -> dict[str, Any]:
    plain = record._asdict()
    models = record.models
    plain["size"] = list(record.size)
    plain["models"] = {
        key: getattr(models, key) for key in ("set", "describer", "writer", "painter", "prompts")
    }
    plain["extensions"] = [[kind, value.hex()] for kind, value in record.extensions]
    return plain | {"words": record.words, "k": record.k}


def read(vector: dict[str, Any]) -> list[Record]:
    data, limits = bytes.fromhex(vector["data"]), Limits(**vector.get("limits", {}))
    if vector["framing"] == "sequence":
        return list(unpack_all(data, limits=limits))
    return [unpack(data, framing=vector["framing"], limits=limits)]


def written(records: list[Record], data: bytes) -> bytes:
    """Return the data written again; of a picture, with the record put where we put it."""
    if records and records[0].framing == "png":
        return embed_png(data, repack(records[0], framing="bare"))
    return b"".join(map(repack, records))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector: dict[str, Any]) -> None:
    data, limits = bytes.fromhex(vector["data"]), Limits(**vector.get("limits", {}))
    framing, profile = vector["framing"], vector.get("profile")
    report = validate(data, framing=framing, profile=profile, limits=limits)
    broken = [(finding.rule, finding.offset) for finding in report.findings]
    assert report.verdict == vector["verdict"]
    assert broken == ([(vector["rule"], vector["offset"])] if vector["kind"] == "breaks" else [])
    if vector["verdict"] != "valid":
        with pytest.raises((FormatError, UnsupportedError)) as caught:
            read(vector)
        assert (caught.value.rule, caught.value.offset) == broken[0]
        return
    records = read(vector)
    said = [described(record) for record in records]
    assert vector["record"] == (said if framing == "sequence" else said[0])
    elsewhere = ("SC-PNG-3-obeys-late", "SC-PNG-2-obeys-chunks-around")
    assert (written(records, data) == data) is (vector["name"] not in elsewhere)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_files_keep_their_schema(path: Path) -> None:
    schema = json.loads((FOLDER / "schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(path.read_bytes()), schema)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_both_kinds(rule: str) -> None:
    assert {vector["kind"] for vector in ASKED if vector["rule"] == rule} == {"obeys", "breaks"}


@pytest.mark.parametrize("rule", [rule for rule in RULES if not rule.startswith("SC-LIM")])
def test_the_example_of_a_rule_breaks_it_alone(rule: str) -> None:
    stated = RULES[rule]
    data = bytes.fromhex(stated.example)
    report = validate(data, framing=stated.framing, profile=stated.profile or None)
    assert [finding.rule for finding in report.findings] == [rule]
    assert report.verdict == ("valid" if stated.profile else stated.outcome)


def test_all_first_bytes_are_there() -> None:
    first = [vector for vector in VECTORS if vector["name"].startswith("first-byte")]
    assert [int(vector["data"][:2], 16) for vector in first] == list(range(256))


def test_names_and_scenarios_are_there_once() -> None:
    assert len({vector["name"] for vector in VECTORS}) == len(VECTORS)
    keys = ("rule", "data", "framing", "limits", "profile")
    scenarios = {json.dumps([vector.get(key) for key in keys]) for vector in ASKED}
    assert len(scenarios) == len(ASKED)


def test_twins_and_sums() -> None:
    for vector in VECTORS:
        (twin,) = (FOLDER / "files").glob(f"{vector['name']}.*")
        assert twin.read_bytes().hex() == vector["data"]
    for line in (FOLDER / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_every_second_spelling_has_a_vector() -> None:
    """Random bytes do not find a reader that became lax; these do."""
    rules = {vector["rule"] for vector in VECTORS if "second-spelling" in vector["flags"]}
    table = "LEB-2 SIZ-2 SIZ-3 SIZ-4 MOD-1 EXT-2 EXT-4 EXT-8 EXT-9 EXT-10 NIB-1 NIB-3 UTF-1"
    table += " TXT-2 TXT-4 TXT-5 PNG-6"
    assert rules == {f"SC-{rule}" for rule in table.split()}
