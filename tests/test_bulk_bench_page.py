"""What docs/bulk.md states of rates, memory and costs is what bench/bulk.py has printed."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def test_numbers_of_bulk_are_those_of_the_last_full_run() -> None:
    printed = set(NUMBER.findall((DOCS / "bulk-bench.md").read_text("utf-8")))
    section = (DOCS / "bulk.md").read_text("utf-8").partition("## What it takes\n")[2]
    stated = NUMBER.findall("\n".join(line for line in section.splitlines() if line[:1] == "|"))
    assert len(stated) > 20
    assert not set(stated) - printed


def test_last_full_run_was_complete() -> None:
    page = (DOCS / "bulk-bench.md").read_text("utf-8")
    assert "\n20000 pictures made" in page
    assert "\n5 interruptions: kill -9 at" in page
    assert "skipped" not in page
    assert page.endswith("\nno findings\n```\n")
