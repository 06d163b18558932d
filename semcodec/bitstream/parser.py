"""The parser: a position in the bytes of a record, and the handling of broken rules.

Reading and validating are one traversal. ``Parser(data)`` is strict: the first broken rule raises.
``Parser(data, findings)`` collects: ``report`` appends the error to ``findings`` and returns, so
that reading continues, and ``fields`` gets the location of each field that was read.

The invariant is that both modes take the same steps. A function that reads a field therefore checks
each rule by ``report`` or ``fail`` and never looks at ``findings``. It calls ``report`` only where
it can continue with a value of the right type, and elsewhere ``fail``, which raises in both modes.
Without this the two would drift apart: ``validate`` would accept data that ``unpack`` refuses, or
stop at a rule that ``unpack`` does not check. Tested by every vector that breaks a rule
(tests/bitstream/test_vectors.py), each in both modes. test_unpack_and_validate_agree
(test_consistency.py) compares the modes on random bytes, which reach few rules: it alone does not
notice a rule that one mode leaves out. The mutants of tests/requirements/sites.py switch off one
call of ``report`` or ``fail`` at a time, in both modes, and show that a test checks each rule.
"""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

from semcodec._registry import RULES
from semcodec._wording import plural
from semcodec.errors import FormatError, UnsupportedError

RuleError = FormatError | UnsupportedError
BitFields = tuple[tuple[str, int], ...]  #: the dotted name of each field, and its number of bits


class FieldLocation(NamedTuple):
    """The location of a field in the data.

    Attributes:
        name: dotted path, such as ``"size.code"``.
        offset: first bit, from the first bit of the data.
        bits: length in bits.
        value: the stored value, such as an index into a registry.
    """

    name: str
    offset: int
    bits: int
    value: Any


class Parser:
    """Reads ``data`` from byte ``position`` up to byte ``end``.

    Positions count bytes; the offsets of fields and rules count bits.

    Attributes:
        truncation_rule: the rule that is broken if fewer bytes are left than ``read`` needs.
        findings: the broken rules so far, or None if the parser is strict.
        fields: the locations of the fields read so far, or None if the parser is strict.
        is_intact: whether a check of the core, or the CRC of its PNG chunk, matches.
    """

    # Slots make a parser, of which each record needs at least one, cheaper to create.
    __slots__ = ("data", "end", "fields", "findings", "is_intact", "position", "truncation_rule")

    data: bytes
    position: int
    end: int
    truncation_rule: str
    findings: list[RuleError] | None
    fields: list[FieldLocation] | None
    is_intact: bool

    def __init__(self, data: bytes, findings: list[RuleError] | None = None) -> None:
        """Start at the first byte. With a list of ``findings``, the parser collects."""
        self.data, self.position, self.end = data, 0, len(data)
        self.truncation_rule = "SC-HDR-3"
        self.findings = findings
        self.is_intact = False
        self.fields = None if findings is None else []

    def read_byte(self) -> int:
        """Return the next byte."""
        return self.read(1)[0]

    def read(self, count: int) -> bytes:
        """Return the next ``count`` bytes.

        Raises:
            FormatError: ``truncation_rule``, if fewer bytes are left.
        """
        start = self.position
        self.skip(count)
        return self.data[start : self.position]

    def skip(self, count: int) -> None:
        """Move the position by ``count`` bytes, without copying them.

        Raises:
            FormatError: ``truncation_rule``, if fewer bytes are left.
        """
        # Compared before anything is allocated: a count in hostile data can be 2^28.
        if count > (left := self.end - self.position):
            self.fail(
                self.truncation_rule,
                self.end * 8,
                plural(left, "more byte"),
                plural(count, "more byte"),
            )
        self.position += count

    def record_field(self, name: str, start: int, value: object) -> None:
        """Record that the field ``name`` extends from byte ``start`` to the position."""
        # The field map has no field without bits, such as an empty payload.
        if self.fields is not None and self.position > start:
            bits = 8 * (self.position - start)
            self.fields.append(FieldLocation(name, 8 * start, bits, value))

    def record_bits(self, start: int, bit_fields: BitFields) -> None:
        """Record that ``bit_fields`` fill the bits from byte ``start`` to the position."""
        if self.fields is None:
            return
        offset, word = 8 * start, int.from_bytes(self.data[start : self.position], "big")
        for name, bits in bit_fields:
            shift = 8 * self.position - offset - bits
            self.fields.append(FieldLocation(name, offset, bits, word >> shift & 2**bits - 1))
            offset += bits

    def report(self, rule: str, offset: int, found: str, expected: str, message: str = "") -> None:
        """Raise or collect a broken rule after which the bytes can still be read.

        Args:
            rule: id of the rule.
            offset: the bit where the violation shows.
            found, expected: the actual and the valid content, in words.
            message: replaces the message of the rule.

        Raises:
            FormatError, UnsupportedError: the parser is strict.
        """
        error = rule_error(rule, offset, found, expected, message)
        if self.findings is None:
            raise error
        self.findings.append(error)

    def fail(
        self, rule: str, offset: int, found: str, expected: str, message: str = ""
    ) -> NoReturn:
        """Raise a broken rule after which nothing can be read; arguments as for ``report``.

        Raises:
            FormatError, UnsupportedError: always.
        """
        raise rule_error(rule, offset, found, expected, message)


def rule_error(rule: str, offset: int, found: str, expected: str, message: str = "") -> RuleError:
    """Return the error for a broken ``rule``; the rule's outcome determines the class."""
    outcome, message = RULES[rule].outcome, message or RULES[rule].message
    if outcome == "malformed" or outcome == "invalid":
        return FormatError(rule, message, offset, outcome, found, expected)
    return UnsupportedError(f"{message} ({rule})", rule, offset, found, expected)
