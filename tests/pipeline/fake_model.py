"""A backend for all roles with results or errors that a test sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends import registry

SetResults = Callable[..., None]


class FakeModel:
    """Fills every role; ``results`` replace default results by stage, and exceptions are raised."""

    name = "model"

    def __init__(self, **results: Any) -> None:
        self.results = results

    def _result(self, stage: str, default: Any) -> Any:
        result = self.results.get(stage, default)
        if isinstance(result, Exception):
            raise result
        return result

    def describe(self, image: Image.Image) -> Any:
        return self._result("describe", "a red boat on blue water")

    def select(self, description: str, k: int) -> Any:
        return self._result("select", ["red", "boat", "blue", "water"][:k])

    def compress(self, words: list[str]) -> Any:
        return self._result("compress", [semcodec.skeleton(word) for word in words])

    def locate(self, image: Image.Image, words: list[str]) -> Any:
        boxes = {"boat": [(0.1, 0.2, 0.5, 0.9)]}
        return self._result("locate", [boxes.get(word, []) for word in words])

    def decompress(self, skeletons: list[str]) -> Any:
        known = {"rd": "red", "bt": "boat"}
        words = [known.get(skeleton, skeleton) for skeleton in skeletons]
        return self._result("decompress", words)

    def expand(self, words: list[str]) -> Any:
        return self._result("expand", "a picture of " + " ".join(words))

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Any:
        return self._result("paint", Image.new("RGB", size, (seed % 256, 0, 0)))


def register(patch: pytest.MonkeyPatch, **results: Any) -> None:
    """Register a model with these results as the backend "model"."""
    patch.setitem(registry.BUILT_IN, "model", lambda: FakeModel(**results))
