"""What a run shows and tolerates while batches run, and what it leaves when it ends early."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from semcodec.backends.openai.batches import BatchStore, state
from semcodec.backends.openai.batches.progress import Progress
from semcodec.errors import BackendError, InputError
from tests.backends.openai.batches.batch_server import ALL_STATUSES, BatchServer, Fault
from tests.backends.openai.batches.simple_runs import SimpleRun, expected_results, repeat

BUSY = (503, {"error": {"message": "busy"}})


def lose() -> Any:
    raise httpx2.ReadError("connection reset")


def refuse() -> Any:
    raise httpx2.ConnectError("connection refused")


def after(server: BatchServer, failure: Callable[[], Any]) -> Callable[[], Any]:
    """Return a fault in which the server handles the request, and its response is lost."""

    def fault() -> Any:
        received = server.current
        server.current = None
        assert received is not None
        server._respond(received)
        return failure()

    return fault


def test_progress_states_rounds_parts_and_requests(tmp_path: Path) -> None:
    run = SimpleRun(tmp_path, BatchServer(execute=repeat), 3).start()
    lines = [progress.describe() for progress in run.progress]
    assert lines[0] == (
        "round 1: 3 inputs waiting; parts: 0 prepared, 1 running, 0 done; requests: 0 of 3 "
        "completed; at most $0.0021"
    )
    assert lines[-1] == (
        "round 2: 3 inputs waiting; parts: 0 prepared, 0 running, 2 done; requests: 0 of 0 "
        "completed; at most $0.0004"
    )


def test_progress_states_failed_requests() -> None:
    assert Progress(2, 1, 3, 1, 0, 9, 4, 2, 0).describe() == (  # type: ignore[arg-type]
        "round 2: 1 input waiting; parts: 3 prepared, 1 running, 0 done; requests: 4 of 9 "
        "completed, 2 failed"
    )


def test_next_round_begins_when_some_of_the_requests_have_a_result(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat, statuses=ALL_STATUSES)
    run = SimpleRun(tmp_path, server, 2, model=lambda number: "m" if number else "other")
    slow = [True]

    def sleep(_: float) -> None:
        if run.rounds == 2 and len(server.batches) == 3:
            slow.clear()
        if slow:  # the second batch does not move on
            server.step["batch_0002"] = 0

    run.batches._sleep = sleep
    run.start()
    assert run.results == expected_results(["0", "1"])
    assert not slow
    assert set(server.paid.values()) == {1}


@pytest.mark.parametrize("fault", [lambda: BUSY, lose, refuse, lambda: (500, {}), lambda: (200, 7)])
@pytest.mark.parametrize("route", [
    ("GET", "/batches"), ("GET", "/batches/.*"), ("GET", "/files/.*/content"), ("DELETE", "/.*"),
    ("POST", "/files"), ("POST", "/batches"),
])  # fmt: skip
def test_one_failure_of_the_server_is_survived_or_another_run_continues(
    tmp_path: Path, route: tuple[str, str], fault: Callable[[], Any]
) -> None:
    server = BatchServer(execute=repeat, faults={route: [fault]})
    try:
        run = SimpleRun(tmp_path, server, stages=1).start()
    except BackendError:
        run = SimpleRun(tmp_path, server, stages=1).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert set(server.paid.values()) == {1}
    assert set(server.submitted.values()) == {1}
    assert len(server.files) <= (route[0] == "DELETE")


@pytest.mark.parametrize("failure", [lose, lambda: (500, {}), lambda: (200, 7), lambda: (200, {})])
@pytest.mark.parametrize("route", ["/files", "/batches"])
def test_request_that_was_handled_without_a_response_is_not_repeated(
    tmp_path: Path, route: str, failure: Callable[[], Any]
) -> None:
    server = BatchServer(execute=repeat)
    server.faults = {("POST", route): [after(server, failure)]}
    try:
        run = SimpleRun(tmp_path, server, stages=1).start()
    except BackendError:
        assert route == "/files"
        run = SimpleRun(tmp_path, server, stages=1).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert set(server.submitted.values()) == {1}
    assert len(server.batches) == 1
    assert server.files == {}


@pytest.mark.parametrize("failure", [lose, lambda: (500, {})])
def test_batch_that_may_have_been_created_is_looked_for_before_another_one(
    tmp_path: Path, failure: Callable[[], Any]
) -> None:
    server = BatchServer(execute=repeat, faults={("POST", "/batches"): [failure]})
    clock = itertools.count(step=20.0)
    run = SimpleRun(tmp_path, server, stages=1, clock=lambda: next(clock)).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert server.requests.count(("POST", "/batches")) == 2
    assert server.requests.count(("GET", "/batches")) >= 4  # of the start, and while it waits
    assert set(server.paid.values()) == {1}


def test_batch_that_appears_late_is_used(tmp_path: Path) -> None:
    server, hidden = BatchServer(execute=repeat), dict[str, Any]()
    run = SimpleRun(tmp_path, server, stages=1)
    server.faults = {("POST", "/batches"): [after(server, lambda: hide() or (500, {}))]}

    def hide() -> None:
        hidden.update(server.batches)
        server.batches.clear()

    run.batches._sleep = lambda _: server.batches.update(hidden)
    run.start()
    assert run.results == expected_results(["0", "1"], 1)
    assert len(server.batches) == 1
    assert set(server.submitted.values()) == {1}


def test_batch_is_created_twice_at_most(tmp_path: Path) -> None:
    faults: dict[tuple[str, str], list[Fault]] = {("POST", "/batches"): [lambda: (500, {})] * 9}
    server = BatchServer(execute=repeat, faults=faults)
    clock = itertools.count(step=20.0)
    with pytest.raises(BackendError, match="status 500"):
        SimpleRun(tmp_path, server, stages=1, clock=lambda: next(clock)).start()
    assert server.requests.count(("POST", "/batches")) == 2


def test_batch_of_a_killed_run_is_found(tmp_path: Path) -> None:
    def kill() -> Any:
        raise KeyboardInterrupt

    server = BatchServer(execute=repeat)
    server.faults = {("POST", "/batches"): [after(server, kill)]}
    with pytest.raises(KeyboardInterrupt):
        SimpleRun(tmp_path, server, stages=1).start()
    run = SimpleRun(tmp_path, server, stages=1).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert set(server.submitted.values()) == {1}
    assert (len(server.batches), server.files) == (1, {})


def test_failures_of_polls_are_tolerated_some_times(tmp_path: Path) -> None:
    busy: Fault = lambda: BUSY  # noqa: E731
    faults = [busy] * 3 * (state.MAX_FAILURES - 1)
    server = BatchServer(execute=repeat, faults={("GET", "/batches/.*"): faults})
    run = SimpleRun(tmp_path, server, stages=1).start()
    assert run.results == expected_results(["0", "1"], 1)


def test_failures_of_polls_count_only_in_a_row(tmp_path: Path) -> None:
    busy: Fault = lambda: BUSY  # noqa: E731
    works: Fault = lambda: None  # noqa: E731
    faults = ([busy] * 30 + [works]) * 4  # three attempts each: 40 failures, but 10 in a row
    statuses = ("validating", *["in_progress"] * 4, "completed")
    server = BatchServer(execute=repeat, statuses=statuses, faults={("GET", "/batches/.*"): faults})
    run = SimpleRun(tmp_path, server, stages=1).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert server.faults == {("GET", "/batches/.*"): []}


def test_failures_of_polls_without_end_stop_the_run(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat, faults={("GET", "/batches/.*"): [lambda: BUSY] * 999})
    with pytest.raises(BackendError, match=r"has status 503|status 503"):
        SimpleRun(tmp_path, server, stages=1).start()
    server.faults.clear()
    run = SimpleRun(tmp_path, server, stages=1).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert set(server.paid.values()) == {1}


def test_rate_limit_on_uploads_is_waited_for(tmp_path: Path) -> None:
    busy: Fault = lambda: (429, {"error": {"message": "slow down"}})  # noqa: E731
    for route in ("/files", "/batches"):
        (folder := tmp_path / route[1:]).mkdir()
        server = BatchServer(execute=repeat, faults={("POST", route): [busy] * 7})
        run = SimpleRun(folder, server, stages=1).start()
        assert run.results == expected_results(["0", "1"], 1)
        assert set(server.submitted.values()) == {1}
        assert server.requests.count(("POST", "/files")) == 1 + 7 * (route == "/files")
        assert server.files == {}
        assert run.batches.spent == run.store.journal.parts(run.settings.base_url)[-1].dollars


def test_key_that_is_rejected_stops_at_once(tmp_path: Path) -> None:
    server = BatchServer(faults={("GET", "/batches"): [lambda: (401, {"error": "no"})]})
    run = SimpleRun(tmp_path, server)
    with pytest.raises(BackendError, match="rejected the API key"):
        run.start()
    assert run.rounds == 0


def test_batch_that_another_key_has_submitted_has_a_message(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat)
    run = SimpleRun(tmp_path, server, sleep=lambda _: server.batches.clear())
    with pytest.raises(BackendError, match="at least not for this key: use the key with which"):
        run.start()


def test_output_that_is_gone_is_sent_again(tmp_path: Path) -> None:
    """The server deletes it after some time, and the replies in it were never received."""
    server, gone = BatchServer(execute=repeat), list[str]()

    def sleep(_: float) -> None:
        for batch in server.batches.values():
            if batch["status"] == "validating" and not gone:
                server._advance(batch["id"])
                gone.append(batch["output_file_id"])
                del server.files[gone[0]]

    run = SimpleRun(tmp_path, server, stages=1, sleep=sleep).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert server.requests.count(("GET", f"/files/{gone[0]}/content")) == 1
    assert run.notices == [
        "The responses of batch_0001 are gone from the server: their requests are sent again, and "
        "may be billed again."
    ]
    assert run.batches.spent > SimpleRun(tmp_path, server, []).batches.spent


def test_file_that_cannot_be_deleted_is_named(tmp_path: Path) -> None:
    faults: dict[tuple[str, str], list[Fault]] = {
        ("DELETE", "/files/file-0002"): [lambda: (403, {"error": {"message": "no"}})]
    }
    run = SimpleRun(tmp_path, BatchServer(execute=repeat, faults=faults), stages=1).start()
    assert run.notices == [
        "1 file of batch_0001 could not be deleted on the server: delete file-0002 there."
    ]


def test_interrupted_run_names_its_batches(tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    run = SimpleRun(
        tmp_path, BatchServer(execute=repeat), sleep=stop, model=lambda n: "m" if n else "other"
    )
    assert run.batches.describe_running() == "No batch is running: the same command continues."
    with pytest.raises(KeyboardInterrupt):
        run.start()
    assert run.batches.describe_running() == (
        "2 batches are still running on the server (batch_0001, batch_0002): the same command "
        "collects what is done, and continues."
    )


def test_batch_that_has_ended_meanwhile_answers_the_first_round(tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    server = BatchServer(execute=repeat)
    with pytest.raises(KeyboardInterrupt):
        SimpleRun(tmp_path, server, stages=1, sleep=stop).start()
    run = SimpleRun(tmp_path, server, stages=1, sleep=stop).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert run.rounds == 1


def test_many_running_batches_are_not_all_named(tmp_path: Path) -> None:
    run = SimpleRun(tmp_path, BatchServer())
    from semcodec.backends.openai.batches.rows import Part

    for number in range(10):
        part = Part(f"{number:032x}", run.settings.base_url, "responses", "m", "submitted")
        part.batch = f"batch_{number}"
        run.store.journal.add_part(part, [])
    assert "batch_7 and 2 others): the same" in run.batches.describe_running()


def test_second_run_is_refused(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat)
    run = SimpleRun(tmp_path, server)

    def start_another() -> int:
        with pytest.raises(InputError, match=r"responses.sqlite is used by another run: wait for"):
            SimpleRun(tmp_path, server).start()
        return run.run_round()

    run.batches.run_rounds(start_another)
    assert SimpleRun(tmp_path, server).start().results == expected_results(["0", "1"])


def test_batch_of_inputs_that_are_gone_is_reported(tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    server = BatchServer(execute=repeat)
    with pytest.raises(KeyboardInterrupt):
        SimpleRun(tmp_path, server, sleep=stop).start()
    server.statuses = ("validating", "in_progress")
    run = SimpleRun(tmp_path, server, []).start()
    assert run.notices == [
        "1 batch of an earlier run, which no input needs now, still runs on the server "
        "(batch_0001): cancel it there."
    ]


def test_unsubmitted_parts_of_an_earlier_run_are_not_submitted(tmp_path: Path) -> None:
    """Their settings may have changed: only what an input still needs is paid for."""
    server = BatchServer(execute=repeat, faults={("POST", "/batches"): [lambda: (400, {})]})
    with pytest.raises(BackendError):
        SimpleRun(tmp_path, server, stages=1).start()
    assert len(server.files) == 1
    run = SimpleRun(tmp_path, server, 1, stages=1, model=lambda _: "other")
    assert len(list(run.store.folder.glob("part-*.jsonl"))) == 1
    (run.store.folder / "part-0.output").write_bytes(b"of a run that was killed")
    run.start()
    assert not list(run.store.folder.glob("part-*"))
    assert run.results == expected_results(["0"], 1)
    assert list(server.submitted.values()) == [1]
    assert server.files == {}


def test_list_of_batches_has_pages(tmp_path: Path) -> None:
    """The batch of a killed run is found after those of other programs."""
    server = BatchServer(execute=repeat)
    server.faults = {("POST", "/batches"): [after(server, lose)]}
    original, listed = server._create, []

    def create(fields: dict[str, Any]) -> Any:
        created = original(fields)
        for number in range(150):  # newer ones, some of them of other folders
            metadata = {"semcodec_part": f"{number:032x}"} if number % 2 else None
            other = {**created[1], "id": f"batch_x{number}", "metadata": metadata}
            server.batches[other["id"]] = other
        listed.append(created)
        return created

    server._create = create  # type: ignore[method-assign]
    run = SimpleRun(tmp_path, server, stages=1).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert len(listed) == 1


def test_server_of_the_backend_and_of_the_batches_must_be_the_same(tmp_path: Path) -> None:
    run = SimpleRun(tmp_path, BatchServer())
    run.recorder._server = "http://127.0.0.1:9/v1"
    with pytest.raises(
        InputError, match=r"http://127.0.0.1:9/v1 cannot be part of a batch of http"
    ):
        run.start()


def test_round_that_waits_without_a_request_ends(tmp_path: Path) -> None:
    run = SimpleRun(tmp_path, BatchServer())
    with pytest.raises(BackendError, match="1 input wait for a response, but no request was made"):
        run.batches.run_rounds(lambda: 1)


# --- files of this machine -----------------------------------------------------------------------


def test_journal_with_ids_of_other_files_deletes_none_of_them(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat)
    run = SimpleRun(tmp_path, server, stages=1).start()
    mine = server._add_file("mine.jsonl", "batch", b"{}")
    [part] = run.store.journal.parts(run.settings.base_url)
    for name in ("collected", "uploaded", "prepared"):
        part.state, part.file = name, mine.id
        run.store.journal.save(part)
        SimpleRun(tmp_path, server, stages=1).start()
        assert mine.id in server.files


def test_folder_that_cannot_be_created_has_a_message(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite.batches").write_text("a file")
    with pytest.raises(InputError, match=r"a.sqlite.batches cannot be created"):
        BatchStore(tmp_path / "a.sqlite")


def test_full_disk_leaves_a_round_that_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from semcodec.backends.openai.batches import store

    server = BatchServer(execute=repeat)
    run = SimpleRun(tmp_path, server, stages=1)
    original, calls = store._append, [0]

    def append(path: Path, data: bytes) -> None:
        calls[0] += 1
        if calls[0] == 2:
            with path.open("ab") as file:
                file.write(data[:-9])  # what a full disk leaves
            raise OSError(28, "No space left on device")
        original(path, data)

    monkeypatch.setattr(store, "_append", append)
    run.start()
    assert run.errors.keys() == {"1"}
    assert "cannot be written (No space left on device): make room" in str(run.errors["1"])
    assert run.results == expected_results(["0"], 1)
    monkeypatch.undo()
    assert SimpleRun(tmp_path, server, stages=1).start().results == expected_results(["0", "1"], 1)


def test_append_to_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    from semcodec.backends.openai.batches import store

    class Full:
        def __init__(self, file: Any) -> None:
            self.file = file

        def write(self, data: bytes) -> int:
            return int(self.file.write(data[:3]))

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *error: object) -> None:
            self.file.close()

    path = tmp_path / "x"
    path.write_bytes(b"before")

    class FullPath:
        def open(self, *arguments: Any, **options: Any) -> Full:
            return Full(path.open(*arguments, **options))

    with pytest.raises(OSError, match="no space left"):
        store._append(FullPath(), b"12345678")  # type: ignore[arg-type]
    assert path.read_bytes() == b"before"
