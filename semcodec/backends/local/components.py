"""Load the networks of a folder one by one, and refuse those whose files lack weights.

The libraries give random numbers to weights that are missing or have another shape, warn, and go
on: then a model would answer with noise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from semcodec.backends.local.devices import (
    MAX_SHOWN_ERROR,
    import_package,
    import_torch,
    show_error,
)
from semcodec.backends.local.memory import is_out_of_memory
from semcodec.backends.local.quantization import LARGE_COMPONENTS, make_config
from semcodec.errors import BackendError, SemcodecError

MAX_PARAMETERS: Final = 4  #: of a byte in a file: weights have 2 bits or more
SAFE: Final[dict[str, Any]] = {"local_files_only": True, "trust_remote_code": False}


def load_components(
    folder: Path, index: dict[str, tuple[str, str]], quantization: str, dtype: str
) -> dict[str, Any]:
    """Return the networks of a pipeline by name; what has no weights, such as a tokenizer, is left.

    Args:
        folder: of the pipeline, with a folder for each component.
        index: library and class of each component, by name.
        quantization: of the large ones; see ``make_config``.
        dtype: of all others, such as ``"bfloat16"``.

    Raises:
        BackendError: a file is damaged or missing, or lacks weights; the message names the
            component.
    """
    torch = import_torch()
    networks = {}
    for name, (library, class_name) in index.items():
        cls = getattr(import_package(library), class_name, None)
        if not isinstance(cls, type) or not issubclass(cls, torch.nn.Module):
            continue
        config = make_config(library, quantization, dtype) if name in LARGE_COMPONENTS else None
        options: dict[str, Any] = {} if config is None else {"quantization_config": config}
        # transformers would raise an error that names no weights; diffusers names them.
        own = "torch_dtype" if library == "diffusers" else "dtype"
        options |= {own: getattr(torch, dtype)}
        if library == "transformers":
            options["ignore_mismatched_sizes"] = True
        check_size(partial(_build, cls, library, folder / name), folder / name)
        networks[name] = load_complete(cls, folder / name, **options)
    return networks


def _build(cls: Any, library: str, folder: Path) -> Any:
    """Return the network of a class with the sizes of a folder, without its weights."""
    if library == "diffusers":
        return cls.from_config(cls.load_config(folder, local_files_only=True))
    return cls(cls.config_class.from_pretrained(folder, **SAFE))


def load_complete(cls: Any, folder: Path, **options: Any) -> Any:
    """Return the model of a class in a folder.

    Raises:
        BackendError: a file is damaged or missing, or lacks weights.
    """
    with convert_load_errors(folder):
        model, info = cls.from_pretrained(
            folder, **SAFE, use_safetensors=True, output_loading_info=True, **options
        )
    mismatched = [one if isinstance(one, str) else one[0] for one in info["mismatched_keys"]]
    for problem, names in (
        ("its files lack", info["missing_keys"]),
        ("its files have another shape of", mismatched),
    ):
        if names:
            raise load_error(folder, f"{problem} {_join(names)}")
    return model


def check_size(build: Callable[[], Any], folder: Path) -> None:
    """Check that a network is not much larger than its files, before its memory is taken.

    A library makes random numbers for weights that are missing, up to the size in the config.

    Args:
        build: makes the network; here it gets no memory, since it is on the device ``meta``.
        folder: the folder with its safetensors.

    Raises:
        BackendError: it has more parameters than the files can have.
    """
    try:
        with import_torch().device("meta"):
            count = sum(each.numel() for each in build().parameters())
    except Exception:  # an error of the config, which is converted when the model is loaded
        return
    stored = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    if count > MAX_PARAMETERS * stored:
        problem = f"its config states {count} parameters, and its files have {stored} bytes"
        raise load_error(folder, problem)


def check_on_device(model: Any, path: Path) -> None:
    """Raise the error of a model whose file lacks weights, which then are on no device."""
    if missing := [name for name, each in model.named_parameters() if each.is_meta]:
        raise load_error(path, f"it lacks {_join(missing)}")


def _join(names: Collection[str]) -> str:
    """Return the first name of weights, and how many others there are."""
    first, others = min(names)[:MAX_SHOWN_ERROR], len(names) - 1
    return f"the weights {first}" + (f" and {others} more" if others else "")


@contextmanager
def convert_load_errors(path: Path, verb: str = "loaded") -> Iterator[None]:
    """Convert any exception of a library in the block; those of too little memory pass.

    Args:
        path: the folder or the GGUF file that is used in the block.
        verb: what cannot be done with it, for the message.
    """
    try:
        yield
    except SemcodecError:
        raise
    except Exception as error:  # libraries raise almost anything for a damaged folder
        if is_out_of_memory(error):
            raise
        raise load_error(path, show_error(error), verb) from error


def load_error(path: Path, problem: str, verb: str = "loaded") -> BackendError:
    """Return the error of a folder or a GGUF file that cannot be loaded, or otherwise used."""
    is_fetched = any(part.startswith("models--") for part in path.parts)  # in the hub's cache
    again = "remove it and fetch it again" if is_fetched else "copy its files again"
    advice = "use another --gguf" if path.is_file() else f"{again}, or use another model"
    message = f"The model in {path} cannot be {verb} ({problem}): {advice}."
    return BackendError(message, backend="local", stage="load", unavailable=True)
