"""The layers of a record, and the bits of a ``layout``: boxes for its words (spec §5.8).

The value is a list of groups, and nothing states their number. A group has at least 29 bits, and
the padding after the last one has at most 7, so a reader goes on while 29 bits are left. The words
are not needed: a group whose word the record does not have is valid, and painters ignore it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from semcodec.errors import InputError

if TYPE_CHECKING:
    from semcodec.bitstream.parser import BitFields

WORD_BITS: Final = 6
COUNT_BITS: Final = 3  #: of the number of boxes less one
EDGE_BITS: Final = 5
EDGES: Final = ("left", "top", "right", "bottom")
BOX_BITS: Final = EDGE_BITS * len(EDGES)
HEADER_BITS: Final = WORD_BITS + COUNT_BITS
MIN_GROUP_BITS: Final = HEADER_BITS + BOX_BITS
MAX_WORD: Final = 2**WORD_BITS - 1  #: the largest index of a word that can have boxes
MAX_WORD_BOXES: Final = 2**COUNT_BITS  #: of one word
PARTS: Final = 2**EDGE_BITS  #: into which edges divide the width and the height
MAX_SHOWN_WORD: Final = 40  #: characters of a word in a message
MAX_BOXES: Final = 16  #: of all groups of a layout
MAX_LAYOUT_BYTES: Final = MAX_BOXES * MIN_GROUP_BITS // 8  #: 16 groups of one box, 58 bytes

#: Left, top, right and bottom edge in 32nds of the width or the height, from 0 to 32.
Box = tuple[int, int, int, int]

_Ordered = TypeVar("_Ordered", int, Box)


class Group(NamedTuple):
    """The boxes of one word.

    Attributes:
        word: index into ``Record.words``, 0 to 63.
        boxes: 1 to 8 boxes.
    """

    word: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class WordLayout:
    """The boxes of one word of a record.

    Attributes:
        word: the word; None if the record does not have it, so that painters ignore its boxes.
        index: index into ``Record.words``, 0 to 63.
        boxes: 1 to 8 boxes: left, top, right and bottom edge in 32nds of the width or the height,
            from the left and the upper edge of the picture.
    """

    word: str | None
    index: int
    boxes: tuple[Box, ...]

    @property
    def shares(self) -> tuple[tuple[float, float, float, float], ...]:
        """The boxes with their edges in shares of the width or the height, 0.0 to 1.0."""
        return tuple(
            (left / PARTS, top / PARTS, right / PARTS, bottom / PARTS)
            for left, top, right, bottom in self.boxes
        )


class Layers(NamedTuple):
    """The layers of a record; ``any(layers)`` is whether it has one.

    Attributes:
        layout: the words that have boxes, in the order of their indexes; empty without a layout.
        colors: the bytes of the colors, of which every prefix describes the same colors more
            coarsely; None without them.
        sketch: the bytes of the sketch; None without one.
    """

    layout: tuple[WordLayout, ...] = ()
    colors: bytes | None = None
    sketch: bytes | None = None


#: A layout as an argument: the boxes of each word, which is given as such or by its index.
Groups = (
    Mapping[str, Sequence[Box]]
    | Mapping[int, Sequence[Box]]
    | Sequence[tuple[str | int, Sequence[Box]] | Group | WordLayout]
)


def encode_groups(value: object, words: Sequence[str] | None = None) -> bytes | None:
    """Return the value of a layout that is given as groups in any order, or None if it is not one.

    Args:
        value: as in ``Groups``.
        words: the words of the record, in the order that a decoder returns; None if they are not
            known, so that only indexes can be used. A word that occurs twice is the first one.

    Raises:
        InputError: a word is not among ``words``.
    """
    pairs = list(value.items()) if isinstance(value, Mapping) else value
    if not isinstance(pairs, list | tuple):
        return None
    groups = [_group(pair, words) for pair in pairs]
    layout = sorted(group for group in groups if group is not None)
    return write_layout(layout) if len(layout) == len(groups) else None


def _group(pair: object, words: Sequence[str] | None) -> Group | None:
    match pair:
        case WordLayout(index=index, boxes=boxes):
            pass
        case tuple((str(word), boxes)) | list((str(word), boxes)):
            index = _index(word, words)
        case tuple((index, boxes)) | list((index, boxes)):
            pass
        case _:
            return None
    if type(index) is not int or not 0 <= index <= MAX_WORD:
        return None
    if not isinstance(boxes, list | tuple) or not 1 <= len(boxes) <= MAX_WORD_BOXES:
        return None
    return Group(index, tuple(sorted(map(tuple, boxes)))) if all(map(_is_box, boxes)) else None


def _index(word: str, words: Sequence[str] | None) -> int:
    shown = word if len(word) <= MAX_SHOWN_WORD else word[: MAX_SHOWN_WORD - 1] + "…"
    if words is None:
        raise InputError(
            f"The words of the record are not known here, so {shown!r} has no index: give the "
            "index of the word."
        )
    if word not in words[: MAX_WORD + 1]:
        raise InputError(
            f"The layout has boxes for {shown!r}, which is not one of the first {MAX_WORD + 1} "
            "words of the record: add the word, or leave its boxes out."
        )
    return words.index(word)


def _is_box(box: object) -> bool:
    match box:
        case tuple((left, top, right, bottom)) | list((left, top, right, bottom)):
            if all(type(edge) is int for edge in (left, top, right, bottom)):
                return bool(0 <= left < right <= PARTS and 0 <= top < bottom <= PARTS)
    return False


def write_layout(groups: Iterable[Group]) -> bytes:
    """Return the value of ``groups``, with zero bits up to the next byte."""
    digits = "".join(map(_group_digits, groups))
    digits += "0" * (-len(digits) % 8)
    return bytes(int(digits[start : start + 8], 2) for start in range(0, len(digits), 8))


def split_layout(data: bytes) -> list[Group] | None:
    """Return the groups of ``data``, or None if they do not fill it up to 7 bits.

    Only the positions of the fields are checked, not their values; see ``is_layout``.
    """
    if len(data) > MAX_LAYOUT_BYTES:
        return None
    digits = "".join(f"{byte:08b}" for byte in data)
    groups: list[Group] = []
    start = 0
    while len(digits) - start >= MIN_GROUP_BITS:
        count = int(digits[start + WORD_BITS : start + HEADER_BITS], 2) + 1
        end = start + HEADER_BITS + BOX_BITS * count
        if end > len(digits):
            return None
        boxes = (_read_box(digits, end - BOX_BITS * left) for left in range(count, 0, -1))
        groups.append(Group(int(digits[start : start + WORD_BITS], 2), tuple(boxes)))
        start = end
    return groups if groups and len(digits) - start < 8 else None


def is_layout(data: bytes) -> bool:
    """Return whether ``data`` obeys SC-EXT-13."""
    groups = split_layout(data)
    return (
        groups is not None
        and write_layout(groups) == data  # all bits of the padding are 0
        and _ascend([group.word for group in groups])
        and all(_ascend(group.boxes) for group in groups)
        and all(left < right and top < bottom for left, top, right, bottom in _boxes(groups))
        and len(_boxes(groups)) <= MAX_BOXES
    )


def layout_fields(name: str, data: bytes) -> BitFields | None:
    """Return the names and lengths of the fields of ``data`` in a field map, or None.

    Args:
        name: prefix of the names.
        data: a value, which may break SC-EXT-13; None is returned if its groups do not fill it.
    """
    if (groups := split_layout(data)) is None:
        return None
    fields: list[tuple[str, int]] = []
    for index, group in enumerate(groups):
        fields += [(f"{name}.{index}.word", WORD_BITS), (f"{name}.{index}.boxes", COUNT_BITS)]
        for box in range(len(group.boxes)):
            fields += [(f"{name}.{index}.{box}.{edge}", EDGE_BITS) for edge in EDGES]
    padding = 8 * len(data) - sum(bits for _, bits in fields)
    return (*fields, (f"{name}.padding", padding)) if padding else tuple(fields)


def _group_digits(group: Group) -> str:
    header = f"{group.word:0{WORD_BITS}b}{len(group.boxes) - 1:0{COUNT_BITS}b}"
    return header + "".join(map(_box_digits, group.boxes))


def _box_digits(box: Box) -> str:
    left, top, right, bottom = box
    return "".join(f"{edge:0{EDGE_BITS}b}" for edge in (left, top, right - 1, bottom - 1))


def _read_box(digits: str, start: int) -> Box:
    left, top, right, bottom = (
        int(digits[at : at + EDGE_BITS], 2) for at in range(start, start + BOX_BITS, EDGE_BITS)
    )
    return left, top, right + 1, bottom + 1


def _boxes(groups: Iterable[Group]) -> list[Box]:
    return [box for group in groups for box in group.boxes]


def _ascend(values: Iterable[_Ordered]) -> bool:
    return all(former < latter for former, latter in pairwise(values))
