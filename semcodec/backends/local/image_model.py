"""A pipeline of diffusers that paints, edits, and starts from colors; one picture at a time.

In a batch, pixels differ by up to 1 of 255 from those of a single picture, so that a seed would
depend on the batch.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends import activity
from semcodec.backends.local.catalog import Model
from semcodec.backends.local.components import convert_load_errors
from semcodec.backends.local.devices import import_torch
from semcodec.backends.local.starts import list_parameters, start_arguments
from semcodec.backends.local.templates import check_template
from semcodec.backends.local.weights import suppress_library_output
from semcodec.backends.model_calls import find_stable_size
from semcodec.errors import InvalidResponseError, MissingFeatureError
from semcodec.imaging.fitting import MAX_CODE_AREA

if TYPE_CHECKING:
    from PIL.Image import Image

SIZE_STEP: Final = 16  #: pixels; autoencoders reduce sides by 8, transformers by 2 more
MAX_AREA: Final = MAX_CODE_AREA  #: pixels; most open models are trained near a megapixel
MIN_AREA: Final = 512 * 512  #: pixels; the same models paint poorly below
MAX_SIDE: Final = 4096  #: pixels
DISTILLED_STEPS: Final = 4  #: of a distilled model without an entry in the catalog
DEFAULT_STEPS: Final = 50  #: of any other, if its pipeline has no default
NO_GUIDANCE: Final = 1.0  #: of a distilled model, which has no use for more


@dataclass(frozen=True, slots=True)
class PictureTask:
    """What to paint.

    Attributes:
        prompt: a description, or the instruction of an edit.
        size: width and height in pixels, as ``paintable_size`` returns them.
        seed: 0..2^32-1.
        steps: denoising steps; None for the number of the model.
    """

    prompt: str
    size: tuple[int, int]
    seed: int
    steps: int | None = None


class ImageModel:
    """A loaded pipeline; not for several threads at a time.

    Args:
        painter: paints pictures of prompts.
        starter: takes images, too; None if the library has no such pipeline for the model.
        model: the entry of the catalog.
        folder: where both were loaded from, for messages.
    """

    def __init__(self, painter: Any, starter: Any, model: Model, folder: Path) -> None:
        self._painter, self._starter, self._model = painter, starter, model
        self._folder = folder

    def move(self, device: str) -> None:
        """Move the weights to a device."""
        self._painter.to(device)

    @property
    def can_edit(self) -> bool:
        """Whether it follows the instruction of an edit.

        A pipeline with a strength paints a prompt over an image, which is not an instruction.
        """
        return self._starter is not None and "strength" not in list_parameters(self._starter)

    def paint(self, task: PictureTask) -> Image:
        """Return the picture of a task."""
        return self._run(self._painter, self._options(task))

    def paint_over(self, start: Image, strength: float, task: PictureTask) -> Image:
        """Return the picture of a task that starts from an image in place of noise alone.

        Args:
            start: the image.
            strength: how much of it may change, 0.01..1.
            task: what to paint.

        Raises:
            MissingFeatureError: the pipeline cannot start from an image.
        """
        options = self._options(task)
        image = start.convert("RGB").resize(task.size)
        with suppress_library_output(), convert_load_errors(self._folder, "run"):
            arguments = self._starter and start_arguments(self._starter, image, strength, options)
        if not arguments:
            raise self._missing("paint", "start from an image")
        pipeline = self._starter if "image" in arguments else self._painter
        return self._run(pipeline, {**options, **arguments})

    def edit(self, image: Image, task: PictureTask) -> Image:
        """Return ``image`` after the edit of a task, at the size of the task.

        Raises:
            MissingFeatureError: the model cannot edit.
        """
        if not self.can_edit:
            raise self._missing("edit", "edit")
        original = image.convert("RGB").resize(task.size)
        return self._run(self._starter, {**self._options(task), "image": original}, "edit")

    def _options(self, task: PictureTask) -> dict[str, Any]:
        steps = task.steps or self._model.steps or _default_steps(self._painter)
        # The generator is on the CPU, so that a seed gives the same noise on every device.
        generator = import_torch().Generator("cpu").manual_seed(task.seed)
        options = {"prompt": task.prompt, "width": task.size[0], "height": task.size[1]}
        return {**options, "num_inference_steps": steps, "generator": generator}

    def _run(self, pipeline: Any, options: dict[str, Any], stage: str = "paint") -> Image:
        known = list_parameters(pipeline)
        guidance = self._model.guidance
        if guidance is None and _is_distilled(pipeline):
            guidance = NO_GUIDANCE
        extra = {"guidance_scale": guidance, "callback_on_step_end": _step_counter(options)}
        chosen = {name: value for name, value in extra.items() if value is not None}
        own = {name: value for name, value in {**options, **chosen}.items() if name in known}
        try:
            with suppress_library_output(), convert_load_errors(self._folder, "run"):
                self._check_templates(pipeline, options["prompt"])
                picture: Image = pipeline(**own).images[0].convert("RGB")
        except BaseException:
            with suppress(Exception):  # weights that an interrupted call has left on the device
                pipeline.maybe_free_model_hooks()
            raise
        if picture.getbbox() is None:
            message = (
                f"The model {self._model.name} painted a black picture, as models do whose "
                "numbers overflow: use another --device, --quantization or --painter-model."
            )
            raise InvalidResponseError(message, backend="local", stage=stage)
        return picture

    def _check_templates(self, pipeline: Any, prompt: str) -> None:
        """Check the chat templates of the tokenizers of a pipeline, which some pipelines use."""
        chat = [{"role": "user", "content": prompt}]
        for part in getattr(pipeline, "components", {}).values():
            render = getattr(part, "apply_chat_template", None)
            if render is not None and getattr(part, "chat_template", None):
                options = {"tokenize": False, "add_generation_prompt": True}
                check_template(partial(render, **options), chat, self._folder)

    def _missing(self, stage: str, what: str) -> MissingFeatureError:
        message = f"The model {self._model.name} cannot {what}: use another --painter-model."
        return MissingFeatureError(message, backend="local", stage=stage)


def paintable_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size to paint for a picture of ``size``, in its aspect ratio.

    >>> paintable_size((1024, 768)), paintable_size((96, 64)), paintable_size((4096, 4096))
    ((1024, 768), (624, 416), (1024, 1024))
    """
    return find_stable_size(size, _round_size)


def _round_size(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    area = min(max(width * height, MIN_AREA), MAX_AREA)
    scale = (area / (width * height)) ** 0.5
    sides = [max(1, round(side * scale / SIZE_STEP)) * SIZE_STEP for side in size]
    return min(sides[0], MAX_SIDE), min(sides[1], MAX_SIDE)


def _step_counter(options: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """Return a callback of a pipeline that shows which step has ended."""

    def count(pipeline: Any, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        total = getattr(pipeline, "num_timesteps", None) or options["num_inference_steps"]
        activity.show(f"step {step + 1} of {total}")
        return values

    return count


def _default_steps(pipeline: Any) -> int:
    if _is_distilled(pipeline):
        return DISTILLED_STEPS
    default = inspect.signature(pipeline.__call__).parameters.get("num_inference_steps")
    return default.default if default and isinstance(default.default, int) else DEFAULT_STEPS


def _is_distilled(pipeline: Any) -> bool:
    return bool(getattr(pipeline.config, "is_distilled", False))
