"""Find the boxes of words in the answer of a model, in whatever form it has them.

A model is asked for a JSON object with a list of boxes. It may return a bare list, an object with a
field for each word, one object a line, Python's notation, tags (``<ref>dog</ref><box>(1,2),(3,4)``)
or lines of text, and stop in the middle. All that has a label and four numbers is used.

The work is bounded: ``parsing.MAX_ANSWER`` characters, ``MAX_VISITED`` values and ``MAX_ENTRIES``
boxes of an answer are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from semcodec._boxes import iou
from semcodec.backends.guides import Box
from semcodec.backends.prompting import parsing
from semcodec.backends.prompting.box_coordinates import (
    Form,
    Four,
    FourNumbers,
    merge_equal,
    to_boxes,
)
from semcodec.backends.prompting.box_labels import LabelMatcher
from semcodec.backends.prompting.chat import object_schema
from semcodec.backends.prompting.lenient_json import Node, Value, find_values

MAX_VISITED: Final = 20_000  #: values of an answer
MAX_ENTRIES: Final = 1_000  #: boxes of an answer; a layout has 16
MAX_BOXES: Final = 16  #: of one word, as many as a whole layout can have
SAME_BOX: Final = 0.9  #: intersection over union of two boxes of one word that are one thing
#: The same for a word and one that follows it closely: "red boat" is one thing, named by "boat".
SAME_THING: Final = 0.95
MAX_PHRASE: Final = 2  #: words between which a thing may be repeated, as in "big red boat"
NUMBER: Final = re.compile(r"\s*([-+]?[0-9]{1,9}(?:\.[0-9]{0,20})?)\s*(%|px)?\s*")
FOUR_NUMBERS: Final = re.compile(
    r"[\[(<{]\s*" + r"[\s,;)(]{1,6}".join([r"(-?[0-9]{1,9}(?:\.[0-9]{1,20})?)"] * 4) + r"\s*[\])>}]"
)
NO_BOXES: Final = re.compile(r"\W*(none|nothing|no (box|boxes|objects?|words?))\b.{0,80}", re.I)
TAG: Final = re.compile(r"<[^<>\n]{0,40}>")

TYPICAL_BOXES: Final = 3  #: in an answer; photographs have two or three things that words name
EDGES: Final = ("left", "top", "right", "bottom")  #: of a box, as they are requested
#: Names of the four numbers, by form and in the order of the form.
NAMES: Final[dict[Form, tuple[tuple[str, ...], ...]]] = {
    "corners": (
        ("left", "x1", "xmin", "minx", "x0", "startx", "xstart"),
        ("top", "y1", "ymin", "miny", "y0", "starty", "ystart"),
        ("right", "x2", "xmax", "maxx", "x1", "endx", "xend"),
        ("bottom", "y2", "ymax", "maxy", "y1", "endy", "yend"),
    ),
    "extent": (
        ("x", "left", "xmin", "x0", "x1"),
        ("y", "top", "ymin", "y0", "y1"),
        ("width", "w"),
        ("height", "h"),
    ),
}
LABEL_NAMES: Final = (
    "label", "word", "name", "object", "class", "category", "noun", "item", "thing", "text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A box as it is in an answer, with its label and the keys of what it is in, nearest first."""

    labels: tuple[str, ...]
    numbers: FourNumbers


@dataclass(frozen=True, slots=True)
class Located:
    """The boxes in an answer.

    Attributes:
        boxes: for each word, its boxes in shares of width and height.
        found: boxes in the answer, whatever they are.
        impossible: those whose numbers are not a box within the picture.
        unknown: those whose label is none of the words.
        is_empty: whether the answer states that there is nothing to locate.
    """

    boxes: list[list[Box]]
    found: int
    impossible: int
    unknown: int
    is_empty: bool = False


def parse_boxes(answer: str, words: Sequence[str], size: tuple[int, int]) -> Located:
    """Return the boxes of ``words`` in an answer. It never raises.

    Args:
        answer: the answer of a model.
        words: the words that it was asked about.
        size: width and height in pixels of the picture that it saw.

    >>> parse_boxes('{"dog": [[100, 200, 300, 400]]}', ["brown", "dog"], (800, 600)).boxes
    [[], [(0.1, 0.2, 0.3, 0.4)]]
    """
    text = parsing.strip_wrappers(answer)
    nodes = list(find_values(text))
    entries = list(islice(_find_entries(nodes), MAX_ENTRIES))
    if not any(entry.labels for entry in entries):  # they may be in the text before each box
        entries = list(islice(_find_in_text(text), MAX_ENTRIES))
    boxes = to_boxes([entry.numbers for entry in entries], size)
    by_word: list[list[Box]] = [[] for _ in words]
    unknown, matcher = 0, LabelMatcher(words)
    for entry, box in zip(entries, boxes, strict=True):
        place = matcher.find(entry.labels, [len(found) for found in by_word])
        unknown += place is None
        if place is not None and box is not None:
            by_word[place] = merge_equal([*by_word[place], box], SAME_BOX, MAX_BOXES)
    is_empty = not entries and (_has_nothing(nodes) or NO_BOXES.fullmatch(text) is not None)
    named = _without_repeated_things(by_word)
    return Located(named, len(entries), boxes.count(None), unknown, is_empty)


