"""``validate`` and ``inspect``, which return every broken rule and every field (spec §9.2).

Both read the data once with a collecting parser; findings and fields come from that one traversal.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from semcodec._registry import PROFILES, RULES
from semcodec.bitstream import _arguments, record_codec
from semcodec.bitstream import framing as framings
from semcodec.bitstream._arguments import Data
from semcodec.bitstream.field_map import Field, ScannedCore, field_map
from semcodec.bitstream.header import CODINGS
from semcodec.bitstream.parser import Parser, RuleError
from semcodec.bitstream.profiles import ProfileRule, violations
from semcodec.bitstream.record import DEFAULT_LIMITS, Limits, Record
from semcodec.choices import Framing, Profile, ScanFraming, check_choice
from semcodec.errors import FormatError, UnsupportedError

Verdict = Literal["valid", "invalid", "malformed", "unsupported"]

#: The most severe comes first. "unsupported" is the least, because the data may still be valid.
SEVERITY_ORDER: Final = ("malformed", "invalid", "unsupported")
NO_WORDS: Final = ("SC-LEX", "SC-BAG")  #: a payload that breaks one of these rules has no words


class Finding(NamedTuple):
    """A broken rule.

    Attributes:
        rule: id of the rule.
        offset: the bit where the violation shows, from the first bit of the data; in a text form,
            for a rule about its core, from the first bit of that core.
        message: what is wrong, and what to do.
        found, expected: the actual and the valid content, in words.
    """

    rule: str
    offset: int
    message: str
    found: str
    expected: str


class Report(NamedTuple):
    """The result of ``validate``.

    Attributes:
        verdict: the most severe outcome of the findings: malformed, invalid, unsupported, or valid.
        findings: all broken rules, in the order of reading; those of a profile last.
        fields: the field map, which covers every bit; the bits that could not be read are the
            field ``unread``. Empty if a limit was exceeded.
        framing: the framing in which the data was read.
        profiles: the profiles that the data satisfies; none if it is not valid.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    fields: tuple[Field, ...]
    framing: Framing
    profiles: tuple[Profile, ...]

    @property
    def ok(self) -> bool:
        """Whether the data is valid and satisfies the requested profile."""
        return not self.findings


