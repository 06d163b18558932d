"""Threads share a backend object: each run has its own calls, costs, repairs and responses."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.recording import Cassette, ModelRequest, ModelResponse, Usage
from semcodec.errors import BackendError, SemcodecError

RUNS = 6
URL = "http://127.0.0.1:9/v1"
DESCRIPTIONS = [f"A red boat number {number} on a calm lake." for number in range(RUNS)]
PRICES = {"m": {"input": 1_000_000, "output": 1_000_000}}  # a dollar per token


def photograph(number: int) -> Image.Image:
    """Return a photograph with an aspect from which the server finds the number of its run."""
    return Image.new("RGB", (100 + number, 100), "white")


class Server:
    """Responds once all runs have sent a request, so that the stages of the runs overlap.

    A response to run ``number`` uses ``10 ** number`` tokens: a sum of tokens shows which runs
    it belongs to.
    """

    def __init__(self, runs: int = RUNS, **texts: str) -> None:
        self.barrier, self.texts = threading.Barrier(runs, timeout=30), texts

    def __call__(self, request: ModelRequest) -> ModelResponse:
        self.barrier.wait()
        number = _run_of(request)
        expected_answer = (
            DESCRIPTIONS[number] if request.stage == "describe" else request.expected_answer
        )
        return ModelResponse(
            self.texts.get(request.stage, expected_answer), usage=Usage(10**number, 0, 0)
        )


def _run_of(request: ModelRequest) -> int:
    if request.image_sizes:
        ((width, height),) = request.image_sizes
        return round(100 * width / height) - 100
    return next(n for n in range(RUNS) if f"number {n}" in str(request.body))


def backend(send: Any, **settings: Any) -> OpenAIBackend:
    return OpenAIBackend(send=send, base_url=URL, describer="m", writer="m", **settings)


def run_all(shared: OpenAIBackend, **options: Any) -> list[semcodec.Trace]:
    """Return the traces of runs at the same time; for a failed run, the trace of its error."""

    def run(number: int) -> semcodec.Trace:
        size = (100 + number, 100)
        try:
            return semcodec.encode(
                photograph(number), describer=shared, writer=shared, size=size, **options
            ).trace
        except SemcodecError as error:
            return error.trace

    with ThreadPoolExecutor(RUNS) as pool:
        return list(pool.map(run, range(RUNS)))


def test_every_trace_has_the_calls_and_costs_of_its_own_run() -> None:
    traces = run_all(backend(Server(), prices=PRICES))
    assert [[len(stage.notes["calls"]) for stage in trace.stages] for trace in traces] == (
        [[1, 1]] * RUNS
    )
    tokens = [[request["input_tokens"] for request in trace.calls] for trace in traces]
    assert tokens == [[10**number] * 2 for number in range(RUNS)]
    assert [[request["dollars"] for request in trace.calls] for trace in traces] == tokens


def test_every_trace_has_the_repairs_of_its_own_run() -> None:
    traces = run_all(backend(Server(select="none")))
    for trace in traces:
        repairs = trace.stages[1].notes["repairs"]
        assert [repair.partition(":")[0] for repair in repairs] == ["select"] * 2
        assert len(trace.stages[1].notes["calls"]) == 2


def test_failed_run_has_its_own_calls() -> None:
    traces = run_all(backend(Server(describe="")))
    for number, trace in enumerate(traces):
        (stage,) = trace.stages
        assert "no words" in stage.notes["failed"]
        assert [request["input_tokens"] for request in stage.notes["calls"]] == [10**number] * 2


class Schemaless(Server):
    """A server without JSON schemas, which rejects the first requests of all runs at once."""

    def __call__(self, request: ModelRequest) -> ModelResponse:
        response = super().__call__(request)
        if "response_format" in request.body:
            from semcodec.backends.recording import RejectedFieldError

            message = "The server does not support json_schema."
            raise RejectedFieldError(message, ("response_format",), stage=request.stage)
        return response


def test_every_run_repeats_its_request_without_a_rejected_schema() -> None:
    for trace in run_all(backend(Schemaless())):
        assert len(trace.stages) == 2, trace.stages[-1].notes
        assert trace.stages[0].notes["repairs"] == [
            "describe: sent again without the JSON schema, which was rejected"
        ]


def test_unusable_response_of_one_run_does_not_delete_those_of_another(tmp_path: Path) -> None:
    """Run 0 gets no description; the responses of the others must still be in the cache."""
    path = tmp_path / "cache"

    class OneFails(Server):
        def __call__(self, request: ModelRequest) -> ModelResponse:
            response = super().__call__(request)
            is_failing = request.stage == "describe" and _run_of(request) == 0
            return ModelResponse("", usage=response.usage) if is_failing else response

    run_all(backend(OneFails(), cassette=Cassette(path, "cache")))

    def refuse(request: ModelRequest) -> ModelResponse:
        raise BackendError("Called again.", stage=request.stage)

    traces = run_all(backend(refuse, cassette=Cassette(path, "cache")))
    sources = [[request.get("source") for request in trace.calls] for trace in traces]
    assert sources == [[None]] + [["cache"] * 2] * (RUNS - 1)


def test_unusable_response_does_not_delete_a_newer_one(tmp_path: Path) -> None:
    """Another run may have replaced the response in the meantime."""
    path = tmp_path / "cache"
    good = ModelResponse("A red boat number 0 on a lake.")

    class EmptyServer(Server):
        def __call__(self, request: ModelRequest) -> ModelResponse:
            requests.append(request)
            return ModelResponse("")

    requests: list[ModelRequest] = []
    cassette = Cassette(path, "cache")
    shared = backend(EmptyServer(1), cassette=cassette)
    put = cassette.put

    def put_and_replace(
        request: ModelRequest, server: str, occurrence: int, response: ModelResponse
    ) -> None:
        put(request, server, occurrence, response)
        put(request, server, occurrence, good)

    cassette.put = put_and_replace  # type: ignore[method-assign]
    with pytest.raises(BackendError):
        shared.describe(photograph(0))
    assert requests
    assert all(cassette.get(request, URL, 0) == good for request in requests)


def test_a_recording_keeps_every_response_to_the_same_request(tmp_path: Path) -> None:
    """Six runs send the same request at once; each response is another occurrence."""
    path = tmp_path / "recording"
    numbers = iter(range(RUNS))

    def send(request: ModelRequest) -> ModelResponse:
        return ModelResponse(f"A boat and {next(numbers)} birds.")

    recording = backend(send, cassette=Cassette(path, "record"))
    with ThreadPoolExecutor(RUNS) as pool:
        list(pool.map(recording.describe, [photograph(0)] * RUNS))
    replaying = backend(send, cassette=Cassette(path, "replay"))
    texts = sorted(replaying.describe(photograph(0)) for _ in range(RUNS))
    assert texts == [f"A boat and {number} birds." for number in range(RUNS)]


def test_nested_runs_have_separate_calls() -> None:
    """A describer may call encode and decode itself."""
    inner_backend = backend(Server(1))
    traces: list[semcodec.Trace] = []

    class Outer:
        name = "outer"

        def describe(self, image: Image.Image) -> str:
            inner = semcodec.encode(photograph(0), describer=inner_backend, size=(100, 100))
            traces.append(inner.trace)
            return "A white house."

    outer = semcodec.encode(photograph(0), describer=Outer(), size=(100, 100))
    assert outer.trace.calls == []
    assert len(traces[0].calls) == 1
