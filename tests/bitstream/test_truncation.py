"""Truncation (§9.5): the published cases, and laws over all records and limits."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.strategies import pack_arguments
from semcodec.bitstream import embed_png, extract_png, pack, truncate, truncation, unpack, validate
from semcodec.bitstream.truncation import REMOVAL_ORDER
from semcodec.coding import codings
from semcodec.coding.tables import load_tables
from semcodec.errors import FormatError, InputError
from tests import truncations
from tests.png_files import build_png

VECTORS = Path(__file__).parents[2] / "spec" / "vectors"
DOCUMENT = json.loads((VECTORS / "truncate.json").read_text("utf-8"))
CASES = DOCUMENT["vectors"]
RECORDS = sorted({case["data"] for case in CASES if case["result"]})


def truncate_or_none(data: bytes, max_bytes: int) -> bytes | None:
    try:
        return truncate(data, max_bytes)
    except (FormatError, InputError):
        return None


def coded_record(seed: int, coding: Any) -> bytes:
    """Return a record of frequent words, which are cheap, so that many fit into a few bytes."""
    rng, words = random.Random(seed), load_tables().words
    chosen = [words[int(40 * rng.random() ** 2)] for _ in range(rng.randrange(1, 40))]
    chosen += rng.sample(["Zuzeca", "Paris", "zebra", "1984"], rng.randrange(3))
    chosen = list(dict.fromkeys(chosen)) if coding == "bag" else chosen
    return pack(chosen, coding=coding, framing=rng.choice(["bare", "file", "url", "qr"]))


def test_published_cases_match_their_schema() -> None:
    schema = json.loads((VECTORS / "schema-truncate.json").read_text("utf-8"))
    jsonschema_rs.meta.validate(schema)
    jsonschema_rs.Draft202012Validator(schema).validate(DOCUMENT)
    names = [case["name"] for case in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.no_cover
def test_published_cases() -> None:
    for case in CASES:
        result = truncate_or_none(bytes.fromhex(case["data"]), case["max_bytes"])
        assert (result and result.hex()) == case["result"], case["name"]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record[:24])
def test_published_results_follow_the_steps(record: str) -> None:
    data = bytes.fromhex(record)
    series = list(truncations.series(data))
    for case in CASES:
        if case["data"] == record:
            fitting = [r for r in series if len(r) <= case["max_bytes"]]
            assert case["result"] == (fitting[0].hex() if fitting else None), case["name"]


@given(pack_arguments(), st.data())
def test_result_is_the_first_record_of_the_series_that_fits(
    arguments: Any, data: st.DataObject
) -> None:
    text, options = arguments
    record = pack(text, **options | {"framing": data.draw(st.sampled_from(["bare", "file", "qr"])),
                                     "check": "crc8"})  # fmt: skip
    series = list(truncations.series(record))
    for _ in range(4):
        limit = data.draw(st.integers(0, len(record)))
        expected = next((r for r in series if len(r) <= limit), None)
        result = truncate_or_none(record, limit)
        assert result == expected
        if result is not None:
            assert len(result) <= limit
            assert validate(result).ok
            # A result truncates like the original.
            less = data.draw(st.integers(0, limit))
            assert truncate_or_none(result, less) == truncate_or_none(record, less)


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("coding", ["lexicon", "bag"])
def test_words_of_the_tables_are_truncated_step_by_step(seed: int, coding: str) -> None:
    data = coded_record(seed, coding)
    series = list(truncations.series(data))
    for limit in range(len(data) + 1):
        expected = next((record for record in series if len(record) <= limit), None)
        assert truncate_or_none(data, limit) == expected


def test_payloads_are_tried_until_one_fits() -> None:
    """Few texts need more than one try after the lower bound, but nothing limits their number."""

    class Payloads:
        count = 4

        def min_bytes(self, count: int) -> int:
            return 1

        def payload(self, count: int) -> bytes:
            return bytes(1 if count == 1 else 3)

    longest = truncation._longest_that_fits(Payloads(), lambda size: size <= 2)  # type: ignore[arg-type]
    assert longest == 1


def test_record_that_fits_is_returned_as_it_is() -> None:
    for record in RECORDS:
        data = bytes.fromhex(record)
        assert truncate(data, len(data)) == truncate(data, 10**9) == data


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record[:24])
def test_message_states_the_bytes_that_are_needed(record: str) -> None:
    data = bytes.fromhex(record)
    with pytest.raises(InputError, match=r"max_bytes 0 is too low, because .* needs? ") as caught:
        truncate(data, 0)
    needed = int(re.findall(r"use max_bytes (\d+) or more", str(caught.value))[0])
    assert len(truncate(data, needed)) <= needed
    assert truncate_or_none(data, needed - 1) is None


def test_message_names_what_is_kept() -> None:
    for data, part in (
        (pack("red bear"), "the first word needs"),
        (pack("red bear", coding="bag"), "all words of a bag need"),
        (pack("", coding="utf8"), "the record needs"),
    ):
        with pytest.raises(InputError, match=part):
            truncate(data, 0)


def test_few_of_the_possible_texts_are_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encoding each of the 512 texts would take seconds."""
    data = pack("game " * 511 + "game", coding="lexicon")
    encode, lengths = codings.encode, []

    def count(coding: Any, text: str) -> bytes:
        lengths.append(len(text))
        return encode(coding, text)

    monkeypatch.setattr(codings, "encode", count)
    result = truncate(data, len(data) // 2)
    assert len(result) in (len(data) // 2, len(data) // 2 - 1)
    assert 100 < len(unpack(result).words) < 400
    assert len(lengths) < 40


def test_longer_payload_of_fewer_words_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """In lexicon, the end of a payload varies; here it varies by two bytes from word to word."""
    record, encode = unpack(pack("red boat calm lake pine mountain evening light")), codings.encode

    def vary(coding: Any, text: str) -> bytes:
        return encode(coding, text) + bytes(2 * (len(text.split()) % 2))

    monkeypatch.setattr(codings, "encode", vary)
    prefixes = truncation._Prefixes(record)
    lengths = [len(prefixes.payload(count)) for count in range(1, prefixes.count + 1)]
    assert lengths != sorted(lengths)
    for limit in range(max(lengths) + 1):
        longest = max((n for n, size in enumerate(lengths, 1) if size <= limit), default=0)
        fits = limit.__ge__
        assert truncation._longest_that_fits(prefixes, fits) == longest


def test_every_registered_type_is_removed_in_some_step() -> None:
    from semcodec._registry import EXTENSIONS

    assert sorted(REMOVAL_ORDER) == sorted(row.type for row in EXTENSIONS)


def test_text_form_can_be_a_string() -> None:
    form = pack("red bear sunset", framing="url")
    assert truncate(form.decode(), len(form) - 1) == truncate(form, len(form) - 1)


@pytest.mark.parametrize("limit", [-1, 1.5, "8", None, True])
def test_invalid_limit_is_an_input_error(limit: Any) -> None:
    with pytest.raises(InputError, match="Give max_bytes as an integer"):
        truncate(b"\0\x11", limit)


def test_picture_is_not_truncated() -> None:
    picture = embed_png(build_png(), pack("red bear"))
    with pytest.raises(InputError, match="extract_png"):
        truncate(picture, 100)
    assert truncate(extract_png(picture), 10)


def test_invalid_record_is_not_truncated() -> None:
    with pytest.raises(FormatError, match="SC-NIB-1"):
        truncate(b"\0\1", 2)
