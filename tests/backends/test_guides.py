"""What a painter declares to take, whatever its attribute is."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from semcodec.backends.guides import Guide, declared_guides

BOTH = frozenset({"layout", "colors"})


class Painter:
    guides: Any = BOTH

    def paint(self, prompt: str, size: tuple[int, int], seed: int, guide: Any = None) -> Any: ...


class Broken(Painter):
    @property
    def guides(self) -> Any:  # type: ignore[override]
        raise SystemExit("no")


class Hostile(list[str]):
    def __contains__(self, value: object) -> bool:
        raise ValueError("no")


class Unhashable(Painter):
    guides = ([], {}, "layout")


class WithoutKeyword(Painter):
    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Any: ...  # type: ignore[override]


class WithKeywords(Painter):
    def paint(self, *args: Any, **options: Any) -> Any: ...


class PositionalOnly(Painter):
    """Has a guide that cannot be given by its name."""

    def paint(self, prompt: str, size: Any, seed: int, guide: Any = None, /) -> Any:
        return None


class Partial(Painter):
    paint = functools.partial(lambda self, prompt: None)  # type: ignore[assignment]


class WithoutSignature(Painter):
    """Python does not know the parameters of some functions in C; the call shows them."""

    paint = staticmethod(min)  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        (BOTH, BOTH),
        ({"layout"}, {"layout"}),
        (["colors", "depth"], {"colors"}),
        (("layout", "layout"), {"layout"}),
        (frozenset(), set()),
        ("layout", set()),  # a text is not a set of names
        ({"layout": True}, set()),
        (None, set()),
        (7, set()),
        (Hostile(["layout"]), set()),
    ],
)
def test_only_a_set_or_list_of_known_names_counts(value: Any, declared: set[str]) -> None:
    painter = Painter()
    painter.guides = value
    assert declared_guides(painter) == declared


@pytest.mark.parametrize(
    ("painter", "declared"),
    [
        (object(), set()),
        (Broken(), set()),
        (Unhashable(), {"layout"}),
        (WithoutKeyword(), set()),
        (WithKeywords(), BOTH),
        (Partial(), set()),
        (WithoutSignature(), BOTH),
        (PositionalOnly(), set()),
    ],
)
def test_painter_without_the_parameter_takes_nothing(painter: object, declared: set[str]) -> None:
    assert declared_guides(painter) == declared


def test_copy_of_an_empty_guide() -> None:
    assert Guide().copy() == Guide()
