"""Inputs that are not random: the vectors, and the example of each rule."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fuzz import targets
from semcodec.bitstream import RULES

#: Maximum length of the vectors that strategies edit: an edit of a longer one would take as much
#: time as many short inputs.
MAX_KNOWN_BYTES = 300
VECTORS = Path(__file__).parents[1] / "spec" / "vectors"


@functools.cache
def rows() -> tuple[dict[str, Any], ...]:
    """Return all vectors for decoders, in the order of their files."""
    rows: list[dict[str, Any]] = []
    for path in sorted(VECTORS.rglob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        vectors = content.get("vectors", []) if isinstance(content, dict) else []
        rows += [row for row in vectors if "verdict" in row]
    return tuple(rows)


def vectors(rule: str | None = None) -> list[tuple[bytes, str]]:
    """Return data and framing of all vectors, or of those of one rule."""
    return [
        (bytes.fromhex(row["data"]), row.get("framing", "auto"))
        for row in rows()
        if rule is None or row.get("rule") == rule
    ]


def known_data() -> list[bytes]:
    """Return the data of all short vectors but sequences, each once, for strategies to edit."""
    single = (data for data, framing in vectors() if framing != "sequence")
    return list(dict.fromkeys(data for data in single if 0 < len(data) <= MAX_KNOWN_BYTES))


def of_target(name: str) -> list[Any]:
    """Return the inputs of a target made from the vectors and the examples of all rules."""
    examples = [(bytes.fromhex(rule.example_hex), rule.framing) for rule in RULES.values()]
    return _inputs(name, [*vectors(), *examples])


def of_rule(name: str, rule: str) -> list[Any]:
    """Return the inputs of a target made from the vectors and the example of one rule."""
    example = bytes.fromhex(RULES[rule].example_hex), RULES[rule].framing
    return _inputs(name, [*vectors(rule), example])


def _inputs(name: str, records: Iterable[tuple[bytes, str]]) -> list[Any]:
    from_record = targets.load(name).from_record
    examples = (
        example
        for data, framing in dict.fromkeys(records)
        for example in from_record(data, framing)
    )
    # Records in several framings have the same values, which may hold dictionaries.
    return list({repr(example): example for example in examples}.values())
