"""Objects of transformers and diffusers that state the precision of weights.

``nf4`` is done by bitsandbytes, ``int8`` and ``fp8`` by torchao; both quantize while loading. Only
the large parts of a pipeline are quantized: the autoencoder is small, and its errors are visible.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from semcodec.backends.local import storage
from semcodec.backends.local.devices import check_package, import_package, import_torch

#: The package of each quantization.
PACKAGES: Final = {"nf4": "bitsandbytes", "int8": "torchao", "fp8": "torchao"}
MAX_METHOD: Final = 40  #: characters of the name of a method that a folder states
#: Components of a pipeline that are quantized.
LARGE_COMPONENTS: Final = (
    "transformer",
    "transformer_2",
    "unet",
    "text_encoder",
    "text_encoder_2",
    "text_encoder_3",
)


def make_config(library: str, quantization: str, dtype: str) -> Any:
    """Return the configuration of one model; None without quantization.

    Args:
        library: ``"transformers"`` or ``"diffusers"``, whose class is used.
        quantization: ``"none"``, ``"nf4"``, ``"int8"`` or ``"fp8"``.
        dtype: the type to compute with, such as ``"bfloat16"``.

    Raises:
        BackendError: the package that quantizes is not installed.
    """
    if quantization == "none":
        return None
    check_quantization(quantization)
    module = import_package(library)
    if quantization == "nf4":
        compute_dtype = getattr(import_torch(), dtype)
        return module.BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=compute_dtype
        )
    torchao = import_package("torchao.quantization")
    names = {"int8": "Int8WeightOnlyConfig", "fp8": "Float8WeightOnlyConfig"}
    return module.TorchAoConfig(getattr(torchao, names[quantization])())


def find_own_quantization(folder: Path) -> str:
    """Return the methods with which the weights of a folder are quantized, such as ``"fp8"``.

    The libraries then follow the configs of the folder. Empty if none of its networks is quantized.
    """
    paths = [folder / "config.json", *sorted(folder.glob("*/config.json"))]
    configs = [config for path in paths for config in _find_configs(storage.read_json(path))]
    methods = {str(config.get("quant_method"))[:MAX_METHOD] for config in configs}
    return ", ".join(sorted(method if method.isprintable() else "unknown" for method in methods))


def _find_configs(config: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the configs of quantization in that of a network, or of a part of it."""
    parts = [config, *(part for part in config.values() if isinstance(part, dict))]
    found = [part.get("quantization_config") for part in parts]
    return [one if isinstance(one, dict) else {} for one in found if one is not None]


def check_quantization(quantization: str) -> None:
    """Check that the package of a quantization is installed; see ``make_config``.

    Raises:
        BackendError: it is not.
    """
    if quantization != "none":
        check_package(PACKAGES[quantization])
