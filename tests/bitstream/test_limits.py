"""Data that is truncated and also beyond a limit: the rule that is reported, for each limit.

A truncated chunk is not a surplus chunk: SC-PNG-2 and SC-LIM-4 have the same offset, and of two
rules at one offset the first in Annex E is reported (§9.1). A surplus item or entry is reported
where it starts, which is before the bit where it is truncated.
"""

from __future__ import annotations

from typing import Any

import pytest

from semcodec.bitstream import (
    Limits,
    embed_png,
    extract_png,
    inspect,
    pack,
    unpack,
    unpack_all,
    validate,
)
from semcodec.errors import FormatError, UnsupportedError
from tests.png_files import END, HEADER, SIGNATURE, build_chunk

RECORD = build_chunk(b"seMC", bytes.fromhex("0011"))
HEAD = SIGNATURE + HEADER
EMPTY = bytes(12)  #: a chunk without data, of an unknown type


def chunks(*chunk_list: bytes) -> bytes:
    return b"".join((HEAD, *chunk_list))


def bits(data: bytes) -> int:
    return 8 * len(data)


@pytest.mark.parametrize(
    ("data", "framing", "limits", "verdict", "rule", "offset"),
    [
        # chunks: iteration ends with IEND, with the end of the data, or with a surplus chunk
        (chunks(RECORD, END), "auto", {"max_chunks": 3}, "valid", "", 0),
        (chunks(RECORD, END), "auto", {"max_chunks": 2},
         "unsupported", "SC-LIM-4", bits(chunks(RECORD))),
        (chunks(RECORD), "auto", {"max_chunks": 3}, "malformed", "SC-PNG-2", bits(chunks(RECORD))),
        (chunks(RECORD), "auto", {"max_chunks": 2}, "malformed", "SC-PNG-2", bits(chunks(RECORD))),
        (chunks(RECORD), "auto", {"max_chunks": 1}, "unsupported", "SC-LIM-4", bits(HEAD)),
        (chunks(RECORD, END[:-1]), "auto", {"max_chunks": 2},
         "malformed", "SC-PNG-2", bits(chunks(RECORD))),
        (chunks(RECORD, b"\0"), "auto", {"max_chunks": 2},
         "malformed", "SC-PNG-2", bits(chunks(RECORD))),
        (chunks(RECORD[:-1]), "auto", {"max_chunks": 1}, "malformed", "SC-PNG-2", bits(HEAD)),
        (chunks(RECORD[:3]), "auto", {"max_chunks": 1}, "malformed", "SC-PNG-2", bits(HEAD)),
        (SIGNATURE, "auto", {"max_chunks": 0}, "malformed", "SC-PNG-2", 64),
        (HEAD[:-1], "auto", {"max_chunks": 0}, "malformed", "SC-PNG-2", 64),
        (HEAD, "auto", {"max_chunks": 0}, "unsupported", "SC-LIM-4", 64),
        (SIGNATURE[:-1], "auto", {"max_chunks": 0}, "malformed", "SC-PNG-1", 0),
        (chunks(END), "auto", {"max_chunks": 2}, "malformed", "SC-PNG-3", bits(chunks(END))),
        (b"", "png", {"max_chunks": 0}, "malformed", "SC-FRM-1", 0),
        # records of a sequence
        (b"\1\0\1\0", "sequence", {"max_records": 2}, "valid", "", 0),
        (b"\1\0\1\0", "sequence", {"max_records": 1}, "unsupported", "SC-LIM-5", 16),
        (b"\1\0\1", "sequence", {"max_records": 2}, "malformed", "SC-SEQ-2", 24),
        (b"\1\0\1", "sequence", {"max_records": 1}, "unsupported", "SC-LIM-5", 16),
        (b"\1\0\x81", "sequence", {"max_records": 1}, "unsupported", "SC-LIM-5", 16),
        (b"\1\0\5\0", "sequence", {"max_records": 1}, "unsupported", "SC-LIM-5", 16),
        (b"\1\0", "sequence", {"max_records": 1}, "valid", "", 0),
        (b"\2\0", "sequence", {"max_records": 1}, "malformed", "SC-SEQ-2", 16),
        (b"", "sequence", {"max_records": 0}, "valid", "", 0),
        (b"\1", "sequence", {"max_records": 0}, "unsupported", "SC-LIM-5", 0),
        (b"\3\0\x11", "sequence", {"max_bytes": 2}, "malformed", "SC-SEQ-2", 24),
        # extensions
        (b"\4\4\x1a\0\x1c\0", "auto", {"max_extensions": 2}, "valid", "", 0),
        (b"\4\4\x1a\0\x1c\0", "auto", {"max_extensions": 1}, "unsupported", "SC-LIM-3", 32),
        (b"\4\3\x1a\0\x1c", "auto", {"max_extensions": 2}, "malformed", "SC-EXT-3", 40),
        (b"\4\3\x1a\0\x1c", "auto", {"max_extensions": 1}, "unsupported", "SC-LIM-3", 32),
        (b"\4\4\x1a\0\x1c", "auto", {"max_extensions": 1}, "malformed", "SC-EXT-1", 8),
        (b"\4\2\x1a\0", "auto", {"max_extensions": 1}, "valid", "", 0),
        (b"\4\2\x1a\1", "auto", {"max_extensions": 1}, "malformed", "SC-EXT-3", 32),
        (b"\4\x80", "auto", {"max_extensions": 0}, "malformed", "SC-HDR-3", 16),
        (b"\4", "auto", {"max_extensions": 0}, "malformed", "SC-HDR-3", 8),
        (b"\4\0", "auto", {"max_extensions": 0}, "invalid", "SC-EXT-2", 8),
        # words: the payload is read before they are counted
        (b"\x60aa a", "auto", {"max_words": 2}, "valid", "", 0),
        (b"\x60aa a", "auto", {"max_words": 1}, "unsupported", "SC-LIM-2", 8),
        (b"\x60a a\xc3", "auto", {"max_words": 1}, "malformed", "SC-UTF-1", 32),
        (b"\0", "auto", {"max_words": 0}, "valid", "", 0),
        (b"\2", "auto", {"max_words": 0}, "malformed", "SC-HDR-3", 8),
        # bytes: known before any field is read, so a truncated field is not reached
        (b"\2\x81\xf3", "auto", {"max_bytes": 3}, "malformed", "SC-HDR-3", 24),
        (b"\2\x81\xf3", "auto", {"max_bytes": 2}, "unsupported", "SC-LIM-1", 16),
        (b"\x08", "auto", {"max_bytes": 1}, "malformed", "SC-CHK-1", 8),
        (b"\x08", "auto", {"max_bytes": 0}, "unsupported", "SC-LIM-1", 0),
        (b"", "auto", {"max_bytes": 0}, "malformed", "SC-FRM-1", 0),
        (b"\xb5\x1a", "auto", {"max_bytes": 0}, "malformed", "SC-FRM-1", 16),
        (b"semc:", "auto", {"max_bytes": 5}, "malformed", "SC-FRM-1", 40),
        (b"semc:", "auto", {"max_bytes": 4}, "unsupported", "SC-LIM-1", 32),
        (b"semc:A", "auto", {"max_bytes": 6}, "malformed", "SC-TXT-3", 48),
        (b"semc:A", "auto", {"max_bytes": 5}, "unsupported", "SC-LIM-1", 40),
        (b"SEMQ:0", "auto", {"max_bytes": 5}, "unsupported", "SC-LIM-1", 40),
        (b"semc", "url", {"max_bytes": 4}, "malformed", "SC-TXT-1", 0),
        (b"semc", "url", {"max_bytes": 3}, "unsupported", "SC-LIM-1", 24),
        (chunks(RECORD), "auto", {"max_bytes": 1}, "malformed", "SC-PNG-2", bits(chunks(RECORD))),
        (chunks(RECORD, END), "auto", {"max_bytes": 1}, "unsupported", "SC-LIM-1", bits(HEAD) + 72),
    ],
)  # fmt: skip
def test_first_rule_is_reported_for_truncated_data_beyond_a_limit(
    data: bytes, framing: str, limits: dict[str, int], verdict: str, rule: str, offset: int
) -> None:
    limits = Limits(**limits)
    report = validate(data, framing=framing, limits=limits)
    assert report.verdict == verdict
    assert [finding[:2] for finding in report.findings] == ([(rule, offset)] if rule else [])
    if verdict == "valid":
        _read(data, framing, limits)
        return
    with pytest.raises((FormatError, UnsupportedError)) as caught:
        _read(data, framing, limits)
    error: Any = caught.value
    assert (getattr(error, "verdict", "unsupported"), error.rule, error.offset) == (
        verdict, rule, offset,
    )  # fmt: skip


