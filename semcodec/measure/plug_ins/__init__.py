"""Metrics of other projects, with weights that the user has: CLIP, LPIPS, DISTS, DreamSim.

A metric is absent if its package or its weights are missing, and the reason names the command that
gets them. Nothing is downloaded here: weights are searched for in the user's folder and in the
caches of the libraries, and a library is only called when it need not fetch anything.

Files of weights may come from anywhere, and a pickle can run any code. So tensors are read with
``weights_only=True`` or from safetensors. What a library would unpickle itself is loaded here.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Final

from semcodec.errors import MissingFeatureError
from semcodec.forks import block_fork
from semcodec.measure.picture_metrics import PictureMetric
from semcodec.measure.plug_ins.weights import Weights


def load_clip(weights: Weights) -> PictureMetric:
    """Return the metric of CLIP."""
    from semcodec.measure.plug_ins import clip_model

    return clip_model.load(weights)


def load_lpips(weights: Weights) -> PictureMetric:
    """Return LPIPS."""
    from semcodec.measure.plug_ins import perceptual

    return perceptual.load_lpips(weights)


def load_dists(weights: Weights) -> PictureMetric:
    """Return DISTS."""
    from semcodec.measure.plug_ins import perceptual

    return perceptual.load_dists(weights)


def load_dreamsim(weights: Weights) -> PictureMetric:
    """Return DreamSim."""
    from semcodec.measure.plug_ins import dreamsim_model

    return dreamsim_model.load(weights)


def load_efficientnet(weights: Weights) -> PictureMetric:
    """Return the metric of EfficientNet-Lite0, whose weights are a package."""
    from semcodec.measure.plug_ins import efficientnet

    return efficientnet.load(weights)


#: By the name of the metric: what loads it, in the order in which they are tried.
PLUG_INS: Final[dict[str, Callable[[Weights], PictureMetric]]] = {
    "efficientnet-lite0": load_efficientnet,
    "clip": load_clip,
    "dreamsim": load_dreamsim,
    "lpips": load_lpips,
    "dists": load_dists,
}


def load(name: str, weights: Weights) -> PictureMetric:
    """Return the metric ``name`` of ``PLUG_INS``.

    Raises:
        MissingFeatureError: its package or its weights are missing, or do not fit.
    """
    try:
        # The libraries print which files they load, where commands print their results.
        with block_fork(), contextlib.redirect_stdout(io.StringIO()):
            return PLUG_INS[name](weights)
    except (MissingFeatureError, KeyboardInterrupt):
        raise
    except BaseException as error:  # third-party code and unknown files may raise anything
        reason = " ".join(f"{type(error).__name__}: {error}".split()).partition(". ")[0][:200]
        raise MissingFeatureError(
            f"{name} cannot be loaded ({reason}): check its package and the files of its weights.",
            backend=name,
            stage="load",
        ) from error
