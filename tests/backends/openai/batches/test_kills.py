"""A run that is killed after any step continues, and no reply is paid twice."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from semcodec.backends.openai.batches.rows import Part
from tests.backends.openai.batches.batch_server import BatchServer
from tests.backends.openai.batches.simple_runs import (
    Killed,
    SimpleRun,
    Steps,
    counted_files,
    expected_results,
    repeat,
)

SHARES = 12


def model(number: int) -> str:
    """Return the model of an input, so that each round has two parts."""
    return "m" if number else "other"


def run_killed(folder: Path, server: BatchServer, steps: Steps) -> SimpleRun | None:
    """Return the run, or None if it was killed."""
    with counted_files(steps):
        try:
            return SimpleRun(folder, server, steps=steps, model=model).start()
        except Killed:
            return None


def all_parts(run: SimpleRun) -> list[Part]:
    return run.store.journal.parts(run.settings.base_url)


def count_steps(folder: Path) -> int:
    folder.mkdir()
    steps = Steps()
    assert run_killed(folder, BatchServer(execute=repeat), steps) is not None
    return steps.count


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_run_pays_nothing_twice(tmp_path: Path, share: int) -> None:
    """Each case is a share of all steps."""
    total = count_steps(tmp_path / "count")
    for place in range(1 + share, total + 1, SHARES):
        (folder := tmp_path / f"{place}").mkdir()
        server = BatchServer(execute=repeat)
        assert run_killed(folder, server, Steps(place)) is None, place
        run = SimpleRun(folder, server, model=model).start()
        assert run.results == expected_results(["0", "1"]), place
        assert set(server.paid.values()) == {1}, place
        assert set(server.submitted.values()) == {1}, place
        assert server.files == {}, place
        assert not list(run.store.folder.glob("*.jsonl")), place
        assert {part.state for part in all_parts(run)} <= {"done", "dropped"}, place


@pytest.mark.parametrize("distance", [23, 9, 4])
def test_run_that_is_killed_again_and_again_ends(tmp_path: Path, distance: int) -> None:
    server = BatchServer(execute=repeat)
    for attempt in itertools.count():
        run = run_killed(tmp_path, server, Steps(distance + attempt // 3))
        if run is not None:
            break
    assert run is not None
    assert attempt > 1
    assert run.results == expected_results(["0", "1"])
    assert set(server.paid.values()) == {1}
    assert server.files == {}
