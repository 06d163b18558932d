"""Load weights from a folder: never from a network, never as pickles, never with code.

A folder of weights is untrusted. Its files are safetensors, which hold only numbers, and
JSON. What could run code is refused: classes that a folder brings along, pickled weights, and
kernels of attention that a library would download by their name.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from semcodec.backends.local import storage
from semcodec.backends.local.catalog import Model
from semcodec.backends.local.components import (
    SAFE,
    check_on_device,
    load_complete,
    load_components,
    load_error,
    loading,
)
from semcodec.backends.local.devices import Device, errors_only, import_package, import_torch
from semcodec.backends.local.memory import Plan
from semcodec.backends.local.quantization import make_config
from semcodec.forks import block_fork

MAX_INDEX_BYTES: Final = 100_000  #: of model_index.json
LIBRARIES: Final = ("diffusers", "transformers")  #: whose classes a pipeline may be made of


def load_text_model(folder: Path, plan: Plan, device: Device) -> tuple[Any, Any]:
    """Return the processor and the model for texts and images in ``folder``.

    Raises:
        BackendError: a package or a file is missing, or the folder has another kind of model.
    """
    transformers, torch = import_package("transformers"), import_torch()
    check_files(folder)
    config = make_config("transformers", plan.quantization, device.dtype)
    options: dict[str, Any] = {"dtype": getattr(torch, device.dtype)}
    if config is not None:
        options |= {"quantization_config": config, "device_map": {"": device.kind}}
    with quiet(), errors_only(), offline(), loading(folder), block_fork():
        processor = transformers.AutoProcessor.from_pretrained(folder, **SAFE)
        automatic = transformers.AutoModelForImageTextToText
        model = load_complete(automatic, folder, ignore_mismatched_sizes=True, **options)
        model = model.eval() if config is not None else model.to(device.kind).eval()
    # Greedy: the same text for the same picture, as far as the device computes the same.
    model.generation_config.update(do_sample=False, temperature=None, top_p=None, top_k=None)
    return processor, model


def load_pipelines(
    folder: Path, model: Model, plan: Plan, device: Device, gguf: Path | None = None
) -> tuple[Any, Any]:
    """Return the pipelines that paint, and that start from an image; they share their weights.

    The second one is None if the library has none for this model.

    Args:
        folder: the folder of the pipeline.
        model: its entry in the catalog.
        plan: how the weights use the memory.
        device: where it runs.
        gguf: a file of weights of the transformer, which replaces that of the folder.

    Raises:
        BackendError: a package or a file is missing, or the folder has another kind of model.
    """
    diffusers, torch = import_package("diffusers"), import_torch()
    index = read_index(folder)
    check_files(folder)
    dtype = getattr(torch, device.dtype)
    with quiet(), errors_only(), offline(), loading(folder), block_fork():
        parts = {} if gguf is None else {"transformer": _load_gguf(gguf, folder, index, dtype)}
        others = {name: pair for name, pair in index.items() if name not in parts}
        parts |= load_components(folder, others, plan.quantization, device.dtype)
        painter = _pipeline_class(diffusers, model, "image").from_pretrained(
            folder, torch_dtype=dtype, use_safetensors=True, **SAFE, **parts
        )
        starter = None
        with suppress(ValueError):  # the library has no pipeline that starts from an image
            starter = _pipeline_class(diffusers, model, "edit").from_pipe(painter)
    for pipeline in filter(None, (painter, starter)):
        pipeline.set_progress_bar_config(disable=True)
    _place(painter, plan, device, torch)
    return painter, starter


def read_index(folder: Path) -> dict[str, tuple[str, str]]:
    """Return the components of a pipeline: library and class of each, by name.

    Raises:
        BackendError: the folder is not a pipeline, or one whose classes are not the libraries'.
    """
    try:
        with (folder / "model_index.json").open("rb") as file:
            index = json.loads(file.read(MAX_INDEX_BYTES))
        own = index.pop("_class_name")
        pairs = {name: tuple(value) for name, value in index.items() if isinstance(value, list)}
        components = {name: pair for name, pair in pairs.items() if pair != (None, None)}
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise load_error(folder, "it is not a pipeline of diffusers") from error
    is_known = all(
        len(pair) == 2 and pair[0] in LIBRARIES and isinstance(pair[1], str) and name.isidentifier()
        for name, pair in components.items()
    )
    if not isinstance(own, str) or not is_known:
        raise load_error(folder, "it brings code of its own, which is never run")
    return components


def check_files(folder: Path) -> None:
    """Check what the JSON files of a folder name: weights beside them, and no code.

    Raises:
        BackendError: an index names other files than safetensors in the same folder, or a config
            names a kernel in a repository.
    """
    for path in [*folder.glob("*.json"), *folder.glob("*/*.json")]:
        content = storage.read_json(path)
        shards = content.get("weight_map") if path.name.endswith(".index.json") else None
        for shard in shards.values() if isinstance(shards, dict) else ():
            name = str(shard)
            if Path(name).name != name or not name.endswith(".safetensors"):
                raise load_error(folder, f"{path.name} names files that are not its safetensors")
        if _names_kernel(content):
            raise load_error(folder, "it names code of its own, which is never run")


def _names_kernel(content: object) -> bool:
    """Return whether a config has a name of attention that is one of a repository."""
    pairs, kernels = [("", content)], False
    while pairs:
        key, value = pairs.pop()
        if isinstance(value, dict):
            pairs += [
                (str(name) if "attn" not in key else key, each) for name, each in value.items()
            ]
        elif isinstance(value, list):
            pairs += [(key, each) for each in value]
        else:
            kernels |= "attn" in key and isinstance(value, str) and "/" in value
    return kernels


def _load_gguf(gguf: Path, folder: Path, index: dict[str, tuple[str, str]], dtype: Any) -> Any:
    """Return the transformer of a pipeline with the weights of a GGUF file."""
    diffusers = import_package("diffusers")
    if "transformer" not in index:
        raise load_error(folder, "it has no transformer whose weights a GGUF file could replace")
    if not gguf.is_file():  # the library would take its name for one on the hub
        raise load_error(gguf, "there is no such file")
    config = diffusers.GGUFQuantizationConfig(compute_dtype=dtype)
    with loading(gguf):
        transformer = getattr(diffusers, index["transformer"][1]).from_single_file(
            str(gguf),
            config=str(folder),
            subfolder="transformer",
            quantization_config=config,
            torch_dtype=dtype,
            local_files_only=True,
        )
        check_on_device(transformer, gguf)
    return transformer


def _pipeline_class(diffusers: Any, model: Model, kind: Any) -> Any:
    automatic = {"image": "AutoPipelineForText2Image", "edit": "AutoPipelineForImage2Image"}
    return getattr(diffusers, model.classes.get(kind) or automatic[kind])


def _place(pipeline: Any, plan: Plan, device: Device, torch: Any) -> None:
    """Move a pipeline to the device, or let its parts move there when they are needed."""
    if device.is_cpu:
        return
    if plan.offload == "model":
        pipeline.enable_model_cpu_offload(device=device.kind)
    elif plan.offload == "group":
        pipeline.enable_group_offload(
            onload_device=torch.device(device.kind),
            offload_device=torch.device("cpu"),
            offload_type="leaf_level",
        )
    else:
        pipeline.to(device.kind)


@contextmanager
def offline() -> Iterator[None]:
    """Keep the libraries off the network while the block runs.

    A folder on disk needs no network, but some versions look for newer files of the same model.
    """
    constants = import_package("huggingface_hub.constants")
    before, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


@contextmanager
def quiet() -> Iterator[None]:
    """Show no warnings and no progress bars of the libraries while the block runs."""
    modules = [import_package(f"{name}.utils.logging") for name in LIBRARIES]
    before = [(module.get_verbosity(), module.is_progress_bar_enabled()) for module in modules]
    for module in modules:
        module.set_verbosity_error()
        module.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for module, (verbosity, has_progress_bar) in zip(modules, before, strict=True):
            module.set_verbosity(verbosity)
            if has_progress_bar:
                module.enable_progress_bar()
