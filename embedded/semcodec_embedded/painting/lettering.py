"""Letter words onto a picture: fonts, scripts and line breaks.

The fonts have the letters of Latin, Greek, Cyrillic, Chinese, Japanese and Korean. Letters of other
scripts are replaced by a note in brackets, such as "[5 arabic letters]": an honest substitute,
since a row of empty boxes would be no more readable. Words are drawn as glyphs by Pillow and never
become a part of an SVG document.
"""

from __future__ import annotations

import gzip
import io
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import resources
from itertools import groupby

from PIL import Image, ImageDraw, ImageFont

from semcodec_embedded.painting.palette import Color

FONTS_PACKAGE = "semcodec_embedded.fonts"
FONT_FILES = ("Roboto-Regular.ttf.gz", "DroidSansFallback.ttf.gz")  #: in the order of preference
MAX_LETTERED_WORDS = 40  #: further words are replaced by an ellipsis
MAX_WORD_LETTERS = 24  #: letters of a word; longer words are cut
MIN_FONT_SIZE = 7  #: pixels; smaller letters are not readable
FONT_SIZE_STEP = 0.88  #: factor between two font sizes that are tried
LINE_HEIGHT = 1.28  #: in font sizes
ASCENT = 0.93  #: distance of the baseline from the top of a line, in font sizes
PROBE_SIZE = 16  #: pixels; the size at which glyphs are compared with the glyph of missing letters
UNASSIGNED = "\U000f0000"  #: a character that no font has
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"

Box = tuple[float, float, float, float]  #: left, top, right and bottom in pixels


def displayed_words(text: str) -> list[str]:
    """Return the words of ``text`` as they are lettered: in their own case, cut to a length."""
    words = [_spell_missing(_visible(word)) for word in unicodedata.normalize("NFC", text).split()]
    words = list(filter(None, words))
    return [*words[:MAX_LETTERED_WORDS], *[ELLIPSIS][: len(words) - MAX_LETTERED_WORDS]]


def letter(
    picture: Image.Image, words: Sequence[str], box: Box, color: Color, max_size: float
) -> None:
    """Letter ``words`` in the middle of ``box``, in the largest font size that fits.

    ``max_size`` is the largest font size in pixels. Words that do not fit at ``MIN_FONT_SIZE`` are
    left out.
    """
    left, top, right, bottom = box
    size = max(MIN_FONT_SIZE, int(max_size))
    while size > MIN_FONT_SIZE and not _fits(words, box, size):
        size = max(MIN_FONT_SIZE, int(size * FONT_SIZE_STEP))
    lines = _break_lines(words, right - left, size)
    lines = lines[: max(1, int((bottom - top) / (size * LINE_HEIGHT)))]
    y = (top + bottom - len(lines) * size * LINE_HEIGHT) / 2 + size * ASCENT
    draw = ImageDraw.Draw(picture)
    for line in lines:
        x = max(left, (left + right - _line_width(line, size)) / 2)
        _draw_line(draw, line, (x, y), size, color)
        y += size * LINE_HEIGHT


def _visible(word: str) -> str:
    """Return ``word`` without control and format characters, and cut to a length."""
    plain = "".join(char for char in word if char.isprintable() and not _is_joiner(char))
    return plain if len(plain) <= MAX_WORD_LETTERS else plain[: MAX_WORD_LETTERS - 1] + ELLIPSIS


def _is_joiner(char: str) -> bool:
    """Return whether ``char`` only changes the character before it, as a variation selector."""
    return unicodedata.category(char) in ("Mn", "Me", "Sk") and not char.isascii()


def _spell_missing(word: str) -> str:
    """Return ``word`` with a note in place of the letters that no font has."""
    parts = []
    for script, chars in groupby(word, lambda char: "" if _font_of(char) else _script(char)):
        letters = "".join(chars)
        if not script:
            parts.append(letters)
        elif unicodedata.category(letters[0]).startswith("L"):
            parts.append(f"[{len(letters)} {script} letter{'s'[: len(letters) > 1]}]")
        else:
            parts.append(f"[{' '.join(unicodedata.name(char, '?').lower() for char in letters)}]")
    return " ".join(parts)


def _script(char: str) -> str:
    """Return the first word of the name of ``char``, which for letters is their script."""
    return unicodedata.name(char, "unknown").split()[0].lower()


def _fits(words: Sequence[str], box: Box, size: int) -> bool:
    left, top, right, bottom = box
    if any(_line_width(word, size) > right - left for word in words):
        return False
    return len(_break_lines(words, right - left, size)) * size * LINE_HEIGHT <= bottom - top


def _break_lines(words: Sequence[str], width: float, size: int) -> list[str]:
    """Return lines of at most ``width`` pixels; a single word may be wider."""
    lines: list[str] = []
    for word in words:
        if lines and _line_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _runs(text: str) -> Iterable[tuple[str, str]]:
    """Yield parts of ``text``, each with the file of the font that has its letters."""
    for name, chars in groupby(text, lambda char: _font_of(char) or FONT_FILES[0]):
        yield "".join(chars), name


def _line_width(text: str, size: int) -> float:
    return sum(_font(name, size).getlength(run) for run, name in _runs(text))


def _draw_line(
    draw: ImageDraw.ImageDraw, text: str, start: tuple[float, float], size: int, color: Color
) -> None:
    x, y = start
    for run, name in _runs(text):
        draw.text((x, y), run, color, _font(name, size), anchor="ls")
        x += _font(name, size).getlength(run)


@lru_cache(maxsize=4096)
def _font_of(char: str) -> str:
    """Return the file of the first font that has ``char``; "" if none has it."""
    return next((name for name in FONT_FILES if _has_glyph(name, char)), "")


def _has_glyph(name: str, char: str) -> bool:
    font = _font(name, PROBE_SIZE)
    glyph, missing = font.getmask(char), font.getmask(UNASSIGNED)
    return (glyph.size, bytes(glyph)) != (missing.size, bytes(missing))


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout is part of every Pillow; the other one needs a library and may differ.
    layout = ImageFont.Layout.BASIC
    return ImageFont.truetype(io.BytesIO(_font_data(name)), size, layout_engine=layout)


@lru_cache(maxsize=len(FONT_FILES))
def _font_data(name: str) -> bytes:
    return gzip.decompress(resources.files(FONTS_PACKAGE).joinpath(name).read_bytes())
