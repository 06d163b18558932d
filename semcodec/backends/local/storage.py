"""Where the weights of a model are on this machine; nothing here downloads.

A model is *there* if no file that its index files name is missing. The cache of huggingface_hub may
hold a part of a model, after an interrupted download or of another program.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from semcodec.backends.isolation import format_exception
from semcodec.backends.local import hub
from semcodec.backends.local.catalog import Format, Model
from semcodec.errors import BackendError

MAX_JSON_BYTES: Final = 16 << 20  #: of a config or a list of files; real ones have 0.1 MB
MAX_PARTS: Final = 64  #: of a pipeline; real ones have up to 10
#: Each of these sets of files is a tokenizer.
TOKENIZERS: Final = (
    ("tokenizer.json",), ("vocab.json", "merges.txt"), ("tokenizer.model",), ("spiece.model",),
    ("vocab.txt",), ("openvino_tokenizer.xml",),
)  # fmt: skip
PROCESSORS: Final = ("preprocessor_config.json", "processor_config.json")
WEIGHTS: Final = ("model.safetensors", "diffusion_pytorch_model.safetensors")


def locate(model: Model) -> Path | None:
    """Return the folder with all weights of a model on this machine; None if a file is missing.

    Raises:
        BackendError: huggingface_hub is not installed, or its cache cannot be read.
    """
    if model.folder is not None:
        return None if missing_files(model.folder, model.format) else model.folder
    folder, is_listed = find_snapshot(model)
    is_complete = folder and is_listed and not missing_files(folder, model.format)
    return folder if is_complete else None


def find_snapshot(model: Model) -> tuple[Path | None, bool]:
    """Return the folder of a model of the catalog in the cache, and whether no file is missing.

    The list of files is that of the repository, if a download has stored it; without it, the second
    value is True, and ``missing_files`` decides.

    Raises:
        BackendError: huggingface_hub is not installed, or its cache cannot be read.
    """
    client = hub.import_hub()
    try:
        found = client.snapshot_download(
            model.repository,
            revision=model.revision,
            local_files_only=True,
            allow_patterns=list(hub.NEEDED[model.format]),
            ignore_patterns=list(hub.UNNEEDED[model.format]),
        )
    except client.errors.IncompleteSnapshotError as error:
        return Path(error.snapshot_path), False
    except client.errors.LocalEntryNotFoundError:
        return None, False
    except Exception as error:  # such as a cache that another user owns
        message = f"The cache of models cannot be read ({format_exception(error)}): see HF_HOME."
        raise BackendError(message, backend="local", stage="load", unavailable=True) from error
    return Path(found), True


def cache_folder() -> Path:
    """Return the folder where models of the catalog are kept, which need not exist.

    Raises:
        BackendError: huggingface_hub is not installed.
    """
    return Path(hub.import_hub().constants.HF_HUB_CACHE).expanduser()


def free_bytes(folder: Path) -> int:
    """Return the free space of the disk where a folder is, or would be."""
    existing = next(path for path in (folder, *folder.absolute().parents) if os.path.exists(path))
    return shutil.disk_usage(existing).free


def resolved_revision(path: Path) -> str | None:
    """Return the commit of a folder that ``locate`` returned; None for a folder of the user."""
    parent = path.parent
    is_snapshot = parent.name == "snapshots" and parent.parent.name.startswith("models--")
    return path.name if is_snapshot else None


def missing_files(folder: Path, form: Format) -> list[str]:
    """Return what a folder of weights lacks, relative to it; empty if it is complete.

    Only names and sizes are looked at, never weights.
    """
    if form == "diffusers" or (folder / "model_index.json").is_file():
        return list(_missing_of_pipeline(folder))
    is_openvino = form == "openvino"
    missing = [*_missing_config(folder), *_missing_weights(folder, is_openvino)]
    missing += _missing_tokenizer(folder)
    has_processor = any((folder / name).is_file() for name in PROCESSORS)
    return missing if is_openvino or has_processor else [*missing, PROCESSORS[0]]


def _missing_of_pipeline(folder: Path) -> Iterator[str]:
    """Yield what a pipeline lacks: each part that its index names is a folder."""
    parts = read_json(folder / "model_index.json")
    if not 0 < len(parts) <= MAX_PARTS:
        yield "model_index.json"
        return
    for name, value in parts.items():
        if name.startswith("_") or not isinstance(value, list) or not all(value):
            continue  # an option, or a part that this pipeline does not have
        part = folder / Path(name).name
        if "tokenizer" in name:
            missing = _missing_tokenizer(part)
        elif any(part.glob("openvino_*")) or "openvino" in str(value[0]):
            missing = _missing_weights(part, is_openvino=True)
        elif (part / "config.json").is_file() or any(part.glob("*.safetensors*")):
            missing = [*_missing_config(part), *_missing_weights(part, is_openvino=False)]
        else:  # a scheduler or a processor, or a part of which nothing is there
            missing = [] if any(part.glob("*_config.json")) else ["config.json"]
        yield from (f"{name}/{one}" for one in missing)


def _missing_config(part: Path) -> list[str]:
    return [] if (part / "config.json").is_file() else ["config.json"]


def _missing_tokenizer(folder: Path) -> list[str]:
    is_there = any(all((folder / one).is_file() for one in names) for names in TOKENIZERS)
    return [] if is_there else ["tokenizer.json"]


def _missing_weights(folder: Path, is_openvino: bool) -> list[str]:
    files = _networks(folder) if is_openvino else _safetensors(folder)
    return [file for file in files if not (folder / file).is_file()]


def _networks(folder: Path) -> list[str]:
    """Return the names of the weights of the networks of OpenVINO, of which one is needed."""
    networks = sorted(folder.glob("openvino_*.xml"))
    return [network.with_suffix(".bin").name for network in networks] or ["openvino_model.xml"]


def _safetensors(folder: Path) -> list[str]:
    """Return the names of the files with weights: one, or those that an index names."""
    for name in WEIGHTS:
        shards = read_json(folder / f"{name}.index.json").get("weight_map")
        if isinstance(shards, dict):
            return sorted({Path(str(file)).name for file in shards.values()})
        if (folder / name).is_file():
            return [name]
    return [WEIGHTS[0]]


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object; empty if the file is missing, too large or not a JSON object."""
    try:
        value = parse_json(path)
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def parse_json(path: Path) -> object:
    """Return the value of a JSON file of at most ``MAX_JSON_BYTES``.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is larger, or not JSON.
        RecursionError: it is nested too deeply.
    """
    with path.open("rb") as file:
        data = file.read(MAX_JSON_BYTES + 1)
    if len(data) > MAX_JSON_BYTES:
        raise ValueError(f"{path.name} has more than {MAX_JSON_BYTES} bytes")
    return json.loads(data)
