"""Reflection in ``decode``, with painters, editors and checkers that misbehave."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from PIL import Image, ImageDraw

import semcodec
from semcodec.backends.painted_scene import PaintedObject, PaintedScene
from semcodec.errors import (
    BackendError,
    BudgetExceededError,
    InputError,
    PendingResponseError,
    RefusalError,
)
from semcodec.pipeline.reflection import painting, qualification
from semcodec.pipeline.reflection.qualification import Measurement
from semcodec.pipeline.reflection.steps import Step, StopReason
from semcodec.words.predicates import Predicate
from tests.fakes import OverlapJudge

ROOT = Path(__file__).parents[3]
RECORD = semcodec.pack("two brown dogs red boat", coding="lexicon", size=(40, 30))
#: The same words in so few pixels that the payload has over 500 micro-bits per pixel.
DENSE = semcodec.pack("two brown dogs red boat", coding="lexicon", size=(256, 256))
BOAT = Predicate("noun", "boat")


class Painter:
    """Paints a gray picture; ``hidden`` objects cannot be seen until they are uncovered."""

    name = "painter"

    def __init__(self, *hidden: str) -> None:
        self.hidden = hidden
        self.calls: list[str] = []

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Any:
        self.calls.append(f"paint {seed}")
        return self._picture(size, self.hidden, seed)

    def _picture(self, size: tuple[int, int], hidden: Sequence[str], shade: int) -> Image.Image:
        image = Image.new("RGB", size, (shade % 256, len(hidden), 0))
        image.paste((255, 255, 255), (size[0] // 2, 0, *size))  # else it would be a blank picture
        image.hidden = tuple(hidden)  # type: ignore[attr-defined]
        return image


class Reporter(Painter):
    """Knows what is in its pictures."""

    def painted_scene(self, image: Any) -> Any:
        if not hasattr(image, "hidden"):
            return None
        visible = {noun: 0.1 if noun in image.hidden else 1.0 for noun in ("dogs", "boat")}
        return PaintedScene(
            (
                PaintedObject("dogs", 2, visible["dogs"], ("brown",)),
                PaintedObject("boat", 1, visible["boat"], ("red",)),
            )
        )


class EditingPainter(Reporter):
    """Edits its own pictures by ``does``."""

    def __init__(self, *hidden: str, does: Any = None) -> None:
        super().__init__(*hidden)
        self.does = does

    def edit(self, image: Any, change: str, seed: int) -> Any:
        self.calls.append(change)
        if isinstance(self.does, BaseException):
            raise self.does
        if self.does is not None:
            return self.does(self, image)
        return self._picture(image.size, (), 99)


class FixedChecker:
    """Answers with ``answers``, whatever they are."""

    name = "fixed"

    def __init__(self, answers: Any) -> None:
        self.answers = answers

    def check(self, image: Image.Image, predicates: Sequence[Predicate]) -> Any:
        return self.answers(image, predicates) if callable(self.answers) else self.answers


def decode(painter: Any, **options: Any) -> semcodec.Decoded:
    return semcodec.decode(RECORD, painter=painter, **options)


def digest(image: Image.Image) -> str:
    return hashlib.sha256(image.tobytes()).hexdigest()


def stopped(decoded: semcodec.Decoded) -> str:
    assert decoded.trace.reflection is not None
    return str(decoded.trace.reflection.stopped)


# --- the painter's own account


def test_hidden_object_is_uncovered_by_default() -> None:
    painter = EditingPainter("boat")
    decoded = decode(painter)
    assert painter.calls == ["paint 0", "Bring the boat to the front."]
    assert (stopped(decoded), decoded.image.getpixel((0, 0))) == ("nothing is missing", (99, 0, 0))
    first, second = decoded.steps
    assert (first.answers["boat"], second.answers["boat"]) == ("no", "yes")
    assert (second.predicate, second.gained, second.lost) == ("boat", ["boat"], [])
    assert second.picture == digest(decoded.image)
    assert [stage.name for stage in decoded.trace.stages] == ["expand", "paint", "edit"]
    assert decoded.trace.reflection.checker == "painter"


@pytest.mark.parametrize("reflect", ["off", 0])
def test_off_paints_one_picture_and_checks_nothing(reflect: Any) -> None:
    painter = EditingPainter("boat")
    decoded = decode(painter, reflect=reflect)
    assert painter.calls == ["paint 0"]
    assert (decoded.trace.reflection, decoded.steps) == (None, [])


def test_painter_without_a_report_is_not_checked_by_default() -> None:
    decoded = decode(Painter("boat"))
    assert (stopped(decoded), len(decoded.steps)) == ("not checked", 1)
    assert decoded.trace.notices == []


def test_number_of_tries_without_a_checker_has_a_notice() -> None:
    for options in ({"reflect": 2}, {"candidates": 2}):
        painter = Painter("boat")
        decoded = decode(painter, **options)
        assert (stopped(decoded), len(painter.calls)) == ("not checked", 1)
        assert "was not checked" in decoded.trace.notices[0]


def test_painter_that_cannot_edit_paints_again_with_the_change_in_the_prompt() -> None:
    decoded = decode(Reporter("boat"), seed=5)
    prompts = [stage.inputs[0] for stage in decoded.trace.stages if stage.name == "paint"]
    assert prompts[1] == "two brown dogs red boat Bring the boat to the front."
    assert decoded.steps[1].kind == "repaint"
    assert decoded.steps[1].seed == 5


def test_words_of_a_set_have_no_order_to_check() -> None:
    data = semcodec.pack("two brown dogs red boat", coding="bag", size=(8, 8))
    decoded = semcodec.decode(data, painter=Reporter())
    assert set(decoded.steps[0].answers) == {"dogs", "boat"}


# --- misbehaving painters and editors


def ruin(painter: Painter, image: Any) -> Any:
    return painter._picture(image.size, ("boat", "dogs"), 1)


def paint_into(painter: Painter, image: Any) -> Any:
    """Paint into the image that the editor got, and return it."""
    ImageDraw.Draw(image).rectangle((0, 0, 20, 20), "blue")
    image.hidden = ("boat", "dogs")
    return image


def close(painter: Painter, image: Any) -> Any:
    image.close()
    return image


def paint_into_and_fail(painter: Painter, image: Any) -> Any:
    paint_into(painter, image)
    raise ValueError("no")


@pytest.mark.parametrize(
    ("does", "expected"),
    [
        (ruin, "the same picture again"),
        (paint_into, "the same picture again"),
        (paint_into_and_fail, "the editor failed"),
        (lambda painter, image: image, "all tries are used"),
        (lambda painter, image: None, "the editor failed"),
        (lambda painter, image: "picture", "the editor failed"),
        (close, "the editor failed"),
        (ZeroDivisionError("x"), "the editor failed"),
        (SystemExit(3), "the editor failed"),
        (MemoryError(), "the editor failed"),
        (InputError("bad"), "the editor failed"),
        (BackendError("down"), "the editor failed"),
        (BudgetExceededError("no money"), "the budget is used"),
        (RefusalError("no"), "the editor refused"),
        (KeyboardInterrupt(), "interrupted"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_first_picture_survives_every_editor(does: Any, expected: str) -> None:
    decoded = decode(EditingPainter("boat", does=does), reflect=2)
    assert stopped(decoded) == expected
    assert (decoded.image.size, decoded.image.getpixel((0, 0))) == ((40, 30), (0, 1, 0))
    assert decoded.steps[0].picture == digest(decoded.image)
    is_failure = "failed" in expected or "budget" in expected
    assert bool(decoded.trace.notices) == is_failure
    json.loads(decoded.trace.to_json())


def test_invalid_result_of_an_editor_is_not_blamed_on_the_painter() -> None:
    class Editor:
        def edit(self, *_: object) -> None: ...

    checker = FixedChecker(["yes", "yes", "yes", "no", "no"])
    decoded = decode(Painter(), editor=Editor(), checker=checker, reflect=2)
    assert any("invalid result for 'edit'" in notice for notice in decoded.trace.notices)


def test_next_edit_begins_with_the_best_picture_and_not_with_a_ruined_one() -> None:
    before: list[Any] = []

    def paint_and_refuse(painter: Painter, image: Any) -> Any:
        before.append(image.getpixel((0, 0)))
        paint_into(painter, image)
        raise RefusalError("no")

    decode(EditingPainter("boat", does=paint_and_refuse), reflect=2)
    assert before == [(0, 1, 0)] * 2


def test_automatic_reflection_ends_after_two_tries_without_a_gain() -> None:
    def ruin_differently(painter: Painter, image: Any) -> Any:
        return painter._picture(image.size, ("boat", "dogs"), len(painter.calls))

    decoded = decode(EditingPainter("boat", does=ruin_differently))
    assert (stopped(decoded), len(decoded.steps)) == ("no gain", 3)


@pytest.mark.parametrize("size", [(80, 60), (20, 15), (40, 10)])
def test_edited_picture_of_another_size_is_fitted(size: tuple[int, int]) -> None:
    decoded = decode(
        EditingPainter("boat", does=lambda painter, image: painter._picture(size, (), 9))
    )
    assert (decoded.image.size, decoded.image.getpixel((0, 15))) == ((40, 30), (9, 0, 0))


def test_notice_about_a_picture_that_was_rolled_back_is_not_shown() -> None:
    def blank(painter: Painter, image: Any) -> Any:
        return painter._picture((400, 30), ("boat", "dogs"), 1)

    decoded = decode(EditingPainter("boat", does=blank))
    kept = decode(EditingPainter("boat"), reflect="off")
    assert decoded.trace.notices == kept.trace.notices


@pytest.mark.parametrize("fault", [None, 5, "scene", PaintedScene((1, 2)), ValueError("x")])  # type: ignore[arg-type]
def test_report_of_no_use_keeps_the_first_picture(fault: Any) -> None:
    class BadReporter(EditingPainter):
        def painted_scene(self, image: Any) -> Any:
            if isinstance(fault, Exception):
                raise fault
            return fault

    decoded = decode(BadReporter("boat"), reflect=2)
    assert stopped(decoded) in ("the checker is unsure", "the checker failed")
    assert decoded.image.getpixel((0, 0)) == (0, 1, 0)


# --- checkers


@pytest.mark.parametrize(
    "answers",
    [
        None, "yes", 5, [], ["yes"], ["yes"] * 6, ["yes"] * 4 + ["YES"], ["yes"] * 4 + [None],
        {"dogs": "yes"}, [True] * 5, ["yes"] * 4 + ["y" * 10**6],
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_invalid_answers_keep_the_first_picture(answers: Any) -> None:
    decoded = decode(EditingPainter("boat"), checker=FixedChecker(answers), reflect=2)
    assert (stopped(decoded), len(decoded.steps)) == ("the checker failed", 1)
    assert any("invalid result for 'check'" in notice for notice in decoded.trace.notices)


def test_answers_of_a_subclass_of_str_are_read_as_str() -> None:
    class Unhashable(str):
        __hash__ = None  # type: ignore[assignment]

    decoded = decode(
        EditingPainter("boat"), checker=FixedChecker([Unhashable("yes")] * 5), reflect=1
    )
    assert stopped(decoded) == "nothing is missing"
    assert {type(answer) for answer in decoded.steps[0].answers.values()} == {str}


def test_checker_gets_a_copy_of_the_picture() -> None:
    def paint_over(image: Image.Image, predicates: Any) -> list[str]:
        ImageDraw.Draw(image).rectangle((0, 0, 40, 30), "white")
        return ["no"] * len(predicates)

    decoded = decode(EditingPainter("boat"), checker=FixedChecker(paint_over), reflect=1)
    assert decoded.image.getpixel((0, 0)) == (0, 1, 0)


def test_checker_that_contradicts_itself_sees_each_picture_once() -> None:
    seen: list[str] = []

    def contradict(image: Image.Image, predicates: Any) -> list[str]:
        seen.append(digest(image))
        return ["yes", "no"][len(seen) % 2 : len(seen) % 2 + 1] * len(predicates)

    painter = EditingPainter("boat", does=lambda painter, image: image.copy())
    decode(painter, checker=FixedChecker(contradict), reflect=20, candidates=3)
    assert len(seen) == len(set(seen))


def test_named_checker_that_was_not_measured_decides_with_a_notice() -> None:
    checker = FixedChecker(["yes", "yes", "no", "yes", "yes"])
    decoded = decode(Painter(), checker=checker, reflect=1)
    assert [step.kind for step in decoded.steps] == ["paint", "repaint"]
    assert any("bench/checker.py" in notice for notice in decoded.trace.notices)
    assert [stage.name for stage in decoded.trace.stages] == ["expand", "paint", "check"] + [
        "paint"
    ] + ["check"] * (decoded.steps[1].picture != decoded.steps[0].picture)


def test_named_checker_that_was_not_measured_never_decides_by_itself() -> None:
    for data in (RECORD, DENSE):
        checker = FixedChecker(["no"] * 5)
        decoded = semcodec.decode(data, painter=Painter(), checker=checker)
        assert (stopped(decoded), decoded.trace.notices) == ("not checked", [])


class PaidChecker(FixedChecker):
    is_paid = True


@pytest.fixture
def qualified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the checker "fixed" be qualified for nouns and colors."""
    good, bad = Measurement(0.9, 200), Measurement(0.6, 200)
    by_fault = {fault: bad for faults in qualification.FAULTS.values() for fault in faults}
    for kind in ("noun", "color"):
        by_fault |= dict.fromkeys(qualification.FAULTS[kind], good)  # type: ignore[index]
    monkeypatch.setattr(qualification, "read_measurements", lambda: {"fixed": by_fault})


