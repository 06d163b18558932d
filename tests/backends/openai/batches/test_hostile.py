"""A server may return anything: nothing is lost, stored elsewhere, shown or waited for forever."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.openai.batches import output, rounds, sending
from semcodec.backends.openai.batches.rows import Part
from semcodec.errors import BackendError, InvalidResponseError, SemcodecError
from tests.backends.openai.batches.batch_server import ALL_STATUSES, KEY, BatchServer
from tests.backends.openai.batches.simple_runs import SimpleRun, expected_results, repeat


def run_with(folder: Path, edit: Callable[[bytes], bytes], count: int = 3) -> SimpleRun:
    server = BatchServer(execute=repeat, edit_output=edit)
    return SimpleRun(folder, server, count, stages=1).start()


def first_line(data: bytes) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(data.splitlines()[0])
    return row


def with_lines(*lines: bytes) -> Callable[[bytes], bytes]:
    return lambda data: b"".join(line + b"\n" for line in lines) + data


BAD_LINES = [
    b"{", b"[1]", b"null", b"7", b'"x"', b'{"custom_id": []}', b"{}", b"\xff\xfe", b"[" * 100_000,
]  # fmt: skip


def test_invalid_lines_are_ignored(tmp_path: Path) -> None:
    run = run_with(tmp_path, with_lines(*BAD_LINES))
    assert run.results == expected_results(run.inputs, 1)
    assert run.notices == ["Lines of the output of batch_0001 were ignored: 9 invalid."]


def test_long_line_is_skipped_without_reading_it_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "MAX_LINE", 1_000)
    run = run_with(tmp_path, with_lines(b"x" * 5_000, b"y" * 1_000, b"z" * 1_001))
    assert run.results == expected_results(run.inputs, 1)
    assert run.notices == ["Lines of the output of batch_0001 were ignored: 3 invalid."]


def test_unknown_ids_are_ignored(tmp_path: Path) -> None:
    def edit(data: bytes) -> bytes:
        row = first_line(data)
        others = ["../../x", "0" * 64, row["custom_id"].upper()]
        return with_lines(*(json.dumps({**row, "custom_id": name}).encode() for name in others))(
            data
        )

    run = run_with(tmp_path, edit)
    assert run.results == expected_results(run.inputs, 1)
    assert run.notices == ["Lines of the output of batch_0001 were ignored: 3 not requested."]
    assert not [path for path in tmp_path.rglob("*") if path.name == "x"]


def test_first_of_several_responses_counts(tmp_path: Path) -> None:
    def edit(data: bytes) -> bytes:
        row = first_line(data)
        row["response"]["body"]["choices"][0]["message"]["content"] = "another"
        return data + json.dumps(row).encode() + b"\n"

    run = run_with(tmp_path, edit)
    assert run.results == expected_results(run.inputs, 1)
    assert run.notices == ["Lines of the output of batch_0001 were ignored: 1 duplicate."]


@pytest.mark.parametrize("row", [
    {"response": None, "error": None}, {"response": 1, "error": "x"}, {},
    {"response": {"status_code": "200", "body": {}}}, {"response": {"body": {}}},
])  # fmt: skip
def test_line_without_result_is_sent_again(tmp_path: Path, row: dict[str, Any]) -> None:
    edits: list[Callable[[bytes], bytes]] = [
        lambda data: json.dumps({"custom_id": first_line(data)["custom_id"], **row}).encode(),
        lambda data: data,
    ]
    server = BatchServer(execute=repeat)
    server.edit_output = lambda data: edits.pop(0)(data)
    run = SimpleRun(tmp_path, server, 1, stages=1).start()
    assert run.results == expected_results(run.inputs, 1)
    assert len(server.batches) == 2


def test_requests_without_results_are_sent_a_few_times_only(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat, edit_output=lambda data: b"")
    run = SimpleRun(tmp_path, server, 1, stages=1).start()
    assert "in 4 batches (the batch has no response for it)" in str(run.errors["0"])
    assert run.batches.spent == sum(part.bound or 0 for part in parts_of(run))


def parts_of(run: SimpleRun) -> list[Part]:
    return run.store.journal.parts(run.settings.base_url)


def test_output_that_was_cut_off_is_downloaded_again(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat)
    server.faults = {("GET", "/files/.*/content"): [lambda: (200, b"")]}
    run = SimpleRun(tmp_path, server, stages=1).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert set(server.paid.values()) == {1}
    assert run.notices == []


def test_output_above_the_limit_fails_its_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MAX_OUTPUT_BYTES", 2_000)
    run = run_with(tmp_path, lambda data: data + b" " * 10_000)
    assert isinstance(run.errors["0"], InvalidResponseError)
    assert "a response of over 2000 bytes" in str(run.errors["0"])
    assert len(run.errors) == 3
    assert run.batches.spent > 0


def test_errors_above_the_limit_fail_only_the_requests_without_response(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MAX_OUTPUT_BYTES", 2_000)

    def execute(fields: dict[str, Any]) -> tuple[int, Any]:
        is_first = fields["body"]["messages"][0]["content"] == "0"
        return repeat(fields) if is_first else (400, {"error": {"message": "x" * 3_000}})

    server = BatchServer(execute=execute)
    run = SimpleRun(tmp_path, server, stages=1).start()
    assert run.results == expected_results(["0"], 1)
    assert "a response of over 2000 bytes" in str(run.errors["1"])
    [part] = parts_of(run)
    assert (part.answered, part.failed) == (1, 1)


BAD_IDS = ["file-../../x", "../batches", "a/b", "", "a\nb", "x" * 300, 7, {"a": 1}, "ä", ".", "%2e"]


@pytest.mark.parametrize("value", BAD_IDS)
@pytest.mark.parametrize("field", ["output_file_id", "error_file_id", "id", "input_file_id"])
def test_id_that_is_not_plain_is_never_used(tmp_path: Path, field: str, value: Any) -> None:
    server = BatchServer(execute=repeat, statuses=ALL_STATUSES)
    sleeps = []

    def sleep(_: float) -> None:
        sleeps.append(1)
        for batch in list(server.batches.values()):
            batch[field] = value
        if len(sleeps) > 2:
            raise KeyboardInterrupt

    run = SimpleRun(tmp_path, server, 1, stages=1, sleep=sleep)
    with pytest.raises((BackendError, KeyboardInterrupt)) as caught:
        run.start()
    if isinstance(caught.value, BackendError):
        assert "malformed response" in str(caught.value) or "another batch" in str(caught.value)
    assert all(not path.startswith("/files/") or path.startswith("/files/file-0")
               for _, path in server.requests)  # fmt: skip


@pytest.mark.parametrize("value", ["file-../../x", "..", 7])
def test_id_of_an_upload_is_checked(tmp_path: Path, value: Any) -> None:
    body = {
        "id": value, "object": "file", "bytes": 1, "created_at": 1, "filename": "x",
        "purpose": "batch", "status": "processed",
    }  # fmt: skip
    server = BatchServer(faults={("POST", "/files"): [lambda: (200, body)]})
    with pytest.raises(InvalidResponseError, match="malformed response to 'upload a batch'"):
        SimpleRun(tmp_path, server).start()
    assert server.batches == {}


@pytest.mark.parametrize("change", [
    {"id": "batch_9999"}, {"metadata": None}, {"metadata": {"semcodec_part": "0" * 32}},
    {"input_file_id": "file-9999"},
])  # fmt: skip
def test_another_batch_in_place_of_ours_is_not_collected(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    server = BatchServer(execute=repeat)

    def sleep(_: float) -> None:
        for batch in server.batches.values():
            batch |= change

    run = SimpleRun(tmp_path, server, 1, stages=1, sleep=sleep)
    with pytest.raises(BackendError, match="returned another batch in place of batch_0001"):
        run.start()


def test_output_of_another_batch_answers_nothing(tmp_path: Path) -> None:
    """Both batches name the same file: the request of the second is sent again."""
    server = BatchServer(execute=repeat)
    run = SimpleRun(tmp_path, server, 2, stages=1, model=lambda n: "m" if n else "other")
    original, first = server._execute, list[Any]()

    def execute(batch: dict[str, Any], lines: list[bytes]) -> None:
        original(batch, lines)
        if batch["id"] == "batch_0002":
            batch["output_file_id"] = "file-0003"  # of the first, which is deleted by now
            server.files.setdefault("file-0003", first[0])
        else:
            first.append(server.files[batch["output_file_id"]])

    server._execute = execute  # type: ignore[method-assign]
    run.start()
    assert run.results == expected_results(run.inputs, 1)


def test_hostile_list_of_files_ends_no_run(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat, faults={("POST", "/batches"): [lambda: (400, {})]})
    with pytest.raises(BackendError):
        SimpleRun(tmp_path, server, 1, stages=1).start()
    [name] = [stored.name for stored in server.files.values()]
    entries = [7, {}, {"id": "file-1", "filename": [name]}, {"id": ["../x"], "filename": name}]
    body = {"object": "list", "data": entries, "has_more": False}
    server.faults = {("GET", "/files"): [lambda: (200, body)]}
    run = SimpleRun(tmp_path, server, 1, stages=1).start()
    assert run.results == expected_results(["0"], 1)
    assert server.faults == {("GET", "/files"): []}
    assert not any(".." in path for _, path in server.requests)


def test_status_that_never_ends_is_polled_ever_less_often(tmp_path: Path) -> None:
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 20:
            raise KeyboardInterrupt

    server = BatchServer(execute=repeat, statuses=("validating", "in_progress", "thinking"))
    run = SimpleRun(tmp_path, server, 1, sleep=sleep)
    with pytest.raises(KeyboardInterrupt):
        run.start()
    assert waits[:3] == [5, 7.5, 11.25]
    assert waits == sorted(waits)
    assert waits[-1] == rounds.MAX_POLL
    assert run.batches.describe_running() == (
        "1 batch is still running on the server (batch_0001): the same command collects what is "
        "done, and continues."
    )
    server.statuses = ("completed",)
    assert SimpleRun(tmp_path, server, 1).start().results == expected_results(["0"])


def test_key_reaches_no_file_and_no_message(tmp_path: Path) -> None:
    answers: Iterator[Callable[[dict[str, Any]], tuple[int, Any]]] = iter([
        lambda fields: (200, repeat(fields)[1] | {"model": f"m {KEY}"}),
        lambda fields: (400, {"error": {"message": f"bad {KEY}"}}),
        lambda fields: (200, {"error": {"message": f"bad {KEY}"}}),
    ])  # fmt: skip
    server = BatchServer(execute=lambda fields: next(answers)(fields))

    def edit(data: bytes) -> bytes:
        return data.replace(b"response to", f"response {KEY} to".encode())

    server.edit_output = edit
    kept: list[bytes] = []
    run = SimpleRun(tmp_path, server, 3, stages=1)

    def sleep(_: float) -> None:
        kept.extend(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    run.batches._sleep = sleep
    run.start()
    texts = [*run.results.values(), *map(str, run.errors.values()), *run.notices]
    assert len(run.errors) == 2
    assert " ".join(texts).count("[key]") == 3
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in data for data in (*kept, *files))
    assert not any(KEY in text for text in texts)


def test_key_in_a_failed_batch_is_not_shown(tmp_path: Path) -> None:
    problems = [{"code": f"x{KEY}", "message": f"wrong {KEY}", "line": None}]
    with pytest.raises(SemcodecError) as caught:
        SimpleRun(tmp_path, BatchServer(problems=[problems])).start()
    assert KEY not in str(caught.value)
    assert "wrong" in str(caught.value)
