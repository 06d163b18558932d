"""Records of draft 2, whose codings of words had other tables (spec Annex J).

They look like records of this version, unless their payload is not canonical. The
records are those of ``pack(words, coding=..., framing="file")`` of the last commit with the tables
of draft 2; ``bench/damage.py`` made the texts.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from pathlib import Path

import pytest

from semcodec import FormatError, InputError, Record, unpack, validate
from semcodec.bitstream import framing as framings
from semcodec.bitstream.record_codec import OTHER_TABLES
from semcodec.choices import ScanFraming
from tests.png_files import build_chunk, build_png

RECORDS = [
    (bytes.fromhex(data), text)
    for data, _, text in (
        line.partition(" ")
        for line in Path(__file__).with_name("draft_2_records.txt").read_text("utf-8").splitlines()
    )
]
SPECIFICATION = Path(__file__).parents[2] / "spec" / "SEMCODEC-1.md"
CODINGS = {1: "lexicon", 2: "bag"}


def read(data: bytes) -> Record | FormatError:
    try:
        return unpack(data)
    except FormatError as error:
        return error


@pytest.mark.no_cover
def test_file_of_draft_2_is_rejected_with_its_reason_or_has_another_text() -> None:
    outcomes = Counter[tuple[str, bool]]()
    for data, text in RECORDS:
        result = read(data)
        coding = CODINGS[data[2] >> 5]
        outcomes[coding, isinstance(result, Record)] += 1
        if isinstance(result, Record):
            assert result.text != text
            continue
        assert result.rule in ("SC-LEX-1", "SC-LEX-2", "SC-LEX-3", "SC-BAG-1", "SC-BAG-2")
        assert result.args[0] == OTHER_TABLES
        assert validate(data).findings[0].message == OTHER_TABLES
    annex = SPECIFICATION.read_text("utf-8").partition("\n## Annex J.")[2]
    stated = re.search(r"Of 200 files[^:]*: (\d+) in\s+`lexicon` and (\d+) in\s+`bag`", annex)
    assert stated is not None
    assert tuple(map(int, stated.groups())) == (outcomes["lexicon", True], outcomes["bag", True])


@pytest.fixture
def core() -> bytes:
    """Return the core, with CRC-8, of a file of draft 2 that is not canonical."""
    return next(data[2:] for data, _ in RECORDS if isinstance(read(data), FormatError))


def without_check(core: bytes) -> bytes:
    return bytes([core[0] & 0b1110_0111]) + core[1:-1]


def messages(data: bytes, framing: ScanFraming = "auto") -> list[str]:
    """Return the messages of the findings about the words."""
    findings = validate(data, framing=framing).findings
    return [finding.message for finding in findings if finding.rule in ("SC-LEX-1", "SC-BAG-1")]


def test_reason_is_an_earlier_draft_only_if_the_check_matches(core: bytes) -> None:
    other_check = core[:-1] + bytes([core[-1] ^ 1])
    assert messages(core) == [OTHER_TABLES]
    for data in (other_check, without_check(core)):
        [message] = messages(data)
        assert "it is damaged, or a draft of the format with other tables wrote it" in message


def test_crc_of_a_png_chunk_is_a_check_too(core: bytes) -> None:
    bare = without_check(core)
    wrong_crc = zlib.crc32(b"seMC" + bare) ^ 1
    assert messages(build_png(build_chunk(b"seMC", bare))) == [OTHER_TABLES]
    assert OTHER_TABLES not in messages(build_png(build_chunk(b"seMC", bare, wrong_crc)))


def test_each_item_of_a_sequence_has_its_own_reason(core: bytes) -> None:
    items = b"".join(bytes([len(item)]) + item for item in (core, without_check(core)))
    found = messages(items, "sequence")
    assert [message == OTHER_TABLES for message in found] == [True, False]


def test_guessing_has_the_same_reason(core: bytes) -> None:
    file = b"\xb5\x1a" + core
    text_forms = [framings.write(framing, core) for framing in framings.TEXT_FRAMINGS]
    for data in (core, file, *text_forms):
        with pytest.raises(FormatError) as caught:
            unpack(data, framing="guess")
        assert OTHER_TABLES in str(caught.value)
    with pytest.raises(InputError, match="This is not a record"):
        unpack(without_check(core), framing="guess")
