"""What becomes of the requests of a batch that is completed, expired, cancelled or failed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.openai.batches import collecting, parts
from semcodec.backends.recording.budget import estimate_usage
from semcodec.errors import (
    BackendError,
    InvalidResponseError,
    MissingFeatureError,
    PendingResponseError,
    RefusalError,
)
from tests.backends.openai.batches.batch_server import ALL_STATUSES, BatchServer
from tests.backends.openai.batches.simple_runs import (
    SimpleRun,
    expected_results,
    make_request,
    repeat,
)

EXPIRING = ("validating", "in_progress", "finalizing", "expired")


def error(message: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "code": code}}


def failing(name: str, status: int, body: Any, times: int = 10**9) -> Any:
    """Return a function that fails the requests of the input ``name``, the first ``times``."""
    left = [times]

    def execute(fields: dict[str, Any]) -> tuple[int, Any]:
        if fields["body"]["messages"][0]["content"] == name and left[0] > 0:
            left[0] -= 1
            return status, body
        return repeat(fields)

    return execute


def test_expired_batch_gives_what_is_done_and_only_the_rest_is_sent_again(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat, statuses=EXPIRING, executed_before_end=3, checks=True)
    run, resolved = SimpleRun(tmp_path, server, 5, stages=1), list[set[str]]()

    def run_round() -> int:
        resolved.append(run.batches.pop_resolved())
        return run.run_round()

    run.batches.run_rounds(run_round)
    assert resolved[1] == {make_request("describe", name).digest for name in run.inputs}
    assert run.results == expected_results(run.inputs, 1)
    assert list(server.paid.values()) == [1] * 5
    assert sorted(server.submitted.values()) == [1, 1, 1, 2, 2]
    assert run.notices == [
        "The batch batch_0001 expired with 3 of 5 responses, which are used; the other "
        "requests are sent again.",
        "The batch batch_0002 expired with 2 of 2 responses, which are used; the other "
        "requests are sent again.",
    ]
    assert server.violations == []


def test_request_that_expires_every_time_fails(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat, statuses=EXPIRING)
    run = SimpleRun(tmp_path, server, 1).start()
    assert set(server.submitted.values()) == {collecting.MAX_ATTEMPTS}
    assert "returned no response to 'describe' in 4 batches (This request could not be" in str(
        run.errors["0"]
    )
    assert "without --batch" in str(run.errors["0"])


def test_cancelled_batch_stops_and_the_next_run_asks_for_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "MAX_ATTEMPTS", 1)  # a batch that is cancelled is not one
    server = BatchServer(execute=repeat, executed_before_end=1)
    run = SimpleRun(tmp_path, server, 3, stages=1, sleep=lambda _: cancel(server))
    with pytest.raises(BackendError, match="batch_0001 was cancelled, with 1 of 3 responses: run"):
        run.start()
    assert run.store.journal._all("SELECT attempts FROM requests") == [(0,), (0,)]
    assert server.files == {}
    again = SimpleRun(tmp_path, server, 3, stages=1).start()
    assert again.results == expected_results(again.inputs, 1)
    assert list(server.paid.values()) == [1] * 3


def cancel(server: BatchServer) -> None:
    for batch in server.batches.values():
        if batch["status"] == "validating":
            batch["status"] = "cancelling"


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_status_that_may_pass_is_sent_again(tmp_path: Path, status: int) -> None:
    execute = failing("1", status, error("busy"), times=2)
    server = BatchServer(execute=execute)
    run = SimpleRun(tmp_path, server, 3, stages=1).start()
    assert run.results == expected_results(run.inputs, 1)
    assert sorted(server.submitted.values()) == [1, 1, 3]


FINAL: list[tuple[int, Any, type[BackendError], str]] = [
    (400, error("too many pixels"), BackendError, r"rejected 'describe' \(status 400: too many"),
    (400, error("no", "content_policy_violation"), RefusalError, r"refused 'describe' \(no\)"),
    (404, error("no model m"), BackendError, "does not have the model m"),
    (401, error("bad key"), BackendError, "rejected the API key"),
    (200, {"choices": []}, InvalidResponseError, "malformed response to 'describe'"),
    (200, error("overloaded"), InvalidResponseError, "returned an error to 'describe' with status"),
]


@pytest.mark.parametrize(("status", "body", "kind", "message"), FINAL)
def test_other_errors_are_those_of_single_requests(
    tmp_path: Path, status: int, body: Any, kind: type[BackendError], message: str
) -> None:
    server = BatchServer(execute=failing("1", status, body))
    run = SimpleRun(tmp_path, server, 3, stages=1).start()
    assert list(run.results) == ["0", "2"]
    with pytest.raises(kind, match=message) as caught:
        raise run.errors["1"]
    assert set(server.submitted.values()) == {1}
    assert caught.value.billed == (status == 200)
    assert caught.value.unavailable == (status in (401, 404))


def test_failed_request_is_sent_again_by_a_later_run(tmp_path: Path) -> None:
    server = BatchServer(execute=failing("1", 400, error("bad"), times=1))
    assert SimpleRun(tmp_path, server, stages=1).start().errors.keys() == {"1"}
    again = SimpleRun(tmp_path, server, stages=1).start()
    assert again.results == expected_results(again.inputs, 1)
    assert sorted(server.submitted.values()) == [1, 2]


def test_unusable_response_is_paid_once_even_if_the_run_is_interrupted(tmp_path: Path) -> None:
    """It is not stored, but the input fails with its error in the next run as well."""
    server = BatchServer(execute=failing("1", 200, {"choices": []}))
    run = SimpleRun(tmp_path, server, stages=1)

    def stop_at_second() -> int:
        if run.rounds == 1:
            raise KeyboardInterrupt
        return run.run_round()

    with pytest.raises(KeyboardInterrupt):
        run.batches.run_rounds(stop_at_second)
    again = SimpleRun(tmp_path, server, stages=1).start()
    assert again.errors.keys() == {"1"}
    assert set(server.paid.values()) == {1}


def test_rejected_lines_fail_and_the_others_are_sent_again(tmp_path: Path) -> None:
    problems = [{"code": "invalid_request", "message": "no such field: zzz", "line": 2}]
    server = BatchServer(execute=repeat, problems=[problems])
    run = SimpleRun(tmp_path, server, 3, stages=1).start()
    assert list(run.results) == ["0", "2"]
    assert "rejected 'describe' in a batch (invalid_request: no such field: zzz)" in str(
        run.errors["1"]
    )
    assert set(server.paid.values()) == {1}
    assert server.files == {}


def test_rejected_file_stops_the_run_and_another_one_asks_again(tmp_path: Path) -> None:
    problems = [{"code": "billing_hard_limit_reached", "message": "pay first", "line": None}]
    server = BatchServer(execute=repeat, problems=[problems])
    run = SimpleRun(tmp_path, server)
    with pytest.raises(
        BackendError, match=r"rejected a batch .billing_hard_limit_reached: pay fir"
    ):
        run.start()
    assert SimpleRun(tmp_path, server).start().results == expected_results(["0", "1"])


def test_full_queue_of_the_server_is_waited_for(tmp_path: Path) -> None:
    full = [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached"}]
    server, times = BatchServer(execute=repeat, problems=[full, full]), [0.0]

    def sleep(seconds: float) -> None:
        times.append(times[-1] + seconds)

    run = SimpleRun(tmp_path, server, stages=1, sleep=sleep, clock=lambda: times[-1]).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert times[-1] > 1200
    assert run.batches.spent == sum(
        part.dollars for part in run.store.journal.parts(run.settings.base_url)
    )
    uploads = [path for method, path in server.requests if (method, path) == ("POST", "/files")]
    assert len(uploads) == 1
    assert (
        run.notices
        == ["The queue of the server for m is full: a batch waits until it has room."] * 2
    )


def test_full_queue_is_tried_again_as_soon_as_a_batch_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MAX_PART_REQUESTS", 1)
    full = [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached"}]
    server, times = BatchServer(execute=repeat, problems=[[], full]), [0.0]
    server.statuses = ALL_STATUSES

    def sleep(seconds: float) -> None:
        times.append(times[-1] + seconds)

    run = SimpleRun(tmp_path, server, stages=1, sleep=sleep, clock=lambda: times[-1]).start()
    assert run.results == expected_results(["0", "1"], 1)
    assert len(server.batches) == 3
    assert times[-1] < 100


# --- servers that lack something -----------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 405, 501])
@pytest.mark.parametrize("route", [("GET", "/batches"), ("POST", "/files")])
def test_server_without_batches_has_one_message(
    tmp_path: Path, status: int, route: tuple[str, str]
) -> None:
    server = BatchServer(faults={route: [lambda: (status, error("Not Found"))] * 9})
    with pytest.raises(MissingFeatureError) as caught:
        SimpleRun(tmp_path, server).start()
    assert str(caught.value) == (
        "The server https://api.openai.com/v1 has no batches: run the same command without "
        "--batch, which sends each request at once."
    )


def with_image(stage: str, text: str, model: str) -> Any:
    return make_request(stage, text, model, image_sizes=((64, 48),))


REFUSAL = "Invalid image_url: data URIs are not supported in batch requests"


def fail_validation(server: BatchServer) -> None:
    server.problems = [[{"code": "invalid", "message": REFUSAL}]]


def fail_rows(server: BatchServer) -> None:
    server.execute = lambda fields: (400, error(REFUSAL))


@pytest.mark.parametrize("fail", [fail_validation, fail_rows])
def test_server_that_takes_no_images_in_batches_has_one_message(
    tmp_path: Path, fail: Callable[[BatchServer], None]
) -> None:
    fail(server := BatchServer(execute=repeat))
    with pytest.raises(
        MissingFeatureError, match=r"takes no photographs inside a batch .*data URI"
    ):
        SimpleRun(tmp_path, server, make=with_image).start()


def test_one_bad_image_fails_alone(tmp_path: Path) -> None:
    server = BatchServer(execute=failing("1", 400, error("Invalid base64 image_url.")))
    run = SimpleRun(tmp_path, server, stages=1, make=with_image).start()
    assert run.results == expected_results(["0"], 1)
    assert isinstance(run.errors["1"], BackendError)


def test_images_that_fail_for_several_reasons_do_not_stop_the_run(tmp_path: Path) -> None:
    def execute(fields: dict[str, Any]) -> tuple[int, Any]:
        is_first = fields["body"]["messages"][0]["content"] == "0"
        return 400, error(REFUSAL if is_first else "too many pixels")

    run = SimpleRun(tmp_path, BatchServer(execute=execute), stages=1, make=with_image).start()
    assert run.errors.keys() == {"0", "1"}


def test_server_without_metadata_is_rejected(tmp_path: Path) -> None:
    """A batch could not be found after a kill."""
    body = {
        "id": "batch_1", "object": "batch", "endpoint": "/v1/chat/completions",
        "input_file_id": "file-0001", "completion_window": "24h", "status": "validating",
        "created_at": 1,
    }  # fmt: skip
    server = BatchServer(faults={("POST", "/batches"): [lambda: (200, body)]})
    with pytest.raises(InvalidResponseError, match="does not keep the metadata of batches"):
        SimpleRun(tmp_path, server).start()


def test_image_request_cannot_be_part_of_a_batch(tmp_path: Path) -> None:
    from semcodec.backends.recording import ModelRequest

    run = SimpleRun(tmp_path, BatchServer())
    with pytest.raises(BackendError, match="'paint' cannot be part of a batch"):
        run.recorder.send(ModelRequest("paint", "images/generations", {"model": "m"}))
    with pytest.raises(PendingResponseError, match="'describe' is part of a batch"):
        run.recorder.send(make_request("describe", "0"))


# --- parts ---------------------------------------------------------------------------------------


def test_parts_have_one_model_and_at_most_the_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MAX_PART_REQUESTS", 3)
    server = BatchServer(execute=repeat)
    run = SimpleRun(
        tmp_path, server, 10, stages=1, model=lambda n: "m" if n % 2 else "other"
    ).start()
    assert run.results == expected_results(run.inputs, 1)
    assert not list(run.store.folder.glob("part-*"))
    counts = sorted(batch["request_counts"]["total"] for batch in server.batches.values())
    assert counts == [2, 2, 3, 3]
    assert server.violations == []


def test_parts_are_divided_by_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MAX_PART_BYTES", 1_000)
    server = BatchServer(execute=repeat)
    sizes = []
    server.edit_output = lambda data: (sizes.append(len(data)), data)[1]  # type: ignore[func-returns-value]
    uploaded = []
    original = server._upload

    def upload(kind: str, body: bytes) -> Any:
        status, stored = original(kind, body)
        uploaded.append(stored["bytes"])
        return status, stored

    server._upload = upload  # type: ignore[method-assign]
    run = SimpleRun(tmp_path, server, 7, stages=1).start()
    assert run.results == expected_results(run.inputs, 1)
    assert max(uploaded) <= 1_000 < sum(uploaded)


def test_more_parts_than_at_a_time_take_another_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MAX_PART_REQUESTS", 2)
    monkeypatch.setattr(parts, "MAX_NEW_PARTS", 2)
    server = BatchServer(execute=repeat, statuses=ALL_STATUSES)
    run = SimpleRun(tmp_path, server, 7, stages=1)
    resolved: list[set[str]] = []

    def run_round() -> int:
        resolved.append(run.batches.pop_resolved())
        return run.run_round()

    run.batches.run_rounds(run_round)
    assert run.results == expected_results(run.inputs, 1)
    assert len(server.batches) == 4
    digests = [make_request("describe", f"{number}").digest for number in range(7)]
    assert resolved[1] == set(digests[4:])  # no part had room for them: they are sent at once
    assert set().union(*resolved) == set(digests)
    assert set(server.paid.values()) == {1}


def test_parts_that_wait_for_the_queue_count_as_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise, each round would add more files while nothing is submitted."""
    from semcodec.backends.openai.batches import store

    monkeypatch.setattr(store, "MAX_COLLECTED_BYTES", 12_000)
    texts = [f"{number}" + "x" * 2_000 for number in range(12)]
    sizes = []

    def sleep(_: float) -> None:
        sizes.append(store.unsubmitted_bytes(run.store.folder))

    server = BatchServer(execute=repeat)
    run = SimpleRun(tmp_path, server, texts, stages=1, max_enqueued_tokens=600, sleep=sleep)
    run.start()
    assert len(run.results) == 12
    assert max(sizes) < 18_000


