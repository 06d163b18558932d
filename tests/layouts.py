"""Values of ``layout`` extensions, written from §5.8 without the code of the library."""

from __future__ import annotations

from typing import Final

Box = tuple[int, int, int, int]

ROW: Final = [(left, 0, left + 1, 1) for left in range(8)]  #: eight boxes, ascending


def bits(text: str) -> bytes:
    """Return the bytes of binary digits, with zeros up to the next byte."""
    digits = text.replace(" ", "")
    digits += "0" * (-len(digits) % 8)
    return int(digits, 2).to_bytes(len(digits) // 8, "big")


def group(word: int, *boxes: Box) -> str:
    """Return the binary digits of a group; boxes are left, top, right, bottom."""
    edges = (
        f"{left:05b}{top:05b}{right - 1:05b}{bottom - 1:05b}" for left, top, right, bottom in boxes
    )
    return f"{word:06b}{len(boxes) - 1:03b}" + "".join(edges)
