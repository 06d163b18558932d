"""The pictures of docs/figures.md were made by the commands on the page."""

from __future__ import annotations

import json
import runpy
import shlex
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image

from semcodec.cli.main import main

ROOT: Final = Path(__file__).parents[1]
SCRIPT: Final = runpy.run_path(str(ROOT / "docs/make_figures.py"))
FIGURES: Final = SCRIPT["figures"]()
PHOTOGRAPHS: Final = ROOT / "embedded/semcodec_embedded/photos"


def _comment(name: str) -> Any:
    with Image.open(ROOT / f"docs/figures/{name}.jpg") as image:
        return json.loads(image.info["comment"])


def test_page_has_the_figures_of_the_paper() -> None:
    page = (ROOT / "docs/figures.md").read_text("utf-8")
    assert [figure.name for figure in FIGURES] == [f"figure-{n}" for n in (2, 3, 4, 5, 8)]
    assert all(f"(figures/{figure.name}.jpg)" in page for figure in FIGURES)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_records_of_a_figure_are_those_of_its_commands(
    figure: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SCRIPT["prepare"](tmp_path, PHOTOGRAPHS)
    monkeypatch.chdir(tmp_path)
    for command in figure.commands:
        _, name, *arguments = shlex.split(command)
        if name != "decode":  # its record is there already
            assert main([name, *arguments, *(["--no-paint"] if name == "sweep" else [])]) == 0
    assert _comment(figure.name) == {
        "commands": figure.commands,
        "records": SCRIPT["records"](tmp_path),
    }
