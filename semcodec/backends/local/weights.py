"""Load weights from a folder: never from a network, never as pickles, never with code.

A folder of weights is untrusted. Its files are safetensors, which hold only numbers, and
JSON. What could run code is refused: classes that a folder brings along, pickled weights, and
kernels of attention that a library would download by their name.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from semcodec.backends.local import configs, storage
from semcodec.backends.local.components import (
    SAFE,
    check_on_device,
    check_size,
    convert_load_errors,
    load_complete,
    load_components,
    load_error,
)
from semcodec.backends.local.devices import (
    Device,
    check_package,
    import_package,
    import_torch,
    suppress_warnings,
)
from semcodec.backends.local.memory import Plan
from semcodec.backends.local.quantization import make_config
from semcodec.errors import BackendError
from semcodec.forks import block_fork

LIBRARIES: Final = ("diffusers", "transformers")  #: whose classes a pipeline may be made of
#: Names of the special tokens: they end a text, fill it, and begin it.
SPECIAL_TOKENS: Final = ("eos_token_id", "pad_token_id", "bos_token_id")
MAX_TOKEN: Final = (1 << 31) - 1  #: the id of a token; vocabularies have up to 300,000
#: Files whose numbers decide how large something is that a library makes.
SIZED: Final = (
    "config.json", "scheduler_config.json", "preprocessor_config.json", "processor_config.json",
    "video_preprocessor_config.json",
)  # fmt: skip
VOCABULARIES: Final = ("tokenizer.json", "vocab.json")  #: files of a tokenizer without a config


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
    with isolate_libraries(folder):
        processor = transformers.AutoProcessor.from_pretrained(folder, **SAFE)
        automatic = transformers.AutoModelForImageTextToText
        states = transformers.AutoConfig.from_pretrained(folder, **SAFE)
        check_size(lambda: automatic.from_config(states), folder)
        model = load_complete(automatic, folder, ignore_mismatched_sizes=True, **options)
        model = model.eval() if config is not None else model.to(device.kind).eval()
        model.generation_config = transformers.GenerationConfig(
            do_sample=False, **_special_tokens(folder, model.generation_config)
        )
    return processor, model


def _special_tokens(folder: Path, generation: Any) -> dict[str, Any]:
    """Return the ids of special tokens, which are all that is taken from a folder's generation.

    Greedy then means the same text for the same picture, as far as the device computes the same;
    other values, such as a time limit or a watermark, would change it.
    """
    tokens = {name: getattr(generation, name, None) for name in SPECIAL_TOKENS}
    for name, value in tokens.items():
        ids = value if name == "eos_token_id" and isinstance(value, list) else [value]
        if value is not None and not (
            ids and all(type(one) is int and 0 <= one <= MAX_TOKEN for one in ids)
        ):
            raise load_error(folder, f"{name} is not the id of a token")
    return tokens


def load_pipelines(
    folder: Path, plan: Plan, device: Device, gguf: Path | None = None
) -> tuple[Any, Any]:
    """Return the pipelines that paint, and that start from an image; they share their weights.

    The second one is None if the library has none for this model.

    Args:
        folder: the folder of the pipeline.
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
    with isolate_libraries(folder):
        parts = {} if gguf is None else {"transformer": _load_gguf(gguf, folder, index, dtype)}
        others = {name: pair for name, pair in index.items() if name not in parts}
        parts |= load_components(folder, others, plan.quantization, device.dtype)
        painter = diffusers.AutoPipelineForText2Image.from_pretrained(
            folder, torch_dtype=dtype, use_safetensors=True, **SAFE, **parts
        )
        starter = None
        with suppress(ValueError):  # the library has no pipeline that starts from an image
            starter = diffusers.AutoPipelineForImage2Image.from_pipe(painter)
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
        index: Any = storage.parse_json(folder / "model_index.json")
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
        problem = "model_index.json names a class outside of diffusers and transformers"
        raise load_error(folder, problem)
    unknown = [name for name in index if name not in pairs and (folder / Path(name).name).is_dir()]
    if unknown:
        raise load_error(folder, f"model_index.json names no class for {unknown[0][:60]!r}")
    return components


def check_files(folder: Path) -> None:
    """Check what the JSON files of a folder name: weights beside them, and no code.

    A file that cannot be read here is an error, since a library may read it in another way. Those
    of a tokenizer can be larger than the limit, and are not configs.

    Raises:
        BackendError: an index names other files than safetensors in the same folder, a config names
            a kernel in a repository or a size above a limit of ``configs``, or a file is too large
            or damaged.
    """
    for path in [*folder.glob("*.json"), *folder.glob("*/*.json")]:
        if path.name in VOCABULARIES:
            continue
        try:
            content = storage.parse_json(path)
        except (OSError, ValueError, RecursionError) as error:
            raise load_error(folder, f"{path.name} is too large or damaged") from error
        if path.name.endswith(".index.json") and not _lists_safetensors(content):
            raise load_error(folder, f"{path.name} names files that are not its safetensors")
        if _names_kernel(content):
            raise load_error(folder, f"{path.name} names an attention kernel in a repository")
        if path.name in SIZED and (problem := configs.find_problem(content)):
            raise load_error(folder, f"{problem} in {path.name}")


def _lists_safetensors(index: object) -> bool:
    """Return whether an index of weights lists nothing but safetensors of the same folder."""
    shards = index.get("weight_map") if isinstance(index, dict) else None
    names = [str(shard) for shard in shards.values()] if isinstance(shards, dict) else [""]
    return all(Path(name).name == name and name.endswith(".safetensors") for name in names)


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


def check_gguf(gguf: Path) -> None:
    """Check that a GGUF file can be read: a library would look for a missing one on the hub.

    Raises:
        BackendError: the file or the package is missing.
    """
    if not gguf.is_file():
        message = f"The file {gguf} does not exist: check --gguf."
        raise BackendError(message, backend="local", stage="load", unavailable=True)
    check_package("gguf")


def _load_gguf(gguf: Path, folder: Path, index: dict[str, tuple[str, str]], dtype: Any) -> Any:
    """Return the transformer of a pipeline with the weights of a GGUF file."""
    diffusers = import_package("diffusers")
    if "transformer" not in index:
        raise load_error(folder, "it has no transformer whose weights a GGUF file could replace")
    check_gguf(gguf)
    config = diffusers.GGUFQuantizationConfig(compute_dtype=dtype)
    with convert_load_errors(gguf):
        try:
            transformer = getattr(diffusers, index["transformer"][1]).from_single_file(
                str(gguf),
                config=str(folder),
                subfolder="transformer",
                quantization_config=config,
                torch_dtype=dtype,
                local_files_only=True,
            )
        except OSError as error:  # whose text names a checkpoint and not the problem
            problem = error.strerror or "it is damaged, or not a GGUF file"
            raise load_error(gguf, problem) from error
        except NotImplementedError as error:  # of weights that are still on no device
            raise load_error(gguf, "it has the weights of another network") from error
        check_on_device(transformer, gguf)
    return transformer


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
def isolate_libraries(folder: Path) -> Iterator[None]:
    """Load a folder in the block: without output, network and forks, and with one kind of error."""
    with (
        suppress_library_output(),
        suppress_warnings(),
        block_network(),
        convert_load_errors(folder),
        block_fork(),
    ):
        yield


@contextmanager
def block_network() -> Iterator[None]:
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
def suppress_library_output() -> Iterator[None]:
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
