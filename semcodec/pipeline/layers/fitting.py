"""Divide a limit in bytes between the words of a record and its layers.

Layers that were named are reserved: words are left out for them, but not the subject, beside which
layers are shortened as truncation shortens them (spec §9.5). If none fits, the words have all
bytes. With ``"auto"`` it is the other way around: the words take what they need, and layers the
rest, as long as it is worth its bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from semcodec._bisection import largest
from semcodec.bitstream import Record, layers
from semcodec.bitstream.extensions import COLORS_TYPE, LAYOUT_TYPE, Extension
from semcodec.bitstream.layers import Group
from semcodec.bitstream.rate import part_lengths
from semcodec.bitstream.record import keep_payload
from semcodec.pipeline.layers.boxes import PlacedBox, make_layout, move_boxes
from semcodec.pipeline.layers.choice import DEFAULT_COLOR_BYTES

#: Bytes of colors at which ``"auto"`` stops. Up to here, a byte makes the mean color error of the
#: layer 0.05 smaller (CIE76 at 16 x 16, of 30 without layers), and then 0.03 and less; of the first
#: four, 1.7 each. The offline painter shows little of what is beyond 24 bytes (bench/layers.py).
MAX_AUTO_COLOR_BYTES: Final = 80
MAX_LATER: Final = 8  #: words that are tried after the first one that does not fit
MIN_AUTO_COLOR_BYTES: Final = 4  #: fewer have little more than one color for the whole picture


class LayerValues(NamedTuple):
    """The values of the layers of a record.

    Attributes:
        layout: the groups of a layout; none for no layout.
        colors: the bytes of the colors; none for no colors.
    """

    layout: tuple[Group, ...] = ()
    colors: bytes = b""

    @property
    def entries(self) -> tuple[Extension, ...]:
        """The layers as extensions."""
        pairs = (LAYOUT_TYPE, layers.write_layout(self.layout)), (COLORS_TYPE, self.colors)
        return tuple(pair for pair in pairs if pair[1])

    def truncations(self) -> Iterator[LayerValues]:
        """Yield the layers, and then what each step of truncation leaves of them.

        These are fewer bytes of colors, and then fewer groups of the layout.
        """
        yield self
        for count in reversed(range(len(self.colors))):
            yield self._replace(colors=self.colors[:count])
        for count in reversed(range(len(self.layout))):
            yield LayerValues(self.layout[:count])


class LayerPlan(NamedTuple):
    """A record without layers, and the layers that may be added to it.

    Attributes:
        record: the record.
        words: its words, for ``nibble`` those of which it has the skeletons.
        boxes: the most valuable first; their indexes are those of ``words``.
        colors: all bytes of the colors that there may be.
    """

    record: Record
    words: Sequence[str]
    boxes: Sequence[PlacedBox] = ()
    colors: bytes = b""

    @property
    def values(self) -> LayerValues:
        """All layers."""
        return LayerValues(make_layout(self.boxes), self.colors)

    def move_to(self, fewer: LayerPlan) -> LayerPlan:
        """Return the layers of this record on one of fewer words."""
        boxes = move_boxes(self.boxes, self.words, fewer.words)
        return fewer._replace(boxes=boxes, colors=self.colors)


@dataclass(frozen=True, slots=True)
class Fitting:
    """A limit in bytes, and how to change a record for it.

    Attributes:
        max_bytes: the limit of the record in its framing; None for no limit.
        cut: a function from a number to so many of the words, the most important ones; none if the
            subject is not among them.
        rebuild: a function from words to their record without layers.
        subject: the words of the subject, as a decoder returns them.
        may_skip: whether a word may be left out and a less important one kept: not in order of
            importance, and not for skeletons, which are restored by their neighbors.
    """

    max_bytes: int | None
    cut: Callable[[int], Sequence[str]]
    rebuild: Callable[[list[str]], LayerPlan]
    subject: list[str]
    may_skip: bool

    def fits(self, record: Record) -> bool:
        """Return whether a record is within the limit."""
        return self.max_bytes is None or part_lengths(record)["file"] <= self.max_bytes


def add_layers(record: Record, values: LayerValues) -> Record:
    """Return ``record`` with layers."""
    entries = tuple(sorted((*record.extensions, *values.entries)))
    return keep_payload(record._replace(extensions=entries), record.payload)


def fill(plan: LayerPlan, fitting: Fitting) -> Record:
    """Return the record with layers in the bytes that it leaves, the most useful bytes first.

    These are the largest box of each word, colors for the mood of the scene, the boxes of further
    things, and then finer colors.
    """

    def with_layers(boxes: int, colors: int) -> Record:
        values = LayerValues(make_layout(plan.boxes[:boxes]), plan.colors[:colors])
        return add_layers(plan.record, values)

    def count_boxes(limit: int, colors: int) -> int:
        return largest(limit, lambda count: fitting.fits(with_layers(count, colors)))

    def count_colors(limit: int, boxes: int) -> int:
        available = min(limit, len(plan.colors))
        count = largest(available, lambda count: fitting.fits(with_layers(boxes, count)))
        return count if count >= MIN_AUTO_COLOR_BYTES else 0

    words = len({box.index for box in plan.boxes})  # each has one of the first boxes
    boxes = count_boxes(words, 0)
    boxes = count_boxes(len(plan.boxes), count_colors(DEFAULT_COLOR_BYTES, boxes))
    return with_layers(boxes, count_colors(MAX_AUTO_COLOR_BYTES, boxes))


def reserve(plan: LayerPlan, fitting: Fitting) -> Record | None:
    """Return the record with all its layers, and without the words for which they leave no bytes.

    A word is left out together with its boxes, the least important one first. Before words, the
    record loses its entry for their order, because that states that no word was left out. None if
    not even the subject fits beside the layers.
    """
    full = add_layers(plan.record, plan.values)
    if fitting.fits(full):
        return full

    def with_words(words: Sequence[str]) -> Record:
        fewer = plan.move_to(fitting.rebuild(list(words)))
        return add_layers(fewer.record, fewer.values)

    def may_keep(words: Sequence[str]) -> bool:
        return bool(words) and fitting.fits(with_words(words))

    total = len(plan.words)
    count = largest(total, lambda count: may_keep(fitting.cut(count)))
    kept = fitting.cut(count) if count else []
    if not may_keep(kept):
        return None
    later = range(count + 2, min(total, count + 1 + MAX_LATER) + 1)
    for number in later if fitting.may_skip else ():
        known, before = {*kept}, {*fitting.cut(number - 1)}
        more = [word for word in fitting.cut(number) if word in known or word not in before]
        if len(more) > len(kept) and may_keep(more):
            kept = more
    return with_words(kept)


def with_subject(plan: LayerPlan, fitting: Fitting) -> LayerPlan:
    """Return the record of the subject alone, with its layers."""
    return plan.move_to(fitting.rebuild(fitting.subject)) if fitting.subject else plan


def shorten(least: LayerPlan, fitting: Fitting) -> Record:
    """Return the record of the subject with as much of its layers as fits."""
    records = (add_layers(least.record, values) for values in least.values.truncations())
    return next(filter(fitting.fits, records), least.record)
