"""A hub on 127.0.0.1, and an empty cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.local import fake_hub
from tests.backends.local.fake_hub import FakeHub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """Return a hub with a model of texts and a pipeline, which the client in this process uses."""
    with fake_hub.serve_models(monkeypatch, tmp_path / "hub") as fake:
        yield fake
