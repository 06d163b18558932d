"""Any bytes: only our errors leave, validator and reader agree, work is in proportion.

Whatever comes in, ``unpack`` returns a record or raises a SemcodecError; ``validate`` never raises,
and says the same; ``inspect`` leaves out no bit; at most one framing takes the bytes.
"""

from __future__ import annotations

import contextlib

from fuzz import carriers
from fuzz.mutator import an_input, mutated
from fuzz.work import Counter
from semcodec.bitstream import PROFILES, Limits, Record, Report, inspect, unpack, validate
from semcodec.bitstream.framing import INPUT_FRAMINGS
from semcodec.errors import FormatError, SemcodecError, UnsupportedError

__all__ = ["test_one_input", "an_input", "mutated", "from_record"]

DEFAULT = Limits()
#: Limits that many inputs exceed.
TIGHT = Limits(max_bytes=40, max_words=4, max_extensions=2, max_chunks=4)
#: Function calls of one reading: what any record costs, and what a byte more may cost.
CALLS, CALLS_PER_BYTE = 200, 8
#: What the words of one record may cost that are coded whole, however many bytes say them.
CODED_CALLS = 150_000
#: A nibble payload says two characters a byte; every other text says less.
CHARACTERS_PER_BYTE = 2
#: The most that words coded whole can be: 512 of the longest listed ones, and what is spelled.
CODED_CHARACTERS = 512 * 32 + 1024
#: Rules that can be broken without end are broken by entries of two bytes or more.
FINDINGS, FINDINGS_PER_BYTE = 16, 2


def from_record(data: bytes, framing: str) -> bytes:
    """Return ``data``: it is an input as it is."""
    return data


def test_one_input(data: bytes) -> None:
    """Read ``data`` in every way and compare."""
    record, error = _read(data, "auto")
    _same_verdict(data, DEFAULT, record, error)
    tight, stopped = _read(data, "auto", TIGHT)
    _same_verdict(data, TIGHT, tight, stopped)
    assert tight in (record, None), "a limit changed the record"
    taken_as = [framing for framing in INPUT_FRAMINGS if _read(data, framing)[0] is not None]
    assert taken_as == ([record.framing] if record else []), taken_as
    with contextlib.suppress(SemcodecError):
        assert tuple(inspect(data)) == validate(data).fields
    for profile in PROFILES if record else ():
        report = validate(data, profile=profile)
        assert report.ok == (profile in report.profiles)


def _same_verdict(
    data: bytes, limits: Limits, record: Record | None, error: SemcodecError | None
) -> None:
    """Hold the validator to what the reader did under the same limits."""
    report = validate(data, limits=limits)
    assert report.ok == (report.verdict == "valid") == (record is not None)
    assert len(report.findings) <= FINDINGS + FINDINGS_PER_BYTE * len(data)
    if error is not None:
        _same_finding(report, error)
    if record is not None:
        coded = CODED_CHARACTERS if record.coding in ("lexicon", "bag") else 0
        assert len(record.text) <= coded + CHARACTERS_PER_BYTE * len(data)
    _whole_map(data, report)


def _read(
    data: bytes, framing: str, limits: Limits = DEFAULT
) -> tuple[Record | None, SemcodecError | None]:
    """Return the record, or the error that left; the work is counted."""
    counter = Counter()
    try:
        with counter:
            if framing == "auto" and limits is DEFAULT:
                return unpack(data), None  # the short road is taken without options only
            return unpack(data, framing=framing, limits=limits), None
    except SemcodecError as error:
        return None, error
    finally:
        coded = CODED_CALLS if _may_be_coded(data) else 0
        assert counter.calls <= CALLS + coded + CALLS_PER_BYTE * len(data), counter.calls


def _may_be_coded(data: bytes) -> bool:
    """Tell whether ``data`` may hold coded words: sure of bare records and files only."""
    first = data[2:3] if data[:2] == b"\xb5\x1a" else data[:1]
    return first in (b"s", b"S", b"\x89") or (first != b"" and first[0] >> 5 in (1, 2))


def _same_finding(report: Report, error: SemcodecError) -> None:
    """Hold the first finding to the error that the reader stopped at."""
    assert isinstance(error, FormatError | UnsupportedError), repr(error)
    first = report.findings[0]
    assert (first.rule, first.offset) == (error.rule, error.offset), (first, error)
    if isinstance(error, FormatError):
        assert report.verdict in ("malformed", error.verdict)
    else:
        assert report.verdict != "valid"


def _whole_map(data: bytes, report: Report) -> None:
    """Hold the field map to its promise: the fields follow each other and leave out no bit."""
    if any(finding.rule.startswith("SC-LIM") for finding in report.findings):
        assert not report.fields, "a map of what is beyond the limits is work without a bound"
        return
    at = 0
    for field in report.fields:
        assert field.offset == at, field
        at += field.bits
    assert at == 8 * len(_mapped(data, report)), at


def _mapped(data: bytes, report: Report) -> bytes:
    """Return what the map is of: the core of a text form that can be decoded, else the data."""
    stopped = ("SC-TXT-1", "SC-TXT-2", "SC-TXT-3", "SC-TXT-5", "SC-FRM-1")
    if report.framing not in carriers.PREFIXES or any(f.rule in stopped for f in report.findings):
        return data
    return carriers.core_of(data) or data
