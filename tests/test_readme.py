"""What the README shows is what happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from semcodec.cli import main

README = Path(__file__).parents[1] / "README.md"


def test_its_python_examples() -> None:
    result = doctest.testfile(str(README), module_relative=False)
    assert result.attempted >= 4
    assert not result.failed


def test_its_commands_exist(capsys: pytest.CaptureFixture[str]) -> None:
    text = README.read_text("utf-8")
    commands = set(re.findall(r"^semcodec (\w+)|`semcodec (\w+)`", text, flags=re.MULTILINE))
    for name in {first or second for first, second in commands}:
        with pytest.raises(SystemExit) as stop:
            main([name, "--help"])
        assert stop.value.code == 0, name
    assert len(commands) >= 4


def test_its_scripts_exist() -> None:
    for script in re.findall(r"`python ((?:bench|fuzz)/\w+\.py)", README.read_text("utf-8")):
        assert (README.parent / script).is_file(), script
