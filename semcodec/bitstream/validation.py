"""``validate`` and ``inspect``, which return every broken rule and every field (spec §9.2).

Both read the data once with a collecting parser; findings and fields come from that one traversal.

A sequence of 131 KB can have half a million fields, and as many findings. Its items are therefore
read one by one, and nothing of an item is kept but what the result has; the result is bounded by
``MAX_FINDINGS``, ``MAX_FIELDS`` and ``MAX_MAPPED``, so that it takes less than 100 MB of memory.
``validate_all`` yields a report for each item, which has everything. Measured by
bench/sequence_bombs.py, tested in tests/bitstream/test_sequence_memory.py.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from semcodec._registry import PROFILES, RULES
from semcodec.bitstream import _arguments, record_codec
from semcodec.bitstream import framing as framings
from semcodec.bitstream._arguments import Data
from semcodec.bitstream.field_map import Field, ScannedCore, field_map, item_fields
from semcodec.bitstream.header import CODINGS
from semcodec.bitstream.parser import Parser, RuleError
from semcodec.bitstream.profiles import ProfileRule, violations
from semcodec.bitstream.record import DEFAULT_LIMITS, Limits, Record
from semcodec.choices import Framing, Profile, ScanFraming, check_choice
from semcodec.errors import FormatError, InputError, UnsupportedError

Verdict = Literal["valid", "invalid", "malformed", "unsupported"]

#: The most severe comes first. "unsupported" is the least, because the data may still be valid.
SEVERITY_ORDER: Final = ("malformed", "invalid", "unsupported")
MAX_FINDINGS: Final = 20_000  #: findings of a report, of about 500 bytes each
MAX_FIELDS: Final = 50_000  #: fields of a report on a sequence, of about 500 bytes each
MAX_MAPPED: Final = 2**22  #: bytes of a sequence whose fields are in a report, twice as hex digits
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
            field ``unread``. Empty if a limit was exceeded, and for a sequence with over 50,000
            fields or 4 MiB.
        framing: the framing in which the data was read.
        profiles: the profiles that the data satisfies; none if it is not valid.
        omitted_findings: the number of findings of a sequence beyond the first 20,000, which are
            not in ``findings``; the verdict takes them into account.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    fields: tuple[Field, ...]
    framing: Framing
    profiles: tuple[Profile, ...]
    omitted_findings: int = 0

    @property
    def ok(self) -> bool:
        """Whether the data is valid and satisfies the requested profile."""
        return not self.findings


class RecordReport(NamedTuple):
    """The result of ``validate_all`` for one item of a sequence.

    Attributes:
        number: the number of the record, from 0; None for an item without bytes, and for the rest
            of the data from where it cannot be read as items.
        offset: the byte of the data where the item starts, with its length field.
        length: the number of bytes of the item, with its length field.
        verdict: the most severe outcome of the findings: malformed, invalid, unsupported, or valid.
        findings: all broken rules of the item; those of the profile last.
        fields: the fields of the item, whose names start with the number of the record. Empty if a
            limit was exceeded, or the item has over 4 MiB.
        profiles: the profiles that the record satisfies; none if it is not valid.
        record: the record, or None if the item is not valid.
    """

    number: int | None
    offset: int
    length: int
    verdict: Verdict
    findings: tuple[Finding, ...]
    fields: tuple[Field, ...]
    profiles: tuple[Profile, ...]
    record: Record | None

    @property
    def ok(self) -> bool:
        """Whether the item is valid and satisfies the requested profile."""
        return not self.findings


def validate(
    data: Data,
    *,
    framing: ScanFraming = "auto",
    profile: Profile | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """Return the verdict on ``data`` with every rule it breaks.

    The report on a sequence is bounded, see ``Report``; ``validate_all`` reports on each item.

    Args:
        data: one record, or for the framing ``"sequence"`` any number.
        framing: as for ``unpack``, or ``"sequence"``.
        profile: ``"tiny"``, ``"file"`` or ``"archive"``, whose rules are checked too, or None.
        limits: the largest sizes to accept.

    Raises:
        InputError: an argument is not valid. Broken rules of the format do not raise.
    """
    return build_report(data, framing, profile, limits)


def build_report(
    data: Data,
    framing: ScanFraming,
    profile: Profile | None = None,
    limits: Limits = DEFAULT_LIMITS,
    *,
    has_fields: bool = True,
) -> Report:
    """Return the report of ``validate``, on request without its fields, which take most memory."""
    whole, limits = _arguments.as_bytes(data), _arguments.limits(limits)
    if profile is not None:
        check_choice("profile", profile, PROFILES)
    framing = _framing(whole, framing)
    broken, violated = _Findings(), _Findings()
    fields = _Fields(whole, framing)
    satisfied: set[Profile] | None = None
    for part in _scan(whole, framing, limits):
        broken.add(map(_finding, part.errors))
        if has_fields:
            fields.add(part)
        # Only valid data can satisfy a profile. Findings of a profile do not change the verdict.
        if part.record is not None and not broken.findings:
            rules = violations(part.record)
            violated.add(_profile_findings(part, rules, profile))
            names = _satisfied_profiles(rules)
            satisfied = names if satisfied is None else satisfied & names
    found = broken if broken.findings else violated
    return Report(
        broken.verdict,
        tuple(found.findings),
        tuple(fields.fields),
        framing,
        () if broken.findings else _in_order(satisfied or set()),
        found.omitted,
    )


def validate_all(
    data: Data, *, profile: Profile | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[RecordReport]:
    """Return an iterator over reports on the items of a sequence, which reads one at a time.

    Its memory does not depend on the number of items. If the data cannot be read as items any
    further, or a limit is exceeded, the last report states it.

    Args:
        data, profile, limits: as for ``validate``.

    Raises:
        InputError: an argument is not valid. Broken rules of the format do not raise.

    Example:
        >>> import semcodec
        >>> data = b"".join(semcodec.pack(text, framing="sequence") for text in ("rd br", "tr"))
        >>> [(report.number, report.verdict) for report in semcodec.validate_all(data)]
        [(0, 'valid'), (1, 'valid')]
    """
    whole, limits = _arguments.as_bytes(data), _arguments.limits(limits)
    if profile is not None:
        check_choice("profile", profile, PROFILES)
    return (_record_report(whole, part, profile) for part in _scan(whole, "sequence", limits))


def inspect(data: Data, *, framing: ScanFraming = "auto") -> list[Field]:
    """Return the fields of ``data``, even if it breaks rules, as long as it can be read.

    Args:
        data: as for ``validate``.
        framing: as for ``validate``.

    Raises:
        FormatError: the data is malformed.
        UnsupportedError: the version is unknown, or a limit is exceeded.
        InputError: an argument is not valid, or a sequence has over 50,000 fields or 4 MiB.
    """
    whole = _arguments.as_bytes(data)
    framing = _framing(whole, framing)
    fields = _Fields(whole, framing)
    for part in _scan(whole, framing, DEFAULT_LIMITS):
        if part.fatal is not None:
            raise part.fatal
        fields.add(part)
    if fields.is_too_large:
        raise InputError(
            f"The sequence has over {MAX_FIELDS} fields or {MAX_MAPPED} bytes, too many for a "
            "list: use validate_all, which has the fields of one record at a time."
        )
    return fields.fields


def _framing(data: bytes, value: object) -> Framing:
    if isinstance(value, str) and value == "sequence":
        return "sequence"
    framing = _arguments.input_framing(value)
    return framings.detect_framing(data) if framing == "auto" else framing


# --- reading -------------------------------------------------------------------------------------


class _Part:
    """What is read at once: an item of a sequence, or all of any other data.

    Attributes:
        start, end: the first byte, and the byte after the last one.
        index: the number of the record in a sequence; None if there is none.
        errors: an error for every broken rule.
        fatal: the first of the ``errors`` that stopped the parser, or None.
        record: the record, if it could be read to its end.
        core: the core, if one was found, valid or not.
    """

    __slots__ = ("core", "end", "errors", "fatal", "index", "record", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.index: int | None = None
        self.errors: list[RuleError] = []
        self.fatal: RuleError | None = None
        self.record: Record | None = None
        self.core: ScannedCore | None = None

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
            self.fatal = self.fatal or error

    def read(self, parser: Parser, framing: Framing, limits: Limits) -> None:
        """Read the core at the position of ``parser``, which collects into ``errors``."""
        # Saved before reading, which moves the position and moves the end before the check.
        start, end = parser.position, parser.end
        fields = text = None
        with self.recording():
            self.record = record_codec.read_core(parser, framing, limits)
            fields = parser.fields
            if not any(error.rule.startswith(NO_WORDS) for error in self.errors):
                text = self.record.text
        self.core = ScannedCore(parser.data, start, end, fields, text)


def _scan(data: bytes, framing: Framing, limits: Limits) -> Iterator[_Part]:
    """Yield the parts of ``data``, read with a collecting parser."""
    if framing == "sequence":
        yield from _scan_sequence(data, limits)
        return
    part = _Part(0, len(data))
    parser = Parser(data, part.errors)
    with part.recording():
        part.read(record_codec.open_core(parser, framing, limits), framing, limits)
    yield part


def _scan_sequence(data: bytes, limits: Limits) -> Iterator[_Part]:
    """Yield every item, also after one that breaks a rule, and the rest that cannot be read."""
    parser = Parser(data, [])
    items = framings.iter_sequence(parser, limits.max_records)
    words = record_codec.SequenceWords(parser, limits.max_sequence_words)
    index, can_continue = 0, True
    while can_continue and parser.position < len(data):
        part = _Part(parser.position, len(data))
        parser.findings, parser.fields = part.errors, []  # each item has lists of its own
        can_continue = False
        with part.recording():
            _, item = next(items)
            part.end = item.end
            if item.position < item.end:
                part.index, index = index, index + 1
                first = data[item.position]
                length_errors = len(part.errors)
                part.read(item, "sequence", limits)  # which collects its own errors
                _count_words(words, part, first, part.errors[length_errors:])
            can_continue = True
        yield part


def _count_words(
    words: record_codec.SequenceWords, part: _Part, first_byte: int, errors: list[RuleError]
) -> None:
    """Count the words of an item, whose core starts with ``first_byte`` and has ``errors``.

    Raises:
        UnsupportedError: SC-LIM-6.
    """
    if part.record is not None and not errors:
        words.add(part.start, part.record)
    elif _has_coded_words(first_byte, errors):
        words.add_rejected(part.start)


def _has_coded_words(first_byte: int, errors: list[RuleError]) -> bool:
    """Return whether a core with these ``errors`` may have taken the time to decode its words."""
    if any(error.rule == "SC-HDR-2" for error in errors):  # there are no tables
        return False
    return first_byte < 0x80 and CODINGS[first_byte >> 5] in record_codec.WORD_CODINGS


# --- reporting -----------------------------------------------------------------------------------


class _Findings:
    """The findings of a report, of which the first ``MAX_FINDINGS`` are kept.

    Attributes:
        findings: those that are kept.
        omitted: the number of those that are not.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.omitted = 0
        self._outcomes: set[str] = set()

    @property
    def verdict(self) -> Verdict:
        """The most severe outcome of all findings, or ``"valid"`` if there is none."""
        return next((name for name in SEVERITY_ORDER if name in self._outcomes), "valid")

    def add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._outcomes.add(RULES[finding.rule].outcome)
            if len(self.findings) < MAX_FINDINGS:
                self.findings.append(finding)
            else:
                self.omitted += 1


