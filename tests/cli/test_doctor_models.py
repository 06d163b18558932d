"""``semcodec doctor``: the device, the models on this machine, and what is missing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from types import ModuleType

import pytest

from semcodec.backends.local import catalog, devices, models
from semcodec.backends.local.devices import Device
from semcodec.cli.doctor_models import describe_models
from semcodec.cli.doctor_roles import describe_roles
from semcodec.cli.main import make_parser
from semcodec.errors import BackendError
from tests.backends.local import fake_hub
from tests.cli.conftest import Run

CPU = Device("cpu", "CPU", None, "float32")
SMALL = Device("cuda", "NVIDIA GeForce RTX 4050", 6_200_000_000, "bfloat16")
LARGE = Device("cuda", "NVIDIA GeForce RTX 4090", 25_300_000_000, "bfloat16")


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Look for models in an empty cache."""
    fake_hub.use(monkeypatch, "http://127.0.0.1:9", tmp_path / "hub")


def use(monkeypatch: pytest.MonkeyPatch, device: Device) -> None:
    """Let the models run on a device, with all packages."""
    for package in ("transformers", "diffusers", "bitsandbytes", "gguf"):
        monkeypatch.setitem(sys.modules, package, ModuleType(package))
    monkeypatch.setattr(models, "find_device", lambda wanted: device)


def arguments(*options: str) -> argparse.Namespace:
    parsed: argparse.Namespace = make_parser().parse_args(["doctor", *options])
    return parsed


def models_section(*options: str) -> dict[str, str]:
    """Return the section on models by name."""
    return dict(describe_models(arguments(*options)))


def roles_section(*options: str) -> dict[str, tuple[str, bool]]:
    """Return what would run and whether it can, by role."""
    return {role: (text, can_run) for role, text, can_run in describe_roles(arguments(*options))}


def can_run(*options: str) -> bool:
    """Return whether the command exits with 0."""
    return all(is_available for _, is_available in roles_section(*options).values())


def put(cache: Path, name: str, files: dict[str, bytes]) -> Path:
    """Put a model into the cache, and return its folder."""
    model = catalog.find(name)
    repository = model.repository.replace("/", "--")
    folder = cache / "hub" / f"models--{repository}" / "snapshots" / str(model.revision)
    write(folder, files)
    return folder


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def test_missing_packages_are_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(wanted: str) -> None:
        raise BackendError(devices.MISSING, backend="local")

    monkeypatch.setattr(models, "find_device", fail)
    rows = models_section()
    assert list(rows) == ["device"]
    assert "pip install 'semcodec[local]'" in rows["device"]
    code, out, _ = run("doctor")
    assert code == 0  # the offline backend works
    assert "models on this machine (--backend local)\n  device  not available: " in out
    assert not can_run("--describer", "local")


def test_defaults_of_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, SMALL)
    rows = models_section()
    assert rows["device"] == "NVIDIA GeForce RTX 4050, 6.2 GB, bfloat16; defaults for 6 GB"
    assert rows["memory"] == (
        "nf4; one model at a time; one part of the painter is on the device at a time"
    )
    assert rows["text"] == (
        "qwen3-vl-2b is not on this machine: semcodec models fetch qwen3-vl-2b (4.3 GB)"
    )
    assert "semcodec models fetch flux.2-klein-4b (16.0 GB)" in rows["pictures"]
    use(monkeypatch, LARGE)
    rows = models_section()
    assert "both models stay on the device" in rows["memory"]
    assert rows["text"].startswith("qwen3-vl-4b ")


def test_on_a_cpu_the_offline_painter_paints(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(monkeypatch, CPU)
    rows = models_section()
    assert rows["device"] == "CPU, float32"
    assert rows["memory"] == "weights are not quantized"
    assert rows["text"].startswith("qwen3-vl-2b is not on this machine")
    assert rows["pictures"].startswith("none: a picture would take minutes on a CPU")
    put(tmp_path, "qwen3-vl-2b", fake_hub.text_model())
    roles = roles_section("--backend", "local")
    used = ("local, model Qwen/Qwen3-VL-2B-Instruct", True)
    assert roles["describer"] == roles["writer"] == used
    assert roles["painter"] == ("embedded", True)


def test_model_that_is_missing_is_an_error_only_if_it_is_used(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(monkeypatch, SMALL)
    assert can_run()
    assert run("doctor", "--backend", "local")[0] == 2
    roles = roles_section("--backend", "local")
    assert "semcodec models fetch qwen3-vl-2b" in roles["describer"][0]
    assert "semcodec models fetch flux.2-klein-4b" in roles["painter"][0]
    put(tmp_path, "qwen3-vl-2b", fake_hub.text_model())
    painter = put(tmp_path, "flux.2-klein-4b", fake_hub.pipeline())
    assert run("doctor", "--backend", "local")[0] == 0
    used = ("local, model black-forest-labs/FLUX.2-klein-4B", True)
    assert roles_section("--backend", "local")["painter"] == used
    (painter / "vae" / "config.json").unlink()
    assert can_run("--describer", "local")
    assert not can_run("--painter", "local")


def test_what_is_missing_besides_weights_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(monkeypatch, SMALL)
    put(tmp_path, "qwen3-vl-2b", fake_hub.text_model())
    put(tmp_path, "flux.2-klein-4b", fake_hub.pipeline())
    gguf = tmp_path / "klein.gguf"
    assert not can_run("--backend", "local", "--gguf", str(gguf))
    assert "klein.gguf does not exist" in models_section("--gguf", str(gguf))["pictures"]
    assert can_run("--describer", "local", "--gguf", str(gguf))  # only a painter reads it
    gguf.touch()
    assert can_run("--backend", "local", "--gguf", str(gguf))
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "gguf", None)
        assert not can_run("--backend", "local", "--gguf", str(gguf))
    for package, stays in {"diffusers": True, "bitsandbytes": False, "transformers": False}.items():
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, package, None)
            assert not can_run("--backend", "local")
            assert can_run("--describer", "local") is stays
            assert "pip install 'semcodec[local]'" in models_section()["pictures"]


def test_place_of_a_model_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use(monkeypatch, SMALL)
    folder = put(tmp_path, "qwen3-vl-2b", fake_hub.text_model())
    assert models_section()["text"] == f"qwen3-vl-2b, in {folder}"
    own = tmp_path / "own"
    write(own, fake_hub.text_model())
    assert models_section("--model", str(own))["text"] == f"the folder {own}"
    (own / "model.safetensors").unlink()
    assert (
        "own lacks model.safetensors: copy the missing files into the folder"
        in (models_section("--model", str(own))["text"])
    )
    assert not can_run("--describer", "local", "--model", str(own))


def test_options_select_models_and_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, CPU)
    rows = models_section("--painter-model", "z-image-turbo", "--quantization", "int8")
    assert "semcodec models fetch z-image-turbo" in rows["pictures"]
    assert rows["memory"].startswith("int8")
    assert "did you mean qwen3-vl-2b" in models_section("--model", "qwen3-vl-2")["device"]
