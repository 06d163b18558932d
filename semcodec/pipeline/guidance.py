"""What the layers of a record do for a picture: which painter takes what, and what else is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from semcodec.backends import Guide, Painter, WordBoxes
from semcodec.backends.guides import Box, declared_guides
from semcodec.bitstream import Record, layers

GRID: Final = 32  #: steps of the edges of a box (spec §5.8)
LAYOUT, COLORS = "layout", "colors"


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the layers of one record do for its pictures.

    Attributes:
        guide: what the painter gets; None if it takes nothing that the record has.
    """

    guide: Guide | None = None


def make_guidance(record: Record, words: list[str], painter: Painter) -> Guidance:
    """Return what the layers of ``record`` do for pictures by ``painter``.

    Args:
        record: a valid record.
        words: its words; for ``nibble`` as they were restored.
        painter: the backend that paints.
    """
    layout = read_boxes(record, words)
    if layout and LAYOUT in declared_guides(painter):
        return Guidance(Guide(layout))
    return Guidance()


def read_boxes(record: Record, words: list[str]) -> tuple[WordBoxes, ...]:
    """Return the boxes of the words; those of a word that the record does not have are ignored."""
    value = record.metadata.get(LAYOUT, b"")
    groups = layers.split_layout(value) if isinstance(value, bytes) else None
    return tuple(
        WordBoxes(words[word], word, tuple(map(_to_shares, boxes)))
        for word, boxes in groups or ()
        if word < len(words)
    )


def _to_shares(box: layers.Box) -> Box:
    left, top, right, bottom = (edge / GRID for edge in box)
    return left, top, right, bottom
