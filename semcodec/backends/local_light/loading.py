"""Load a pipeline once for this process, and make pictures smaller if the memory is not enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from semcodec.backends.local.catalog import Kind
from semcodec.backends.local_light import runtime
from semcodec.backends.local_light.converted import ConvertedModel
from semcodec.backends.local_light.runtime import OutOfMemoryError
from semcodec.backends.local_light.settings import NAME
from semcodec.backends.local_light.store import STORE
from semcodec.backends.notes import run_values
from semcodec.errors import BackendError

#: The setting by which the pictures of a call take less memory, by kind of model.
SIDES: Final[dict[Kind, str]] = {"text": "image_side", "image": "painted_side"}


def load_pipeline(
    converted: ConvertedModel, device: str, name: str, load: Callable[[], dict[str, Any]]
) -> Any:
    """Return the pipeline ``name`` of a model, loaded at the first call; see ``PipelineStore.get``.

    Raises:
        BackendError: the model cannot be loaded, or the memory is not enough.
    """
    problem = f"cannot load {converted.title}"
    key = (converted.folder, device)
    try:
        return STORE.get(
            converted.kind, key, name, lambda: runtime.call(lambda _: load(), "load", problem)
        )
    except OutOfMemoryError as error:
        raise out_of_memory_error(error, converted.kind) from error


def read_scale(converted: ConvertedModel) -> float:
    """Return the share of the sides of pictures that has fit the memory in this run, 0..1."""
    scale: float = run_values().get((NAME, converted.folder), 1.0)
    return scale


def keep_scale(converted: ConvertedModel, factor: float) -> None:
    """Begin with smaller pictures until the end of this run, since the memory holds only those."""
    run_values()[NAME, converted.folder] = read_scale(converted) * factor


def out_of_memory_error(
    error: OutOfMemoryError, kind: Kind, *, can_shrink: bool = False
) -> BackendError:
    """Return the error of a call for which the memory is not enough, with what to do.

    Args:
        error: of the library.
        kind: of the model.
        can_shrink: whether the picture of the call could be smaller.
    """
    options = ["a smaller or more strongly quantized model"]
    options += [f"a smaller {SIDES[kind]} in the config file"] if can_shrink else []
    options += ["--painter embedded"] if kind == "image" else []
    message = (
        f"The memory is not enough for the {kind} model of {NAME}: use {', or '.join(options)}."
    )
    return BackendError(message, backend=NAME, stage=error.stage, unavailable=True)
