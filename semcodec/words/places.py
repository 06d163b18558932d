"""Places in words: where the things of a word are in a picture, for models that read only text.

A phrase has neither a verb nor an article, so it is correct after any word, in singular and plural:
"dog at the left (30 % of the width, 60 % of the height)".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from semcodec._boxes import Box, area

#: Characters of a sentence. Painters use only the first words of a prompt, and those of the record
#: come before.
MAX_SENTENCE: Final = 500
MAX_WORD: Final = 64  #: characters of a word; a longer one is not the name of a thing
EDGE_SHARE: Final = 0.4  #: of a side; a center that is nearer to an edge is at that edge
WHOLE_SHARE: Final = 0.8  #: of a side; a longer thing has no place along it
NUMBERS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight")


def describe_places(
    places: Sequence[tuple[str, Sequence[Box]]], uncounted: Collection[str] = ()
) -> str:
    """Return a sentence with the places of things, or "" if there are none.

    If it would have more than ``MAX_SENTENCE`` characters, the smallest things are left out.

    Args:
        places: words, each with the boxes of its things, in the order to name them.
        uncounted: words whose number of boxes may be wrong, so that it is not stated.

    Example:
        >>> describe_places([("dog", [(0.0, 0.3, 0.25, 0.8)])])
        'In the picture: dog at the left (25 % of the width, 50 % of the height).'
        >>> describe_places([("sheep", [(0, 0, 1, 1)])])
        'In the picture: sheep all over the picture (100 % of the width, 100 % of the height).'
    """
    named = [
        (sum(map(area, boxes)), f"{name}{separator}{phrase}")
        for word, boxes in places
        if boxes and (name := _to_name(word))
        for phrase in [describe_boxes(boxes, counted=word not in uncounted)]
        for separator in [": " if phrase.startswith(NUMBERS) else " "]
    ]
    while named:
        sentence = f"In the picture: {'; '.join(phrase for _, phrase in named)}."
        if len(sentence) <= MAX_SENTENCE:
            return sentence
        named.remove(min(named, key=lambda item: item[0]))
    return ""


def describe_boxes(boxes: Sequence[Box], *, counted: bool = True) -> str:
    """Return the places of the things of one word, from left to right.

    Args:
        boxes: at least one box.
        counted: whether to state how many things are at each place, if there are several in all.

    Example:
        >>> describe_boxes([(0.0, 0.6, 0.1, 0.8), (0.1, 0.6, 0.3, 0.8)])
        'two at the bottom left (each 15 % of the width, 20 % of the height)'
        >>> describe_boxes([(0.0, 0.4, 0.1, 0.6), (0.7, 0.4, 0.8, 0.6)], counted=False)[:53]
        'at the left (10 % of the width, 20 % of the height) and'
    """
    by_place: dict[str, list[Box]] = {}
    for box in sorted(boxes, key=lambda box: box[0] + box[2]):
        by_place.setdefault(name_place(box), []).append(box)
    phrases = [_describe_group(place, group) for place, group in by_place.items()]
    if counted and len(boxes) > 1:
        counts = [NUMBERS[len(group) - 1 : len(group)] for group in by_place.values()]
        phrases = [
            " ".join([*count, phrase]) for count, phrase in zip(counts, phrases, strict=True)
        ]
    return " and ".join(filter(None, [", ".join(phrases[:-1]), phrases[-1]]))


def describe_size(box: Box) -> str:
    """Return the size of a box, such as ``"(30 % of the width, 60 % of the height)"``."""
    return _describe_size([box])


def name_place(box: Box) -> str:
    """Return the place of a box, such as ``"at the top left"``.

    Example:
        >>> name_place((0.4, 0.4, 0.6, 0.6)), name_place((0.0, 0.7, 1.0, 1.0))
        ('in the center', 'at the bottom')
    """
    left, top, right, bottom = box
    across = "" if right - left > WHOLE_SHARE else _name_side((left + right) / 2, "left", "right")
    down = "" if bottom - top > WHOLE_SHARE else _name_side((top + bottom) / 2, "top", "bottom")
    if right - left > WHOLE_SHARE and bottom - top > WHOLE_SHARE:
        return "all over the picture"
    names = " ".join(filter(None, [down, across]))
    return f"at the {names}" if names else "in the center"


def _name_side(center: float, first: str, second: str) -> str:
    if center < EDGE_SHARE:
        return first
    return second if center > 1 - EDGE_SHARE else ""


def _describe_group(place: str, boxes: Sequence[Box]) -> str:
    return f"{place} {_describe_size(boxes)}"


def _describe_size(boxes: Sequence[Box]) -> str:
    width = sum(right - left for left, _, right, _ in boxes) / len(boxes)
    height = sum(bottom - top for _, top, _, bottom in boxes) / len(boxes)
    each = "each " if len(boxes) > 1 else ""
    return f"({each}{_percent(width)} of the width, {_percent(height)} of the height)"


def _percent(share: float) -> str:
    return f"{max(1, round(100 * share))} %"


def _to_name(word: str) -> str:
    """Return a word without the marks around it; "" if that is not the name of anything."""
    letters = [position for position, character in enumerate(word) if character.isalnum()]
    name = word[letters[0] : letters[-1] + 1] if letters else ""
    return name if len(name) <= MAX_WORD and any(map(str.isalpha, name)) else ""
