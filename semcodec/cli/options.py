"""Parse the values of options; an invalid value is a usage error (exit code 2).

Each function takes the text of an argument and raises ``argparse.ArgumentTypeError`` with two
clauses: what is wrong, and what is expected.
"""

from __future__ import annotations

import argparse
from argparse import ArgumentTypeError
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, cast

import semcodec
from semcodec._registry import CHECKS, FRAMINGS
from semcodec.bitstream.extensions import BY_NAME, LAYERS, Extension
from semcodec.bitstream.header import MAX_SIDE
from semcodec.choices import (
    ExtensionName,
    PictureFormat,
)
from semcodec.errors import InputError

#: The file name extensions of pictures, with Pillow's names of their formats.
PICTURE_FORMATS: Final[dict[str, PictureFormat]] = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
}
MAX_SECONDS: Final = 3600


# --- options of several commands ----------------------------------------------------------


def add_input_framing(
    parser: argparse.ArgumentParser, option: str = "--framing", sequence: bool = True
) -> None:
    """Add ``--framing`` for a command that reads records.

    Args:
        parser: the parser of the command.
        option: the name of the option.
        sequence: whether the command reads sequences.
    """
    names = [name for name in FRAMINGS if sequence or name != "sequence"]
    parser.add_argument(
        option,
        choices=("guess", "auto", *names),
        default="guess",
        help="framing of the input; guess also finds a record in a text or a code, and takes no "
        "ordinary text for one; auto detects it by the first bytes"
        f"{', except a sequence' if sequence else ''} (default: %(default)s)",
    )


def add_output_framing(
    parser: argparse._ActionsContainer, choices: Sequence[str], default: str
) -> None:
    """Add ``--framing`` for a command that writes records."""
    parser.add_argument(
        "--framing",
        choices=choices,
        default=default,
        help="framing of the output (default: %(default)s)",
    )


def add_output(parser: argparse.ArgumentParser, noun: str) -> None:
    """Add ``--output`` for a command that writes one ``noun``, such as "record"."""
    parser.add_argument(
        "-o",
        "--output",
        default="-",
        metavar="FILE",
        help=f"{noun} to write (default: stdout, as hex digits to a terminal)",
    )


def add_force(parser: argparse.ArgumentParser) -> None:
    """Add ``--force`` for a command that writes files."""
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace existing files, except write-protected ones (default: off)",
    )


def add_check(parser: argparse.ArgumentParser) -> None:
    """Add ``--check`` for a command that writes records."""
    parser.add_argument(
        "--check", choices=CHECKS, help="checksum of the record (default: depends on the framing)"
    )


def add_size(parser: argparse.ArgumentParser, description: str) -> None:
    """Add ``--size`` of a command that writes records, with the help text ``description``."""
    parser.add_argument(
        "--size",
        type=size,
        default=(1024, 1024),
        metavar="WxH",
        help=f"{description} (default: 1024x1024)",
    )


# --- values --------------------------------------------------------------------------------------


def not_empty(text: str) -> str:
    """Return ``text``; reject an empty or blank value."""
    if text.strip():
        return text
    raise ArgumentTypeError("the value is empty (an unset shell variable?), expected a value")


def size(
    text: str, max_side: int = MAX_SIDE, expected: str = "WxH, such as 1024x768"
) -> tuple[int, int]:
    """Return the width and height of ``WxH`` in pixels, each 1..max_side."""
    width, times, height = text.lower().partition("x")
    digits = text.isascii() and width.isdecimal() and height.isdecimal()
    if not (times and digits) or len(text) > 32:
        raise ArgumentTypeError(f"invalid size {text!r}, expected {expected}")
    if not 1 <= min(int(width), int(height)) <= max(int(width), int(height)) <= max_side:
        limits = f"expected 1x1 to {max_side}x{max_side}"
        raise ArgumentTypeError(f"size {text} is out of range, {limits}")
    return int(width), int(height)


def size_or_auto(text: str) -> tuple[int, int] | str:
    """Return ``auto``, or the width and height of ``WxH`` as ``size`` does."""
    if text.lower() == "auto":
        return "auto"
    return size(text, expected="auto or WxH, such as 1248x832")


def count(text: str) -> int:
    """Return an integer of at least 1."""
    if not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise ArgumentTypeError(f"invalid count {text!r}, expected an integer from 1")
    return int(text)


def seed(text: str) -> int:
    """Return the seed of a painter, 0..2^32-1."""
    if not text.isdecimal() or len(text) > 10 or int(text) >= 2**32:
        raise ArgumentTypeError(f"invalid seed {text!r}, expected 0 to {2**32 - 1}")
    return int(text)


def share(text: str) -> float:
    """Return a share, 0 to 1."""
    value = _to_float(text)
    if not 0 <= value <= 1:
        raise ArgumentTypeError(f"invalid share {text!r}, expected a number from 0 to 1")
    return value


def rate(text: str) -> float:
    """Return a finite number above 0."""
    value = _to_float(text)
    if not 0 < value < float("inf"):
        raise ArgumentTypeError(f"invalid rate {text!r}, expected a number above 0")
    return value


def seconds(text: str) -> float:
    """Return a timeout in seconds, above 0 and at most MAX_SECONDS."""
    value = _to_float(text)
    if not 0 < value <= MAX_SECONDS:
        limits = f"expected seconds, above 0 and up to {MAX_SECONDS}"
        raise ArgumentTypeError(f"invalid time {text!r}, {limits}")
    return value


def dollars(text: str) -> Decimal:
    """Return an amount in dollars, exactly; a leading ``$`` is allowed."""
    digits = text.removeprefix("$").replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 9:
        raise ArgumentTypeError(f"invalid amount {text!r}, expected dollars, such as 0.50")
    return Decimal(text.removeprefix("$"))


def extension(text: str) -> Extension:
    """Return the extension of ``NAME=VALUE``."""
    name, equals, value = text.partition("=")
    if not equals or name not in BY_NAME:
        names = ", ".join(BY_NAME)
        raise ArgumentTypeError(
            f"invalid extension {text!r}, expected NAME=VALUE with one of the names {names}"
        )
    try:
        # The name is known, as it is in BY_NAME, but a type checker does not follow "in".
        return semcodec.extension(cast(ExtensionName, name), _extension_value(name, value))
    except InputError as error:
        raise ArgumentTypeError(clause(error)) from error


def _extension_value(name: str, text: str) -> str | int | bytes:
    """Return the value of an extension: a number, the bytes of a layer in hex, or a text."""
    kind = BY_NAME[name].value_kind
    if kind in ("count", "seed") and text.isdecimal() and len(text) < 20:
        return int(text)
    if kind not in LAYERS:
        return text
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise ArgumentTypeError(f"invalid {name} {text!r}, expected hex digits") from error


def clause(error: Exception) -> str:
    """Return the message of ``error`` without its period, because the parser appends a clause."""
    return str(error).rstrip(".")


def _to_float(text: str) -> float:
    """Return ``text`` as a number; NaN, which is within no limits, if it is not a number."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
