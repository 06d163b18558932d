"""Text and numbers as the page shows them: visible characters, base names, rounded values.

Words, names and messages may be hostile. The template escapes them for HTML; this module deals with
what escaping leaves: characters that hide text or change its direction, and the names of folders.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from semcodec._visibility import mark_visible
from semcodec.measure.places import without_places

MAX_TEXT: Final = 4_000  #: characters of one text on the page
KILO: Final = 1_000
MEGA: Final = 1_000_000
TENS, HUNDREDS = 10, 100
JOINERS: Final = "\u200c\u200d"  #: parts of words in Persian and Hindi, and of emoji
EMOJI_STYLE: Final = "\ufe0f"


def show(text: object) -> str:
    """Return ``text`` with invisible characters as escapes, and without its end if it is long."""
    string = str(text)
    if len(string) > MAX_TEXT:
        string = string[: MAX_TEXT - 1] + "…"
    if string.isascii() and string.isprintable():
        return string
    return "".join(
        char if is_shown or char in JOINERS or char == EMOJI_STYLE else ascii(char)[1:-1]
        for char, is_shown in mark_visible(string)
    )


def show_message(text: object) -> str:
    """Return a message of the library or a name of a model, without folders and addresses."""
    return show(without_places(str(text)))


def base_name(name: str) -> str:
    """Return the name of a file without folders, in the notation of any system."""
    return PurePosixPath(name.replace("\\", "/")).name or name


def show_bytes(number: float) -> str:
    """Return a size such as ``"17 bytes"``, ``"5.9 kB"`` or ``"1.2 MB"``."""
    if number < KILO:
        shown = f"{number:.1f}".removesuffix(".0")
        return f"{shown} byte" if shown == "1" else f"{shown} bytes"
    if number < MEGA:
        return f"{number / KILO:,.1f} kB"
    return f"{number / MEGA:,.1f} MB"


def show_number(value: float | None) -> str:
    """Return a number with about three digits, or a dash for a value that is absent."""
    if value is None:
        return "–"
    if isinstance(value, int) or abs(value) >= KILO:
        return f"{value:,.0f}"
    digits = 0 if abs(value) >= HUNDREDS else 1 if abs(value) >= TENS else 2
    shown = f"{value:.{digits}f}"
    return shown if float(shown) or not value else f"{value:.1g}"


def show_mean(value: float | None) -> str:
    """Return a mean of whole numbers, such as of bits, without zeros after the point."""
    return show_number(value).removesuffix(".00").removesuffix(".0")


def show_ratio(value: float | None) -> str:
    """Return how many times larger something is, such as ``"349 ×"``."""
    if value is None:
        return "–"
    return f"{value:,.0f} ×" if value >= TENS else f"{value:.1f} ×"
