"""The number of words that a description needs, by what each further word gains for its bits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.words import SelectionRequest, count_by_gain, make_channel, select_words
from semcodec.words.language.foreign_words import find_foreign_tokens
from semcodec.words.selection.known_names import find_known_name
from semcodec.words.selection.marginal_gain import MAX_WORDS, MIN_WORDS, PRICES
from tests import profiles

THINGS = (
    "apple bridge camel drum eagle flute grape horse igloo jar kite lamp mirror noodle owl pear "
    "quilt rabbit spoon tent violin whale yacht zebra anchor basket candle donkey elephant fence"
).split()


def auto(description: str, coding: Any = "lexicon") -> SelectionRequest:
    request = SelectionRequest(description, 1000, None, make_channel(coding), is_auto=True)
    return replace(request, max_words=count_by_gain(request))


def selected(description: str, coding: Any = "lexicon") -> str:
    return " ".join(select_words(auto(description, coding)).words)


def name_of(description: str) -> str:
    tokens = find_foreign_tokens(description)
    return " ".join(tokens[index].text for index in sorted(find_known_name(tokens, description)))


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("The Eiffel Tower in Paris rises above green lawns.", "Eiffel Tower"),
        ("A wide view of the Golden Gate Bridge in San Francisco.", "Golden Gate Bridge"),
        ("Times Square stands full of people.", "times Square"),
        ("The image shows Niagara Falls in winter.", "Niagara Falls"),
        ("A photo of the Arc de Triomphe at night.", "Arc Triomphe"),
        ("The picture shows Girl with a Pearl Earring, a portrait.", "Girl Pearl Earring"),
        ("The picture shows The Starry Night by Vincent van Gogh.", "Starry Night"),
        ("The image shows the Eiffel tower.", "Eiffel tower"),
        ("The image shows the pyramids of Giza.", "pyramids Giza"),
        ("The image shows St. Basil's Cathedral.", "St Basil's Cathedral"),
        ("The Statue of Liberty stands on an island.", "Statue Liberty"),
        ("Big Ben is seen from across the river.", "big Ben"),
        ("Mount Fuji rises above a lake in Japan.", "mount Fuji"),
        ("The image shows Stonehenge, a prehistoric monument.", "Stonehenge"),
        ("A white temple, the Parthenon, stands on a hill.", "Parthenon"),
        ("The picture shows the Mona Lisa, a famous portrait.", "Mona Lisa"),
        ("The painting shows Napoleon on a rearing horse.", "Napoleon"),
        # A thing of a kind, a place around the subject, a person, a word that the tables lack.
        ("A Ferrari is parked in the street.", ""),
        ("The blue Volkswagen Beetle is parked in the street.", ""),
        ("Two Jaguars are parked in the street.", ""),
        ("A man walks his dog in Paris.", ""),
        ("Maria sits on a bench.", ""),
        ("Tall Ben rises above the river.", ""),
        ("The bridges of Paris are old.", ""),
        ("The Stop sign is red.", ""),
        ("A Las Vegas, Nevada, trash can.", ""),
        ("Xyloqua Tower stands in the rain.", ""),
        ("A man stands in front of the Museum.", ""),
        ("The Museum is a long building.", ""),
        ("a red boat", ""),
        ("Ein Hund und eine Katze schlafen vor dem Eiffel Tower auf einer Bank.", ""),
    ],
)
def test_known_name_is_that_of_the_subject(description: str, name: str) -> None:
    assert name_of(description) == name


def test_known_name_and_the_weather_are_enough() -> None:
    text = (
        "The Eiffel Tower in Paris at night in the rain. The wrought-iron lattice tower with its "
        "four arched legs rises above green lawns, trees and gravel paths with a few tourists."
    )
    assert selected(text) == "Eiffel Tower night rain"


def test_name_that_no_decoder_restores_is_not_enough() -> None:
    text = (
        "Big Ben rises above the river. The tall gothic clock tower with golden dials stands "
        "beside an ornate stone palace, and a red bus crosses the bridge."
    )
    assert selected(text) == "big Ben"
    assert len(selected(text, "nibble").split()) > MIN_WORDS


@pytest.mark.parametrize("coding", PRICES)
def test_more_distinct_things_take_more_words(coding: Any) -> None:
    counts = [
        auto("There is " + ", ".join(f"a {thing}" for thing in THINGS[:count]) + ".", coding)
        for count in (1, MIN_WORDS, 10, 20, 30)
    ]
    words = [request.max_words for request in counts]
    assert words[:2] == [1, MIN_WORDS]  # a short description is sent as a whole
    assert words == sorted(words)
    assert words[2] < words[3] < words[4] < 30


def test_repeated_word_leaves_less_to_gain() -> None:
    things = "There is " + ", ".join(f"a {thing}" for thing in THINGS[:24] if thing != "horse")
    once, often = (auto("There is a horse. " * count + things) for count in (1, 4))
    assert often.max_words < once.max_words


def test_words_about_the_picture_gain_little() -> None:
    things = ". On it are " + ", ".join(f"a {thing}" for thing in THINGS[:12])
    talk = "The boat has a mood, a vibe, an atmosphere, a tone, a style, a theme, a feel"
    others = "The boat has a mast, a sail, an engine, a rudder, a cabin, a flag, a hull"
    assert auto(talk + things).max_words < auto(others + things).max_words


def test_limit_on_words_and_the_maximum_hold() -> None:
    text = ", ".join(f"a {first} {second}" for first in THINGS for second in THINGS[:7])
    assert auto(text).max_words <= MAX_WORDS
    request = SelectionRequest(text, 5, None, make_channel("lexicon"))
    assert count_by_gain(request) == 5


@profiles.examples(20)
@given(st.text(max_size=200), st.sampled_from(sorted(PRICES)))
def test_any_text_has_a_number_of_words(text: str, coding: Any) -> None:
    request = SelectionRequest(f"{text} boat", 1000, None, make_channel(coding))
    assert 1 <= count_by_gain(request) <= MAX_WORDS
