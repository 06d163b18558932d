"""Fixtures for tests with third-party servers: no key, and a config file for short responses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import run

__all__ = ["run"]

#: Short responses, and no retries.
CONFIG = "[openai]\nmost_output = 200\nretries = 0\n"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the config file, remove all other settings, and return its path."""
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    for name in ("OPENAI_API_KEY", "SEMCODEC_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SEMCODEC_CONFIG", str(path))
    return path
