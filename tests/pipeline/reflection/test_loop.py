"""The loop of reflection in worlds that misbehave: it ends, and its result is never worse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.errors import BackendError, RefusalError
from semcodec.pipeline.reflection import loop
from semcodec.pipeline.reflection.loop import Outcome, Plan, reflect
from semcodec.pipeline.reflection.scoring import CheckResult
from semcodec.pipeline.reflection.steps import StopReason
from semcodec.words.predicates import Predicate
from tests.pipeline.reflection import worlds
from tests.pipeline.reflection.worlds import STATEMENTS, TEXTS, Painted, World
from tests.profiles import examples

#: Two of five statements do not hold, neither about the subject: a local failure.
LOCAL = frozenset(TEXTS[:3])


def run(world: World, tries: int = 2, **plan: Any) -> Outcome[Painted]:
    """Reflect with a given number of tries, and check the laws."""
    outcome = reflect(world, STATEMENTS, Plan(7, tries, prompt="a bus", **plan))
    check_laws(world, outcome, tries, plan.get("candidates", 1))
    return outcome


def check_laws(world: World, outcome: Outcome[Painted], tries: int, candidates: int) -> None:
    """Check what is true of every outcome."""
    steps = outcome.steps
    assert [step.n for step in steps] == list(range(len(steps)))
    assert len(world.made) <= len(steps) <= max(tries + 1, candidates)
    kept = steps[outcome.kept]
    assert kept.n == max(step.n for step in steps if step.kept)
    assert kept.picture == world.digest(outcome.picture)
    assert max(world.checked.values(), default=0) <= 1
    best = None
    for step in steps:
        assert step.before == best
        if step.kept and step.after is not None:
            rank = (step.after.held, step.after.similarity)
            assert best is None or rank > (best.held, best.similarity)
            best = step.after
    first, last = steps[0].after, kept.after
    if first is not None and last is not None:
        assert (last.held, last.similarity) >= (first.held, first.similarity)


def always(changes: list[str]) -> Callable[[str], list[str]]:
    """Return a function that suggests the same ``changes`` for every statement."""
    return lambda text: changes


@st.composite
def any_world(draw: st.DrawFn) -> World:
    """A world with any events."""
    return World(
        first=draw(st.frozensets(st.sampled_from(TEXTS))),
        edits=draw(st.lists(st.sampled_from(worlds.EVENTS), min_size=1, max_size=6)),
        paints=draw(st.lists(st.sampled_from(worlds.EVENTS), min_size=1, max_size=4)),
        checks=draw(st.lists(st.sampled_from(worlds.CHECKS), min_size=1, max_size=5)),
        suggestions=draw(st.sampled_from([None, None, None, *map(always, ([], [" "], ["x"]))])),
        random_answers=draw(
            st.lists(st.sampled_from(("yes", "no", "unsure")), min_size=1, max_size=40)
        ),
    )  # fmt: skip


@examples(150)
@given(
    world=any_world(),
    tries=st.integers(0, 6),
    candidates=st.integers(1, 5),
    patience=st.sampled_from([None, 2]),
    can_edit=st.booleans(),
)
def test_the_result_is_never_worse_and_the_loop_ends(
    world: World, tries: int, candidates: int, patience: int | None, can_edit: bool
) -> None:
    run(world, tries, candidates=candidates, patience=patience, can_edit=can_edit)


@examples(40)
@given(world=any_world(), tries=st.integers(0, 6), candidates=st.integers(1, 5))
def test_with_an_honest_checker_no_more_statements_are_broken(
    world: World, tries: int, candidates: int
) -> None:
    world.checks = [worlds.is_honest]
    outcome = run(world, tries, candidates=candidates)
    assert len(outcome.picture.holds & set(TEXTS)) >= len(world.first)


# --- one world after the other


def test_every_fault_is_healed_one_after_the_other() -> None:
    outcome = run(World(LOCAL), 5)
    assert outcome.stopped == "nothing is missing"
    assert outcome.picture.holds == set(TEXTS)
    assert [(step.kind, step.predicate, step.kept) for step in outcome.steps] == [
        ("paint", "", True),
        ("edit", TEXTS[3], True),
        ("edit", TEXTS[4], True),
    ]
    assert [step.gained for step in outcome.steps[1:]] == [[TEXTS[3]], [TEXTS[4]]]
    assert [step.seed for step in outcome.steps] == [7, 8, 9]


def test_tries_are_limited() -> None:
    outcome = run(World(frozenset(TEXTS[:2])), 1)
    assert (outcome.stopped, len(outcome.steps)) == (StopReason.TRIES_USED, 2)


@pytest.mark.parametrize("event", [worlds.ruins, worlds.breaks_one, worlds.swaps])
def test_picture_that_is_not_better_is_rolled_back(event: worlds.Event) -> None:
    world = World(LOCAL, edits=[event])
    outcome = run(world, 3)
    assert (outcome.picture, outcome.kept) == (world.made[0], 0)
    assert all(step.lost and not step.kept and "lost" in step.why for step in outcome.steps[1:])


def test_swap_with_a_net_gain_is_kept() -> None:
    def swaps_two(picture: Painted, target: str, world: World) -> Painted:
        return Painted(frozenset(TEXTS) - {TEXTS[2]}, world.next_mark())

    outcome = run(World(LOCAL, edits=[swaps_two]), 1)
    assert (outcome.kept, outcome.steps[1].lost) == (1, [TEXTS[2]])
    assert outcome.steps[1].gained == [TEXTS[3], TEXTS[4]]


def test_next_statement_is_tried_when_nothing_else_can_be_done_for_the_first() -> None:
    world = World(LOCAL, edits=[worlds.does_nothing, worlds.breaks_one, worlds.heals])
    outcome = run(world, 3)
    assert [step.predicate for step in outcome.steps[1:]] == [TEXTS[3], TEXTS[3], TEXTS[4]]
    assert outcome.kept == 3


def test_subject_that_is_missing_needs_another_seed() -> None:
    outcome = run(World(frozenset(TEXTS[1:])), 1)
    assert [(step.kind, step.seed, step.ask) for step in outcome.steps] == [
        ("paint", 7, "a bus"),
        ("again", 8, "a bus"),
    ]


@pytest.mark.parametrize(
    ("change", "kind"), [("Add bus.", "again"), ("Bring the bus to the front.", "edit")]
)
def test_subject_that_is_only_hidden_is_brought_to_the_front(change: str, kind: str) -> None:
    world = World(frozenset(TEXTS[1:]), suggestions=always([change]))
    assert run(world, 1).steps[1].kind == kind


def test_more_than_half_missing_needs_another_seed() -> None:
    kinds = [run(World(frozenset(TEXTS[:n])), 1).steps[1].kind for n in (1, 2, 3, 4)]
    assert kinds == ["again", "again", "edit", "edit"]


def test_half_of_the_statements_missing_is_a_local_failure() -> None:
    world = World(checks=[lambda picture, world: CheckResult(("yes", "yes", "no", "no"))])
    assert reflect(world, STATEMENTS[:4], Plan(0, 1)).steps[1].kind == "edit"


def test_only_a_noun_is_the_subject() -> None:
    statements = [STATEMENTS[3], *STATEMENTS[:3]]
    world = World(LOCAL, checks=[lambda picture, world: CheckResult(("no", "yes", "yes", "yes"))])
    assert reflect(world, statements, Plan(0, 1)).steps[1].kind == "edit"


def test_painter_that_ignores_the_seed_is_not_asked_again() -> None:
    world = World(frozenset(TEXTS[:1]), paints=[worlds.does_nothing])
    assert [step.kind for step in run(world, 3).steps] == ["paint", "again", "edit", "edit"]
    world = World(frozenset(TEXTS[:1]), paints=[worlds.does_nothing])
    assert [step.kind for step in run(world, 0, candidates=9).steps] == ["paint", "paint"]


def test_seed_continues_after_the_largest_one() -> None:
    world = World(frozenset(TEXTS[1:]))
    outcome = reflect(world, STATEMENTS, Plan(2**32 - 1, 1))
    assert [step.seed for step in outcome.steps] == [2**32 - 1, 0]


@pytest.mark.parametrize(
    ("plan", "stopped", "steps"),
    [({}, "all tries are used", 5), ({"patience": 2}, "no gain", 3)],
)
def test_only_an_automatic_loop_stops_without_a_gain(
    plan: dict[str, Any], stopped: str, steps: int
) -> None:
    outcome = run(World(LOCAL, edits=[worlds.breaks_one]), 4, **plan)
    assert (outcome.stopped, len(outcome.steps)) == (stopped, steps)


def test_gain_renews_the_patience() -> None:
    lost, healed = worlds.breaks_one, worlds.heals
    outcome = run(World(frozenset(TEXTS[:3]), edits=[lost, healed, lost, healed]), 4, patience=2)
    assert outcome.stopped == StopReason.NOTHING_MISSING


@pytest.mark.parametrize(
    ("suggestions", "stopped"),
    [
        (lambda text: [], "no change is left to try"),
        (lambda text: ["", " \n"], "no change is left to try"),
        (lambda text: ["Do it."], "the same change again"),
    ],
)
def test_changes_that_cannot_help_end_the_loop(suggestions: Any, stopped: str) -> None:
    world = World(LOCAL, edits=[worlds.breaks_one], suggestions=suggestions)
    assert run(world, 4).stopped == stopped


def test_two_pictures_in_turn_end_the_loop() -> None:
    world = World(LOCAL, edits=[worlds.heals, worlds.returns_the_first])
    outcome = run(world, 5)
    assert (outcome.stopped, outcome.kept, len(outcome.steps)) == ("the same picture again", 1, 3)
    assert outcome.steps[2].answers == {}


def test_picture_that_was_rolled_back_is_not_checked_again() -> None:
    def returns_the_second(picture: Painted, target: str, world: World) -> Painted:
        return world.made[1]

    world = World(LOCAL, edits=[worlds.breaks_one, returns_the_second])
    outcome = run(world, 5)
    assert (outcome.stopped, len(outcome.steps)) == (StopReason.SEEN_BEFORE, 3)


@pytest.mark.parametrize("event", [worlds.refuses, worlds.does_nothing])
def test_only_fruitless_tries_in_a_row_end_the_loop(event: worlds.Event) -> None:
    events = [event, event, worlds.breaks_one, event]
    outcome = run(World(frozenset(TEXTS[:3]), edits=events), 4)
    assert outcome.stopped == StopReason.TRIES_USED


def test_editor_that_does_nothing_ends_the_loop_after_a_few_tries() -> None:
    outcome = run(World(LOCAL, edits=[worlds.does_nothing]), 50)
    assert outcome.stopped == StopReason.SEEN_BEFORE
    assert len(outcome.steps) == 1 + loop.MAX_FRUITLESS


@pytest.mark.parametrize(
    ("can_edit", "stopped"), [(True, "the editor refused"), (False, "the painter refused")]
)
@pytest.mark.parametrize("tries", [1, 2, 50])
@pytest.mark.parametrize("patience", [None, 2])
def test_refusals_are_tries_and_a_few_of_them_end_the_loop(
    can_edit: bool, stopped: str, tries: int, patience: int | None
) -> None:
    world = World(LOCAL, edits=[worlds.refuses])
    outcome = run(world, tries, can_edit=can_edit, patience=patience)
    assert (outcome.stopped, outcome.kept) == (stopped, 0)
    assert len(outcome.steps) == 1 + min(tries, patience or loop.MAX_FRUITLESS)
    assert outcome.steps[1].picture == ""
    assert outcome.steps[1].why == stopped


def test_refusal_of_the_only_change_is_the_reason() -> None:
    class OneChange(World):
        def suggest(
            self, picture: Painted, predicate: Predicate, tried: AbstractSet[str]
        ) -> Sequence[str]:
            return [] if tried else ["Add a dog."]

    assert run(OneChange(LOCAL, edits=[worlds.refuses]), 3).stopped == "the editor refused"
    healed = run(OneChange(LOCAL, edits=[worlds.does_nothing]), 3)
    assert healed.stopped == "no change is left to try"


def test_refusal_does_not_end_the_loop() -> None:
    outcome = run(World(LOCAL, edits=[worlds.refuses, worlds.heals]), 3)
    assert [step.kept for step in outcome.steps] == [True, False, True, True]


@pytest.mark.parametrize(
    ("event", "stopped"),
    [
        (worlds.crashes, "the editor failed"),
        (worlds.spends, "the budget is used"),
        (worlds.is_interrupted, "interrupted"),
    ],
)
def test_failure_in_the_middle_keeps_the_best_picture(event: worlds.Event, stopped: str) -> None:
    outcome = run(World(LOCAL, edits=[worlds.heals, event]), 9)
    assert (outcome.stopped, outcome.kept, len(outcome.steps)) == (stopped, 1, 3)
    assert (outcome.steps[2].why, outcome.steps[2].picture) == (stopped, "")
    assert (outcome.error is None) == (stopped == "interrupted")


@pytest.mark.parametrize(
    ("check", "stopped"),
    [
        (worlds.is_blind, "the checker refused"),
        (worlds.check_crashes, "the checker failed"),
        (worlds.check_is_interrupted, "interrupted"),
        (worlds.cannot_check, "not checked"),
        (worlds.is_unsure, "the checker is unsure"),
        (worlds.always_says_yes, "nothing is missing"),
    ],
)
def test_checker_of_no_use_keeps_the_first_picture(check: worlds.Check, stopped: str) -> None:
    outcome = run(World(LOCAL, checks=[check]), 4)
    assert (outcome.stopped, outcome.kept, len(outcome.steps)) == (stopped, 0, 1)


def test_checker_that_fails_later_keeps_the_best_picture() -> None:
    for check in (worlds.is_blind, worlds.check_crashes, worlds.check_is_interrupted):
        world = World(frozenset(TEXTS[:2]) | {TEXTS[3]}, checks=[worlds.is_honest] * 2 + [check])
        outcome = run(world, 4)
        assert (outcome.kept, len(outcome.steps)) == (1, 3)
        assert outcome.steps[2].picture
        assert not outcome.steps[2].answers


def test_first_picture_that_cannot_be_painted_is_an_error() -> None:
    class NoPainter(World):
        def paint(self, seed: int) -> Painted:
            raise RefusalError("refused")

    with pytest.raises(RefusalError):
        reflect(NoPainter(), STATEMENTS, Plan(0, 3))


def test_suggestions_that_fail_keep_the_first_picture() -> None:
    def fail(text: str) -> Sequence[str]:
        raise BackendError("no report")

    assert run(World(LOCAL, suggestions=fail), 3).stopped == StopReason.EDITOR_FAILED


# --- candidates


def test_best_candidate_is_kept_and_a_perfect_one_is_the_last() -> None:
    some = [worlds.breaks_one, worlds.heals, worlds.ruins]
    world = World(LOCAL - {TEXTS[0]}, paints=some)
    outcome = run(world, 0, candidates=4)
    assert (outcome.kept, outcome.stopped) == (2, StopReason.TRIES_USED)
    assert [step.kind for step in outcome.steps] == ["paint"] * 4
    world = World(frozenset(TEXTS[1:]), paints=some)
    outcome = run(world, 0, candidates=9)
    assert (outcome.kept, outcome.stopped) == (2, StopReason.NOTHING_MISSING)


def test_candidates_and_tries_share_the_pictures() -> None:
    world = World(LOCAL, paints=[worlds.breaks_one], edits=[worlds.breaks_one])
    kinds = [step.kind for step in run(world, 3, candidates=3).steps]
    assert kinds == ["paint", "paint", "paint", "edit"]


def test_candidates_do_not_use_up_the_patience() -> None:
    edits = [worlds.breaks_one, worlds.heals, worlds.heals]
    world = World(LOCAL, paints=[worlds.breaks_one], edits=edits)
    assert run(world, 6, candidates=3, patience=2).stopped == StopReason.NOTHING_MISSING


def test_pictures_without_an_editor_get_all_kept_changes_in_the_prompt() -> None:
    world = World(LOCAL, edits=[worlds.heals])
    outcome = run(world, 4, can_edit=False)
    assert [step.kind for step in outcome.steps] == ["paint", "repaint", "repaint"]
    assert {step.seed for step in outcome.steps} == {7}
    first, second = (step.ask for step in outcome.steps[1:])
    assert world.prompts == [[first], [first, second]]


def test_changes_of_a_picture_are_not_in_the_prompt_after_another_seed_is_kept() -> None:
    def has_two(picture: Painted, target: str, world: World) -> Painted:
        return Painted(frozenset(TEXTS[1:3]), world.next_mark())

    world = World(paints=[worlds.ruins, has_two, worlds.ruins])
    outcome = run(world, 5, can_edit=False)
    kinds = ["paint", "again", "repaint", "again", "again", "repaint"]
    assert [step.kind for step in outcome.steps] == kinds
    assert world.prompts == [["Fix it: bus"], ["Repair: bus"]]


# --- similarity


@pytest.mark.parametrize(
    ("similarity", "event", "kept"),
    [(549, "same", 0), (550, "same", 1), (1000, "swap", 0), (-1000, "more", 1)],
)
def test_similarity_only_decides_a_tie_in_which_nothing_is_lost(
    similarity: int, event: str, kept: int
) -> None:
    holds = {"same": LOCAL, "swap": frozenset(TEXTS[1:4]), "more": frozenset(TEXTS)}[event]

    def check(picture: Painted, world: World) -> CheckResult:
        answers = worlds.is_honest(picture, world).answers
        return CheckResult(answers, similarity if picture.mark else 500)

    def edit(picture: Painted, target: str, world: World) -> Painted:
        return Painted(holds, world.next_mark())

    assert run(World(LOCAL, edits=[edit], checks=[check]), 1).kept == kept


# --- steps


def test_callback_gets_every_step_with_its_picture() -> None:
    world = World(LOCAL, edits=[worlds.refuses, worlds.heals])
    got: list[Any] = []
    outcome = reflect(world, STATEMENTS, Plan(0, 2), lambda *step: got.append(step))
    assert [step for step, _ in got] == outcome.steps
    assert [picture for _, picture in got] == [world.made[0], None, world.made[1]]


def test_error_of_the_callback_is_not_caught() -> None:
    def fail(*step: Any) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        reflect(World(LOCAL), STATEMENTS, Plan(0, 2), fail)


def test_ctrl_c_in_the_callback_keeps_the_best_picture() -> None:
    def stop(step: Any, picture: Any) -> None:
        if step.n == 1:
            raise KeyboardInterrupt

    outcome = reflect(World(LOCAL), STATEMENTS, Plan(0, 2), stop)
    assert (outcome.stopped, outcome.kept, len(outcome.steps)) == ("interrupted", 1, 2)


def test_words_without_statements_are_not_checked() -> None:
    outcome = reflect(World(LOCAL), [], Plan(0, 3))
    assert (outcome.stopped, len(outcome.steps)) == (StopReason.NOTHING_TO_CHECK, 1)


def test_step_has_the_cost_of_its_calls() -> None:
    step = run(World(LOCAL), 1).steps[1]
    assert (step.model, step.seconds, step.tokens, step.dollars) == ("world", 0.5, 3, 0.25)
