"""Inputs of two requests after each other, without a pipeline: fast enough to kill at every step.

An input is a number. Its first request states the number, and its second one the response to the
first. ``Steps`` counts everything that a run changes outside its own memory, and ends the run after
the step that a test chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from semcodec.backends.openai.batches import Batches, BatchStore
from semcodec.backends.openai.batches.api import BatchApi
from semcodec.backends.openai.batches.journal import Journal
from semcodec.backends.openai.batches.recorder import BatchRecorder
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.pricing import ServerPrices
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import Budget, Cassette, ModelRequest
from semcodec.errors import PendingResponseError, SemcodecError
from tests.backends.openai import fake_responses
from tests.backends.openai.batches.batch_server import KEY, BatchServer

PRICES = {"m": {"input": 2, "output": 10}, "other": {"input": 2, "output": 10}}
MAX_OUTPUT = 100  #: tokens of an answer


def make_settings(**given: Any) -> Settings:
    return Settings.load({}, **{"describer": "m", "writer": "m", "prices": PRICES, **given})


def make_request(stage: str, text: str, model: str = "m", **fields: Any) -> ModelRequest:
    messages = [{"role": "user", "content": text}]
    body = {"model": model, "messages": messages, "max_completion_tokens": MAX_OUTPUT}
    return ModelRequest(stage, "chat/completions", body, max_output_tokens=MAX_OUTPUT, **fields)


def repeat(fields: dict[str, Any]) -> tuple[int, Any]:
    """Return a response that depends on the request alone."""
    text = fields["body"]["messages"][0]["content"]
    return 200, fake_responses.chat_body(fields["body"]["model"], f"response to {text}")


class Killed(BaseException):
    """The process was killed; nothing in the library may handle it."""


class Steps:
    """Counts the steps of a run: requests to the server, and changes of files.

    Attributes:
        count: steps that have ended.
        kill_after: how many steps end before the run does.
    """

    def __init__(self, kill_after: int | None = None) -> None:
        self.count, self.kill_after = 0, kill_after

    @contextmanager
    def step(self) -> Iterator[None]:
        yield
        self.count += 1
        if self.count == self.kill_after:
            raise Killed


class SimpleRun:
    """Inputs, and what has become of each: a text or an error."""

    def __init__(
        self,
        folder: Path,
        server: BatchServer,
        inputs: int | list[str] = 2,
        *,
        settings: Settings | None = None,
        steps: Steps | None = None,
        sleep: Callable[[float], None] = lambda _: None,
        stages: int = 2,
        model: Callable[[int], str] = lambda _: "m",
        make: Callable[..., ModelRequest] = make_request,
        **options: Any,
    ) -> None:
        self.settings = settings or make_settings()
        self.inputs = [f"{n}" for n in range(inputs)] if isinstance(inputs, int) else inputs
        self.server, self.steps, self.stages = server, steps or Steps(), stages
        self.model, self.make = model, make
        self.results: dict[str, str] = {}
        self.errors: dict[str, SemcodecError] = {}
        self.rounds, self.pending = 0, 0
        self.notices: list[str] = []
        self.progress: list[Any] = []
        self.store = BatchStore(folder / "responses.sqlite")
        budget = Budget(ServerPrices(self.settings))
        self.recorder = BatchRecorder(self._fail, self.settings.base_url, budget, self.store)
        api = BatchApi(self.settings, ApiKey(KEY, "a test"), self._transport(), sleep=sleep)
        self.batches = Batches(
            self.store,
            self.settings,
            api=api,
            sleep=sleep,
            on_notice=self.notices.append,
            on_progress=self.progress.append,
            **options,
        )

    @staticmethod
    def _fail(request: ModelRequest) -> Any:
        raise AssertionError("a request was sent at once")

    def _transport(self) -> httpx2.MockTransport:
        inner = self.server.transport()

        def handle(request: httpx2.Request) -> httpx2.Response:
            with self.steps.step():
                return inner.handle_request(request)

        return httpx2.MockTransport(handle)

    def run_round(self) -> int:
        self.rounds += 1
        self.pending = 0
        for number, name in enumerate(self.inputs):
            if name in self.results or name in self.errors:
                continue
            text = name
            try:
                for stage in ("describe", "select", "compress")[: self.stages]:
                    request = self.make(stage, text, self.model(number))
                    text = self.recorder.send(request).text
            except PendingResponseError:
                self.pending += 1
            except SemcodecError as error:
                self.errors[name] = error
            else:
                self.results[name] = text
        return self.pending

    def start(self) -> SimpleRun:
        self.batches.run_rounds(self.run_round)
        return self


#: What changes files; a run that is killed before it reads one has the state of the step before.
WRITES = (
    (Journal, ("add_part", "save", "drop", "renew", "finish", "forget_failures")),
    (Cassette, ("put_all",)),
)


@contextmanager
def counted_files(steps: Steps) -> Iterator[None]:
    """Count every change of the journal and of the store as a step."""
    with pytest.MonkeyPatch.context() as patch:
        for kind, names in WRITES:
            for name in names:
                patch.setattr(kind, name, _counted(getattr(kind, name), steps))
        yield


def _counted(method: Any, steps: Steps) -> Any:
    def counted(*args: Any, **options: Any) -> Any:
        with steps.step():
            return method(*args, **options)

    return counted


def expected_results(inputs: list[str], stages: int = 2) -> dict[str, str]:
    return {name: "response to " * stages + name for name in inputs}