def test_same_request_of_two_inputs_is_sent_once(tmp_path: Path) -> None:
    server = BatchServer(execute=repeat)
    run = SimpleRun(tmp_path, server, ["a", "b"])
    run.make = lambda stage, text, model: make_request(stage, "the same", model)
    run.start()
    assert run.results == {"a": "response to the same", "b": "response to the same"}
    assert list(server.paid.values()) == [1]


def test_queue_limit_is_kept(tmp_path: Path) -> None:
    texts = [f"{number}" + "x" * 4_000 for number in range(5)]  # about 1,000 tokens each
    running = []
    server = BatchServer(execute=repeat)
    run = SimpleRun(tmp_path, server, texts, stages=1, max_enqueued_tokens=2_100)
    run.batches._on_progress = lambda progress: running.append(progress.running)
    run.start()
    assert len(run.results) == 5
    assert len(server.batches) == 3
    assert max(running) == 1


def test_part_as_large_as_the_queue_is_submitted(tmp_path: Path) -> None:
    waits = iter(range(9))  # otherwise it would wait forever
    tokens = estimate_usage(make_request("describe", "0")).input_tokens
    server = BatchServer(execute=repeat)
    run = SimpleRun(
        tmp_path, server, stages=1, max_enqueued_tokens=tokens, sleep=lambda _: next(waits)
    )
    assert run.start().results == expected_results(["0", "1"], 1)
    assert len(server.batches) == 2


