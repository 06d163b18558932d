"""The fuzz targets: each a module with a property of the library and a strategy for its inputs.

Most inputs are bytes. Those of `roundtrip` are arguments of ``pack``; those of `fields` and
`framings` are a name and bytes; those of `guess` are data or a text, and the record in it.
"""

from __future__ import annotations

import importlib
from typing import Any, Protocol, cast

from hypothesis.strategies import SearchStrategy

NAMES = (
    "unpack", "roundtrip", "fields", "differential", "framings", "words", "guess", "layout",
    "colors",
)  # fmt: skip


class Target(Protocol):
    """The contents of a module in this directory."""

    def inputs(self) -> SearchStrategy[Any]:
        """Return the strategy for inputs."""

    def test_one_input(self, example: Any, /) -> None:
        """Raise if the property does not hold for ``example``."""

    def from_record(self, data: bytes, framing: str) -> list[Any]:
        """Return the inputs that make the target read ``data``; the framing may be ``auto``."""


def load(name: str) -> Target:
    """Return the target with this name."""
    return cast(Target, importlib.import_module(f"fuzz.targets.{name}"))


def summary(name: str) -> str:
    """Return the first line of the target's documentation."""
    return (importlib.import_module(f"fuzz.targets.{name}").__doc__ or "").partition("\n")[0]
