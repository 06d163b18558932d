"""Classes of words: the hash of the table, words of each class, and endings of unknown words."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

from semcodec.words import word_classes
from semcodec.words.vocabulary import vocabulary
from semcodec.words.word_classes import WordClass, class_of

ROOT = Path(__file__).parents[2]
DATA = (ROOT / "semcodec/words/tables" / word_classes.FILE).read_bytes()
RECORD = tomllib.loads((ROOT / "spec/tables/classes-1.toml").read_text("utf-8"))


def test_file_has_the_recorded_hash_and_one_class_for_each_word() -> None:
    assert hashlib.sha256(DATA).hexdigest() == RECORD["sha256"]
    assert RECORD["words"] == len(vocabulary().words)
    assert len(DATA) == RECORD["bytes"] == -(-RECORD["words"] // 2) < 35_000
    assert max(max(byte & 15, byte >> 4) for byte in DATA) <= max(WordClass)


def test_notice_names_every_source() -> None:
    notice = (ROOT / "semcodec/words/tables/NOTICE.classes").read_text("utf-8")
    assert RECORD["sha256"] in notice
    for source in RECORD["source"]:
        assert source["name"] in notice
        assert source["sha256"] in notice


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("dog people statue building painting glasses", WordClass.THING),
        ("sunset composition birthday", WordClass.IDEA),
        ("red large wooden young golden", WordClass.MODIFIER),
        ("sits standing parked seen holding", WordClass.VERB),
        ("stands bear", WordClass.THING_OR_VERB),
        ("touch features", WordClass.IDEA_OR_VERB),
        ("the slightly behind", WordClass.OTHER),
    ],
)
def test_class_of_a_listed_word(words: str, expected: WordClass) -> None:
    assert {class_of(word) for word in words.split()} == {expected}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("zorbly", WordClass.OTHER),
        ("zorbistic", WordClass.MODIFIER),
        ("zorbing", WordClass.VERB),
        ("zorbus", WordClass.THING),
        ("zorbs", WordClass.THING_OR_VERB),
        ("zorb", WordClass.THING),
        ("", WordClass.THING),
    ],
)
def test_ending_decides_for_a_word_outside_the_table(word: str, expected: WordClass) -> None:
    assert vocabulary().number(word) is None
    assert class_of(word) is expected
