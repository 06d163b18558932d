"""Run the metrics of other projects (CLIP, LPIPS, DISTS, DreamSim) on random weights made here.

    pip install -e '.[metrics,judge]' ./embedded
    python bench/metric_plug_ins.py [--folder DIR]

Published weights cannot be had everywhere, but the code that loads them can be run: this makes
files of random numbers under the names, in the formats and of the sizes that the libraries expect
(two gigabytes, in DIR or a temporary folder), and loads each metric from them with the network
blocked. It checks that a photograph is nearer to itself than to another, that a file with a pickle
of code is refused without running it, and that incomplete weights are. Metrics whose package is
missing are listed. The numbers mean nothing, because random networks see nothing.
"""

from __future__ import annotations

import argparse
import pickle
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import semcodec_embedded
from semcodec.errors import MissingFeatureError
from semcodec.measure.picture_metrics import PictureMetric
from semcodec.measure.plug_ins import PLUG_INS, clip_model, dreamsim_model, load, perceptual
from semcodec.measure.plug_ins.weights import Weights

SEED = 1
PHOTOGRAPHS = Path(semcodec_embedded.__file__).with_name("photos")
#: By metric: its package, and a file of its weights that PyTorch has written.
PACKAGES = {
    "efficientnet-lite0": ("timm", None),
    "clip": ("open_clip", clip_model.FILES[1]),
    "dreamsim": ("dreamsim", dreamsim_model.NETWORK),
    "lpips": ("pyiqa", perceptual.LPIPS),
    "dists": ("pyiqa", perceptual.DISTS),
}


class Payload:
    """An object that creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return open, (str(self.path), "w")


def block_network() -> None:
    """Make every connection of this process fail, so that a download is an error."""

    def refuse(*_: object) -> None:
        raise ConnectionRefusedError("the network is blocked")

    socket.socket.connect = refuse  # type: ignore[method-assign]
    socket.getaddrinfo = refuse  # type: ignore[assignment]


def make_clip(folder: Path) -> None:
    """Write the weights of a random CLIP."""
    import open_clip
    from safetensors.torch import save_file

    save_file(open_clip.create_model(clip_model.MODEL).state_dict(), folder / clip_model.FILES[0])


def make_lpips(folder: Path) -> None:
    """Write a random AlexNet, and random weights of LPIPS that are positive, as the real ones."""
    import torch
    from torchvision.models import alexnet

    torch.save(alexnet(weights=None).state_dict(), folder / perceptual.ALEXNET)
    sizes = (64, 192, 384, 256, 256)
    weights = {
        f"lin{at}.model.1.weight": torch.rand(1, size, 1, 1) for at, size in enumerate(sizes)
    }
    torch.save(weights, folder / perceptual.LPIPS)


def make_dists(folder: Path) -> None:
    """Write a random VGG16 and the weights of DISTS."""
    import torch
    from torchvision.models import vgg16

    torch.save(vgg16(weights=None).state_dict(), folder / perceptual.VGG)
    weights = {
        name: torch.rand(1, 3 + 64 + 128 + 256 + 512 + 512, 1, 1) for name in ("alpha", "beta")
    }
    torch.save(weights, folder / perceptual.DISTS)


def make_dreamsim(folder: Path) -> None:
    """Write a random ViT-B/32, and a random adapter of peft."""
    import torch
    from dreamsim.feature_extraction.vision_transformer import vit_base
    from dreamsim.model import PerceptualModel
    from peft import LoraConfig, get_peft_model

    network = vit_base(patch_size=32)
    network.pos_drop = torch.nn.LayerNorm(network.embed_dim)
    state = {**network.state_dict(), "proj": torch.randn(768, 512)}
    torch.save({"state_dict": state}, folder / dreamsim_model.NETWORK)
    model = PerceptualModel(
        dreamsim_model.MODEL, "embedding", "32", lora=True, load_dir=str(folder), device="cpu"
    )
    settings = LoraConfig(
        r=16, lora_alpha=0.5, lora_dropout=0.3, bias="none", target_modules=["qkv"]
    )
    get_peft_model(model, settings).save_pretrained(str(folder / dreamsim_model.ADAPTER))


MAKERS: dict[str, Callable[[Path], None]] = {
    "clip": make_clip,
    "lpips": make_lpips,
    "dists": make_dists,
    "dreamsim": make_dreamsim,
}


def check_metric(metric: PictureMetric) -> str:
    """Return a line of the table; raise ``AssertionError`` if an equal picture is not nearest."""
    pictures = []
    for name in ("cat.jpg", "coffee.jpg"):
        with Image.open(PHOTOGRAPHS / name) as image:
            pictures.append(image.convert("RGB").resize((384, 256)))
    start = time.process_time()
    prepared = [metric.prepare(picture) for picture in (*pictures, pictures[0].copy())]
    same, other = (metric.compare(prepared[0], prepared[at]) for at in (2, 1))
    seconds = (time.process_time() - start) / 3
    higher_is_better = same > other
    assert same != other, metric.name
    assert abs(same - (1 if higher_is_better else 0)) < 1e-4, (metric.name, same)
    return f"{same:9.4f} {other:9.4f} {seconds:7.2f} s  {metric.model}"


def check_refusals(name: str, folder: Path) -> None:
    """Check that a pickle of code is refused without running it, and that missing files are."""
    file = PACKAGES[name][1]
    if file is None:
        return
    with tempfile.TemporaryDirectory() as other:
        for path in folder.iterdir():
            is_better = name == "clip" and path.suffix == ".safetensors"
            if path.name != file and not is_better:
                (Path(other) / path.name).symlink_to(path)
        expect_refusal(name, Path(other))
        trace = Path(other) / "code has run"
        (Path(other) / file).write_bytes(pickle.dumps({"alpha": Payload(trace)}))
        expect_refusal(name, Path(other))
        assert not trace.exists(), f"{name} ran code of a file"


def expect_refusal(name: str, folder: Path) -> None:
    """Check that a metric cannot be loaded from a folder, and print why."""
    try:
        load(name, Weights(folder))
    except MissingFeatureError as error:
        print(f"  refused: {error}")
    else:
        raise AssertionError(f"{name} was loaded from {sorted(folder.iterdir())}")


def main(folder: Path) -> None:
    """Make the weights, and load and run each metric."""
    import torch

    torch.manual_seed(SEED)
    np.random.seed(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{'':<20} {'itself':>9} {'another':>9} {'CPU':>9}  model")
    for name in PLUG_INS:
        if find_spec(PACKAGES[name][0]) is None:
            print(f"{name:<20} skipped: {PACKAGES[name][0]} is not installed")
            continue
        if name in MAKERS:
            MAKERS[name](folder)
        start = time.perf_counter()
        metric = load(name, Weights(folder))
        print(f"{name:<20} {check_metric(metric)}, loaded in {time.perf_counter() - start:.1f} s")
        check_refusals(name, folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="folder for the weights (default: temporary)"
    )
    options: Any = parser.parse_args()
    block_network()
    if options.folder:
        main(options.folder)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
    sys.exit(0)
