"""Fixtures for all tests: a photograph, and an environment without keys, servers and settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from semcodec.coding import tables
from tests import images

SETTINGS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "SEMCODEC_API_KEY")


@pytest.fixture(autouse=True)
def _clean_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    missing: Path = tmp_path_factory.getbasetemp() / "no-config.toml"
    monkeypatch.setenv("SEMCODEC_CONFIG", str(missing))


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
