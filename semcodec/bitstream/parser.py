"""A place in the bytes of one record, and what to do when a rule is found broken there.

The reader and the validator are the same walk. A strict cursor raises at the first broken rule; a
surveying cursor writes the finding down and goes on, as long as the bytes can still be read. It
also writes down where each field stands, so that the field map needs no second reading.
"""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

from semcodec.bitstream import rules
from semcodec.bitstream.rules import RuleError

Bits = tuple[tuple[str, int], ...]  #: the fields of some bytes: dotted name, how many bits


class FieldLocation(NamedTuple):
    """Where a field stands: its dotted name, its first bit and bit count, its plain value."""

    name: str
    offset: int
    bits: int
    value: Any


class Parser:
    """``data`` read from byte ``at`` up to byte ``end``.

    Attributes:
        cut: the rule that is broken where the bytes end too early.
        findings: what was found so far, or None for a strict cursor.
        places: of the fields read so far, in their order, or None for a strict cursor.
    """

    __slots__ = ("at", "cut", "data", "end", "findings", "places")

    def __init__(self, data: bytes, findings: list[RuleError] | None = None) -> None:
        """Stand at the first byte; with a list for findings, survey."""
        self.data, self.at, self.end = data, 0, len(data)
        self.cut = "SC-HDR-3"
        self.findings = findings
        self.places: list[FieldLocation] | None = None if findings is None else []

    def byte(self) -> int:
        """Return the next byte."""
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes."""
        start = self.at
        if count > (left := self.end - start):
            self.stop(self.cut, self.end * 8, f"{left} more bytes", f"{count} more bytes")
        self.at = start + count
        return self.data[start : self.at]

    def mark(self, name: str, start: int, value: object) -> None:
        """Note, when surveying, that the field ``name`` stands from byte ``start`` to here."""
        if self.places is not None and self.at > start:
            self.places.append(FieldLocation(name, 8 * start, 8 * (self.at - start), value))

    def mark_bits(self, start: int, fields: Bits) -> None:
        """Note, when surveying, that ``fields`` fill the bits from byte ``start`` to here."""
        if self.places is None:
            return
        offset, value = 8 * start, int.from_bytes(self.data[start : self.at], "big")
        for name, bits in fields:
            left = 8 * self.at - offset - bits
            self.places.append(FieldLocation(name, offset, bits, value >> left & 2**bits - 1))
            offset += bits

    def broken(self, rule: str, offset: int, found: str, expected: str) -> None:
        """Note that ``rule`` is broken at bit ``offset``, though the bytes can be read on."""
        error = rules.broken(rule, offset, found, expected)
        if self.findings is None:
            raise error
        self.findings.append(error)

    def stop(self, rule: str, offset: int, found: str, expected: str) -> NoReturn:
        """Raise that ``rule`` is broken at bit ``offset`` and nothing can be read after it."""
        raise rules.broken(rule, offset, found, expected)
