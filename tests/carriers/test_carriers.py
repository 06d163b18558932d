"""The examples in the docstrings of the package."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

import semcodec
from semcodec import carriers
from semcodec.carriers import alt_text, ndef, qr


@pytest.mark.parametrize("module", [carriers, qr, ndef, alt_text], ids=lambda m: m.__name__)
def test_examples_in_docstrings(module: ModuleType) -> None:
    assert doctest.testmod(module, extraglobs={"semcodec": semcodec}).failed == 0
