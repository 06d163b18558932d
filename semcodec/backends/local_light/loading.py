"""Load a pipeline once for this process, and explain if the memory is not enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from semcodec.backends.local.catalog import Kind
from semcodec.backends.local_light import runtime
from semcodec.backends.local_light.converted import Converted
from semcodec.backends.local_light.runtime import OutOfMemoryError
from semcodec.backends.local_light.settings import NAME
from semcodec.backends.local_light.store import STORE
from semcodec.errors import BackendError

#: What takes less memory, by kind of model.
ADVICE: Final[dict[Kind, str]] = {
    "text": "or a smaller image_side in the config file",
    "image": "a smaller painted_side in the config file, or --painter embedded",
}


def load_pipeline(
    converted: Converted, device: str, name: str, load: Callable[[], dict[str, Any]]
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
        raise no_memory(error, converted.kind) from error


def no_memory(error: OutOfMemoryError, kind: Kind) -> BackendError:
    """Return the error of a call for which the memory is not enough, with what to do."""
    message = (
        f"The memory is not enough for the {kind} model of {NAME}: use a smaller or more strongly "
        f"quantized model, {ADVICE[kind]}."
    )
    return BackendError(message, backend=NAME, stage=error.stage, unavailable=True)
