"""Changes of a picture, as imperative sentences that a model or a program can carry out.

An editor receives the sentence. One that is a program reads it back with ``parse_change``; so the
writer and the reader of these sentences are side by side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from semcodec.words.predicates import PredicateKind

ChangeAction: TypeAlias = Literal[
    "add", "count", "recolor", "resize", "move", "uncover", "separate", "shrink", "redraw", "remove"
]
#: The sentence of each action. "uncover", "separate", "shrink" and "redraw" are ways to make an
#: object visible that is in the picture already.
SENTENCES: Final[dict[ChangeAction, str]] = {
    "add": "Add {noun}.",
    "count": "Show exactly {value} {noun}.",
    "recolor": "Recolor the {noun} {value}.",
    "resize": "Make the {noun} {value}.",
    "move": "Move the {noun} to the {value}.",
    "uncover": "Bring the {noun} to the front.",
    "separate": "Move the {noun} to a free place.",
    "shrink": "Draw the {noun} smaller.",
    "redraw": "Draw the {noun} in another way.",
    "remove": "Remove the {noun}.",
}
#: The action that makes a predicate of each kind true.
ACTIONS: Final[dict[PredicateKind, ChangeAction]] = {
    "noun": "add",
    "count": "count",
    "color": "recolor",
    "size": "resize",
    "place": "move",
}
_PATTERNS: Final = {
    action: re.compile(
        re.escape(sentence)
        .replace(r"\{noun\}", r"(?P<noun>(?:(?!\. ).)+)")  # not two sentences
        .replace(r"\{value\}", r"(?P<value>\S+)")
    )
    for action, sentence in SENTENCES.items()
}
#: The actions that put a thing at a place.
PLACING: Final[frozenset[ChangeAction]] = frozenset({"add", "move"})
#: The place of a new or a moved thing, at the end of a sentence; see ``places``.
_PLACE: Final = re.compile(
    r"(?P<change>.*?) (?P<place>(?:(?:at the|in the|all over the) [a-z ]+)?"
    r"\((?:each )?\d+ % of the width, [^()]*\).*)\."
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a picture.

    Attributes:
        action: what to do.
        noun: the object, in the words of the predicate.
        value: the number, color, size or place; ``""`` if the action needs none.
        place: where a thing is added or moved to, such as ``"at the left (30 % of the width, 60 %
            of the height)"``; ``""`` if that is open.
    """

    action: ChangeAction
    noun: str
    value: str = ""
    place: str = ""

    @property
    def text(self) -> str:
        """The change as a sentence."""
        sentence = SENTENCES[self.action].format(noun=self.noun, value=self.value)
        return f"{sentence[:-1]} {self.place}." if self.place else sentence


def parse_change(text: str) -> Change | None:
    """Return the change that ``text`` states, or None if it is not one of ``SENTENCES``.

    >>> parse_change("Move the dog to the left.")
    Change(action='move', noun='dog', value='left', place='')
    >>> parse_change("Add dog at the left (30 % of the width, 60 % of the height).").place
    'at the left (30 % of the width, 60 % of the height)'
    """
    if match := _PLACE.fullmatch(text):
        change = _parse_sentence(f"{match['change']}.")
        return None if change is None else replace(change, place=match["place"])
    return _parse_sentence(text)


def _parse_sentence(text: str) -> Change | None:
    ordered = sorted(
        _PATTERNS, key=lambda action: -len(SENTENCES[action])
    )  # the most specific first
    for action in ordered:
        if match := _PATTERNS[action].fullmatch(text):
            return Change(action, **match.groupdict())
    return None
