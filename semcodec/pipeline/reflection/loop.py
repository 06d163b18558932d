"""The loop of reflection: check a picture, try to improve it, keep the better picture.

The loop sees no images and no backends, only the functions in ``Actions``; so tests can run it in
worlds in which models misbehave. Three invariants hold between any two steps, whatever an action
returns or raises:

* The best picture is never replaced by one with a worse score (see ``scoring.compare``).
* At most ``max(candidates, tries + 1)`` pictures are made, so the loop ends.
* ``state`` has the best picture and all steps, and is replaced as a whole; so an error or Ctrl-C at
  any moment ends the loop with a picture and steps that belong together.

No picture is checked twice: one that was there before is recognized by its digest, and is never
kept. A checker that contradicts itself therefore cannot decide about the same picture again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

from semcodec.errors import (
    BudgetExceededError,
    MissingFeatureError,
    PendingResponseError,
    RefusalError,
    SemcodecError,
)
from semcodec.pipeline.reflection import scoring
from semcodec.pipeline.reflection.scoring import CheckResult
from semcodec.pipeline.reflection.steps import Step, StepCost, StepKind, StopReason
from semcodec.words.changes import parse_change
from semcodec.words.predicates import Predicate

AUTO_TRIES: Final = 4  #: edits one after the other drift away from the first picture
AUTO_PATIENCE: Final = 2  #: tries in a row without a gain that end an automatic loop
#: Tries in a row that were refused or changed nothing: each may cost money, and the next one would
#: hardly go otherwise.
MAX_FRUITLESS: Final = 3
MAX_SEED: Final = 2**32 - 1

Picture = TypeVar("Picture")
OnStep: TypeAlias = Callable[[Step, Picture | None], object]


class Actions(Protocol[Picture]):
    """What the loop can do. Any method but ``digest`` and ``take_cost`` may raise an error."""

    def paint(self, seed: int) -> Picture:
        """Return a picture of the prompt."""
        ...

    def edit(self, picture: Picture, change: str, seed: int) -> Picture:
        """Return ``picture`` with ``change`` applied.

        Raises:
            MissingFeatureError: pictures cannot be edited at all; the loop then repaints them.
        """
        ...

    def repaint(self, changes: Sequence[str], seed: int) -> Picture:
        """Return a picture of the prompt with ``changes`` appended."""
        ...

    def check(self, picture: Picture) -> CheckResult | None:
        """Return the answers about the predicates; None if the picture cannot be checked."""
        ...

    def suggest(
        self, picture: Picture, predicate: Predicate, tried: AbstractSet[str]
    ) -> Sequence[str]:
        """Return changes that may make ``predicate`` true and were not ``tried``, best first."""
        ...

    def digest(self, picture: Picture) -> str:
        """Return a text that is the same for equal pictures only."""
        ...

    def take_cost(self) -> StepCost:
        """Return what was used since the last call of this method."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How much the loop may do.

    Attributes:
        seed: of the first picture; each try gets the next one.
        tries: pictures after the first.
        patience: tries in a row without a gain that end the loop; None for no limit.
        candidates: pictures of the prompt to compare before anything is changed. Those after the
            first are tries, too.
        can_edit: whether pictures can be edited; else they are painted again with another prompt.
        prompt: the prompt, for the steps.
    """

    seed: int
    tries: int
    patience: int | None = None
    candidates: int = 1
    can_edit: bool = True
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Picture]):
    """The best picture, the steps, and why the loop ended.

    Attributes:
        picture: that of the step ``kept``.
        kept: the number of a step.
        steps: all steps.
        stopped: why the loop ended.
        error: the error that ended it; None if it ended otherwise.
    """

    picture: Picture
    kept: int
    steps: list[Step]
    stopped: StopReason
    error: SemcodecError | None = None


def reflect(
    actions: Actions[Picture],
    predicates: Sequence[Predicate],
    plan: Plan,
    on_step: OnStep[Picture] | None = None,
) -> Outcome[Picture]:
    """Paint a picture, improve it within ``plan``, and return the best one.

    Args:
        actions: make and check pictures.
        predicates: what the words promise, the most important first, each text once.
        plan: the limits.
        on_step: called after each step with its picture; its exceptions leave the loop.

    Raises:
        SemcodecError: the first picture could not be painted.
    """
    return Loop(actions, predicates, plan, on_step, actions.paint(plan.seed)).finish()


@dataclass(frozen=True, slots=True)
class Best(Generic[Picture]):
    """The best picture, and how it was made and checked."""

    picture: Picture
    digest: str
    n: int
    seed: int
    changes: tuple[str, ...] = ()  # those that were made, appended to the prompt of a repaint
    result: CheckResult | None = None


@dataclass(slots=True)
class Draft(Generic[Picture]):
    """A step that is under way."""

    kind: StepKind
    ask: str
    seed: int
    predicate: str = ""
    picture: Picture | None = None
    digest: str = ""
    result: CheckResult | None = None
    is_better: bool = False
    why: str = ""

    @property
    def role(self) -> str:
        """The role that makes the picture."""
        return "editor" if self.kind == "edit" else "painter"


class Stop(Exception):  # noqa: N818  # it is not an error
    """Ends the loop."""

    def __init__(self, reason: StopReason, error: SemcodecError | None = None) -> None:
        super().__init__(reason)
        self.reason: StopReason = reason
        self.error: SemcodecError | None = error


class Loop(Generic[Picture]):
    """The loop; see the invariants at the top of this module."""

    state: tuple[Best[Picture], tuple[Step, ...]]

    def __init__(
        self,
        actions: Actions[Picture],
        predicates: Sequence[Predicate],
        plan: Plan,
        on_step: OnStep[Picture] | None,
        first: Picture,
    ) -> None:
        self._actions, self._predicates, self._plan = actions, predicates, plan
        self._on_step = on_step
        self._texts = [predicate.text for predicate in predicates]
        digest = actions.digest(first)
        self._seen = {digest}  # digests of all pictures
        self._tried: set[str] = set()  # changes, kept or not
        self._dry = self._refused = self._unchanged = 0  # tries in a row
        self._refusal = StopReason.PAINTER_REFUSED  # the last one
        self._seed_matters, self._can_edit = True, plan.can_edit
        self.state = Best(first, digest, 0, plan.seed), ()

    def finish(self) -> Outcome[Picture]:
        """Run the loop, and return its outcome however it ended."""
        error = None
        try:
            stopped = self.run()
        except Stop as stop:
            stopped, error = stop.reason, stop.error
        except KeyboardInterrupt:
            stopped = StopReason.INTERRUPTED
        best, steps = self.state
        return Outcome(best.picture, best.n, list(steps), stopped, error)

    def run(self) -> StopReason:
        """Return why the loop ended; it may raise ``Stop`` instead."""
        self._check_first()
        for n in range(1, self._plan.candidates):
            if self._seed_matters:
                self._try(Draft("paint", self._plan.prompt, self._seed(n)))
                self._stop_if_complete()
        self._dry = 0  # a candidate that is not the best one is no reason to stop
        while self._made() < self._plan.tries:
            self._try(self._next())
            self._stop_if_complete()
            self._stop_without_gain()
        return self._reason(StopReason.TRIES_USED)

    def _made(self) -> int:
        """Return the number of tries so far."""
        return len(self.state[1]) - 1

    def _seed(self, n: int) -> int:
        return (self._plan.seed + n) & MAX_SEED

    # --- what to do next

    def _next(self) -> Draft[Picture]:
        """Return another seed if too much is missing, else the first change that is not tried.

        If another seed has gained nothing, a change comes next, as long as one is left to try.
        """
        best, steps = self.state
        missing = sorted(best.result.missing) if best.result else []
        seed = self._seed(self._made() + 1)
        can_resample = self._seed_matters and self._is_global_failure(missing)
        if can_resample and (best.n == steps[-1].n or all(step.kind != "again" for step in steps)):
            return Draft("again", self._plan.prompt, seed, self._texts[missing[0]])
        for position in missing:
            for change in self._suggest(best.picture, self._predicates[position], self._tried):
                if change in self._tried:
                    raise Stop(StopReason.SAME_CHANGE)
                return Draft(self._change_kind, change, seed, self._texts[position])
        if can_resample:
            return Draft("again", self._plan.prompt, seed, self._texts[missing[0]])
        raise Stop(self._reason(StopReason.NO_CHANGE))

    @property
    def _change_kind(self) -> StepKind:
        return "edit" if self._can_edit else "repaint"

    def _is_global_failure(self, missing: Sequence[int]) -> bool:
        picture = self.state[0].picture
        # What the painter cannot draw has no changes, and no seed shows it either.
        missing = [n for n in missing if self._suggest(picture, self._predicates[n], frozenset())]
        subject_is_missing = missing[:1] == [0] and self._predicates[0].kind == "noun"
        if 2 * len(missing) > len(self._predicates):
            return True
        return subject_is_missing and not self._is_hidden(self._predicates[0])

    def _is_hidden(self, subject: Predicate) -> bool:
        """Return whether the subject is in the picture: then a change makes it visible."""
        changes = self._suggest(self.state[0].picture, subject, self._tried)
        change = parse_change(changes[0]) if changes else None
        return change is not None and change.action != "add"

    def _suggest(
        self, picture: Picture, predicate: Predicate, tried: AbstractSet[str]
    ) -> list[str]:
        try:
            changes = self._actions.suggest(picture, predicate, frozenset(tried))
        except PendingResponseError:  # the same call continues later, and decides then
            raise
        except SemcodecError as error:
            raise Stop(StopReason.EDITOR_FAILED, error) from error
        return [text for text in changes if text.strip()]

    # --- one step

    def _check_first(self) -> None:
        best, _ = self.state
        draft = Draft("paint", self._plan.prompt, self._plan.seed, "", best.picture, best.digest)
        draft.is_better, draft.why = True, "the first picture"
        try:
            draft.result = self._check(best.picture)
        finally:
            self._finish(draft)
        self._stop_if_complete()

    def _try(self, draft: Draft[Picture]) -> None:
        """Make a picture, check it, and keep it if it is better."""
        try:
            self._make(draft)
            self._decide(draft)
        except Stop as stop:
            draft.why = draft.why or str(stop.reason)
            raise
        except KeyboardInterrupt:
            draft.why = draft.why or str(StopReason.INTERRUPTED)
            raise
        finally:
            self._finish(draft)

    def _make(self, draft: Draft[Picture]) -> None:
        """Make the picture of ``draft``; a refusal leaves it without one."""
        if draft.kind in ("edit", "repaint"):
            self._tried.add(draft.ask)
        try:
            draft.picture = self._carry_out(draft)
            draft.digest = self._actions.digest(draft.picture)
        except RefusalError:
            self._refused += 1
            self._refusal = StopReason(f"the {draft.role} refused")
            draft.why = str(self._refusal)
        except BudgetExceededError as error:
            raise Stop(StopReason.BUDGET, error) from error
        except PendingResponseError:  # the same call continues later, and decides then
            raise
        except SemcodecError as error:
            raise Stop(StopReason(f"the {draft.role} failed"), error) from error

    def _carry_out(self, draft: Draft[Picture]) -> Picture:
        best, _ = self.state
        if draft.kind == "edit":
            try:
                return self._actions.edit(best.picture, draft.ask, draft.seed)
            except MissingFeatureError:  # it cannot edit at all, so nothing is edited from now on
                self._can_edit, draft.kind = False, "repaint"
        if draft.kind == "repaint":  # the seed of the best picture, to keep the rest of it
            draft.seed = best.seed
            return self._actions.repaint([*best.changes, draft.ask], draft.seed)
        return self._actions.paint(draft.seed)

    def _decide(self, draft: Draft[Picture]) -> None:
        """Check the picture of ``draft``, and set whether it is better than the best one."""
        best, _ = self.state
        self._dry += 1
        if draft.picture is None:
            return
        self._refused = 0
        if draft.digest in self._seen:
            self._reject_repeated(draft)
            return
        self._unchanged = 0
        self._seen.add(draft.digest)
        draft.result = self._check(draft.picture)
        self._compare(best.result, draft)
        if draft.is_better:
            self._dry = 0

    def _compare(self, best: CheckResult | None, draft: Draft[Picture]) -> None:
        """Set whether the picture of ``draft`` is better than the best one, and why."""
        if draft.result is None or best is None:
            draft.why = "it could not be checked"
            return
        comparison = scoring.compare(best, draft.result)
        draft.is_better, draft.why = comparison.is_better, comparison.why

    def _reject_repeated(self, draft: Draft[Picture]) -> None:
        """Reject a picture that was there before; stop if it is not the one that was changed.

        An editor may be unable to carry out one change, but able to do the next one. Two pictures
        that follow each other in turn would go on forever.
        """
        draft.why = str(StopReason.SEEN_BEFORE)
        if draft.kind in ("paint", "again"):
            self._seed_matters = False
        elif draft.digest != self.state[0].digest:
            raise Stop(StopReason.SEEN_BEFORE)
        else:
            self._unchanged += 1

    def _check(self, picture: Picture) -> CheckResult | None:
        if not self._predicates:
            return None
        try:
            return self._actions.check(picture)
        except BudgetExceededError as error:
            raise Stop(StopReason.BUDGET, error) from error
        except RefusalError as error:
            raise Stop(StopReason.CHECKER_REFUSED, error) from error
        except PendingResponseError:  # the same call continues later, and decides then
            raise
        except SemcodecError as error:
            raise Stop(StopReason.CHECKER_FAILED, error) from error

    def _finish(self, draft: Draft[Picture]) -> None:
        """Append the step of ``draft``, and replace the best picture if it is better."""
        best, steps = self.state
        step = self._step(draft, len(steps))
        if draft.is_better and draft.picture is not None:
            is_change = draft.kind in ("edit", "repaint")
            changes = (*best.changes, draft.ask) if is_change else ()
            best = Best(draft.picture, draft.digest, step.n, draft.seed, changes, draft.result)
        self.state = best, (*steps, step)
        if self._on_step is not None:
            self._on_step(step, draft.picture)

    def _step(self, draft: Draft[Picture], n: int) -> Step:
        before, after = self.state[0].result if n else None, draft.result
        lost, gained = scoring.difference(before, after, self._texts)
        answers = dict(zip(self._texts, after.answers, strict=True)) if after else {}
        return Step(
            n,
            draft.kind,
            draft.ask,
            draft.predicate,
            draft.seed,
            picture=draft.digest,
            answers=answers,
            before=None if before is None else before.score,
            after=None if after is None else after.score,
            lost=lost,
            gained=gained,
            kept=draft.is_better,
            why=draft.why,
            **asdict(self._actions.take_cost()),
        )

    # --- when to stop

    def _stop_if_complete(self) -> None:
        result = self.state[0].result
        if result is None:
            unchecked = StopReason.NOT_CHECKED if self._predicates else StopReason.NOTHING_TO_CHECK
            raise Stop(unchecked)
        if not result.missing:
            raise Stop(StopReason.NOTHING_MISSING if result.held else StopReason.UNSURE)

    def _stop_without_gain(self) -> None:
        patience = self._plan.patience
        if self._refused >= MAX_FRUITLESS:
            raise Stop(self._reason(StopReason.TRIES_USED))
        if self._unchanged >= MAX_FRUITLESS:
            raise Stop(StopReason.SEEN_BEFORE)
        if patience is not None and self._dry >= patience:
            raise Stop(self._reason(StopReason.NO_GAIN))

    def _reason(self, otherwise: StopReason) -> StopReason:
        """Return that the painter or editor refused, if that is why nothing was gained."""
        if self._refused and self._refused >= min(self._made(), MAX_FRUITLESS):
            return self._refusal
        return otherwise
