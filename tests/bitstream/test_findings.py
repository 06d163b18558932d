"""Findings for the example of every rule, with the found and the expected value."""

from __future__ import annotations

import pickle
import re
from typing import Any

import pytest

from semcodec._registry import SIZES
from semcodec.bitstream import (
    PROFILES,
    RULES,
    Finding,
    Limits,
    embed_png,
    pack,
    unpack,
    unpack_all,
    validate,
)
from semcodec.conformance import vectors
from semcodec.errors import FormatError, UnsupportedError
from tests.each import for_each

CANONICAL = ("a payload of {} bytes", "the canonical payload of its words")
NAME = "1 to 255 bytes of UTF-8 without control characters"
FOUND_AND_EXPECTED = {
    "SC-FRM-2": ("b5 1b", "b5 1a"),
    "SC-FRM-3": ("KK = 0", "KK from 1 to 3"),
    "SC-SEQ-1": ("length 0", "at least 1"),
    "SC-SEQ-2": ("2 more bytes", "3 more bytes"),
    "SC-TXT-1": ("Semc:", "semc:"),
    "SC-TXT-2": ("+", "characters of url"),
    "SC-TXT-3": ("5 characters", "one more or one less"),
    "SC-TXT-4": ("p", "o"),
    "SC-TXT-5": ("GGW, 65536", "up to 65535"),
    "SC-PNG-1": ("89 50 4e 47 0a 1a 0a 00", "89 50 4e 47 0d 0a 1a 0a"),
    "SC-PNG-2": ("11 more bytes", "whole chunks up to IEND"),
    "SC-PNG-3": ("no chunk seMC", "one chunk seMC"),
    "SC-PNG-4": ("2 chunks seMC", "one chunk seMC"),
    "SC-PNG-5": ("1c b4 b5 7b", "1c b4 b5 7a"),
    "SC-PNG-6": ("KK = 1", "KK = 0"),
    "SC-HDR-1": ("80", "00 to 7f"),
    "SC-HDR-3": ("3 more bytes", "4 more bytes"),
    "SC-CHK-1": ("0 more bytes", "a check of 1 byte"),
    "SC-CHK-2": ("ad", "ac"),
    "SC-LEB-1": ("80 80 80 80", "at most 4 bytes"),
    "SC-LEB-2": ("81 00", "01"),
    "SC-SIZ-1": ("code 127", f"a code from 1 to {max(SIZES)}"),
    "SC-SIZ-2": ("code 0, 1024x1024", "no size field"),
    "SC-SIZ-3": ("512x512 in 4 bytes", "code 1"),
    "SC-SIZ-4": ("32768x1 in 8 bytes", "4 bytes"),
    "SC-SIZ-5": ("2147483648", "at most 2147483647"),
    "SC-MOD-1": ("ids 0 0 0 0", "no models field"),
    "SC-EXT-1": ("a block of 3 bytes", "at most 2 bytes"),
    "SC-EXT-2": ("a block of 0 bytes", "no block"),
    "SC-EXT-3": ("1 more byte", "2 more bytes"),
    "SC-EXT-4": ("type 26 after 28", "ascending types"),
    "SC-EXT-5": ("type 0", "a type from 1"),
    "SC-EXT-6": ("type 11", "a known type"),
    "SC-EXT-7": ("no bytes", NAME),
    "SC-EXT-8": ("00", "one integer from 1 to 268435455"),
    "SC-EXT-9": ("00", "importance, the one byte 01"),
    "SC-EXT-10": ("00 07", "an integer from 0 to 4294967295 in its fewest bytes"),
    "SC-EXT-11": ("no bytes", NAME.replace("255", "4096")),
    "SC-EXT-13": (
        "00 00 00",
        "groups of a word and its boxes, both ascending, no box empty, at most 16 boxes, and then "
        "at most 7 bits, all 0",
    ),
    "SC-EXT-14": ("no bytes", "1 to 512 bytes"),
    "SC-EXT-15": (
        "21 00",
        "2 to 512 bytes, of which the first is the grid: 32, 48, 64, 96",
    ),
    "SC-EXT-12": ("an order of the words of a bag", "no order"),
    "SC-NIB-1": ("a space", "a letter"),
    "SC-NIB-2": ("a second space", "a letter"),
    "SC-NIB-3": ("a space", "a letter"),
    "SC-UTF-1": ("ff", "UTF-8"),
    "SC-LEX-1": CANONICAL,
    "SC-LEX-2": CANONICAL,
    "SC-LEX-3": CANONICAL,
    "SC-BAG-1": CANONICAL,
    "SC-BAG-2": CANONICAL,
    "SC-PRO-1": ("file", "bare or sequence"),
    "SC-PRO-2": ("crc16", "none or crc8"),
    "SC-PRO-3": ("1000x777", "a size with a code"),
    "SC-PRO-4": ("ids 0 0 7 0", "a set of models"),
    "SC-PRO-5": ("1 extension", "none"),
    "SC-PRO-6": ("bare", "file"),
    "SC-PRO-7": ("bare", "file"),
    "SC-PRO-8": ("crc16", "crc32"),
    "SC-PRO-9": ("no name of prompts", "extensions 2, 4, 6 and 8"),
    "SC-PRO-10": ("no name of the tool", "extension 16"),
}


