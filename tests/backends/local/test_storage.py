"""Weights on this machine: complete folders are found, and what others lack is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from huggingface_hub import constants

from semcodec.backends.local import catalog, storage
from semcodec.errors import BackendError
from tests.backends.local import fake_hub
from tests.backends.local.fake_hub import NEWEST

TEXT = catalog.find("qwen3-vl-2b")
PAINTER = catalog.find("flux.2-klein-4b")
UNPINNED = catalog.find("flux.2-klein-9b")


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder, and return it."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


NEEDED_OF_TEXT = ("config.json", "model.safetensors", "tokenizer.json", "preprocessor_config.json")


@pytest.mark.parametrize("name", NEEDED_OF_TEXT)
def test_missing_file_of_a_text_model_is_named(name: str, tmp_path: Path) -> None:
    files = fake_hub.text_model()
    del files[name]
    assert storage.missing_files(write(tmp_path, files), "transformers") == [name]


SHARD = "text_encoder/model-00002-of-00002.safetensors"
#: By the file that is missing from a pipeline, what is reported.
MISSING_OF_PIPELINE = {
    "model_index.json": "model_index.json",
    "scheduler/scheduler_config.json": "scheduler/config.json",
    "text_encoder/config.json": "text_encoder/config.json",
    SHARD: SHARD,
    "tokenizer/merges.txt": "tokenizer/tokenizer.json",
    "transformer/config.json": "transformer/config.json",
    "transformer/diffusion_pytorch_model.safetensors": "transformer/model.safetensors",
    "vae/diffusion_pytorch_model.safetensors": "vae/model.safetensors",
}


@pytest.mark.parametrize("name", MISSING_OF_PIPELINE)
def test_missing_file_of_a_pipeline_is_named(name: str, tmp_path: Path) -> None:
    files = fake_hub.pipeline()
    del files[name]
    missing = storage.missing_files(write(tmp_path, files), "diffusers")
    assert missing == [MISSING_OF_PIPELINE[name]]


def test_complete_folders_lack_nothing(tmp_path: Path) -> None:
    assert storage.missing_files(write(tmp_path / "a", fake_hub.text_model()), "transformers") == []
    assert storage.missing_files(write(tmp_path / "b", fake_hub.pipeline()), "diffusers") == []


def test_part_without_any_file_is_missing(tmp_path: Path) -> None:
    files = {n: d for n, d in fake_hub.pipeline().items() if not n.startswith("text_encoder/")}
    assert storage.missing_files(write(tmp_path, files), "diffusers") == [
        "text_encoder/config.json"
    ]


def test_pickles_are_not_weights(tmp_path: Path) -> None:
    files = fake_hub.text_model()
    del files["model.safetensors"]
    assert "pytorch_model.bin" in files
    assert storage.missing_files(write(tmp_path, files), "transformers") == ["model.safetensors"]


def test_networks_of_openvino_need_their_weights(tmp_path: Path) -> None:
    names = ("openvino_language_model", "openvino_tokenizer")
    files = {f"{name}.{ending}": b"" for name in names for ending in ("xml", "bin")}
    write(tmp_path, {**files, "config.json": b"{}"})
    assert storage.missing_files(tmp_path, "openvino") == []
    (tmp_path / "openvino_language_model.bin").unlink()
    assert storage.missing_files(tmp_path, "openvino") == ["openvino_language_model.bin"]
    for name in files:
        (tmp_path / name).unlink(missing_ok=True)
    assert storage.missing_files(tmp_path, "openvino") == ["openvino_model.xml", "tokenizer.json"]


def test_pipeline_of_openvino(tmp_path: Path) -> None:
    index = {"transformer": ["optimum", "OVModelTransformer"], "tokenizer": ["transformers", "T"]}
    files = {
        "model_index.json": json.dumps(index).encode(),
        "transformer/config.json": b"{}",
        "transformer/openvino_model.xml": b"",
        "transformer/openvino_model.bin": b"",
        "tokenizer/openvino_tokenizer.xml": b"",
        "tokenizer/openvino_tokenizer.bin": b"",
    }
    folder = write(tmp_path, files)
    assert storage.missing_files(folder, "openvino") == []
    (folder / "transformer" / "openvino_model.bin").unlink()
    assert storage.missing_files(folder, "openvino") == ["transformer/openvino_model.bin"]


HOSTILE = {
    "not JSON": b"\xff\xfe{",
    "not an object": b"[1, 2]",
    "deep": b"[" * 100_000,
    "empty": b"",
    "outside": json.dumps({"../../../etc": ["diffusers", "X"]}).encode(),
    "many": json.dumps({f"_{n}": n for n in range(65)}).encode(),
    "numbers": json.dumps({"vae": [1, 2], "unet": {"a": 1}, "x": ["a"]}).encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_index_is_a_folder_that_lacks_something(name: str, tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_bytes(HOSTILE[name])
    assert storage.missing_files(tmp_path, "diffusers")


def test_large_index_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, fake_hub.pipeline())
    monkeypatch.setattr(storage, "MAX_JSON_BYTES", 100)
    assert storage.missing_files(folder, "diffusers")[0] == "model_index.json"


def test_shards_are_looked_for_only_in_their_folder(tmp_path: Path) -> None:
    files = fake_hub.text_model()
    del files["model.safetensors"]
    index = {"weight_map": {"a": "../secret.safetensors", "b": 7}}
    files["model.safetensors.index.json"] = json.dumps(index).encode()
    folder = write(tmp_path / "model", files)
    (tmp_path / "secret.safetensors").write_bytes(b"")
    assert storage.missing_files(folder, "transformers") == ["7", "secret.safetensors"]


def cached(cache: Path, repository: str, commit: str, files: dict[str, bytes]) -> Path:
    """Write a snapshot as other programs leave it in the cache: without a list of all files."""
    repo = cache / f"models--{repository.replace('/', '--')}"
    (repo / "refs").mkdir(parents=True, exist_ok=True)
    (repo / "refs" / "main").write_text(commit)
    return write(repo / "snapshots" / commit, files)


def test_model_of_another_program_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert storage.locate(TEXT) is None
    assert TEXT.revision
    folder = cached(tmp_path, TEXT.repository, TEXT.revision, fake_hub.text_model())
    assert storage.locate(TEXT) == folder
    assert storage.resolved_revision(folder) == TEXT.revision
    (folder / "model.safetensors").unlink()
    assert storage.locate(TEXT) is None
    assert storage.find_snapshot(TEXT) == (folder, True)


def test_only_the_pinned_commit_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    cached(tmp_path, PAINTER.repository, NEWEST, fake_hub.pipeline())
    assert storage.locate(PAINTER) is None
    folder = cached(tmp_path, UNPINNED.repository, NEWEST, fake_hub.pipeline())
    assert storage.locate(UNPINNED) == folder
    assert storage.resolved_revision(folder) == NEWEST


def test_folder_of_the_user_is_used_if_it_is_complete(tmp_path: Path) -> None:
    folder = write(tmp_path / "own", fake_hub.text_model())
    model = catalog.find(str(folder))
    assert storage.locate(model) == folder
    assert storage.resolved_revision(folder) is None
    (folder / "tokenizer.json").unlink()
    assert storage.locate(model) is None


def test_cache_that_cannot_be_read_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    refs = tmp_path / f"models--{UNPINNED.repository.replace('/', '--')}" / "refs" / "main"
    refs.mkdir(parents=True)  # a folder in place of a file
    with pytest.raises(BackendError, match="cache of models cannot be read") as caught:
        storage.locate(UNPINNED)
    assert caught.value.unavailable


def test_free_space_of_a_folder_that_does_not_exist_yet(tmp_path: Path) -> None:
    assert storage.free_bytes(tmp_path / "a" / "b") > 0


def test_free_space_of_a_name_that_is_too_long() -> None:
    assert storage.free_bytes(Path("/tmp", "h" * 300, "hub")) > 0
