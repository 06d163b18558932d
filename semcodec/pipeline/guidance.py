"""What the layers of a record do for its pictures (spec §5.8).

A painter gets the layers that it takes as a ``Guide``. For all others, the places of the words are
added to the prompt, and a finished picture is aligned with the colors. Boxes and colors are about
the picture that is wanted: if a painter makes one of another aspect ratio, which will be cropped,
they are moved to the part that is kept.

Words and boxes of a record may contradict each other. The words come first where only the prompt
can name a place: such a box is not named. A painter that takes boxes is not asked to leave them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from semcodec.backends import Guide, Painter, WordBoxes, add_note
from semcodec.backends.guides import Box, declared_guides
from semcodec.backends.painted_scene import PaintedObject
from semcodec.bitstream import Layers
from semcodec.errors import InputError
from semcodec.imaging import alignment, color_layer, upscaling
from semcodec.pipeline.reflection.checkers import answer_from_object
from semcodec.words.matching import count_limits
from semcodec.words.places import describe_places
from semcodec.words.predicates import Predicate

if TYPE_CHECKING:
    from PIL.Image import Image

Size = tuple[int, int]  #: width and height in pixels

#: Pixels of the longer side of a color image. The layer has 48 cosines along each side.
COLORS_SIDE: Final = 256
WHOLE: Final[Box] = (0.0, 0.0, 1.0, 1.0)
PAINTER, PROMPT, ALIGNED, IGNORED = "painter", "prompt", "aligned", "ignored"


class Aligner:
    """Aligns pictures with the colors of a record; see ``imaging.alignment``.

    Args:
        colors: the bytes of the layer.
        size: width and height of the picture that is wanted.
        strength: the share of the difference that is removed, 0.0 to 1.0.
    """

    name = "alignment"

    def __init__(self, colors: bytes, size: Size, strength: float) -> None:
        self._colors, self._size, self._strength = _render(colors, size), size, strength

    def align(self, image: Image) -> Image:
        """Return ``image`` in RGB with the coarse colors of the layer."""
        add_note("strength", self._strength)
        colors = _spread(self._colors, self._size, image.size)
        return alignment.align_low(image, colors, self._strength)


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the layers of one record do for its pictures.

    Attributes:
        guide: what the painter gets; None if it takes nothing that the record has.
        layout: the boxes that pictures should respect.
        places: a sentence for the prompt; ``""`` if the painter takes boxes, or there are none.
        aligner: aligns finished pictures; None if they stay as they are.
        uses: for each layer of the record, ``"painter"``, ``"prompt"``, ``"aligned"``,
            ``"painter, aligned"`` or ``"ignored"``.
    """

    guide: Guide | None = None
    layout: tuple[WordBoxes, ...] = ()
    places: str = ""
    aligner: Aligner | None = None
    uses: dict[str, str] = field(default_factory=dict)

    def extend(self, prompt: str) -> str:
        """Return ``prompt`` with the places of its words."""
        if not self.places:
            return prompt
        end = "" if prompt.rstrip().endswith((".", "!", "?")) else "."
        return f"{prompt.rstrip()}{end} {self.places}"

    def find_boxes(self, noun: str) -> list[Box]:
        """Return the boxes of a noun, which may have several words: those of its last word."""
        return _find_boxes(self.layout, noun)

    def keep_agreeing(self, predicates: Sequence[Predicate]) -> list[Predicate]:
        """Return ``predicates`` without the places that the boxes of their nouns contradict."""
        return [each for each in predicates if not _contradicts(self.layout, each)]


@dataclass(frozen=True, slots=True)
class LayerOptions:
    """The arguments of ``decode`` about layers, which describes them.

    Raises:
        InputError: one of them is invalid.
    """

    ignore_layers: bool = False
    align_colors: float | None = None

    def __post_init__(self) -> None:
        value = self.align_colors
        is_number = type(value) in (int, float)
        if value is not None and not (is_number and 0 <= value <= 1):
            raise InputError("Invalid align_colors: use a share from 0 to 1, or None.")

    def choose_strength(self, *, is_taken: bool) -> float:
        """Return the strength of alignment for a painter that takes colors, or does not."""
        if self.align_colors is not None:
            return float(self.align_colors)
        return 0.0 if is_taken else alignment.DEFAULT_STRENGTH


@dataclass(frozen=True, slots=True)
class Canvas:
    """The picture to make.

    Attributes:
        painted: width and height that the painter paints.
        wanted: width and height of the result, to whose aspect ratio the painted picture is
            cropped.
    """

    painted: Size
    wanted: Size


