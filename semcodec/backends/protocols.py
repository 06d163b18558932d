"""The protocols of backends: the methods that a model needs for each role in the pipeline.

A backend is any object with the methods of one or more of these protocols; it needs no base class
and no registration. Images are upright RGB ``PIL.Image.Image`` objects (this module does not import
Pillow). A backend may have an attribute ``name``, which identifies it in traces and messages, and a
method ``model_name(role)``, which returns the name of the model that fills a role. Its attribute
``default_roles`` may name the roles that it fills as the backend for all of them; without it, these
are all that it has methods for.

An exception that is not a ``SemcodecError`` becomes a ``BackendError`` with the name of the
backend. Results are validated: a wrong type or a wrong number of words raises an
``InvalidResponseError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from PIL.Image import Image

    from semcodec.backends.guides import Box, Guide
    from semcodec.backends.painted_scene import PaintedScene
    from semcodec.words import Selection, SelectionRequest
    from semcodec.words.predicates import Predicate

#: The roles, each with the method that a backend must have to fill it.
ROLES: Final = {
    "describer": "describe",
    "writer": "select",
    "painter": "paint",
    "editor": "edit",
    "checker": "check",
    "upscaler": "upscale",
    "locator": "locate",
}
#: The answers of a checker to a predicate.
Answer: TypeAlias = Literal["yes", "no", "unsure"]


class Describer(Protocol):
    """Describes images."""

    def describe(self, image: Image) -> str:
        """Return a description of ``image``: English sentences, the most important thing first.

        Characters after the first 100,000 are not used.
        """
        ...


class AnyLanguageDescriber(Protocol):
    """Describes images in any language: an optional hook of a ``Describer``.

    ``encode(language="any")`` calls it instead of ``describe`` if the describer has it. It saves
    the second request with which ``describe`` may ask for English.
    """

    def describe_in_any_language(self, image: Image) -> str:
        """Return a description of ``image``, in English if that costs nothing."""
        ...


class Locator(Protocol):
    """Finds where in an image the things are that words name."""

    def locate(self, image: Image, words: Sequence[str]) -> Sequence[Sequence[Box]]:
        """Return, for each of ``words``, the boxes of what it names in ``image``.

        The result has as many items as ``words``, in the same order. An item is empty if the word
        names nothing that can be pointed at (*red*, *running*, *foggy*), or if it was not found. A
        noun of several words (*stop sign*) has its boxes at its last word. A word that occurs twice
        may have the same boxes twice; ``encode`` sends each box once.

        Args:
            image: what was described, ``Encoded.image``.
            words: the words of the record, in the order in which a decoder returns them.
        """
        ...


class Writer(Protocol):
    """Selects, shortens and restores words, and turns them into a prompt."""

    def select(self, description: str, k: int) -> list[str]:
        """Return the at most ``k`` most important words of ``description``, in reading order.

        Words after the first ``k`` are not used. If the words exceed a limit on
        bits or bytes, ``encode`` calls again with a smaller ``k``; a backend that can respect the
        limits itself implements ``select_words`` too (see ``WordSelector``).
        """
        ...

    def compress(self, words: Sequence[str]) -> list[str]:
        """Return one skeleton for each word, made of the letters ``ntsrhldcmfgpbkv``.

        Called only for coding ``"nibble"``, and only if the model makes the skeletons.
        """
        ...

    def decompress(self, skeletons: Sequence[str]) -> list[str]:
        """Return one word for each skeleton; the consonants of the word contain the skeleton's."""
        ...

    def expand(self, words: Sequence[str]) -> str:
        """Return the painter's prompt for a picture of ``words``."""
        ...

    def compare(self, a: str, b: str) -> str:
        """Return the one most important change that makes description ``a`` more like ``b``.

        Empty if there is none.
        """
        ...


