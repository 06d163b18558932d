"""The argument ``layers``: its spellings, and what is refused before any model is called."""

from __future__ import annotations

from typing import Any

import pytest

import semcodec
from semcodec.errors import InputError
from semcodec.pipeline.layers.choice import LayerChoice, read_choice
from tests.images import PHOTO


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("off", LayerChoice()),
        ("auto", LayerChoice(is_auto=True)),
        ("layout", LayerChoice(layout=True)),
        ("colors", LayerChoice(color_bytes=12)),
        ("layout,colors:1", LayerChoice(layout=True, color_bytes=1)),
        ("colors:512,layout", LayerChoice(layout=True, color_bytes=512)),
        (("layout", "colors:24"), LayerChoice(layout=True, color_bytes=24)),
        (["colors"], LayerChoice(color_bytes=12)),
    ],
)
def test_spellings_of_a_choice(layers: Any, expected: LayerChoice) -> None:
    assert read_choice(layers) == expected
    assert read_choice(expected.text) == expected
    assert bool(expected) == (layers != "off")


@pytest.mark.parametrize(
    "layers",
    ["", "on", "Layout", "layout,", "layout,layout", "colors,colors", "layout:3", "colors:",
     "colors:0", "colors:513", "colors:1e2", "colors:\u0661", "colors:-1", "off,layout",
     "auto,colors", "layout, colors", None, True, 12, (), [None], ["layout"] * 9, {"layout"},
     "x" * 10_000, b"layout"],
)  # fmt: skip
def test_other_values_are_refused_with_the_valid_ones(layers: Any) -> None:
    with pytest.raises(InputError, match=r"use off, auto, or layout and colors\[:N\]") as caught:
        semcodec.encode(PHOTO, layers=layers)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("layers", "problem"),
    [("layout,layout", "The layer layout is named twice"),
     ("colors:12,layout,colors:13", "The layer colors is named twice"),
     ("auto,layout", "The layers auto stand alone"), ("layout,off", "The layers off stand alone")],
)  # fmt: skip
def test_valid_names_together_are_not_called_invalid(layers: str, problem: str) -> None:
    with pytest.raises(InputError, match=f"^{problem}: use off, auto, or layout"):
        semcodec.encode(PHOTO, layers=layers)


def test_sketch_is_reserved() -> None:
    with pytest.raises(InputError, match="sketch is reserved"):
        semcodec.encode(PHOTO, layers="layout,sketch")


def test_auto_needs_a_budget_in_bytes() -> None:
    with pytest.raises(InputError, match=r"auto need max_bytes.*set it, or name the layers"):
        semcodec.encode(PHOTO, layers="auto", ubpp=500)


@pytest.mark.parametrize("layers", ["layout", "colors:1", "auto"])
def test_profile_tiny_has_no_layers(layers: str) -> None:
    with pytest.raises(InputError, match="The profile tiny has no extensions"):
        semcodec.encode(PHOTO, layers=layers, profile="tiny", max_bytes=40)
