"""A painter for the image routes of OpenAI's API: a pipeline of diffusers."""

from __future__ import annotations

import inspect
import io
import threading
from typing import Any, Final

import torch
from diffusers import AutoPipelineForImage2Image, AutoPipelineForText2Image
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
            steps = _whole_steps(self._steps, strength)
            options = {**options, "strength": strength, "num_inference_steps": steps}
            return paint(image=original, **options).images[0]
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


def _whole_steps(steps: int, strength: float) -> int:
    """Return the steps of a whole schedule of which the last ``strength`` is about ``steps`` long.

    A pipeline of few steps would otherwise start at the next lower step, or take none at all.
    """
    return max(steps, round(steps / strength))


def load(model: str) -> Any:
    """Return the pipeline in the folder ``model``, or with this id on the Hugging Face Hub.

    Only weights in safetensors are loaded, which cannot contain code.
    """
    return AutoPipelineForText2Image.from_pretrained(
        model, torch_dtype=torch.bfloat16, use_safetensors=True
    )