class WordSelector(Protocol):
    """Selects words within all limits at once: an optional hook of a ``Writer``.

    ``encode`` calls ``select_words`` instead of ``select`` if the writer has it. The request has
    the description, the limits and the channel, which computes the cost of words in the current
    coding and the words that a decoder will restore. A model that ranks words needs two lines::

        def select_words(self, request):
            ranked = self.rank(request.description, request.max_words)
            return Selection(select_ranked(ranked, request), "model", self.name)
    """

    def select_words(self, request: SelectionRequest) -> Selection:
        """Return words of ``request.description`` for which ``request.fits`` holds.

        They are in reading order; with ``request.order`` ``"importance"``, phrases by importance,
        the subject first, as ``select_ranked`` returns them, so that each prefix is a selection.
        ``encode`` checks the limits again on the finished record, and calls again with a smaller
        ``max_words`` if the record is too long; in order of importance, it drops words at the end.
        """
        ...


class Painter(Protocol):
    """Paints images."""

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image:
        """Return an image for ``prompt``; the same seed gives the same image.

        Args:
            prompt: English text.
            size: width and height in pixels; an image of another size is cropped and scaled. It
                is ``paintable_size(size)`` if the painter has this hook.
            seed: 0..2^32-1.
        """
        ...


class GuidedPainter(Protocol):
    """Takes boxes or colors of a record: an optional extension of a ``Painter``.

    Its attribute ``guides`` states which of ``"layout"`` and ``"colors"`` it takes. If the record
    has one of them, ``paint`` is called with ``guide``, which has only these. For other painters
    places are added to the prompt, and colors are aligned after painting.
    """

    @property
    def guides(self) -> AbstractSet[str]:
        """The kinds of layers that ``paint`` takes; an attribute is enough."""
        ...

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, guide: Guide | None = None
    ) -> Image:
        """Return an image for ``prompt``, as a ``Painter`` does.

        Args:
            prompt: English text.
            size: width and height in pixels.
            seed: 0..2^32-1.
            guide: what the painter has declared and the record has; not given if that is nothing.
        """
        ...


class PaintableSizes(Protocol):
    """States which size to paint: an optional hook of a ``Painter`` that cannot paint every size.

    ``paint`` is then called with this size, and an ``Upscaler`` enlarges the picture if necessary.
    A painter without the hook gets the size that the user wants.
    """

    def paintable_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size nearest to ``size`` that this painter can paint, each side 1..4096.

        It should have the same aspect ratio, or the picture is cropped to it.
        """
        ...


class Editor(Protocol):
    """Changes one thing in an image. A painter that has this method edits its own pictures."""

    def edit(self, image: Image, change: str, seed: int) -> Image:
        """Return ``image`` with ``change`` applied and everything else unchanged.

        Args:
            image: a picture as the painter or the editor returned it, the same object.
            change: one imperative sentence, such as ``"Move the dog to the left."``; see
                ``semcodec.words.changes``.
            seed: 0..2^32-1.
        """
        ...


class SceneReporter(Protocol):
    """Knows what is in its own pictures: an optional hook of a ``Painter`` that composes them."""

    def painted_scene(self, image: Image) -> PaintedScene | None:
        """Return what was drawn in ``image``; None if this painter did not make the object."""
        ...


class Checker(Protocol):
    """Checks images against statements."""

    def check(self, image: Image, predicates: Sequence[Predicate]) -> Sequence[Answer]:
        """Return ``"yes"``, ``"no"`` or ``"unsure"`` for each of ``predicates``, in order."""
        ...


class Upscaler(Protocol):
    """Enlarges images to sizes that a painter cannot paint."""

    def upscale(self, image: Image, size: tuple[int, int]) -> Image:
        """Return ``image`` scaled to ``size``, width and height in pixels.

        ``image`` has the aspect ratio of ``size`` already. If the result is larger or smaller than
        ``size``, it is resampled; it must have the same aspect ratio and not be smaller than
        ``image``.
        """
        ...
