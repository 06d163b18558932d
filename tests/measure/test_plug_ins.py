"""Metrics of other projects: found, refused and named; run for real where they are installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import metric_plug_ins
import pytest

from semcodec.errors import BackendError, MissingFeatureError
from semcodec.measure import plug_ins
from semcodec.measure.fidelity import Fidelity
from semcodec.measure.picture_metrics import FeatureMetric
from semcodec.measure.plug_ins import dreamsim_model, weights
from semcodec.measure.plug_ins.weights import Weights
from tests import profiles

NAMES = [*plug_ins.PLUG_INS]


@pytest.fixture
def no_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TORCH_HOME", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_missing_package_is_a_reason_and_not_an_error(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda _: None)
    fidelity = Fidelity(requested=[name])
    assert fidelity.metrics == []
    assert fidelity.skipped[name].endswith("pip install 'semcodec[metrics]'.")


@pytest.mark.usefixtures("no_caches")
@pytest.mark.parametrize("name", [name for name in NAMES if name != "efficientnet-lite0"])
def test_missing_weights_are_a_reason_with_a_command_and_nothing_is_imported(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda _: "found")
    before = set(sys.modules)
    with pytest.raises(MissingFeatureError, match="not on this machine") as caught:
        plug_ins.load(name, Weights(tmp_path))
    assert "--weights" in str(caught.value)
    assert any(command in str(caught.value) for command in ("hf download", "python -c"))
    assert not {"torch", "open_clip", "pyiqa", "dreamsim"} & (set(sys.modules) - before)


def test_any_failure_of_a_library_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Weights) -> FeatureMetric:
        print("Loading pretrained model")
        raise RuntimeError("size mismatch\nfor conv1. And more.")

    monkeypatch.setitem(plug_ins.PLUG_INS, "clip", fail)
    with pytest.raises(BackendError, match=r"clip cannot be loaded \(RuntimeError: size mismatch"):
        plug_ins.load("clip", Weights())
    assert "clip" in Fidelity(requested=["clip"]).skipped


def test_libraries_do_not_print_among_results(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(_: Weights) -> FeatureMetric:
        print("Using cached models")
        return FeatureMetric("clip", "random", lambda image: [1.0])

    monkeypatch.setitem(plug_ins.PLUG_INS, "clip", load)
    assert [each["model"] for each in Fidelity(requested=["clip"]).metrics] == ["random"]
    assert capsys.readouterr().out == ""


def test_folder_of_the_user_comes_before_the_caches(tmp_path: Path) -> None:
    cache, folder = tmp_path / "cache", tmp_path / "own"
    for path in (cache / "a.pth", cache / "sub" / "b.pth", folder / "deep" / "a.pth"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    assert Weights(folder).find("a.pth", cache) == folder / "deep" / "a.pth"
    assert Weights().find("a.pth", cache) == cache / "a.pth"
    assert Weights().find("b.pth", cache) is None
    assert Weights(folder).find("c.pth", cache) is None


def test_caches_are_those_of_the_libraries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TORCH_HOME", "/t")
    assert weights.torch_cache() == Path("/t/hub")
    monkeypatch.delenv("TORCH_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", "/c")
    assert weights.torch_cache() == Path("/c/torch/hub")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert not weights.hugging_face_cache("laion/clip").exists()
    snapshots = tmp_path / "models--laion--clip" / "snapshots"
    for at, name in enumerate(("new", "old")):
        (snapshots / name).mkdir(parents=True)
        os.utime(snapshots / name, (9 - at, 9 - at))
    assert weights.hugging_face_cache("laion/clip") == snapshots / "new"


def test_pickles_of_weights_are_read_without_running_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whether PyTorch keeps the promise is a part of the nightly run below."""
    calls: list[dict[str, object]] = []
    fake = SimpleNamespace(load=lambda path, **options: calls.append(options))
    monkeypatch.setitem(sys.modules, "torch", fake)
    weights.read_tensors(tmp_path / "a.pth")
    assert calls == [{"map_location": "cpu", "weights_only": True}]


def test_content_that_is_not_the_published_one_is_stated(tmp_path: Path) -> None:
    # The SHA-256 of no bytes begins with e3b0c442.
    for name in ("alex-e3b0c442.pth", "alex-df73285e.pth", "open_clip_model.safetensors"):
        (tmp_path / name).write_bytes(b"")
    text = weights.describe("LPIPS", "pillow", sorted(tmp_path.iterdir()))
    assert text.startswith("LPIPS, pillow 1")
    parts = text.split("; ")[1:]
    assert all("SHA-256 e3b0c44298fc1c14" in part for part in parts)
    assert [part.endswith("(not the published file)") for part in parts] == [True, False, False]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"peft_type": "LORA"}, ""),
        ({"peft_type": "LORA", "megatron_config": {"a": 1}, "megatron_core": "this"}, "settings"),
        ({"peft_type": "IA3"}, "settings"),
        (None, "incomplete"),
    ],
)
def test_adapter_that_makes_peft_import_a_module_is_refused(
    settings: object, message: str, tmp_path: Path
) -> None:
    (tmp_path / "adapter_model.safetensors").write_bytes(b"")
    if settings is not None:
        (tmp_path / "adapter_config.json").write_text(json.dumps(settings))
    if message:
        with pytest.raises(MissingFeatureError, match=message):
            dreamsim_model._adapter_files(tmp_path)
    else:
        assert len(dreamsim_model._adapter_files(tmp_path)) == 2


@pytest.mark.skipif(profiles.NAME != "nightly", reason="makes a gigabyte of random weights")
@pytest.mark.skipif(
    not any(find_spec(package) for package, _ in metric_plug_ins.PACKAGES.values()),
    reason="none of the packages is installed",
)
def test_plug_ins_run_on_random_weights(tmp_path: Path) -> None:
    program = [sys.executable, metric_plug_ins.__file__, "--folder", str(tmp_path)]
    subprocess.run(program, check=True)
