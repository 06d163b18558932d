"""Predicates: which statements a list of words makes about a picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.words.matching import count_limits
from semcodec.words.predicates import MAX_PREDICATES, MAX_WORDS, Predicate, find_predicates
from semcodec.words.vocabulary import vocabulary
from semcodec.words.word_classes import WordClass, class_of
from tests.each import for_each
from tests.profiles import examples

KINDS = ("noun", "count", "color", "size", "place")


def texts(words: str, *, ordered: bool = True) -> list[str]:
    return texts_of(words.split(), ordered=ordered)


def texts_of(words: list[str], *, ordered: bool = True) -> list[str]:
    return [predicate.text for predicate in find_predicates(words, ordered=ordered)]


@for_each(
    [
        ("dog", "dog"),
        ("two brown dogs", "dogs / two dogs / brown dogs"),
        ("3 cats", "cats / 3 cats"),
        ("twenty five birds", "birds"),  # too many to count
        ("one small red boat", "boat / one boat / red boat / small boat"),
        ("several boats", "boats / several boats"),
        ("two storied building", "building"),
        ("three legged dogs", "dogs"),
        ("two tiered brown cake", "cake / brown cake"),
        ("room 404 door", "room / door"),
        ("two sheep", "sheep / two sheep"),
        ("two street lamps", "street lamps / two street lamps"),
        ("two wooden houses", "houses / two houses"),
        ("three story building", "building"),  # a measure
        ("three baseball glove", "baseball glove / three baseball glove"),
        ("two lane road", "road"),
        ("cake black top left wall", "cake / wall"),  # the black thing at the top is missing
        ("boat in the center of the picture", "boat / boat center"),
        ("boat in the center of the lake", "boat / lake"),
        ("man wearing backpack left", "man / backpack"),
        ("no boat left car", "car"),
        ("wall three feet cat", "wall / cat"),
        ("little girl little dog", "girl / dog / little dog"),
        ("sky is blue boat red", "sky / boat / blue boat"),
        ("sky is blue.", "sky / blue sky"),
        ("red volkswagonia truck", "truck / red truck"),
        ("two sofa cats", "sofa / cats / two cats"),
        (
            "Street. Two red boats. White dog.",
            "Street / boats / dog / Two boats / red boats / White dog",
        ),
        ("traffic, light fire, hydrant", "traffic / fire / hydrant"),
        ("two dogs three dogs", "dogs / two dogs"),
        ("two Dogs three dogs", "Dogs / dogs / two Dogs"),
        ("suit tie", "suit / tie"),
        ("fence two meters", "fence / meters"),
        ("Red Boat. A blue car.", "Boat / car / Red Boat / blue car"),
        ("keyboard mouse", "keyboard / mouse"),
        ("onion tomato", "onion / tomato"),
        ("vase top turtle", "vase / turtle"),  # on top of it
        ("person top skateboard", "person / skateboard"),
        ("bird top blue sky", "bird / sky / blue sky / bird top"),
        ("one water", "water"),
        ("two rolls paper", "rolls / paper / two rolls"),
        ("several groups people", "people"),
        ("towering green park", "park / green park"),
        ("jet ski blue glow", "jet ski"),
        ("three person", "person / three person"),
        ("bus 12 door", "bus / door"),
        ("four bowls orange", "bowls / four bowls"),  # an orange one, or an orange wall
        ("a bowl and an orange", "bowl / orange"),
        ("orange", "orange"),
        ("suitcases vases", "suitcases / vases"),
        ("gray cloudy sky gray water", "sky / water / gray sky / gray water"),
        ("large yellow red parrots", "parrots / yellow parrots / red parrots / large parrots"),
        ("airplane white long blue stripe", "airplane / stripe / blue stripe"),
        ("green background brown ground", "green background / brown ground"),
        ("blue-gray car T-shirt", "car / T-shirt / blue-gray car"),
        ("red-haired woman", "woman"),
        ("Golden Gate Bridge fog", "Golden Gate Bridge"),
        ("RED DOG LEFT", "DOG / RED DOG / DOG LEFT"),
        ("Two Red Cats on a Sofa", "Cats / Sofa / Two Cats / Red Cats"),
        ("cat left dog right", "cat / dog / cat left / dog right"),
        ("left cat right dog", "cat / dog / cat left / dog right"),
        ("left red cat dog right", "cat / dog / red cat / cat left / dog right"),
        ("chair bottom right", "chair / chair right / chair bottom"),
        ("dog on the left", "dog / dog left"),
        ("dog left of house", "dog / house"),  # a place relative to another thing
        ("two plants left right window", "plants / window / two plants"),
        ("man left arm raised", "man / arm"),
        ("black top left wall", "wall"),
        ("red fire hydrant", "fire hydrant / red fire hydrant"),
        ("knife fork", "knife / fork"),
        ("crowd people street", "people / street"),
        ("natural light mood sunset", ""),
        ("people watch birds", "people / birds"),
        ("red watch table", "watch / table / red watch"),
        ("no people red car", "car / red car"),
        ("street without cars red bus", "street / bus / red bus"),
        ("gray sky red boat", "boat / sky / gray sky / red boat"),
        ("city paris tower", "city / tower"),
        ("chien rouge maison", ""),
        ("собака красная", ""),
        ("", ""),
    ]
)
def test_statements_of_a_list(words: str, expected: str) -> None:
    assert sorted(texts(words)) == sorted(filter(None, expected.split(" / ")))


def test_order_of_importance() -> None:
    found = find_predicates("gray sky two large red boats left white dog".split())

    assert found[0] == Predicate("noun", "boats")
    assert [KINDS.index(each.kind) for each in found] == sorted(
        KINDS.index(each.kind) for each in found
    )


def test_the_order_of_a_bag_means_nothing() -> None:
    assert texts("boat brown dog left red two hydrant fire", ordered=False) == [
        "boat",
        "dog",
        "hydrant",
    ]


def test_a_thousand_words_have_a_limited_number_of_statements() -> None:
    things = [word for word in vocabulary().words if class_of(word) is WordClass.THING]
    words = [part for thing in things[:2000:8] for part in ("small", "red", thing, "left")]

    assert len(words) == 1000
    assert len(find_predicates(words)) == MAX_PREDICATES


@pytest.mark.parametrize("word", ["x" * 10**6, "dog-" * 10**5, "1" * 10**5, "\ud800", "\x00"])
def test_a_strange_word_makes_no_statement(word: str) -> None:
    assert texts_of(["red", word, "boat", "left"]) == ["boat", "boat left"]


@pytest.mark.parametrize("word", "although whereas vs whichever anybody lighter individual".split())
def test_word_of_a_closed_class_is_not_an_object(word: str) -> None:
    """Words outside the class table count as things, and these are in no list of stop words."""
    assert texts_of([word, "boat", "left"]) == ["boat", "boat left"]


def test_words_after_the_limit_are_not_read() -> None:
    assert texts_of(["dog"] * MAX_WORDS + ["cat"]) == ["dog"]


@pytest.mark.parametrize(
    ("value", "limits"),
    [("two", (2, 2)), ("12", (12, 12)), ("Couple", (2, 2)), ("many", (4, None)), ("red", None),
     ("9" * 5000, None)],
)  # fmt: skip
def test_what_a_number_means(value: str, limits: tuple[int, int | None] | None) -> None:
    assert count_limits(value) == limits


WORDS = st.one_of(
    st.sampled_from(
        "two 3 red blue large left right center top no the on of dog dogs cat fire hydrant sky "
        "background Paris Golden Gate bridge running people crowd light street-lamp 404".split()
    ),
    st.text(min_size=1, max_size=8).map(lambda text: "".join(text.split()) or "x"),
)


@examples(60)
@given(st.lists(WORDS, max_size=30), st.booleans())
def test_statements_are_made_of_the_words(words: list[str], ordered: bool) -> None:
    found = find_predicates(words, ordered=ordered)

    text = " ".join(words)
    for predicate in found:
        assert predicate.kind == "noun" or predicate.value
        assert all(part in text for part in (*predicate.noun.split(), *predicate.value.split()))
        assert ordered or predicate.kind == "noun"
    assert found == find_predicates(words, ordered=ordered)
    assert len(set(found)) == len(found) <= MAX_PREDICATES
