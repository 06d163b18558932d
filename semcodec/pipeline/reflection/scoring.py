"""The score of a picture, and the rule by which a new picture replaces the best one.

A score has two parts: the number of statements that hold, and a similarity. A statement of which
the checker is unsure counts for neither side. The rule never accepts a worse score: more statements
must hold, or as many with nothing lost and a similarity that is clearly higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from semcodec._wording import plural
from semcodec.backends.protocols import Answer

MIN_GAIN: Final = 1  #: statements gained, less those lost, for which a picture is replaced
#: Thousandths of similarity that decide between pictures in which as many statements hold. The
#: similarity of pictures of the same words differs by as much between two seeds.
DEAD_ZONE: Final = 50


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a picture.

    Attributes:
        held: number of statements that hold.
        of: number of statements that the checker could answer.
        similarity: of the picture to the words, -1.0 to 1.0 in steps of 0.001; 0.0 if not measured.
    """

    held: int
    of: int
    similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The answers about one picture.

    Attributes:
        answers: one for each statement, in order.
        similarity: thousandths, -1000 to 1000; 0 if not measured.
    """

    answers: tuple[Answer, ...]
    similarity: int = 0

    @property
    def held(self) -> frozenset[int]:
        """The positions of the statements that hold."""
        return self._positions("yes")

    @property
    def missing(self) -> frozenset[int]:
        """The positions of the statements that do not hold."""
        return self._positions("no")

    @property
    def score(self) -> Score:
        """The score of the picture."""
        known = len(self.held) + len(self.missing)
        return Score(len(self.held), known, self.similarity / 1000)

    def _positions(self, wanted: Answer) -> frozenset[int]:
        return frozenset(n for n, answer in enumerate(self.answers) if answer == wanted)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A new picture against the best one so far.

    Attributes:
        lost: positions of statements that held and are not known to hold now, or that were
            uncertain and do not hold.
        gained: positions of statements that hold and did not.
        is_better: whether the new picture replaces the best one.
        why: the reason, in words.
    """

    lost: frozenset[int]
    gained: frozenset[int]
    is_better: bool
    why: str


def compare(best: CheckResult, new: CheckResult) -> Comparison:
    """Return how ``new`` compares with ``best``, the results for the same statements."""
    lost = (best.held - new.held) | (new.missing - best.missing)
    gained = new.held - best.held
    difference = len(new.held) - len(best.held)
    # The net gain differs from the difference in statements that were uncertain and turned out not
    # to hold. They count as lost, because the picture may have lost them.
    if difference > 0 and len(gained) - len(lost) >= MIN_GAIN:
        return Comparison(lost, gained, True, f"{plural(difference, 'statement')} more")
    if difference == 0 and not lost and new.similarity - best.similarity >= DEAD_ZONE:
        return Comparison(lost, gained, True, "as many statements, and more similar")
    if lost:
        return Comparison(lost, gained, False, f"{plural(len(lost), 'statement')} lost")
    return Comparison(lost, gained, False, "nothing gained")


def difference(
    before: CheckResult | None, after: CheckResult | None, texts: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Return the statements lost and gained between two results, both of which may be missing."""
    if before is None or after is None:
        return [], []
    comparison = compare(before, after)
    return _select(comparison.lost, texts), _select(comparison.gained, texts)


def _select(positions: frozenset[int], texts: Sequence[str]) -> list[str]:
    return [texts[position] for position in sorted(positions)]
