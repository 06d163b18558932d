"""Which checkers may decide about which kinds of statements.

A checker that does not see a planted fault would keep pictures by chance. It may decide about a
kind if ``bench/checker.py`` has measured that it sees faults of this kind often enough.
"""

from __future__ import annotations

from typing import Final

from semcodec.words.predicates import PredicateKind

#: By checker and kind, whether enough of the planted faults were seen. No checker is measured yet.
QUALIFIED: Final[dict[str, dict[PredicateKind, bool]]] = {}


def is_measured(checker: str) -> bool:
    """Return whether the checker with this name was measured."""
    return checker in QUALIFIED


def may_decide(checker: str, kind: PredicateKind) -> bool:
    """Return whether a checker was measured and sees enough faults of ``kind``."""
    return QUALIFIED.get(checker, {}).get(kind, False)
