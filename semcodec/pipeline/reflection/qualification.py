"""Which checkers may decide about which kinds of statements.

A checker that does not see a planted fault would keep pictures by chance. It may decide about a
kind if ``bench/checker.py`` has measured that it sees faults of this kind often enough. The
published results are in checkers.toml and docs/checkers.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import sqrt
from typing import Final

from semcodec.backends.isolation import attempt, backend_name, has_method
from semcodec.words.predicates import PredicateKind

#: The share of planted faults that a checker must see to decide about their kind. A checker that
#: guesses sees 0.50, because half of its guesses are right.
MIN_SEEN: Final = 0.75
MIN_PAIRS: Final = 30  #: with fewer pairs, the share of a checker that guesses can be 0.75
#: The faults that show whether a checker sees wrong statements of a kind. An added object is not
#: among them, because no statement is about it.
FAULTS: Final[Mapping[PredicateKind, tuple[str, ...]]] = {
    "noun": ("subject lost", "subject replaced"),
    "count": ("count",),
    "color": ("color",),
    "size": ("size",),
    "place": ("place",),
}
#: Rows of the published table that are not backends. The results are not those of a backend that
#: happens to have such a name.
REFERENCES: Final = frozenset(("scene", "cosine", "perfect"))
Z: Final = 1.96  #: standard deviations of an interval of 95 %


@dataclass(frozen=True, slots=True)
class Measurement:
    """How many planted faults of one kind a checker sees.

    Attributes:
        seen: the share of pairs in which it prefers the right picture, 0.0 to 1.0; ties count half.
        pairs: the number of pairs.
    """

    seen: float
    pairs: int


def published_name(checker: object) -> str:
    """Return the name under which results of a checker are published.

    It is that of the backend and, if that has several models, that of the model: a server is as
    good as its model.
    """
    name = backend_name(checker)
    model = ""
    if attempt(lambda: has_method(checker, "model_name"), False):
        model = attempt(lambda: str(checker.model_name("checker")), "")  # type: ignore[attr-defined]
    if model and model != name:
        return f"{name} {model}"
    return f"backend {name}" if name in REFERENCES else name


def is_measured(checker: str) -> bool:
    """Return whether results of the checker with this published name exist."""
    return checker in read_measurements()


def may_decide(checker: str, kind: PredicateKind) -> bool:
    """Return whether a checker was measured and sees enough faults of ``kind``."""
    measured = read_measurements().get(checker, {})
    results = [measured[fault] for fault in FAULTS[kind] if fault in measured]
    pairs = sum(result.pairs for result in results)
    if len(results) < len(FAULTS[kind]) or pairs < MIN_PAIRS:
        return False
    return sum(result.seen * result.pairs for result in results) / pairs >= MIN_SEEN


def confidence_interval(result: Measurement) -> tuple[float, float]:
    """Return the 95 % interval of the share (Wilson's).

    Ties, which count half, make the true interval a little narrower. Pairs of the same words with
    other seeds are alike, which makes it wider.
    """
    share, n = result.seen, result.pairs
    center = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, center - half), min(1.0, center + half)


@cache
def read_measurements() -> Mapping[str, Mapping[str, Measurement]]:
    """Return the published results by checker and fault."""
    file = resources.files(__package__).joinpath("checkers.toml")
    tables = tomllib.loads(file.read_text("utf-8"))
    return {
        name: {fault: Measurement(**values) for fault, values in by_fault.items()}
        for name, by_fault in tables.items()
    }
