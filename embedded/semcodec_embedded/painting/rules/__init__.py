"""Rules that complete a scene: what people do and wear, what belongs together, implied colors.

``color_inference`` works while the words are parsed, ``poses`` and ``clothing`` on the parsed
scene, ``close_ups`` and ``interactions`` while the sprites are placed. Their nouns are in
``rules.toml``.
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
    """Return the entries of a list in ``rules.toml``, which are separated by commas."""
    return tuple(word.strip() for word in text.split(","))