def _read(data: bytes, framing: str, limits: Limits) -> None:
    if framing == "sequence":
        list(unpack_all(data, limits=limits))
    else:
        unpack(data, framing=framing, limits=limits)


FULL = chunks(*[EMPTY] * (Limits().max_chunks - 1))  #: the maximum number of chunks, without IEND


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("rest", "error", "rule"),
    [(b"", FormatError, "SC-PNG-2"), (EMPTY[:-1], FormatError, "SC-PNG-2"),
     (EMPTY, UnsupportedError, "SC-LIM-4"), (END, UnsupportedError, "SC-LIM-4")],
)  # fmt: skip
def test_first_rule_is_reported_at_the_default_limit_of_chunks(
    rest: bytes, error: type[Exception], rule: str
) -> None:
    for call in (
        unpack,
        extract_png,
        inspect,
        lambda data: embed_png(data, pack("n", coding="nibble")),
    ):
        with pytest.raises(error) as caught:
            call(FULL + rest)
        assert (vars(caught.value)["rule"], vars(caught.value)["offset"]) == (rule, bits(FULL))
    report = validate(FULL + rest)
    assert [finding[:2] for finding in report.findings] == [(rule, bits(FULL))]
    # Malformed data has a field map; data beyond a limit has none.
    assert [field.name for field in report.fields] == (["unread"] if rule == "SC-PNG-2" else [])
