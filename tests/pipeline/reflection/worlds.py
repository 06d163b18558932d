"""Worlds for the loop of reflection, in which painters, editors and checkers misbehave.

A picture is the set of the statements that hold in it, and a number that tells pictures apart. What
happens at each call is scripted, so that a test can draw any sequence of events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from semcodec.backends.protocols import Answer
from semcodec.errors import BackendError, BudgetExceededError, RefusalError
from semcodec.pipeline.reflection.scoring import CheckResult
from semcodec.pipeline.reflection.steps import StepCost
from semcodec.words.predicates import Predicate

STATEMENTS = (
    Predicate("noun", "bus"),
    Predicate("noun", "people"),
    Predicate("count", "people", "two"),
    Predicate("color", "bus", "red"),
    Predicate("place", "people", "left"),
)
TEXTS = tuple(statement.text for statement in STATEMENTS)


class Painted(NamedTuple):
    """A picture: what holds in it, and a mark that differs between pictures that look different."""

    holds: frozenset[str]
    mark: int = 0


#: What happens at a call: a picture is returned, or an error is raised.
Event = Callable[[Painted, str, "World"], Painted]


def heals(picture: Painted, target: str, world: World) -> Painted:
    """The change is carried out, and nothing else changes."""
    return Painted(picture.holds | {target}, world.next_mark())


def ruins(picture: Painted, target: str, world: World) -> Painted:
    """Nothing is left of the picture."""
    return Painted(frozenset(), world.next_mark())


def does_nothing(picture: Painted, target: str, world: World) -> Painted:
    """The same picture comes back."""
    return picture


def swaps(picture: Painted, target: str, world: World) -> Painted:
    """The change is carried out, and something else is lost."""
    lost = sorted(picture.holds)[:1]
    return Painted((picture.holds - set(lost)) | {target}, world.next_mark())


def returns_the_first(picture: Painted, target: str, world: World) -> Painted:
    """The first picture comes back, whatever was changed since."""
    return world.made[0]


def breaks_one(picture: Painted, target: str, world: World) -> Painted:
    """Something is lost, and nothing gained."""
    return Painted(picture.holds - set(sorted(picture.holds)[-1:]), world.next_mark())


def refuses(picture: Painted, target: str, world: World) -> Painted:
    """The model refuses."""
    raise RefusalError("refused")


def crashes(picture: Painted, target: str, world: World) -> Painted:
    """The model fails."""
    raise BackendError("failed")


def spends(picture: Painted, target: str, world: World) -> Painted:
    """The budget is used up."""
    raise BudgetExceededError("no money left")


def is_interrupted(picture: Painted, target: str, world: World) -> Painted:
    """The user presses Ctrl-C."""
    raise KeyboardInterrupt


EVENTS: tuple[Event, ...] = (
    heals, ruins, does_nothing, swaps, returns_the_first, breaks_one, refuses, crashes, spends,
    is_interrupted,
)  # fmt: skip

#: How a checker answers: it gets what is true, and returns an answer for each statement.
Check = Callable[[Painted, "World"], CheckResult | None]


def is_honest(picture: Painted, world: World) -> CheckResult:
    """Each answer is true."""
    return CheckResult(tuple("yes" if text in picture.holds else "no" for text in TEXTS))


def always_says_yes(picture: Painted, world: World) -> CheckResult:
    """The answer to every statement is yes."""
    return CheckResult(("yes",) * len(TEXTS))


def is_blind(picture: Painted, world: World) -> CheckResult:
    """The checker refuses to look."""
    raise RefusalError("I cannot see pictures")


def is_unsure(picture: Painted, world: World) -> CheckResult:
    """No statement has an answer."""
    return CheckResult(("unsure",) * len(TEXTS))


def cannot_check(picture: Painted, world: World) -> None:
    """The picture cannot be checked."""


def check_crashes(picture: Painted, world: World) -> CheckResult:
    """The checker fails."""
    raise BackendError("the checker failed")


def check_is_interrupted(picture: Painted, world: World) -> CheckResult:
    """The user presses Ctrl-C while the picture is checked."""
    raise KeyboardInterrupt


def contradicts_itself(picture: Painted, world: World) -> CheckResult:
    """Each call has other answers, also about the same picture."""
    answers: Sequence[Answer] = world.random_answers
    start = 3 * sum(world.checked.values())
    chosen = [answers[(start + n) % len(answers)] for n in range(len(TEXTS))]
    return CheckResult(tuple(chosen), similarity=(37 * start) % 2000 - 1000)


CHECKS: tuple[Check, ...] = (
    is_honest, is_honest, is_honest, contradicts_itself, contradicts_itself, always_says_yes,
    is_blind, is_unsure, cannot_check, check_crashes, check_is_interrupted,
)  # fmt: skip


@dataclass
class World:
    """The actions of a loop.

    Attributes:
        first: what holds in the first picture.
        edits: what happens at each edit and repainting; the last event repeats.
        paints: the same for pictures with another seed.
        checks: how the checker answers at each call; the last one repeats.
        suggestions: for each statement, the changes that are suggested; the rule by default.
        random_answers: the answers of a checker that contradicts itself.
        made: all pictures, in order; a picture that was returned again is there again.
        checked: how often each picture was checked.
    """

    first: frozenset[str] = frozenset()
    edits: Sequence[Event] = (heals,)
    paints: Sequence[Event] = (heals,)
    checks: Sequence[Check] = (is_honest,)
    suggestions: Callable[[str], Sequence[str]] | None = None
    random_answers: Sequence[Answer] = ("yes", "no", "unsure")
    made: list[Painted] = field(default_factory=list)
    checked: Counter[Painted] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    prompts: list[list[str]] = field(default_factory=list)
    marks: int = 0

    def next_mark(self) -> int:
        """Return a number that no picture has."""
        self.marks += 1
        return self.marks

    def paint(self, seed: int) -> Painted:
        self.calls["paint"] += 1
        if self.calls["paint"] == 1:
            return self._made(Painted(self.first))
        event = self.paints[min(self.calls["paint"] - 2, len(self.paints) - 1)]
        return self._made(event(Painted(self.first), TEXTS[0], self))

    def edit(self, picture: Painted, change: str, seed: int) -> Painted:
        event = self.edits[min(self.calls["edit"], len(self.edits) - 1)]
        self.calls["edit"] += 1
        return self._made(event(picture, change.split(": ")[-1], self))

    def repaint(self, changes: Sequence[str], seed: int) -> Painted:
        self.prompts.append(list(changes))
        return self.edit(self.made[-1], changes[-1], seed)

    def check(self, picture: Painted) -> CheckResult | None:
        check = self.checks[min(sum(self.checked.values()), len(self.checks) - 1)]
        self.checked[picture] += 1
        return check(picture, self)

    def suggest(
        self, picture: Painted, predicate: Predicate, tried: AbstractSet[str]
    ) -> Sequence[str]:
        if self.suggestions is not None:
            return self.suggestions(predicate.text)
        changes = [f"Fix it: {predicate.text}", f"Repair: {predicate.text}"]
        return [change for change in changes if change not in tried]

    def digest(self, picture: Painted) -> str:
        return f"{sorted(picture.holds)} {picture.mark}"

    def take_cost(self) -> StepCost:
        return StepCost("world", 0.5, 3, 0.25)

    def _made(self, picture: Painted) -> Painted:
        self.made.append(picture)
        return picture
