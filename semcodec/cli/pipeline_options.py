"""The options of commands that run the pipeline: backends, layers, words and reflection.

They are apart from ``options``, whose commands only read and write records, since the pipeline
takes a quarter of a second to import. Values are parsed as there.
"""

from __future__ import annotations

import argparse
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Final, cast

from semcodec import backends, imaging, words
from semcodec.choices import JudgeName, Reflection, WordOrder, values_of
from semcodec.cli.options import clause, size
from semcodec.cli.output import UsageError
from semcodec.errors import InputError, SemcodecError
from semcodec.pipeline.finishing import MAX_PAINTED_SIDE
from semcodec.pipeline.layers.choice import LayerChoice, read_choice
from semcodec.pipeline.reflection.painting import MAX_TRIES
from semcodec.words import MAX_K, Judge

JUDGES: Final = (*values_of(JudgeName), "none")
#: The option that names the backend of a role.
ROLE_OPTIONS: Final = {
    "describer": "--describer",
    "writer": "--writer",
    "painter": "--painter",
    "editor": "--editor",
    "checker": "--checker",
    "upscaler": "--upscaler",
    "locator": "--locator",
}
#: The default of an option that is not simply that of ``--backend``.
DEFAULT_BACKENDS: Final = {
    "editor": "the painter if it can edit; else pictures are painted again",
    "checker": "what the painter reports of its picture; else that of --backend if it can check",
    "upscaler": "that of --backend if it can enlarge, else lanczos",
    "locator": "the describer if it can locate, else embedded",
}


# --- options of several commands ----------------------------------------------------------


def add_backends(parser: argparse.ArgumentParser, **stages: str) -> None:
    """Add ``--backend`` and an option for each role that the command has.

    Args:
        parser: the parser of the command.
        stages: by role, what its backend does, as in "the describe stage".
    """
    parser.add_argument(
        "--backend",
        type=backend(*stages),
        default="auto",
        metavar="NAME|URL",
        help="backend for all stages, by its name, or a server by its base URL; auto is offline "
        "(default: %(default)s)",
    )
    for role, description in stages.items():
        _add_backend(parser, ROLE_OPTIONS[role], role, description)


def _add_backend(parser: argparse.ArgumentParser, option: str, role: str, stages: str) -> None:
    parser.add_argument(
        option,
        type=backend(role),
        metavar="NAME|URL",
        help=f"backend for {stages} (default: {DEFAULT_BACKENDS.get(role, 'same as --backend')})",
    )


def add_order(parser: argparse.ArgumentParser) -> None:
    """Add ``--order``."""
    parser.add_argument(
        "--order",
        choices=values_of(WordOrder),
        default="reading",
        help="order of the words: that of the description (reading), or phrases by importance, the "
        "subject first, so that truncate makes a smaller record of the most important words "
        "(importance) (default: %(default)s)",
    )


def add_judge(parser: argparse.ArgumentParser) -> None:
    """Add ``--judge``."""
    parser.add_argument(
        "--judge",
        type=judge,
        metavar="|".join(JUDGES),
        help="model that compares candidate words with the description during selection "
        "(default: none)",
    )


def add_layers(parser: argparse.ArgumentParser, *, budget: bool = True) -> None:
    """Add ``--layers`` of a command that makes records of photographs.

    Args:
        parser: the parser of the command.
        budget: whether the command has ``--max-bytes``, and so ``auto``.
    """
    limit = (
        "; with --max-bytes, words are left out for them. auto adds them in the bytes that the "
        "words leave of --max-bytes"
    )
    parser.add_argument(
        "--layers",
        type=layers,
        default="off",
        metavar="off|auto|layout,colors[:N]" if budget else "off|layout,colors[:N]",
        help="send layers beside the words: boxes that state where things and people are (layout), "
        "and the colors of the scene in N bytes (1 to 512, 12 if N is omitted)"
        f"{limit if budget else ''}. A layer reveals more of the photograph than the words "
        "(default: %(default)s)",
    )


def check_locator(args: argparse.Namespace) -> None:
    """Check that a locator is only named for a layout.

    Raises:
        UsageError: it is named, and no layer needs it.
    """
    if args.locator is not None and not args.layers.locates:
        raise UsageError(
            "--locator finds the boxes of a layout: add --layers layout, or omit --locator."
        )


# --- values --------------------------------------------------------------------------------------


def backend(*roles: str) -> Callable[[str], str]:
    """Return a parser for the name of a backend that can fill one of ``roles``."""

    def check(name: str) -> str:
        if name != backends.AUTO:
            _check_role(name, roles)
        return name

    return check


def _check_role(name: str, roles: tuple[str, ...]) -> None:
    try:
        available = backends.roles(name)
    except SemcodecError as error:
        raise ArgumentTypeError(clause(error)) from error
    if not set(available) & set(roles):
        able = ", ".join(available)
        raise ArgumentTypeError(f"{name} cannot be the {' or '.join(roles)}, only the {able}")


def layers(text: str) -> LayerChoice:
    """Return the layers of ``off``, ``auto``, or ``layout`` and ``colors[:N]``."""
    try:
        return read_choice(text)
    except InputError as error:
        raise ArgumentTypeError(clause(error)) from error


def background(text: str) -> str:
    """Return ``text``, which is ``auto`` or a color."""
    try:
        imaging.parse_background(text)
    except InputError as error:
        raise ArgumentTypeError(f"invalid color {text!r}, expected auto, white, #rrggbb") from error
    return text


def output_size(text: str) -> tuple[int, int]:
    """Return the width and height of ``WxH``, within the limit for painted pictures."""
    return size(text, MAX_PAINTED_SIDE)


def word_count(text: str) -> int:
    """Return a number of words, 1..MAX_K."""
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= MAX_K:
        raise ArgumentTypeError(f"invalid number of words {text!r}, expected 1 to {MAX_K}")
    return int(text)


def reflections(text: str) -> Reflection | int:
    """Return ``auto``, ``off`` or the number of tries, 0..MAX_TRIES."""
    if text in values_of(Reflection):
        return cast(Reflection, text)
    return _limited(text, 0, "number of tries", f"auto, off or 0 to {MAX_TRIES}")


def candidates(text: str) -> int:
    """Return the number of candidates, 1..MAX_TRIES."""
    return _limited(text, 1, "number of candidates", f"1 to {MAX_TRIES}")


def _limited(text: str, minimum: int, noun: str, expected: str) -> int:
    if not text.isdecimal() or len(text) > 9 or not minimum <= int(text) <= MAX_TRIES:
        raise ArgumentTypeError(f"invalid {noun} {text!r}, expected {expected}")
    return int(text)


def judge(text: str) -> Judge | None:
    """Load and return the judge with this name; return None for ``none``."""
    if text not in JUDGES:
        raise ArgumentTypeError(f"unknown judge {text!r}, expected one of {', '.join(JUDGES)}")
    try:
        return words.judge(None if text == "none" else cast(JudgeName, text))
    except SemcodecError as error:
        raise ArgumentTypeError(clause(error)) from error
