"""Models of ``local`` over fake libraries: which are loaded, how, and which folders are refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.local import catalog, storage, weights
from semcodec.errors import BackendError, InputError
from tests.backends.local.conftest import MakeBackend
from tests.backends.local.fake_libraries import (
    Machine,
    write_image_folder,
    write_text_folder,
)

PHOTO = Image.new("RGB", (64, 64), "red")
SIZE = (64, 64)
RECORD = semcodec.pack("red boat", coding="lexicon", size=(512, 512))


# --- models


def test_models_stay_loaded_for_the_next_backend(
    machine: Machine, make_backend: MakeBackend
) -> None:
    for _ in range(2):
        backend = make_backend(steps=1)
        backend.describe(PHOTO)
        backend.paint("a boat", SIZE, 7)
    assert [kind for kind, _ in machine.loads] == ["text", "image"]


def test_another_model_replaces_the_loaded_one(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path
) -> None:
    make_backend().describe(PHOTO)
    make_backend(text_model=str(write_text_folder(tmp_path / "other"))).describe(PHOTO)
    make_backend().describe(PHOTO)
    assert [kind for kind, _ in machine.loads] == ["text"] * 3


def test_weights_are_safetensors_of_this_machine_without_code(
    machine: Machine, make_backend: MakeBackend
) -> None:
    backend = make_backend(steps=1)
    backend.describe(PHOTO)
    backend.paint("a boat", SIZE, 7)
    for options in (*dict(machine.loads).values(), *machine.parts.values()):
        assert options["use_safetensors"] is True
        assert options["local_files_only"] is True
        assert options["trust_remote_code"] is False
    assert machine.network == [False, False]
    assert sys.modules["huggingface_hub.constants"].HF_HUB_OFFLINE is False  # type: ignore[attr-defined]
    logging: Any = sys.modules["diffusers.utils.logging"]
    assert (logging.verbosity, logging.has_progress_bar) == (30, True)


@pytest.mark.parametrize("quantization", ["nf4", "int8", "fp8"])
def test_quantization_is_that_of_the_settings(
    gpu: Machine,
    make_backend: MakeBackend,
    quantization: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    backend = make_backend(steps=1, quantization=quantization)
    backend.describe(PHOTO)
    backend.paint("a boat", SIZE, 7)
    package = "bitsandbytes" if quantization == "nf4" else "torchao"
    assert gpu.loads[0][1]["quantization_config"][0] == package
    configs = {name: options.get("quantization_config") for name, options in gpu.parts.items()}
    assert set(configs) == {"text_encoder", "transformer", "vae"}
    assert configs.pop("vae") is None
    assert {config and config[0] for config in configs.values()} == {package}


def test_missing_package_of_a_quantization_is_named(
    make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        BackendError, match=r"bitsandbytes is missing: pip install 'semcodec\[local\]'"
    ):
        make_backend(quantization="nf4").describe(PHOTO)


def test_trace_states_what_a_result_depends_on(
    gpu: Machine, make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    snapshot = tmp_path / "models--owner--fake" / "snapshots" / "0123abc"
    snapshot.parent.mkdir(parents=True)
    write_image_folder(snapshot)
    monkeypatch.setattr(storage, "locate", lambda model: snapshot)
    painter = make_backend(steps=1, quantization="none", offload="model")
    decoded = semcodec.decode(RECORD, writer="rules", painter=painter, reflect="off")
    [note] = decoded.trace.stages[-1].notes["models"]
    assert note["revision"] == "0123abc"
    assert note["model"] == "image"  # of a folder, its name without its path
    assert (note["device"], note["hardware"], note["dtype"]) == ("cuda", "Fake GPU", "bfloat16")
    assert (note["quantization"], note["offload"]) == ("none", "model")
    assert isinstance(note["versions"], dict)
    assert ("image", "offload") in gpu.moves


def test_license_that_is_not_free_is_shown(
    gpu: Machine, make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = write_image_folder(tmp_path / "hub")
    monkeypatch.setattr(storage, "locate", lambda model: folder)
    license_source = "https://example.org/license"
    model = catalog.Model(
        "fake",
        "owner/fake",
        ("image",),
        "Research-1",
        license_source,
        is_free=False,
        format="diffusers",
        steps=1,
    )
    monkeypatch.setattr(catalog, "find", lambda name: model)
    decoded = semcodec.decode(RECORD, writer="rules", painter=make_backend(), reflect="off")
    assert [
        each for each in decoded.trace.notices if "Research-1" in each and license_source in each
    ]


def test_model_that_is_not_there_names_the_command(
    make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "locate", lambda model: None)
    with pytest.raises(BackendError, match="semcodec models fetch qwen3-vl-2b") as caught:
        make_backend(text_model="qwen3-vl-2b").describe(PHOTO)
    assert caught.value.unavailable


def test_model_of_another_kind_is_refused(machine: Machine, make_backend: MakeBackend) -> None:
    settings = make_backend().settings
    swapped = make_backend(text_model=settings.image_model, image_model=settings.text_model)
    with pytest.raises(InputError, match=r"cannot describe and write .* another one for --model"):
        swapped.describe(PHOTO)
    with pytest.raises(InputError, match=r"cannot paint .* another one for --painter-model"):
        swapped.paint("a boat", SIZE, 7)


def test_incomplete_folder_names_what_it_lacks(machine: Machine, make_backend: MakeBackend) -> None:
    backend = make_backend()
    (Path(str(backend.settings.text_model)) / "model.safetensors").unlink()
    with pytest.raises(BackendError, match=r"lacks model\.safetensors: copy all files"):
        backend.describe(PHOTO)


def test_missing_packages_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(BackendError, match=r"pip install 'semcodec\[local\]'"):
        semcodec.encode(PHOTO, describer="local")


def test_package_that_fails_to_load_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, make_backend: MakeBackend
) -> None:
    class Broken:
        def find_spec(self, name: str, *args: object) -> None:
            if name == "transformers":
                raise OSError("libcudart.so.13: cannot open shared object file")

    monkeypatch.delitem(sys.modules, "transformers")
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(BackendError, match=r"transformers cannot be loaded .*libcudart"):
        make_backend().describe(PHOTO)


DAMAGED: dict[str, tuple[dict[str, Any], str]] = {
    "code of a component": ({"vae": ["my_code", "Model"]}, "names a class outside"),
    "code of the pipeline": ({"_class_name": ["pipeline", "Model"]}, "names a class outside"),
    "component of one name": ({"vae": ["diffusers"]}, "names a class outside"),
    "number as a library": ({"vae": [1, "Model"]}, "names a class outside"),
    "number as a class": ({"vae": ["diffusers", 1]}, "names a class outside"),
    "folder elsewhere": ({"../vae": ["diffusers", "AutoencoderKLFlux2"]}, "names a class outside"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_folder_with_code_is_refused(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path, case: str
) -> None:
    components, problem = DAMAGED[case]
    folder = write_image_folder(tmp_path / "bad", **components)
    with pytest.raises(BackendError, match=problem):
        make_backend(image_model=str(folder)).paint("a boat", SIZE, 7)
    assert not machine.loads


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("vae/model.safetensors.index.json", {"weight_map": {"w": "pytorch_model.bin"}}, "not its"),
        ("vae/model.safetensors.index.json", {"weight_map": {"w": "../w.safetensors"}}, "not its"),
        ("config.json", {"attn_implementation": "a/kernel"}, "an attention kernel"),
        (
            "vae/config.json",
            {"text": {"_attn_implementation": {"": "a/kernel"}}},
            "an attention kernel",
        ),
    ],
)
def test_files_that_name_pickles_and_kernels_are_refused(
    tmp_path: Path, name: str, content: dict[str, Any], problem: str
) -> None:
    folder = write_image_folder(tmp_path / "bad")
    weights.check_files(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content))
    with pytest.raises(BackendError, match=problem):
        weights.check_files(folder)


@pytest.mark.parametrize("name", ["config.json", "vae/model.safetensors.index.json"])
@pytest.mark.parametrize("kind", ["large", "damaged", "deep"])
def test_json_that_cannot_be_checked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    """A library could read it in another way, such as a name of a kernel after many spaces."""
    monkeypatch.setattr(storage, "MAX_JSON_BYTES", 1000)
    folder = write_image_folder(tmp_path / "bad")
    contents = {"large": " " * 1000 + '{"attn_implementation": "a/kernel"}', "damaged": "{"}
    (folder / name).write_text(contents.get(kind, "[" * 1000))
    with pytest.raises(BackendError, match=rf"{Path(name).name} is too large or damaged"):
        weights.check_files(folder)


def test_large_tokenizer_is_not_a_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_text_folder(tmp_path / "text")
    monkeypatch.setattr(storage, "MAX_JSON_BYTES", 1000)
    (folder / "tokenizer.json").write_text(" " * 2000)
    weights.check_files(folder)


@pytest.mark.parametrize("index", ["", "[]", "{}", "{", "\0", '{"_class_name": 1', "[" * 9_999])
def test_damaged_index_is_an_error(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path, index: str
) -> None:
    folder = write_image_folder(tmp_path / "bad")
    (folder / "model_index.json").write_text(index)
    with pytest.raises(BackendError, match=r"lacks model_index\.json"):
        make_backend(image_model=str(folder)).paint("a boat", SIZE, 7)
    with pytest.raises(BackendError, match="it is not a pipeline of diffusers"):
        weights.read_index(folder)


@pytest.mark.parametrize(
    ("lacks", "keys", "problem"),
    [
        ("missing_keys", ["b", "a", "c"], r"lack the weights a and 2 more\)"),
        ("mismatched_keys", ["a"], r"have another shape of the weights a\)"),
        ("mismatched_keys", [("a", (1, 2), (2, 1))], r"have another shape of the weights a\)"),
    ],
)
def test_weights_that_would_be_random_are_an_error(
    machine: Machine, make_backend: MakeBackend, lacks: str, keys: list[Any], problem: str
) -> None:
    setattr(machine, lacks, keys)
    with pytest.raises(BackendError, match=rf"/text cannot be loaded .*{problem}"):
        make_backend().describe(PHOTO)
    with pytest.raises(BackendError, match=rf"/image/\w+ cannot be loaded .*{problem}"):
        make_backend().paint("a boat", SIZE, 7)


def test_networks_are_loaded_in_the_type_of_the_device(
    gpu: Machine, make_backend: MakeBackend, tmp_path: Path
) -> None:
    parts = {"tokenizer": ["transformers", "Qwen2Tokenizer"], "other": ["diffusers", "Unknown"]}
    folder = write_image_folder(tmp_path / "klein", **parts)
    for name in ("tokenizer/tokenizer.json", "other/other_config.json"):
        (folder / name).parent.mkdir()
        (folder / name).write_text("{}")
    make_backend(image_model=str(folder), steps=1).paint("a boat", SIZE, 7)
    assert gpu.parts["text_encoder"]["dtype"] == gpu.parts["vae"]["torch_dtype"] == "bfloat16"
    assert set(gpu.loads[0][1]) >= {"text_encoder", "transformer", "vae"}
    assert not {"tokenizer", "other"} & set(gpu.loads[0][1])  # those are left to the pipeline


# --- GGUF


def test_gguf_file_replaces_the_weights_of_the_transformer(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path
) -> None:
    gguf = tmp_path / "klein.gguf"
    gguf.write_bytes(b"GGUF")
    make_backend(gguf=str(gguf), steps=1).paint("a boat", SIZE, 7)
    assert set(machine.parts) == {str(gguf), "text_encoder", "vae"}
    options = machine.parts[str(gguf)]
    assert options["local_files_only"] is True
    assert options["quantization_config"] == ("gguf", "float32")


@pytest.mark.parametrize("name", ["klein.gguf", "https://example.org/klein.gguf"])
def test_gguf_file_that_does_not_exist_is_named(make_backend: MakeBackend, name: str) -> None:
    with pytest.raises(BackendError, match=r"klein\.gguf does not exist: check --gguf\.$"):
        make_backend(gguf=name, steps=1).paint("a boat", SIZE, 7)


GGUF_ERRORS: dict[str, tuple[list[BaseException | None], str]] = {
    "bad magic": ([ValueError("bad magic")], r"ValueError: bad magic"),
    "damaged": ([OSError("Unable to load weights")], "it is damaged, or not a GGUF file"),
    "protected": ([PermissionError(13, "Permission denied")], "Permission denied"),
    "other network": (
        [NotImplementedError("meta tensor")],
        "it has the weights of another network",
    ),
    "incomplete": ([], r"it lacks the weights norm\.weight"),
}


@pytest.mark.parametrize("case", GGUF_ERRORS)
def test_gguf_file_that_cannot_be_loaded_is_named(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path, case: str
) -> None:
    gguf = tmp_path / "klein.gguf"
    gguf.write_bytes(b"GGUF")
    machine.failures, problem = GGUF_ERRORS[case]
    machine.failures = list(machine.failures)
    machine.missing_keys = [] if machine.failures else ["norm.weight"]
    message = rf"klein\.gguf cannot be loaded \({problem}\): use another --gguf\.$"
    with pytest.raises(BackendError, match=message):
        make_backend(gguf=str(gguf), steps=1).paint("a boat", SIZE, 7)


def test_gguf_file_needs_a_transformer(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path
) -> None:
    folder = write_image_folder(tmp_path / "other", transformer=[None, None])
    with pytest.raises(BackendError, match="no transformer whose weights"):
        make_backend(image_model=str(folder), gguf="klein.gguf").paint("a boat", SIZE, 7)


def test_error_of_a_library_is_one_message(machine: Machine, make_backend: MakeBackend) -> None:
    machine.failures = [KeyError("layer.0" * 1000)]
    with pytest.raises(BackendError, match=r"cannot be loaded \(KeyError") as caught:
        make_backend().describe(PHOTO)
    assert len(str(caught.value)) < 600
    make_backend().describe(PHOTO)  # a later call loads it again
