"""Reports on a sequence take memory for what they have, not for what the sequence has."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

import semcodec
from semcodec.bitstream import validation
from semcodec.bitstream.api import check_sequence
from semcodec.bitstream.validation import MAX_FIELDS, MAX_FINDINGS, MAX_MAPPED, build_report
from semcodec.errors import FormatError, InputError

EMPTY = b"\1\0"
BROKEN = b"\4\0\0\x10\0"  #: three rules of nibble


def peak(function: Callable[[], object]) -> float:
    """Return the most memory that Python has allocated during a call, in MB."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def read_all(data: bytes) -> int:
    return sum(1 for _ in semcodec.validate_all(data))


@pytest.mark.no_cover
def test_memory_does_not_depend_on_the_number_of_records() -> None:
    for item in (EMPTY, BROKEN, b"\0"):
        few, many = item * 20, item * 300
        read_all(few)  # the first time also fills caches
        assert (
            peak(lambda data=many: read_all(data))
            < 1.5 * peak(lambda data=few: read_all(data)) + 0.02
        )  # type: ignore[misc]
    assert peak(lambda: build_report(EMPTY * 500, "sequence", has_fields=False)) < 0.2


def test_report_without_fields_has_the_findings() -> None:
    data = EMPTY * 3 + BROKEN
    whole, short = (build_report(data, "sequence", has_fields=value) for value in (True, False))
    assert (whole.fields != (), short.fields) == (True, ())
    assert short.findings == whole.findings != ()


def test_report_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = semcodec.validate(BROKEN * 10, framing="sequence")
    assert (len(whole.findings), whole.omitted_findings) == (30, 0)
    for name, limit in (("MAX_FINDINGS", 5), ("MAX_FIELDS", 20), ("MAX_MAPPED", 100)):
        monkeypatch.setattr(validation, name, limit)
    report = semcodec.validate(BROKEN * 10, framing="sequence")
    assert report.findings == whole.findings[:5]
    assert report.omitted_findings == 25
    assert (report.verdict, report.fields) == ("invalid", ())
    assert semcodec.validate(EMPTY * 51, framing="sequence").fields == ()
    few = semcodec.validate(EMPTY * 2, framing="sequence")
    assert len(few.fields) == 2 * len(semcodec.validate(EMPTY, framing="sequence").fields) > 0
    with pytest.raises(InputError, match="too many for a list: use validate_all"):
        semcodec.inspect(EMPTY * 50, framing="sequence")


def test_verdict_takes_omitted_findings_into_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "MAX_FINDINGS", 1)
    report = semcodec.validate(BROKEN + b"\5", framing="sequence")
    assert (report.verdict, report.omitted_findings) == ("malformed", 3)


def test_profile_findings_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "MAX_FINDINGS", 3)
    report = semcodec.validate(EMPTY * 5, framing="sequence", profile="file")
    assert (report.verdict, len(report.findings), report.omitted_findings) == ("valid", 3, 2)


def test_limits_leave_room() -> None:
    """At 500 bytes for each, with 100 MB for Python, the library and the data."""
    assert (MAX_FIELDS + MAX_FINDINGS) * 500 + 4 * MAX_MAPPED < 100_000_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        EMPTY,
        EMPTY + BROKEN + b"\0\0" + EMPTY,
        EMPTY + b"\3\7\x80\x80" + EMPTY,
        EMPTY + b"\5\0",
        EMPTY + b"\x81\0\0",
        b"\1\xff" + b"\x80\x80\x80\x80\x80",
        EMPTY * 3 + b"\0",
    ],
    ids=bytes.hex,
)
@pytest.mark.parametrize("profile", [None, "file", "tiny"])
def test_reports_on_items_are_the_report_on_the_sequence(data: bytes, profile: object) -> None:
    whole = semcodec.validate(data, framing="sequence", profile=profile)  # type: ignore[arg-type]
    items = list(semcodec.validate_all(data, profile=profile))  # type: ignore[arg-type]
    assert b"".join(data[i.offset : i.offset + i.length] for i in items) == data
    if whole.verdict != "valid":
        items = list(semcodec.validate_all(data))
    assert tuple(finding for i in items for finding in i.findings) == whole.findings
    assert sum(field.bits for i in items for field in i.fields) == 8 * len(data)
    assert [i.number for i in items if i.number is not None] == list(
        range(sum(i.number is not None for i in items))
    )
    if whole.verdict == "valid":
        records = [i.record for i in items]
        assert records == semcodec.unpack_sequence(data)
        assert all(set(whole.profiles) <= set(i.profiles) for i in items)
    assert all((i.record is None) == (i.verdict != "valid") for i in items)


def test_item_beyond_a_limit_is_the_last() -> None:
    limits = semcodec.Limits(max_records=2)
    items = list(semcodec.validate_all(EMPTY * 4, limits=limits))
    assert [(i.number, i.offset, i.length, i.verdict) for i in items] == [
        (0, 0, 2, "valid"), (1, 2, 2, "valid"), (None, 4, 4, "unsupported"),
    ]  # fmt: skip
    assert items[2].fields == ()


def test_large_item_is_not_copied() -> None:
    """A copy of the data, and one of the item, made 217 MB of 60."""
    data = b"\x80\x80\x80\x05" + bytes(5 * 2**21)
    assert peak(lambda: read_all(data)) < 1
    assert peak(lambda: build_report(data, "sequence")) < 1
    with pytest.raises(semcodec.UnsupportedError):
        semcodec.unpack_sequence(data)
    assert read_all(b"\x80\x80\x80\x06" + data) == 1


def test_sequence_is_checked_without_keeping_records() -> None:
    check_sequence(b"\1\0" * 5)
    with pytest.raises(FormatError):
        check_sequence(b"\1\0\1")


def test_item_that_is_too_long_to_map_has_no_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    data = semcodec.pack("red boat on a lake", framing="sequence")
    assert build_report(data, framing="sequence").fields
    monkeypatch.setattr(validation, "MAX_MAPPED", len(data) - 1)
    assert not build_report(data, framing="sequence").fields


def test_record_of_a_sequence_is_ok_without_findings() -> None:
    reports = list(semcodec.validate_all(semcodec.pack("a cat", framing="sequence") + BROKEN))
    assert [report.ok for report in reports] == [True, False]
