"""Reflection with servers: its requests, their bound, their cost, and recordings of them."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai import DryRunClient, OpenAIBackend
from semcodec.backends.openai.settings import OPENAI_URL
from semcodec.backends.recording import Cassette, ModelRequest, ModelResponse, Usage
from semcodec.errors import BackendError, MissingFeatureError
from semcodec.pipeline.reflection import painting, qualification
from semcodec.pipeline.reflection.dry_run import TYPICAL_CHANGE
from semcodec.pipeline.reflection.qualification import Measurement
from semcodec.pipeline.reflection.steps import StopReason
from semcodec.words.predicates import find_predicates
from tests import profiles
from tests.fakes import OverlapJudge

LOCAL = "http://127.0.0.1:9/v1"
WORDS = "two brown dogs left red boat right huge tree small lamp".split()
DATA = semcodec.pack(WORDS, coding="lexicon", size=(64, 64))
STATEMENTS = len(find_predicates(WORDS))
MODELS = {"describer": "d", "writer": "w", "painter": "p", "checker": "c"}
PRICES = {model: {"input": 1, "output": 1} for model in MODELS.values()}
Check = Callable[[int], list[str]]


class Server:
    """Paints another picture each time; ``check`` returns the answers of the n-th check."""

    def __init__(self, check: Check, fails: Callable[[ModelRequest], bool] | None = None) -> None:
        self.check, self.fails = check, fails or (lambda request: False)
        self.requests: list[ModelRequest] = []

    def __call__(self, request: ModelRequest) -> ModelResponse:
        n = self.stages[request.stage]
        self.requests.append(request)
        if self.fails(request):
            raise MissingFeatureError("The server cannot edit.", backend="openai", stage="edit")
        usage = Usage(1000, 0, 500)
        if request.is_image_request:
            return ModelResponse(image=picture(len(self.requests)), usage=usage)
        return ModelResponse(self.text(request.stage, n), usage=usage)

    def text(self, stage: str, n: int) -> str:
        if stage == "check":
            return json.dumps({str(k): answer for k, answer in enumerate(self.check(n), 1)})
        if stage == "compare":
            return f"Make the roof redder, number {n}."
        return f"A picture of {' '.join(WORDS)}."

    @property
    def stages(self) -> Counter[str]:
        return Counter(request.stage for request in self.requests)


def picture(number: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (number % 256, number // 256, 9)).save(out, "PNG")
    return out.getvalue()


def backend(send: Any, **settings: Any) -> OpenAIBackend:
    return OpenAIBackend(send=send, **{"base_url": LOCAL, **MODELS, **settings})


def gain_slowly(n: int) -> list[str]:
    """Deny almost half of the statements, and one less each time, but never the last one."""
    missing = max(1, STATEMENTS // 2 - n)
    return ["yes"] * (STATEMENTS - missing) + ["no"] * missing


def no_to_all(n: int) -> list[str]:
    return ["no"] * STATEMENTS


def yes_to_all(n: int) -> list[str]:
    return ["yes"] * STATEMENTS


def planned(**options: Any) -> Counter[str]:
    """Return the number of requests by stage in a dry run."""
    client = DryRunClient()
    semcodec.decode(DATA, backend=backend(client), **options)
    return Counter(request.stage for request in client.requests)


def images(stages: Counter[str]) -> int:
    return stages["paint"] + stages["edit"]


#: Options of reflection, with the number of pictures, checks, descriptions and comparisons at most.
BOUNDS: list[tuple[dict[str, Any], tuple[int, int, int, int]]] = [
    ({"reflect": "off"}, (1, 0, 0, 0)),
    ({"reflect": "auto"}, (1, 0, 0, 0)),
    ({"reflect": 1}, (2, 2, 0, 0)),
    ({"reflect": 4}, (5, 5, 0, 0)),
    ({"reflect": "off", "candidates": 3}, (3, 3, 0, 0)),
    ({"reflect": 4, "candidates": 3}, (5, 5, 0, 0)),
    ({"reflect": 1, "candidates": 4}, (4, 4, 0, 0)),
    ({"reflect_by": "description"}, (3, 0, 2, 2)),
    ({"reflect_by": "description", "reflect": 5}, (6, 0, 5, 5)),
    ({"reflect_by": "description", "reflect": "off"}, (1, 0, 0, 0)),
]


@pytest.mark.parametrize(("options", "counts"), BOUNDS)
def test_dry_run_counts_every_try(options: dict[str, Any], counts: tuple[int, ...]) -> None:
    stages = planned(**options)
    assert (images(stages), stages["check"], stages["describe"], stages["compare"]) == counts
    assert stages["expand"] == 1


@pytest.mark.parametrize(("options", "counts"), BOUNDS)
def test_worst_server_gets_as_many_requests_as_the_dry_run_counts(
    options: dict[str, Any], counts: tuple[int, ...]
) -> None:
    server = Server(gain_slowly)
    semcodec.decode(DATA, backend=backend(server), **options)
    assert server.stages == planned(**options)


@pytest.mark.parametrize("options", [options for options, _ in BOUNDS])
@pytest.mark.parametrize("seed", range(profiles.count(1, 20)))
def test_no_server_gets_more_requests_than_the_dry_run_counts(
    options: dict[str, Any], seed: int
) -> None:
    dice = random.Random(seed)
    server = Server(lambda n: dice.choices(["yes", "no", "unsure"], [4, 2, 1], k=STATEMENTS))
    semcodec.decode(DATA, backend=backend(server), **options)
    bound = planned(**options)
    assert images(server.stages) <= images(bound)
    assert all(count <= bound[stage] for stage, count in server.stages.items() if stage != "paint")


def test_dry_run_counts_pictures_in_place_of_edits() -> None:
    class OtherEditor:
        name = "other"

        def edit(self, *arguments: object) -> Any:
            raise AssertionError("it is not part of the dry run")

    client = DryRunClient()
    semcodec.decode(DATA, backend=backend(client), editor=OtherEditor(), reflect=1)
    first, second = (request for request in client.requests if request.stage == "paint")
    assert TYPICAL_CHANGE in str(second.readable_fields())
    assert TYPICAL_CHANGE not in str(first.readable_fields())


def test_dry_run_counts_the_descriptions_that_decide_ties(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "judge", lambda name: OverlapJudge())
    client = DryRunClient()
    server = backend(client)
    semcodec.decode(DATA, backend=server, describer=server, reflect=2)
    stages = Counter(request.stage for request in client.requests)
    assert (images(stages), stages["check"], stages["describe"]) == (3, 3, 3)


def test_nothing_to_check_is_one_picture_in_a_dry_run_too() -> None:
    data = semcodec.pack("softly", coding="utf8", size=(64, 64))
    for send in (client := DryRunClient(), server := Server(no_to_all)):
        semcodec.decode(data, backend=backend(send), reflect=4)
    assert [request.stage for request in client.requests] == ["expand", "paint"]
    assert (images(server.stages), server.stages["check"]) == (1, 0)


# --- what auto costs


SERVERS: dict[str, dict[str, Any]] = {
    "OpenAI": {"base_url": OPENAI_URL},
    "another": {"base_url": "https://models.example/v1"},
    "this machine, unmeasured": {},
    "this machine, with prices": {"prices": PRICES},
}


def qualify(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Publish perfect results of checkers."""
    faults = {fault for kind in qualification.FAULTS.values() for fault in kind}
    results = {name: {fault: Measurement(1.0, 100) for fault in faults} for name in names}
    monkeypatch.setattr(qualification, "read_measurements", lambda: results)


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("roles", ["backend", "painter", "checker", "editor"])
def test_auto_sends_the_requests_of_off_to_a_server(
    name: str, roles: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that may cost money is never made unasked, even if the checker is qualified."""
    if name != "this machine, unmeasured":
        qualify(monkeypatch, "openai c")
    elif roles == "editor":
        return  # it is free, and the painter's own account decides
    sent = []
    for reflect in ("off", "auto"):
        server = Server(no_to_all)
        role = {roles: backend(server, **SERVERS[name])}
        semcodec.decode(DATA, **role, reflect=reflect)
        sent.append([(request.stage, request.digest) for request in server.requests])
    assert sent[0] == sent[1]


def test_auto_does_not_even_list_the_models_of_a_paid_server() -> None:
    server = Server(no_to_all)
    other = OpenAIBackend(send=server, base_url="https://models.example/v1", painter="p")
    semcodec.decode(DATA, painter=other, checker=other)
    assert [request.route for request in server.requests] == ["images/generations"]


def test_auto_uses_a_free_and_qualified_checker_of_enough_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    qualify(monkeypatch, "openai c")
    server = Server(gain_slowly)
    decoded = semcodec.decode(DATA, backend=backend(server))
    assert server.stages["check"] == images(server.stages) > 1
    assert images(server.stages) <= 5
    assert decoded.trace.reflection is not None
    assert decoded.trace.reflection.checker == "openai"
    # 500 micro-bits per pixel of payload are not reached.
    large = semcodec.pack(WORDS, coding="lexicon", size=(4096, 4096))
    server = Server(gain_slowly)
    semcodec.decode(large, backend=backend(server), size=(64, 64))
    assert (server.stages["check"], images(server.stages)) == (0, 1)


# --- cost


def test_cost_is_part_of_the_steps_and_of_the_budget() -> None:
    server = Server(gain_slowly)
    backend_ = backend(server, prices=PRICES, max_cost=5)
    decoded = semcodec.decode(DATA, backend=backend_, reflect=2)
    assert [step.tokens for step in decoded.steps] == [3000, 3000, 3000]
    assert sum(Decimal(str(step.dollars)) for step in decoded.steps) == Decimal("0.009")
    assert backend_.budget.spent == Decimal("0.0105")  # with the prompt


def test_budget_in_the_middle_keeps_the_best_picture() -> None:
    steps = []
    for limit in (0.010, 0.014, 0.018):
        server = Server(gain_slowly)
        backend_ = backend(server, prices=PRICES, max_cost=limit)
        decoded = semcodec.decode(DATA, backend=backend_, reflect=100, reflect_by="description")
        assert backend_.budget.spent <= Decimal(str(limit))
        assert decoded.trace.reflection is not None
        assert decoded.trace.reflection.stopped == StopReason.BUDGET
        assert any("best picture so far was kept" in text for text in decoded.trace.notices)
        assert decoded.image.size == (64, 64)
        steps.append(len(decoded.steps))
    assert 1 <= steps[0] < steps[-1]


def test_failed_edit_of_a_paid_server_is_not_sent_again() -> None:
    def fail(request: ModelRequest) -> ModelResponse:
        if request.stage == "edit":
            requests.append(request)
            raise BackendError("The connection was lost.", billed=True)
        return server(request)

    server, requests = Server(gain_slowly), list[ModelRequest]()
    decoded = semcodec.decode(DATA, backend=backend(fail), reflect=4)
    assert len(requests) == 1
    assert decoded.trace.reflection is not None
    assert decoded.trace.reflection.stopped == StopReason.EDITOR_FAILED
    assert images(server.stages) == 1


def test_server_without_edits_paints_with_the_changes() -> None:
    server = Server(gain_slowly, fails=lambda request: request.stage == "edit")
    decoded = semcodec.decode(DATA, backend=backend(server), reflect=3)
    assert [step.kind for step in decoded.steps] == ["paint", *["repaint"] * 3]
    assert (server.stages["edit"], server.stages["paint"]) == (1, 4)
    assert (
        decoded.trace.notices.count(
            "The server cannot edit. Changes were painted as new pictures instead."
        )
        == 1
    )
    prompts = [request.body["prompt"] for request in server.requests if request.stage == "paint"]
    assert all(step.ask in prompt for step, prompt in zip(decoded.steps, prompts, strict=True))


def test_cache_does_not_keep_that_a_server_cannot_edit(tmp_path: Path) -> None:
    for fails, kind in ((True, "repaint"), (False, "edit")):  # as after an update of the server
        server = Server(gain_slowly, fails=lambda request, fails=fails: fails and is_edit(request))
        cache = Cassette(tmp_path / "cache.db", "cache")
        decoded = semcodec.decode(DATA, backend=backend(server, cassette=cache), reflect=1)
        assert decoded.steps[1].kind == kind


def is_edit(request: ModelRequest) -> bool:
    return request.stage == "edit"


def test_model_that_refuses_an_edit_ends_with_the_best_picture() -> None:
    server = Server(yes_to_all)
    decoded = semcodec.decode(DATA, backend=backend(server), reflect=4)
    assert decoded.trace.reflection is not None
    assert decoded.trace.reflection.stopped == StopReason.NOTHING_MISSING
    assert (images(server.stages), server.stages["check"]) == (1, 1)


# --- recordings


def raise_unsent(request: ModelRequest) -> ModelResponse:
    raise AssertionError(f"sent: {request.stage}")


RECORDED: dict[str, tuple[dict[str, Any], Callable[[ModelRequest], bool]]] = {
    "predicates": ({"reflect": 4}, lambda request: False),
    "seeds": ({"reflect": 3, "candidates": 2}, lambda request: False),
    "description": ({"reflect_by": "description", "reflect": 3}, lambda request: False),
    "no edits": ({"reflect": 3}, lambda request: request.stage == "edit"),
    "no edits, description": ({"reflect_by": "description"}, lambda r: r.stage == "edit"),
}


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("check", [gain_slowly, no_to_all])
def test_recorded_loop_is_replayed_without_a_request(
    tmp_path: Path, name: str, check: Check
) -> None:
    options, fails = RECORDED[name]
    path, results = tmp_path / "run.sqlite", []
    for mode, send in (("record", Server(check, fails)), ("replay", raise_unsent)):
        server = backend(send, cassette=Cassette(path, mode))
        decoded = semcodec.decode(DATA, backend=server, **options)
        reflection = decoded.trace.reflection
        assert reflection is not None
        steps = [
            (step.kind, step.ask, step.picture, step.kept, step.answers)
            for step in reflection.steps
        ]
        results.append((decoded.image.tobytes(), reflection.stopped, reflection.kept, steps))
    assert results[0] == results[1]
    assert len(results[0][3]) > 1


def test_key_is_in_no_trace_of_reflection(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-none-of-your-business"
    monkeypatch.setenv("SEMCODEC_API_KEY", key)
    decoded = semcodec.decode(DATA, backend=backend(Server(no_to_all)), reflect=2)
    assert key not in decoded.trace.to_json()
