"""Slips: how a skeleton differs from that of a word, and which words it may stand for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.slips import (
    DELETION_COST,
    MAX_MISSING,
    MAX_SLIP,
    classify_slip,
    find_corrections,
    is_known,
    is_name,
)
from semcodec.words.vocabulary import vocabulary
from tests.profiles import examples

SPECIFICATION = Path(__file__).parents[2].joinpath("spec/SEMCODEC-1.md").read_text("utf-8")
SYMBOLS = "ntsrhldcmfgpbkv"


@pytest.mark.parametrize(
    ("received", "meant", "slip"),
    [
        ("trdtnl", "trdtnl", ""),
        ("trdtln", "trdtnl", "transposition"),
        ("rtdtnl", "trdtnl", "transposition"),
        ("trdtntl", "trdtnl", "insertion"),
        ("strdtnl", "trdtnl", "insertion"),
        ("trdtnls", "trdtnl", "insertion"),
        ("trdtn", "trdtnl", "deletion"),
        ("rdtnl", "trdtnl", "deletion"),
        ("trdt", "trdtnl", "abbreviation"),
        ("tnl", "trdtnl", "abbreviation"),
        ("lt", "lttc", "abbreviation"),
        ("ltc", "lttc", "deletion"),
        ("trtdln", "trdtnl", None),  # two pairs are swapped
        ("drttnl", "trdtnl", None),  # the two are not neighbors
        ("trdtmm", "trdtnl", None),
        ("tr", "rt", None),  # two symbols are too few
        ("rdb", "rd", "insertion"),
        ("rd", "r", None),
        ("", "rd", None),
    ],
)
def test_slips(received: str, meant: str, slip: str | None) -> None:
    assert classify_slip(received, meant) == slip


@examples(40)
@given(st.text(SYMBOLS, min_size=1, max_size=9))
def test_corrections_are_known_skeletons_with_this_slip(received: str) -> None:
    found = find_corrections(received)
    assert list(found) == sorted(set(found))
    for correction in found:
        assert is_known(correction.skeleton)
        assert classify_slip(received, correction.skeleton) == correction.slip != ""


@pytest.mark.parametrize("received", ["trdtln", "rch", "lt", "shdvs", "ltc"])
def test_all_corrections_are_found(received: str) -> None:
    found = {correction.skeleton for correction in find_corrections(received)}
    for meant in set(map(skeleton_of_word, vocabulary().words)):
        slip = classify_slip(received, meant)
        is_far = len(meant) - len(received) > MAX_MISSING or meant[:1] != received[0]
        expected = slip not in ("", None) and not (slip == "abbreviation" and is_far)
        assert (meant in found) is expected, meant


def test_costs_are_those_of_the_specification() -> None:
    rows = re.findall(r"^\| [a-z].*? \| `(\w+)` \| (\w+) \| (\d+)(.*) \|$", SPECIFICATION, re.M)
    assert len(rows) == 7, rows
    for received, word, bits, each in rows:
        meant = skeleton_of_word(word)
        found = {correction.skeleton: correction.bits for correction in find_corrections(received)}
        missing = len(meant) - len(received)
        assert found[meant] == int(bits) + (missing if each else 0)


def test_each_skeleton_is_found_once() -> None:
    for received in ("bd", "ld", "ckng"):  # b is missing in "bbd" at either place
        found = [correction.skeleton for correction in find_corrections(received)]
        assert len(found) == len(set(found))
    costs = {correction.skeleton: correction.bits for correction in find_corrections("ckng")}
    assert costs["cckng"] == DELETION_COST


def test_first_letter_and_short_forms_cost_more() -> None:
    costs = {correction.skeleton: correction.bits for correction in find_corrections("rd")}
    assert costs["brd"] > costs["rdd"] > 0
    costs = {correction.skeleton: correction.bits for correction in find_corrections("bts")}
    assert costs["bt"] < costs["bs"]  # an s at the end is that of a plural


def test_no_slip_of_a_name_or_of_a_long_text() -> None:
    assert is_name("mchl")  # Michael
    assert not is_name("mchnl")
    assert not is_name("bt")
    assert find_corrections("t") == ()
    assert find_corrections("n" * (MAX_SLIP + 1)) == ()
    assert find_corrections("nt" * 50_000) == ()
