"""Bring together what belongs together: cups on a table, an umbrella in a hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from semcodec_embedded.painting.placed import Placed
from semcodec_embedded.painting.scene import Plan

TABLE = (340.0, 700.0)  #: left and right end of a table in a room
TABLE_FOOT, TABLE_HIGH = 915.0, 265.0
AFOOT = ("-standing", "-walking", "-running", "-dress")


def under_umbrellas(placed: Sequence[Placed]) -> list[Placed]:
    """Return ``placed`` with the first umbrella in the hand of the first person on their feet."""
    hand = next((it for it in placed if it.name.endswith(AFOOT)), None)
    umbrella = next((it for it in placed if it.name == "umbrella"), None)
    if hand is None or umbrella is None:
        return list(placed)
    side = -1 if hand.flip else 1
    held = replace(
        umbrella, x=hand.x + side * 0.2 * hand.height, foot=hand.foot + 1, stands="none",
        lift=hand.height * 0.52 + 1, width=hand.height * 0.95, height=hand.height * 0.9,
    )  # fmt: skip
    return [held if it is umbrella else it for it in placed]


def on_a_table(placed: Sequence[Placed], plan: Plan) -> list[Placed]:
    """Return ``placed`` with a table under what should not lie on the floor of a room."""
    above = [it for it in placed if it.stands == "surface"]
    if not above and plan.ground not in ("table", "desk"):
        return list(placed)
    left = min((it.box[0] for it in above), default=TABLE[0])
    right = max((it.box[2] for it in above), default=TABLE[1])
    middle, width = (left + right) / 2, max(right - left + 90, TABLE[1] - TABLE[0])
    said = plan.color("ground") if plan.ground in ("table", "desk") else ""
    table = Placed("side-table", middle, TABLE_FOOT, width, TABLE_HIGH,
                   (said,) if said else (), "ground")  # fmt: skip
    top = TABLE_FOOT - TABLE_HIGH + 14
    raised = [replace(it, foot=TABLE_FOOT + 1, lift=TABLE_FOOT + 1 - top) for it in above]
    return [*(it for it in placed if it not in above), table, *raised]
