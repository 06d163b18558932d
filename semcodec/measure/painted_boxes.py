"""The boxes of what was painted, from the painter's own account of its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from semcodec._boxes import Box
from semcodec.backends.isolation import has_method
from semcodec.backends.painted_scene import PaintedScene

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_KEPT: Final = 64  #: accounts of the last pictures; more than reflection tries for one record


class WatchedPainter:
    """A painter whose accounts of its pictures are kept.

    ``decode`` returns a copy of a picture, of which the painter has no account; so accounts are
    found by the pixels. A picture that was scaled or aligned after painting has no account.
    """

    def __init__(self, painter: Any) -> None:
        """Watch ``painter``, a backend that has ``paint`` and may have ``edit``."""
        self._painter = painter
        self._scenes: dict[bytes, PaintedScene] = {}

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._painter, name)
        is_watched = name in ("paint", "edit") and has_method(self._painter, "painted_scene")
        return self._watch(value) if is_watched else value

    def scene(self, image: Image) -> PaintedScene | None:
        """Return what was drawn in a picture with these pixels; None if it is not known."""
        return self._scenes.get(digest_pixels(image))

    def boxes(self, image: Image, words: Sequence[str]) -> list[list[Box]] | None:
        """Return for each of ``words`` the boxes of what was drawn for it; None if not known.

        An account is of phrases such as "stop sign", which count for each of their words. A word
        that occurs twice has its boxes at the first place.
        """
        scene = self.scene(image)
        if scene is None:
            return None
        found: list[list[Box]] = [[] for _ in words]
        for item in scene.objects:
            for word in {*item.noun.split()} & {*words}:
                found[words.index(word)].extend(item.boxes)
        return found

    def _watch(self, method: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Image:
            picture: Image = method(*arguments, **options)
            if scene := self._painter.painted_scene(picture):
                kept = [*self._scenes.items(), (digest_pixels(picture), scene)][-MAX_KEPT:]
                self._scenes = dict(kept)
            return picture

        return call


def digest_pixels(image: Image) -> bytes:
    """Return a digest that is equal for equal pixels and sizes."""
    return blake2b(f"{image.size}".encode() + image.tobytes(), digest_size=16).digest()
