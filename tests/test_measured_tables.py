"""The measured tables of the specification are those that the scripts in bench/ print."""

from __future__ import annotations

import re

import damage
import importance
import pytest
import work
from specification import SPECIFICATION, read_block

from tests import profiles

TEXT = SPECIFICATION.read_text("utf-8")
GATE_RECORDS = 6  #: records that the gate damages
#: Percentage points by which their shares may differ, for each kind of damage: a record has about
#: 130 bits to flip, but only one last byte.
TOLERANCES = (10, 50, 20)


def test_work_of_the_worst_records_is_that_of_the_specification() -> None:
    table = read_block("work")
    [word] = re.findall(r"`lexicon`: \*(\w+)\*, 512 times", table)
    assert work.specification_table(word) == table


def test_decoder_stays_within_the_stated_decisions() -> None:
    """At most 19 decisions for a word of the vocabulary, of which 17 need a product (§13.1)."""
    assert "at most 19 decisions" in TEXT
    assert "at most 17 need a product" in TEXT.replace("\n", " ")
    longest = {"decisions": 0, "products": 0}
    for word in ("red", "Paris", work.load_tables().words[20_000], work.load_tables().words[-1]):
        with work.counting() as counts:
            work.lexicon.payload_bits([word])
        longest = {name: max(longest[name], counts[name]) for name in counts}
    assert longest["decisions"] <= 19
    assert longest["products"] <= 17


@pytest.mark.sampled
def test_damage_that_is_read_is_that_of_the_specification(
    record_property: profiles.RecordProperty,
) -> None:
    table = read_block("damage")
    if profiles.NAME == "nightly":
        record_property("inputs", damage.RECORDS)
        assert damage.table() == table
        return
    record_property("inputs", GATE_RECORDS)
    for coding in ("lexicon", "bag"):  # the tables do not change the others
        shares = damage.shares(coding, "none", GATE_RECORDS)
        stated = re.findall(rf"\| `{coding}` \| ([\d.]+) %", table)
        for share, cell, tolerance in zip(shares, stated, TOLERANCES, strict=True):
            assert 100 * share == pytest.approx(float(cell), abs=tolerance)


def test_nothing_but_kk_hides_a_flipped_bit_from_a_check() -> None:
    """Each check finds every flipped bit outside KK (§5.6)."""
    for check in damage.CHECKS[1:]:
        record = damage.pack("red bear window", "lexicon", check)
        read = [index for index, data in enumerate(damage._flips(record)) if damage.is_read(data)]
        assert set(read) <= {3, 4}


@pytest.mark.skipif(profiles.NAME != "nightly", reason="it compares 16,384 words")
def test_word_that_is_repeated_is_the_cheapest() -> None:
    [word] = re.findall(r"`lexicon`: \*(\w+)\*, 512 times", read_block("work"))
    assert work.cheapest_word() == word


def test_cost_of_prefixes_is_that_of_the_table() -> None:
    """docs/progressive.md: at most 0.04 at 8 bytes, 0.03 at 12, and 0.02 from 20 bytes on."""
    page = importance.PAGE.read_text("utf-8")
    table = page.split(importance.START)[1].split(importance.END)[0]
    heading, _, *rows = [line.strip("| ").split(" | ") for line in table.splitlines()]
    assert heading[1:] == [f"{budget} bytes" for budget in importance.BUDGETS]
    costs = dict.fromkeys(importance.BUDGETS, 0.0)
    for _, *cells in rows:
        for budget, cell in zip(importance.BUDGETS, cells, strict=True):
            reading, by_importance = map(float, cell.split(" / "))
            costs[budget] = max(costs[budget], reading - by_importance)
    stated = re.findall(r"at most (0\.\d\d)\s+(?:at|from) (\d+)", page.replace("\n", " "))
    limits = {int(budget): float(cost) for cost, budget in stated}
    assert limits.keys() == {8, 12, 20}
    for budget, cost in costs.items():
        limit = limits[max(stated for stated in limits if stated <= budget)]
        assert round(cost, 2) <= limit
