"""Folders of others over fake libraries: what is taken of their configs and templates."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from semcodec.backends.local import templates, weights
from semcodec.errors import BackendError
from tests.backends.local.conftest import DESCRIPTION, MakeBackend
from tests.backends.local.fake_libraries import (
    END,
    Machine,
    OutOfMemoryError,
    install,
    write_image_folder,
)

PHOTO = Image.new("RGB", (64, 64), "red")
SIZE = (512, 512)


def test_answer_depends_on_no_options_of_the_folder(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path
) -> None:
    local, path = make_backend(), tmp_path / "text" / "generation_config.json"
    stated = {"eos_token_id": [END, 7], "pad_token_id": 3, "max_time": 0.001, "do_sample": True}
    path.write_text(json.dumps({**stated, "num_beams": 4, "stop_strings": ["a"]}))
    assert local.describe(PHOTO) == DESCRIPTION
    taken = {"eos_token_id": [END, 7], "pad_token_id": 3, "bos_token_id": None}
    assert machine.generations == [{"do_sample": False, **taken}]


@pytest.mark.parametrize(
    "tokens",
    [
        {"eos_token_id": "x"}, {"eos_token_id": []}, {"eos_token_id": [[1]]},
        {"eos_token_id": True}, {"eos_token_id": [1, -1]}, {"pad_token_id": -5},
        {"pad_token_id": [1]},
        {"bos_token_id": 2**31}, {"bos_token_id": 1.0},
    ],
    ids=str,
)  # fmt: skip
def test_special_token_that_is_none_is_refused(
    make_backend: MakeBackend, tmp_path: Path, tokens: dict[str, Any]
) -> None:
    local = make_backend()
    (tmp_path / "text" / "generation_config.json").write_text(json.dumps(tokens))
    with pytest.raises(BackendError, match=rf"text cannot be loaded \({next(iter(tokens))} is not"):
        local.describe(PHOTO)


@pytest.mark.parametrize("error", [ValueError("no\n \x1b[31mtemplate"), AssertionError()], ids=str)
def test_model_that_fails_to_run_names_its_folder(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path, error: Exception
) -> None:
    local = make_backend()
    uses: dict[str, Callable[[], object]] = {
        "text": lambda: local.describe(PHOTO),
        "image": lambda: local.paint("a", SIZE, 7),
    }
    for folder, use in uses.items():
        machine.failures = [None, error]  # at the load, and then
        with pytest.raises(BackendError, match=r" cannot be run \(.*\w\): .* another ") as caught:
            use()
        assert str(caught.value).startswith(f"The model in {tmp_path / folder} cannot")
        assert str(caught.value).isprintable()
    machine.template_error = error
    with pytest.raises(BackendError, match=f"^The model in {tmp_path / 'text'} cannot be run "):
        local.describe(PHOTO)


def wait_forever(chat: object) -> str:
    while True:
        pass


TEMPLATES: dict[str, tuple[Callable[[object], str], str]] = {
    "loop": (wait_forever, "takes more than 0.05 seconds"),
    "long": (lambda chat: str(chat) * 3 + "x" * 20_000, "adds more than 20000 characters"),
}


@pytest.mark.parametrize("case", TEMPLATES)
def test_chat_template_has_limits_of_time_and_length(
    machine: Machine, make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setattr(templates, "MAX_SECONDS", 0.05)
    local = make_backend()
    machine.template, problem = TEMPLATES[case]
    for use in (lambda: local.describe(PHOTO), lambda: local.paint("a", SIZE, 7)):
        with pytest.raises(BackendError, match=problem):
            use()
    assert not machine.chats
    assert not machine.pictures
    deadline = time.monotonic() + 5  # the thread of the template has ended, too
    while any("check_template" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < deadline


@pytest.mark.parametrize("part", ["", "text_config"])
def test_quantization_of_the_folder_is_used_and_stated(
    gpu: Machine,
    make_backend: MakeBackend,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    part: str,
) -> None:
    gpu.memory = 6_000_000_000
    install(monkeypatch, gpu)
    local = make_backend()
    assert local.dependencies()["text"]["quantization"] == "nf4"
    stated = {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}}
    for config in ("text/config.json", "image/transformer/config.json"):
        (tmp_path / config).write_text(json.dumps({part: stated} if part else stated))
    local.describe(PHOTO)
    local.paint("a boat", SIZE, 7)
    assert {"quantization_config"}.isdisjoint(gpu.loads[0][1])
    assert {"quantization_config"}.isdisjoint(gpu.parts["transformer"])
    for note in local.dependencies().values():
        assert note["quantization"] == "of the folder: bitsandbytes"


def test_quantization_of_the_folder_stays_if_memory_runs_out(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path
) -> None:
    stated = {"quantization_config": {"quant_method": "\x1b[31m"}}
    (tmp_path / "text" / "config.json").write_text(json.dumps(stated))
    machine.failures = [None, OutOfMemoryError("out of memory")]
    local = make_backend()
    with pytest.raises(BackendError, match=r"^Out of memory with the model"):
        local.describe(PHOTO)
    assert len(machine.loads) == 1
    assert local.dependencies()["text"]["quantization"] == "of the folder: unknown"


@pytest.mark.parametrize("value", ["evil", None, {}, 5])
def test_component_without_a_class_is_named(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path, value: object
) -> None:
    folder = write_image_folder(tmp_path / "bad", vae=value, is_distilled=True, option="text")
    with pytest.raises(BackendError, match=r"model_index\.json names no class for 'vae'"):
        make_backend(image_model=str(folder)).paint("a boat", SIZE, 7)
    assert not machine.loads


HUGE: dict[str, tuple[str, dict[str, Any]]] = {
    "layers": ("transformer/config.json", {"num_layers": 10**9}),
    "float": ("transformer/config.json", {"num_layers": 1e9}),
    "infinite": ("transformer/config.json", {"num_layers": float("inf")}),
    "depth": ("config.json", {"vision_config": {"depth": 1001}}),
    "steps": ("scheduler/scheduler_config.json", {"num_train_timesteps": 10**9}),
    "labels": ("config.json", {"num_labels": 10**8}),
    "in a list": ("vae/config.json", {"down_blocks": [[2, 10**6]]}),
    "list": ("vae/config.json", {"channels": [1] * 4097}),
    "other": ("config.json", {"text_config": {"vocab_size": 2**27}}),
    "negative": ("config.json", {"text_config": {"vocab_size": -(2**27)}}),
    "null": ("config.json", {"text_config": None}),
    "no network": ("config.json", {"vision_config": []}),
    "pixels": ("preprocessor_config.json", {"size": {"shortest_edge": 10**12}}),
}


@pytest.mark.parametrize("case", HUGE)
def test_config_of_a_huge_network_is_refused(tmp_path: Path, case: str) -> None:
    name, content = HUGE[case]
    folder = write_image_folder(tmp_path / "bad")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content))
    problem = "is more than|has more than|states no network"
    with pytest.raises(BackendError, match=rf"'\w+' ({problem}).* in {Path(name).name}\)"):
        weights.check_files(folder)


def test_sizes_of_real_configs_are_allowed(tmp_path: Path) -> None:
    folder = write_image_folder(tmp_path / "good")
    config: dict[str, Any] = {
        "num_hidden_layers": 126,
        "rope_theta": 10**9,
        "max_position_embeddings": 10_485_760,
    }
    config |= {"vision_config": {"depth": 27}, "text_config": {"is_large": True}, "x": -3.4e38}
    (folder / "config.json").write_text(json.dumps(config))
    pixels = {"size": {"longest_edge": 25_165_824}}
    (folder / "video_preprocessor_config.json").write_text(json.dumps(pixels))
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 10**30}))
    weights.check_files(folder)


def test_network_that_is_larger_than_its_files_is_refused(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path
) -> None:
    local = make_backend()
    (tmp_path / "text" / "model.safetensors").write_bytes(b"1234")
    machine.parameters = 17
    with pytest.raises(BackendError, match="config states 17 parameters, and its files have 4 by"):
        local.describe(PHOTO)
    assert not machine.loads
    machine.parameters = 16
    assert local.describe(PHOTO) == DESCRIPTION


@pytest.mark.parametrize("name", ["text_encoder", "vae"])
def test_part_of_a_pipeline_that_is_larger_than_its_files_is_refused(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path, name: str
) -> None:
    local = make_backend()
    machine.part_parameters = {name: 17}
    with pytest.raises(
        BackendError, match=rf"image/{name} cannot be loaded \(its config states 17"
    ):
        local.paint("a boat", SIZE, 7)
    assert name not in machine.parts
    (tmp_path / "image" / name / "model.safetensors").write_bytes(b"12345")
    assert local.paint("a boat", SIZE, 7).size == SIZE
