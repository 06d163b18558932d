"""Any bytes: only our errors are raised, validator and parser agree, and work is proportional.

For any bytes, ``unpack`` returns a record or raises a SemcodecError; ``validate`` never raises, and
has the same verdict; ``inspect`` covers every bit; at most one framing accepts the bytes.
"""

from __future__ import annotations

import contextlib

from hypothesis.strategies import SearchStrategy

from fuzz import corpus, malformed
from fuzz.call_counter import CallCounter
from semcodec.bitstream import PROFILES, Limits, Record, Report, inspect, unpack, validate
from semcodec.bitstream.framing import INPUT_FRAMINGS
from semcodec.choices import ReadFraming
from semcodec.errors import FormatError, SemcodecError, UnsupportedError

DEFAULT_LIMITS = Limits()
#: Limits that many inputs exceed.
TIGHT_LIMITS = Limits(max_bytes=40, max_words=4, max_extensions=2, max_chunks=4)
#: Function calls of one parse: a fixed part, and a part for each byte.
MAX_CALLS, MAX_CALLS_PER_BYTE = 200, 8
#: Function calls for a `lexicon` or `bag` payload: at most 512 words, whatever its length.
MAX_CALLS_CODED = 150_000
#: A nibble payload has two characters per byte; every other text has fewer.
MAX_CHARACTERS_PER_BYTE = 2
#: Characters of a `lexicon` or `bag` payload: 512 of the longest words, and the escaped letters.
MAX_CHARACTERS_CODED = 512 * 32 + 1024
#: A rule that can be broken more than once takes an entry of at least two bytes each time.
MAX_FINDINGS, MAX_FINDINGS_PER_BYTE = 16, 2


def inputs() -> SearchStrategy[bytes]:
    """Return the strategy for inputs: data that is nearly a record."""
    return malformed.near_records(corpus.known_data())


def from_record(data: bytes, framing: str) -> list[bytes]:
    """Return ``data`` unchanged as the input."""
    return [data]


def test_one_input(data: bytes) -> None:
    """Parse ``data`` in every way and compare."""
    record, error = _unpack(data, "auto")
    _check_verdict(data, DEFAULT_LIMITS, record, error)
    tight, tight_error = _unpack(data, "auto", TIGHT_LIMITS)
    _check_verdict(data, TIGHT_LIMITS, tight, tight_error)
    assert tight in (record, None), "a limit changed the record"
    accepted = [framing for framing in INPUT_FRAMINGS if _unpack(data, framing)[0] is not None]
    assert accepted == ([record.framing] if record else []), accepted
    with contextlib.suppress(SemcodecError):
        assert tuple(inspect(data)) == validate(data).fields
    for profile in PROFILES if record else ():
        report = validate(data, profile=profile)
        assert report.ok == (profile in report.profiles)


def _check_verdict(
    data: bytes, limits: Limits, record: Record | None, error: SemcodecError | None
) -> None:
    """Check that ``validate`` agrees with ``unpack`` under the same limits."""
    report = validate(data, limits=limits)
    assert report.ok == (report.verdict == "valid") == (record is not None)
    assert len(report.findings) <= MAX_FINDINGS + MAX_FINDINGS_PER_BYTE * len(data)
    if error is not None:
        _check_first_finding(report, error)
    if record is not None:
        coded = MAX_CHARACTERS_CODED if record.coding in ("lexicon", "bag") else 0
        assert len(record.text) <= coded + MAX_CHARACTERS_PER_BYTE * len(data)
    _check_field_map(data, report)


def _unpack(
    data: bytes, framing: ReadFraming, limits: Limits = DEFAULT_LIMITS
) -> tuple[Record | None, SemcodecError | None]:
    """Return the record, or the error that was raised; the function calls are counted."""
    counter = CallCounter()
    try:
        with counter:
            if framing == "auto" and limits is DEFAULT_LIMITS:
                return unpack(data), None  # the fast path is for calls without options
            return unpack(data, framing=framing, limits=limits), None
    except SemcodecError as error:
        return None, error
    finally:
        coded = MAX_CALLS_CODED if _may_have_coded_words(data) else 0
        assert counter.calls <= MAX_CALLS + coded + MAX_CALLS_PER_BYTE * len(data), counter.calls


def _may_have_coded_words(data: bytes) -> bool:
    """Return whether ``data`` may contain coded words; exact only for bare records and files."""
    first = data[2:3] if data[:2] == b"\xb5\x1a" else data[:1]
    return first in (b"s", b"S", b"\x89") or (first != b"" and first[0] >> 5 in (1, 2))


def _check_first_finding(report: Report, error: SemcodecError) -> None:
    """Check that the first finding is the error at which the strict parser stopped."""
    assert isinstance(error, FormatError | UnsupportedError), repr(error)
    first = report.findings[0]
    assert (first.rule, first.offset) == (error.rule, error.offset), (first, error)
    if isinstance(error, FormatError):
        assert report.verdict in ("malformed", error.verdict)
    else:
        assert report.verdict != "valid"


def _check_field_map(data: bytes, report: Report) -> None:
    """Check that the fields are adjacent and cover every bit."""
    if any(finding.rule.startswith("SC-LIM") for finding in report.findings):
        assert not report.fields, "a field map beyond the limits would be unbounded work"
        return
    offset = 0
    for field in report.fields:
        assert field.offset == offset, field
        offset += field.bits
    assert offset == 8 * _mapped_bytes(data, report), offset


def _mapped_bytes(data: bytes, report: Report) -> int:
    """Return the number of bytes in the field map: all, or the core of a decodable text form."""
    undecodable = ("SC-TXT-1", "SC-TXT-2", "SC-TXT-3", "SC-TXT-5", "SC-FRM-1")
    if any(finding.rule in undecodable for finding in report.findings):
        return len(data)
    characters = len(data) - len(b"semc:")
    return {"url": characters * 3 // 4, "qr": characters * 2 // 3}.get(report.framing, len(data))
