"""The offline backend: a describer, a locator and a painter in one object."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from semcodec.backends.description_answers import answers_from_description
from semcodec.backends.guides import Box, Guide
from semcodec.backends.painted_scene import PaintedScene
from semcodec.backends.protocols import Answer
from semcodec.words.predicates import Predicate
from semcodec_embedded.classifier import NAME as CLASSIFIER
from semcodec_embedded.classifier import features
from semcodec_embedded.describer import EmbeddedDescriber
from semcodec_embedded.locator import EmbeddedLocator
from semcodec_embedded.onnx_models import model_digest
from semcodec_embedded.painter import EmbeddedPainter, canvas_size
from semcodec_embedded.recognition import Recognizer, prepare


class EmbeddedBackend:
    """Describe photographs and paint scenes, offline. Threads may share one instance."""

    name = "embedded"
    guides = EmbeddedPainter.guides

    def __init__(self) -> None:
        recognizer = Recognizer()  # shared, so that the networks run once for each photograph
        self._describer, self._locator = EmbeddedDescriber(recognizer), EmbeddedLocator(recognizer)
        self._painter = EmbeddedPainter()

    def describe(self, image: Image.Image) -> str:
        """Return a few sentences about ``image``, a PIL image in any mode; never empty.

        Raises:
            InputError: ``image`` cannot be read.
            BackendError: the networks cannot be loaded or run.
        """
        return self._describer.describe(image)

    def locate(self, image: Image.Image, words: Sequence[str]) -> list[list[Box]]:
        """Return the boxes of the objects that ``words`` name, as the detector found them.

        Args:
            image: a PIL image in any mode.
            words: words of any description of it; see ``semcodec.backends.Locator``.

        Raises:
            InputError: ``image`` cannot be read.
            BackendError: the networks cannot be loaded or run.
        """
        return self._locator.locate(image, words)

    def image_features(self, image: Image.Image) -> list[float]:
        """Return 1280 numbers of what ``image`` shows; similar pictures have a higher cosine.

        Raises:
            InputError: ``image`` cannot be read.
            BackendError: the network cannot be loaded or run.
        """
        return [float(number) for number in features(prepare(image))]

    @property
    def features_model(self) -> str:
        """The name and the SHA-256 of the network of ``image_features``."""
        return f"EfficientNet-Lite3 of semcodec-embedded, SHA-256 {model_digest(CLASSIFIER)}"

    def check(self, image: Image.Image, predicates: Sequence[Predicate]) -> list[Answer]:
        """Return for each of ``predicates`` whether the description of ``image`` states it.

        The networks know photographs: in drawings they see few faults (docs/checkers.md), so a
        decoder does not let this checker decide.
        """
        return answers_from_description(self.describe(image), predicates)

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, guide: Guide | None = None
    ) -> Image.Image:
        """Return a scene painted from the words of ``prompt``, in RGB.

        Args:
            prompt: words separated by spaces.
            size: width and height in pixels.
            seed: the same prompt, size, seed and guide give the same pixels.
            guide: boxes in which things are drawn, and colors for the scenery.
        """
        return self._painter.paint(prompt, size, seed, guide)

    def paintable_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size of the canvas on which ``paint`` composes a picture of ``size``.

        It is ``size`` itself from 96 pixels up to 1536 a side, or up to a megapixel in all, and up
        to an aspect ratio of 16. A picture of another size has been resampled.
        """
        return canvas_size(size)

    def edit(self, image: Image.Image, change: str, seed: int) -> Image.Image:
        """Return ``image`` with ``change`` applied; the rest is the same to the pixel.

        Args:
            image: an image as ``paint`` or ``edit`` returned it, the same object.
            change: a sentence of ``semcodec.words.changes``.
            seed: any integer; the same arguments give the same pixels.

        Raises:
            RefusalError: the painter cannot make this change.
            BackendError: this backend did not return the object ``image``.
        """
        return self._painter.edit(image, change, seed)

    def painted_scene(self, image: Image.Image) -> PaintedScene | None:
        """Return what was drawn in ``image``; None if this backend did not return the object."""
        return self._painter.painted_scene(image)
