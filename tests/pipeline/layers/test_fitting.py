"""Divide a limit between words and layers, without models."""

from __future__ import annotations

import pytest

from semcodec.bitstream import api
from semcodec.bitstream.layers import Group
from semcodec.pipeline.layers.fitting import Fitting, LayerPlan, LayerValues, reserve

BOX = (0, 0, 8, 8)


def test_layers_are_truncated_from_the_last_byte_and_the_last_word() -> None:
    values = LayerValues((Group(0, (BOX,)), Group(2, (BOX,))), b"ab")
    lengths = [(len(each.layout), len(each.colors)) for each in values.truncations()]
    assert lengths == [(2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]


@pytest.mark.parametrize(("may_skip", "kept"), [(True, ["dog", "cat"]), (False, ["dog"])])
def test_less_important_word_takes_the_bytes_of_one_that_does_not_fit(
    may_skip: bool, kept: list[str]
) -> None:
    words = ["dog", "xylophonist", "cat"]

    def rebuild(chosen: list[str]) -> LayerPlan:
        record = api.build_record(" ".join(chosen), coding="lexicon")
        return LayerPlan(record, record.words, colors=b"abc")

    limit = len(api.serialize(rebuild(["dog", "cat"]).record)) + 6
    fitting = Fitting(limit, lambda count: words[:count], rebuild, ["dog"], may_skip=may_skip)
    record = reserve(rebuild(words), fitting)
    assert record is not None
    assert record.words == kept
