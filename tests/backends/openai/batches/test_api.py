"""The requests of the Batch API: which are repeated, and where a list ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.openai.batches import sending
from semcodec.backends.openai.batches.api import CLOCK_MARGIN, BatchApi
from semcodec.backends.openai.batches.sending import UnknownOutcomeError
from semcodec.backends.openai.credentials import ApiKey
from semcodec.errors import BackendError, InvalidResponseError
from tests.backends.openai.batches.batch_server import KEY, BatchServer, Fault
from tests.backends.openai.batches.simple_runs import make_settings
from tests.backends.openai.batches.test_running import BUSY, lose, refuse

PART = "0" * 32


def make_api(server: BatchServer, waits: list[float] | None = None) -> BatchApi:
    sleep: Callable[[float], object] = (waits if waits is not None else []).append
    return BatchApi(make_settings(), ApiKey(KEY, "a test"), server.transport(), sleep)  # type: ignore[arg-type]


def upload(server: BatchServer, folder: Path) -> str:
    (path := folder / "x.jsonl").write_bytes(b"{}\n")
    return make_api(server).upload(path, "x.jsonl")


def attempts(server: BatchServer, method: str, path: str) -> int:
    return server.requests.count((method, path))


@pytest.mark.parametrize(("fault", "uploads"), [
    (lose, 1), (refuse, 2), (lambda: BUSY, 2), (lambda: (500, {}), 1), (lambda: (400, {}), 1),
])  # fmt: skip
def test_upload_is_repeated_only_if_it_was_not_processed(
    tmp_path: Path, fault: Fault, uploads: int
) -> None:
    server = BatchServer(faults={("POST", "/files"): [fault]})
    if uploads == 1:
        with pytest.raises(BackendError):
            upload(server, tmp_path)
    else:
        assert upload(server, tmp_path) == "file-0001"
    assert attempts(server, "POST", "/files") == uploads


@pytest.mark.parametrize(("fault", "creations"), [
    (lose, 1), (refuse, 2), (lambda: BUSY, 2), (lambda: (500, {}), 1), (lambda: (200, 7), 1),
])  # fmt: skip
def test_creation_is_repeated_only_if_it_was_not_processed(
    tmp_path: Path, fault: Fault, creations: int
) -> None:
    server = BatchServer(faults={("POST", "/batches"): [fault]})
    file_id, api = upload(server, tmp_path), make_api(server)
    if creations == 1:
        with pytest.raises(UnknownOutcomeError) as caught:
            api.create_batch(file_id, "responses", PART)
        assert not caught.value.retryable
    else:
        assert api.create_batch(file_id, "responses", PART).part == PART
    assert attempts(server, "POST", "/batches") == creations


@pytest.mark.parametrize("fault", [lose, refuse, lambda: BUSY, lambda: (500, {})])
def test_list_is_requested_again_after_growing_waits(fault: Fault) -> None:
    server, waits = BatchServer(faults={("GET", "/batches"): [fault, fault]}), list[float]()
    assert make_api(server, waits).find_batches([], 0) == {}
    assert waits == [1, 2]


def test_repeats_end() -> None:
    server = BatchServer(faults={("GET", "/batches"): [lose] * 99})
    with pytest.raises(BackendError, match=r"lost the connection during 'list batches'") as caught:
        make_api(server).find_batches([], 0)
    assert caught.value.retryable
    assert attempts(server, "GET", "/batches") == make_settings().retries + 1


def test_page_that_repeats_itself_is_the_last() -> None:
    page = {"object": "list", "data": [{"id": "batch_1"}], "has_more": True}
    server = BatchServer(faults={("GET", "/batches"): [lambda: (200, page)] * 9})
    assert make_api(server).find_batches([PART], 0) == {}
    assert attempts(server, "GET", "/batches") == 2


def entry(created: Any, part: str = "") -> dict[str, Any]:
    metadata = {"semcodec_part": part} if part else None
    return {"id": f"batch_{created}", "status": "completed", "created_at": created,
            "metadata": metadata}  # fmt: skip


def pages(*entries: list[dict[str, Any]]) -> BatchServer:
    """Return a server whose list of batches has pages with ``entries``."""

    def page(number: int) -> Fault:
        body = {"object": "list", "data": entries[number], "has_more": number + 1 < len(entries)}
        return lambda: (200, body)

    return BatchServer(faults={("GET", "/batches"): list(map(page, range(len(entries))))})


@pytest.mark.parametrize(("created", "count"), [
    ([100, 90], 1),  # older than the part, even if the clock of the server is wrong
    ([100, CLOCK_MARGIN + 1001], 2),  # one is newer
    ([1001], 2),  # the clock may be wrong
    ([0, None], 2),  # no time is known
    ([], 2),
])  # fmt: skip
def test_older_batches_are_not_read(created: list[Any], count: int) -> None:
    last = [{"id": "batch_z"}] if not created else []
    server = pages([entry(seconds) for seconds in created] + last, [entry(7)])
    assert make_api(server).find_batches([PART], CLOCK_MARGIN + 1000) == {}
    assert attempts(server, "GET", "/batches") == count


def test_list_is_read_until_all_are_found() -> None:
    server = pages([entry(5)], [entry(4, PART)], [entry(3)])
    assert make_api(server).find_batches([PART], 0)[PART].id == "batch_4"
    assert attempts(server, "GET", "/batches") == 2


def test_long_page_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "MAX_ANSWER_BYTES", 1_000)
    page: Fault = lambda: (200, {"data": ["x" * 2_000]})  # noqa: E731
    server = BatchServer(faults={("GET", "/batches"): [page] * 9})
    with pytest.raises(InvalidResponseError, match="a response of over 1000 bytes"):
        make_api(server).find_batches([], time.time())
