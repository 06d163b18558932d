"""What all tests share: a photograph; and none sees keys, servers or config files of its runner."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import images

NAMES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "SEMCODEC_API_KEY")


@pytest.fixture(autouse=True)
def _settings_of_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    nowhere: Path = tmp_path_factory.getbasetemp() / "no-config.toml"
    monkeypatch.setenv("SEMCODEC_CONFIG", str(nowhere))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Return a photograph in a file."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(images.PHOTO)
    return path
