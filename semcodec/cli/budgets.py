"""The budgets of ``sweep``: limits of one kind in ascending order, and names of their files."""

from __future__ import annotations

import argparse
import re
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from semcodec._wording import plural
from semcodec.cli import options, pipeline_options
from semcodec.cli.output import UsageError

MAX_BUDGETS: Final = 32  #: each is a request to a writer and to a painter
MIN_UBPP, MAX_UBPP = 0.001, 1_000_000  #: the latter is a bit per pixel
DEFAULT: Final = (8, 12, 16, 24, 40)  #: bytes
DEFAULT_PROGRESSIVE: Final = (8, 12, 20, 40, 80)  #: bytes, of records in framing bare
#: By kind, which is the argument of ``encode``: the unit in labels and in file names.
UNITS: Final = {"k": "word", "max_bytes": "byte", "ubpp": "µbpp"}
#: Two numbers with what means a range elsewhere: 4-8, 4:8, 4..8.
_RANGE: Final = re.compile(r"\d[\d.]*(-|–|:|\.\.+|to)\d[\d.]*")
OPTIONS: Final = {"k": "--k", "max_bytes": "--max-bytes", "ubpp": "--ubpp"}
FILE_UNITS: Final = {"k": "k", "max_bytes": "bytes", "ubpp": "ubpp"}


class Budget(NamedTuple):
    """One limit of a sweep.

    Attributes:
        kind: ``"k"``, ``"max_bytes"`` or ``"ubpp"``.
        limit: number of words, bytes, or micro-bits per pixel.
    """

    kind: str
    limit: int | float

    @property
    def label(self) -> str:
        """The limit with its unit, such as ``"12 bytes"``."""
        if self.kind == "ubpp":
            return f"{_digits(self.limit)} µbpp"
        return plural(_digits(self.limit), UNITS[self.kind])

    @property
    def arguments(self) -> dict[str, Any]:
        """The limit as an argument of ``encode``."""
        return {self.kind: self.limit}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--k``, ``--max-bytes`` and ``--ubpp``, each with several values."""
    group = parser.add_mutually_exclusive_group()
    for flag, unit, value, default in (
        ("--k", "words", pipeline_options.word_count, "those of --max-bytes"),
        ("--max-bytes", "bytes of the record", options.count, " ".join(map(str, DEFAULT))),
        ("--ubpp", "micro-bits per pixel of the payload", rate, "those of --max-bytes"),
    ):
        group.add_argument(
            flag,
            nargs="+",
            type=several(value),
            metavar="N" if flag != "--ubpp" else "X",
            help=f"budgets in {unit}, separated by spaces or commas (default: {default})",
        )


def rate(text: str) -> float:
    """Return a rate in µbpp, ``MIN_UBPP`` to ``MAX_UBPP``."""
    value = options.rate(text)
    if not MIN_UBPP <= value <= MAX_UBPP:
        raise ArgumentTypeError(f"invalid rate {text!r}, expected {MIN_UBPP} to {MAX_UBPP}")
    return value


def from_options(args: argparse.Namespace) -> list[Budget]:
    """Return the budgets in ascending order, each once.

    Raises:
        UsageError: there are none, or more than ``MAX_BUDGETS``, or ``--progressive`` is given with
            budgets of another kind than bytes.
    """
    for kind in UNITS:
        if (parts := getattr(args, kind)) is not None:
            if args.progressive and kind != "max_bytes":
                raise UsageError(
                    f"--progressive truncates a record to budgets in bytes, not to those of "
                    f"{OPTIONS[kind]}: use --max-bytes."
                )
            limits = sorted({limit for part in parts for limit in part})
            if not limits:
                raise UsageError(
                    f"{OPTIONS[kind]} has no budgets: give several numbers, as in 4,8,12."
                )
            if len(limits) > MAX_BUDGETS:
                raise UsageError(
                    f"There are {len(limits)} budgets: give at most {MAX_BUDGETS} at once."
                )
            return [Budget(kind, limit) for limit in limits]
    default = DEFAULT_PROGRESSIVE if args.progressive else DEFAULT
    return [Budget("max_bytes", limit) for limit in default]


def file_names(budgets: Sequence[Budget]) -> list[str]:
    """Return a part of a file name for each budget, such as ``"bytes08"``; they sort as budgets do.

    Example:
        >>> file_names([Budget("max_bytes", 8), Budget("max_bytes", 40)])
        ['bytes08', 'bytes40']
        >>> file_names([Budget("ubpp", 2.5), Budget("ubpp", 100.0)])
        ['ubpp002.5', 'ubpp100.0']
    """
    digits = [_digits(budget.limit) for budget in budgets]
    before = max(len(text.partition(".")[0]) for text in digits)
    after = max(len(text.partition(".")[2]) for text in digits)
    return [
        FILE_UNITS[budget.kind] + _padded(text, before, after)
        for budget, text in zip(budgets, digits, strict=True)
    ]


def _padded(text: str, before: int, after: int) -> str:
    whole, _, fraction = text.partition(".")
    return whole.zfill(before) + (f".{fraction.ljust(after, '0')}" if after else "")


def _digits(limit: int | float) -> str:
    """Return all digits of ``limit``, without an exponent, and without a fraction of 0."""
    text = f"{Decimal(str(limit)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def several(value: Callable[[str], int | float]) -> Callable[[str], list[int | float]]:
    """Return a parser of values that are separated by commas and spaces.

    A comma may be at either end, because a shell splits ``4, 8`` into ``4,`` and ``8``.
    """

    def parse(text: str) -> list[int | float]:
        parts = [part.strip() for part in text.split(",")]
        if "" in parts[1:-1]:
            raise ArgumentTypeError(f"no value between two commas in {text!r}, expected 4,8,12")
        words = [word for part in parts for word in part.split()]
        return [_value(word, value) for word in words]

    return parse


def _value(text: str, value: Callable[[str], int | float]) -> int | float:
    if _RANGE.fullmatch(text):
        raise ArgumentTypeError(f"a range {text!r} has no steps, expected each value, as in 4,6,8")
    return value(text)
