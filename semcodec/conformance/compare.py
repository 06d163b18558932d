"""Compare the outcome of a decoder with the expectation of a vector.

Only the fields of the vector's record are compared, so a decoder may return more. A decoder need
not give a reason for a refusal; if its rule or offset differs from the vector's, that is a note.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from semcodec.conformance.vectors import Vector

MAX_SHOWN: Final = 120  #: characters of a value in a message
MISSING: Final = object()  #: stands for a field that the decoder did not return


@dataclass(frozen=True, slots=True)
class Decoded:
    """The decoder returned a record, or a list of records, as JSON values."""

    record: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """The decoder refused the data; rule and offset are None if it did not return them."""

    rule: Any = None
    offset: Any = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The decoder neither decoded nor refused the data: it crashed, hung or broke the protocol."""

    reason: str


Outcome = Decoded | Refused | Failed


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between a vector and the outcome of a decoder.

    Attributes:
        name: the name of the vector.
        expected: the expectation of the vector, as text.
        actual: the outcome of the decoder, as text.
        is_note: whether only the reason for the refusal differs, so that the decoder passes.
    """

    name: str
    expected: str
    actual: str
    is_note: bool = False


def compare(vector: Vector, outcome: Outcome) -> list[Difference]:
    """Return the differences: at most one failure, or notes."""
    if isinstance(outcome, Failed):
        return [Difference(vector.name, _expectation(vector), f"failure: {outcome.reason}")]
    if isinstance(outcome, Decoded):
        return _compare_record(vector, outcome)
    if vector.verdict == "valid":
        reason = "" if outcome.rule is None else f" ({_to_text(outcome.rule)})"
        return [Difference(vector.name, _expectation(vector), f"refusal{reason}")]
    return list(_compare_reason(vector, outcome))


def _expectation(vector: Vector) -> str:
    if vector.verdict == "valid":
        return f"record {_to_text(vector.record)}"
    return f"refusal ({vector.rule})"


def _compare_record(vector: Vector, outcome: Decoded) -> list[Difference]:
    if vector.verdict != "valid":
        actual = f"record {_to_text(outcome.record)}"
        return [Difference(vector.name, _expectation(vector), actual)]
    first = next(_diff(vector.record, outcome.record, "record"), None)
    return [Difference(vector.name, *first)] if first else []


def _compare_reason(vector: Vector, outcome: Refused) -> Iterator[Difference]:
    # The offsets of different rules cannot be compared.
    if outcome.rule not in (None, vector.rule):
        expected, actual = f"rule {vector.rule}", f"rule {_to_text(outcome.rule)}"
        yield Difference(vector.name, expected, actual, is_note=True)
    elif outcome.offset is not None and not _is_equal(vector.offset, outcome.offset):
        expected, actual = f"offset {vector.offset}", f"offset {_to_text(outcome.offset)}"
        yield Difference(vector.name, expected, actual, is_note=True)


def _diff(expected: Any, actual: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the expected and the actual text of each field of ``expected`` that differs."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name, value in expected.items():
            yield from _diff(value, actual.get(name, MISSING), f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, pair in enumerate(zip(expected, actual, strict=True)):
            yield from _diff(*pair, f"{path}.{index}")
    elif actual is MISSING:
        yield f"{path} {_to_text(expected)}", "no such field"
    elif not _is_equal(expected, actual):
        yield f"{path} {_to_text(expected)}", _to_text(actual)


def _is_equal(expected: Any, actual: Any) -> bool:
    """Return whether two JSON values are equal; unlike in Python, true is not 1."""
    return type(expected) is type(actual) and bool(expected == actual)


def _to_text(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:  # the decoder returned deeply nested arrays
        return "…"
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
