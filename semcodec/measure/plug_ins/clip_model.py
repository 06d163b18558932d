"""CLIP by ``open-clip-torch``: the cosine of image embeddings."""

from __future__ import annotations

from typing import Any, Final

from PIL import Image

from semcodec.measure.picture_metrics import FeatureMetric
from semcodec.measure.plug_ins.weights import (
    Weights,
    describe,
    forbid_downloads,
    hugging_face_cache,
    missing,
    require_packages,
)

MODEL: Final = "ViT-B-32"
REPOSITORY: Final = "laion/CLIP-ViT-B-32-laion2B-s34B-b79K"
#: The published names of the same weights, the safer format first.
FILES: Final = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")


def load(weights: Weights) -> FeatureMetric:
    """Return the metric.

    Raises:
        MissingFeatureError: the package or the weights are missing.
    """
    require_packages("clip", "open_clip", "torch")
    cache = hugging_face_cache(REPOSITORY)
    path = next(filter(None, (weights.find(name, cache) for name in FILES)), None)
    if path is None:
        raise missing(
            "clip",
            f"The weights of clip are not on this machine ({FILES[0]} of {REPOSITORY}): name their "
            f"folder with --weights, or run hf download {REPOSITORY} {FILES[0]}",
        )
    forbid_downloads()
    import open_clip
    import torch

    # A path, not the name of published weights: so nothing is fetched, and a file of PyTorch is
    # read with weights_only=True.
    model, _, preprocess = open_clip.create_model_and_transforms(
        MODEL, pretrained=str(path), weights_only=True
    )
    model.eval()

    def embed(image: Image.Image) -> Any:
        with torch.inference_mode():
            return model.encode_image(preprocess(image)[None])[0].float().numpy()

    return FeatureMetric("clip", describe(f"CLIP {MODEL}", "open-clip-torch", [path]), embed)
