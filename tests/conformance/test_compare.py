"""Comparison of the outcomes of a decoder with the expected ones."""

from __future__ import annotations

from typing import Any

from semcodec.conformance import vectors
from semcodec.conformance.compare import Decoded, Difference, Failed, Refused, compare

VALID = vectors.load(None, "SC-LEB-2-obeys-two-bytes")[0]
INVALID = vectors.load(None, "SC-LEB-2-breaks-*")[0]


def test_equal_record_has_no_difference() -> None:
    assert compare(VALID, Decoded(VALID.record)) == []
    assert compare(VALID, Decoded(VALID.record | {"more": 1})) == []


def test_first_different_field_is_named() -> None:
    expected = Difference(VALID.name, "record.k 1", "true")
    assert compare(VALID, Decoded(VALID.record | {"k": True, "version": 0})) == [expected]
    size = [1024, 1]
    [difference] = compare(VALID, Decoded(VALID.record | {"size": size}))
    assert (difference.expected[:13], difference.actual) == ("record.size.1", "1")


def test_list_of_another_length_is_different() -> None:
    [difference] = compare(VALID, Decoded(VALID.record | {"size": []}))
    assert (difference.expected[:12], difference.actual) == ("record.size ", "[]")


def test_missing_field_is_different() -> None:
    record = {key: value for key, value in VALID.record.items() if key != "check"}
    [difference] = compare(VALID, Decoded(record))
    assert (difference.expected, difference.actual) == ('record.check "none"', "no such field")


def test_refusal_of_a_valid_record_is_a_failure() -> None:
    [difference] = compare(VALID, Refused("SC-LEB-2"))
    assert (difference.actual, difference.is_note) == ('refusal ("SC-LEB-2")', False)


def test_missing_reason_is_accepted_and_another_reason_is_a_note() -> None:
    assert compare(INVALID, Refused()) == []
    assert compare(INVALID, Refused(INVALID.rule, INVALID.offset)) == []
    [note] = compare(INVALID, Refused(INVALID.rule, 12345))
    assert (note.actual, note.is_note) == ("offset 12345", True)
    [note] = compare(INVALID, Refused("SC-HDR-3", 12345))
    assert (note.actual, note.is_note) == ('rule "SC-HDR-3"', True)


def test_record_of_invalid_data_and_a_failure_are_failures() -> None:
    [difference] = compare(INVALID, Decoded({"text": "nn"}))
    assert (difference.expected, difference.actual) == (
        f"refusal ({INVALID.rule})",
        'record {"text": "nn"}',
    )
    assert compare(INVALID, Failed("exit code 3"))[0].actual == "failure: exit code 3"


def test_deeply_nested_record_is_shortened() -> None:
    nested: Any = []
    for _ in range(100_000):
        nested = [nested]
    [difference] = compare(INVALID, Decoded(nested))
    assert difference.actual == "record …"
