"""The rule-based writer returns the same words as the functions of the library."""

from __future__ import annotations

import semcodec
from semcodec.backends.rule_based import RuleBasedWriter
from semcodec.words import SelectionRequest, make_channel
from semcodec.words.changes import parse_change
from semcodec.words.predicates import find_predicates

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


def test_change_is_about_the_most_important_missing_statement() -> None:
    assert WRITER.compare("A red boat.", "red boat dog tree") == "Add dog."
    assert WRITER.compare("A dog and a red boat.", "two red boats dog") == "Show exactly two boats."
    assert WRITER.compare("red boat", "large blue boat") == "Recolor the boat blue."
    assert WRITER.compare("red boat", "huge red boat") == "Make the boat huge."
    assert WRITER.compare("red boat", "red boat left") == "Move the boat to the left."
    assert WRITER.compare("Two red boats on the left.", "two red boats left") == ""
    assert (
        WRITER.compare("A dog left. A boat right.", "dog boat left") == "Move the boat to the left."
    )
    assert WRITER.compare("A gray boat. Blue sky.", "blue boat") == "Recolor the boat blue."
    assert WRITER.compare("red boats", "boat") == ""
    assert WRITER.compare("", "ein brauner Hund sitzt neben einem Boot auf dem Wasser") == ""


def test_changes_can_be_parsed() -> None:
    wanted = "two large red dogs left blue boat right"
    described = ""
    for predicate in find_predicates(wanted.split()):
        change = parse_change(WRITER.compare(described, wanted))
        assert change is not None
        assert (change.noun, change.value) == (predicate.noun, predicate.value)
        described += f" {predicate.text}."
    assert WRITER.compare(described, wanted) == ""


def test_change_never_adds_what_is_not_there() -> None:
    assert WRITER.compare("street", "street no people") == ""
    assert WRITER.compare("street people", "A street without people.") == "Remove people."
    assert WRITER.compare("street no people", "street people") == "Add people."


def test_selection_under_a_limit_is_by_salience() -> None:
    description = "two large red boats on blue water"
    selection = WRITER.select_words(SelectionRequest(description, 4, 40, make_channel("nibble")))
    assert selection.words == semcodec.select(description, 4, max_bits=40)
    assert (selection.judge, selection.strategy) == ("salience", "salience")
