"""What an option's text means, checked where it is typed: a mistake here is usage, exit code 2."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import semcodec
from semcodec import backends
from semcodec import words as words_
from semcodec.bitstream import RULES
from semcodec.bitstream.extensions import BY_NAME, Extension
from semcodec.bitstream.header import MAX_SIDE
from semcodec.errors import InputError, SemcodecError
from semcodec.pipeline.decode import MAX_PAINTED_SIDE
from semcodec.words import MAX_K, Judge

#: The endings of pictures, and Pillow's names of their formats.
KINDS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


def not_empty(text: str) -> str:
    """Return the value of an argument, which must not be empty or blank."""
    if text.strip():
        return text
    raise argparse.ArgumentTypeError("the value is empty (a variable that is not set?): write one")


def size(text: str) -> tuple[int, int]:
    """Return the width and height of ``WxH``."""
    width, times, height = text.lower().partition("x")
    digits = text.isascii() and width.isdecimal() and height.isdecimal()
    if not (times and digits) or len(text) > 32:
        raise argparse.ArgumentTypeError(f"{text!r} is no size: write it like 1024x1024")
    if not 1 <= min(int(width), int(height)) <= max(int(width), int(height)) <= MAX_SIDE:
        raise argparse.ArgumentTypeError(f"a size is from 1x1 to {MAX_SIDE}x{MAX_SIDE}")
    return int(width), int(height)


def output_size(text: str) -> tuple[int, int]:
    """Return the width and height of ``WxH``, no larger than what is painted."""
    width, height = size(text)
    if max(width, height) > MAX_PAINTED_SIDE:
        raise argparse.ArgumentTypeError(
            f"a picture is at most {MAX_PAINTED_SIDE}x{MAX_PAINTED_SIDE}"
        )
    return width, height


def word_count(text: str) -> int:
    """Return a number of words."""
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= MAX_K:
        raise argparse.ArgumentTypeError(f"K is a number of words from 1 to {MAX_K}")
    return int(text)


def count(text: str) -> int:
    """Return an integer from 1."""
    if not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no count: write an integer from 1")
    return int(text)


def seed(text: str) -> int:
    """Return a generator's seed."""
    if not text.isdecimal() or len(text) > 10 or int(text) >= 2**32:
        raise argparse.ArgumentTypeError("a seed is an integer from 0 to 4294967295")
    return int(text)


def rate(text: str) -> float:
    """Return a number over 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no rate: write a number over 0")
    return value


def extension(text: str) -> Extension:
    """Return the extension of ``NAME=VALUE``."""
    name, equals, value = text.partition("=")
    if not equals or name not in BY_NAME:
        names = ", ".join(BY_NAME)
        raise argparse.ArgumentTypeError(f"write an extension as NAME=VALUE; names are {names}")
    number = BY_NAME[name].value_kind in ("count", "seed") and value.isdecimal() and len(value) < 20
    try:
        return semcodec.extension(name, int(value) if number else value)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def rule(text: str) -> str:
    """Return the id of a rule."""
    if (name := text.upper()) in RULES:
        return name
    raise argparse.ArgumentTypeError(
        f"there is no rule {text}; the specification's Annex E has all"
    )


def reflections(text: str) -> str | int:
    """Return ``auto``, ``off`` or a number of rounds."""
    if text in ("auto", "off"):
        return text
    if text == "0":
        return 0
    raise argparse.ArgumentTypeError("rounds of reflection are not available yet: use auto or off")


def judge(text: str) -> Judge | None:
    """Return the judge of this name, loaded."""
    try:
        return words_.judge(None if text == "none" else text)
    except SemcodecError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def backend(*roles: str) -> Callable[[str], str]:
    """Return the check of a backend's name: it is there, and can fill one of ``roles``."""

    def check(name: str) -> str:
        if name != backends.AUTO:
            _check_role(name, roles)
        return name

    return check


def _check_role(name: str, roles: tuple[str, ...]) -> None:
    try:
        able = set(backends.roles(name))
    except SemcodecError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if able.isdisjoint(roles):
        raise argparse.ArgumentTypeError(f"{name} is no {' and no '.join(roles)}")


def picture(name: str) -> str:
    """Return the name of a picture file, whose ending says what kind."""
    if name == "-" or Path(name).suffix.lower() in KINDS:
        return name
    raise argparse.ArgumentTypeError(f"name the picture with one of {', '.join(KINDS)}")