def test_part_of_an_earlier_run_above_the_queue_limit_is_submitted(tmp_path: Path) -> None:
    from semcodec.backends.openai.batches.submitting import Submitter

    submitter = Submitter(SimpleRun(tmp_path, BatchServer()).batches._state, max_tokens=3)
    part = parts.Part(parts.new_part_id(), "server", "route", "model", tokens=5)
    assert submitter._has_queue(part, queued=0)
    assert not submitter._has_queue(part, queued=1)


def test_request_above_the_queue_limit_has_a_message(tmp_path: Path) -> None:
    run = SimpleRun(tmp_path, BatchServer(), ["x" * 8_000], max_enqueued_tokens=1_000)
    with pytest.raises(
        ValueError, match=r"has about 200. tokens, and the limit on enqueued tokens"
    ):
        run.start()


def test_full_round_is_followed_by_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from semcodec.backends.openai.batches import store

    monkeypatch.setattr(store, "MAX_COLLECTED_BYTES", 2_000)
    server = BatchServer(execute=repeat)
    run = SimpleRun(tmp_path, server, 9, stages=1)
    for number in range(9):
        with pytest.raises(PendingResponseError) as caught:
            run.recorder.send(make_request("describe", f"{number}"))
    assert caught.value.digest == ""
    run.start()
    assert run.results == expected_results(run.inputs, 1)
    assert len(server.batches) > 2
    assert set(server.paid.values()) == {1}
    creations = [n for n, request in enumerate(server.requests) if request == ("POST", "/batches")]
    before = [path for _, path in server.requests[: creations[1]]]
    assert before.count("/batches/batch_0001") == 1  # another round begins while it runs


