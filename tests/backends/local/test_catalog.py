"""The catalog of models: its data is complete and consistent, and the classes fit their memory."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from semcodec.backends.local import catalog
from semcodec.backends.local.catalog import Defaults, MemoryClass, Model
from semcodec.errors import InputError
from tests.each import for_each

MODELS = catalog.load().models
CLASSES = catalog.load().classes
#: What a call needs on top of the weights, at least.
WORK_BYTES = 1_000_000_000


@for_each(MODELS.values())
def test_entry_is_complete(model: Model) -> None:
    assert re.fullmatch(r"[a-z0-9.-]+", model.name)
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", model.repository)
    assert model.kinds
    assert set(model.kinds) <= {"text", "image", "edit"}
    assert model.disk_bytes > 1e9
    assert model.license_source.endswith(f" of {model.repository}")
    assert model.revision is None or re.fullmatch("[0-9a-f]{40}", model.revision)
    assert (model.steps is None) == (model.kinds == ("text",))
    assert "disk" in model.sources
    assert ("parameters" in model.sources) == bool(model.parts)
    # The name of a license is typed on a command line.
    assert re.fullmatch(r"[\w.-]+", model.license)


@for_each(MODELS.values())
def test_only_licenses_without_restrictions_are_free(model: Model) -> None:
    assert model.is_free == (model.license in ("Apache-2.0", "MIT"))


@for_each([model for model in MODELS.values() if model.parts])
def test_weights_on_the_disk_are_about_those_in_memory(model: Model) -> None:
    """A wrong digit in a number of parameters or in a size shows here; weights may have 32 bits."""
    ratio = model.disk_bytes / model.memory_bytes["none"]
    assert 0.99 < ratio < 1.02 or (model.name in ("z-image-turbo", "sd-turbo") and ratio < 2.01)


def test_memory_follows_from_the_numbers_of_parameters() -> None:
    part = catalog.Part(parameters=1000, plain=200)
    assert part.count_bytes("none") == 2000
    assert part.count_bytes("int8") == part.count_bytes("fp8") == 400 + 800
    assert part.count_bytes("nf4") == 400 + 450
    klein = MODELS["flux.2-klein-4b"]
    assert klein.memory_bytes["none"] == 2 * (3_875_544_576 + 4_022_468_096 + 84_046_115)
    assert klein.largest_part_bytes["none"] == 2 * 4_022_468_096
    assert MODELS["qwen3-vl-4b-int4-ov"].memory_bytes == {}


def weights_on_device(defaults: Defaults) -> int:
    """Return the bytes of weights that are on the device at a time."""
    text = MODELS[defaults.text_model].memory_bytes[defaults.quantization]
    if defaults.image_model is None:
        return text
    painter = MODELS[defaults.image_model]
    by_offload = {"none": painter.memory_bytes, "model": painter.largest_part_bytes}
    image = by_offload[defaults.offload][defaults.quantization]
    return text + image if defaults.resident else max(text, image)


@for_each(CLASSES[1:])
def test_defaults_fit_the_memory_of_their_class(one: MemoryClass) -> None:
    assert weights_on_device(one.defaults) + WORK_BYTES < one.min_bytes


def test_smaller_class_could_not_do_what_the_next_one_does() -> None:
    for small, large in pairwise(CLASSES):
        assert weights_on_device(large.defaults) + WORK_BYTES > small.min_bytes


@for_each(CLASSES)
def test_defaults_are_free_and_pinned(one: MemoryClass) -> None:
    names = filter(None, (one.defaults.text_model, one.defaults.image_model))
    for name in names:
        assert MODELS[name].is_free
        assert MODELS[name].revision
    assert "text" in MODELS[one.defaults.text_model].kinds


@for_each(
    [
        (None, "CPU"), (0, "CPU"), (1 << 30, "CPU"), (2 << 30, "2 GB"), (3 << 30, "3 GB"),
        (4 << 30, "3 GB"), (6_000_000_000, "6 GB"), (8 << 30, "6 GB"),
        (int(11.6 * 2**30), "12 GB"), (16 << 30, "12 GB"), (int(23.5 * 2**30), "24 GB"),
        (48 << 30, "24 GB"), (79 << 30, "80 GB"), (139 << 30, "80 GB"),
    ]
)  # fmt: skip
def test_class_of_a_device(memory: int | None, title: str) -> None:
    assert catalog.memory_class(memory).title == title
    assert catalog.choose(memory) == catalog.memory_class(memory).defaults


def test_cpu_and_small_gpus_have_no_painter() -> None:
    for memory in (None, 2 << 30, 4 << 30):
        assert catalog.choose(memory).image_model is None


def test_model_is_found_by_its_name_and_by_its_repository() -> None:
    for name in ("flux.2-klein-4b", "FLUX.2-Klein-4B", "black-forest-labs/FLUX.2-klein-4B"):
        assert catalog.find(name) is MODELS["flux.2-klein-4b"]


def test_unknown_name_is_explained() -> None:
    with pytest.raises(InputError, match="did you mean qwen3-vl-2b"):
        catalog.find("qwen3-vl-2")
    with pytest.raises(InputError, match="semcodec models list shows all"):
        catalog.find("/nowhere")
    with pytest.raises(InputError) as caught:
        catalog.find("x" * 10_000)
    assert len(str(caught.value)) < 200
    for name in ("", "a\0b", "~unknown/x"):
        with pytest.raises(InputError):
            catalog.find(name)


def test_folder_is_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "config.json").write_text("{}")
    (tmp_path / "painter" / "vae").mkdir(parents=True)
    (tmp_path / "painter" / "model_index.json").write_text(json.dumps({"_class_name": "Any"}))
    monkeypatch.chdir(tmp_path)
    text, painter = catalog.find("text"), catalog.find(str(tmp_path / "painter"))
    assert (text.kinds, text.format, text.license) == (("text",), "transformers", "unknown")
    assert text.folder == tmp_path / "text"  # absolute: the working directory may change
    assert (painter.kinds, painter.format) == (("image", "edit"), "diffusers")
    (tmp_path / "painter" / "vae" / "openvino_model.xml").write_text("")
    (tmp_path / "text" / "openvino_language_model.xml").write_text("")
    assert catalog.find("painter").format == catalog.find("text").format == "openvino"
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="has no weights"):
        catalog.find("empty")


def test_name_of_a_model_wins_over_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "qwen3-vl-2b").mkdir()
    monkeypatch.chdir(tmp_path)
    assert catalog.find("qwen3-vl-2b").folder is None
    with pytest.raises(InputError, match="has no weights"):
        catalog.find("./qwen3-vl-2b")
