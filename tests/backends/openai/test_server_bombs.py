"""The responses of a hostile server take limited memory."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import bombs
import server_bombs

from tests import profiles

PAGE: Final = Path(__file__).parents[3] / "docs" / "server-bombs.md"
ROW: Final = re.compile(r"^\| ([^|]+) \| +(\d+) \| +([\d.]+) \|", re.M)
#: A response that is made and received quickly; the others are received at night.
FAST: Final = "11 million empty objects in place of images"


def test_responses_take_at_most_400_mb(record_property: profiles.RecordProperty) -> None:
    names = [FAST] if profiles.NAME == "gate" else list(server_bombs.BOMBS)
    rows = [server_bombs.measure(name) for name in names]
    record_property("inputs", len(rows))
    assert not list(server_bombs.find_faults(rows))


def test_page_has_a_figure_within_the_limit_for_each_response() -> None:
    rows = ROW.findall(PAGE.read_text("utf-8"))
    assert [name for name, _, _ in rows] == list(server_bombs.BOMBS)
    assert all(int(peak) <= bombs.MAX_MB for _, peak, _ in rows)
    assert all(float(seconds) <= server_bombs.MAX_CPU for _, _, seconds in rows)


def test_too_high_figures_and_other_errors_are_found() -> None:
    row = bombs.Row("a bomb", 1, 1, "a picture of 9 x 9")
    assert not list(server_bombs.find_faults([row]))
    faulty = [
        row._replace(peak=401),
        row._replace(seconds=20.1),
        row._replace(outcome="MemoryError: "),
        row._replace(noise="a warning"),
    ]
    assert len(list(server_bombs.find_faults(faulty))) == len(faulty)
