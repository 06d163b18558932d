"""The protocols of backends: what a model must offer to fill a role of the pipeline.

A backend is any object with the methods of one or more of these protocols; it needs no base class
and no registration. Images are upright RGB ``PIL.Image.Image`` values (this module does not load
Pillow). A backend may have an attribute ``name``, the string that stands for it in traces and
messages, and a method ``model_name(role)``, which returns the name of the model that fills a role.

An exception that is not a ``SemcodecError`` becomes a ``BackendError`` with the name of the
backend. What a method returns is validated; a wrong type or a wrong number of words is an
``InvalidResponseError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image

    from semcodec.words import Selection, SelectionRequest

#: The method by which a backend shows that it can fill a role.
ROLES: Final = {
    "describer": "describe",
    "writer": "select",
    "painter": "paint",
    "upscaler": "upscale",
}


class Describer(Protocol):
    """Describes images."""

    def describe(self, image: Image) -> str:
        """Return a description of ``image``: English sentences, the most important thing first.

        Characters after the first 100,000 are not used.
        """
        ...


class Writer(Protocol):
    """Selects, shortens and restores words, and turns them into a prompt."""

    def select(self, description: str, k: int) -> list[str]:
        """Return the at most ``k`` most important words of ``description``, in reading order.

        Words after the first ``k`` are not used. The limits on bits and bytes are kept by calling
        again with a smaller ``k``; a backend that can do better has ``select_words`` too (see
        ``WordSelector``).
        """
        ...

    def compress(self, words: Sequence[str]) -> list[str]:
        """Return one skeleton for each word, of letters of ``ntsrhldcmfgpbkv``.

        Called for coding ``"nibble"`` only, and only where the model makes the skeletons.
        """
        ...

    def decompress(self, skeletons: Sequence[str]) -> list[str]:
        """Return one word for each skeleton, whose consonants contain those of the skeleton."""
        ...

    def expand(self, words: Sequence[str]) -> str:
        """Return the prompt that asks a painter for a picture of ``words``."""
        ...

    def compare(self, a: str, b: str) -> str:
        """Return the one most important change that makes description ``a`` more like ``b``.

        Empty if there is none.
        """
        ...


class WordSelector(Protocol):
    """Selects words under all limits at once: an optional hook of a ``Writer``.

    ``encode`` calls ``select_words`` in place of ``select`` where a writer has it. The request has
    the description, the limits and the channel, which knows what words cost in the coding in use
    and what a decoder will restore. A model that ranks words needs two lines::

        def select_words(self, request):
            ranked = self.rank(request.description, request.max_words)
            return Selection(select_ranked(ranked, request), "model", self.name)
    """

    def select_words(self, request: SelectionRequest) -> Selection:
        """Return words of ``request.description`` for which ``request.fits`` holds.

        They are in reading order. ``encode`` checks the limits of the finished record again, and
        calls with a smaller ``max_words`` if it is too long.
        """
        ...


class Painter(Protocol):
    """Paints images."""

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image:
        """Return an image of ``prompt``; the same seed gives the same image.

        Args:
            prompt: English text.
            size: width and height in pixels; an image of another size is scaled.
            seed: 0..2^32-1.
        """
        ...


class Editor(Protocol):
    """Changes one thing in an image, as reflection asks of a painter."""

    def edit(self, image: Image, change: str, seed: int) -> Image:
        """Return ``image`` with ``change`` made to it, and everything else as it was."""
        ...


class Upscaler(Protocol):
    """Enlarges images, where a painter cannot paint the size."""

    def upscale(self, image: Image, size: tuple[int, int]) -> Image:
        """Return ``image`` at ``size``, width and height in pixels."""
        ...
