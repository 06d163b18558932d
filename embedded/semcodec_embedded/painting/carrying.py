"""Keep together what belongs together while a plan is changed: a hat and a head, a cup and a table.

What is on a table or in a hand has an ``elevation`` above the baseline of what carries it, and is
drawn just after it; see ``rules.interactions``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from semcodec_embedded.painting.scene import PlacedSprite

NEXT = 1.0  #: difference between the baselines of what is carried and what carries it


def carry_along(
    before: Sequence[PlacedSprite], after: Sequence[PlacedSprite]
) -> tuple[PlacedSprite, ...]:
    """Return the sprites ``after`` a change, with what the changed ones carry at its place again.

    What is in a hand or on a head is gone with the person; what is on a table stays without it.
    What is in a box of the record stays there.
    """
    new = {sprite.number: sprite for sprite in after}
    result = list(after)
    for old in before:
        bearer = _find_bearer(old, before)
        if bearer is None or new.get(old.number) != old:
            continue
        moved = new.get(bearer.number)
        if moved is None and old.support == "none":
            result = [sprite for sprite in result if sprite.number != old.number]
        elif moved is not None and moved != bearer and not old.is_fixed:
            carried = _carried(old, bearer, moved)
            result = [sprite for sprite in result if sprite.number != old.number]
            at = next(at for at, item in enumerate(result) if item.number == bearer.number)
            result.insert(at + 1, carried)
    return tuple(result)


def _find_bearer(sprite: PlacedSprite, sprites: Sequence[PlacedSprite]) -> PlacedSprite | None:
    """Return what carries ``sprite``, or None."""
    if not sprite.elevation:
        return None
    found = (
        other
        for other in sprites
        if not other.elevation
        and abs(sprite.baseline_y - NEXT - other.baseline_y) < NEXT / 2
        and abs(sprite.x - other.x) < (sprite.width + other.width) / 2
    )
    return next(found, None)


def _carried(sprite: PlacedSprite, bearer: PlacedSprite, moved: PlacedSprite) -> PlacedSprite:
    """Return ``sprite`` on ``moved``, which was ``bearer``; what is worn has its scale."""
    scale = moved.height / bearer.height
    own = scale if sprite.support == "none" else 1.0
    return replace(
        sprite,
        x=moved.x + (sprite.x - bearer.x) * scale,
        baseline_y=moved.baseline_y + NEXT,
        elevation=sprite.elevation * scale,
        width=sprite.width * own,
        height=sprite.height * own,
    )
