"""The status line of long stages."""

from __future__ import annotations

import io
import sys
import time

import pytest

from semcodec.cli import output, progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "INTERVAL", 0.001)
    monkeypatch.setattr(progress, "DELAY", 0.0)


def test_stage_is_shown_and_cleared_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stderr := Terminal())
    with progress.Progress() as show:
        show("describe", "a\x1b[2Jmodel")
        deadline = time.monotonic() + 10
        while "describe" not in stderr.getvalue() and time.monotonic() < deadline:
            time.sleep(0.001)
    assert "semcodec: describe by a\\x1b[2Jmodel, 0 s" in stderr.getvalue()
    assert stderr.getvalue().endswith(output.CLEAR_LINE)


def test_nothing_is_shown_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stderr := io.StringIO())
    with progress.Progress() as show:
        show("describe", "model")
        time.sleep(0.02)
    assert stderr.getvalue() == ""
