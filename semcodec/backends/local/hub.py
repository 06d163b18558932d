"""The client of the hub, and which files of a repository are taken.

Weights are read only from safetensors, and from the raw arrays of OpenVINO. Everything else that a
repository may have runs code when it is read (pickles, Python) or is another copy of the weights.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Final

from semcodec.backends.local.catalog import Format
from semcodec.errors import BackendError
from semcodec.forks import block_fork

_TOKENIZER: Final = ("*.json", "*.txt", "*.model", "*.jinja")
#: Patterns of the files that are needed, by format; ``*`` also matches ``/``.
NEEDED: Final[dict[Format, tuple[str, ...]]] = {
    "transformers": ("*.safetensors", *_TOKENIZER),
    # Each part is in a folder; beside them, some repositories have all weights once more.
    "diffusers": ("model_index.json", "*/*.safetensors", *(f"*/{one}" for one in _TOKENIZER)),
    "openvino": ("*openvino_*.xml", "*openvino_*.bin", *_TOKENIZER),
}
_COPIES: Final = ("*.fp16.*", "*.bf16.*", "*.non_ema.*", ".*", "*/.*")  #: in other precisions
UNNEEDED: Final[dict[Format, tuple[str, ...]]] = {
    "transformers": ("*/*", *_COPIES),
    "diffusers": _COPIES,
    "openvino": _COPIES,
}
SUBMODULES: Final = ("constants", "errors", "utils", "utils.logging")
LICENSES: Final = ("LICENSE*", "NOTICE*")  #: fetched with the weights


def import_hub() -> ModuleType:
    """Return the module ``huggingface_hub`` with the submodules that are used.

    Raises:
        BackendError: it is not installed.
    """
    try:
        with block_fork():  # a child forked during an import would wait for it forever
            for name in SUBMODULES:
                importlib.import_module(f"huggingface_hub.{name}")
            return importlib.import_module("huggingface_hub")
    except ImportError as error:
        message = "Models of the hub need its client: pip install huggingface_hub."
        raise BackendError(message, backend="local", stage="load", unavailable=True) from error