def make_guidance(
    layers: Layers,
    words: Sequence[str],
    predicates: Sequence[Predicate],
    painter: Painter,
    canvas: Canvas,
    options: LayerOptions,
) -> Guidance:
    """Return what ``layers`` do for pictures by ``painter``.

    Args:
        layers: the layers of a record.
        words: its words; for ``nibble`` as they were restored.
        predicates: the statements that follow from the words.
        painter: the backend that paints.
        canvas: the sizes of its pictures.
        options: what the user wants.
    """
    uses = {name: IGNORED for name, value in layers._asdict().items() if value}
    if options.ignore_layers or not uses:
        return Guidance(uses=uses)
    declared = declared_guides(painter)
    layout, places = read_boxes(layers, words, canvas), ""
    if layout and "layout" in declared:
        uses["layout"] = PAINTER
    elif layout:
        layout = _without_contradictions(layout, predicates)
        places = _describe(layout, predicates)
        uses["layout"] = PROMPT if places else IGNORED
    colors, aligner = None, None
    if layers.colors:
        is_taken = "colors" in declared
        strength = options.choose_strength(is_taken=is_taken)
        if is_taken:
            rendered = _render(layers.colors, canvas.wanted)
            colors = _spread(rendered, canvas.wanted, canvas.painted)
        if strength:
            aligner = Aligner(layers.colors, canvas.wanted, strength)
        used = [PAINTER] * is_taken + [ALIGNED] * bool(strength)
        uses["colors"] = ", ".join(used) or IGNORED
    boxes = layout if "layout" in declared else ()
    guide = Guide(boxes, colors) if boxes or colors else None
    return Guidance(guide, layout, places, aligner, uses)


# --- Boxes


def read_boxes(layers: Layers, words: Sequence[str], canvas: Canvas) -> tuple[WordBoxes, ...]:
    """Return the boxes of the words in the painted picture.

    Those of a word that the record does not have are ignored, as the specification states.
    """
    return tuple(
        WordBoxes(words[each.index], each.index, tuple(_move(box, canvas) for box in each.shares))
        for each in layers.layout
        if each.index < len(words)
    )


def _move(box: Box, canvas: Canvas) -> Box:
    """Return a box of the wanted picture as a box of the painted one."""
    left, top, right, bottom = _kept_shares(canvas.painted, canvas.wanted)
    width, height = right - left, bottom - top
    return (
        left + width * box[0],
        top + height * box[1],
        left + width * box[2],
        top + height * box[3],
    )


def _kept_shares(picture: Size, wanted: Size) -> Box:
    """Return the box of a picture that is kept of it; all of it up to a rounded pixel."""
    left, top, right, bottom = upscaling.kept_box(picture, wanted)
    if left <= 1 and top <= 1:
        return WHOLE
    width, height = picture
    return left / width, top / height, right / width, bottom / height


def _find_boxes(layout: Sequence[WordBoxes], noun: str) -> list[Box]:
    head = noun.rsplit(" ", 1)[-1].lower()
    return [box for each in layout if each.word.lower() == head for box in each.boxes]


def _contradicts(layout: Sequence[WordBoxes], predicate: Predicate) -> bool:
    """Return whether a statement is about a place where its noun is not, by its boxes."""
    boxes = _find_boxes(layout, predicate.noun) if predicate.kind == "place" else []
    if not boxes:
        return False
    x = sum(left + right for left, _, right, _ in boxes) / (2 * len(boxes))
    y = sum(top + bottom for _, top, _, bottom in boxes) / (2 * len(boxes))
    return answer_from_object(predicate, PaintedObject(predicate.noun, x=x, y=y)) == "no"


def _without_contradictions(
    layout: tuple[WordBoxes, ...], predicates: Sequence[Predicate]
) -> tuple[WordBoxes, ...]:
    """Return the boxes of the words that no statement contradicts."""
    wrong = {
        predicate.noun.rsplit(" ", 1)[-1].lower()
        for predicate in predicates
        if _contradicts(layout, predicate)
    }
    return tuple(each for each in layout if each.word.lower() not in wrong)


def _describe(layout: Sequence[WordBoxes], predicates: Sequence[Predicate]) -> str:
    """Return the places in words, with the whole noun of a word if there is only one with it."""
    nouns: defaultdict[str, set[str]] = defaultdict(set)
    for predicate in predicates:
        nouns[predicate.noun.rsplit(" ", 1)[-1].lower()].add(predicate.noun)
    names = {
        each.word: next(iter(nouns[head])) if len(nouns[head]) == 1 else each.word
        for each in layout
        for head in [each.word.lower()]
    }
    uncounted = {
        predicate.noun
        for predicate in predicates
        if predicate.kind == "count" and not _agrees(predicate, _find_boxes(layout, predicate.noun))
    }
    return describe_places([(names[each.word], each.boxes) for each in layout], uncounted)


def _agrees(predicate: Predicate, boxes: Sequence[Box]) -> bool:
    """Return whether the number of things in a statement can be that of the boxes."""
    limits = count_limits(predicate.value)
    return limits is None or limits[0] <= len(boxes) <= (limits[1] or len(boxes))


# --- Colors


def _render(colors: bytes, size: Size) -> Image:
    """Return the color image for a picture of ``size``, in its aspect ratio."""
    return color_layer.render_colors(colors, _reduce(size))


def _reduce(size: Size) -> Size:
    longer = max(size)
    width, height = (max(1, round(side * COLORS_SIDE / longer)) for side in size)
    return width, height


def _spread(colors: Image, wanted: Size, picture: Size) -> Image:
    """Return the color image for a picture of which the part with the aspect of ``wanted`` is kept.

    Around that part, the colors at its edges go on.
    """
    shares = _kept_shares(picture, wanted)
    if shares == WHOLE:
        return colors
    width, height = size = _reduce(picture)
    left, top, right, bottom = shares
    box = (round(left * width), round(top * height), round(right * width), round(bottom * height))
    return upscaling.surround(colors, box, size)
