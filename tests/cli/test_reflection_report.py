"""Steps of reflection in plain words, the strip, and the line of a result."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from PIL import Image

from semcodec.cli import demo_result, reflection_report
from semcodec.cli.reflection_page import page
from semcodec.cli.reflection_report import GRAY, GREEN, RED, describe_step, draw_strip, summarize
from semcodec.imaging.contact_sheet import FRAME, MARGIN, MAX_SHEET_WIDTH, picture_size
from semcodec.pipeline.reflection.scoring import Score
from semcodec.pipeline.reflection.steps import ReflectionTrace, Step, StopReason

CHANGE = "Bring the keyboard to the front."
FIRST = Step(0, "paint", "a prompt", "", 7, "ab", {"lamp": "no", "desk": "yes"}, None, Score(1, 2))


def step(**values: Any) -> Step:
    """Return a change that was kept, with other ``values``."""
    names = {"n": 1, "kind": "edit", "ask": CHANGE, "predicate": "keyboard", "seed": 8}
    scores = {"before": Score(1, 2), "after": Score(2, 2)}
    return Step(**{**names, "picture": "cd", **scores, "kept": True, **values})


def trace(*steps: Step, kept: int = 1) -> ReflectionTrace:
    return ReflectionTrace([FIRST, *steps], StopReason.NO_GAIN, kept, "scene")


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({}, f"1. {CHANGE}"),
        ({"kind": "repaint"}, f"1. {CHANGE}"),
        ({"kind": "again", "ask": "a prompt"}, "1. Painted again with another seed"),
        ({"kind": "paint", "ask": "a prompt"}, "1. Another candidate"),
        ({"kind": "paint", "ask": "a prompt", "n": 0}, "0. First picture"),
    ],
)
def test_title_states_what_was_tried(values: dict[str, Any], title: str) -> None:
    assert describe_step(step(**values)).title == title


@pytest.mark.parametrize(
    ("values", "verdict", "color"),
    [
        ({}, "kept: 2 of 2 statements hold (1 before)", GREEN),
        ({"kept": False}, "rolled back: 2 of 2 statements hold (1 before)", RED),
        ({"after": Score(2, 3)}, "kept: 2 of 3 statements hold (1 of 2 before)", GREEN),
        ({"after": Score(0, 0, 0.71), "before": Score(0, 0, 0.6)},
         "kept: similarity 0.71 (similarity 0.60 before)", GREEN),
        ({"after": None, "before": None, "why": "the paper keeps the last picture"},
         "kept: the paper keeps the last picture", GREEN),
        ({"picture": "", "kept": False, "after": None, "why": "the editor refused"},
         "no picture: the editor refused", GRAY),
        ({"picture": "", "kept": False, "after": None}, "no picture", GRAY),
        ({"n": 0}, "2 of 2 statements hold", GRAY),
        ({"n": 0, "after": None}, "not checked", GRAY),
    ],
)  # fmt: skip
def test_verdict_states_the_score_and_what_came_of_it(
    values: dict[str, Any], verdict: str, color: str
) -> None:
    text = describe_step(step(**values))
    assert (text.verdict, text.color) == (verdict, color)


def test_result_is_marked_whatever_it_is() -> None:
    text = describe_step(FIRST, is_result=True)
    assert text.color == GREEN
    assert text.note.endswith("the result")
    assert describe_step(FIRST).changes == ("missing: lamp",)


def test_changes_name_a_few_statements() -> None:
    many = [f"thing {n}" for n in range(6)]
    text = describe_step(step(gained=many, lost=["x" * 60], answers={"lamp": "no"}))
    gained, lost, missing = text.changes
    assert gained == "gained: thing 0, thing 1, thing 2, thing 3 and 2 more"
    assert lost == f"lost: {'x' * 47}…"
    assert missing == "missing: lamp"
    rolled_back = describe_step(step(kept=False, lost=["desk"], answers={"lamp": "no"}))
    assert rolled_back.changes == ("lost: desk",)


def test_line_of_a_result() -> None:
    bad = step(kept=False)
    assert summarize(trace(step())) == "improved by 1 of 1 try: 2 of 2 statements hold (1 before)"
    assert summarize(trace(bad, step(n=2), kept=2)).startswith("improved by 1 of 2 tries: 2 of 2")
    failed = summarize(trace(bad, bad, kept=0))
    assert failed == "not improved by 2 tries: 1 of 2 statements hold; no gain"
    assert summarize(trace(kept=0)) == "1 of 2 statements hold"
    unchecked = trace(step(after=None, before=None))
    assert summarize(unchecked) == "changed by 1 of 1 try, not checked; no gain"
    same = summarize(trace(step(after=FIRST.after)))
    assert same == "changed by 1 of 1 try, 1 of 2 statements hold; no gain"
    never = Step(**{**asdict(FIRST), "after": None, "before": None})
    reflection = ReflectionTrace([never], StopReason.NOT_CHECKED, 0)
    assert summarize(reflection) == "not checked"


def test_remark_of_the_demo_is_about_a_changed_picture_only() -> None:
    assert demo_result._reflection(None) == ""
    assert demo_result._reflection(trace(step(kept=False), kept=0)) == ""
    again = step(kind="again", ask="a prompt")
    remark = demo_result._reflection(trace(again, step(n=2), kept=2))
    assert remark.startswith(f"Painted again with another seed. {CHANGE} The picture was improved")


@pytest.mark.parametrize("size", [(640, 480), (4096, 256), (256, 4096)])
@pytest.mark.parametrize("count", [1, 8])
def test_strip_has_every_picture_in_its_frame(size: tuple[int, int], count: int) -> None:
    steps = [step(n=n, kept=n % 2 == 0, ask=CHANGE * n) for n in range(1, count)]
    shown = picture_size(size)
    pictures = {n: Image.new("RGB", shown, (9, 9, 60 + n)) for n in range(count)}
    strip = draw_strip(trace(*steps, kept=0), pictures)
    assert strip.width <= max(MAX_SHEET_WIDTH, shown[0] + 2 * MARGIN)
    counts = {color: number for number, color in strip.getcolors(2**24) or []}
    area = shown[0] * shown[1]
    assert all(counts[9, 9, 60 + n] == area for n in range(count))
    frame = 2 * FRAME * (sum(shown) + 2 * FRAME)
    assert counts[(0x1A, 0x7F, 0x37)] >= frame  # the result, and the letters of its verdict
    if count > 1:
        assert counts[(0xB3, 0x26, 0x1E)] >= frame


def test_page_and_strip_show_a_step_without_a_picture() -> None:
    refused = step(picture="", kept=False, after=None, why="the editor refused")
    reflection = trace(refused, kept=0)
    assert draw_strip(reflection, {}).size[0] > 0
    text = page(reflection, ["lamp"], {0: "step-0.png"}, (64, 48))
    assert text.count("<img") == 1
    assert "no picture: the editor refused" in text


def test_prompt_of_any_length_is_shortened() -> None:
    long = ReflectionTrace([step(n=0, kind="paint", ask="word " * 5000)], StopReason.NO_GAIN, 0)
    assert len(page(long, [], {}, (64, 48))) < 6000
    assert reflection_report.heading(long.steps[0]) == "First picture"
