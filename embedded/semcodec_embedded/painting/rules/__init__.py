"""Rules that complete a scene: poses, clothing, looks, interactions, close-ups, implied colors.

``color_inference`` is applied while the words are parsed, ``clothing``, ``poses``, ``settings`` and
``looks`` to the parsed scene, ``close_ups`` and ``interactions`` while the sprites are placed.
Their nouns are in ``rules.toml``.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def rule_tables() -> dict[str, Any]:
    """Return the tables of ``rules.toml``."""
    return tomllib.loads(resources.files(__package__).joinpath("rules.toml").read_text("utf-8"))


def split_words(text: str) -> tuple[str, ...]:
    """Return the entries of a comma-separated list in ``rules.toml``."""
    return tuple(word.strip() for word in text.split(","))
