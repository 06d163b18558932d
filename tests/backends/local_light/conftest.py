from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from semcodec.backends.local_light.store import STORE
from tests.backends.local_light.fake_genai import FakeLibrary

MakeFolder = Callable[..., Path]


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLibrary]:
    """The library as a stand-in, which starts with no loaded model."""
    fake = FakeLibrary()
    fake.install(monkeypatch)
    before = STORE.__dict__.copy()
    STORE._reset()
    yield fake
    STORE.__dict__.update(before)


@pytest.fixture
def make_text_folder(tmp_path: Path) -> MakeFolder:
    def make(name: str = "tiny-vlm", notes: str = "") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.json").write_text("{}")
        (folder / "openvino_language_model.xml").write_text(f"<net>{notes}</net>")
        return folder

    return make


@pytest.fixture
def make_image_folder(tmp_path: Path) -> MakeFolder:
    def make(pipeline: str = "Flux2KleinPipeline", part: str = "transformer") -> Path:
        folder = tmp_path / "tiny-painter"
        (folder / part).mkdir(parents=True)
        (folder / "model_index.json").write_text(json.dumps({"_class_name": pipeline}))
        (folder / part / "openvino_model.xml").write_text("<net></net>")
        return folder

    return make
