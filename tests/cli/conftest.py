"""The command line in this process: what a user types, and what comes out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from semcodec.cli import main
from semcodec_embedded.describer import EmbeddedDescriber

Run = Callable[..., tuple[int, str, str]]
Descriptions = dict[tuple[str, tuple[int, int], bytes], str]


@pytest.fixture(scope="session")
def descriptions() -> Descriptions:
    """Return what the describer said of each photograph, by mode, size and pixels."""
    return {}


@pytest.fixture(autouse=True)
def _each_photograph_is_described_once(
    monkeypatch: pytest.MonkeyPatch, descriptions: Descriptions
) -> None:
    """Run the networks once for each photograph: what they say of it never differs."""
    describe = EmbeddedDescriber.describe

    def remembered(describer: EmbeddedDescriber, image: Image.Image) -> str:
        key = image.mode, image.size, hashlib.sha256(image.tobytes()).digest()
        if key not in descriptions:
            descriptions[key] = describe(describer, image)
        return descriptions[key]

    monkeypatch.setattr(EmbeddedDescriber, "describe", remembered)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command line and returns code, stdout and stderr."""

    def run_(*argv: str | Path) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in argv])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run_
