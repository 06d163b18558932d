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
    fake = FakeHub()
    fake.add("Qwen/Qwen3-VL-2B-Instruct", fake_hub.text_model())
    fake.add("black-forest-labs/FLUX.2-klein-4B", fake_hub.pipeline())
    fake.add("black-forest-labs/FLUX.2-klein-9B", fake_hub.pipeline())
    with fake.serve() as url:
        fake_hub.use(monkeypatch, url, tmp_path / "hub")
        yield fake
