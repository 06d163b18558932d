"""A model that paints in a converted folder: pictures from texts, and from other pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends import activity
from semcodec.backends.local_light import runtime
from semcodec.backends.local_light.converted import ConvertedModel
from semcodec.backends.local_light.loading import (
    keep_scale,
    load_pipeline,
    out_of_memory_error,
    read_scale,
)
from semcodec.backends.local_light.runtime import Interruption, OutOfMemoryError
from semcodec.backends.local_light.settings import NAME, LightSettings
from semcodec.backends.local_light.store import STORE
from semcodec.backends.model_calls import find_stable_size, note_license, note_retry
from semcodec.backends.notes import add_note
from semcodec.errors import BackendError

if TYPE_CHECKING:
    from PIL.Image import Image

MIN_SIDE: Final = 64  #: pixels of a painted picture
MAX_ASPECT: Final = 4  #: longer to shorter side of a painted picture; a longer one is cropped
RETRY_SCALE: Final = 0.7  #: of both sides, where the memory is not enough: half of the pixels


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What the library's pipeline of a class of models needs.

    Attributes:
        steps: of a distilled model; None for the library's default.
        guidance: scale of classifier-free guidance; None for the library's default.
        edits: whether a picture is a reference, which the text can change; else it is the start,
            with noise of some strength. The weights of the first kind are loaded once for pictures
            from texts and from pictures, those of the second kind once for each.
    """

    steps: int | None = None
    guidance: float | None = None
    edits: bool = False


#: The models that are distilled; the library's defaults for both are 50 steps and guidance.
PIPELINES: Final = {
    "Flux2KleinPipeline": Pipeline(steps=4, guidance=1.0, edits=True),
    "ZImagePipeline": Pipeline(steps=9, guidance=0.0),
}
SIDE_MULTIPLE: Final = 16  #: pixels; each side of a picture is a multiple


class LightImageModel:
    """A converted image model; it is loaded at the first picture, and paints one at a time."""

    def __init__(self, converted: ConvertedModel, settings: LightSettings) -> None:
        self.converted, self._settings = converted, settings
        self._defaults = PIPELINES.get(converted.pipeline, Pipeline())

    @property
    def edits(self) -> bool:
        """Whether the model takes a picture as a reference, and not as a noisy start."""
        return self._defaults.edits

    def paintable_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size with the aspect ratio of ``size`` that is painted."""
        limit = self._settings.painted_side * read_scale(self.converted)
        return find_stable_size(size, lambda size: _round_size(size, limit))

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, start: Image | None, stage: str
    ) -> Image:
        """Return a picture of ``prompt``; the same seed gives the same one on the same machine.

        Where the memory is not enough, a smaller picture is painted once; if that succeeds, later
        pictures of the run have that size.

        Args:
            prompt: what to paint, or how to change ``start``.
            size: width and height in pixels, as ``paintable_size`` returns them.
            seed: 0..2^32-1.
            start: the picture to edit, or to start from; None to start from noise.
            stage: ``"paint"`` or ``"edit"``.

        Raises:
            BackendError: the model cannot be loaded, or fails.
        """
        with STORE.lock, activity.showing(f"loading {self.converted.title}"):
            pipeline = self._load(has_start=start is not None)
            try:
                return self._generate(pipeline, prompt, size, seed, start, stage)
            except OutOfMemoryError as error:
                smaller = _round(size[0] * RETRY_SCALE), _round(size[1] * RETRY_SCALE)
                if smaller == size:
                    raise out_of_memory_error(error, "image") from error
            note_retry(stage, f"at {smaller[0]} x {smaller[1]} pixels")
            try:
                picture = self._generate(pipeline, prompt, smaller, seed, start, stage)
            except OutOfMemoryError as error:
                raise out_of_memory_error(error, "image", can_shrink=True) from error
            keep_scale(self.converted, RETRY_SCALE)
            return picture

    def _load(self, *, has_start: bool) -> Any:
        """Return the pipeline for pictures from texts or from pictures, loaded at the first call.

        In version 2026.4 of the library, a pipeline that is made of another one has no scheduler,
        and ends the process with a segmentation fault unless it gets one.
        """
        name = "Image2ImagePipeline" if has_start else "Text2ImagePipeline"
        genai, folder = runtime.import_genai(), self.converted.folder
        device = self._settings.device

        def load() -> dict[str, Any]:
            if not self._defaults.edits:
                return {name: getattr(genai, name)(str(folder), device)}
            image_to_image = genai.Image2ImagePipeline(str(folder), device)
            text_to_image = genai.Text2ImagePipeline(image_to_image)
            config = folder / "scheduler" / "scheduler_config.json"
            text_to_image.set_scheduler(genai.Scheduler.from_config(str(config)))
            return {"Image2ImagePipeline": image_to_image, "Text2ImagePipeline": text_to_image}

        return load_pipeline(self.converted, device, name, load)

    def _generate(
        self,
        pipeline: Any,
        prompt: str,
        size: tuple[int, int],
        seed: int,
        start: Image | None,
        stage: str,
    ) -> Image:
        from PIL import Image

        genai = runtime.import_genai()
        options = self._options(size, start is not None)

        def generate(interruption: Interruption) -> Any:
            # An exception in the callback would end the process.
            def is_over(step: int, steps: int, latent: object) -> bool:
                activity.show(f"step {step + 1} of {steps}")
                return interruption.is_requested()

            options["callback"] = is_over
            options["generator"] = genai.CppStdGenerator(seed)
            images = () if start is None else (runtime.to_tensor(start.resize(size)),)
            return pipeline.generate(prompt, *images, **options).data

        pixels = runtime.call(generate, stage, f"cannot {stage}")
        if tuple(pixels.shape) != (1, size[1], size[0], 3):
            message = (
                f"The model {self.converted.title} did not return a picture of {size[0]}x{size[1]} "
                f"in the stage '{stage}': use another model."
            )
            raise BackendError(message, backend=NAME, stage=stage)
        self._note(stage, size, seed)
        return Image.frombytes("RGB", size, pixels.tobytes())

    def _options(self, size: tuple[int, int], has_start: bool) -> dict[str, Any]:
        """Return the arguments of the library; those that are None keep its own defaults."""
        steps = self._settings.steps or self.converted.model.steps or self._defaults.steps
        strength = self._settings.start_strength
        has_strength = has_start and not self._defaults.edits
        if has_strength and steps and strength < 1:
            # The library leaves out a share of the steps; with few, it would leave out none.
            steps = max(steps, math.ceil(round(1 / (1 - strength), 6)))
        options = {
            "width": size[0],
            "height": size[1],
            "num_inference_steps": steps,
            "guidance_scale": self._defaults.guidance,
            "strength": strength if has_strength else None,
        }
        return {name: value for name, value in options.items() if value is not None}

    def _note(self, stage: str, size: tuple[int, int], seed: int) -> None:
        details = self.converted.details() | runtime.describe(self._settings.device)
        add_note("models", {"stage": stage, **details, "size": [*size], "seed": seed})
        note_license(self.converted.model)


def _round_size(size: tuple[int, int], limit: float) -> tuple[int, int]:
    """Return a size of about the same shape, with sides that the models take.

    The area of a square with the side ``limit`` may be exceeded by the rounding.
    """
    width, height = size
    aspect = min(max(width / height, 1 / MAX_ASPECT), MAX_ASPECT)
    side = min(limit, math.sqrt(width * height))
    return _round(side * math.sqrt(aspect)), _round(side / math.sqrt(aspect))


def _round(side: float) -> int:
    return max(MIN_SIDE, round(side / SIDE_MULTIPLE) * SIDE_MULTIPLE)
