"""The generated parts of COLORS-1.md: the table of chances, and an example step by step."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Callable

from semcodec.coding import color_planes
from semcodec.coding.color_chances import CHANCES
from semcodec.coding.color_planes import CHANNEL, MARGIN, SIDE, SIGN, STRIDE, EndError, Walk
from semcodec.coding.range_coder import HALF, RangeDecoder

#: The example: coefficients of the mean and of a gradient, of which a prefix is decoded.
COEFFICIENTS = {0: -330, SIDE: 530, 2 * SIDE * SIDE: -200}
EXAMPLE_BYTES = 3


def chances_table() -> str:
    """Return the numbers of the table, with their hash."""
    numbers = textwrap.fill(", ".join(map(str, CHANCES)), 100)
    octets = b"".join(chance.to_bytes(2, "big") for chance in CHANCES)
    return (
        f"{numbers}.\n\n"
        f"There are {len(CHANCES)} numbers. Their SHA-256, each as two bytes, big endian, is\n"
        f"`{hashlib.sha256(octets).hexdigest()}`.\n"
    )


class _TracedWalk(Walk):
    """A decoder that states which decision each one is."""

    label = ""

    def grow(self, plane: int) -> None:
        self.label = f"plane {plane}: growth"
        super().grow(plane)

    def code_zero(self, cell: int, diagonal: int, plane: int) -> None:
        self.label = f"digit of {_place(cell)}, score {self.scores[cell]}"
        super().code_zero(cell, diagonal, plane)

    def refine(self, cell: int, plane: int) -> None:
        self.label = f"digit of {_place(cell)}, magnitude {self.magnitudes[cell]}"
        super().refine(cell, plane)


def _place(cell: int) -> str:
    channel, place = divmod(cell, CHANNEL)
    row, column = divmod(place, STRIDE)
    return f"({channel}, {row - MARGIN}, {column - MARGIN})"


def example() -> tuple[bytes, list[dict[str, object]]]:
    """Return the bytes of the example, and a row for each decision of their decoder."""
    coefficients = [COEFFICIENTS.get(index, 0) for index in range(color_planes.COEFFICIENTS)]
    data = color_planes.encode(coefficients, EXAMPLE_BYTES)
    decoder, rows = RangeDecoder(data), list[dict[str, object]]()

    def code(context: int, _bit: int) -> int:
        chance = HALF if context == SIGN else CHANCES[context]
        bit = decoder.code_bit(chance)
        rows.append(
            {
                "step": len(rows) + 1,
                "what": f"sign of {walk.label[9:].partition(', s')[0]}"
                if context == SIGN
                else walk.label,
                "context": "none" if context == SIGN else context,
                "chance": chance,
                "decision": bit if decoder.is_determined else f"({bit})",
                "offset": f"{decoder.offset:x}",
                "width": f"{decoder.width:x}",
                "m": decoder.bytes_left,
            }
        )
        if not decoder.is_determined:
            raise EndError
        return bit

    walk = _TracedWalk(code)
    walk.run()
    return data, rows


def example_text(table: Callable[..., str]) -> str:
    """Return the text of the example; ``table`` makes a table of rows and column titles."""
    data, rows = example()
    decoded = color_planes.decode(data)
    results = ", ".join(
        f"({index // SIDE**2}, {index // SIDE % SIDE}, {index % SIDE}) is {value} in plane {plane}"
        for index, (value, plane) in enumerate(zip(decoded.values, decoded.planes, strict=True))
        if value
    )
    columns = ("step", "what:decision on", "context", "chance", "decision")
    columns += ("offset:offset after it", "width:width after it", "m")
    return (
        f"The value `{data.hex(' ')}`. A coefficient is written as (channel, row, column). Offset\n"
        "and width are in hex.\n\n"
        + table(rows, *columns)
        + "\nThe last decision is not determined, so it is dropped, and the digit before it. The\n"
        "coefficients other than 0 are:\n" + textwrap.fill(f"{results}.", 100) + "\n"
    )