def test_response_without_model_and_usage_is_stored(tmp_path: Path) -> None:
    def execute(fields: dict[str, Any]) -> tuple[int, Any]:
        status, body = repeat(fields)
        del body["usage"]
        return status, body

    run = SimpleRun(tmp_path, BatchServer(execute=execute)).start()
    assert run.results == expected_results(run.inputs)


def test_request_above_the_size_of_a_part_has_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from semcodec.backends.openai.batches import store

    monkeypatch.setattr(store, "MAX_PART_BYTES", 300)
    run = SimpleRun(tmp_path, BatchServer(execute=repeat), ["x" * 300, "y"], stages=1).start()
    assert run.results == expected_results(["y"], 1)
    assert "has 517 bytes" in str(run.errors["x" * 300])
    assert "a batch takes at most 300: set a smaller image_side" in str(run.errors["x" * 300])


@pytest.mark.parametrize("is_interrupted", [False, True])
@pytest.mark.parametrize("status", [400, 200])
def test_error_is_kept_until_the_run_ends_and_only_if_it_was_billed_after_a_kill(
    tmp_path: Path, status: int, is_interrupted: bool
) -> None:
    body = error("bad") if status == 400 else {"choices": []}
    server = BatchServer(execute=failing("1", status, body, times=1))
    run = SimpleRun(tmp_path, server, stages=1)

    def run_round() -> int:
        if run.rounds == 1 and is_interrupted:
            raise KeyboardInterrupt
        return run.run_round()

    try:
        run.batches.run_rounds(run_round)
    except KeyboardInterrupt:
        assert is_interrupted
    again = SimpleRun(tmp_path, server, stages=1).start()
    is_kept = is_interrupted and status == 200
    assert again.errors.keys() == ({"1"} if is_kept else set())
    assert sorted(server.submitted.values()) == ([1, 1] if is_kept else [1, 2])
