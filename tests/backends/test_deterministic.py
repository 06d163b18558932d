"""The writer that is no model says what the library's functions say."""

from __future__ import annotations

import semcodec
from semcodec.backends.rule_based import RuleBasedWriter

WRITER = RuleBasedWriter()


def test_it_chooses_shortens_and_restores_like_the_library() -> None:
    description = "two large red boats on blue water"
    words = WRITER.select(description, 4)
    assert words == semcodec.select(description, 4)
    short = WRITER.compress(words)
    assert " ".join(short) == semcodec.skeleton(" ".join(words))
    assert WRITER.decompress(short) == words


def test_it_adds_nothing_to_the_words() -> None:
    assert WRITER.expand(["red", "boat"]) == "red boat"


def test_it_names_the_first_word_that_is_missing() -> None:
    assert WRITER.compare("red boat", "red boat sky moon") == "add sky"
    assert WRITER.compare("red boat", "boat") == ""


def test_it_chooses_under_a_limit_and_says_who_judged() -> None:
    description = "two large red boats on blue water"
    choice = WRITER.choose(description, 4, "nibble", 40, None)
    assert choice.words == semcodec.select(description, 4, max_bits=40)
    assert (choice.judge, choice.won) == ("salience", "salience")
