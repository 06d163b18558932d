"""The fuzz targets: each a module that takes any bytes and raises on a finding.

Besides ``test_one_input``, a target says how its inputs are made: ``an_input`` out of random
numbers, ``mutated`` out of another input, ``from_record`` out of the data of a vector.
"""

from __future__ import annotations

import importlib
import random
from typing import Protocol, cast

NAMES = ("unpack", "roundtrip", "fields", "differential", "carriers", "words")


class Target(Protocol):
    """What a module in this directory has."""

    def test_one_input(self, data: bytes) -> None:
        """Raise if a law is broken on ``data``."""

    def an_input(self, rng: random.Random) -> bytes:
        """Return an input that leads far into the code."""

    def mutated(self, rng: random.Random, data: bytes) -> bytes:
        """Return a neighbour of an input."""

    def from_record(self, data: bytes, framing: str) -> bytes:
        """Return an input that leads to where ``data`` is read; the framing may be ``auto``."""


def load(name: str) -> Target:
    """Return the target with this name."""
    return cast(Target, importlib.import_module(f"fuzz.targets.{name}"))


def idea(name: str) -> str:
    """Return the first line of the target's documentation."""
    return (importlib.import_module(f"fuzz.targets.{name}").__doc__ or "").partition("\n")[0]
