"""Restoration: one word with each skeleton, and the same words on every machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.coding import lexicon
from semcodec.coding.model import BitProbabilities
from semcodec.errors import InputError
from semcodec.words.restoration import IncrementalRestorer
from semcodec.words.skeleton_context import has_candidates, pronounceable
from semcodec.words.skeleton_readings import received_words
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.slips import matches
from semcodec.words.vocabulary import vocabulary
from semcodec.words.written_skeletons import MAX_WORDS
from tests.profiles import examples

SYMBOLS = "ntsrhldcmfgpbkv"
skeletons = st.lists(st.text(SYMBOLS, min_size=1, max_size=9), max_size=12)


@pytest.mark.parametrize(
    ("received", "words"),
    [
        ("ndn trdtnl rch vndv", "indian traditional arch window"),
        ("rd bt bl vtr", "red boat blue water"),
        ("tv dg grn fld", "two dogs green field"),
        ("lrg gr bs cntr strt", "large gray bus center street"),
        ("brd", "bird"),
        ("lrg rd rd", "large red road"),
        ("vmn rd vmn", "woman red women"),  # repetition costs
        ("", ""),
    ],
)
def test_examples(received: str, words: str) -> None:
    assert semcodec.decompress(received) == words.split()


def test_earlier_words_decide_between_candidates() -> None:
    assert semcodec.decompress("snv brd")[-1] == "board"
    assert semcodec.decompress("brd brnch")[0] == "bird"


def test_only_candidate_has_no_coding_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    # The costs, and so the results, depend on this: costs of other words are compared with it.
    coded: list[str] = []

    def bit_cost(probabilities: BitProbabilities, word: str) -> int:
        coded.append(word)
        return 100

    monkeypatch.setattr(lexicon, "bit_cost_16ths", bit_cost)
    assert semcodec.decompress("brd trdtnl")[1] == "traditional"
    assert "bird" in coded
    assert "traditional" not in coded


def test_list_is_restored_like_a_text() -> None:
    assert semcodec.decompress(["rd", "bt"]) == semcodec.decompress("rd bt")


@given(skeletons)
def test_restored_words_have_the_given_skeletons(received: list[str]) -> None:
    words = received_words(received, semcodec.decompress(received))
    assert all(matches(*pair) for pair in zip(received, map(skeleton_of_word, words), strict=True))


@given(st.lists(st.sampled_from(vocabulary().words), max_size=12))
def test_known_skeletons_are_kept(words: list[str]) -> None:
    received = [skeleton_of_word(word) for word in words if has_candidates(skeleton_of_word(word))]
    restored = semcodec.decompress(received)
    assert [skeleton_of_word(word) for word in restored] == received
    if received:
        assert semcodec.skeleton(" ".join(restored)) == " ".join(received)


@examples(30)
@given(st.lists(skeletons, max_size=3), st.integers(0, 6))
def test_incremental_restorer_returns_what_decompress_does(
    changes: list[list[str]], kept: int
) -> None:
    restorer, received = IncrementalRestorer(), list[str]()
    for change in changes:
        received = received[:kept] + change
        assert restorer.decompress(received) == semcodec.decompress(received)


@pytest.mark.parametrize(
    "received",
    ["a", "rd  bt", " rd", "rd ", "rd\n", 3, [3], [""], ["n d"], [" "], ["nd "], "?", "rd-bt"],
)
def test_invalid_skeleton_is_an_input_error(received: object) -> None:
    with pytest.raises(InputError):
        semcodec.decompress(received)  # type: ignore[arg-type]


def test_too_many_skeletons_are_an_input_error() -> None:
    with pytest.raises(InputError, match=str(MAX_WORDS)):
        semcodec.decompress(["bt"] * (MAX_WORDS + 1))


def test_unknown_skeleton_becomes_a_made_up_word() -> None:
    assert pronounceable("grkhmt") == "grkhmt"
    assert pronounceable("grkhms") == "grkhmus"
    assert semcodec.decompress("kkbkkpvv") == ["kkbkkpvv"]


def test_hash_order_and_locale_change_nothing() -> None:
    code = """
import semcodec
from semcodec.words.predicates import find_predicates
text = "Two brown dogs sleep beside a red Ferrari and a grinder, left of an old stone bridge."
print(semcodec.decompress("ndn bt vtr grss mn st crt"), semcodec.decompress("brvns dgos"))
print(semcodec.readings("ndn trdtln rch wndw lt shdw"))
print(semcodec.select(text, 12), semcodec.select(text, 12, order="importance"))
print([predicate.text for predicate in find_predicates(text.split())])
"""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "LC_ALL": locale},
            capture_output=True,
            check=True,
        ).stdout
        for seed, locale in (("0", "C"), ("1", "C.UTF-8"), ("77", "tr_TR.UTF-8"))
    }
    assert len(outputs) == 1
