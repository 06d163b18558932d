"""Changes of a picture, as imperative sentences that a model or a program can carry out.

An editor receives the sentence. One that is a program reads it back with ``parse_change``; so the
writer and the reader of these sentences are side by side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a picture.

    Attributes:
        action: what to do.
        noun: the object, in the words of the predicate.
        value: the number, color, size or place; ``""`` if the action needs none.
    """

    action: ChangeAction
    noun: str
    value: str = ""

    @property
    def text(self) -> str:
        """The change as a sentence."""
        return SENTENCES[self.action].format(noun=self.noun, value=self.value)


def parse_change(text: str) -> Change | None:
    """Return the change that ``text`` states, or None if it is not one of ``SENTENCES``.

    >>> parse_change("Move the dog to the left.")
    Change(action='move', noun='dog', value='left')
    """
    ordered = sorted(
        _PATTERNS, key=lambda action: -len(SENTENCES[action])
    )  # the most specific first
    for action in ordered:
        if match := _PATTERNS[action].fullmatch(text):
            return Change(action, **match.groupdict())
    return None
