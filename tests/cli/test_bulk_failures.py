"""Failures of ``semcodec bulk``: of one photograph, of all, of the disk; and Ctrl-C."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import semcodec
from semcodec.bulk.engines.local import LocalEngine
from semcodec.bulk.stores import LocalStore
from semcodec.bulk.workers import Outcome
from semcodec.cli.bulk_run import output_to_stderr
from semcodec.errors import BackendError, WorkerDiedError
from tests.cli.bulk_files import ALL, HERE, hostile, paths_of, read_rows, stop_after, write_parts
from tests.cli.conftest import Run

pytest.importorskip("pyarrow.parquet")


def fail_for_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_failed_photograph_is_tried_again_if_wanted(run: Run, bulk_folder: Path) -> None:
    Path("in/b.png").write_bytes(b"damaged")
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 3
    assert "semcodec: b.png: " in err
    assert "2 encoded, 1 failed" in err
    [failed] = [row for row in read_rows() if row["error"]]
    assert (failed["record"], failed["size"], failed["cost"]) == (None, 7, 0.0)
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 3
    assert "resumed: 2 of 3 done before, 1 failed (--retry-failed tries them again)\n" in err
    assert len(read_rows()) == 3
    assert run("bulk", "in", "-o", "out", *HERE, "--retry-failed")[0] == 3
    assert len(read_rows()) == 4
    Path("in/b.png").write_bytes(Path("in/a.png").read_bytes())  # another size: mended
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 0
    assert paths_of([row for row in read_rows() if not row["error"]]) == ALL


def test_every_photograph_failed(run: Run, bulk_folder: Path) -> None:
    for name in ("a.png", "b.png", "sub/c.png"):
        Path("in", name).write_bytes(b"damaged")
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 1
    assert len(read_rows()) == 3


def test_message_of_a_row_names_options(run: Run, bulk_folder: Path) -> None:
    assert run("bulk", "in", "-o", "out", *HERE, "--max-bytes", "2")[0] == 1
    assert all("--max-bytes" in row["error"] for row in read_rows())


def test_memory_of_one_photograph(
    run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semcodec, "encode", stop_after(2, MemoryError()))
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 3
    assert read_rows()[2]["error"].startswith("Out of memory: ")


def test_failure_of_all_photographs_has_no_row(
    run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = BackendError("The server cannot be reached.", unavailable=True)
    monkeypatch.setattr(semcodec, "encode", stop_after(1, error))
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 2
    assert err.count("The server cannot be reached.") == 1
    assert paths_of(read_rows()) == ALL[:1]


def test_full_disk_stops_the_run_which_continues_later(
    run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = [0]

    def write(store: LocalStore, name: str, data: bytes) -> None:
        count[0] += 1
        if count[0] > 1:
            fail_for_space()
        original(store, name, data)

    original = LocalStore.write
    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "write", write)
        code, _, err = run("bulk", "in", "-o", "out", *HERE, "--part-rows", "1")
    assert code == 2
    assert err.count("no space left") == 1
    assert "2 encoded, 0 failed, 1 not done, 1 row not written" in err
    assert len(read_rows()) == 1
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 0
    assert paths_of(read_rows()) == ALL


def test_last_part_cannot_be_written(
    run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalStore, "write", fail_for_space)
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 2
    assert "semcodec: Cannot write a part into out: no space left on device." in err


def test_ctrl_c_writes_the_rows_that_are_there(
    run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(semcodec, "encode", stop_after(2, KeyboardInterrupt()))
        code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 130
    assert "2 encoded, 0 failed, 1 not done" in err
    assert paths_of(read_rows()) == ALL[:2]
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 0
    assert paths_of(read_rows()) == ALL


def test_ctrl_c_with_a_full_disk(
    run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalStore, "write", fail_for_space)
    monkeypatch.setattr(semcodec, "encode", stop_after(2, KeyboardInterrupt()))
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 130
    assert "2 encoded, 0 failed, 1 not done, 2 rows not written" in err


def test_error_elsewhere_is_not_one_of_the_folder(
    run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    write_parts(hostile("a"))
    monkeypatch.setattr(LocalEngine, "run", fail)
    for command in (("in", "-o", "new"), ("--decode", "out", "-o", "pictures")):
        with pytest.raises(OSError, match="temporarily"):
            run("bulk", *command, *HERE)
    monkeypatch.setattr(LocalStore, "list_files", fail)
    for command in (("in", "-o", "new"), ("--decode", "out", "-o", "pictures")):
        code, _, err = run("bulk", *command, *HERE)
        name = "new" if "new" in command else "out"
        assert (code, f"Cannot use {name}: resource temporarily" in err) == (2, True)


def test_server_that_recovers_does_not_end_the_run(
    run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = BackendError("The server is overloaded.", retryable=True)
    is_good = iter([False, False, True, False])
    encode = semcodec.encode

    def encode_some(*args: Any, **options: Any) -> Any:
        if next(is_good):
            return encode(*args, **options)
        raise error

    Path("in/d.png").write_bytes(Path("in/a.png").read_bytes())
    monkeypatch.setattr(semcodec, "encode", encode_some)
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 3
    assert [is_failed for _, is_failed in paths_of(read_rows())] == [True, True, False, True]


def test_worker_that_dies_costs_its_photograph(
    run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_tasks(engine: LocalEngine, start: Any, tasks: Any, on_outcome: Any) -> None:
        function = start()
        for task in tasks:
            is_last = task is tasks[-1]
            error = WorkerDiedError("It was killed.", retryable=True) if is_last else None
            on_outcome(Outcome(task, None if is_last else function(task), error))

    monkeypatch.setattr(LocalEngine, "run", run_tasks)
    for command, noun in (
        (("in", "-o", "out"), "encoded"),
        (("--decode", "out", "-o", "x"), "painted"),
    ):
        code, _, err = run("bulk", *command, *HERE, "--size", "96x64")
        assert (code, "c.png: It was killed." in err or "b.png: It was killed." in err) == (3, True)
        assert f" {noun}, 1 failed" in err
    assert [row["error"] for row in read_rows()] == ["", "", "It was killed."]


def test_pictures_below_a_file(run: Run, bulk_folder: Path) -> None:
    write_parts(hostile("a"))
    code, _, err = run("bulk", "--decode", "out", "-o", "in/a.png/x", *HERE)
    assert code == 2
    assert "semcodec: Cannot use in/a.png/x: " in err


def test_output_of_engines_and_backends_goes_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    with output_to_stderr():
        print("a", flush=True)
        os.write(1, b"b\n")  # as native code does
    os.write(1, b"c\n")
    assert capfd.readouterr() == ("c\n", "a\nb\n")
