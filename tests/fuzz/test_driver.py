"""The driver: each command, a finding that is kept and made small, and what it exits with."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import fuzz.__main__ as driver
from fuzz import corpus, minimise, targets

pytestmark = pytest.mark.fuzz


def drive(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["fuzz", *arguments])
    return driver.main()


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let every target fail on an ``a`` with a ``b`` behind it; returns where findings are kept."""

    def test_one_input(data: bytes) -> None:
        at = data.find(b"a")
        assert at < 0 or b"b" not in data[at:], "ab"

    fake = SimpleNamespace(
        test_one_input=test_one_input,
        an_input=lambda rng: bytes(rng.choices(b"abc", k=30)),
        mutated=lambda rng, data: data,
        from_record=lambda data, framing: b"c",
    )
    monkeypatch.setattr(targets, "load", lambda name: fake)
    monkeypatch.setattr(driver, "FOUND", tmp_path / "found")
    return tmp_path / "found" / "unpack"


def test_list(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert drive(monkeypatch, "list") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [*targets.NAMES]


def test_run_without_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drive(monkeypatch, "run", "fields", "--runs", "50", "--seed", "3") == 0
    assert "fields: 50 inputs, no finding" in capsys.readouterr().out


def test_a_run_ends_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drive(monkeypatch, "run", "fields", "--seconds", "0") == 0


def test_a_finding_is_kept_and_made_small(
    failing: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drive(monkeypatch, "run", "unpack", "--runs", "50") == 1
    (path,) = failing.iterdir()
    assert "minimise unpack" in capsys.readouterr().out
    assert drive(monkeypatch, "minimise", "unpack", str(path)) == 0
    assert b"ab" in {kept.read_bytes() for kept in failing.iterdir()}


def test_nothing_to_minimise(failing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpus.keep(b"harmless", failing)
    assert drive(monkeypatch, "minimise", "unpack", str(path)) == 1


def test_regressions_are_tried_again(
    failing: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(corpus, "REGRESSIONS", tmp_path)
    assert drive(monkeypatch, "regress", "unpack") == 0
    corpus.keep(b"xaxbx", tmp_path / "unpack")
    assert drive(monkeypatch, "regress") == 1


def test_generate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert drive(monkeypatch, "generate", "--out", str(tmp_path)) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(targets.NAMES)


def test_bytes_that_do_not_matter_become_zero() -> None:
    small = minimise.zeroed(b"\x07abc", lambda data: data[:1] == b"\x07" and data[-1:] == b"c")
    assert small == b"\x07\0\0c"
