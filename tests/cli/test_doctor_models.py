"""``semcodec doctor``: the device, the models on this machine, and what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from semcodec.backends.local import backend, devices
from semcodec.backends.local.devices import Device
from semcodec.errors import BackendError
from tests.backends.local import fake_hub
from tests.backends.local.fake_hub import FakeHub
from tests.cli.conftest import Run

CPU = Device("cpu", "CPU", None, "float32")
SMALL = Device("cuda", "NVIDIA GeForce RTX 4050", 6_200_000_000, "bfloat16")
LARGE = Device("cuda", "NVIDIA GeForce RTX 4090", 25_300_000_000, "bfloat16")


@pytest.fixture(autouse=True)
def _cache(hub: FakeHub) -> None:
    """Look for models in an empty cache."""


def use(monkeypatch: pytest.MonkeyPatch, device: Device) -> None:
    monkeypatch.setattr(backend, "find_device", lambda wanted: device)


def section(run: Run, title: str, *options: str) -> dict[str, str]:
    """Return a section by name, each value as one line."""
    lines = run("doctor", *options)[1].partition(f"{title}\n")[2].partition("\n\n")[0].splitlines()
    rows: dict[str, str] = {}
    for line in lines:
        if not line.startswith("   "):
            name, _, text = line.strip().partition(" ")
            rows[name] = text.strip()
        else:
            rows[name] += f" {line.strip()}"
    return rows


def models_section(run: Run, *options: str) -> dict[str, str]:
    return section(run, "models on this machine (--backend local)", *options)


def test_missing_packages_are_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(wanted: str) -> None:
        raise BackendError(devices.MISSING, backend="local")

    monkeypatch.setattr(backend, "find_device", fail)
    rows = models_section(run)
    assert list(rows) == ["device"]
    assert "pip install 'semcodec[local]'" in rows["device"]
    assert run("doctor")[0] == 0  # the offline backend works
    assert run("doctor", "--describer", "local")[0] == 2


def test_defaults_of_a_gpu(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, SMALL)
    rows = models_section(run)
    assert rows["device"] == "NVIDIA GeForce RTX 4050, 6.2 GB, bfloat16; defaults for 6 GB"
    assert rows["memory"] == (
        "nf4; one model at a time; one part of the painter is on the device at a time"
    )
    assert rows["text"] == (
        "qwen3-vl-2b is not on this machine: semcodec models fetch qwen3-vl-2b (4.3 GB)"
    )
    assert "semcodec models fetch flux.2-klein-4b (16.0 GB)" in rows["pictures"]
    use(monkeypatch, LARGE)
    rows = models_section(run)
    assert "both models stay on the device" in rows["memory"]
    assert rows["text"].startswith("qwen3-vl-4b ")


def test_on_a_cpu_the_offline_painter_paints(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, CPU)
    rows = models_section(run)
    assert rows["device"] == "CPU, float32"
    assert rows["memory"] == "weights are not quantized"
    assert rows["text"].startswith("qwen3-vl-2b is not on this machine")
    assert rows["pictures"].startswith("none: a picture would take minutes on a CPU")
    run("models", "fetch", "qwen3-vl-2b")
    assert run("doctor", "--backend", "local")[0] == 0
    roles = section(run, "what would run", "--backend", "local")
    assert roles["describer"] == roles["writer"] == "local, model Qwen/Qwen3-VL-2B-Instruct"
    assert roles["painter"] == "embedded"


def test_model_that_is_missing_is_an_error_only_if_it_is_used(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, SMALL)
    assert run("doctor")[0] == 0
    assert run("doctor", "--backend", "local")[0] == 2
    roles = section(run, "what would run", "--backend", "local")
    assert "semcodec models fetch qwen3-vl-2b" in roles["describer"]
    assert "semcodec models fetch flux.2-klein-4b" in roles["painter"]
    run("models", "fetch", "qwen3-vl-2b", "flux.2-klein-4b")
    assert run("doctor", "--backend", "local")[0] == 0
    roles = section(run, "what would run", "--backend", "local")
    assert roles["painter"] == "local, model black-forest-labs/FLUX.2-klein-4B"
    run("models", "remove", "flux.2-klein-4b")
    assert run("doctor", "--describer", "local")[0] == 0
    assert run("doctor", "--painter", "local")[0] == 2


def test_place_of_a_model_is_shown(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(monkeypatch, SMALL)
    folder = run("models", "fetch", "qwen3-vl-2b")[1].strip()
    assert models_section(run)["text"].replace(" ", "") == f"qwen3-vl-2b,in{folder}"
    own = tmp_path / "own"
    own.mkdir()
    for name, data in fake_hub.text_model().items():
        if "/" not in name and name != "model.safetensors":
            (own / name).write_bytes(data)
    text = models_section(run, "--model", str(own))["text"]
    assert "own lacks model.safetensors: fetch it again" in text
    assert run("doctor", "--describer", "local", "--model", str(own))[0] == 2


def test_options_select_models_and_precision(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, CPU)
    rows = models_section(run, "--painter-model", "z-image-turbo", "--quantization", "int8")
    assert "semcodec models fetch z-image-turbo" in rows["pictures"]
    assert rows["memory"] == "int8"
    rows = models_section(run, "--model", "qwen3-vl-2")
    assert "did you mean qwen3-vl-2b" in rows["device"]
