"""The examples in the docstrings of the pipeline are true."""

from __future__ import annotations

import doctest
import importlib

import pytest

NAMES = ("pipeline.encode", "pipeline.decode", "pipeline.trace")


@pytest.mark.parametrize("name", NAMES)
def test_examples_of_docstrings(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"semcodec.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
