"""Words coded whole (spec §6.5 to §6.7, Annex K): laws over all words and over all bytes."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.coding import bag, codings, escapes, lexicon, logistic, range_coder
from semcodec.coding import tables as tables_
from semcodec.coding.model import BitProbabilities, SequenceContext
from semcodec.coding.range_coder import RangeDecoder, RangeEncoder
from semcodec.coding.tables import FREQUENT_WORDS
from semcodec.errors import FormatError, InputError, UnsupportedError

WORDS = tables_.load_lexicon().words
listed = st.sampled_from([*WORDS[:FREQUENT_WORDS:7], *WORDS[FREQUENT_WORDS::911]])
capitals = listed.map(str.title)
spelled = st.text(escapes.ALPHABET, min_size=1, max_size=escapes.MAX_WORD_LETTERS)
any_words = st.lists(st.one_of(listed, listed, listed, capitals, spelled), max_size=24)
LONGEST = "z" * escapes.MAX_WORD_LETTERS


@given(any_words)
def test_words_come_back_in_their_order(words: list[str]) -> None:
    data = semcodec.pack(words, coding="lexicon")
    assert semcodec.unpack(data).words == words


@given(any_words)
def test_every_beginning_is_a_record_too(words: list[str]) -> None:
    for count in range(len(words)):
        assert lexicon.decode(lexicon.encode(words[:count])) == (words[:count], None)


@given(st.lists(st.one_of(listed, listed, spelled), max_size=24, unique=True))
def test_a_set_comes_back_whatever_the_order(words: list[str]) -> None:
    data = semcodec.pack(words, coding="bag")
    assert semcodec.pack(words[::-1], coding="bag") == data
    assert sorted(semcodec.unpack(data).words) == sorted(words)
    assert semcodec.unpack(data).words == bag.canonical_order(words)


@given(st.sampled_from(["lexicon", "bag"]), st.binary(max_size=40))
def test_any_bytes_are_the_one_payload_of_their_words_or_refused(coding: str, data: bytes) -> None:
    record = bytes([0x20 if coding == "lexicon" else 0x40]) + data
    report = semcodec.validate(record)
    if report.ok:
        assert semcodec.pack(semcodec.unpack(record).words, coding=coding) == record
        return
    (finding,) = report.findings
    assert finding.rule in ("SC-LEX-1", "SC-LEX-2", "SC-LEX-3", "SC-BAG-1", "SC-BAG-2")
    assert finding.offset == 8
    with pytest.raises(FormatError):
        semcodec.unpack(record)


@given(any_words, st.data())
def test_a_changed_byte_never_says_the_same(words: list[str], data: st.DataObject) -> None:
    payload = lexicon.encode(words)
    if payload:
        at = data.draw(st.integers(0, len(payload) - 1))
        other = bytearray(payload)
        other[at] ^= data.draw(st.integers(1, 255))
        assert lexicon.decode(bytes(other)) != (words, None)


@given(st.lists(st.tuples(st.integers(1, 65535), st.integers(0, 1)), max_size=400), st.binary())
def test_decisions_come_back_with_any_bytes_behind(
    decisions: list[tuple[int, int]], more: bytes
) -> None:
    encoder = RangeEncoder()
    for chance, bit in decisions:
        encoder.code_bit(chance, bit)
    decoder = RangeDecoder(encoder.finish(encoder.low, range_coder.WINDOW_BYTES) + more)
    assert [decoder.code_bit(chance) for chance, _ in decisions] == [bit for _, bit in decisions]


def test_the_curve_is_the_logistic_function_and_symmetric() -> None:
    from math import exp  # a test may use what the format may not

    for evidence in range(-600, 601):
        exact = 65536 / (1 + exp(-max(-511, min(511, evidence)) / 64))
        assert abs(logistic.logistic(evidence) - exact) < 130
        assert logistic.logistic(evidence) + logistic.logistic(-evidence) == 65536
    assert logistic.logistic(0) == 32768
    assert logistic.logistic(-10_000) == 65536 - logistic.logistic(10_000) > 0


def test_many_words_and_the_longest() -> None:
    rng = random.Random(4)
    many = [WORDS[rng.randrange(FREQUENT_WORDS)] for _ in range(lexicon.MAX_WORDS)]
    assert lexicon.decode(lexicon.encode(many)) == (many, None)
    letters = [f"{LONGEST[:-2]}{number}" for number in range(10, 26)]
    assert lexicon.decode(lexicon.encode(letters)) == (letters, None)
    several = list(dict.fromkeys(many))[: bag.MAX_WORDS]
    assert bag.decode(bag.encode(several)) == (bag.canonical_order(several), None)


@pytest.mark.parametrize(
    ("coding", "text", "says"),
    [
        ("lexicon", "a  b", "double space"),
        ("lexicon", " a", "double space"),
        ("lexicon", "caf\u00e9", "letters, digits"),
        ("lexicon", "a\tb", "letters, digits"),
        ("lexicon", "q" * 64, "1 to 63"),
        ("lexicon", " ".join(["a"] * 513), "at most 512"),
        ("lexicon", " ".join(f"{LONGEST[:-2]}{n}" for n in range(10, 27)), "Over 1024"),
        ("bag", "red red", "once"),
        ("bag", " ".join(map(str.title, WORDS[2000:2200])), "Over 1024"),
        ("bag", " ".join(WORDS[:257]), "at most 256"),
    ],
)
def test_what_these_codings_cannot_carry(coding: str, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        semcodec.pack(text, coding=coding)
    assert semcodec.unpack(semcodec.pack(text, coding="auto")).text == text


def test_auto_takes_the_fewest_bytes_that_keep_what_is_asked() -> None:
    words = "red bear under a tree at sunset".split()
    kept = semcodec.unpack(semcodec.pack(words, coding="auto"))
    assert (kept.coding, kept.words) == ("lexicon", words)
    loose = semcodec.unpack(semcodec.pack(words, coding="auto", keep="words"))
    sizes = [len(codings.encode(coding, " ".join(words))) for coding in ("lexicon", "bag")]
    assert len(loose.payload) == min(sizes)
    assert semcodec.unpack(semcodec.pack("rd br snst", coding="auto")).coding == "nibble"
    with pytest.raises(InputError, match="keep"):
        semcodec.pack(words, coding="auto", keep="nothing")


def test_a_listed_word_may_not_be_spelled(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {word: at for word, at in tables_.load_lexicon().numbers.items() if word != "bear"}
    for word in ("bear", "Bear"):
        with monkeypatch.context() as patch:
            patch.setattr(lexicon, "load_lexicon", _without(numbers))
            data = lexicon.encode([word])
        assert lexicon.decode(data) == ([word], "SC-LEX-2")


def _without(numbers: dict[str, int]) -> Any:
    import dataclasses

    tables = dataclasses.replace(tables_.load_lexicon(), numbers=numbers)
    return lambda: tables


def test_words_that_nothing_ends_are_the_callers_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "_continues", lambda probe, order: True)
    with pytest.raises(InputError, match="utf8"):
        lexicon.encode(["bear"])
    monkeypatch.setattr(lexicon, "MAX_END_CANDIDATES", 0)
    with pytest.raises(InputError, match="utf8"):
        lexicon.encode(["bear"])


def test_missing_tables_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables_, "FILE_NAME", "nowhere.bin")
    with pytest.raises(UnsupportedError, match="install"):
        tables_.load_lexicon.__wrapped__()


def test_too_much_is_refused_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = [f"{LONGEST[:-2]}{number}" for number in range(10, 28)]
    with monkeypatch.context() as patch:
        patch.setattr(escapes, "MAX_ESCAPED_LETTERS", 10_000)
        patch.setattr(bag, "MAX_WORDS", 10_000)
        long, set_of_long = lexicon.encode(letters), bag.encode(letters)
        many = bag.encode(WORDS[:300])
    assert lexicon.decode(long)[1] == "SC-LEX-3"
    assert bag.decode(set_of_long)[1] == "SC-LEX-3"
    assert bag.decode(many)[1] == "SC-BAG-2"


def test_densities_grow_with_the_bytes() -> None:
    kinds = [bag.size_bucket(count) for count in range(1, 200)]
    assert kinds == sorted(kinds)
    assert kinds[:8] == [0, 2, 3, 4, 4, 5, 5, 6]
    assert kinds[-1] == tables_.SIZE_BUCKETS - 1
    for kind, counts in itertools.groupby(range(1, 200), key=bag.size_bucket):
        assert bag._min_bytes(kind) == next(counts)


@given(any_words)
def test_the_cost_is_that_of_the_payload_but_for_its_end(words: list[str]) -> None:
    in_order, as_set = (
        codings.payload_bits("lexicon", words),
        codings.payload_bits("bag", dict.fromkeys(words)),
    )
    assert -1 <= 8 * codings.payload_bytes("lexicon", words) - in_order < 32
    assert as_set >= 0
    order, spent = SequenceContext(tables_.load_lexicon()), 0
    for word in words:
        spent += lexicon.bit_cost_16ths(BitProbabilities(order), word)
        number = tables_.load_lexicon().numbers.get(word.lower() if word.istitle() else word)
        order = order.extended(lexicon.ESCAPE if number is None else number)
    assert abs(spent / 16 - in_order) <= 2 + in_order / 8


def test_what_has_no_payload_is_longer_than_any() -> None:
    assert codings.payload_bytes("lexicon", ["caf\u00e9"]) == codings.UNENCODABLE_BYTES
    assert codings.payload_bits("utf8", ["red", "bear"]) == 64


def test_a_later_word_changes_no_earlier_context() -> None:
    order = SequenceContext(tables_.load_lexicon())
    before = order.row()
    assert order.extended(5).row() != before == order.row()


def test_a_record_that_no_reader_returns_has_no_bytes() -> None:
    record = semcodec.unpack(semcodec.pack("dog cat arch", coding="bag"))
    assert semcodec.repack(record) == semcodec.pack("cat arch dog", coding="bag")
    turned = record._replace(text=" ".join(record.words[::-1]))
    with pytest.raises(InputError, match="order"):
        semcodec.repack(turned)
    for coding in ("nibble", "lexicon", "bag"):
        with pytest.raises(InputError):
            _ = record._replace(coding=coding, text="caf\u00e9").payload


def test_what_to_keep_is_looked_at_on_every_road() -> None:
    for text in ("nt", "red bear"):
        with pytest.raises(InputError, match="keep"):
            semcodec.pack(text, coding="auto" if " " in text else "nibble", keep="nothing")


def test_the_ledger_counts_the_tables_among_what_is_not_sent() -> None:
    said = semcodec.rate_breakdown(semcodec.pack("red bear", coding="lexicon")).out_of_band
    assert any("table of words" in one for one in said)
