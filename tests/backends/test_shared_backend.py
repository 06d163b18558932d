"""A backend object that threads share: each run has its own calls, costs, repairs and replies."""

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
PRICES = {"m": {"input": 1_000_000, "output": 1_000_000}}  # a dollar a token


def photograph(number: int) -> Image.Image:
    """Return a photograph whose aspect tells the server which run it belongs to."""
    return Image.new("RGB", (100 + number, 100), "white")


class Server:
    """Answers when all runs have called, so that every stage of every run overlaps the others.

    A reply to run ``number`` takes ``10 ** number`` tokens, so that a sum of tokens says whose.
    """

    def __init__(self, runs: int = RUNS, **answers: str) -> None:
        self.barrier, self.answers = threading.Barrier(runs, timeout=30), answers

    def __call__(self, request: ModelRequest) -> ModelResponse:
        self.barrier.wait()
        number = _run_of(request)
        expected_answer = (
            DESCRIPTIONS[number] if request.stage == "describe" else request.expected_answer
        )
        return ModelResponse(
            self.answers.get(request.stage, expected_answer), usage=Usage(10**number, 0, 0)
        )


def _run_of(request: ModelRequest) -> int:
    if request.image_sizes:
        ((width, height),) = request.image_sizes
        return round(100 * width / height) - 100
    return next(n for n in range(RUNS) if f"number {n}" in str(request.body))


def backend(send: Any, **settings: Any) -> OpenAIBackend:
    return OpenAIBackend(send=send, base_url=URL, describer="m", writer="m", **settings)


def all_runs(shared: OpenAIBackend, **options: Any) -> list[semcodec.Trace]:
    """Return the traces of runs that overlap; of one that failed, the trace of its error."""

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
    traces = all_runs(backend(Server(), prices=PRICES))
    assert [[len(stage.notes["calls"]) for stage in trace.stages] for trace in traces] == (
        [[1, 1]] * RUNS
    )
    taken = [[request["input_tokens"] for request in trace.calls] for trace in traces]
    assert taken == [[10**number] * 2 for number in range(RUNS)]
    assert [[request["dollars"] for request in trace.calls] for trace in traces] == taken


def test_every_trace_has_the_repairs_of_its_own_run() -> None:
    traces = all_runs(backend(Server(select="none")))
    for trace in traces:
        repairs = trace.stages[1].notes["repairs"]
        assert [repair.partition(":")[0] for repair in repairs] == ["select"] * 2
        assert len(trace.stages[1].notes["calls"]) == 2


def test_failed_run_has_its_own_calls() -> None:
    traces = all_runs(backend(Server(describe="")))
    for number, trace in enumerate(traces):
        (stage,) = trace.stages
        assert "no words" in stage.notes["failed"]
        assert [request["input_tokens"] for request in stage.notes["calls"]] == [10**number] * 2


class Schemaless(Server):
    """A server that accepts no JSON schema, and refuses all first calls at once."""

    def __call__(self, request: ModelRequest) -> ModelResponse:
        reply = super().__call__(request)
        if "response_format" in request.body:
            from semcodec.backends.openai.requests import SchemaNotSupported

            raise SchemaNotSupported("It does not know json_schema.", stage=request.stage)
        return reply


def test_every_run_repeats_its_request_without_a_rejected_schema() -> None:
    for trace in all_runs(backend(Schemaless())):
        assert len(trace.stages) == 2, trace.stages[-1].notes
        assert trace.stages[1].notes["repairs"] == [
            "select: sent again without the JSON schema, which was rejected"
        ]


def test_unusable_response_of_one_run_does_not_delete_those_of_another(tmp_path: Path) -> None:
    """Run 0 gets no description; the replies of the others must still be in the cache."""
    path = tmp_path / "cache"

    class OneFails(Server):
        def __call__(self, request: ModelRequest) -> ModelResponse:
            reply = super().__call__(request)
            is_failing = request.stage == "describe" and _run_of(request) == 0
            return ModelResponse("", usage=reply.usage) if is_failing else reply

    all_runs(backend(OneFails(), cassette=Cassette(path, "cache")))

    def refuse(request: ModelRequest) -> ModelResponse:
        raise BackendError("Called again.", stage=request.stage)

    traces = all_runs(backend(refuse, cassette=Cassette(path, "cache")))
    sources = [[request.get("source") for request in trace.calls] for trace in traces]
    assert sources == [[None]] + [["cache"] * 2] * (RUNS - 1)


def test_unusable_response_does_not_delete_a_newer_one(tmp_path: Path) -> None:
    """Another run may have replaced the reply in the meantime."""
    path = tmp_path / "cache"
    good = ModelResponse("A red boat number 0 on a lake.")

    class Overtaken(Server):
        def __call__(self, request: ModelRequest) -> ModelResponse:
            overtaking.append(request)
            return ModelResponse("")

    overtaking: list[ModelRequest] = []
    cassette = Cassette(path, "cache")
    shared = backend(Overtaken(1), cassette=cassette)
    put = cassette.put

    def put_then_overtaken(
        request: ModelRequest, server: str, occurrence: int, reply: ModelResponse
    ) -> None:
        put(request, server, occurrence, reply)
        put(request, server, occurrence, good)

    cassette.put = put_then_overtaken  # type: ignore[method-assign]
    with pytest.raises(BackendError):
        shared.describe(photograph(0))
    assert overtaking
    assert all(cassette.get(request, URL, 0) == good for request in overtaking)


def test_a_recording_keeps_every_response_to_the_same_request(tmp_path: Path) -> None:
    """Six runs make the same call at once; each reply is another occurrence of it."""
    path = tmp_path / "recording"
    answers = iter(range(RUNS))

    def send(request: ModelRequest) -> ModelResponse:
        return ModelResponse(f"A boat and {next(answers)} birds.")

    recording = backend(send, cassette=Cassette(path, "record"))
    with ThreadPoolExecutor(RUNS) as pool:
        list(pool.map(recording.describe, [photograph(0)] * RUNS))
    replaying = backend(send, cassette=Cassette(path, "replay"))
    replies = sorted(replaying.describe(photograph(0)) for _ in range(RUNS))
    assert replies == [f"A boat and {number} birds." for number in range(RUNS)]


def test_nested_runs_have_separate_calls() -> None:
    """A describer may itself encode and decode."""
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
