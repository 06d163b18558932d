"""Drawings in the boxes of a record's layout."""

from __future__ import annotations

from typing import TypeAlias

from semcodec.backends.guides import Guide, WordBoxes
from semcodec_embedded.painter import EmbeddedPainter, make_plan
from semcodec_embedded.painting.account import report_scene
from semcodec_embedded.painting.geometry import iou
from semcodec_embedded.painting.plan import Plan

Box: TypeAlias = tuple[float, float, float, float]
LEFT: Box = (0.1, 0.4, 0.3, 0.8)
RIGHT: Box = (0.6, 0.3, 0.9, 0.9)


def layout(prompt: str, **boxes: list[Box]) -> Guide:
    """Return a guide with boxes for words of ``prompt``."""
    words = prompt.split()
    groups = [WordBoxes(word, words.index(word), tuple(each)) for word, each in boxes.items()]
    return Guide(tuple(sorted(groups, key=lambda group: group.index)))


def plan(prompt: str, width: int = 480, height: int = 320, **boxes: list[Box]) -> Plan:
    return make_plan(prompt, (width, height), 0, layout(prompt, **boxes))


def painted(plan: Plan, noun: str) -> tuple[Box, ...]:
    return next(item.boxes for item in report_scene(plan).objects if item.noun == noun)


def overlap(plan: Plan, noun: str, box: Box) -> float:
    return max(iou(box, other) for other in painted(plan, noun))


def test_each_box_has_a_drawing() -> None:
    picture = plan("dogs grass", dogs=[LEFT, RIGHT])
    assert [overlap(picture, "dogs", box) > 0.5 for box in (LEFT, RIGHT)] == [True, True]
    assert len(painted(picture, "dogs")) == 2


def test_guide_without_boxes_changes_nothing() -> None:
    painter, arguments = EmbeddedPainter(), ("dog house grass", (120, 96), 3)
    words = painter.paint(*arguments).tobytes()
    assert painter.paint(*arguments, guide=Guide()).tobytes() == words
    unknown = Guide((WordBoxes("qwertz", 0, (LEFT,)),))
    assert painter.paint(*arguments, guide=unknown).tobytes() == words
