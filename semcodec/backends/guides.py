"""What the layers of a record tell a painter: boxes of words, and colors (spec §5.8).

A painter that can use them states so in an attribute ``guides``, and its method ``paint`` has one
more parameter. Boxes and colors come from a record, so they may be wrong or meant to harm: every
box lies within the picture, and there are at most 16, but they can be equal, cover everything or
contradict the words::

    class Composer:
        guides = frozenset({"layout", "colors"})

        def paint(self, prompt, size, seed, guide=None): ...
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from semcodec import _boxes
from semcodec.backends.isolation import attempt

if TYPE_CHECKING:
    from PIL.Image import Image

#: Left, top, right and bottom edge, in shares of the width or the height: 0.0 is left or top.
Box: TypeAlias = _boxes.Box
#: The layers that a painter can take.
GuideKind: TypeAlias = Literal["layout", "colors"]
KINDS: Final[tuple[GuideKind, ...]] = get_args(GuideKind)


@dataclass(frozen=True, slots=True)
class WordBoxes:
    """Where the things that a word names are in the picture.

    Attributes:
        word: the word, as it is in ``Decoded.words``; a skeleton of ``nibble`` is restored.
        index: its index in these words.
        boxes: 1 to 8 boxes, one for each thing.
    """

    word: str
    index: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """The layers that a painter has declared and the record has.

    Attributes:
        layout: boxes of words, in the order of the words; at most 16 boxes in all.
        colors: an image in RGB with the aspect ratio of the picture to paint, 256 pixels on its
            longer side: the picture's colors without its details. None without that layer. It is a
            copy for this call.
    """

    layout: tuple[WordBoxes, ...] = ()
    colors: Image | None = None

    def copy(self) -> Guide:
        """Return a guide with a copy of the image, which its receiver may change."""
        return Guide(self.layout, None if self.colors is None else self.colors.copy())


def declared_guides(painter: object) -> frozenset[GuideKind]:
    """Return the kinds of layers that a painter takes, as its attribute ``guides`` states.

    Empty if ``guides`` is not a set or list, or if the method ``paint`` has no keyword ``guide``:
    then a painter that works for records without layers works for others, too.
    """
    value = attempt(lambda: painter.guides, None)  # type: ignore[attr-defined]  # optional
    if not isinstance(value, set | frozenset | list | tuple):
        return frozenset()
    declared = frozenset(kind for kind in KINDS if attempt(lambda kind=kind: kind in value, False))  # type: ignore[misc]
    return declared if attempt(lambda: _takes_guide(painter), True) else frozenset()


def _takes_guide(painter: object) -> bool:
    parameters = inspect.signature(painter.paint).parameters  # type: ignore[attr-defined]
    is_open = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    guide = parameters.get("guide")
    return is_open or (guide is not None and guide.kind is not guide.POSITIONAL_ONLY)
