"""A painter for the image routes of OpenAI's API: a pipeline of diffusers."""

from __future__ import annotations

import io
import threading
from typing import Any

import torch
from diffusers import AutoPipelineForImage2Image, AutoPipelineForText2Image
from diffusers.utils import logging
from PIL import Image


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
            fields: ``prompt``, and optionally ``size`` ("1024x1024"), ``seed`` (0) and ``image``
                (the bytes of an image to edit).
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
                image = self._image_to_image(image=original, **options).images[0]
            else:
                image = self._text_to_image(**options).images[0]
        out = io.BytesIO()
        image.save(out, "PNG")
        return out.getvalue()


def load(model: str) -> Any:
    """Return the pipeline in the folder ``model``, or with this id on the Hugging Face Hub."""
    return AutoPipelineForText2Image.from_pretrained(model, torch_dtype=torch.bfloat16)
