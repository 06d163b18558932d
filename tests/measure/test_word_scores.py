"""Precision, recall and F1 of received words, by class."""

from __future__ import annotations

import pytest

from semcodec.measure.word_scores import CLASSES, compare, read_classes

DESCRIPTION = (
    "Two brown dogs and 12 white-grey cats beside a fire hydrant on the left, no people. "
    "A huge red building at the bottom."
)


def test_words_are_read_by_class_in_common_forms() -> None:
    found = read_classes(DESCRIPTION)
    assert found["objects"] == {"dog", "cat", "fire", "hydrant", "building"}
    assert found["colors"] == {"brown", "white", "gray", "red"}
    assert found["counts"] == {"2", "12"}
    assert found["places"] == {"left", "bottom"}
    assert found["sizes"] == {"large"}
    assert found["words"] >= {"two", "twelve", "beside", "hydrant"}
    assert not {"no", "the", "on"} & found["words"]
    assert "person" not in found["objects"]  # the text states that there are none
    assert found["statements"] >= {
        "2 dog", "brown dog", "12 cat", "white cat", "gray cat", "hydrant left", "large building",
        "red building",
    }  # fmt: skip


def test_verb_that_is_also_a_noun_is_not_an_object() -> None:
    assert read_classes("A man stands and rests.")["objects"] == {"man"}


@pytest.mark.parametrize(
    ("received", "described"),
    [
        ("dog", "Dogs."),
        ("sofa", "A couch."),
        ("12", "Twelve."),
        ("huge house", "A large house."),
        ("grey", "gray"),
        ("centre", "In the middle."),
    ],
)
def test_words_that_mean_the_same_are_equal(received: str, described: str) -> None:
    first, second = read_classes(received), read_classes(described)
    assert any(first[name] for name in CLASSES)
    for name in CLASSES:
        if name != "words":  # there, only singular and plural are equal
            assert first[name] == second[name]


def test_scores_of_known_lists() -> None:
    scores = compare(read_classes("two dogs red cat"), read_classes(DESCRIPTION))
    assert scores["objects_precision"] == 1
    assert scores["objects_recall"] == 2 / 5
    assert scores["objects_f1"] == pytest.approx(4 / 7)
    assert scores["colors_recall"] == 1 / 4
    assert scores["statements_precision"] == 1 / 2  # it has two dogs, but no red cat
    assert set(scores) == {f"{a}_{b}" for a in CLASSES for b in ("f1", "precision", "recall")}


def test_nothing_to_compare_is_none_and_not_one() -> None:
    scores = compare(read_classes("dog"), read_classes("A red dog."))
    assert (scores["colors_precision"], scores["colors_recall"], scores["colors_f1"]) == (
        None,
        0,
        0,
    )
    assert [scores[f"sizes_{kind}"] for kind in ("f1", "precision", "recall")] == [None] * 3
    empty = compare(read_classes(""), read_classes("A red dog."))
    assert (empty["objects_precision"], empty["objects_recall"]) == (None, 0)


def test_list_without_an_order_has_no_statements() -> None:
    assert read_classes("two red dogs")["statements"] == {"2 dog", "red dog"}
    unordered = read_classes("two red dogs", ordered=False)
    assert unordered["statements"] == frozenset()
    assert unordered["colors"] == {"red"}
