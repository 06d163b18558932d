"""What a foreign decoder answered, held against what a vector says.

The fields of the vector's record are compared, and no others: a decoder may say more. Why it
refuses is its own business, but if it says so, a difference is worth a note.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from semcodec.conformance.vectors import Vector

MAX_SHOWN: Final = 120  #: characters of a value that are shown
MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Decoded:
    """The decoder read the data, and this is the record, or the records, as JSON has it."""

    record: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """The decoder refused the data, perhaps with a rule and an offset."""

    rule: Any = None
    offset: Any = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The decoder did neither."""

    why: str


Outcome = Decoded | Refused | Failed


@dataclass(frozen=True, slots=True)
class Difference:
    """Where an answer is not what a vector says; a note if the answer is right all the same."""

    name: str
    expected: str
    came: str
    note: bool = False


def differences(vector: Vector, answer: Outcome) -> list[Difference]:
    """Return at most one failure, or the notes."""
    if isinstance(answer, Failed):
        return [Difference(vector.name, _expected(vector), f"crashed: {answer.why}")]
    if isinstance(answer, Refused):
        if vector.verdict == "valid":
            said = "" if answer.rule is None else f", {_shown(answer.rule)}"
            return [Difference(vector.name, _expected(vector), f"refused{said}")]
        return list(_notes(vector, answer))
    if vector.verdict != "valid":
        return [Difference(vector.name, _expected(vector), f"read: {_shown(answer.record)}")]
    found = next(_diff(vector.record, answer.record, "record"), None)
    return [Difference(vector.name, *found)] if found else []


def _expected(vector: Vector) -> str:
    if vector.verdict == "valid":
        return f"read: {_shown(vector.record)}"
    return f"refused, {vector.rule}"


def _notes(vector: Vector, answer: Refused) -> Iterator[Difference]:
    if answer.rule not in (None, vector.rule):
        yield Difference(vector.name, f"rule {vector.rule}", f"rule {_shown(answer.rule)}", True)
    elif answer.offset is not None and not _same(vector.offset, answer.offset):
        expected, came = f"offset {vector.offset}", f"offset {_shown(answer.offset)}"
        yield Difference(vector.name, expected, came, True)


def _diff(expected: Any, came: Any, where: str) -> Iterator[tuple[str, str]]:
    """Go over the places where ``came`` differs, as deep as ``expected`` goes."""
    if isinstance(expected, dict) and isinstance(came, dict):
        for name, value in expected.items():
            yield from _diff(value, came.get(name, MISSING), f"{where}.{name}")
    elif isinstance(expected, list) and isinstance(came, list) and len(expected) == len(came):
        for number, (one, other) in enumerate(zip(expected, came, strict=True)):
            yield from _diff(one, other, f"{where}.{number}")
    elif came is MISSING:
        yield f"{where} {_shown(expected)}", "nothing"
    elif not _same(expected, came):
        yield f"{where} {_shown(expected)}", _shown(came)


def _same(one: Any, other: Any) -> bool:
    """Compare as JSON does, where true is not 1."""
    return type(one) is type(other) and bool(one == other)


def _shown(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "…"
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
