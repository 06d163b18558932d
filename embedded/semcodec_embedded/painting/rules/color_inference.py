"""Guess the colour words that a selector left out because they had been said before.

"Huge gray statue. Gray background." arrives as "huge gray statue background": no word is sent
twice. Surroundings without a colour therefore take the last one said that suits them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ANY = frozenset((
    "black", "white", "gray", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink",
    "brown", "beige",
))  # fmt: skip
NEUTRAL = frozenset(("black", "white", "gray"))
#: The colours that each part of the surroundings may have without anybody wondering.
SUITS = {
    "background": ANY, "wall": ANY, "below": ANY, "floor": ANY, "table": ANY, "desk": ANY,
    "sky": frozenset(("gray", "white")), "water": frozenset(("gray", "green", "teal", "brown")),
    "road": frozenset(("gray", "brown", "black")), "dirt": frozenset(("gray", "brown", "beige")),
    "court": frozenset(("blue", "green")),
}  # fmt: skip
ABOVE = ("background", "sky", "wall")
OUTSIDE = frozenset(("below", "water", "road", "dirt", "court"))


def color(part: str, said: Sequence[str], parts: Mapping[str, str]) -> str:
    """Return a colour for ``part`` out of those ``said`` so far, or "".

    ``parts`` are the colours of other surroundings: outside, what is below differs from what is
    above, or a describer would not have mentioned it.
    """
    taken = {parts.get(above, "") for above in ABOVE} if part in OUTSIDE else set()
    suitable = [name for name in said if name in SUITS.get(part, ()) and name not in taken]
    return suitable[-1] if suitable else ""


def colourless(said: Sequence[str], last: str) -> bool:
    """Tell whether only a black and white photograph has the colours ``said``.

    The words "black and white photograph" come last and lose those that were said before.
    """
    names = set(said)
    return bool(names) and names <= NEUTRAL and (names == NEUTRAL or last == "black")
