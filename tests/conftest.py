"""No test sees the keys, the servers or the config file of whoever runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

NAMES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "SEMCODEC_API_KEY")


@pytest.fixture(autouse=True)
def _settings_of_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    nowhere: Path = tmp_path_factory.getbasetemp() / "no-config.toml"
    monkeypatch.setenv("SEMCODEC_CONFIG", str(nowhere))
