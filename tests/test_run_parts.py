from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import run_parts

FAILING = """
import pytest

def test_passes(): pass
def test_fails(): assert 0
@pytest.mark.skip
def test_is_skipped(): pass
@pytest.fixture
def broken(): raise OSError
def test_has_no_fixture(broken): pass
def test_has_no_fixture_either(broken): pass
"""


def collected(arguments: Sequence[str]) -> set[Path]:
    """Return the test files of a part."""
    folders = [each for each in arguments if not each.startswith("-")]
    ignored = [each.partition("=")[2] for each in arguments if each.startswith("--ignore=")]
    return {
        path
        for folder in folders
        for path in (run_parts.ROOT / folder).rglob("test_*.py")
        if not any(path.is_relative_to(run_parts.ROOT / each) for each in ignored)
    }


def test_every_test_belongs_to_one_part() -> None:
    parts = [collected(arguments) for arguments in run_parts.PARTS.values()]
    everything = collected(["tests", "embedded/tests"])
    assert all(parts)
    assert set.union(*parts) == everything
    assert sum(map(len, parts)) == len(everything)


def test_parts_have_one_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = (tmp_path / name for name in ("test_good.py", "test_bad.py"))
    good.write_text("def test_passes(): pass\n")
    bad.write_text(FAILING)
    monkeypatch.setattr(run_parts, "PARTS", {"bad": (str(bad),), "absent": ("tests/absent",)})
    assert run_parts.main(["-p", "no:cacheprovider"]) == 1
    *_, failed, summary = capsys.readouterr().out.splitlines()
    assert set(failed.removeprefix("Failed: ").removesuffix(".").split(", ")) == {"bad", "absent"}
    assert re.fullmatch(
        r"1 failed, 1 passed, 1 skipped, 2 errors in [\d.]+s \(0:00:\d\d\)", summary
    )
    monkeypatch.setattr(run_parts, "PARTS", {"good": (str(good),)})
    assert run_parts.main(["-p", "no:cacheprovider"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 passed in ")
