"""A painter behind the image routes of OpenAI's API: a pipeline of diffusers."""

from __future__ import annotations

import io
import threading
from typing import Any

import torch
from diffusers import AutoPipelineForImage2Image, AutoPipelineForText2Image
from diffusers.utils import logging
from PIL import Image


class Painter:
    """Paints and edits with one pipeline, a picture at a time."""

    def __init__(self, pipeline: Any, steps: int) -> None:
        logging.set_verbosity_error()
        self._new = pipeline
        self._edit = AutoPipelineForImage2Image.from_pipe(pipeline)
        self._steps, self._lock = steps, threading.Lock()
        for one in (self._new, self._edit):
            one.set_progress_bar_config(disable=True)

    def __call__(self, fields: dict[str, Any]) -> bytes:
        """Return the PNG file that the fields of a request ask for."""
        width, height = map(int, str(fields.get("size", "1024x1024")).split("x"))
        how = {"prompt": str(fields["prompt"]), "width": width, "height": height}
        how |= {"num_inference_steps": self._steps}
        how |= {"generator": torch.Generator("cpu").manual_seed(int(fields.get("seed", 0)))}
        with self._lock:
            if "image" in fields:
                before = Image.open(io.BytesIO(fields["image"])).convert("RGB")
                picture = self._edit(image=before.resize((width, height)), **how).images[0]
            else:
                picture = self._new(**how).images[0]
        out = io.BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()


def load(model: str) -> Any:
    """Return the pipeline of a folder or a name on a hub."""
    return AutoPipelineForText2Image.from_pretrained(model, torch_dtype=torch.bfloat16)
