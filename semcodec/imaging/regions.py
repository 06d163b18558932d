"""The average colors of the regions of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

RGB = tuple[int, int, int]


def average_colors(image: Image, columns: int, rows: int) -> list[RGB]:
    """Return the average color of each region of a grid, from left to right, top to bottom.

    Args:
        image: of any mode; transparency is ignored.
        columns, rows: of the grid.

    Example:
        >>> from PIL import Image
        >>> average_colors(Image.new("RGB", (60, 40), (255, 0, 0)), 2, 1)
        [(255, 0, 0), (255, 0, 0)]
    """
    from PIL import Image as pil  # noqa: N813

    reduced = image.convert("RGB").resize((columns, rows), pil.Resampling.BOX)
    values = reduced.tobytes()
    return list(zip(values[::3], values[1::3], values[2::3], strict=True))


def lightness(color: RGB) -> float:
    """Return the luma of a color, 0..255, by the weights of ITU-R BT.601."""
    red, green, blue = color
    return 0.299 * red + 0.587 * green + 0.114 * blue