def validate(
    data: Data,
    *,
    framing: ScanFraming = "auto",
    profile: Profile | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """Return the verdict on ``data`` with every rule it breaks.

    Args:
        data: one record, or for the framing ``"sequence"`` any number.
        framing: as for ``unpack``, or ``"sequence"``.
        profile: ``"tiny"``, ``"file"`` or ``"archive"``, whose rules are checked too, or None.
        limits: the largest sizes to accept.

    Raises:
        InputError: an argument is not valid. Broken rules of the format do not raise.
    """
    whole, limits = _arguments.as_bytes(data), _arguments.limits(limits)
    if profile is not None:
        check_choice("profile", profile, PROFILES)
    framing = _framing(whole, framing)
    scan = _scan(whole, framing, limits)
    findings = [_finding(error) for error in scan.errors]
    fields = () if scan.hit_limit else tuple(field_map(whole, framing, scan.cores))
    satisfied: tuple[Profile, ...] = ()
    # Only valid data can satisfy a profile. Findings of a profile do not change the verdict.
    if not findings:
        violated = [violations(record) for record in scan.records]
        satisfied = _satisfied_profiles(violated)
        findings = list(_profile_findings(scan.records, violated, profile, fields))
    return Report(_verdict(scan.errors), tuple(findings), fields, framing, satisfied)


def inspect(data: Data, *, framing: ScanFraming = "auto") -> list[Field]:
    """Return the fields of ``data``, even if it breaks rules, as long as it can be read.

    Args:
        data: as for ``validate``.
        framing: as for ``validate``.

    Raises:
        FormatError: the data is malformed.
        UnsupportedError: the version is unknown, or a limit is exceeded.
        InputError: an argument is not valid.
    """
    whole = _arguments.as_bytes(data)
    framing = _framing(whole, framing)
    scan = _scan(whole, framing, DEFAULT_LIMITS)
    if scan.fatal:
        raise scan.fatal[0]
    return field_map(whole, framing, scan.cores)


def _framing(data: bytes, value: object) -> Framing:
    if isinstance(value, str) and value == "sequence":
        return "sequence"
    framing = _arguments.input_framing(value)
    return framings.detect_framing(data) if framing == "auto" else framing


class _Scan:
    """The results of reading data with a collecting parser.

    Attributes:
        errors: an error for every broken rule.
        fatal: the ``errors`` that stopped the parser.
        records: the records that could be read to their end.
        cores: all cores that were found, valid or not.
    """

    def __init__(self) -> None:
        self.errors: list[RuleError] = []
        self.fatal: list[RuleError] = []
        self.records: list[Record] = []
        self.cores: list[ScannedCore] = []

    @property
    def hit_limit(self) -> bool:
        """Whether a limit was exceeded: mapping the fields could then exceed it as well."""
        return any(error.rule.startswith("SC-LIM") for error in self.errors)

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Return a context manager that collects an error that stops the parser."""
        try:
            yield
        except (FormatError, UnsupportedError) as error:
            self.errors.append(error)
            self.fatal.append(error)

    def read(self, parser: Parser, framing: Framing, limits: Limits, item_start: int = 0) -> None:
        """Read the core at the position of ``parser``, which collects into ``errors``."""
        # Saved before reading, which moves the position and moves the end before the check.
        errors_before, start, end = len(self.errors), parser.position, parser.end
        fields = text = None
        with self.recording():
            record = record_codec.read_core(parser, framing, limits)
            self.records.append(record)
            fields = parser.fields
            if not any(error.rule.startswith(NO_WORDS) for error in self.errors[errors_before:]):
                text = record.text
        self.cores.append(ScannedCore(parser.data, item_start, start, end, fields, text))


def _scan(data: bytes, framing: Framing, limits: Limits) -> _Scan:
    """Read ``data``; in a sequence, read every item, even after an item that breaks a rule."""
    scan = _Scan()
    parser = Parser(data, scan.errors)
    with scan.recording():
        if framing != "sequence":
            scan.read(record_codec.open_core(parser, framing, limits), framing, limits)
        else:
            words = record_codec.SequenceWords(parser, limits.max_sequence_words)
            for item_start, item in framings.iter_sequence(parser, limits.max_records):
                errors_before, first = len(scan.errors), data[item.position]
                scan.read(item, framing, limits, item_start)
                if len(scan.errors) == errors_before:
                    words.add(item_start, scan.records[-1])
                elif _has_coded_words(first, scan.errors[errors_before:]):
                    words.add_rejected(item_start)
    return scan


def _has_coded_words(first_byte: int, errors: list[RuleError]) -> bool:
    """Return whether a core with these ``errors`` may have taken the time to decode its words."""
    if any(error.rule == "SC-HDR-2" for error in errors):  # there are no tables
        return False
    return first_byte < 0x80 and CODINGS[first_byte >> 5] in record_codec.WORD_CODINGS


def _verdict(errors: list[RuleError]) -> Verdict:
    """Return the most severe outcome, or ``"valid"`` if there is none."""
    outcomes = {RULES[error.rule].outcome for error in errors}
    for outcome in SEVERITY_ORDER:
        if outcome in outcomes:
            return outcome
    return "valid"


def _finding(error: RuleError) -> Finding:
    # The text of an UnsupportedError also has the rule.
    message = error.args[0] if isinstance(error, FormatError) else RULES[error.rule].message
    return Finding(error.rule, error.offset, message, error.found, error.expected)


def _satisfied_profiles(violated: list[list[ProfileRule]]) -> tuple[Profile, ...]:
    """Return the profiles that all records satisfy; none if there are no records."""
    broken = {rule.profile for rules in violated for rule in rules}
    return tuple(name for name in PROFILES if violated and name not in broken)


def _profile_findings(
    records: list[Record],
    violated: list[list[ProfileRule]],
    profile: Profile | None,
    fields: tuple[Field, ...],
) -> Iterator[Finding]:
    """Yield a finding for each rule of ``profile`` that a record violates, at the rule's field."""
    offsets = {field.name: field.offset for field in fields}
    for index, (record, rules) in enumerate(zip(records, violated, strict=True)):
        prefix = f"{index}." if record.framing == "sequence" else ""
        for rule in rules:
            if rule.profile == profile:
                offset, message = offsets[prefix + rule.field], RULES[rule.rule].message
                yield Finding(rule.rule, offset, message, rule.found(record), rule.expected)
