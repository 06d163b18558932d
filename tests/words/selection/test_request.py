"""Selection requests: valid limits, and the words that fit them."""

from __future__ import annotations

import json

import pytest

from semcodec.errors import InputError
from semcodec.words import MAX_K, SelectionRequest, make_channel
from tests.fakes import OverlapJudge


def test_words_fit_within_all_limits() -> None:
    request = SelectionRequest("", 2, 20, make_channel("nibble"))
    assert request.fits(["red", "boat"])  # "rd bt" is 20 bits
    assert not request.fits(["red", "boats", "sky"])
    assert not request.fits(["red", "lamp"])


def test_words_fit_within_the_limit_of_a_record() -> None:
    request = SelectionRequest("", MAX_K, None, make_channel("bag"))
    assert not request.fits(["boat"] * MAX_K)


@pytest.mark.parametrize("max_words", [0, -1, MAX_K + 1, 2.0, None, True])
def test_invalid_number_of_words_is_an_input_error(max_words: object) -> None:
    with pytest.raises(InputError, match=f"k .* {MAX_K}"):
        SelectionRequest("", max_words, None, make_channel("nibble"))  # type: ignore[arg-type]


def test_request_as_values_for_json() -> None:
    request = SelectionRequest("a boat", 3, 80, make_channel("bag"), OverlapJudge())
    assert json.loads(json.dumps(request.as_dict())) == {
        "description": "a boat",
        "max_words": 3,
        "max_bits": 80,
        "coding": "bag",
        "judge": "overlap",
        "order": "reading",
    }


def test_set_has_no_order_of_importance() -> None:
    with pytest.raises(InputError, match="bag does not keep the order of words: use another"):
        SelectionRequest("a boat", 3, 80, make_channel("bag"), order="importance")
    with pytest.raises(InputError, match="order 'size'"):
        SelectionRequest("a boat", 3, 80, make_channel("utf8"), order="size")  # type: ignore[arg-type]
