"""A painter for the image routes of OpenAI's API: a pipeline of diffusers."""

from __future__ import annotations

import inspect
import io
import math
import threading
from typing import Any, Final

import torch
from diffusers import (
    AutoPipelineForImage2Image,
    AutoPipelineForText2Image,
    FlowMatchEulerDiscreteScheduler,
)
from diffusers.utils import logging
from PIL import Image

MIN_STRENGTH: Final = 0.01  #: below, no noise is added, and the pipeline would return its start


class Painter:
    """Paints and edits images with one pipeline, one image at a time."""

    def __init__(self, pipeline: Any, steps: int) -> None:
        logging.set_verbosity_error()
        self._text_to_image = pipeline
        self._image_to_image = AutoPipelineForImage2Image.from_pipe(pipeline)
        self._steps, self._lock = steps, threading.Lock()
        for each in (self._text_to_image, self._image_to_image):
            each.set_progress_bar_config(disable=True)

    def __call__(self, fields: dict[str, Any]) -> bytes:
        """Return the PNG file of a request.

        Args:
            fields: ``prompt``, and optionally ``size`` ("1024x1024"), ``seed`` (0), ``image`` (the
                bytes of an image to edit, or to start from) and ``strength`` (how much of it may
                change, 0 to 1).

        Raises:
            ValueError: the strength is not from 0 to 1.
        """
        width, height = map(int, str(fields.get("size", "1024x1024")).split("x"))
        options = {"prompt": str(fields["prompt"]), "width": width, "height": height}
        options |= {"num_inference_steps": self._steps}
        # The generator is on the CPU, so that a seed gives the same image on every device.
        options |= {"generator": torch.Generator("cpu").manual_seed(int(fields.get("seed", 0)))}
        with self._lock:
            if "image" in fields:
                original = Image.open(io.BytesIO(fields["image"])).convert("RGB")
                original = original.resize((width, height))
                strength = _read_strength(fields)
                image = self._paint_over(original, strength, options)
            else:
                image = self._text_to_image(**options).images[0]
        out = io.BytesIO()
        image.save(out, "PNG")
        return out.getvalue()

    def _paint_over(self, original: Image.Image, strength: float | None, options: Any) -> Any:
        """Return ``original`` after it was painted over.

        Most pipelines have a strength of their own. Those of models that edit, such as
        FLUX.2-klein, have none: they take an image as a reference, and with a strength they start
        from its noisy latents, as the other pipelines do.
        """
        paint = self._image_to_image
        parameters = inspect.signature(paint.__call__).parameters
        if strength is None:
            return paint(image=original, **options).images[0]
        if "strength" in parameters:
            is_flow = isinstance(paint.scheduler, FlowMatchEulerDiscreteScheduler)
            is_exact = is_flow and "sigmas" in parameters
            start = (flow_start if is_exact else schedule_start)(self._steps, strength)
            return paint(image=original, **options | start).images[0]
        if not {"latents", "sigmas"} <= parameters.keys():
            raise ValueError("this pipeline cannot start from an image: omit the field strength")
        return paint(**options, **noisy_start(paint, original, strength, options)).images[0]


def noisy_start(pipeline: Any, image: Image.Image, strength: float, options: Any) -> dict[str, Any]:
    """Return the arguments with which a FLUX.2 pipeline starts from ``image``.

    A flow goes from noise at sigma 1 to an image at sigma 0 along a straight line; here it begins
    between the two, at the sigma into which the scheduler turns ``strength``.

    Args:
        pipeline: a pipeline of FLUX.2.
        image: the start, at the size to paint.
        strength: the sigma before it is shifted, 0.01 to 1.
        options: the other arguments of the pipeline.
    """
    from diffusers.pipelines.flux2.pipeline_flux2_klein import compute_empirical_mu

    steps, generator = options["num_inference_steps"], options["generator"]
    sigmas = [strength * (steps - step) / steps for step in range(steps)]
    pixels = pipeline.image_processor.preprocess(image, height=image.height, width=image.width)
    pixels = pixels.to(device=pipeline.vae.device, dtype=pipeline.vae.dtype)
    with torch.no_grad():
        clean = pipeline._encode_vae_image(pixels, generator)
    mu = compute_empirical_mu(clean.shape[2] * clean.shape[3], steps)
    pipeline.scheduler.set_timesteps(sigmas=sigmas, mu=mu)
    first = pipeline.scheduler.sigmas[0].to(clean.device, clean.dtype)
    noise = torch.randn(clean.shape, generator=generator).to(clean.device, clean.dtype)
    return {"latents": (1 - first) * clean + first * noise, "sigmas": sigmas}


def _read_strength(fields: dict[str, Any]) -> float | None:
    """Return the strength of a request, or None if it states none.

    Raises:
        ValueError: it is not from 0 to 1.
    """
    if "strength" not in fields:
        return None
    strength = float(fields["strength"])
    if not 0 <= strength <= 1:
        raise ValueError("strength must be from 0 to 1")
    return max(strength, MIN_STRENGTH)


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


def load(model: str) -> Any:
    """Return the pipeline in the folder ``model``, or with this id on the Hugging Face Hub.

    Only weights in safetensors are loaded, which cannot contain code.
    """
    return AutoPipelineForText2Image.from_pretrained(
        model, torch_dtype=torch.bfloat16, use_safetensors=True
    )