@pytest.mark.usefixtures("qualified")
def test_qualified_checker_decides_by_itself_only_on_long_records_and_for_free() -> None:
    def run(data: bytes, checker: Any, **options: Any) -> str:
        decoded = semcodec.decode(data, painter=Painter(), checker=checker, **options)
        return stopped(decoded)

    yes = ["yes"] * 4  # two nouns and two colors
    assert semcodec.rate_breakdown(DENSE).ubpp("payload") >= painting.MIN_AUTO_UBPP
    assert run(DENSE, FixedChecker(yes)) == "nothing is missing"
    assert run(RECORD, FixedChecker(yes), size=(1024, 1024)) == "nothing is missing"
    large = semcodec.pack("two brown dogs red boat", coding="lexicon", size=(1024, 1024))
    assert run(large, FixedChecker(yes), size=(8, 8)) == "not checked"
    assert run(DENSE, PaidChecker(yes)) == "not checked"
    assert run(DENSE, PaidChecker(yes), reflect=1) == "nothing is missing"


@pytest.mark.usefixtures("qualified")
def test_free_checker_is_not_used_by_default_with_a_paid_painter() -> None:
    class PaidPainter(Painter):
        is_paid = True

    painter, checker = PaidPainter(), FixedChecker(["no"] * 4)
    decoded = semcodec.decode(DENSE, painter=painter, checker=checker)
    assert (stopped(decoded), painter.calls) == ("not checked", ["paint 0"])


