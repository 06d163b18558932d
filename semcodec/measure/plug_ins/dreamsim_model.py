"""DreamSim by ``dreamsim``, in its version over one OpenCLIP network.

Its ensemble of three networks, and those over DINO, are not offered: their loader runs code that
``torch.hub`` fetches.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from PIL import Image

from semcodec.measure.picture_metrics import FeatureMetric
from semcodec.measure.plug_ins.weights import (
    Weights,
    describe,
    forbid_downloads,
    missing,
    require_packages,
)

MODEL: Final = "open_clip_vitb32"
NETWORK: Final = f"{MODEL}_pretrain.pth.tar"
ADAPTER: Final = f"{MODEL}_single_lora"  #: a folder, whose files belong to peft
#: What gets the weights into the folder DIR.
COMMAND: Final = (
    f"python -c \"import dreamsim; dreamsim.dreamsim(dreamsim_type='{MODEL}', cache_dir='DIR', "
    "device='cpu')\""
)


def load(weights: Weights) -> FeatureMetric:
    """Return the metric, 1 - cosine of the embeddings.

    Raises:
        MissingFeatureError: the package or the weights are missing.
    """
    require_packages("dreamsim", "dreamsim", "torch")
    network = weights.find(NETWORK, Path("models"))  # the package's own default, in this folder
    if network is None:
        raise missing(
            "dreamsim",
            f"The weights of dreamsim are not on this machine ({NETWORK}): name their folder with "
            f"--weights DIR; to get them, run {COMMAND}",
        )
    files = [network, *_adapter_files(network.parent / ADAPTER)]
    forbid_downloads()
    import torch
    from dreamsim import dreamsim

    model, preprocess = dreamsim(
        dreamsim_type=MODEL, cache_dir=str(network.parent), device="cpu", normalize_embeds=True
    )

    def embed(image: Image.Image) -> Any:
        with torch.inference_mode():
            return model.embed(preprocess(image))[0].float().numpy()

    named = describe(f"DreamSim {MODEL}", "dreamsim", files)
    return FeatureMetric("dreamsim", named, embed, is_distance=True)


def _adapter_files(folder: Path) -> list[Path]:
    """Return the files of the adapter, which ``peft`` reads with ``weights_only=True``.

    Raises:
        MissingFeatureError: they are missing, so that the package would try to fetch them; or the
            settings make peft import a module that they name.
    """
    settings = folder / "adapter_config.json"
    names = ("adapter_model.safetensors", "adapter_model.bin")
    tensors = next((folder / name for name in names if (folder / name).is_file()), None)
    if tensors is None or not settings.is_file():
        raise missing(
            "dreamsim",
            f"The weights of dreamsim are incomplete: put {ADAPTER} beside {NETWORK}.",
        )
    values = json.loads(settings.read_text("utf-8"))
    if values.get("peft_type") != "LORA" or values.get("megatron_config"):
        raise missing(
            "dreamsim",
            f"{settings.name} has settings that dreamsim does not have: use the published file.",
        )
    return [tensors, settings]
