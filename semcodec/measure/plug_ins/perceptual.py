"""LPIPS and DISTS by ``pyiqa``.

pyiqa would fetch the networks below its metrics and unpickle all files of weights. So its networks
are made without weights here, and the weights are loaded into them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import numpy as np
from PIL import Image

from semcodec.measure.plug_ins.weights import (
    Weights,
    describe,
    forbid_downloads,
    missing,
    read_tensors,
    require_packages,
    torch_cache,
)

SIDE: Final = 256  #: pixels of both sides of the compared pictures, whatever shape they have
ALEXNET: Final = "alexnet-owt-7be5be79.pth"
LPIPS: Final = "LPIPS_v0.1_alex-df73285e.pth"
VGG: Final = "vgg16-397923af.pth"
DISTS: Final = "DISTS_weights-f5e65c96.pth"
#: What gets both files of a metric into the caches that are searched.
COMMAND: Final = "python -c \"import pyiqa; pyiqa.create_metric('{}', device='cpu')\""


@dataclass(frozen=True)
class NetworkMetric:
    """A metric that runs a network on both pictures, of 256 x 256 pixels."""

    name: str
    model: str | None
    network: Any
    finds: bool = False

    def prepare(self, image: Image.Image) -> Any:
        """Return the levels of an RGB image, 0..1, as a tensor of shape (1, 3, 256, 256)."""
        import torch

        small = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        levels = np.asarray(small, np.float32).transpose(2, 0, 1)[None] / np.float32(255)
        return torch.from_numpy(levels)

    def compare(self, picture: Any, photograph: Any) -> float:
        """Return the distance; 0 for equal pictures."""
        import torch

        with torch.inference_mode():
            return float(self.network(picture, photograph))


def load_lpips(weights: Weights) -> NetworkMetric:
    """Return LPIPS in its version 0.1 over AlexNet.

    Raises:
        MissingFeatureError: the package or the weights are missing.
    """
    files = _find("lpips", weights, ALEXNET, LPIPS)
    from pyiqa.archs import lpips_arch

    with _without_weights(lpips_arch, "alexnet", files[0]):
        network = lpips_arch.LPIPS(net="alex", version="0.1", pretrained=False)
    _load_rest("lpips", network, files[1], tuple(f"lin{at}." for at in range(5)))
    return NetworkMetric("lpips", describe("LPIPS 0.1, AlexNet", "pyiqa", files), network)


def load_dists(weights: Weights) -> NetworkMetric:
    """Return DISTS.

    Raises:
        MissingFeatureError: the package or the weights are missing.
    """
    files = _find("dists", weights, VGG, DISTS)
    from pyiqa.archs import dists_arch

    with _without_weights(dists_arch, "vgg16", files[0]):
        network = dists_arch.DISTS(pretrained=False)
    network.eval()
    _load_rest("dists", network, files[1], ("alpha", "beta"))
    return NetworkMetric("dists", describe("DISTS, VGG16", "pyiqa", files), network)


def _find(metric: str, weights: Weights, backbone: str, head: str) -> list[Path]:
    require_packages(metric, "pyiqa", "torch", "torchvision")
    files = weights.require(
        metric,
        COMMAND.format(metric),
        (backbone, torch_cache() / "checkpoints"),
        (head, torch_cache() / "pyiqa"),
    )
    forbid_downloads()
    return files


@contextmanager
def _without_weights(module: ModuleType, name: str, path: Path) -> Iterator[None]:
    """Let ``module`` of pyiqa make the network ``name`` of torchvision with the weights in a file.

    Otherwise it would request published weights, which torchvision fetches and unpickles.
    """
    from torchvision import models

    def make(**_: Any) -> Any:
        network = getattr(models, name)(weights=None)
        network.load_state_dict(read_tensors(path))
        return network

    module.models = SimpleNamespace(**{name: make})  # type: ignore[attr-defined]
    try:
        yield
    finally:
        module.models = models  # type: ignore[attr-defined]


def _load_rest(metric: str, network: Any, path: Path, prefixes: tuple[str, ...]) -> None:
    """Load the weights of the metric itself; those of all ``prefixes`` must be there."""
    tensors = read_tensors(path)
    if not all(any(name.startswith(prefix) for name in tensors) for prefix in prefixes):
        raise missing(metric, f"{path.name} has no weights of {metric}: use the published file.")
    unexpected = network.load_state_dict(tensors, strict=False).unexpected_keys
    if unexpected:
        raise missing(
            metric,
            f"{path.name} has weights that {metric} does not have ({unexpected[0][:40]}): use the "
            "published file.",
        )
