"""What is in the bytes, field by field, and every rule they break (spec §10).

The map comes from the declaration, the findings from the reader itself, which walks on over a
broken rule as long as it can still read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from semcodec.bitstream import checks, framing, reader, rules, sizes
from semcodec.bitstream.alphabet import to_symbols
from semcodec.bitstream.cursor import Cursor
from semcodec.bitstream.models import SETS
from semcodec.bitstream.packing import as_bytes
from semcodec.bitstream.record import CODINGS, DEFAULT_LIMITS, Limits
from semcodec.errors import FormatError, InputError, UnsupportedError

if TYPE_CHECKING:
    from semcodec.bitstream.declaration import Place

Verdict = Literal["valid", "invalid", "malformed", "unsupported"]
Error = FormatError | UnsupportedError


class Field(NamedTuple):
    """One field of a record. The fields of a record follow each other and leave out no bit.

    Attributes:
        name: dotted path, such as ``"head.coding"``.
        offset: first bit, from the start of the data.
        bits: how many.
        raw: hex for a field of whole bytes, else binary digits.
        value: what they mean, as an integer or a string.
    """

    name: str
    offset: int
    bits: int
    raw: str
    value: int | str


class Finding(NamedTuple):
    """One broken rule: its id, the bit where it shows, and what to do."""

    rule: str
    offset: int
    message: str


class Report(NamedTuple):
    """What ``validate`` found. ``fields`` is empty if the bytes cannot be read to the end."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    fields: tuple[Field, ...]

    @property
    def ok(self) -> bool:
        """Whether ``unpack`` takes the bytes."""
        return self.verdict == "valid"


def validate(data: bytes | bytearray | memoryview, *, limits: Limits = DEFAULT_LIMITS) -> Report:
    """Return the verdict on ``data`` with every rule it breaks.

    Raises:
        InputError: ``data`` is no bytes, or ``limits`` no Limits.
    """
    if not isinstance(limits, Limits):
        raise InputError("Give limits as Limits(...).")
    whole = as_bytes(data)
    findings, stopped = _survey(whole, limits)
    fields = () if stopped else tuple(_fields(whole))
    return Report(_verdict(findings), tuple(map(_finding, findings)), fields)


def inspect(data: bytes | bytearray | memoryview) -> list[Field]:
    """Return the fields of ``data``, also where they break rules but can be read.

    Raises:
        FormatError: the bytes are malformed.
        UnsupportedError: the version is newer, or a limit is exceeded.
        InputError: ``data`` is no bytes.
    """
    whole = as_bytes(data)
    findings, stopped = _survey(whole, DEFAULT_LIMITS)
    if stopped:
        raise findings[-1]
    return _fields(whole)


def _survey(data: bytes, limits: Limits) -> tuple[list[Error], bool]:
    """Return all that is broken, and whether the last of it stopped the reading."""
    findings: list[Error] = []
    try:
        reader.read(Cursor(data, findings), "auto", limits)
    except (FormatError, UnsupportedError) as error:
        return [*findings, error], True
    return findings, False


def _verdict(findings: list[Error]) -> Verdict:
    """Return the gravest outcome: a broken rule is certain, a lack of ours is not."""
    outcomes = {rules.RULES[error.rule].outcome for error in findings}
    for outcome in ("malformed", "invalid", "unsupported"):
        if outcome in outcomes:
            return outcome
    return "valid"


def _finding(error: Error) -> Finding:
    return Finding(error.rule, error.offset, rules.RULES[error.rule].sentence)


def _fields(data: bytes) -> list[Field]:
    from semcodec.bitstream import declaration  # construct takes a quarter of a second to import

    tree, places = declaration.parse(data, data.startswith(framing.MAGIC))
    coding = CODINGS[tree.head.coding]
    return [
        Field(place.name, place.offset, place.bits, _raw(data, place), _value(place, coding))
        for place in places
    ]


def _raw(data: bytes, place: Place) -> str:
    first, last = place.offset // 8, -(-(place.offset + place.bits) // 8)
    if place.offset % 8 == place.bits % 8 == 0:
        return data[first:last].hex()
    value = int.from_bytes(data[first:last], "big") >> last * 8 - place.offset - place.bits
    return format(value & 2**place.bits - 1, f"0{place.bits}b")


def _value(place: Place, coding: str) -> int | str:
    """Return what the bits of ``place`` mean."""
    value: Any = place.value
    match place.name:
        case "head.coding":
            return CODINGS[value]
        case "head.check":
            return checks.NAMES[value]
        case "size.code" if value < len(sizes.CODES):
            return "{}x{}".format(*sizes.CODES[value])
        case "models.set" if 0 < value < len(SETS):
            return SETS[value]
        case "payload" if coding == "nibble":
            return to_symbols(value)
        case "payload" if coding == "utf8":
            return str(value, "utf-8")
    if place.name.endswith((".width", ".height")):
        return int(value) + 1
    return value.hex() if isinstance(value, bytes) else int(value)
