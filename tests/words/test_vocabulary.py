"""The frozen tables: the hash and the structure of the file, and lookups."""

from __future__ import annotations

import hashlib
import importlib
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from semcodec.coding.tables import load_tables
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


def test_words_are_from_the_lexicon_of_the_record() -> None:
    # The file has numbers of words, so it belongs to one list: after another one is trained,
    # spec/tables/make_words.py and make_classes.py must run again.
    text = "\n".join(load_tables().words)
    assert hashlib.sha256(text.encode()).hexdigest() == RECORD["lexicon_words"]


def test_every_source_is_named_with_its_terms() -> None:
    assert len(RECORD["source"]) == 33
    for source in RECORD["source"]:
        assert source["terms"]
        assert len(bytes.fromhex(source["sha256"])) == 32


def test_notice_names_every_source() -> None:
    notice = (ROOT / "semcodec/words/tables/NOTICE").read_text("utf-8")
    assert RECORD["sha256"] in notice
    for source in RECORD["source"]:
        assert source["name"] in notice
        assert source["sha256"] in notice


def test_words_are_distinct_and_sorted_by_skeleton() -> None:
    keys = [
        (skeleton_of_word(word), TABLES.priors[index] == module.NEVER)
        for index, word in enumerate(TABLES.words)
    ]
    assert keys == sorted(keys)
    assert len(set(TABLES.words)) == len(TABLES.words) < 2**16
    assert all(skeleton for skeleton, _ in keys)


def test_columns_have_the_same_lengths_and_ascend() -> None:
    count = len(TABLES.words)
    assert len(TABLES.costs) == len(TABLES.saliences) == len(TABLES.priors) == count
    for column in (TABLES.compounds, TABLES.contexts, TABLES.vector_words):
        assert all(a < b for a, b in pairwise(column))
    for column in (TABLES.contexts, TABLES.vector_words):
        assert column[-1] < count
    assert TABLES.compounds[-1] >> 16 < count


def test_vectors_have_a_row_for_each_context_and_word() -> None:
    rows = len(TABLES.contexts) + module.LIST_ENDS
    for vectors in (TABLES.left_vectors, TABLES.right_vectors, TABLES.list_vectors):
        assert len(vectors) == module.VECTOR_BYTES * rows
    rows = len(TABLES.vector_words) + len(TABLES.endings)
    assert len(TABLES.word_vectors) == module.VECTOR_BYTES * rows
    assert {word[-2:] for word in TABLES.words} == set(TABLES.endings)


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


def test_compounds_are_names_of_things() -> None:
    assert TABLES.is_compound("polar", "bear")
    assert not TABLES.is_compound("bear", "polar")
    assert not TABLES.is_compound("polar", "kkbkkpvv")
    first, second = divmod(TABLES.compounds[100], 2**16)
    assert TABLES.is_compound(TABLES.words[first], TABLES.words[second])


def test_numbers_are_little_endian() -> None:
    data = bytes([1, 2, 0, 0, 255, 0, 0, 1])
    assert list(module.array_of("I", data)) == [513, 2**24 + 255]
    assert list(module.array_of("H", data)) == [513, 0, 255, 256]


def test_offensive_words_are_not_in_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "spec/tables"))
    unwanted = importlib.import_module("dictionary").MISSED
    assert len(unwanted) > 20
    assert not unwanted & set(TABLES.words)


def test_given_names_are_weighed_but_not_restored() -> None:
    for name in ("james", "mary", "john", "elizabeth"):
        assert TABLES.number(name) is not None
        restored = {TABLES.words[number] for number in TABLES.candidates(skeleton_of_word(name))}
        assert name not in restored
    for word in ("rose", "hunter", "paris", "amber", "grace"):
        restored = {TABLES.words[number] for number in TABLES.candidates(skeleton_of_word(word))}
        assert word in restored
