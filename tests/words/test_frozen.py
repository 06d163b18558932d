"""Selections and restorations with the frozen tables, word for word, to detect changed rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import semcodec
from semcodec.words.vocabulary import FILE

FROZEN = json.loads(Path(__file__).with_name("frozen.json").read_text("utf-8"))
SENTENCES = FROZEN["sentences"]


def test_frozen_results_are_for_the_tables_in_use() -> None:
    assert FROZEN["tables"] == FILE


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence["text"][:30])
def test_frozen(sentence: dict[str, str]) -> None:
    assert semcodec.decompress(sentence["skeletons"]) == sentence["restored"].split()
    for k in (6, 12):
        assert semcodec.select(sentence["text"], k) == sentence[f"select {k}"].split()
