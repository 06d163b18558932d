"""Where inputs come from that are not random: vectors, examples of rules, what was found before.

A *corpus* is a directory of files for an engine to start from. It is written out of the vectors
and of the rules' examples when needed and not kept. *Regressions* are kept: inputs on which a
target once failed.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fuzz import targets
from semcodec.bitstream import RULES

HERE = Path(__file__).parent
VECTORS = HERE.parent / "spec" / "vectors"
REGRESSIONS = HERE / "regressions"
CORPUS = HERE / "corpus"


@functools.cache
def rows() -> tuple[dict[str, Any], ...]:
    """Return all vectors that have data, in the order of their files."""
    found: list[dict[str, Any]] = []
    for path in sorted(VECTORS.rglob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        listed = content.get("vectors", []) if isinstance(content, dict) else []
        found += [row for row in listed if "data" in row]
    return tuple(found)


def vectors(rule: str | None = None) -> list[tuple[bytes, str]]:
    """Return data and framing of all vectors, or of those of one rule."""
    return [
        (bytes.fromhex(row["data"]), row.get("framing", "auto"))
        for row in rows()
        if rule is None or row.get("rule") == rule
    ]


def examples() -> list[tuple[bytes, str]]:
    """Return the examples of the registry of rules: each breaks one rule."""
    return [(bytes.fromhex(rule.example_hex), rule.framing) for rule in RULES.values()]


def of_target(name: str) -> list[bytes]:
    """Return the inputs of a target that vectors and examples give, each once."""
    return _inputs(name, (*vectors(), *examples()))


def of_rule(name: str, rule: str) -> list[bytes]:
    """Return the inputs of a target that the vectors and the example of one rule give."""
    return _inputs(
        name, (*vectors(rule), (bytes.fromhex(RULES[rule].example_hex), RULES[rule].framing))
    )


def _inputs(name: str, given: Iterable[tuple[bytes, str]]) -> list[bytes]:
    """Return the inputs of a target that lead to where these data are read, each once."""
    from_record = targets.load(name).from_record
    return list(dict.fromkeys(from_record(data, framing) for data, framing in given))


def regressions(name: str) -> Iterator[tuple[Path, bytes]]:
    """Go over the kept inputs of a target."""
    for path in sorted((REGRESSIONS / name).glob("*.bin")):
        yield path, path.read_bytes()


def keep(data: bytes, directory: Path) -> Path:
    """Write ``data`` into ``directory`` under the name that its content gives it."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{hashlib.sha256(data).hexdigest()[:16]}.bin"
    path.write_bytes(data)
    return path


def generate(directory: Path) -> dict[str, int]:
    """Write the corpora of all targets below ``directory`` and return how many files each has."""
    counts = {}
    for name in targets.NAMES:
        inputs = [*of_target(name), *(data for _, data in regressions(name))]
        for data in inputs:
            keep(data, directory / name)
        counts[name] = len(inputs)
    return counts
