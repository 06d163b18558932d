"""Photographs through batches have the records of single requests, and no reply is paid twice."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import semcodec
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.openai.batches import BatchStore
from semcodec.backends.openai.batches.plan import BatchDryRunClient
from semcodec.backends.openai.batches.store import MAX_PART_BYTES
from semcodec.backends.openai.pricing import ServerPrices
from semcodec.backends.recording.budget import max_usage
from semcodec.errors import InvalidResponseError, PendingResponseError
from tests.backends.openai import fake_responses
from tests.backends.openai.batches.batch_server import ALL_STATUSES, BatchServer, answer
from tests.backends.openai.batches.runs import Run, live_record, photographs

PRICES = {"gpt-5.5": {"input": 2, "output": 10}}


@pytest.mark.parametrize("settings", [
    {}, {"api": "responses"}, {"structured": "off", "writer": "another"},
])  # fmt: skip
def test_record_is_that_of_requests_sent_at_once(tmp_path: Path, settings: dict[str, Any]) -> None:
    server, (photo,) = BatchServer(checks=True, statuses=ALL_STATUSES), photographs(1)
    run = Run(tmp_path, server, [photo], **settings).start()
    assert run.records == {0: live_record(**settings)}
    assert run.rounds == 3
    assert sorted(server.paid.values()) == [1, 1]
    assert server.violations == []
    assert server.files == {}


def test_layers_take_another_round(tmp_path: Path) -> None:
    server, photos = BatchServer(checks=True), photographs(2)
    run = Run(tmp_path, server, photos, encoding={"layers": ("layout",)}).start()
    assert server.violations == []
    assert run.rounds == 4
    assert len(server.batches) == 3
    for number in range(2):
        assert run.records[number] == live_record(number, layers=("layout",))
    assert set(server.paid.values()) == {1}


def first_text(*texts: str, stage: str = "describe") -> Any:
    """Return a function that answers a stage with ``texts`` first, then as usual."""
    left = list(texts)

    def execute(fields: dict[str, Any]) -> tuple[int, Any]:
        is_stage = ("image_url" in str(fields["body"])) == (stage == "describe")
        if left and is_stage:
            return 200, fake_responses.chat_body(fields["body"]["model"], left.pop(0))
        return answer(fields)

    return execute


def test_unusable_response_is_sent_again_in_the_next_round(tmp_path: Path) -> None:
    server, (photo,) = BatchServer(execute=first_text("")), photographs(1)
    run = Run(tmp_path, server, [photo]).start()
    assert run.records == {0: live_record()}
    assert run.rounds == 4
    assert set(server.paid.values()) == {1}


def test_second_request_is_not_replaced_while_its_response_is_pending(tmp_path: Path) -> None:
    """With a usable part of the first answer, a failure of the second request is only noted."""
    server, (photo,) = BatchServer(execute=first_text('{"words": ["house"]}', stage="select")), (
        photographs(1)
    )  # fmt: skip
    run = Run(tmp_path, server, [photo]).start()
    assert run.records == {0: live_record()}
    assert run.rounds == 4


def test_photograph_with_two_unusable_responses_fails_and_may_be_tried_again(
    tmp_path: Path,
) -> None:
    server, photos = BatchServer(execute=first_text("", "")), photographs(1)
    run = Run(tmp_path, server, photos).start()
    assert isinstance(run.errors[0], InvalidResponseError)
    assert sum(server.paid.values()) == 2
    again = Run(tmp_path, server, photos).start()
    assert again.records == {0: live_record()}
    assert sorted(server.paid.values()) == [1, 1, 2]


def test_rejected_field_is_left_out_in_the_next_round(tmp_path: Path) -> None:
    def execute(fields: dict[str, Any]) -> tuple[int, Any]:
        if "temperature" in fields["body"]:
            message = "Unsupported parameter: 'temperature'."
            return 400, {"error": {"message": message, "param": "temperature"}}
        return answer(fields)

    server, photos = BatchServer(execute=execute), photographs(2)
    run = Run(tmp_path, server, photos, temperature=0.5).start()
    assert run.records == {number: live_record(number) for number in range(2)}
    assert set(server.paid.values()) == {1}


@pytest.fixture(scope="module")
def run_of_two(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("two")
    return Run(folder, BatchServer(), photographs(2), prices=PRICES).start()


def test_trace_has_the_price_of_the_batch(run_of_two: Run) -> None:
    half = (20 * 2 + 10 * 10) / 1_000_000 / 2
    for calls in run_of_two.calls.values():
        assert [call["dollars"] for call in calls] == pytest.approx([half, half])
        assert {call["source"] for call in calls} == {"batch"}
        assert [call["input_tokens"] for call in calls] == [20, 20]
    # Both have the same description, and share the second request.
    assert float(run_of_two.batches.spent) == pytest.approx(3 * half)


def test_finished_photographs_cost_nothing_in_another_run(tmp_path: Path) -> None:
    server, photos = BatchServer(), photographs(2)
    Run(tmp_path, server, photos).start()
    count = len(server.batches)
    run = Run(tmp_path, server, photos).start()
    assert len(run.records) == 2
    assert run.rounds == 1
    assert len(server.batches) == count


def test_photograph_waits_only_for_its_own_request(tmp_path: Path) -> None:
    run = Run(tmp_path, BatchServer(), photographs(1))
    with pytest.raises(PendingResponseError) as caught:
        semcodec.encode(run.photos[0], backend=run.backend)
    server = run.backend.settings.base_url
    assert not run.store.is_pending(server, caught.value.digest)  # no part has it yet
    run.batches._prepare()
    assert run.store.is_pending(server, caught.value.digest)
    with pytest.raises(PendingResponseError):
        semcodec.encode(run.photos[0], backend=run.backend)
    assert not list(run.store.folder.glob("collected-*"))  # it is not collected again
    run.start()
    assert run.batches.pop_resolved() > {caught.value.digest}
    assert run.batches.pop_resolved() == set()
    for other in (copy.copy(caught.value), pickle.loads(pickle.dumps(caught.value))):
        assert other.digest == caught.value.digest
        assert str(other) == str(caught.value)


def test_list_of_models_is_requested_at_once(tmp_path: Path) -> None:
    from semcodec.backends.recording import ModelRequest, ModelResponse

    sent = []

    def send(request: ModelRequest) -> ModelResponse:
        sent.append(request.route)
        return ModelResponse("its-only-model")

    backend = OpenAIBackend(
        base_url="http://127.0.0.1:9/v1", batch_store=BatchStore(tmp_path / "r.sqlite"), send=send
    )
    with pytest.raises(PendingResponseError):
        backend.describe(photographs(1)[0])
    assert sent == ["models"]


def test_plan_has_the_parts_and_half_the_price(run_of_two: Run) -> None:
    run = run_of_two
    client = BatchDryRunClient(
        ServerPrices(run.backend.settings), lambda request: [max_usage(request)] * 2
    )
    backend = OpenAIBackend(send=client, prices=PRICES)
    for photo in run.photos:
        semcodec.encode(photo, backend=backend)
    assert client.requests == []
    assert [(stage.stage, stage.requests, stage.parts) for stage in client.stages] == [
        ("describe", 2, 1), ("select", 2, 1),
    ]  # fmt: skip
    parts = run.store.journal.parts(run.backend.settings.base_url)
    described = client.stages[0]
    assert described.bytes == parts[0].bytes
    assert described.input_tokens == parts[0].tokens
    assert described.maximum is not None
    assert described.maximum == 2 * (parts[0].bound or 0)
    assert described.scaled(Decimal(1)).parts == 1
    million = described.scaled(Decimal(500_000))
    assert million.requests == 10**6
    per_part = MAX_PART_BYTES / (described.bytes / 2)
    assert million.parts == -(-(10**6) // min(50_000, per_part))
    assert million.input_tokens == described.input_tokens * 500_000
    assert million.expected == (described.expected or 0) * 500_000
    price = described.input_tokens * 2 + described.output_tokens * 10
    assert float(described.expected or 0) == pytest.approx(price / 2_000_000)