def test_model_of_a_paid_checker_is_not_looked_up_by_default() -> None:
    asked: list[str] = []

    class Unnamed(PaidChecker):
        def model_name(self, role: str) -> str:  # may need a request
            asked.append(role)
            return "model"

    assert stopped(semcodec.decode(DENSE, painter=Painter(), checker=Unnamed([]))) == "not checked"
    assert asked == []


@pytest.mark.usefixtures("qualified")
def test_paid_painter_is_not_called_again_by_default() -> None:
    class PaidReporter(EditingPainter):
        is_paid = True

    painter = PaidReporter("boat")
    assert (stopped(decode(painter)), painter.calls) == ("all tries are used", ["paint 0"])
    assert len(decode(PaidReporter("boat"), reflect=1).steps) == 2


def test_paid_editor_is_not_used_by_default() -> None:
    class PaidEditor:
        name, is_paid = "paid", True

        def edit(self, image: Any, change: str, seed: int) -> Any:
            return Image.new("RGB", image.size)

    assert decode(Reporter("boat"), editor=PaidEditor()).steps[1].kind == "repaint"
    checker = FixedChecker(["yes", "yes", "yes", "no", "no"])
    requested = decode(Reporter("boat"), editor=PaidEditor(), checker=checker, reflect=1)
    assert (requested.steps[1].kind, requested.steps[1].model) == ("edit", "paid")


