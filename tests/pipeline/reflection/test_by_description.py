"""The paper's procedure: describe, compare, change; and what ends it and what is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import semcodec
from semcodec.errors import (
    BackendError,
    BudgetExceededError,
    MissingFeatureError,
    PendingResponseError,
    RefusalError,
    SemcodecError,
)
from semcodec.pipeline.reflection.by_description import reflect_by_description
from semcodec.pipeline.reflection.loop import Outcome, Plan
from semcodec.pipeline.reflection.scoring import CheckResult
from semcodec.pipeline.reflection.steps import StepCost, StopReason
from semcodec.words.predicates import Predicate
from tests import profiles

NOUNS = ("dog", "boat", "tree")
PREDICATES = [Predicate("noun", noun) for noun in NOUNS]
World = frozenset[str]  # a picture is the set of what it shows


def add(picture: World, change: str) -> World:
    return picture | {change.removeprefix("Add ").removesuffix(".")}


def raise_(error: SemcodecError | KeyboardInterrupt) -> Callable[..., World]:
    def fail(*_: object) -> World:
        raise error

    return fail


@dataclass
class Actions:
    """Pictures of a scripted world, with the number of calls of each kind."""

    editor: Callable[[World, str], World] = add
    describer: Callable[[World], str] = lambda picture: " ".join(sorted(picture))
    writer: Callable[[str], str] = lambda text: next(
        (f"Add {noun}." for noun in NOUNS if noun not in text.lower()), ""
    )
    checks: bool = False
    calls: list[str] = field(default_factory=list)

    def paint(self, seed: int) -> World:
        self.calls.append("paint")
        return frozenset({"dog"})

    def edit(self, picture: World, change: str, seed: int) -> World:
        self.calls.append("edit")
        return self.editor(picture, change)

    def repaint(self, changes: Sequence[str], seed: int) -> World:
        self.calls.append("repaint")
        return frozenset(
            {"dog"} | {name for change in changes for name in add(frozenset(), change)}
        )

    def check(self, picture: World) -> CheckResult | None:
        if not self.checks:
            return None
        self.calls.append("check")
        return CheckResult(tuple("yes" if noun in picture else "no" for noun in NOUNS))

    def suggest(self, *_: object) -> Sequence[str]:
        raise AssertionError("changes come from descriptions")

    def describe(self, picture: World) -> str:
        self.calls.append("describe")
        return self.describer(picture)

    def name_change(self, description: str) -> str:
        self.calls.append("compare")
        return self.writer(description)

    def digest(self, picture: World) -> str:
        return repr(sorted(picture))

    def take_cost(self) -> StepCost:
        return StepCost()


def run(actions: Actions, rounds: int = 2, *, can_edit: bool = True) -> Outcome[World]:
    predicates = PREDICATES if actions.checks else []
    return reflect_by_description(actions, predicates, Plan(7, rounds, can_edit=can_edit))


def test_two_differences_become_two_changes() -> None:
    actions = Actions()
    outcome = run(actions)
    assert outcome.picture == {"dog", "boat", "tree"}
    assert outcome.stopped == StopReason.TRIES_USED
    assert actions.calls == ["paint", *["describe", "compare", "edit"] * 2]
    assert [(step.kind, step.ask, step.seed, step.kept) for step in outcome.steps] == [
        ("paint", "", 7, True),
        ("edit", "Add boat.", 8, True),
        ("edit", "Add tree.", 9, True),
    ]
    assert outcome.steps[1].why == "the last picture, as nothing decides"


def test_third_round_finds_no_difference() -> None:
    actions = Actions()
    outcome = run(actions, rounds=9)
    assert (outcome.stopped, len(outcome.steps)) == (StopReason.NO_DIFFERENCE, 3)
    assert actions.calls.count("edit") == 2


def test_last_picture_is_kept_unless_a_checker_finds_it_worse() -> None:
    ruin = lambda picture, change: frozenset({"smoke"})  # noqa: E731
    without = run(Actions(ruin), rounds=1)
    assert (without.picture, without.kept) == ({"smoke"}, 1)
    checked = run(Actions(ruin, checks=True), rounds=1)
    assert (checked.picture, checked.kept) == ({"dog"}, 0)
    assert checked.steps[1].why == "1 statement lost"


def test_picture_that_is_not_worse_is_kept_though_nothing_is_gained() -> None:
    blur = lambda picture, change: picture | {"mist"}  # noqa: E731
    outcome = run(Actions(blur, checks=True), rounds=1)
    assert (outcome.picture, outcome.steps[1].why) == ({"dog", "mist"}, "not worse")


def test_picture_with_a_net_gain_is_kept_though_a_statement_is_lost() -> None:
    swap = lambda picture, change: frozenset({"boat", "tree"})  # noqa: E731
    outcome = run(Actions(swap, checks=True), rounds=1)
    assert (outcome.picture, outcome.steps[1].lost) == ({"boat", "tree"}, ["dog"])
    assert outcome.steps[1].why == "1 statement more"


def test_what_the_checker_sees_is_not_added_again() -> None:
    actions = Actions(describer=lambda picture: "A gray wall.", checks=True)
    outcome = run(actions, rounds=9)
    assert [step.ask for step in outcome.steps[1:]] == ["Add boat.", "Add tree."]
    assert outcome.stopped == StopReason.NO_DIFFERENCE
    blind = run(Actions(describer=lambda picture: "A gray wall."), rounds=9)
    assert [step.ask for step in blind.steps[1:]] == ["Add dog."]


def test_rolled_back_picture_is_not_described_again() -> None:
    actions = Actions(lambda picture, change: frozenset({"smoke"}), checks=True)
    outcome = run(actions, rounds=5)
    assert outcome.stopped == StopReason.SAME_CHANGE
    assert actions.calls == ["paint", "check", "describe", "compare", "edit", "check"]


@pytest.mark.parametrize(
    ("actions", "stopped", "pictures"),
    [
        (Actions(writer=lambda text: ""), StopReason.NO_DIFFERENCE, 1),
        (Actions(writer=lambda text: " \n"), StopReason.NO_DIFFERENCE, 1),
        (Actions(writer=lambda text: "Add mist."), StopReason.SAME_CHANGE, 2),
        (Actions(lambda picture, change: picture), StopReason.SAME_CHANGE, 1),
        (Actions(describer=raise_(RefusalError("no"))), StopReason.DESCRIBER_REFUSED, 1),
        (Actions(describer=raise_(BackendError("no"))), StopReason.DESCRIBER_FAILED, 1),
        (Actions(writer=raise_(RefusalError("no"))), StopReason.WRITER_REFUSED, 1),
        (Actions(writer=raise_(BackendError("no"))), StopReason.WRITER_FAILED, 1),
        (Actions(raise_(RefusalError("no"))), StopReason.EDITOR_REFUSED, 1),
        (Actions(raise_(BackendError("no"))), StopReason.EDITOR_FAILED, 1),
        (Actions(raise_(BudgetExceededError("no"))), StopReason.BUDGET, 1),
        (Actions(describer=raise_(BudgetExceededError("no"))), StopReason.BUDGET, 1),
        (Actions(writer=raise_(BudgetExceededError("no"))), StopReason.BUDGET, 1),
        (Actions(raise_(KeyboardInterrupt())), StopReason.INTERRUPTED, 1),
        (Actions(describer=raise_(KeyboardInterrupt())), StopReason.INTERRUPTED, 1),
    ],
)
def test_loop_ends_early_for_a_named_reason(
    actions: Actions, stopped: StopReason, pictures: int
) -> None:
    outcome = run(actions, rounds=9)
    assert outcome.stopped == stopped
    assert sum(bool(step.picture) and step.kept for step in outcome.steps) == pictures


def test_two_pictures_in_turn_end_the_loop() -> None:
    turns = iter(["Add boat.", "Add tree.", "Add mist."])
    swap = lambda picture, change: frozenset({"dog"} ^ (picture ^ {"boat"}) ^ {"dog"})  # noqa: E731
    outcome = run(Actions(swap, writer=lambda text: next(turns)), rounds=9)
    assert outcome.stopped == StopReason.SEEN_BEFORE
    assert len(outcome.steps) == 3


def test_editor_without_edits_paints_all_changes_again() -> None:
    actions = Actions(raise_(MissingFeatureError("no edits")))
    outcome = run(actions)
    assert outcome.picture == {"dog", "boat", "tree"}
    assert [step.kind for step in outcome.steps] == ["paint", "repaint", "repaint"]
    assert actions.calls.count("edit") == 1
    assert run(Actions(), can_edit=False).picture == {"dog", "boat", "tree"}


names = st.frozensets(st.sampled_from([*NOUNS, "mist", "smoke"]))


@profiles.examples(40)
@given(st.lists(names, min_size=1), st.lists(st.text()), st.integers(0, 6), st.booleans())
def test_loop_is_bounded_and_never_worse_for_the_checker(
    pictures: list[World], changes: list[str], rounds: int, checks: bool
) -> None:
    results, texts = iter(pictures * 10), iter(changes * 10)
    actions = Actions(
        lambda picture, change: next(results), writer=lambda text: next(texts, ""), checks=checks
    )
    outcome = run(actions, rounds)
    assert actions.calls.count("edit") <= rounds
    assert actions.calls.count("describe") == actions.calls.count("compare") <= rounds
    assert actions.calls.count("check") <= (rounds + 1) * checks
    if checks:
        assert len(outcome.picture & set(NOUNS)) >= 1
    assert outcome.steps[outcome.kept].picture == actions.digest(outcome.picture)


# --- with backends


class Scripted:
    """Describes, writes, paints and edits with pictures of one color."""

    name = "scripted"

    def __init__(self, *changes: str) -> None:
        self.changes, self.calls = list(changes), list[tuple[str, ...]]()

    def describe(self, image: Image.Image) -> str:
        self.calls.append(("describe",))
        return f"A picture in {image.getpixel((0, 0))}."

    def select(self, description: str, k: int) -> list[str]:
        raise NotImplementedError

    def expand(self, words: Sequence[str]) -> str:
        return "A red boat on a lake."

    def compare(self, a: str, b: str) -> str:
        self.calls.append(("compare", a, b))
        return self.changes.pop(0) if self.changes else ""

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        self.calls.append(("paint", prompt, str(seed)))
        return Image.new("RGB", size, (10, 0, 0))

    def edit(self, image: Image.Image, change: str, seed: int) -> Image.Image:
        self.calls.append(("edit", change, str(seed)))
        color = image.getpixel((0, 0))
        assert isinstance(color, tuple)
        return Image.new("RGB", image.size, (color[0] + 10, 0, 0))


DATA = semcodec.pack("red boat lake", coding="lexicon", size=(32, 32))


def test_default_is_two_rounds_of_the_paper() -> None:
    backend = Scripted("Make it redder.", "Add a sail.\nNow.", "Add a third thing.")
    decoded = semcodec.decode(DATA, backend=backend, reflect_by="description", seed=3)
    assert backend.calls == [
        ("paint", "A red boat on a lake.", "3"),
        ("describe",),
        ("compare", "A picture in (10, 0, 0).", "A red boat on a lake."),
        ("edit", "Make it redder.", "4"),
        ("describe",),
        ("compare", "A picture in (20, 0, 0).", "A red boat on a lake."),
        ("edit", "Add a sail. Now.", "5"),
    ]
    assert decoded.image.getpixel((0, 0)) == (30, 0, 0)
    reflection = decoded.trace.reflection
    assert reflection is not None
    assert (reflection.kept, reflection.stopped, reflection.checker) == (
        2,
        "all tries are used",
        "",
    )
    assert any("keeps the last picture" in notice for notice in decoded.trace.notices)
    names = [stage.name for stage in decoded.trace.stages]
    assert names == ["expand", "paint", *["describe", "compare", "edit"] * 2]


@pytest.mark.parametrize(("reflect", "edits"), [("off", 0), (0, 0), (1, 1), (3, 3)])
def test_number_of_rounds(reflect: int, edits: int) -> None:
    backend = Scripted("Change one.", "Change two.", "Change three.", "Change four.")
    semcodec.decode(DATA, backend=backend, reflect_by="description", reflect=reflect)
    assert sum(call[0] == "edit" for call in backend.calls) == edits
    assert sum(call[0] == "describe" for call in backend.calls) == edits


def test_rounds_come_after_the_candidates() -> None:
    """Two candidates more used up both rounds, and each replaced a first picture as good as it."""

    class Checker:
        def check(self, image: Image.Image, predicates: Sequence[Predicate]) -> list[str]:
            return ["yes"] * len(predicates)

    class Painter(Scripted):
        def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
            return Image.new("RGB", size, (10 + seed, 0, 0))

    backend = Painter("Change one.", "Change two.", "Change three.")
    decoded = semcodec.decode(
        DATA, backend=backend, checker=Checker(), reflect_by="description", candidates=3
    )
    assert [(step.kind, step.kept) for step in decoded.steps] == [
        ("paint", True), ("paint", False), ("paint", False), ("edit", True), ("edit", True),
    ]  # fmt: skip


def test_describer_writer_and_painter_may_be_different_backends() -> None:
    describer, writer, painter = Scripted(), Scripted("Make it redder."), Scripted()
    semcodec.decode(
        DATA, describer=describer, writer=writer, painter=painter, reflect_by="description"
    )
    assert [call[0] for call in describer.calls] == ["describe"] * 2
    assert [call[0] for call in writer.calls] == ["compare"] * 2
    assert [call[0] for call in painter.calls] == ["paint", "edit"]


@pytest.mark.parametrize("change", [None, 5, b"Make it red.", ["Add a dog."]])
def test_invalid_change_ends_reflection_with_the_picture(change: object) -> None:
    backend = Scripted()
    backend.compare = lambda a, b: change  # type: ignore[method-assign,assignment,return-value]
    decoded = semcodec.decode(DATA, backend=backend, reflect_by="description")
    assert decoded.trace.reflection is not None
    assert decoded.trace.reflection.stopped == StopReason.WRITER_FAILED
    assert decoded.image.getpixel((0, 0)) == (10, 0, 0)


def test_long_change_is_shortened() -> None:
    backend = Scripted("word " * 10_000)
    semcodec.decode(DATA, backend=backend, reflect_by="description", reflect=1)
    assert len(backend.calls[-1][1]) <= 300


def test_offline_pair_changes_only_what_its_own_account_lacks() -> None:
    decoded = semcodec.decode(DATA, reflect_by="description", size=(96, 64))
    assert decoded.trace.reflection is not None
    for step in decoded.steps[1:]:
        assert step.before is not None
        assert step.before.held < step.before.of
    best = decoded.steps[decoded.trace.reflection.kept].after
    assert best is not None
    assert decoded.steps[0].after is not None
    assert best.held >= decoded.steps[0].after.held


def test_statement_about_a_hidden_noun_does_not_say_that_it_is_there() -> None:
    class Hiding(Actions):
        def check(self, picture: World) -> CheckResult | None:
            return CheckResult(("no", "yes", "yes"))

    described: list[str] = []
    actions = Hiding(writer=lambda text: described.append(text) or "", checks=True)
    predicates = [
        Predicate("noun", "plants"),
        Predicate("noun", "window"),
        Predicate("count", "plants", "two"),
    ]
    reflect_by_description(actions, predicates, Plan(0, 1))
    assert described == ["dog Window."]


def test_pending_response_of_the_writer_ends_the_call() -> None:
    class Waiting(Scripted):
        def compare(self, a: str, b: str) -> str:
            raise PendingResponseError("the batch runs", "0" * 64)

    with pytest.raises(PendingResponseError):
        semcodec.decode(DATA, backend=Waiting(), reflect_by="description", reflect=1)
