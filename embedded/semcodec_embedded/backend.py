"""The backend as the library sees it: a describer and a painter under one name."""

from __future__ import annotations

from PIL import Image

from semcodec_embedded.describer import EmbeddedDescriber
from semcodec_embedded.painter import EmbeddedPainter


class EmbeddedBackend:
    """Describes photographs and paints scenes, offline."""

    name = "embedded"

    def __init__(self) -> None:
        self._describer, self._painter = EmbeddedDescriber(), EmbeddedPainter()

    def describe(self, image: Image.Image) -> str:
        """Return a few sentences about ``image``, never empty."""
        return self._describer.describe(image)

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        """Return a scene of the words of ``prompt``; the same seed, the same pixels."""
        return self._painter.paint(prompt, size, seed)