def test_painter_edits_its_own_pictures_before_the_backend_for_all_stages() -> None:
    class OtherBackend(EditingPainter):
        name = "other"

    painter = EditingPainter("boat")
    decoded = decode(painter, backend=OtherBackend(), reflect=1)
    assert (decoded.steps[1].kind, decoded.steps[1].model) == ("edit", "painter")


@pytest.mark.parametrize("method", ["predicates", "description"])
def test_editor_whose_pictures_the_painter_cannot_report_is_not_called(method: Any) -> None:
    """Each of its pictures would be paid, and rolled back."""

    class OtherEditor:
        name = "other"

        def edit(self, image: Any, change: str, seed: int) -> Any:
            raise AssertionError("it is called")

    class Comparing:
        name = "comparing"
        select = compress = decompress = None

        def expand(self, words: list[str]) -> str:
            return " ".join(words)

        def compare(self, a: str, b: str) -> str:
            return "Add a boat."

    options = {"reflect": 1, "reflect_by": method, "describer": Describing()}
    for painter, kind in ((EditingPainter("boat"), "edit"), (Reporter("boat"), "repaint")):
        decoded = decode(painter, editor=OtherEditor(), writer=Comparing(), **options)
        assert [(step.kind, step.model) for step in decoded.steps[1:]] == [(kind, "painter")]
        assert any("editor other is not used" in notice for notice in decoded.trace.notices)


