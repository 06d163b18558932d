"""The published vectors, and that no rule is without one that obeys and one that breaks it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from semcodec.bitstream import RULES, Limits, Record, repack, unpack, validate
from semcodec.errors import FormatError, UnsupportedError

SPEC = Path(__file__).parents[2] / "spec"
VECTORS = json.loads((SPEC / "vectors" / "draft.json").read_text("utf-8"))["vectors"]


def described(record: Record) -> dict[str, Any]:
    plain = record._asdict()
    models = record.models
    plain["size"] = list(record.size)
    plain["models"] = {
        key: getattr(models, key) for key in ("set", "describer", "writer", "painter", "prompts")
    }
    plain["extensions"] = [[kind, value.hex()] for kind, value in record.extensions]
    return plain | {"words": record.words, "k": record.k}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector: dict[str, Any]) -> None:
    data, limits = bytes.fromhex(vector["data"]), Limits(**vector.get("limits", {}))
    report = validate(data, limits=limits)
    assert report.verdict == vector["verdict"]
    if vector["verdict"] == "valid":
        record = unpack(data, limits=limits)
        assert described(record) == vector["record"]
        assert repack(record) == data
        return
    broken = [(finding.rule, finding.offset) for finding in report.findings]
    assert broken == [(vector["rule"], vector["offset"])]
    with pytest.raises((FormatError, UnsupportedError)) as caught:
        unpack(data, limits=limits)
    assert (caught.value.rule, caught.value.offset) == broken[0]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_both_kinds(rule: str) -> None:
    valid = {vector["verdict"] == "valid" for vector in VECTORS if vector["rule"] == rule}
    assert valid == {True, False}


def test_the_specification_states_the_same_rules() -> None:
    text = (SPEC / "SEMCODEC-1.md").read_text("utf-8")
    rows = re.findall(r"^\| (SC-\w+-\d+) \| (\w+) \|", text, re.MULTILINE)
    assert dict(rows) == {rule: RULES[rule].outcome for rule in RULES}
    assert len(rows) == len(RULES)


def test_the_examples_of_the_specification_are_records() -> None:
    text = (SPEC / "SEMCODEC-1.md").read_text("utf-8")
    examples = re.findall(r"^\| `([0-9a-f ]+)` \| `([^`]*)` \|", text, re.MULTILINE)
    assert len(examples) >= 5
    for data, words in examples:
        assert unpack(bytes.fromhex(data)).text == words
