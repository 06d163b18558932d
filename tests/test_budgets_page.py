"""The page docs/budgets.md states the rule of rate auto, and what bench/budgets.py measures."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from statistics import median

import budgets
import budgets_page
import pytest

from semcodec.coding import tables
from semcodec.pipeline.rate_control import DEFAULT_K
from semcodec.words.selection import marginal_gain

PAGE = (Path(__file__).parents[1] / "docs" / "budgets.md").read_text("utf-8")
EXAMPLES = budgets.make_examples()


def test_measurements_are_those_of_the_tables() -> None:
    assert re.findall(r"`([0-9a-f]{64})`", PAGE) == [hashlib.sha256(tables.read_file()).hexdigest()]


def test_threshold_of_the_page_is_that_of_the_library() -> None:
    for coding, price in marginal_gain.PRICES.items():
        assert f"{price / 100:g} in `{coding}`" in PAGE
    text = " ".join(PAGE.split())
    assert f"at least {marginal_gain.MIN_WORDS} words if it has them" in text
    assert f"none gets more than {marginal_gain.MAX_WORDS}" in text
    assert f"(half after {marginal_gain.HALF_MASS_RANK} words)" in text
    assert f"a sentence: {DEFAULT_K} words" in text
    assert marginal_gain.IMPLIED_DIVISOR == 10  # "gains a tenth"
    assert marginal_gain.PICTURE_WORD_DIVISOR == 4  # "have a quarter"
    assert marginal_gain.MAX_MENTIONS == 4  # "up to three repetitions"


def test_records_of_the_page_are_those_of_rate_auto() -> None:
    assert budgets_page.examples_table(EXAMPLES) in PAGE


def test_landmark_takes_far_fewer_words_than_a_picture_of_many_things() -> None:
    landmark, scene = (
        median(len(example.words.split()) for example in EXAMPLES[name])
        for name in ("landmarks", "scenes")
    )
    assert 5 * landmark < scene


def test_budgets_are_used_on_long_descriptions() -> None:
    cells = re.findall(r"([\d.]+) % \((\d+)\)", PAGE)
    assert len(cells) > 40
    assert min(float(share) for share, _ in cells) >= 90


@pytest.mark.parametrize("coding", ["lexicon", "bag", "nibble"])
def test_more_bits_buy_more_similarity(coding: str) -> None:
    heading = next(line for line in PAGE.splitlines() if line.startswith("| K |"))
    column = heading.split(" | ").index(f"`{coding}`" + (" |" if coding == "nibble" else ""))
    rows = [
        line.split(" | ") for line in PAGE.splitlines() if re.match(r"\| \d+ \| \d+ bits", line)
    ]
    points = [re.findall(r"([\d.]+) bits, ([\d.]+)", row[column])[0] for row in rows]
    values = [(float(bits), float(similarity)) for bits, similarity in points]
    assert len(values) == len(budgets.KS)
    assert values == sorted(values)
