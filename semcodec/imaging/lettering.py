"""Letters: lines of text in the fonts of the offline backend, or in that of Pillow.

The fonts of the offline backend have Latin, Greek, Cyrillic, Chinese, Japanese and Korean; the font
in Pillow has Latin.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from semcodec.errors import InputError

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

FONTS_PACKAGE: Final = "semcodec_embedded"
FONT_FILES: Final = ("Roboto-Regular.ttf.gz", "DroidSansFallback.ttf.gz")  #: in order of preference
MISSING: Final = "\U000f0000"  #: a character that no font has
ELLIPSIS: Final = "…"


def draw_text(
    draw: ImageDraw, start: tuple[float, float], text: str, size: int, color: str
) -> None:
    """Draw a line of letters.

    Args:
        draw: what draws on an image.
        start: where the line starts, on its baseline, in pixels.
        text: the letters.
        size: of the letters in pixels.
        color: as Pillow names it.

    Raises:
        InputError: Pillow was built without fonts.
    """
    x, baseline = start
    for run, font in _runs(text, size):
        draw.text((x, baseline), run, color, font, anchor="ls")
        x += font.getlength(run)


def text_length(text: str, size: int) -> float:
    """Return the width of a line of letters in pixels."""
    return sum(font.getlength(run) for run, font in _runs(text, size))


def _runs(text: str, size: int) -> Iterable[tuple[str, FreeTypeFont]]:
    """Yield parts of ``text``, each with the first font that has its letters."""
    fonts = _fonts(size)
    run, current = "", fonts[0]
    for char in text:
        font = next((font for font in fonts if char == " " or _has(font, char)), fonts[0])
        if run and font is not current:
            yield run, current
            run = ""
        run, current = run + char, font
    if run:
        yield run, current


@lru_cache(maxsize=4096)
def _has(font: FreeTypeFont, char: str) -> bool:
    """Return whether a font has a glyph for a character."""
    glyph, missing = font.getmask(char), font.getmask(MISSING)
    return (glyph.size, bytes(glyph)) != (missing.size, bytes(missing))


@lru_cache(maxsize=8)
def _fonts(size: int) -> tuple[FreeTypeFont, ...]:
    """Return the fonts for letters of ``size`` pixels.

    Raises:
        InputError: Pillow was built without FreeType.
    """
    from PIL import ImageFont

    try:
        folder = resources.files(FONTS_PACKAGE) / "fonts"
        # The basic layout is part of every Pillow; the other one needs a library.
        return tuple(
            ImageFont.truetype(
                io.BytesIO(gzip.decompress((folder / name).read_bytes())),
                size,
                layout_engine=ImageFont.Layout.BASIC,
            )
            for name in FONT_FILES
        )
    except (ImportError, OSError):  # the offline backend is not installed, or has other fonts
        font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise InputError("This Pillow was built without fonts: install a wheel of it.")
    return (font,)
