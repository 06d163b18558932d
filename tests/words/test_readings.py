"""Readings: the words that a skeleton may stand for, also with a slip."""

from __future__ import annotations

import random
from itertools import product

import pytest
import slips
from hypothesis import given
from hypothesis import strategies as st

import semcodec
from semcodec.words import healing, skeleton_readings
from semcodec.words.skeleton_readings import (
    MARGIN,
    MISMATCHES,
    find_slip,
    painted_words,
    received_words,
)
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.slips import is_known
from semcodec.words.vocabulary import vocabulary
from semcodec.words.written_skeletons import MAX_WORDS
from tests.profiles import examples

SYMBOLS = "ntsrhldcmfgpbkv"
skeletons = st.lists(st.text(SYMBOLS, min_size=1, max_size=7), max_size=5)
PAPER = "ndn trdtln rch wndw lt shdw"


def first_words(text: str) -> list[str]:
    return [found[0].word for found in semcodec.readings(text)]


def test_example_of_the_paper() -> None:
    assert semcodec.decompress(PAPER) == "indian traditional arch window late shadow".split()
    lists = semcodec.readings(PAPER)
    assert "lattice" in [reading.word for reading in lists[4]]
    assert [found[0].slip for found in lists] == ["", "transposition", "", "", "", ""]
    assert [found[0].is_received for found in lists] == [True, False, True, True, True, True]


@pytest.mark.parametrize(
    ("received", "words"),
    [
        ("lrg whtie hrs grn fld", "large white horse green field"),
        ("vmn vlknig dg prk", "woman walking dog park"),
        ("vmn vlkngg dg prk", "woman walking dog park"),
        ("mn rdng bcycl strt", "man riding bicycle street"),
        ("mn rdng bccl strt", "man riding bicycle street"),
        ("rd dbl dckr bs lndn", "red double decker bus london"),
        ("bt ktchn rfrgrtr", "boat kitchen refrigerator"),
        ("ktchn rfrgr stv", "kitchen refrigerator stove"),  # an abbreviation
    ],
)
def test_slips_are_healed(received: str, words: str) -> None:
    assert [skeleton_of_word(word) for word in first_words(received)][1:] == [
        skeleton_of_word(word) for word in words.split()
    ][1:]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Rd Bt BL WTR", "red boat blue water"),
        ("qck brwn fx", "quick brown fox"),
        ("shdws", "shadows"),
        ("shdw", "shadow"),
        ("wndw clds", "window clouds"),
        ("red boats", "red boats"),
        ("3 dgs 45 zbrs", "3 dogs 45 zebras"),
        ("wndw, rd", "window red"),
        ("jzz", "jazz"),
        ("50% rd bt 12:30", "50% red boat 12:30"),
    ],
)
def test_other_letters_are_folded_and_numbers_stay(written: str, words: str) -> None:
    assert semcodec.decompress(written) == words.split()
    assert first_words(written) == words.split()


def test_known_names_and_numbers_are_not_slips() -> None:
    assert semcodec.decompress("tll mchl hs") == ["tall", "mchl", "house"]  # Michael
    assert [len(found) for found in semcodec.readings("tll mchl hs")][1] == 1
    for received in ("hnrdd", "tvvl", "frtnt", "thsnnd"):
        assert semcodec.decompress(received)[0] not in skeleton_readings.BONUS_WORDS


@examples(40)
@given(skeletons)
def test_only_unknown_skeletons_are_healed(received: list[str]) -> None:
    words = semcodec.decompress(received)
    for skeleton, word in zip(received, words, strict=True):
        assert find_slip(skeleton, word) is not None
        assert skeleton_of_word(word) == skeleton or not is_known(skeleton)


@examples(30)
@given(skeletons)
def test_first_reading_is_the_restored_word_or_better_by_the_margin(received: list[str]) -> None:
    words = semcodec.decompress(received)
    for found, word, skeleton in zip(semcodec.readings(received), words, received, strict=True):
        costs = {reading.word: reading.cost for reading in found}
        assert len(costs) == len(found) <= healing.MAX_KEPT
        assert found[0].cost == 0
        assert all(find_slip(skeleton, r.word) == r.slip for r in found)
        if found[0].word != word:
            assert found[0].slip
            assert costs.get(word, MARGIN) >= MARGIN


