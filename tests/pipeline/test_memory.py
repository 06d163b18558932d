"""The memory for the largest picture, in a process of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sizes

from tests import profiles

LARGEST = "4096x4096"
PAGE = Path(__file__).parents[2] / "docs" / "backends.md"
STATED = re.findall(r"^\| (\d+) x (\d+) \| (\d+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)


def test_largest_picture_stays_within_the_memory_limit() -> None:
    """It is enlarged from 256 pixels; the picture has 48 MiB, and the libraries about 80."""
    peak, _ = sizes.measure(LARGEST, "small")
    assert 120 < peak < sizes.MAX_MIB


@pytest.mark.skipif(profiles.NAME != "nightly", reason="paints large pictures, for half a minute")
@pytest.mark.parametrize("painter", sizes.PAINTERS)
@pytest.mark.parametrize("picture_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [LARGEST, "4096x256", "256x4096", "1x1", "4096x1"])
def test_no_size_or_format_exceeds_the_memory_limit(
    painter: str, picture_format: str, size: str
) -> None:
    peak, _ = sizes.measure(size, painter, format=picture_format, reflect=1, candidates=2)
    assert peak < sizes.MAX_MIB


def test_page_states_the_memory_of_the_largest_picture() -> None:
    assert ("4096", "4096") in {row[:2] for row in STATED}
    assert all(int(mib) < sizes.MAX_MIB for *_, mib in STATED)


@pytest.mark.skipif(profiles.NAME != "nightly", reason="paints large pictures, for a minute")
@pytest.mark.parametrize(("width", "height", "mib"), STATED)
def test_memory_on_the_page_is_that_of_a_run(width: str, height: str, mib: str) -> None:
    peak, _ = sizes.measure(f"{width}x{height}", "embedded")
    assert peak == pytest.approx(int(mib), abs=40)
