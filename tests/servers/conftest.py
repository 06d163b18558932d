"""Servers that are not ours, the command line, and a user who has no key and no settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import run

__all__ = ["run"]

#: Answers are kept short, and nothing is asked twice behind our back.
CONFIG = "[openai]\nmost_output = 16\nretries = 0\n"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the config file of a user with nothing else set."""
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    for name in ("OPENAI_API_KEY", "SEMCODEC_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SEMCODEC_CONFIG", str(path))
    return path
