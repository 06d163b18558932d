"""Fixtures for all tests: a photograph, and an installation without tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from semcodec.coding import tables
from tests import images


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Return the path of a JPEG file with a photograph."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(images.PHOTO)
    return path


@pytest.fixture
def without_tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Remove the tables of the codings of words, as in an installation without their file."""
    tables.load_tables.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(tables, "FILE_NAME", "missing.bin")
        yield
    tables.load_tables.cache_clear()
