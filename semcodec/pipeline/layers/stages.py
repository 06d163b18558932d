"""Find the layers of an image: the stage ``locate``, and its colors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from semcodec import backends
from semcodec._wording import plural
from semcodec.backends import Locator
from semcodec.backends.isolation import backend_name, has_method
from semcodec.backends.registry import OFFLINE_BACKEND
from semcodec.bitstream import Record
from semcodec.bitstream import layers as layouts
from semcodec.bitstream.extensions import COLORS_TYPE, LAYOUT_TYPE
from semcodec.bitstream.rate import part_lengths
from semcodec.errors import SemcodecError
from semcodec.imaging import color_layer
from semcodec.pipeline import validation
from semcodec.pipeline.layers.boxes import PlacedBox, choose_boxes
from semcodec.pipeline.layers.choice import LayerChoice
from semcodec.pipeline.layers.fitting import (
    MAX_AUTO_COLOR_BYTES,
    Fitting,
    LayerPlan,
    LayerValues,
    add_layers,
    fill,
    reserve,
    shorten,
    with_subject,
)
from semcodec.pipeline.trace import TracedRun

if TYPE_CHECKING:
    from PIL.Image import Image

NO_LOCATOR: Final = (
    "The record has no layout, because no backend can locate words: install semcodec-embedded, or "
    "name a locator."
)
NO_BOXES: Final = (
    "The record has no layout: the locator {} found none of its words as a thing in the picture."
)
ROLE: Final = "locator"


def find_locator(backend: object, describer: object, locator: object) -> Any:
    """Return the backend that locates words; None if there is none.

    It is the one that was named; else the describer if it can locate, else the offline backend if
    it is installed. No other backend gets the image: it may be a server that writes, beside an
    image that was described elsewhere.

    Args:
        backend, locator: as in ``encode``; ``backend`` explains the error of a wrong ``locator``.
        describer: the object that describes.

    Raises:
        InputError, BackendError: as for ``backends.find_all``, for a backend that was named.
    """
    if backends.is_named(locator):
        return backends.find(ROLE, backend, locator)
    if has_method(describer, backends.ROLES[ROLE]):
        return describer
    try:
        return backends.find(ROLE, backends.AUTO, OFFLINE_BACKEND)
    except SemcodecError:  # it is not installed, or lacks the role
        return None


@dataclass(frozen=True, slots=True)
class LayerStages:
    """The layers of one run.

    Attributes:
        run: the run.
        choice: the layers that the record is to have.
        locator: finds the boxes of words; None if there is none.
        image: the image that was described.
    """

    run: TracedRun
    choice: LayerChoice
    locator: Any
    image: Image

    def add(self, plan: LayerPlan, fitting: Fitting) -> Record:
        """Return the record with its layers, within the limit; the trace states their bytes.

        Args:
            plan: the record without layers, and its words.
            fitting: the limit.
        """
        colors = self._colors()  # first, because a locator may draw on its image
        wanted = plan._replace(boxes=self._locate(plan.words), colors=colors)
        if self.choice.is_auto:
            record = fill(wanted, fitting)
        elif (complete := reserve(wanted, fitting)) is not None:
            record = complete
        else:
            least = with_subject(wanted, fitting)
            record = shorten(least, fitting)
            if not any(layers_of(record)):  # then the words need not make room for layers
                record = reserve(plan, fitting) or record
            self._note_shortened(least, layers_of(record))
        sent = layers_of(record)
        self.run.add_notes(
            layout_bytes=len(layouts.write_layout(sent.layout)),
            boxes=_count_boxes(sent.layout),
            color_bytes=len(sent.colors),
        )
        return record

    def _locate(self, words: Sequence[str]) -> list[PlacedBox]:
        """Return the boxes of words that are worth their bytes."""
        if not self.choice.locates:
            return []
        if self.locator is None:
            self.run.add_notice(NO_LOCATOR)
            return []
        located = self.run.run_stage(
            "locate", self.locator, Locator.locate, self.image, list(words)
        )
        boxes = choose_boxes(words, validation.check_boxes(located, len(words), self.locator))
        if not boxes and self.choice.layout:
            self.run.add_notice(NO_BOXES.format(backend_name(self.locator)))
        return boxes

    def _colors(self) -> bytes:
        count = MAX_AUTO_COLOR_BYTES if self.choice.is_auto else self.choice.color_bytes
        return color_layer.encode_colors(self.image, count) if count else b""

    def _note_shortened(self, least: LayerPlan, sent: LayerValues) -> None:
        """Add a notice if the layers of the shortest record are not sent whole."""
        wanted = least.values
        if sent == wanted:
            return
        parts = []
        if wanted.colors:
            parts.append(f"{len(sent.colors)} of {plural(len(wanted.colors), 'byte')} of colors")
        if wanted.layout:
            count, total = (_count_boxes(values.layout) for values in (sent, wanted))
            parts.append(f"{count} of {plural(total, 'box')}")
        needed = part_lengths(add_layers(least.record, wanted))["file"]
        self.run.add_notice(
            f"The limit leaves {' and '.join(parts)} beside the subject: use max_bytes {needed}."
        )


def _count_boxes(layout: Sequence[layouts.Group]) -> int:
    return sum(len(group.boxes) for group in layout)


def layers_of(record: Record) -> LayerValues:
    """Return the layers of a record that has at most a layout and colors."""
    values = dict(record.extensions)
    layout = layouts.split_layout(values.get(LAYOUT_TYPE, b"")) or ()
    return LayerValues(tuple(layout), values.get(COLORS_TYPE, b""))
