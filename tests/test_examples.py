"""Every program in examples/ runs, with the command in its docstring."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from PIL import Image

from semcodec import unpack

EXAMPLES = Path(__file__).parents[1] / "examples"
#: For each program, a part of its output, and the name of the file that it writes or None.
PROGRAMS = {
    "custom_backend": ("mostly red", "picture.png"),
    "png_round_trip": ("(96, 64) huge brown cat background", "cat.png"),
    "progressive": ("8 bytes: large ginger cat gray sofa\n", "picture.png"),
    "qr_on_paper": ("(23 characters, 21 x 21 modules)", "code.png"),
    "rate_curve": ("payload                 120", None),
    "record_in_cbor": ("3 photographs in 83 bytes", "album.cbor"),
}


def test_every_example_is_run() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_example_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    printed, written = PROGRAMS[name]
    program = EXAMPLES / f"{name}.py"
    assert f"python examples/{name}.py" in program.read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [str(program)])
    runpy.run_path(str(program), run_name="__main__")
    assert printed in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ([written] if written else [])


def test_page_has_the_output_of_the_progressive_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(EXAMPLES / "progressive.py"), run_name="__main__")
    page = (EXAMPLES.parent / "docs" / "progressive.md").read_text("utf-8")
    assert f"```\n{capsys.readouterr().out}```\n" in page


def test_png_of_the_round_trip_contains_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chosen.png"
    monkeypatch.setattr("sys.argv", ["png_round_trip.py", str(path)])
    runpy.run_path(str(EXAMPLES / "png_round_trip.py"), run_name="__main__")
    with Image.open(path) as image:
        assert image.size == (96, 64)
    assert unpack(path.read_bytes()).words == ["huge", "brown", "cat", "background"]