def test_checker_that_misses_faults_does_not_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [fault for group in qualification.FAULTS.values() for fault in group]
    measured = {"fixed": dict.fromkeys(faults, Measurement(0.55, 300))}
    monkeypatch.setattr(qualification, "read_measurements", lambda: measured)
    decoded = decode(Painter(), checker=FixedChecker(["no"] * 5), reflect=3)
    assert (stopped(decoded), len(decoded.steps)) == ("not checked", 1)
    assert "misses too many planted faults" in decoded.trace.notices[0]
    decoded = decode(EditingPainter("boat"), checker=FixedChecker(["no"] * 5), reflect=3)
    assert decoded.trace.reflection.checker == "painter"
    assert decoded.trace.notices[0].endswith("reports of its own picture decides instead.")


# --- similarity


class Describing:
    """Describes the brightest picture best."""

    name = "describing"

    def __init__(self) -> None:
        self.calls = 0

    def describe(self, image: Image.Image) -> str:
        self.calls += 1
        return "A red boat." if image.getpixel((0, 0)) == (12, 1, 0) else "A green tree."


def test_similarity_of_a_named_describer_decides_ties(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "judge", lambda name: OverlapJudge())
    describer = Describing()
    options: dict[str, Any] = {"describer": describer, "seed": 10, "candidates": 4}
    decoded = decode(Reporter("boat"), reflect="off", **options)
    assert [step.after.similarity for step in decoded.steps if step.after] == [0, 0, 0.258, 0]
    assert (decoded.trace.reflection.kept, describer.calls) == (2, 4)
    assert decoded.steps[2].why == "as many statements, and more similar"
    assert [stage.name for stage in decoded.trace.stages].count("describe") == 4
    assert decode(Reporter("boat"), reflect="off", seed=10, candidates=4).trace.reflection.kept == 0


def test_describer_is_not_called_without_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "judge", lambda name: OverlapJudge())
    describer = Describing()
    decode(Reporter(), reflect=3, describer=describer)  # nothing is missing
    decode(Reporter("boat"), describer=describer)  # nothing is requested
    assert describer.calls == 0


def test_describer_without_a_sentence_model_has_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "judge", lambda name: None)
    decoded = decode(Reporter("boat"), reflect=1, describer=Describing())
    assert any("semcodec[judge]" in notice for notice in decoded.trace.notices)