def schema_properties() -> dict[str, Any]:
    """Return the properties of an answer. Names of the edges leave no doubt about their order."""
    edges = {edge: {"type": "integer"} for edge in EDGES}
    box = object_schema({"label": {"type": "string"}, **edges})
    return {"boxes": {"type": "array", "items": box}}


def typical_answer(words: Sequence[str]) -> str:
    """Return a typical answer about ``words``, for estimates and dry runs."""
    boxes = [
        {"label": word, **dict(zip(EDGES, (100 * n, 300, 100 * n + 250, 850), strict=True))}
        for n, word in enumerate(words[-TYPICAL_BOXES:], 1)
    ]
    return json.dumps({"boxes": boxes})


def _without_repeated_things(by_word: Sequence[Sequence[Box]]) -> list[list[Box]]:
    """Return the boxes without those of a word before the noun, such as its color."""
    return [
        [
            box
            for box in boxes
            if not any(
                iou(box, later) >= SAME_THING
                for following in by_word[place + 1 : place + 1 + MAX_PHRASE]
                for later in following
            )
        ]
        for place, boxes in enumerate(by_word)
    ]


def _find_entries(nodes: Sequence[Node]) -> Iterator[Entry]:
    """Yield the boxes in parsed values, in order."""
    waiting: list[tuple[Value, tuple[str, ...]]] = [(node, ()) for node in nodes[::-1]]
    for _ in range(MAX_VISITED):
        if not waiting:
            return
        value, labels = waiting.pop()
        own = (*_own_labels(value), *labels) if isinstance(value, Node) else labels
        numbers = _four_numbers(value, own)
        if numbers is not None:
            yield Entry(own, numbers)
        elif isinstance(value, Node):
            inner = [(item, own if key is None else (key, *own)) for key, item in value.items]
            waiting += inner[::-1]


def _own_labels(node: Node) -> list[str]:
    """Return the texts in a node that may name its box: those of the usual fields first."""
    texts = [(_plain(key), item) for key, item in node.items if isinstance(item, str)]
    usual = [text for name in LABEL_NAMES for key, text in texts if key == name]
    others = [text for key, text in texts if key not in LABEL_NAMES]
    return [*usual, *others][: len(LABEL_NAMES)]


def _four_numbers(value: Value, labels: Sequence[str]) -> FourNumbers | None:
    """Return the numbers of a value that is a box, or None."""
    if isinstance(value, str):
        match = FOUR_NUMBERS.fullmatch(f"[{value.strip().strip('[]()')}]")
        return None if match is None else FourNumbers(_four(match.groups()), _form(labels))
    if not isinstance(value, Node):
        return None
    by_name = {_plain(key): item for key, item in value.items if key is not None}
    for form, names in NAMES.items():
        if (four := _named_numbers(by_name, names)) is not None:
            return FourNumbers(four, form)
    items = [item for key, item in value.items if key is None]
    pairs = [item for item in items if isinstance(item, Node)]
    if len(items) == len(pairs) == 2:  # two corners
        items = [number for pair in pairs for _, number in pair.items]
    elif items and isinstance(items[0], str) and _number(items[0]) is None:  # its label is first
        items = items[1:]
    numbers = [_number(item) for item in items[:5]]
    known = [number for number in numbers if number is not None]
    if len(numbers) != 4 or len(known) != 4:
        return None
    return FourNumbers(_four(known), _form(labels))


def _named_numbers(by_name: dict[str, Value], names: Sequence[Sequence[str]]) -> Four | None:
    """Return the four numbers with these names; each has several, of which one is used."""
    used: list[str] = []
    for alternatives in names:
        name = next((n for n in alternatives if n in by_name and n not in used), None)
        if name is None or _number(by_name[name]) is None:
            return None
        used.append(name)
    return _four([_number(by_name[name]) for name in used])


def _four(numbers: Sequence[Any]) -> Four:
    a, b, c, d = map(float, numbers)
    return a, b, c, d


def _form(labels: Sequence[str]) -> Form:
    """Return the form of a list of numbers, by the key nearest to it."""
    return "box_2d" if labels and _plain(labels[0]).startswith("box2d") else "list"


def _number(value: Value) -> float | None:
    """Return the number that a value is, also as a text; a percentage is a share."""
    if isinstance(value, float):
        return value
    match = NUMBER.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    return float(match[1]) / (100 if match[2] == "%" else 1)


def _plain(name: str | None) -> str:
    return "".join(filter(str.isalnum, (name or "")[:40].lower()))


def _has_nothing(nodes: Sequence[Node]) -> bool:
    """Return whether values consist of empty lists, empty objects and nulls only."""
    if not all(node.is_complete for node in nodes):
        return False
    waiting: list[Value] = list(nodes)
    for _ in range(MAX_VISITED):
        if not waiting:
            return bool(nodes)
        value = waiting.pop()
        if isinstance(value, float | str):
            return False
        waiting += [item for _, item in value.items] if value is not None else []
    return False


def _find_in_text(text: str) -> Iterator[Entry]:
    """Yield the groups of four numbers in a text; the label is what is before one in its line.

    The label of a group at the beginning of a line is the line before, or that of the group before.
    """
    position, label = 0, ""
    for group in FOUR_NUMBERS.finditer(text):
        before = TAG.sub(" ", text[position : group.start()][-400:])
        lines = [line for line in before.splitlines() if parsing.WORD.search(line)]
        label = lines[-1] if lines else label
        yield Entry((label,), FourNumbers(_four(group.groups())))
        position = group.end()
