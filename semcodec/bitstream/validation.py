"""Every rule that the data breaks, and every field that it has (spec §9.2).

Findings and fields come from the reader itself, which walks on over a broken rule as long as it can
still read. Where it cannot, the declaration says which fields are there all the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from semcodec._registry import RULES
from semcodec.bitstream import _validate, field_map, profiles, reader
from semcodec.bitstream import framing as framing_
from semcodec.bitstream._validate import Data
from semcodec.bitstream.field_map import Core, Field
from semcodec.bitstream.parser import Parser
from semcodec.bitstream.profiles import Demand
from semcodec.bitstream.record import DEFAULT_LIMITS, Limits, Record
from semcodec.bitstream.rules import RuleError
from semcodec.errors import FormatError, UnsupportedError

Verdict = Literal["valid", "invalid", "malformed", "unsupported"]

GRAVEST_FIRST: Final = ("malformed", "invalid", "unsupported")
WORDS: Final = ("SC-LEX", "SC-BAG")  #: rules of payloads that say no words if they break one


class Finding(NamedTuple):
    """One broken rule.

    Attributes:
        rule: its id.
        offset: the bit where it shows, from the first bit of the data; what is wrong with the
            core of a text form counts from the first bit of that core.
        message: what to do, in one sentence.
        found, expected: what stands there, and what would be right.
    """

    rule: str
    offset: int
    message: str
    found: str
    expected: str


class Report(NamedTuple):
    """What ``validate`` found.

    Attributes:
        verdict: the gravest that a finding gives: malformed, invalid, unsupported, or valid.
        findings: all broken rules, in the order of reading; those of a profile last.
        fields: every bit; after a fault that stops reading, the rest is one field ``unread``.
        framing: how the data was read.
        profiles: those that valid data keeps.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    fields: tuple[Field, ...]
    framing: str
    profiles: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the data is valid and keeps the profile that was asked for."""
        return not self.findings


def validate(
    data: Data,
    *,
    framing: str = "auto",
    profile: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """Return the verdict on ``data`` with every rule it breaks.

    Args:
        data: one record, or for the framing ``"sequence"`` any number.
        framing: as for ``unpack``, or ``"sequence"``.
        profile: ``"tiny"``, ``"file"`` or ``"archive"``: what else it is to keep.
        limits: what to refuse to take in.

    Raises:
        InputError: the arguments are no data, framing, profile or limits.
    """
    whole, bounds = _validate.as_bytes(data), _validate.limits(limits)
    if profile is not None:
        _validate.validate_choice("profile", profile, profiles.PROFILES)
    frame = _frame(whole, framing)
    survey = _survey(whole, frame, bounds)
    findings = [_finding(error) for error in survey.errors]
    held: tuple[str, ...] = ()
    mapped = () if survey.beyond else tuple(field_map.of(whole, frame, survey.cores))
    if not findings:
        lacking = [profiles.broken(record) for record in survey.records]
        held = _kept(lacking)
        findings = list(_demands(survey.records, lacking, profile, mapped))
    return Report(_verdict(survey.errors), tuple(findings), mapped, frame, held)


def inspect(data: Data, *, framing: str = "auto") -> list[Field]:
    """Return the fields of ``data``, also where they break rules but can be read.

    Raises:
        FormatError: the bytes are malformed.
        UnsupportedError: the version is newer, or a limit is exceeded.
        InputError: ``data`` is no data, or ``framing`` none.
    """
    whole = _validate.as_bytes(data)
    frame = _frame(whole, framing)
    survey = _survey(whole, frame, DEFAULT_LIMITS)
    if survey.stopped:
        raise survey.stopped[0]
    return field_map.of(whole, frame, survey.cores)


def _frame(data: bytes, wanted: object) -> str:
    if isinstance(wanted, str) and wanted == "sequence":
        return "sequence"
    name = _validate.input_framing(wanted)
    return framing_.detect_framing(data) if name == "auto" else name


class _Survey:
    """All that is broken in some data, and the records that could be read to their end."""

    def __init__(self) -> None:
        self.errors: list[RuleError] = []
        self.stopped: list[RuleError] = []  # those of ``errors`` that ended the reading
        self.records: list[Record] = []
        self.cores: list[Core] = []  # each that there is, broken or not

    @property
    def beyond(self) -> bool:
        """Whether a limit was reached; mapping the fields could be as much work."""
        return any(error.rule.startswith("SC-LIM") for error in self.errors)

    @contextlib.contextmanager
    def stops(self) -> Iterator[None]:
        """Write down the error that ends the reading of a part."""
        try:
            yield
        except (FormatError, UnsupportedError) as error:
            self.errors.append(error)
            self.stopped.append(error)

    def take(self, cursor: Parser, frame: str, limits: Limits, start: int = 0) -> None:
        """Read the core under ``cursor``, whatever is wrong with it; ``start`` is of its item."""
        known, at, end = len(self.errors), cursor.at, cursor.end
        text = places = None
        with self.stops():
            record = reader.read_core(cursor, frame, limits)
            self.records.append(record)
            places = cursor.places
            if not any(error.rule.startswith(WORDS) for error in self.errors[known:]):
                text = record.text
        self.cores.append(Core(cursor.data, start, at, end, places, text))


def _survey(data: bytes, frame: str, limits: Limits) -> _Survey:
    """Read ``data``; of a sequence every item, whatever is wrong with the one before."""
    survey = _Survey()
    cursor = Parser(data, survey.errors)
    with survey.stops():
        if frame != "sequence":
            survey.take(reader.opened(cursor, frame, limits), frame, limits)
        else:
            for start, item in framing_.iter_items(cursor, limits.max_records):
                survey.take(item, frame, limits, start)
    return survey


def _verdict(errors: list[RuleError]) -> Verdict:
    """Return the gravest outcome: a broken rule is certain, a lack of ours is not."""
    outcomes = {RULES[error.rule].outcome for error in errors}
    for outcome in GRAVEST_FIRST:
        if outcome in outcomes:
            return outcome
    return "valid"


def _finding(error: RuleError) -> Finding:
    message = RULES[error.rule].message
    return Finding(error.rule, error.offset, message, error.found, error.expected)


def _kept(lacking: list[list[Demand]]) -> tuple[str, ...]:
    """Return the profiles that all records keep, by what each lacks; none of no records."""
    broken = {demand.profile for demands in lacking for demand in demands}
    return tuple(name for name in profiles.PROFILES if lacking and name not in broken)


def _demands(
    records: list[Record],
    lacking: list[list[Demand]],
    profile: str | None,
    mapped: tuple[Field, ...],
) -> Iterator[Finding]:
    """Go over what the records lack for ``profile``, each at the field where it shows."""
    offsets = {field.name: field.offset for field in mapped}
    for number, (record, demands) in enumerate(zip(records, lacking, strict=True)):
        prefix = f"{number}." if record.framing == "sequence" else ""
        for demand in (one for one in demands if one.profile == profile):
            message = RULES[demand.rule].message
            at, found = offsets[prefix + demand.field], demand.found(record)
            yield Finding(demand.rule, at, message, found, demand.expected)
