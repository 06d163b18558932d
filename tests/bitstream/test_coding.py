"""Entropy coding of words (spec §6.5 to §6.7, Annex K): properties over all words and all bytes."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from importlib import resources
from math import exp, log2  # floating point is allowed in tests, though not in the format

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import semcodec
from semcodec.coding import (
    bag,
    codings,
    escapes,
    lexicon,
    model,
    nibble,
    range_coder,
    set_tree,
    tables,
)
from semcodec.coding.logistic import logistic
from semcodec.coding.model import BitProbabilities, SequenceContext
from semcodec.coding.range_coder import CostEstimator, RangeDecoder, RangeEncoder
from semcodec.coding.tables import FREQUENT_WORDS, load_tables
from semcodec.errors import FormatError, InputError, UnsupportedError

WORDS = load_tables().words
in_vocabulary = st.sampled_from([*WORDS[:FREQUENT_WORDS:7], *WORDS[FREQUENT_WORDS::911]])
capital_forms = in_vocabulary.map(lambda word: word[0].upper() + word[1:])
escaped = st.text(escapes.ALPHABET, min_size=1, max_size=escapes.MAX_WORD_LETTERS)
any_words = st.lists(
    st.one_of(in_vocabulary, in_vocabulary, in_vocabulary, capital_forms, escaped), max_size=24
)
MAX_LENGTH_WORD = "z" * escapes.MAX_WORD_LETTERS


def long_words(count: int) -> list[str]:
    """Return different escaped words of 63 letters; 16 of them are allowed in a record."""
    return [f"{MAX_LENGTH_WORD[:-2]}{number}" for number in range(10, 10 + count)]


def test_tables_match_the_hash_in_the_notice() -> None:
    folder = resources.files("semcodec.coding").joinpath("data")
    digest = hashlib.sha256(tables.read_file()).hexdigest()
    assert digest in folder.joinpath("NOTICE").read_text("utf-8")


def test_rare_words_are_sorted_in_their_groups() -> None:
    for start, end in ((FREQUENT_WORDS, 2 * FREQUENT_WORDS), (2 * FREQUENT_WORDS, 1 << 16)):
        assert WORDS[start:end] == sorted(WORDS[start:end])


@pytest.mark.no_cover
def test_no_word_of_the_vocabulary_is_the_capital_form_of_another() -> None:
    words = set(WORDS)
    assert len(words) == 1 << 16
    assert all(map(escapes.is_encodable, WORDS))
    assert not [word for word in WORDS if lexicon._small_form(word) in words]


def test_vocabulary_has_words_as_they_are_sent() -> None:
    expected = "color colour theater theatre gray grey t-shirt Coca-Cola iPhone TV 3D 404 1999 21st"
    assert set(expected.split()) <= set(WORDS)
    assert set(map(str, range(1000))) <= set(WORDS)


@pytest.mark.parametrize(
    ("word", "number_of"), [("T-shirt", "t-shirt"), ("Paris", "paris"), ("TV", "TV")]
)
def test_capital_form_has_the_number_of_its_word(word: str, number_of: str) -> None:
    context = SequenceContext(load_tables())
    coded = lexicon._code_word(RangeEncoder(), context, word)
    assert coded == (word, load_tables().numbers[number_of])
    assert lexicon.escaped_words([word]) == []


@pytest.mark.parametrize("word", ["404", "TV"])
def test_capital_form_of_a_word_without_one_is_rejected(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexicon, "_small_form", lambda _: word)
    payload = lexicon.encode(["Zuzeca"])
    monkeypatch.undo()
    assert lexicon.decode(payload) == ([""], "SC-LEX-1")


# --- range coder and model -----------------------------------------------------------------------

bits_with_probabilities = st.lists(
    st.tuples(st.integers(1, 65535), st.integers(0, 1)), max_size=400
)


@given(bits_with_probabilities, st.binary())
def test_bits_are_decoded_regardless_of_following_bytes(
    decisions: list[tuple[int, int]], following: bytes
) -> None:
    encoder = RangeEncoder()
    for p1, bit in decisions:
        encoder.code_bit(p1, bit)
    decoder = RangeDecoder(encoder.finish(encoder.low, range_coder.WINDOW_BYTES) + following)
    assert [decoder.code_bit(p1) for p1, _ in decisions] == [bit for _, bit in decisions]


@given(bits_with_probabilities)
def test_interval_stays_within_its_bounds(decisions: list[tuple[int, int]]) -> None:
    encoder = RangeEncoder()
    for p1, bit in decisions:
        encoder.code_bit(p1, bit)
        assert range_coder.MIN_WIDTH <= encoder.width <= range_coder.MAX_WIDTH
        assert 0 <= encoder.low < 2 * range_coder.MAX_WIDTH
    decoder = RangeDecoder(encoder.finish(encoder.low, range_coder.WINDOW_BYTES))
    for p1, _ in decisions:
        decoder.code_bit(p1)
        assert 0 <= decoder.offset < decoder.width
    assert decoder.width == encoder.width
    assert decoder.is_determined


def test_carry_propagates_through_bytes_ff() -> None:
    encoder = RangeEncoder()
    encoder.out, encoder.low = bytearray(b"\x12\xff\xff"), range_coder.MAX_WIDTH + 5
    assert encoder.finish(encoder.low, 5) == b"\x13\x00\x00" + b"\x00\x00\x00\x00\x05"


@given(bits_with_probabilities)
@example([(1, 0)] * 8 + [(2, 1), (3281, 0), (7344, 0), (65535, 0)])
def test_estimated_cost_is_close_to_the_encoded_size(decisions: list[tuple[int, int]]) -> None:
    encoder, estimator = RangeEncoder(), CostEstimator()
    for p1, bit in decisions:
        assert estimator.code_bit(p1, bit) == encoder.code_bit(p1, bit) == bit
    # The estimator rounds each bit up by less than a sixteenth. The encoder gives what is left of
    # an interval to the bit 0, which makes an unlikely one cheaper than its probability says.
    remainders = sum(log2(1 + 1 / (range_coder.ONE - p1)) for p1, bit in decisions if not bit)
    excess = estimator.cost_16ths / 16 - encoder.bits
    assert -2 <= excess <= len(decisions) / 16 + remainders


@pytest.mark.parametrize(("p1", "cost"), [(32768, 16), (16384, 32), (65535, 1), (1, 256)])
def test_estimated_cost_is_rounded_up_to_sixteenths(p1: int, cost: int) -> None:
    estimator = CostEstimator()
    estimator.code_bit(p1, 1)
    assert estimator.cost_16ths == cost


def test_payload_determines_bits_if_every_continuation_is_in_the_interval() -> None:
    ulp = range_coder.unit_in_last_place(2)
    assert ulp == 256**3
    assert RangeDecoder.at_offset(5, 5 + ulp, bytes_left=2).is_determined
    assert not RangeDecoder.at_offset(6, 5 + ulp, bytes_left=2).is_determined


def test_logistic_is_accurate_and_symmetric() -> None:
    for logit in range(-600, 601):
        exact = 65536 / (1 + exp(-max(-511, min(511, logit)) / 64))
        assert abs(logistic(logit) - exact) < 130
        assert logistic(logit) + logistic(-logit) == 65536
    assert logistic(0) == 32768
    assert (logistic(-10_000), logistic(10_000)) == (23, 65513)


def test_extending_a_context_leaves_it_unchanged() -> None:
    context = SequenceContext(load_tables())
    before = context.feature_vector()
    assert context.extended(5).feature_vector() != before == context.feature_vector()


def test_probabilities_are_computed_once_for_a_position(monkeypatch: pytest.MonkeyPatch) -> None:
    probabilities = BitProbabilities(SequenceContext(load_tables()))
    first = probabilities.of(0)
    monkeypatch.setattr(model, "bit_probability", lambda *parts: pytest.fail("computed again"))
    assert probabilities.of(0) == first


def test_missing_tables_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "FILE_NAME", "missing.bin.gz")
    with pytest.raises(UnsupportedError, match="reinstall"):
        tables.load_tables.__wrapped__()


# --- lexicon -------------------------------------------------------------------------------------


@given(any_words)
def test_words_are_decoded_in_order(words: list[str]) -> None:
    data = semcodec.pack(words, coding="lexicon")
    assert semcodec.unpack(data).words == words


@given(any_words)
def test_every_prefix_of_a_text_round_trips(words: list[str]) -> None:
    for count in range(len(words)):
        assert lexicon.decode(lexicon.encode(words[:count])) == (words[:count], None)


@given(any_words, st.data())
def test_changed_byte_changes_the_result(words: list[str], data: st.DataObject) -> None:
    payload = lexicon.encode(words)
    if payload:
        index = data.draw(st.integers(0, len(payload) - 1))
        changed = bytearray(payload)
        changed[index] ^= data.draw(st.integers(1, 255))
        assert lexicon.decode(bytes(changed)) != (words, None)


@pytest.mark.parametrize("word", ["bear", "Bear"])
def test_escaped_word_of_the_vocabulary_is_rejected(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = {known: number for known, number in load_tables().numbers.items() if known != "bear"}
    reduced = dataclasses.replace(load_tables(), numbers=numbers)
    with monkeypatch.context() as patch:
        patch.setattr(lexicon, "load_tables", lambda: reduced)
        payload = lexicon.encode([word])
    assert lexicon.decode(payload) == ([word], "SC-LEX-2")


@given(
    any_words,
    st.integers(range_coder.MIN_WIDTH, range_coder.MAX_WIDTH - 1),
    st.integers(0, range_coder.MAX_WIDTH - 1),
)
def test_every_state_has_an_end(words: list[str], width: int, low: int) -> None:
    """Words never lack a payload, whatever interval the decisions before have left."""
    context = lexicon._encode_words(["red", *words])[1]
    value, count = lexicon._find_termination(low, width, context)
    ulp = range_coder.unit_in_last_place(count)
    assert 1 <= count <= 3
    assert value % ulp == 0
    assert low <= value <= low + width - ulp
    assert not lexicon._continues(value - low, width, count, context)


@given(
    any_words,
    st.integers(range_coder.MIN_WIDTH, range_coder.MAX_WIDTH - 1),
    st.integers(0, range_coder.MAX_WIDTH - 1),
)
def test_three_bytes_always_end_a_payload(words: list[str], width: int, low: int) -> None:
    """The third end needs no test: make the other two fail."""
    context = lexicon._encode_words(["red", *words])[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexicon, "_continues", lambda *state: True)
        value, count = lexicon._find_termination(low, width, context)
    assert count == 3
    assert value % 65536 == 0
    assert low <= value <= low + width - 65536
    assert not lexicon._continues(value - low, width, count, context)


def test_escaped_word_of_63_a_is_improbable() -> None:
    """The proof of spec K.6 needs an interval below 1 for the last of the words with an escape."""

    class Decisions:
        def __init__(self) -> None:
            self.bits = 0.0

        def code_bit(self, p1: int, bit: int) -> int:
            assert not bit
            # The 0 also gets the remainder of width >> 16, which is less than 65536ths of the width
            self.bits -= log2((range_coder.ONE - p1 + 1) / range_coder.ONE)
            return bit

    decisions = Decisions()
    word = "a" * escapes.MAX_WORD_LETTERS
    assert escapes.code_letters(decisions, load_tables(), word) == word  # type: ignore[arg-type]
    assert decisions.bits > 8 * range_coder.WINDOW_BYTES


def test_payload_after_the_last_possible_word_is_the_shortest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lexicon, "_code_word", lambda *state: pytest.fail("the decoder ran"))
    context = SequenceContext(load_tables())
    context.history.count = lexicon.MAX_WORDS
    assert lexicon._find_termination(1, range_coder.MAX_WIDTH - 1, context) == (1 << 32, 1)


# --- bag -----------------------------------------------------------------------------------------


@given(st.lists(st.one_of(in_vocabulary, in_vocabulary, escaped), max_size=24, unique=True))
def test_set_is_decoded_in_canonical_order(words: list[str]) -> None:
    data = semcodec.pack(words, coding="bag")
    assert semcodec.pack(words[::-1], coding="bag") == data
    assert sorted(semcodec.unpack(data).words) == sorted(words)
    assert semcodec.unpack(data).words == bag.canonical_order(words)


def test_repeated_word_in_a_set_is_rejected() -> None:
    assert bag.decode(bag.encode(["Zuzeca", "Zuzeca"]))[1] == "SC-BAG-1"


def test_payload_of_a_set_has_no_trailing_zeros() -> None:
    encoder = RangeEncoder()
    encoder.out = bytearray(b"\x12\x00")
    assert bag._finish_shortest(encoder) == b"\x12"


def changed_set_payloads() -> Iterator[bytes]:
    """Yield payloads of sets, and payloads that differ from them, mostly at the end."""
    rng = random.Random(5)
    for count in (1, 1, 2, 3, 5, 8, 12, 24, 60):
        words = {rng.choice(WORDS[: rng.choice((FREQUENT_WORDS, None))]) for _ in range(count)}
        payload = bag.encode([*words, *rng.choice(([], ["Zuzeca"], ["bEar", "x" * 9]))])
        yield payload
        yield from (payload + b"\0", payload + b"\1", payload[:-1], payload.ljust(30, b"\0"))
        yield payload + bytes(8) + b"\1"  # beyond the five bytes that a decoder looks at
        for _ in range(20):
            changed = bytearray(payload)
            changed[rng.choice((-1, -1, 0, len(payload) // 2))] ^= 1 << rng.randrange(8)
            yield bytes(changed)


def test_decoder_accepts_a_set_if_encoding_it_again_gives_the_payload() -> None:
    rules: Counter[str | None] = Counter()
    for payload in changed_set_payloads():
        words, rule = bag.decode(payload)
        is_canonical = len(set(words)) == len(words) and bag.encode(words) == payload
        assert rule == (None if is_canonical else "SC-BAG-1")
        rules[rule] += 1
    assert min(rules[None], rules["SC-BAG-1"]) > 20, rules


def test_encoder_stops_when_no_payload_is_short_enough() -> None:
    """With only zeros after the longest payload, one is always short enough."""
    rng = random.Random(6)
    for length in (1, 2, 3, 7) * 30:
        payload = rng.randbytes(length)
        for data, is_short in ((payload, True), (payload + b"\1", False)):
            decoder, encoder = RangeDecoder(data), bag._BoundedEncoder(length)
            with nullcontext() if is_short else pytest.raises(bag._TooLongError):
                for _ in range(150):
                    p1 = rng.randint(1, 65535)
                    encoder.code_bit(p1, decoder.code_bit(p1))


@pytest.mark.parametrize("bucket", range(tables.SIZE_BUCKETS - 1))
def test_longest_payload_of_a_bucket(bucket: int) -> None:
    longest = bag._max_bytes(bucket)
    assert bag.size_bucket(longest) == bucket < bag.size_bucket(longest + 1)


def test_size_buckets_grow_with_the_length() -> None:
    buckets = [bag.size_bucket(length) for length in range(2, 200)]
    assert buckets == sorted(buckets)
    assert buckets[:7] == [0, 1, 2, 2, 3, 3, 4]
    assert buckets[-1] == tables.SIZE_BUCKETS - 1
    for bucket, lengths in itertools.groupby(range(2, 200), key=bag.size_bucket):
        assert bag._min_bytes(bucket) == next(lengths)


# --- both codings --------------------------------------------------------------------------------


@given(st.sampled_from(["lexicon", "bag"]), st.binary(max_size=40))
def test_any_bytes_are_canonical_or_rejected(coding: str, data: bytes) -> None:
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


@pytest.mark.no_cover
def test_largest_records_round_trip() -> None:
    rng = random.Random(4)
    many = [WORDS[rng.randrange(FREQUENT_WORDS)] for _ in range(lexicon.MAX_WORDS)]
    assert lexicon.decode(lexicon.encode(many)) == (many, None)
    assert codings.why_unencodable("lexicon", " ".join(many)) is None
    assert lexicon.decode(lexicon.encode(long_words(16))) == (long_words(16), None)
    distinct = list(dict.fromkeys(many))[: set_tree.MAX_WORDS]
    assert bag.decode(bag.encode(distinct)) == (bag.canonical_order(distinct), None)


def test_payloads_beyond_the_limits_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(escapes, "MAX_ESCAPED_LETTERS", 10_000)
        patch.setattr(set_tree, "MAX_WORDS", 10_000)
        sequence_payload, set_payload = lexicon.encode(long_words(18)), bag.encode(long_words(18))
        many = bag.encode(WORDS[:300])
    assert lexicon.decode(sequence_payload)[1] == "SC-LEX-3"
    assert bag.decode(set_payload)[1] == "SC-LEX-3"
    assert bag.decode(many)[1] == "SC-BAG-2"


@pytest.mark.parametrize(
    ("coding", "text", "reason"),
    [
        ("lexicon", "a  b", "double space"),
        ("lexicon", " a", "double space"),
        ("lexicon", "caf\u00e9", "letters, digits"),
        ("lexicon", "a\tb", r"U\+0009 tab, which is not visible .* use an ordinary space"),
        ("lexicon", "light\u00adhouse", r"U\+00AD soft hyphen, which is not visible .* remove it"),
        ("bag", "a\u00a0b", r"U\+00A0 no-break space.* use an ordinary space"),
        ("nibble", "b\u200bt", r"U\+200B zero width space.* remove it"),
        ("nibble", "\ufeffbt", r"U\+FEFF .* remove it"),
        ("lexicon", "a\x00b", r"U\+0000 null.* remove it"),
        ("lexicon", "b\U000e0061t", r"U\+E0061 tag .* remove it"),
        ("lexicon", "\u0430pple", r"contains U\+0430 cyrillic small letter a.*utf8"),
        ("lexicon", "q" * 64, "1 to 63"),
        ("lexicon", " ".join(["a"] * 513), "at most 512"),
        ("lexicon", " ".join(long_words(17)), "at most 1024 letters together, not 10"),
        ("bag", "red red", "once"),
        (
            "bag",
            " ".join(dict.fromkeys(map(str.title, WORDS[2000:2200]))),
            "at most 1024 letters together",
        ),
        ("lexicon", "x" * 64, "it has 64 characters"),
        ("bag", "red " + "x" * 60_000, "it has 60000 characters"),
        ("bag", " ".join(WORDS[:257]), "at most 256"),
    ],
)
def test_unencodable_text_is_an_input_error(coding: str, text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        semcodec.pack(text, coding=coding)
    assert semcodec.unpack(semcodec.pack(text, coding="auto")).text == text


@given(any_words)
def test_cost_is_the_payload_size_without_its_termination(words: list[str]) -> None:
    sequence_bits = codings.payload_bits("lexicon", words)
    assert -1 <= 8 * codings.payload_bytes("lexicon", words) - sequence_bits < 32
    assert codings.payload_bits("bag", list(dict.fromkeys(words))) >= 0
    context, cost = SequenceContext(load_tables()), 0
    for word in words:
        cost += lexicon.bit_cost_16ths(BitProbabilities(context), word)
        small = word[0].lower() + word[1:]
        number = load_tables().numbers.get(word, load_tables().numbers.get(small))
        context = context.extended(lexicon.ESCAPE if number is None else number)
    assert abs(cost / 16 - sequence_bits) <= 2 + sequence_bits / 8


def test_unencodable_words_cost_more_than_any_record() -> None:
    assert codings.payload_bytes("lexicon", ["caf\u00e9"]) == codings.UNENCODABLE_BYTES
    assert codings.payload_bits("utf8", ["red", "bear"]) == 64


# --- pack ----------------------------------------------------------------------------------------


#: Texts with the codings that "auto" stands for: with and without the order of the words.
AUTO_CHOICES = (
    ("red bear sunset", "lexicon", "bag"),
    ("ndn trdtnl rch vndv", "nibble", "nibble"),
    ("rd bt", "nibble", "nibble"),  # "rd" is listed, "bt" is not
    ("bt rd", "nibble", "nibble"),
    ("tv mr", "lexicon", "bag"),  # skeletons, perhaps, but also two listed words
    ("bt red", "lexicon", "bag"),
    ("red red", "lexicon", "lexicon"),
    ("xylograph Paris NASA room-404 o'clock", "lexicon", "bag"),
    ("1984", "lexicon", "bag"),
    ("BT", "lexicon", "bag"),  # symbols are small letters
    ("", "lexicon", "bag"),
    (" ", "utf8", "utf8"),
    ("red  bear", "utf8", "utf8"),
    ("rd  bt", "utf8", "utf8"),
    (" rd bt", "utf8", "utf8"),
    ("rd bt ", "utf8", "utf8"),
    ("rd bt\n", "utf8", "utf8"),
    ("roter Bär", "utf8", "utf8"),
    ("fish & chips", "utf8", "utf8"),
    ("a" * 64, "utf8", "utf8"),
    ("bt " * 600 + "bt", "nibble", "nibble"),
    ("red " * 512 + "red", "utf8", "utf8"),
)


@pytest.mark.parametrize(("text", "ordered", "unordered"), AUTO_CHOICES)
def test_auto_depends_on_what_the_words_are(text: str, ordered: str, unordered: str) -> None:
    record = semcodec.unpack(semcodec.pack(text))
    assert (record.coding, record.text) == (ordered, text)
    assert semcodec.pack(text) == semcodec.pack(text, coding="auto", keep="order")
    record = semcodec.unpack(semcodec.pack(text, keep="words"))
    assert (record.coding, sorted(record.words)) == (unordered, sorted(text.split()))


@pytest.mark.parametrize(("text", "coding", "_unordered"), AUTO_CHOICES)
def test_whole_words_are_never_taken_for_skeletons(text: str, coding: str, _unordered: str) -> None:
    if coding == "nibble":
        coding = "lexicon" if len(text.split()) <= lexicon.MAX_WORDS else "utf8"
    assert codings.choose_coding(text, words_are_whole=True) == coding


_any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_skeletons = st.text(" ntsrhldcmfgpbkv", max_size=12)


@given(st.one_of(_any_text, _skeletons), st.sampled_from(("order", "words")))
def test_auto_encodes_any_text_by_its_rule(text: str, keep: str) -> None:
    record = semcodec.unpack(semcodec.pack(text, keep=keep))
    assert record.text == codings.canonical_text(record.coding, text)
    listed = load_tables().numbers
    is_nibble = set(text) <= set(nibble.SYMBOLS) and text == " ".join(text.split())
    assert (record.coding == "nibble") == (
        is_nibble and any(word not in listed for word in text.split())
    )


def test_auto_needs_a_valid_keep_option() -> None:
    with pytest.raises(InputError, match="keep"):
        semcodec.pack("red bear", coding="auto", keep="nothing")


@pytest.mark.parametrize(("text", "coding"), [("nt", "nibble"), ("red bear", "auto")])
def test_invalid_keep_option_is_an_input_error_with_every_coding(text: str, coding: str) -> None:
    with pytest.raises(InputError, match="keep"):
        semcodec.pack(text, coding=coding, keep="nothing")


def test_record_that_cannot_be_decoded_cannot_be_repacked() -> None:
    record = semcodec.unpack(semcodec.pack("dog cat arch", coding="bag"))
    assert semcodec.repack(record) == semcodec.pack("cat arch dog", coding="bag")
    reordered = record._replace(text=" ".join(record.words[::-1]))
    with pytest.raises(InputError, match="order"):
        semcodec.repack(reordered)
    for coding in ("nibble", "lexicon", "bag"):
        with pytest.raises(InputError):
            _ = record._replace(coding=coding, text="caf\u00e9").payload


def test_rate_breakdown_lists_tables_as_out_of_band() -> None:
    breakdown = semcodec.rate_breakdown(semcodec.pack("red bear", coding="lexicon"))
    assert any("table of words" in item for item in breakdown.out_of_band)


@pytest.mark.parametrize("text", ["red boat lake", "two bears walk across a snowy mountain road"])
def test_estimated_bits_of_words_are_near_those_of_the_payload(text: str) -> None:
    """Selection compares these costs; a range coder ends within a byte and a half."""
    for coding in ("bag", "lexicon"):
        bits = codings.payload_bits(coding, text.split())
        assert -12 <= 8 * len(codings.encode(coding, text)) - bits <= 12, coding
    assert codings.payload_bits("utf8", text.split()) == 8 * len(text)
    assert codings.payload_bits("nibble", ["rd", "bt"]) == 8 * 3
    assert codings.payload_bits("bag", []) == 0
