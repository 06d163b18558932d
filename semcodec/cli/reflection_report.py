"""What reflection did, in plain words and as a strip of pictures; all of it is in the trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from semcodec.imaging import contact_sheet
from semcodec.pipeline.reflection.scoring import Score
from semcodec.pipeline.reflection.steps import ReflectionTrace, Step

if TYPE_CHECKING:
    from PIL.Image import Image

GREEN, RED, GRAY = "#1a7f37", "#b3261e", "#6b6b6b"  #: kept, rolled back, neither
MAX_STATEMENTS: Final = 4  #: named in a cell of the strip; the page has all
MAX_LETTERS: Final = 48  #: of a statement or a name in the strip


class StepText(NamedTuple):
    """One step in words.

    Attributes:
        title: its number and what was tried, such as ``"1. Bring the keyboard to the front."``.
        note: how, by what and with which seed.
        verdict: what came of it, such as ``"kept: 6 of 6 statements hold (5 before)"``.
        color: green if the picture was kept, red if it was rolled back, else gray.
        changes: statements gained, lost and missing, a clause each.
    """

    title: str
    note: str
    verdict: str
    color: str
    changes: tuple[str, ...]


def describe_step(step: Step, *, is_result: bool = False) -> StepText:
    """Return a step in words; ``is_result`` states whether its picture is the result."""
    note = [_shorten(step.model), f"seed {step.seed}", f"{step.seconds:.1f} s"]
    if step.dollars:
        note.append(f"${step.dollars:.4f}")
    if is_result:
        note.append("the result")
    return StepText(
        f"{step.n}. {heading(step)}", " · ".join(filter(None, note)), _verdict(step),
        _color(step, is_result), tuple(_changes(step)),
    )  # fmt: skip


def heading(step: Step) -> str:
    """Return what a step tried, in a few words."""
    if step.n == 0:
        return "First picture"
    if step.kind == "paint":
        return "Another candidate"
    if step.kind == "again":
        return "Painted again with another seed"
    return step.ask or step.predicate


def _verdict(step: Step) -> str:
    if not step.picture:
        return f"no picture: {step.why}" if step.why else "no picture"
    score = describe_score(step.after)
    if step.n == 0:
        return score
    outcome = "kept" if step.kept else "rolled back"
    if step.after is None or step.before is None:
        return f"{outcome}: {step.why or score}"
    return f"{outcome}: {score} ({_earlier(step.before, step.after)} before)"


def _earlier(before: Score | None, after: Score | None) -> str:
    """Return the score ``before`` in as few words as ``after`` leaves open."""
    if before is None or not before.of or after is None or before.of != after.of:
        return describe_score(before).removesuffix(" statements hold")
    return str(before.held)


def describe_score(score: Score | None) -> str:
    """Return a score in words, such as ``"5 of 6 statements hold"``."""
    if score is None:
        return "not checked"
    if not score.of:
        return f"similarity {score.similarity:.2f}" if score.similarity else "nothing was certain"
    return f"{score.held} of {score.of} statements hold"


def _color(step: Step, is_result: bool) -> str:
    if is_result or (step.kept and step.n):
        return GREEN
    return RED if step.picture and step.n else GRAY


def _changes(step: Step) -> list[str]:
    missing = [text for text, answer in step.answers.items() if answer == "no"]
    if step.n and not step.kept:  # the best picture lacks others
        missing = []
    parts = ("gained", step.gained), ("lost", step.lost), ("missing", missing)
    return [f"{name}: {_list(texts)}" for name, texts in parts if texts]


def _list(texts: Sequence[str]) -> str:
    shown = ", ".join(map(_shorten, texts[:MAX_STATEMENTS]))
    more = len(texts) - MAX_STATEMENTS
    return f"{shown} and {more} more" if more > 0 else shown


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_LETTERS else text[: MAX_LETTERS - 1] + "…"


def summarize(reflection: ReflectionTrace) -> str:
    """Return what came of a run as a clause.

    Example: ``"improved by 1 of 2 tries: 6 of 6 statements hold (5 before)"``.
    """
    first, result = reflection.steps[0], reflection.steps[reflection.kept]
    tries = "1 try" if reflection.tries == 1 else f"{reflection.tries} tries"
    score = describe_score(result.after)
    if not reflection.tries:
        is_stated = result.after is not None or score == reflection.stopped
        return score if is_stated else f"{score}; {reflection.stopped}"
    if reflection.kept == 0:
        return f"not improved by {tries}: {score}; {reflection.stopped}"
    kept = sum(step.kept for step in reflection.steps[1:])
    if result.after in (None, first.after):  # by description, where no gain is needed
        return f"changed by {kept} of {tries}, {score}; {reflection.stopped}"
    return f"improved by {kept} of {tries}: {score} ({_earlier(first.after, result.after)} before)"


def draw_strip(reflection: ReflectionTrace, pictures: Mapping[int, Image]) -> Image:
    """Return an RGB image of all steps in order: picture, change, score, kept or rolled back.

    Args:
        reflection: the steps.
        pictures: by the number of the step, in any size; a step without one is an empty rectangle.
    """
    cells = [
        _cell(step, pictures.get(step.n), is_result=step.n == reflection.kept)
        for step in reflection.steps
    ]
    size = next((picture.size for picture in pictures.values()), (1, 1))
    return contact_sheet.draw_contact_sheet(cells, size)


def _cell(step: Step, picture: Image | None, *, is_result: bool) -> contact_sheet.Cell:
    text = describe_step(step, is_result=is_result)
    return contact_sheet.Cell(
        picture, text.title, text.note, ". ".join(text.changes), text.verdict, text.color
    )
