"""The actions of the loop, carried out by backends in a traced run.

A backend is third-party code: it may change the image that it gets, or return the same object
again. The picture that is kept is therefore a copy of its own, and if an editor has painted into
the image that it got, the copy replaces that image.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from semcodec.backends import Describer, Editor, GuidedPainter, Painter, Writer
from semcodec.backends.guides import declared_guides
from semcodec.backends.isolation import attempt, backend_name, isolate
from semcodec.backends.protocols import Checker
from semcodec.errors import MissingFeatureError
from semcodec.pipeline import validation
from semcodec.pipeline.guidance import Aligner, Guidance
from semcodec.pipeline.reflection.checkers import SceneChecker
from semcodec.pipeline.reflection.scoring import CheckResult
from semcodec.pipeline.reflection.steps import StepCost
from semcodec.pipeline.reflection.suggestions import suggest_changes
from semcodec.pipeline.trace import TracedRun, as_number, list_calls
from semcodec.words.predicates import Predicate
from semcodec.words.selection.similarity import Judge, scaled_similarities

if TYPE_CHECKING:
    from PIL.Image import Image

_TOKENS: Final = ("input_tokens", "output_tokens")


@dataclass(slots=True)
class Picture:
    """A picture of one step.

    Attributes:
        raw: the object that the painter or editor returned, with what it knows of it.
        unaligned: a copy of ``raw`` in RGB.
        image: what is checked and kept: a copy in RGB, aligned with the colors of the record if
            the painter does not take them. Edits start from ``raw``, so that a picture is aligned
            once, and the colors do not drift from one edit to the next.
        digest: SHA-256 of the pixels of ``image``, in hexadecimal.
        model: the name of the backend that made it.
        notices: sentences for the user about this picture.
    """

    raw: Any
    unaligned: Image
    image: Image
    digest: str
    model: str
    notices: list[str] = field(default_factory=list)


@dataclass
class BackendActions:
    """Paints, edits and checks with backends; see ``loop.Actions``.

    Attributes:
        run: the run whose trace gets each call.
        painter: paints.
        editor: edits; None if pictures can only be painted again.
        checker: checks; None if nothing is checked.
        words: the words of the record.
        prompt: the prompt.
        size: width and height to paint.
        predicates: what to check.
        guidance: what the layers of the record do for these pictures.
        describer: describes pictures; None if they are not described.
        writer: compares descriptions; None if they are not compared.
        judge: measures the similarity of descriptions to the words; None if it does not count.
    """

    run: TracedRun
    painter: Painter
    editor: Editor | None
    checker: Checker | None
    words: list[str]
    prompt: str
    size: tuple[int, int]
    predicates: Sequence[Predicate]
    guidance: Guidance = field(default_factory=Guidance)
    describer: Describer | None = None
    writer: Writer | None = None
    judge: Judge | None = None

    def __post_init__(self) -> None:
        self._model, self._started = "", time.perf_counter()
        self._stages = len(self.run.trace.stages)  # those before this step
        changer = self.painter if self.editor is None else self.editor
        self._knows_boxes = "layout" in declared_guides(changer)

    @property
    def full_prompt(self) -> str:
        """The prompt with the places of its words."""
        return self.guidance.extend(self.prompt)

    @property
    def backends(self) -> tuple[object, ...]:
        """All backends that can be called."""
        return self.painter, self.editor, self.checker, self.describer, self.writer

    def paint(self, seed: int) -> Picture:
        """Return a picture of the prompt."""
        return self._paint(self.full_prompt, seed)

    def repaint(self, changes: Sequence[str], seed: int) -> Picture:
        """Return a picture of the prompt and ``changes``, which are sentences."""
        return self._paint(" ".join([self.full_prompt, *changes]), seed)

    def edit(self, picture: Picture, change: str, seed: int) -> Picture:
        """Return ``picture`` with ``change`` applied."""
        editor = cast(Editor, self.editor)  # without one, the loop does not edit
        self._model = backend_name(editor)
        before = _digest(picture.raw)
        try:
            raw = self.run.run_stage("edit", editor, Editor.edit, picture.raw, change, seed)
            return self._picture(raw, editor, "edit")
        except MissingFeatureError as error:
            self.run.add_notice(f"{error} Changes were painted as new pictures instead.")
            raise
        finally:
            if _digest(picture.raw) != before:  # the editor has painted into it
                picture.raw = picture.unaligned.copy()

    def check(self, picture: Picture) -> CheckResult | None:
        """Return the answers of the checker."""
        if self.checker is None:
            return None
        predicates = list(self.predicates)
        if isinstance(self.checker, SceneChecker):  # an account and not a model, so it is no stage
            with isolate(self.painter, "check", "failed to report its picture"):
                result: object = self.checker.check(picture.raw, predicates)
        else:
            image = picture.image.copy()
            result = self.run.run_stage("check", self.checker, Checker.check, image, predicates)
        answers = validation.check_answers(result, len(predicates), self.checker)
        # A picture in which nothing is missing ends the loop, whatever it is similar to.
        similarity = self._measure_similarity(picture) if "no" in answers else 0
        return CheckResult(answers, similarity)

    def suggest(
        self, picture: Picture, predicate: Predicate, tried: AbstractSet[str]
    ) -> Sequence[str]:
        """Return changes by rule, which use the painter's account of the picture if it has one."""
        painted = None
        if isinstance(self.checker, SceneChecker):
            with isolate(self.painter, "check", "failed to report its picture"):
                painted = self.checker.find(picture.raw, predicate.noun)
        boxes = self.guidance.find_boxes(predicate.noun)
        return suggest_changes(predicate, painted, tried, boxes, knows_boxes=self._knows_boxes)

    def describe(self, picture: Picture) -> str:
        """Return a description of ``picture``, by the prompt that describes photographs."""
        describer = cast(Describer, self.describer)  # without one, the loop does not describe
        image = picture.image.copy()
        text = self.run.run_stage("describe", describer, Describer.describe, image)
        return validation.check_description(text, describer)

    def name_change(self, description: str) -> str:
        """Return the change by which the described picture would be more like the prompt."""
        writer = cast(Writer, self.writer)
        change = self.run.run_stage("compare", writer, Writer.compare, description, self.prompt)
        return validation.check_change(change, writer)

    def _measure_similarity(self, picture: Picture) -> int:
        """Return how similar the picture's description is to the words, in thousandths."""
        if self.judge is None:
            return 0
        words = " ".join(self.words)
        (millionths,) = scaled_similarities(self.judge, words, [self.describe(picture)])
        return round(millionths / 1000)

    def digest(self, picture: Picture) -> str:
        """Return the SHA-256 of the pixels."""
        return picture.digest

    def take_cost(self) -> StepCost:
        """Return what was used since the last call."""
        stages, now = self.run.trace.stages, time.perf_counter()
        calls = list_calls(stages[self._stages :])
        dollars = [as_number(call.get("dollars")) for call in calls]
        known = [price for price in dollars if price is not None]
        cost = StepCost(
            self._model,
            round(now - self._started, 4),
            sum(int(as_number(call.get(name)) or 0) for call in calls for name in _TOKENS),
            sum(known) if len(known) == len(dollars) else None,
        )
        self._stages, self._started = len(stages), now
        return cost

    def _paint(self, prompt: str, seed: int) -> Picture:
        self._model = backend_name(self.painter)
        raw = self._call_painter(prompt, seed)
        if self.guidance.uses:
            uses = self.guidance.uses.items()
            self.run.add_notes(guides=[f"{layer}: {use}" for layer, use in uses])
        return self._picture(raw, self.painter, "paint")

    def _call_painter(self, prompt: str, seed: int) -> object:
        if (guide := self.guidance.guide) is None:
            return self.run.run_stage("paint", self.painter, Painter.paint, prompt, self.size, seed)
        painter = cast(GuidedPainter, self.painter)
        return self.run.run_stage(
            "paint", painter, GuidedPainter.paint, prompt, self.size, seed, guide=guide
        )

    def _picture(self, raw: object, backend: object, stage: str) -> Picture:
        """Return the picture that a backend has made; its notices wait until it is kept."""
        notices: list[str] = []
        checked = validation.check_picture(raw, self.words, backend, notices.append, stage)
        unaligned = validation.to_rgb(checked, backend, stage)
        image = self._align(unaligned)
        return Picture(raw, unaligned, image, _digest(image), self._model, notices)

    def _align(self, image: Image) -> Image:
        aligner = self.guidance.aligner
        return (
            image if aligner is None else self.run.run_stage("align", aligner, Aligner.align, image)
        )


def _digest(image: Any) -> str:
    """Return the SHA-256 of the pixels of an image; "" if it cannot be read."""
    return attempt(lambda: hashlib.sha256(image.tobytes()).hexdigest(), "")
