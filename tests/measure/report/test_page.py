"""The page of a measurement: what it contains, and what it does not."""

from __future__ import annotations

from pathlib import Path

from semcodec.measure.report import make_page
from tests.measure.report.example import make_results


def test_page_shows_names_words_and_bytes(tmp_path: Path) -> None:
    page = make_page(make_results(tmp_path), tmp_path)
    assert "boat.jpg" in page
    assert "brown dog grass ball" in page
    assert page.count("data:image/webp;base64,") == 9
