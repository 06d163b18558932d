"""Comparison of the outcomes of a decoder with the expected ones."""

from __future__ import annotations

from typing import Any

import pytest

from semcodec.conformance import vectors
from semcodec.conformance.compare import Decoded, Failed, Refused, compare
from semcodec.conformance.differences import Difference

VALID = vectors.load(None, "SC-LEB-2-obeys-two-bytes")[0]
INVALID = vectors.load(None, "SC-LEB-2-breaks-*")[0]
SEVERAL = vectors.load(None, "several-size-unknown-code")[0]


def test_equal_record_has_no_difference() -> None:
    assert compare(VALID, Decoded(VALID.record)) == []
    assert compare(VALID, Decoded(VALID.record | {"more": 1})) == []


def test_different_properties_are_named() -> None:
    record = VALID.record | {"k": True, "size": [1024, 1]}
    assert compare(VALID, Decoded(record)) == [
        Difference("k", "1 (integer)", "true (boolean)"),
        Difference("size", str(VALID.record["size"]), "[1024, 1]"),
    ]


def test_refusal_of_a_valid_record_is_a_failure() -> None:
    [difference] = compare(VALID, Refused("SC-LEB-2", 17))
    assert (difference.property, difference.is_note) == ("outcome", False)
    assert difference.expected.startswith('record {"text": "')
    assert difference.found == 'refusal (rule "SC-LEB-2", offset 17 (byte 2, bit 1))'
    assert compare(VALID, Refused())[0].found == "refusal"


def test_missing_reason_is_accepted_and_another_reason_is_a_note() -> None:
    assert compare(INVALID, Refused()) == []
    assert compare(INVALID, Refused(INVALID.rule, INVALID.offset, INVALID.verdict)) == []
    note = Difference("rule", '"SC-LEB-2"', '"SC-HDR-3"', is_note=True)
    assert compare(INVALID, Refused("SC-HDR-3", 12345)) == [note]
    note = Difference("verdict", f'"{INVALID.verdict}"', '"malformed"', is_note=True)
    assert compare(INVALID, Refused(verdict="malformed")) == [note]


@pytest.mark.parametrize(
    ("offset", "text"),
    [
        (12345, "12345 (byte 1543, bit 1)"),
        (-1, "-1"),
        (float(INVALID.offset or 0), f"{INVALID.offset}.0"),
        (str(INVALID.offset), f'"{INVALID.offset}"'),
        (2**80, str(2**80)),
        ([], "[]"),
    ],
)
def test_another_offset_is_a_note(offset: Any, text: str) -> None:
    [note] = compare(INVALID, Refused(INVALID.rule, offset))
    assert (note.property, note.found, note.is_note) == ("offset", text, True)
    assert note.expected.startswith(f"{INVALID.offset} (byte ")


def test_another_list_of_findings_is_a_note() -> None:
    first, second = SEVERAL.findings or []
    assert compare(SEVERAL, Refused(findings=[first, second])) == []
    [note] = compare(SEVERAL, Refused(findings=[second, first]))[:1]
    assert (note.property, note.is_note) == ("findings[0].rule", True)
    [note] = compare(SEVERAL, Refused(findings=[first]))
    assert (note.property, note.expected, note.found) == ("findings", "2 elements", "1 element")
    [note] = compare(INVALID, Refused(findings=[]))
    assert (note.property, note.is_note) == ("findings", True)


def test_verdict_on_several_findings_is_compared_if_they_are_listed() -> None:
    assert compare(SEVERAL, Refused("SC-SIZ-1", 8, "unsupported")) == []
    [note] = compare(SEVERAL, Refused("SC-SIZ-1", 8, "unsupported", SEVERAL.findings))
    assert note == Difference("verdict", '"invalid"', '"unsupported"', is_note=True)


def test_data_that_breaks_a_profile_is_refused() -> None:
    [breaks] = vectors.load(None, "SC-PRO-2-breaks-crc16")
    assert compare(breaks, Refused("SC-PRO-2", 3, "valid")) == []
    [failure] = compare(breaks, Decoded(breaks.record))
    assert (failure.property, failure.expected) == ("outcome", "refusal (SC-PRO-2)")
    [obeys, *_] = vectors.load(None, "SC-PRO-2-obeys-*")
    assert compare(obeys, Decoded(obeys.record)) == []


def test_record_of_invalid_data_and_a_failure_are_failures() -> None:
    found = 'record {"text": "nn"}'
    expected = Difference("outcome", f"refusal ({INVALID.rule})", found)
    assert compare(INVALID, Decoded({"text": "nn"})) == [expected]
    for vector in (VALID, INVALID):
        [difference] = compare(vector, Failed("exit code 3"))
        assert (difference.property, difference.found) == ("outcome", "failure: exit code 3")


def test_deeply_nested_record_is_shortened() -> None:
    nested: Any = []
    for _ in range(100_000):
        nested = [nested]
    [difference] = compare(INVALID, Decoded(nested))
    assert difference.found == "record …"
