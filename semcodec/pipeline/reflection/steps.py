"""The steps of reflection, as values for a trace: what was tried, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from semcodec.backends.protocols import Answer
from semcodec.pipeline.reflection.scoring import Score

#: How the picture of a step was made: from the prompt (``"paint"``: the first picture and other
#: candidates; ``"again"``: with another seed because too much was missing), from another picture
#: (``"edit"``), or from the prompt with a change appended, by a painter without an editor
#: (``"repaint"``).
StepKind: TypeAlias = Literal["paint", "again", "edit", "repaint"]


class StopReason(StrEnum):
    """Why reflection ended."""

    NOTHING_MISSING = "nothing is missing"
    TRIES_USED = "all tries are used"
    NO_GAIN = "no gain"
    BUDGET = "the budget is used"
    NO_CHANGE = "no change is left to try"
    NO_DIFFERENCE = "no difference is named"
    SAME_CHANGE = "the same change again"
    SEEN_BEFORE = "the same picture again"
    CHECKER_REFUSED = "the checker refused"
    PAINTER_REFUSED = "the painter refused"
    EDITOR_REFUSED = "the editor refused"
    DESCRIBER_REFUSED = "the describer refused"
    WRITER_REFUSED = "the writer refused"
    CHECKER_FAILED = "the checker failed"
    PAINTER_FAILED = "the painter failed"
    EDITOR_FAILED = "the editor failed"
    DESCRIBER_FAILED = "the describer failed"
    WRITER_FAILED = "the writer failed"
    UNSURE = "the checker is unsure"
    NOTHING_TO_CHECK = "nothing to check"
    NOT_CHECKED = "not checked"
    INTERRUPTED = "interrupted"
    FAILED = "the run failed"  #: later; only the page of ``--keep-steps`` states it


@dataclass(frozen=True, slots=True)
class StepCost:
    """What a step used; see the attributes of the same names of ``Step``."""

    model: str = ""
    seconds: float = 0.0
    tokens: int = 0
    dollars: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One picture of reflection, or one try that gave none.

    Attributes:
        n: number of the step; 0 is the first picture.
        kind: how the picture was made.
        ask: the prompt, or the change that was requested.
        predicate: the statement that the step should make true; ``""`` if it is not about one.
        seed: the seed of the painter or editor.
        model: the name of the backend that made the picture.
        picture: SHA-256 of the pixels in hexadecimal; ``""`` if there is no picture.
        answers: for each statement ``"yes"``, ``"no"`` or ``"unsure"``; empty if not checked.
        before: the score of the best picture before this step; None for the first one, and if
            nothing was checked.
        after: the score of this picture; None if it was not checked.
        lost: statements that held in the best picture before, and are not known to hold now.
        gained: statements that hold now, and did not.
        kept: whether this picture became the best one.
        why: the reason in words.
        seconds: wall-clock time of the step.
        tokens: tokens of all requests to servers in this step.
        dollars: their cost; None if a price is unknown.
    """

    n: int
    kind: StepKind
    ask: str
    predicate: str
    seed: int
    picture: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    before: Score | None = None
    after: Score | None = None
    lost: list[str] = field(default_factory=list)
    gained: list[str] = field(default_factory=list)
    kept: bool = False
    why: str = ""
    model: str = ""
    seconds: float = 0.0
    tokens: int = 0
    dollars: float | None = 0.0


@dataclass(frozen=True, slots=True)
class ReflectionTrace:
    """What reflection did in one run of ``decode``.

    Attributes:
        steps: the pictures and tries, in order.
        stopped: why it ended, a value of ``StopReason``.
        kept: the number of the step whose picture ``decode`` returns.
        checker: the name of the backend that checked; ``""`` if none did.
    """

    steps: list[Step]
    stopped: StopReason
    kept: int
    checker: str = ""

    @property
    def tries(self) -> int:
        """The steps after the first picture."""
        return len(self.steps) - 1