# --- candidates


class Lottery(Reporter):
    """Hides the boat in every picture but that with the seed 12."""

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Any:
        self.calls.append(f"paint {seed}")
        return self._picture(size, () if seed == 12 else ("boat",), seed)


def test_best_of_several_seeds_is_kept() -> None:
    painter = Lottery()
    decoded = decode(painter, seed=10, candidates=5, reflect="off")
    assert painter.calls == ["paint 10", "paint 11", "paint 12"]
    assert (decoded.trace.reflection.kept, stopped(decoded)) == (2, "nothing is missing")
    assert decoded.image.getpixel((0, 0)) == (12, 0, 0)


def test_candidates_of_a_painter_that_fails_keep_the_best() -> None:
    class Failing(Lottery):
        def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Any:
            if seed > 10:
                raise OSError("no memory")
            return super().paint(prompt, size, seed)

    decoded = decode(Failing(), seed=10, candidates=5, reflect="off")
    assert (stopped(decoded), decoded.trace.reflection.kept) == ("the painter failed", 0)


# --- what a caller gets


def test_callback_gets_copies_of_the_pictures() -> None:
    got: list[tuple[Step, Image.Image | None]] = []

    def keep(step: Step, image: Image.Image | None) -> None:
        got.append((step, image))
        if image is not None:
            ImageDraw.Draw(image).rectangle((0, 0, 40, 30), "white")

    decoded = decode(EditingPainter("boat"), on_step=keep)
    assert [step for step, _ in got] == decoded.steps
    assert decoded.image.getpixel((0, 0)) == (99, 0, 0)


def test_failed_first_picture_is_an_error_with_its_trace() -> None:
    class Broken(Reporter):
        def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Any:
            raise RefusalError("no")

    with pytest.raises(RefusalError) as caught:
        decode(Broken(), reflect=3, candidates=2)
    assert caught.value.trace.stages[-1].name == "paint"


def test_trace_has_the_published_schema() -> None:
    schema = json.loads((ROOT / "spec/schema/trace-1.json").read_text())
    check = jsonschema_rs.Draft202012Validator(schema)
    painters: list[Any] = [Painter(), Reporter("boat"), EditingPainter("boat", "dogs")]
    painters += [EditingPainter("boat", does=RefusalError("no")), Lottery()]
    for painter in painters:
        for options in ({}, {"reflect": "off"}, {"reflect": 3, "candidates": 2}):
            trace = json.loads(decode(painter, **options).trace.to_json())
            check.validate(trace)
            assert set(trace) == set(schema["properties"])
            for step in (trace["reflection"] or {"steps": []})["steps"]:
                assert set(step) == set(schema["$defs"]["step"]["properties"])
    reasons = schema["$defs"]["reflection"]["properties"]["stopped"]["enum"]
    assert reasons == [reason.value for reason in StopReason]


def test_interrupt_before_the_first_picture_is_raised() -> None:
    class Interrupted(Reporter):
        def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decode(Interrupted())


def test_cost_of_a_step_is_that_of_its_calls() -> None:
    def edit(painter: Painter, image: Any) -> Any:
        from semcodec.backends import add_note

        add_note("calls", {"input_tokens": 10, "output_tokens": 5, "dollars": 0.25})
        add_note("calls", {"input_tokens": "many", "dollars": None})
        return painter._picture(image.size, (), 3)

    step = decode(EditingPainter("boat", does=edit)).steps[1]
    assert (step.tokens, step.dollars, step.model) == (15, None, "painter")


@pytest.mark.parametrize("options", [{}, {"reflect_by": "description"}])
def test_pending_response_ends_the_call_and_no_decision_is_made(options: dict[str, Any]) -> None:
    """The same call continues later: a checker that was not asked has not failed."""

    def wait(image: Image.Image, predicates: Sequence[Predicate]) -> Any:
        raise PendingResponseError("the batch runs", "0" * 64)

    with pytest.raises(PendingResponseError) as caught:
        decode(EditingPainter("boat"), checker=FixedChecker(wait), reflect=1, **options)
    assert caught.value.picture is not None
