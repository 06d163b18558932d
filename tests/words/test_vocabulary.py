"""The frozen tables: the hash and the structure of the file, and lookups."""

from __future__ import annotations

import hashlib
import importlib
import tomllib
from pathlib import Path

import pytest

from semcodec.words import vocabulary as module
from semcodec.words.skeletons import skeleton_of_word

ROOT = Path(__file__).parents[2]
DATA = (ROOT / "semcodec/words/tables" / module.FILE).read_bytes()
RECORD = tomllib.loads((ROOT / "spec/tables/words-1.toml").read_text("utf-8"))
TABLES = module.vocabulary()


def test_file_has_the_recorded_hash_and_counts() -> None:
    assert hashlib.sha256(DATA).hexdigest() == RECORD["sha256"]
    assert len(DATA) == RECORD["bytes"] < 2_000_000
    assert len(TABLES.words) == RECORD["words"]
    assert len(TABLES.pairs) == RECORD["pairs"]


def test_every_source_is_named_with_its_terms() -> None:
    assert len(RECORD["source"]) == 10
    for source in RECORD["source"]:
        assert source["terms"]
        assert len(bytes.fromhex(source["sha256"])) == 32


def test_notice_names_every_source() -> None:
    notice = (ROOT / "semcodec/words/tables/NOTICE").read_text("utf-8")
    assert RECORD["sha256"] in notice
    for source in RECORD["source"]:
        assert source["name"] in notice
        assert source["sha256"] in notice


def test_words_are_distinct_and_sorted_by_skeleton_then_cost() -> None:
    keys = [
        (skeleton_of_word(word), TABLES.costs[index], word)
        for index, word in enumerate(TABLES.words)
    ]
    assert keys == sorted(keys)
    assert len(set(TABLES.words)) == len(TABLES.words) < 2**16
    assert all(skeleton for skeleton, _, _ in keys)


def test_columns_have_equal_lengths_and_pairs_ascend() -> None:
    count = len(TABLES.words)
    assert len(TABLES.costs) == len(TABLES.saliences) == len(TABLES.backoffs) - 1 == count
    assert len(TABLES.pair_bonuses) == len(TABLES.pairs)
    assert all(a < b for a, b in zip(TABLES.pairs, TABLES.pairs[1:], strict=False))
    assert TABLES.pairs[-1] >> 16 == count == TABLES.start


def test_candidates_are_all_words_of_a_skeleton() -> None:
    expected = {word for word in TABLES.words if skeleton_of_word(word) == "bt"}
    assert {TABLES.words[number] for number in TABLES.candidates("bt")} == expected
    assert TABLES.words[TABLES.candidates("bt")[0]] == "boat"
    assert not TABLES.candidates("kkbkkpvv")


def test_number_of_known_and_unknown_words() -> None:
    for number in range(0, len(TABLES.words), 997):
        assert TABLES.number(TABLES.words[number]) == number
    assert TABLES.number("kkbkkpvv") is None
    assert TABLES.salience("kkbkkpvv") == module.UNKNOWN_SALIENCE


def test_association_of_stored_and_other_pairs() -> None:
    first, second = divmod(TABLES.pairs[100], 2**16)
    assert TABLES.association(first, second) == TABLES.pair_bonuses[100] - TABLES.backoffs[first]
    absent = next(n for n in range(2**16) if first << 16 | n not in TABLES.pairs[:5000])
    assert TABLES.association(first, absent) == -TABLES.backoffs[first]


def test_numbers_are_little_endian() -> None:
    assert list(module.array32(bytes([1, 2, 0, 0, 255, 0, 0, 1]))) == [513, 2**24 + 255]


def test_offensive_words_are_not_in_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "spec/tables"))
    unwanted = importlib.import_module("dictionary").MISSED
    assert len(unwanted) > 20
    assert not unwanted & set(TABLES.words)
