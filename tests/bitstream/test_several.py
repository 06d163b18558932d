"""The vectors with a list of findings: in which order rules are judged, and which are reached."""

from __future__ import annotations

import functools
import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from semcodec.bitstream import RULES, Limits, unpack_all, validate
from semcodec.errors import FormatError, UnsupportedError
from tests.bitstream.test_vectors import VECTORS, findings_of, read_records, vector_data
from tests.each import for_each

TEXT = (Path(__file__).parents[2] / "spec" / "SEMCODEC-1.md").read_text("utf-8")
SEVERAL = [vector for vector in VECTORS if vector["kind"] == "several"]
by_name = functools.partial(for_each, name=lambda vector: vector["name"])

#: Rules that can be broken together, in the order in which they are judged. For many of them the
#: order of Annex E or that of the offsets is another one.
PAIRS = (
    "LEB-2 SEQ-1, LEB-2 SEQ-2, PNG-4 PNG-5, PNG-5 FRM-1, PNG-5 NIB-1, CHK-2 HDR-3, CHK-2 SIZ-2, "
    "CHK-2 EXT-1, LEB-2 MOD-1, LEB-2 EXT-2, LEB-2 EXT-1, LEB-2 EXT-6, TXT-4 FRM-3, TXT-4 HDR-1, "
    "SIZ-2 SIZ-4, SIZ-3 SIZ-4, SIZ-5 SIZ-5, SIZ-1 NIB-1, EXT-4 EXT-5, EXT-4 EXT-6, EXT-4 EXT-7, "
    "EXT-4 EXT-10, EXT-6 LIM-3, NIB-1 NIB-2, NIB-2 NIB-3, NIB-1 LIM-2, LEX-1 LIM-2, BAG-1 LIM-2, "
    "FRM-3 SIZ-2, PNG-6 CHK-1, PNG-6 CHK-2, PNG-5 HDR-1, PNG-5 LIM-1, SEQ-1 LIM-5, NIB-1 SEQ-2, "
    "PRO-4 PRO-5, PRO-1 PRO-2, PRO-9 PRO-10"
)
#: Rules that end decoding. Each has a vector in which it is the last finding, though the data
#: breaks a rule that would be judged later.
STOPS = "EXT-3 PNG-2 LIM-1 LIM-3 LIM-4 LIM-5 HDR-1 HDR-3 CHK-1 TXT-2 TXT-3 FRM-1 UTF-1 LEB-1"


@by_name(SEVERAL)
def test_validate_lists_all_findings_in_order(vector: dict[str, Any]) -> None:
    limits, profile = Limits(**vector.get("limits", {})), vector.get("profile")
    data = vector_data(vector)
    report = validate(data, framing=vector["framing"], profile=profile, limits=limits)
    assert findings_of(report) == vector["findings"]
    outcomes = {RULES[finding.rule].outcome for finding in report.findings}
    severity = ("malformed", "invalid", "unsupported")
    assert report.verdict == next((name for name in severity if name in outcomes), "valid")


@by_name([vector for vector in SEVERAL if vector["verdict"] != "valid"])
def test_unpack_raises_the_first_finding(vector: dict[str, Any]) -> None:
    with pytest.raises((FormatError, UnsupportedError)) as caught:
        read_records(vector)
    first = vector["findings"][0]
    assert {"rule": caught.value.rule, "offset": caught.value.offset} == first
    assert (vector["rule"], vector["offset"]) == (first["rule"], first["offset"])


@pytest.mark.parametrize("broken", ["0260ff", "020001", "028011", "00"])
@pytest.mark.parametrize("index", range(3))
def test_sequence_with_a_broken_item_is_refused(broken: str, index: int) -> None:
    items = ["020011", "0100"]
    data = bytes.fromhex("".join([*items[:index], broken, *items[index:]]))
    with pytest.raises((FormatError, UnsupportedError)):
        list(unpack_all(data))


def test_order_of_each_pair_has_a_vector() -> None:
    listed = [[finding["rule"] for finding in vector["findings"]] for vector in SEVERAL]
    for pair in PAIRS.split(", "):
        first, second = (f"SC-{rule}" for rule in pair.split())
        assert any(
            (a, b) == (first, second) for rules in listed for a, b in itertools.pairwise(rules)
        ), pair
    last = {rules[-1] for rules in listed}
    assert {f"SC-{rule}" for rule in STOPS.split()} <= last


def test_worked_case_is_a_vector() -> None:
    rows = re.findall(r"^\| (\d) \| (SC-\S+) \| (\d+) \|", TEXT, re.MULTILINE)
    (vector,) = [vector for vector in SEVERAL if vector["name"] == "several-worked-case"]
    assert [{"rule": rule, "offset": int(offset)} for _, rule, offset in rows] == vector["findings"]
    assert f"`{vector_data(vector).hex(' ')}`" in TEXT


def test_each_clause_with_an_order_has_vectors() -> None:
    clauses = {vector["clause"] for vector in SEVERAL}
    assert clauses >= {"5.2", "5.3", "5.4", "6.1", "7.3", "7.4", "7.5", "9.1", "9.2", "11"}
    assert len(SEVERAL) >= 90