class _Fields:
    """The fields of a report.

    Attributes:
        fields: all fields so far; empty after a limit was exceeded, or if there are too many.
        is_too_large: whether there are more fields or bytes of a sequence than are kept.
    """

    def __init__(self, data: bytes, framing: Framing) -> None:
        self.fields: list[Field] = []
        self.is_too_large = False
        self._data, self._framing = data, framing
        self._is_complete = True

    def add(self, part: _Part) -> None:
        if not self._is_complete:
            return
        fields = _part_fields(self._data, self._framing, part)
        if self._framing == "sequence":
            is_long = part.end > MAX_MAPPED or len(self.fields) + len(fields) > MAX_FIELDS
            self.is_too_large = is_long and not part.hit_limit
        if part.hit_limit or self.is_too_large:
            self.fields, self._is_complete = [], False
        elif self.fields and self.fields[-1].name == "unread" == fields[0].name:
            last, first = self.fields[-1], fields[0]
            raw = last.raw + first.raw
            self.fields[-1] = Field("unread", last.offset, last.bits + first.bits, raw, raw)
        else:
            self.fields += fields


def _part_fields(data: bytes, framing: Framing, part: _Part) -> list[Field]:
    """Return the fields of ``part``; none if a limit was exceeded, or an item is too long."""
    if part.hit_limit:
        return []
    if framing != "sequence":
        return field_map(data, framing, part.core)
    if part.end - part.start > MAX_MAPPED:
        return []
    return item_fields(data, part.start, part.end, part.index, part.core)


