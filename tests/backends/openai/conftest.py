"""Hide the keys, the config file and the proxies of the environment from the tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

OTHERS = ("OPENAI_", "SEMCODEC_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.upper().startswith(OTHERS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SEMCODEC_CONFIG", str(tmp_path / "there is no config"))
