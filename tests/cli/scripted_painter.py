"""A painter that reports its own pictures, with faults that a script takes away or adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from PIL import Image, ImageDraw

from semcodec.backends import registry
from semcodec.backends.painted_scene import PaintedObject, PaintedScene

#: What cannot be seen in a picture, or the error that is raised in its place.
Script = Sequence[Iterable[str] | BaseException]


class ScriptedPainter:
    """Paints picture ``n`` of a run with the faults of ``script[n]``; the last one is repeated."""

    name = "scripted"

    def __init__(self, script: Script) -> None:
        self._script, self._count = script, 0
        self._nouns: list[str] = []

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        self._nouns = prompt.split()
        self._count = self._count if seed else 0  # the first picture of a run
        return self._next(size)

    def edit(self, image: Image.Image, change: str, seed: int) -> Image.Image:
        return self._next(image.size)

    def painted_scene(self, image: Any) -> PaintedScene:
        objects = (PaintedObject(n, visible=0.1 if n in image.faults else 1) for n in self._nouns)
        return PaintedScene(tuple(objects))

    def _next(self, size: tuple[int, int]) -> Image.Image:
        faults = self._script[min(self._count, len(self._script) - 1)]
        self._count += 1
        if isinstance(faults, BaseException):
            raise faults
        picture = Image.new("RGB", size, (50 * self._count % 255, 90, 160))
        ImageDraw.Draw(picture).ellipse((0, 0, size[0] // 2, size[1] // 2), "yellow")
        picture.faults = set(faults)  # type: ignore[attr-defined]  # the plan of the painter
        return picture


def register(patch: pytest.MonkeyPatch, *script: Iterable[str] | BaseException) -> None:
    """Register the painter as the backend "scripted"; each run starts its script anew."""
    patch.setitem(registry.BUILT_IN, "scripted", lambda: ScriptedPainter(script))