def _record_report(data: bytes, part: _Part, profile: Profile | None) -> RecordReport:
    findings = _Findings()
    findings.add(map(_finding, part.errors))
    is_valid = part.record is not None and not part.errors
    rules = violations(part.record) if part.record is not None and is_valid else []
    return RecordReport(
        part.index,
        part.start,
        part.end - part.start,
        findings.verdict,
        (*findings.findings, *_profile_findings(part, rules, profile)),
        tuple(_part_fields(data, "sequence", part)),
        _in_order(_satisfied_profiles(rules)) if is_valid else (),
        part.record if is_valid else None,
    )


def _finding(error: RuleError) -> Finding:
    # The text of an UnsupportedError also has the rule.
    message = error.args[0] if isinstance(error, FormatError) else RULES[error.rule].message
    return Finding(error.rule, error.offset, message, error.found, error.expected)


def _satisfied_profiles(violated: list[ProfileRule]) -> set[Profile]:
    """Return the profiles of which a record violates no rule."""
    return set(PROFILES) - {rule.profile for rule in violated}


def _in_order(profiles: set[Profile]) -> tuple[Profile, ...]:
    return tuple(name for name in PROFILES if name in profiles)


def _profile_findings(
    part: _Part, violated: list[ProfileRule], profile: Profile | None
) -> Iterator[Finding]:
    """Yield a finding for each rule of ``profile`` that a record violates, at the rule's field."""
    record, core = part.record, part.core
    if record is None or core is None or core.fields is None:
        return
    offsets = {field.name: field.offset for field in core.fields}
    for rule in violated:
        if rule.profile == profile:
            message = RULES[rule.rule].message
            found, expected = rule.found(record), rule.expected
            yield Finding(rule.rule, offsets[rule.field], message, found, expected)
