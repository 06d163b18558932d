"""Limits of the numbers in the JSON files of a folder, from which networks and tables are made.

A library makes what a config states before it looks at the weights: with a billion of layers it
would take all memory, or all day.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

MAX_LAYERS: Final = 1000  #: of a network; large ones have about 130
MAX_TIMESTEPS: Final = 100_000  #: of a scheduler; real ones have 1000
MAX_LABELS: Final = 100_000  #: of a network that classifies
MAX_ENTRIES: Final = 4096  #: of a list, such as that of the types of layers
MAX_INTEGER: Final = 1 << 26  #: of any other kind; 25,165,824 pixels are the most of a video
#: Limits of the numbers whose names contain a word.
LIMITS: Final = {
    "layers": MAX_LAYERS,
    "depth": MAX_LAYERS,
    "blocks": MAX_LAYERS,
    "timesteps": MAX_TIMESTEPS,
    "labels": MAX_LABELS,
}
FREQUENCIES: Final = "theta"  #: in the name of a number that sets no size
NETWORKS: Final = ("text_config", "vision_config")  #: an empty one means the size of a class


def find_problem(config: object) -> str:
    """Return which value of a config is not allowed, for a message; empty if all are."""
    for name, value in _values(config):
        if isinstance(value, list) and len(value) > MAX_ENTRIES:
            return f"{name[:60]!r} has more than {MAX_ENTRIES} entries"
        if name in NETWORKS and not (isinstance(value, dict) and value):
            return f"{name!r} states no network"
        if isinstance(value, int | float) and not isinstance(value, bool):
            limits = [limit for word, limit in LIMITS.items() if word in name]
            if isinstance(value, int) and FREQUENCIES not in name:
                limits.append(MAX_INTEGER)
            if limits and abs(value) > min(limits):
                return f"{name[:60]!r} is more than {min(limits)}"
    return ""


def _values(config: object) -> Iterator[tuple[str, Any]]:
    """Yield all values in a config with their names; those in a list have the name of the list."""
    values = [("", config)]
    while values:
        name, value = values.pop()
        yield name, value
        if isinstance(value, dict):
            values += [(str(key), each) for key, each in value.items()]
        elif isinstance(value, list):
            values += [(name, each) for each in value]
