"""A machine with fake libraries, folders of models, and a hub on 127.0.0.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.local import LocalBackend, devices, models
from semcodec.backends.local.store import ModelStore
from tests.backends.local import fake_hub
from tests.backends.local.fake_hub import FakeHub
from tests.backends.local.fake_libraries import (
    Machine,
    install,
    write_image_folder,
    write_text_folder,
)

DESCRIPTION = "A large red boat lies on calm blue water under a wide sky."
GPU = 24_000_000_000  #: bytes
MakeBackend = Callable[..., LocalBackend]


def answer_usefully(chat: list[dict[str, Any]]) -> str:
    """Describe images, and ramble about everything else."""
    has_image = any(part["type"] == "image" for part in chat[1]["content"])
    return DESCRIPTION if has_image else "Sure! " * 30


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without a GPU, and without models in memory."""
    machine = Machine(answer_usefully)
    install(monkeypatch, machine)
    monkeypatch.setattr(models, "STORE", ModelStore())
    devices._describe_device.cache_clear()
    return machine


@pytest.fixture
def gpu(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The same with a GPU of 24 GB."""
    machine.memory = GPU
    install(monkeypatch, machine)
    return machine


@pytest.fixture
def make_backend(machine: Machine, tmp_path: Path) -> MakeBackend:
    """Return a function that makes a backend with two folders as its models."""
    text, image = write_text_folder(tmp_path / "text"), write_image_folder(tmp_path / "image")

    def make(**settings: Any) -> LocalBackend:
        return LocalBackend(**{"text_model": str(text), "image_model": str(image)} | settings)

    return make


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """Return a hub with a model of texts and a pipeline, which the client in this process uses."""
    with fake_hub.serve_models(monkeypatch, tmp_path / "hub") as fake:
        yield fake
