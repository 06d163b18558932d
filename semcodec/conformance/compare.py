"""Compare the outcome of a decoder with the expectation of a vector.

Only the properties of the vector's record are compared, so a decoder may return more. A decoder
need not give a reason for a refusal; if its rule, offset or verdict differs from the vector's, that
is a note. The outcome of an encoder is compared in the same way: its "record" has one property, the
data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from semcodec.conformance.differences import Difference, find_differences, to_text
from semcodec.conformance.vectors import Vector

OUTCOME: Final = "outcome"  #: the property that differs if one is a record and the other is not


@dataclass(frozen=True, slots=True)
class Decoded:
    """The decoder returned a record, or a list of records, as JSON values."""

    record: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """The decoder refused the data; each reason is None if it did not return it."""

    rule: Any = None
    offset: Any = None
    verdict: Any = None
    findings: Any = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The decoder neither decoded nor refused the data: it crashed, hung or broke the protocol."""

    reason: str


Outcome = Decoded | Refused | Failed


def compare(vector: Vector, outcome: Outcome) -> list[Difference]:
    """Return the properties that differ, either failures or notes."""
    if isinstance(outcome, Decoded) and not vector.is_refused:
        return list(find_differences(vector.record, outcome.record))
    if isinstance(outcome, Refused) and vector.is_refused:
        return list(_compare_reasons(vector, outcome))
    return [Difference(OUTCOME, _expectation(vector), _describe(outcome))]


def _expectation(vector: Vector) -> str:
    if vector.is_refused:
        return f"refusal ({vector.rule})"
    return f"{_noun(vector.record)} {to_text(vector.record)}"


def _noun(record: Any) -> str:
    """Return what to call the outcome: an encoder's has the data only."""
    is_data = isinstance(record, dict) and list(record) == ["data"]
    return "result" if is_data else "record"


def _describe(outcome: Outcome) -> str:
    match outcome:
        case Decoded(record):
            return f"{_noun(record)} {to_text(record)}"
        case Failed(reason):
            return f"failure: {reason}"
    reasons = [f"rule {to_text(outcome.rule)}"] if outcome.rule is not None else []
    reasons += [f"offset {_format_offset(outcome.offset)}"] if outcome.offset is not None else []
    return "refusal" + (f" ({', '.join(reasons)})" if reasons else "")


def _compare_reasons(vector: Vector, refusal: Refused) -> Iterator[Difference]:
    # A decoder that stops at the first of several findings does not know the verdict on all.
    is_partial = vector.kind == "several" and refusal.findings is None
    for name in ("rule",) if is_partial else ("rule", "verdict"):
        expected, found = getattr(vector, name), getattr(refusal, name)
        if found not in (None, expected):
            yield Difference(name, to_text(expected), to_text(found), is_note=True)
    # The offsets of different rules cannot be compared.
    is_comparable = refusal.rule in (None, vector.rule) and refusal.offset is not None
    if is_comparable and any(find_differences(vector.offset, refusal.offset)):
        expected, found = _format_offset(vector.offset), _format_offset(refusal.offset)
        yield Difference("offset", expected, found, is_note=True)
    if refusal.findings is not None and vector.findings is not None:
        for difference in find_differences(vector.findings, refusal.findings, "findings"):
            yield replace(difference, is_note=True)


def _format_offset(offset: Any) -> str:
    """Return an offset in bits, and the byte and bit where that is."""
    text = to_text(offset)
    if type(offset) is not int or not 0 <= offset < 2**63:
        return text
    return f"{text} (byte {offset // 8}, bit {offset % 8})"
