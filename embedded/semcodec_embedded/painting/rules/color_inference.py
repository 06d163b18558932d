"""Infer color words that are missing because they occurred earlier in the description.

"Huge gray statue. Gray background." is selected as "huge gray statue background", because no word
is selected twice. So surroundings without a color get the last earlier color that is plausible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from semcodec_embedded.painting.palette import NAMED

ACHROMATIC = frozenset(("black", "white", "gray"))
ANY_COLOR = frozenset(NAMED)
#: The plausible colors of parts and grounds; for others, no color is inferred.
PLAUSIBLE_COLORS = {
    "background": ANY_COLOR,
    "wall": ANY_COLOR,
    "below": ANY_COLOR,
    "floor": ANY_COLOR,
    "table": ANY_COLOR,
    "desk": ANY_COLOR,
    "sky": frozenset(("gray", "white")),
    "water": frozenset(("gray", "green", "teal", "brown")),
    "road": frozenset(("gray", "brown", "black")),
    "dirt": frozenset(("gray", "brown", "beige")),
    "court": frozenset(("blue", "green")),
}
UPPER_PARTS = ("background", "sky", "wall")
OUTDOOR_LOWER_PARTS = frozenset(("below", "water", "road", "dirt", "court"))


def infer_part_color(part: str, earlier: Sequence[str], part_colors: Mapping[str, str]) -> str:
    """Return the last of the ``earlier`` colors that is plausible for ``part``, or "".

    ``part_colors`` are the colors of the other parts. Outdoors, the lower part differs from the
    upper parts, because otherwise a describer does not mention it.
    """
    used = set()
    if part in OUTDOOR_LOWER_PARTS:
        used = {part_colors.get(upper, "") for upper in UPPER_PARTS}
    plausible = [
        name for name in earlier if name in PLAUSIBLE_COLORS.get(part, ()) and name not in used
    ]
    return plausible[-1] if plausible else ""


def is_black_and_white(colors: Sequence[str], last: str) -> bool:
    """Return whether the colors indicate a black and white photograph.

    A describer appends "black and white photograph". The selection drops the colors that occurred
    before, so only ``last``, a color without an object, remains.
    """
    names = set(colors)
    return bool(names) and names <= ACHROMATIC and (names == ACHROMATIC or last == "black")
