"""Start a picture from an image, such as the colors of a record, in place of noise alone.

Most pipelines have a strength of their own. Those of models that edit, such as FLUX.2-klein, have
none: they take an image as a reference; with noisy latents of it, they start as the others do.
"""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING, Any

from semcodec.backends.local.devices import import_package, import_torch

if TYPE_CHECKING:
    from PIL.Image import Image


def start_arguments(
    pipeline: Any, image: Image, strength: float, options: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the arguments with which a pipeline starts from ``image``; None if it cannot.

    Args:
        pipeline: the pipeline that takes images.
        image: the start, at the size to paint.
        strength: how much of it may change, 0.01 to 1.
        options: the other arguments of the pipeline.
    """
    parameters = list_parameters(pipeline)
    steps = options["num_inference_steps"]
    if "strength" in parameters:
        scheduler = type(pipeline.scheduler).__name__
        is_exact = scheduler == "FlowMatchEulerDiscreteScheduler" and "sigmas" in parameters
        start = (flow_start if is_exact else schedule_start)(steps, strength)
        return {"image": image, **start}
    if {"latents", "sigmas"} <= parameters and hasattr(pipeline, "_encode_vae_image"):
        return noisy_start(pipeline, image, strength, options)
    return None


def list_parameters(pipeline: Any) -> set[str]:
    """Return the names of the arguments of a pipeline."""
    return set(inspect.signature(pipeline.__call__).parameters)


def noisy_start(
    pipeline: Any, image: Image, strength: float, options: dict[str, Any]
) -> dict[str, Any]:
    """Return the arguments with which a pipeline of FLUX.2 starts from ``image``.

    A flow goes from noise at sigma 1 to an image at sigma 0 along a straight line; here it begins
    between the two, at the sigma into which the scheduler turns ``strength``.
    """
    torch = import_torch()
    klein = import_package("diffusers.pipelines.flux2.pipeline_flux2_klein")
    steps, generator = options["num_inference_steps"], options["generator"]
    sigmas = [strength * (steps - step) / steps for step in range(steps)]
    pixels = pipeline.image_processor.preprocess(image, height=image.height, width=image.width)
    device = pipeline._execution_device  # with offload, weights are on the CPU between two calls
    pixels = pixels.to(device=device, dtype=pipeline.vae.dtype)
    with torch.no_grad():
        clean = pipeline._encode_vae_image(pixels, generator)
    mu = klein.compute_empirical_mu(clean.shape[2] * clean.shape[3], steps)
    pipeline.scheduler.set_timesteps(sigmas=sigmas, mu=mu)
    first = pipeline.scheduler.sigmas[0].to(clean.device, clean.dtype)
    noise = torch.randn(clean.shape, generator=generator).to(clean.device, clean.dtype)
    return {"latents": (1 - first) * clean + first * noise, "sigmas": sigmas}


def flow_start(steps: int, strength: float) -> dict[str, Any]:
    """Return the arguments with which a pipeline of a flow starts exactly at ``strength``.

    A pipeline drops the first steps of its schedule. With few steps, it would start at 1, which is
    noise alone, for any strength above 3/4. So the schedule is 1 and then that of the start.
    """
    if strength == 1:
        return {"strength": 1.0}
    sigmas = [1.0, *(strength * (steps - step) / steps for step in range(steps))]
    share = steps / (steps + 1)  # times steps + 1, that is steps again, for any up to 500
    return {"sigmas": sigmas, "num_inference_steps": steps + 1, "strength": share}


def schedule_start(steps: int, strength: float) -> dict[str, Any]:
    """Return the arguments with which any other pipeline starts near ``strength``.

    Its schedule is long enough for about ``steps`` steps after the start, and for one before it.
    """
    before = 1 if strength == 1 else math.ceil(1 / (1 - strength))
    whole = max(round(steps / strength), before)
    return {"strength": strength, "num_inference_steps": whole}
