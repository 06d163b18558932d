"""The rule-based writer returns the same words as the functions of the library."""

from __future__ import annotations

import semcodec
from semcodec.backends.rule_based import RuleBasedWriter
from semcodec.words import SelectionRequest, make_channel

WRITER = RuleBasedWriter()


def test_words_and_skeletons_are_the_same_as_from_the_library() -> None:
    description = "two large red boats on blue water"
    words = WRITER.select(description, 4)
    assert words == semcodec.select(description, 4)
    skeletons = WRITER.compress(words)
    assert " ".join(skeletons) == semcodec.skeleton(" ".join(words))
    assert WRITER.decompress(skeletons) == words


def test_prompt_consists_of_the_words() -> None:
    assert WRITER.expand(["red", "boat"]) == "red boat"


def test_change_adds_the_first_missing_word() -> None:
    assert WRITER.compare("red boat", "red boat sky moon") == "add sky"
    assert WRITER.compare("red boat", "boat") == ""


def test_change_never_adds_what_is_not_there() -> None:
    assert WRITER.compare("street", "street no people") == ""
    assert WRITER.compare("street people", "A street without people.") == "remove people"
    assert WRITER.compare("street no people", "street people") == "add people"


def test_selection_under_a_limit_is_by_salience() -> None:
    description = "two large red boats on blue water"
    selection = WRITER.select_words(SelectionRequest(description, 4, 40, make_channel("nibble")))
    assert selection.words == semcodec.select(description, 4, max_bits=40)
    assert (selection.judge, selection.strategy) == ("salience", "salience")
