"""Reflection by description: the procedure of the paper (section 2, appendices B and B.1.3).

The picture is described. A writer compares this description with the one from which it was painted,
names the most important difference as a change, and the change is carried out; two rounds by
default. Differences from the loop over statements:

* A round begins with a description of the best picture, not with its answers.
* The paper has no score: each picture replaces the one before. So the last picture is kept, unless
  a checker decides; then a picture that it finds worse is rolled back.
* Nothing ends the rounds but their number, an empty or repeated change, a picture that was there
  before, a refusal or a failure.

Statements that the checker finds true are added to the description of the picture. A describer that
overlooks an object would otherwise have it added once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

from semcodec.errors import (
    BudgetExceededError,
    PendingResponseError,
    RefusalError,
    SemcodecError,
)
from semcodec.pipeline.reflection import scoring
from semcodec.pipeline.reflection.loop import (
    Actions,
    Best,
    Draft,
    Loop,
    OnStep,
    Outcome,
    Plan,
    Stop,
)
from semcodec.pipeline.reflection.scoring import CheckResult
from semcodec.pipeline.reflection.steps import StopReason
from semcodec.words.predicates import Predicate

ROUNDS: Final = 2  #: of the paper, which found that more seldom help

Picture = TypeVar("Picture")


class DescribingActions(Actions[Picture], Protocol[Picture]):
    """What the loop by description can do, besides what any loop can."""

    def describe(self, picture: Picture) -> str:
        """Return a description of ``picture``."""
        ...

    def name_change(self, description: str) -> str:
        """Return the change that makes a described picture more like the prompt; empty if none."""
        ...


def reflect_by_description(
    actions: DescribingActions[Picture],
    predicates: Sequence[Predicate],
    plan: Plan,
    on_step: OnStep[Picture] | None = None,
) -> Outcome[Picture]:
    """Paint a picture, change what its description lacks, and return the picture that was kept.

    Args:
        actions: make, describe and compare pictures; ``check`` returns None if nothing decides.
        predicates: the statements about which the checker decides; empty without one.
        plan: the limits; ``tries`` is the number of rounds.
        on_step: called after each step with its picture; its exceptions leave the loop.

    Raises:
        SemcodecError: the first picture could not be painted.
    """
    first = actions.paint(plan.seed)
    return _DescriptionLoop(actions, predicates, plan, on_step, first).finish()


class _DescriptionLoop(Loop[Picture]):
    """The loop with changes from descriptions; ``_described`` is the step described last."""

    _actions: DescribingActions[Picture]
    _described, _change = -1, ""

    def _next(self) -> Draft[Picture]:
        best, _ = self.state
        if best.n != self._described:  # a description of the same picture would be paid twice
            self._described, self._change = best.n, self._name_change(best)
        if not self._change.strip():
            raise Stop(StopReason.NO_DIFFERENCE)
        if self._change in self._tried:
            raise Stop(self._reason(StopReason.SAME_CHANGE))
        return Draft(self._change_kind, self._change, self._seed(self._made() + 1))

    def _name_change(self, best: Best[Picture]) -> str:
        role = "describer"
        try:
            description = self._actions.describe(best.picture)
            role = "writer"
            return self._actions.name_change(" ".join([description, *self._true_texts(best)]))
        except BudgetExceededError as error:
            raise Stop(StopReason.BUDGET, error) from error
        except RefusalError as error:
            raise Stop(StopReason(f"the {role} refused"), error) from error
        except PendingResponseError:  # the same call continues later, and decides then
            raise
        except SemcodecError as error:
            raise Stop(StopReason(f"the {role} failed"), error) from error

    def _true_texts(self, best: Best[Picture]) -> list[str]:
        """Return the statements that hold as sentences, but not about a noun that is missing."""
        if best.result is None:
            return []
        failed = [self._predicates[position] for position in best.result.missing]
        missing = {predicate.noun for predicate in failed if predicate.kind == "noun"}
        return [
            f"{self._texts[position].capitalize()}."
            for position in sorted(best.result.held)
            if self._predicates[position].noun not in missing
        ]

    def _compare(self, best: CheckResult | None, draft: Draft[Picture]) -> None:
        if best is None or draft.result is None:
            draft.is_better, draft.why = True, "the last picture, as nothing decides"
            return
        comparison = scoring.compare(best, draft.result)
        is_worse = bool(comparison.lost) and not comparison.is_better
        is_candidate = draft.kind == "paint"  # nothing was changed, so only a better one is kept
        draft.is_better = comparison.is_better if is_candidate else not is_worse
        is_tie = draft.is_better and not comparison.is_better
        draft.why = "not worse" if is_tie else comparison.why

    def _stop_if_complete(self) -> None:
        """Go on: a picture of which all statements hold may still differ from the description."""