@examples(30)
@given(skeletons)
def test_received_words_match_their_skeletons(received: list[str]) -> None:
    for words in (semcodec.decompress(received), first_words(" ".join(received))):
        shown = received_words(received, words)
        assert all(
            find_slip(skeleton, word) not in (None, *MISMATCHES)
            for skeleton, word in zip(received, shown, strict=True)
        )
        kept = [find_slip(*pair) not in MISMATCHES for pair in zip(received, words, strict=True)]
        assert all(a == b for a, b, same in zip(words, shown, kept, strict=True) if same)


def test_received_words_of_slips() -> None:
    assert received_words(["ndn", "trdtln"], ["indian", "traditional"]) == ["indian", "trdtln"]
    assert received_words(["lt"], ["lattice"]) == ["lattice"]  # symbols are left out
    assert received_words(["frm"], ["firms"]) == ["firms"]
    assert received_words(["brd"], ["drab"]) == ["bird"]


def test_number_must_match() -> None:
    assert find_slip("thr", "three") == ""
    assert find_slip("thrh", "Three") is None
    assert find_slip("trh", "three") is None
    assert find_slip("trh", "the red") is None


def test_context_prefers_another_word_only_by_the_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "rd bts bl vtr"
    assert semcodec.decompress(text)[1] == "obtuse"  # the only word with this skeleton
    assert first_words(text)[1] == "boat"
    monkeypatch.setattr(skeleton_readings, "MARGIN", 1_000)
    assert first_words(text)[1] == "obtuse"


def test_work_on_hostile_lists_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[int] = []

    def compare(place: healing.Place, others: list[str]) -> list[healing.Scored]:
        places.append(place.at)
        return [healing.Scored(0, others[0])]

    monkeypatch.setattr(healing, "compare", compare)
    monkeypatch.setattr(skeleton_readings, "compare", compare)
    pairs = product(SYMBOLS, repeat=3)
    unknown = [f"kvk{''.join(pair)}kvvk" for pair in pairs] + ["kvkvk" * 9_000]
    assert len(semcodec.readings((unknown * 2)[:MAX_WORDS])) == MAX_WORDS
    assert len(places) == 3 * healing.MAX_PLACES
    assert max(places) < healing.MAX_PLACES


def test_work_at_one_place_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = 0
    cost_of = healing.History.cost

    def cost(history: healing.History, word: str) -> int:
        nonlocal costs
        costs += 1
        return cost_of(history, word)

    monkeypatch.setattr(healing.History, "cost", cost)
    semcodec.readings(["ll"])  # some 900 words have these symbols in this order
    assert 100 > costs >= healing.MAX_COMPARED


def test_all_words_of_the_tables_can_be_read() -> None:
    assert all(find_slip(skeleton_of_word(word), word) == "" for word in vocabulary().words[::500])


@examples(12)
@given(skeletons)
def test_painted_words_are_the_first_readings(received: list[str]) -> None:
    assert painted_words(received) == [found[0].word for found in semcodec.readings(received)]
    if received:
        words = ["rd", "bts", "bl", *received]
        assert painted_words(words) == first_words(" ".join(words))


@pytest.mark.parametrize("kind", slips.KINDS)
def test_planted_slips(kind: str) -> None:
    """The small form of bench/slips.py: the word that was meant is among the readings."""
    words = "large brown horse wooden fence green mountain yellow flower bridge".split()
    received = list(map(skeleton_of_word, words))
    count = 0
    for at in range(0, len(words), 2):
        slipped = slips.KINDS[kind](received[at], random.Random(at))
        listed = [*received[:at], slipped, *received[at + 1 :]]
        lists = semcodec.readings(listed)
        count += words[at] in [reading.word for reading in lists[at]]
        read = [skeleton_of_word(found[0].word) for found in lists]
        assert read[:at] + read[at + 1 :] == received[:at] + received[at + 1 :]
    assert count >= 4
