"""Hide API keys, the config file and proxies of this machine from the tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from semcodec.backends.openai import rate_limits

HIDDEN_PREFIXES = ("OPENAI_", "SEMCODEC_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.upper().startswith(HIDDEN_PREFIXES)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SEMCODEC_CONFIG", str(tmp_path / "missing-config.toml"))
    rate_limits._limiters.clear()  # the port of an earlier server may be used again
