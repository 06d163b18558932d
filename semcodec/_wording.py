"""Words of messages."""

from __future__ import annotations

from typing import Final
from unicodedata import category, name

_CONTROLS: Final = {"\0": "null", "\t": "tab", "\n": "line feed", "\r": "carriage return"}


def plural(number: int | str, noun: str) -> str:
    """Return a number and a noun in the right form, such as ``"1 byte"`` or ``"3 boxes"``."""
    ending = "es" if noun.endswith(("x", "ch")) else "s"
    return f"{number} {noun}" + ("" if str(number) == "1" else ending)


def find_invisible(text: str) -> str | None:
    """Return the first character that has no visible form, besides the ASCII space; or None."""
    return next((char for char in text if char != " " and _is_invisible(char)), None)


def character_name(char: str) -> str:
    """Return the number and the name of a character, such as ``"U+00AD soft hyphen"``."""
    fallback = _CONTROLS.get(char, "control character" if category(char) == "Cc" else "unnamed")
    return f"U+{ord(char):04X} {name(char, fallback).lower()}"


def _is_invisible(char: str) -> bool:
    """Return whether a character is a control, a space, or a format or filler character."""
    is_filler = char in "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    is_selector = (
        "\ufe00" <= char <= "\ufe0f" or "\u180b" <= char <= "\u180f" or char >= "\U000e0000"
    )
    return is_filler or is_selector or category(char) in ("Cc", "Cf", "Zl", "Zp", "Zs")
