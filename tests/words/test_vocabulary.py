"""The frozen tables: what is in the file, that it is the recorded one, and that look-ups agree."""

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


def test_the_file_is_the_recorded_one() -> None:
    assert hashlib.sha256(DATA).hexdigest() == RECORD["sha256"]
    assert len(DATA) == RECORD["bytes"] < 2_000_000
    assert len(TABLES.words) == RECORD["words"]
    assert len(TABLES.pairs) == RECORD["pairs"]


def test_every_source_is_named_with_its_terms() -> None:
    assert len(RECORD["source"]) == 10
    for source in RECORD["source"]:
        assert source["terms"]
        assert len(bytes.fromhex(source["sha256"])) == 32


def test_the_notice_beside_the_file_names_every_source() -> None:
    notice = (ROOT / "semcodec/words/tables/NOTICE").read_text("utf-8")
    assert RECORD["sha256"] in notice
    for source in RECORD["source"]:
        assert source["name"] in notice
        assert source["sha256"] in notice


def test_words_are_sorted_by_skeleton_then_cost_and_each_there_once() -> None:
    keys = [
        (skeleton_of_word(word), TABLES.costs[at], word) for at, word in enumerate(TABLES.words)
    ]
    assert keys == sorted(keys)
    assert len(set(TABLES.words)) == len(TABLES.words) < 2**16
    assert all(skeleton for skeleton, _, _ in keys)


def test_columns_fit_and_pairs_ascend() -> None:
    count = len(TABLES.words)
    assert len(TABLES.costs) == len(TABLES.weights) == len(TABLES.reach) - 1 == count
    assert len(TABLES.gains) == len(TABLES.pairs)
    assert all(a < b for a, b in zip(TABLES.pairs, TABLES.pairs[1:], strict=False))
    assert TABLES.pairs[-1] >> 16 == count == TABLES.start


def test_candidates_are_all_words_of_a_skeleton() -> None:
    expected = {word for word in TABLES.words if skeleton_of_word(word) == "bt"}
    assert {TABLES.words[at] for at in TABLES.candidates("bt")} == expected
    assert TABLES.words[TABLES.candidates("bt")[0]] == "boat"
    assert not TABLES.candidates("kkbkkpvv")


def test_number_finds_every_word_and_no_other() -> None:
    for at in range(0, len(TABLES.words), 997):
        assert TABLES.number(TABLES.words[at]) == at
    assert TABLES.number("kkbkkpvv") is None
    assert TABLES.weight("kkbkkpvv") == module.UNKNOWN_WEIGHT


def test_gain_of_a_stored_pair_and_of_one_that_is_not() -> None:
    first, second = divmod(TABLES.pairs[100], 2**16)
    assert TABLES.gain(first, second) == TABLES.gains[100] - TABLES.reach[first]
    absent = next(n for n in range(2**16) if first << 16 | n not in TABLES.pairs[:5000])
    assert TABLES.gain(first, absent) == -TABLES.reach[first]


def test_numbers_are_read_lowest_byte_first() -> None:
    assert list(module.array32(bytes([1, 2, 0, 0, 255, 0, 0, 1]))) == [513, 2**24 + 255]


def test_no_slur_completes_an_innocent_skeleton(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "spec/tables"))
    unwanted = importlib.import_module("dictionary").MISSED
    assert len(unwanted) > 20
    assert not unwanted & set(TABLES.words)
