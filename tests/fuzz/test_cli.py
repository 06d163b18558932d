"""``python -m fuzz``: each command, a finding that is shrunk and printed, and the exit codes."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import strategies as st

import fuzz.__main__ as cli
from fuzz import engine, targets

pytestmark = pytest.mark.fuzz


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["fuzz", *arguments])
    return cli.main()


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Make every target fail on inputs over 1000; its corpus is the list ``known``."""

    def test_one_input(example: int) -> None:
        assert example <= 1000, "too large"

    target = SimpleNamespace(
        test_one_input=test_one_input,
        inputs=lambda: st.integers(0, 10**6),
        known=[1, 2],
    )
    target.from_record = lambda data, framing: target.known
    monkeypatch.setattr(targets, "load", lambda name: target)
    return target


def test_list(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "list") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [*targets.NAMES]


def test_run_without_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "run", "framings", "--runs", "50", "--seed", "3") == 0
    assert "framings: 50 inputs, no finding" in capsys.readouterr().out


def test_run_ends_after_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "run", "fields", "--seconds", "0") == 0


@pytest.mark.usefixtures("failing")
def test_finding_is_shrunk_and_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "run", "unpack", "--runs", "5000") == 1
    captured = capsys.readouterr()
    assert "unpack failed on: 1001\n" in captured.out
    assert "too large" in captured.err


@pytest.mark.usefixtures("failing")
def test_replay_shrinks_a_buffer_that_libfuzzer_stored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "crash"
    file.write_bytes(b"\xff" * engine.BUFFER_BYTES + bytes(engine.BUFFER_BYTES))
    assert run(monkeypatch, "replay", "unpack", str(file)) == 0  # no integer up to a million
    file.write_bytes(b"\x0e" * engine.BUFFER_BYTES)
    assert run(monkeypatch, "replay", "unpack", str(file)) == 1
    assert "unpack failed on: 1001\n" in capsys.readouterr().out


def test_replay_runs_the_corpus(failing: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "replay", "unpack") == 0
    failing.known = [1, 5000]
    assert run(monkeypatch, "replay") == 1
    assert run(monkeypatch, "run", "unpack", "--runs", "9") == 1


def test_bytes_are_printed_as_hex(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.report("unpack", b"\x00\xb5", ValueError()) == 1
    assert "failed on: bytes.fromhex('00b5')" in capsys.readouterr().out


def test_run_with_atheris_explains_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert run(monkeypatch, "run", "unpack", "--runs", "1", "--engine", "atheris") == 2
    assert "pip install" in capsys.readouterr().out