@for_each([name for name, rule in RULES.items() if rule.example_hex])
def test_example_of_each_rule_has_one_finding(name: str) -> None:
    rule = RULES[name]
    data = bytes.fromhex(rule.example_hex)
    report = validate(data, framing=rule.framing, profile=rule.profile or None)
    (finding,) = report.findings
    assert (finding.rule, finding.message) == (name, rule.message)
    found, expected = FOUND_AND_EXPECTED[name]
    assert (finding.found, finding.expected) == (found.format(len(data) - 1), expected)
    assert not report.ok
    if rule.profile:
        assert (report.verdict, rule.profile in report.profiles) == ("valid", False)
        return
    assert (report.verdict, report.profiles) == (rule.outcome, ())
    error = read_error(data, rule.framing, Limits())
    for copy in (error, pickle.loads(pickle.dumps(error))):
        check_same(copy, finding)


def read_error(data: bytes, framing: str, limits: Limits) -> Any:
    """Return the error that ``unpack`` or ``unpack_all`` raises for ``data``."""

    def read() -> None:
        if framing == "sequence":
            list(unpack_all(data, limits=limits))
        else:
            unpack(data, framing=framing, limits=limits)

    with pytest.raises((FormatError, UnsupportedError)) as caught:
        read()
    return caught.value


def check_same(error: Any, finding: Finding) -> None:
    """Check that an error has the same values as a finding."""
    values = error.rule, error.offset, error.found, error.expected
    assert values == (finding.rule, finding.offset, finding.found, finding.expected)
    assert getattr(error, "verdict", "unsupported") == RULES[finding.rule].outcome
    assert finding.rule in str(error)
    assert finding.message in str(error)


PNG_DATA = bytes.fromhex(RULES["SC-PNG-3"].example_hex)


@pytest.mark.parametrize(
    ("data", "framing", "limits", "expected"),
    [
        (b"", "auto", {}, ("SC-FRM-1", 0, "no bytes", "at least one byte")),
        (b"\xb5\x1a", "auto", {}, ("SC-FRM-1", 16, "no bytes", "at least one byte")),
        (b"semc:", "auto", {}, ("SC-FRM-1", 40, "no bytes", "at least one byte")),
        (b"SEMQ:", "auto", {}, ("SC-FRM-1", 40, "no bytes", "at least one byte")),
        (b"\x11", "file", {}, ("SC-FRM-2", 0, "11", "b5 1a")),
        (b"\xb5\x1a", "url", {}, ("SC-TXT-1", 0, "b5 1a", "semc:")),
        (b"semc:", "qr", {}, ("SC-TXT-1", 0, "semc:", "SEMQ:")),
        (b"\x02\x81\xff\x83\xff", "auto", {},
         ("SC-SIZ-2", 8, "1024x1024 in 4 bytes", "no size field")),
        (b"\x10\x11", "auto", {}, ("SC-CHK-1", 16, "1 more byte", "a check of 2 bytes")),
        (pack("nnn"), "auto", {"max_bytes": 2}, ("SC-LIM-1", 16, "3 bytes", "at most 2")),
        (pack("nn n"), "auto", {"max_words": 1}, ("SC-LIM-2", 8, "2 words", "at most 1")),
        (pack("n", coding="nibble", extensions={"seed": 1}), "auto", {"max_extensions": 0},
         ("SC-LIM-3", 16, "more than 0 extensions", "at most 0")),
        (embed_png(PNG_DATA, b"\0"), "auto", {"max_chunks": 2},
         ("SC-LIM-4", 368, "more than 2 chunks", "at most 2")),
        (b"\x01\0\x01\0", "sequence", {"max_records": 1},
         ("SC-LIM-5", 16, "more than 1 records", "at most 1")),
    ],
)  # fmt: skip
def test_findings_of_rules_without_an_example(
    data: bytes, framing: str, limits: dict[str, int], expected: tuple[str, int, str, str]
) -> None:
    (finding,) = validate(data, framing=framing, limits=Limits(**limits)).findings
    assert (finding.rule, finding.offset, finding.found, finding.expected) == expected
    check_same(read_error(data, framing, Limits(**limits)), finding)


MAX_CHECKED = 10_000  #: bytes; the numbers in findings on longer vectors are large


@pytest.mark.no_cover
def test_numbers_and_nouns_agree() -> None:
    checked = 0
    for vector in vectors.load(None, "*"):
        if len(vector.data) > MAX_CHECKED:
            continue
        plain = validate(vector.data, framing=vector.framing)
        of_profiles = [
            validate(vector.data, framing=vector.framing, profile=profile)
            for profile in (PROFILES if plain.ok else ())  # others are not judged by a profile
        ]
        for report in (plain, *of_profiles):
            for finding in report.findings:
                for text in (finding.found, finding.expected):
                    assert not re.search(r"(?<![\d.,])1 (more )?[a-z]+s\b", text), text
                    checked += bool(re.search(r"\b1 (more )?(byte|character|extension)\b", text))
    assert checked > 20
