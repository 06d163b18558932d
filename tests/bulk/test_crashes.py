"""Worker processes of the engine daft that die, without Daft."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from semcodec.bulk.engines import daft_engine, processes
from semcodec.bulk.engines.daft_engine import DaftEngine, EngineError
from semcodec.bulk.engines.local import LocalEngine
from semcodec.bulk.engines.processes import RunFile
from semcodec.bulk.workers import Outcome
from semcodec.errors import BackendError


def run(monkeypatch: pytest.MonkeyPatch, crash: Callable[[dict[int, Any], RunFile], None]) -> Any:
    """Run ten tasks; return those that were isolated after a crash, and those that arrived."""
    isolated: list[int] = []
    arrived: list[int] = []

    def run_local(engine: LocalEngine, start: Any, tasks: list[int], on_outcome: Any) -> None:
        assert engine.jobs >= 2  # one job would run in this process
        isolated.extend(tasks)

    def run_daft(
        engine: DaftEngine, daft: Any, start: Any, pending: Any, file: Any, on_outcome: Any
    ) -> None:
        crash(pending, file)
        while pending:
            on_outcome(Outcome(pending.pop(min(pending))))

    monkeypatch.setattr(DaftEngine, "_run_until_crash", run_daft)
    monkeypatch.setattr(LocalEngine, "run", run_local)
    pending = dict(enumerate(range(10)))
    DaftEngine(1, "processes")._run_processes(
        None, dict, pending, lambda outcome: arrived.append(outcome.task)
    )
    return isolated, arrived


def test_only_tasks_that_were_begun_are_isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(pending: dict[int, Any], file: RunFile) -> None:
        if len(pending) == 10:
            del pending[0]  # it has a reply
            file.begun = [0, 1, 2]
            raise EngineError("crash")

    assert run(monkeypatch, crash) == ([1, 2], [3, 4, 5, 6, 7, 8, 9])


def test_failure_without_a_task_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(pending: dict[int, Any], file: RunFile) -> None:
        raise EngineError("crash")

    with pytest.raises(EngineError):
        run(monkeypatch, crash)


@pytest.mark.parametrize(("replies", "is_raised"), [(0, True), (1, False)])
def test_crash_after_crash(monkeypatch: pytest.MonkeyPatch, replies: int, is_raised: bool) -> None:
    def crash(pending: dict[int, Any], file: RunFile) -> None:
        for _ in range(replies):
            del pending[min(pending)]
        file.begun = [*pending][:1]
        if file.begun:
            raise EngineError("crash")

    monkeypatch.setattr(daft_engine, "MAX_CRASHES", 3)
    if is_raised:
        with pytest.raises(EngineError):
            run(monkeypatch, crash)
    else:
        assert run(monkeypatch, crash) == ([1, 3, 5, 7, 9], [])


def test_run_file_has_what_was_begun() -> None:
    with RunFile() as run_file:
        path = Path(run_file.path)
        for number in (300, 2):
            data = pickle.dumps((number, 7))
            reply = processes.run_pickled(lambda task: task + 1, data, run_file.path)
            assert processes.read_number(reply) == number
    assert (run_file.begun, run_file.path, path.exists()) == ([300, 2], "", False)
    processes.run_pickled(lambda task: task, data, str(path))
    assert not path.exists()  # a worker does not make it again


def test_run_file_that_was_removed() -> None:
    with RunFile() as run_file:
        Path(run_file.path).unlink()
    assert run_file.begun == []


def test_temporary_folder_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(BackendError, match=r"No such file or directory.*\$TMPDIR"), RunFile():
        pass
