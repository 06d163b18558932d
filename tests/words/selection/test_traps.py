"""Words that a decoder would read as others: the encoder sends a synonym, or leaves them out."""

from __future__ import annotations

from dataclasses import replace

import pytest

import semcodec
from semcodec.words.matching import SYNONYMS, synonyms
from semcodec.words.selection import SelectionRequest, make_channel
from semcodec.words.selection.channel import same_lemma
from semcodec.words.selection.traps import leave_out_traps


def received(words: list[str]) -> list[str]:
    lists = semcodec.readings([semcodec.skeleton(word) for word in words])
    return [found[0].word for found in lists]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A road with a red car.", "street red car"),
        ("A bike.", "bicycle"),
        ("A mug.", "cup"),
        ("A stone bridge with a coffee grinder.", "stone bridge coffee grinder"),
        ("The grandeur of a stone bridge.", "grandeur stone bridge"),
        ("A stone bridge and a grinder.", "stone bridge"),  # grandeur would come back
    ],
)
def test_misread_word_is_replaced_or_left_out(text: str, words: str) -> None:
    selected = semcodec.select(text, 12)
    assert selected == words.split()
    assert all(map(same_lemma, selected, received(selected)))


def test_synonym_of_the_description_is_not_sent_twice() -> None:
    assert semcodec.select("A street beside a road.", 12).count("street") == 1


def test_other_codings_need_no_synonyms() -> None:
    assert "road" in semcodec.select("A road with a red car.", 12, coding="lexicon")


def test_synonyms_are_of_one_group() -> None:
    assert synonyms("roads") == ["street", "highway", "roadway"]
    assert synonyms("zebra") == []
    assert all(SYNONYMS[other] == SYNONYMS["sea"] for other in synonyms("sea"))


def test_traps_are_left_out_one_by_one_but_not_the_subject() -> None:
    others = {"boat": "bat", "lake": "like"}
    channel = replace(
        make_channel("nibble"), painted=lambda words: [others.get(word, word) for word in words]
    )
    request = SelectionRequest("A red boat on a lake.", 12, None, channel)
    assert leave_out_traps(["red", "boat", "lake"], request) == ["red", "boat"]
    request = SelectionRequest("A dog and a red boat on a lake.", 12, None, channel)
    assert leave_out_traps(["dog", "red", "boat", "lake"], request) == ["dog", "red"]
