"""What the layers of a record do for its pictures (spec §5.8).

A painter gets the layers that it takes as a ``Guide``. For all others, the places of the words are
added to the prompt, and a finished picture is aligned with the colors. Boxes and colors are about
the picture that is wanted: where a painter has a picture of another aspect ratio, which will be
cropped, they are moved to the part that stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from semcodec.backends import Guide, Painter, WordBoxes
from semcodec.backends.guides import declared_guides
from semcodec.bitstream import Layers
from semcodec.imaging import color_layer

if TYPE_CHECKING:
    pass

Size = tuple[int, int]  #: width and height in pixels

#: Pixels of the longer side of a painter's color image. The layer has 48 cosines along each side.
COLORS_SIDE: Final = 256


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the layers of one record do for its pictures.

    Attributes:
        guide: what the painter gets; None if it takes nothing that the record has.
    """

    guide: Guide | None = None


def make_guidance(layers: Layers, words: list[str], painter: Painter, size: Size) -> Guidance:
    """Return what ``layers`` do for pictures by ``painter``.

    Args:
        layers: the layers of a record.
        words: its words; for ``nibble`` as they were restored.
        painter: the backend that paints.
        size: width and height of the pictures.
    """
    declared = declared_guides(painter)
    layout = read_boxes(layers, words) if "layout" in declared else ()
    colors = None
    if layers.colors is not None and "colors" in declared:
        colors = color_layer.render_colors(layers.colors, reduced_size(size))
    return Guidance(Guide(layout, colors) if layout or colors else None)


def read_boxes(layers: Layers, words: list[str]) -> tuple[WordBoxes, ...]:
    """Return the boxes of the words; those of a word that the record does not have are ignored."""
    return tuple(
        WordBoxes(words[each.index], each.index, each.shares)
        for each in layers.layout
        if each.index < len(words)
    )


def reduced_size(size: Size) -> Size:
    """Return the size of the color image for a picture of ``size``, in its aspect ratio."""
    longer = max(size)
    width, height = (max(1, round(side * COLORS_SIDE / longer)) for side in size)
    return width, height
