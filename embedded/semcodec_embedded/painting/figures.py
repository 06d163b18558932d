"""Compose figures of people: a body, a head and hair for each age, cut of hair and garment.

A figure has no features of one sex unless the words state one: the plain face is the same for all,
and the cut of the hair is "neutral". The name of a figure lists its parts, as in
"figure-adult-long-dress"; with "-half" it is cut at the hips, for portraits.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from semcodec_embedded.painting.scene import Looks

AGES = ("adult", "child", "old")
CUTS = ("neutral", "short", "long", "bald", "beard", "bun", "ring")
GARMENTS = ("trousers", "dress")
PREFIX, HALF, UNIFORMED = "figure-", "-half", "-uniformed"
BABY, NEUTRAL_FIGURE = "figure-baby", "figure-adult-neutral-trousers"
SEX_OF_CUT = {"long": "female", "bun": "female", "short": "male", "beard": "male", "ring": "male"}
CUT_OF_SEX = {"female": "long", "male": "short"}
#: The cuts of old people: a bun, or a ring of hair around a bald head.
OLD_CUTS = {"long": "bun", "short": "ring"}
HEAD_SCALE, CHILD_HEAD_SCALE = 1.1, 1.42  #: heads are enlarged around the chin
CHIN_Y, NECK_Y, CHILD_NECK_Y = 40.0, 42.0, 63.0  #: the chin in the parts, and in the figures
#: The body of a child: scales around the middle and the soles.
CHILD_BODY_SCALES, SOLES_Y = (0.86, 0.74), 124.0
HALF_SCALE, CHILD_HALF_SCALE = 1.62, 1.3  #: of figures that are cut at the hips
BUST_SCALE = 0.43  #: of a drawing that ends at the shoulders, on a body
BULKY = (
    "astronaut",
)  #: drawings whose shoulders are wider than a body; a portrait is of them alone
#: The colors of the body in ``figures.toml`` that a uniform replaces.
BODY_FILLS = {"#4A86C5": 0, "#376BA3": 0, "#37618e": 1, "#2b4b70": 1}

Parts = Mapping[str, Mapping[str, Any]]


def is_figure(name: str) -> bool:
    """Return whether the drawing of this name is a composed figure."""
    return name.startswith(PREFIX)


def is_half_figure(name: str) -> bool:
    """Return whether the drawing of this name is a figure that is cut at the hips."""
    return name.endswith(HALF)


def can_be_cut(name: str) -> bool:
    """Return whether there is a half figure of the drawing of this name."""
    return (is_figure(name) and name != BABY) or name.endswith(UNIFORMED)


def sex_of_figure(name: str) -> str:
    """Return "female" or "male" if the figure of this name has such features, else ""."""
    return SEX_OF_CUT.get(_parts_of(name)[1], "") if is_figure(name) and name != BABY else ""


def restyle(name: str, looks: Looks) -> str:
    """Return the name of the figure ``name`` with the ``looks`` that the words state."""
    if name == BABY:
        return name
    half = HALF if name.endswith(HALF) else ""
    age, cut, garment = _parts_of(name)
    age = looks.age or age
    cut = CUT_OF_SEX.get(looks.sex, cut)
    if age == "old":
        cut = OLD_CUTS.get(cut, cut)
    return _name(age, looks.cut or cut, looks.garment or garment) + half


def compose_figures(parts: Parts, emoji: Mapping[str, str]) -> dict[str, str]:
    """Return the SVG elements of every figure.

    Args:
        parts: the tables of ``figures.toml``.
        emoji: the SVG elements of the drawings that the table "uniforms" names.
    """
    figures = {BABY: parts["bodies"]["baby"] + parts["bodies"]["baby_head"]}
    for age, cut, garment in product(AGES, CUTS, GARMENTS):
        name, scale = _name(age, cut, garment), CHILD_HALF_SCALE if age == "child" else HALF_SCALE
        figures[name] = _compose(parts, age, cut, garment)
        figures[name + HALF] = _scaled(figures[name], (scale, scale), 0.0, 0.0)
    for name, colors in parts["uniforms"].items():
        uniformed = name + UNIFORMED
        figures[uniformed] = _wear(parts["bodies"]["trousers"], emoji[name], colors)
        half = _scaled(figures[uniformed], (HALF_SCALE, HALF_SCALE), 0.0, 0.0)
        figures[uniformed + HALF] = emoji[name] if name in BULKY else half
    return figures


def _name(age: str, cut: str, garment: str) -> str:
    return f"{PREFIX}{age}-{cut}-{garment}"


def _parts_of(name: str) -> tuple[str, str, str]:
    age, cut, garment = name.removeprefix(PREFIX).removesuffix(HALF).split("-")
    return age, cut, garment


def _compose(parts: Parts, age: str, cut: str, garment: str) -> str:
    body: str = parts["bodies"][garment]
    back: str = parts["hair_back"][cut]
    head: str = parts["faces"]["plain"] + parts["faces"].get(age, "") + parts["hair_front"][cut]
    neck_y, scale = NECK_Y, HEAD_SCALE
    if age == "child":
        body = _scaled(body, CHILD_BODY_SCALES, SOLES_Y, SOLES_Y)
        neck_y, scale = CHILD_NECK_Y, CHILD_HEAD_SCALE
    scales = (scale, scale)
    return _scaled(back, scales, CHIN_Y, neck_y) + body + _scaled(head, scales, CHIN_Y, neck_y)


def _wear(body: str, bust: str, colors: tuple[str, str]) -> str:
    """Return a ``body`` in the ``colors`` of a uniform, below a drawing of head and shoulders."""
    for fill, index in BODY_FILLS.items():
        body = body.replace(fill, colors[index])
    return body + _scaled(bust, (BUST_SCALE, BUST_SCALE), 0.0, 0.0)


def _scaled(elements: str, scales: tuple[float, float], y: float, new_y: float) -> str:
    """Return ``elements`` scaled around the middle, so that the height ``y`` is at ``new_y``."""
    x_scale, y_scale = scales
    shift = f"{64 * (1 - x_scale):.2f} {new_y - y * y_scale:.2f}"
    return f'<g transform="translate({shift}) scale({x_scale} {y_scale})">{elements}</g>'
