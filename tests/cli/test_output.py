"""Formatting of output: tables and line width."""

from __future__ import annotations

from pathlib import Path

import pytest

import semcodec
from semcodec.cli import output
from semcodec.cli.output import MAX_SHOWN_NAME, shorten_name
from tests.cli.conftest import Run


def test_long_name_is_shortened_with_an_ellipsis() -> None:
    assert shorten_name("a" * MAX_SHOWN_NAME) == "a" * MAX_SHOWN_NAME
    assert shorten_name("a" * 60 + "b" * 59) == "…" + "b" * 59


def test_table_is_aligned() -> None:
    table = output.format_table([("a", "bits", ""), ("long", "7", "words")], "<><")
    assert table == "a     bits\nlong     7  words"


@pytest.mark.parametrize("columns", [80, 120])
def test_lines_fit_the_terminal(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.chdir(tmp_path)
    Path("good.semc").write_bytes(
        semcodec.pack("rd br", framing="file", extensions={"comment": "for you " * 20})
    )
    Path("cut.semc").write_bytes(Path("good.semc").read_bytes()[:9])
    for command in (("inspect", "cut.semc"), ("validate", "cut.semc"), ("doctor",)):
        lines = run(*command)[1].splitlines()
        assert 70 < max(map(len, lines)) <= min(columns, output.MAX_WIDTH), command
    fields = run("inspect", "good.semc")[1].split("\n\n")[1].splitlines()
    assert columns - 40 < max(map(len, fields)) <= min(columns, output.MAX_WIDTH)


def test_lines_are_100_wide_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(output, "is_terminal", lambda: False)
    assert output.line_width() == output.MAX_WIDTH
