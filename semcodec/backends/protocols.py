"""What a model must be able to do to stand in one of the four places of the pipeline.

A backend is any object with the methods of one or more of these. Images are upright RGB
``PIL.Image.Image`` values; nothing here loads Pillow to say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image

    from semcodec.words import Judge, Selection

#: The method by which a backend shows that it can fill a place.
ROLES: Final = {
    "describer": "describe",
    "writer": "select",
    "painter": "paint",
    "upscaler": "upscale",
}


class Describer(Protocol):
    """Says what is in an image."""

    def describe(self, image: Image) -> str:
        """Return a description of ``image``: sentences, the most important thing first."""
        ...


class Writer(Protocol):
    """Knows words: which matter, how short they get, and what they were."""

    def select(self, description: str, k: int) -> list[str]:
        """Return about ``k`` words of ``description``, in reading order."""
        ...

    def compress(self, words: Sequence[str]) -> list[str]:
        """Return a skeleton over the sixteen symbols for each word."""
        ...

    def decompress(self, skeletons: Sequence[str]) -> list[str]:
        """Return a word for each skeleton."""
        ...

    def expand(self, words: Sequence[str]) -> str:
        """Return the prompt that asks a painter for a picture of ``words``."""
        ...

    def compare(self, a: str, b: str) -> str:
        """Return the one most important change that makes description ``a`` more like ``b``."""
        ...


class Chooser(Protocol):
    """Chooses words for a coding and a limit: what a writer may do beside ``select``."""

    def choose(
        self,
        description: str,
        k: int,
        coding: str,
        max_bits: int | None,
        judge: Judge | str | None,
    ) -> Selection:
        """Return at most ``k`` words that cost at most ``max_bits``, and who judged them."""
        ...


class Painter(Protocol):
    """Makes an image from words."""

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image:
        """Return a picture of ``prompt``, of ``size`` pixels; the same seed, the same picture."""
        ...


class Editor(Protocol):
    """Changes one thing in an image: what reflection asks of a painter."""

    def edit(self, image: Image, change: str, seed: int) -> Image:
        """Return ``image`` with ``change`` and nothing else made to it."""
        ...


class Upscaler(Protocol):
    """Makes an image larger, where a painter cannot paint the size."""

    def upscale(self, image: Image, size: tuple[int, int]) -> Image:
        """Return ``image`` at ``size`` pixels."""
        ...
