"""Fields are left out and renamed, as the user sets it and as the server rejects them."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image

import semcodec
from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.backends.openai import OpenAIBackend, Settings
from semcodec.backends.openai.backend import MAX_REPETITIONS
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.field_names import IMAGE_FIELDS, REQUIRED, TEXT_FIELDS
from semcodec.backends.openai.requests import RequestBuilder
from semcodec.backends.prompting import ChatRequest
from semcodec.backends.recording import (
    Cassette,
    ModelRequest,
    ModelResponse,
    RejectedFieldError,
)
from semcodec.backends.recording.budget import UNLIMITED_OUTPUT, max_usage
from semcodec.errors import BackendError, BudgetExceededError, InputError
from tests import images
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, FakeServer, ReceivedRequest, respond
from tests.backends.openai.rejections import IMAGES, TEXTS
from tests.each import for_each

LOCAL = "http://127.0.0.1:9/v1"
REMOTE = "https://other.example/v1"
PICTURE = images.scene()
CHAT = ChatRequest(
    "describe", "rules", "task", PICTURE, {"type": "object"}, rejected=("no", "again")
)


def text_request(**settings: Any) -> ModelRequest:
    return RequestBuilder(Settings(base_url=LOCAL, **settings)).chat_request("m", CHAT)


def image_request(url: str = LOCAL, **settings: Any) -> ModelRequest:
    builder = RequestBuilder(Settings(base_url=url, **settings))
    return builder.paint_request("gpt-image-2", "a boat", (1024, 1024), 7)


def sent(request: ModelRequest) -> dict[str, Any]:
    return {**request.body, **request.extra}


# --- settings ------------------------------------------------------------------------------------


def names_of(value: Any) -> set[str]:
    """Return all names of fields in a JSON value, and all roles."""
    if isinstance(value, list):
        return {name for item in value for name in names_of(item)}
    if not isinstance(value, dict):
        return set()
    inner = {name for item in value.values() for name in names_of(item)}
    return {*value, *inner} | ({str(value["role"])} if "role" in value else set())


@for_each(itertools.product(TEXT_FIELDS, ["chat", "responses"], ["text_extra", "text_names"]))
def test_every_field_of_a_text_request_can_be_left_out(field: str, api: str, setting: str) -> None:
    def names(**settings: Any) -> set[str]:
        return names_of(sent(text_request(api=api, effort="low", **settings)))

    if field in REQUIRED:
        with pytest.raises(InputError, match=f"The field {field} cannot be left out"):
            names(**{setting: {field: False}})
    elif field != "store" or setting == "text_names":
        same = {"system", "instructions"} if field in ("system", "instructions") else {field}
        before, after = names(), names(**{setting: {field: False}})
        assert field not in after or field == "text"  # also the name of a part of a message
        assert before - after <= same | {"json_schema", "strict", "schema", "format", "effort",
                                         "name"}  # fmt: skip


@pytest.mark.parametrize("field", IMAGE_FIELDS)
@pytest.mark.parametrize("url", [LOCAL, "https://api.openai.com/v1"])
def test_every_field_of_an_image_request_can_be_left_out(field: str, url: str) -> None:
    if field in REQUIRED:
        with pytest.raises(InputError, match=f"The field {field} cannot be left out"):
            image_request(url, image_extra={field: False})
    else:
        for settings in ({"image_extra": {field: False}}, {"image_names": {field: ""}}):
            assert {*sent(image_request(url))} - {*sent(image_request(url, **settings))} <= {field}
            assert field not in sent(image_request(url, **settings))
    if field == "model":
        assert image_request(url, image_names={"model": False}).model == "gpt-image-2"


@pytest.mark.parametrize("field", [*TEXT_FIELDS, *IMAGE_FIELDS])
def test_every_field_can_be_renamed(field: str) -> None:
    for api, kind in (("chat", "text"), ("responses", "text"), ("chat", "image")):
        known = TEXT_FIELDS if kind == "text" else IMAGE_FIELDS
        make: Callable[..., ModelRequest] = text_request if kind == "text" else image_request
        if field not in known or field == "image":
            continue
        before = sent(make(api=api, effort="low"))
        after = sent(make(api=api, effort="low", **{f"{kind}_names": {field: "other"}}))
        inner = {"system", "detail", "strict"} & names_of(before)
        if field in {*before, *inner}:
            assert names_of(after) - names_of(before) == {"other"}
        if field in before:
            assert after["other"] == before[field]


def test_system_prompt_is_put_in_front_of_the_text_of_the_user() -> None:
    request = text_request(text_extra={"system": False})
    assert [message["role"] for message in request.body["messages"]] == [
        "user",
        "assistant",
        "user",
    ]
    assert request.body["messages"][0]["content"][0]["text"] == "rules\n\ntask"
    request = text_request(text_extra={"instructions": False}, api="responses")
    assert "instructions" not in request.body
    assert request.body["input"][0]["content"][0]["text"] == "rules\n\ntask"
    plain = RequestBuilder(Settings(text_names={"system": False})).chat_request(
        "m", ChatRequest("select", "rules", "task")
    )
    assert plain.body["messages"] == [{"role": "user", "content": "rules\n\ntask"}]


def test_false_is_the_value_of_other_fields_and_of_store() -> None:
    assert sent(text_request(text_extra={"think": False}))["think"] is False
    assert sent(image_request(image_extra={"watermark": False}))["watermark"] is False
    request = text_request(api="responses", text_extra={"store": False})
    assert sent(request)["store"] is False


def test_schema_of_an_answer_is_not_changed() -> None:
    schema = {"type": "object", "properties": {"detail": {}, "strict": {"detail": {}}}}
    builder = RequestBuilder(Settings(text_names={"detail": False, "strict": "exact"}))
    request = builder.chat_request("m", ChatRequest("describe", "rules", "task", schema=schema))
    described = request.body["response_format"]["json_schema"]
    assert described == {"name": "describe", "exact": True, "schema": schema}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"text_names": {"max_token": "x"}}, "unknown field 'max_token': use one of model"),
        ({"image_names": {"detail": "x"}}, "unknown field 'detail'"),
        ({"image_names": {"image": "picture"}}, "The field image cannot be renamed"),
        ({"text_names": {"seed": "temperature"}}, "temperature and seed would both be sent as"),
        ({"text_names": {"seed": 5}}, "The name of seed in text_names is not valid"),
        ({"text_names": {"seed": True}}, "The name of seed in text_names is not valid"),
        ({"text_names": {"seed": "a\nb"}}, "The name of seed in text_names is not valid"),
        ({"text_names": {"seed": "a" * 101}}, "at most 100 characters"),
        ({"text_names": 5}, "The setting text_names must be a table"),
    ],
    ids=str,
)
def test_invalid_name_is_rejected(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Settings(**settings)


# --- the bound of the budget ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "tokens"),
    [
        ({}, 4096),
        ({"text_names": {"max_completion_tokens": "max_tokens"}}, 4096),
        ({"text_names": {"max_completion_tokens": "anything"}}, 4096),
        ({"text_extra": {"max_completion_tokens": False, "max_tokens": 2048}}, 2048),
        ({"text_extra": {"max_completion_tokens": False}}, UNLIMITED_OUTPUT),
        ({"text_extra": {"max_completion_tokens": False, "max_tokens": -1}}, UNLIMITED_OUTPUT),
        ({"text_extra": {"max_completion_tokens": None}}, UNLIMITED_OUTPUT),
        ({"api": "responses", "text_names": {"max_output_tokens": ""}}, UNLIMITED_OUTPUT),
        ({"text_extra": {"n": 3}}, 3 * 4096),
    ],
    ids=str,
)
def test_bound_follows_the_limit_of_the_output(settings: dict[str, Any], tokens: int) -> None:
    assert max_usage(text_request(**settings)).output_tokens == tokens


def test_bound_of_a_picture_is_the_highest_that_may_be_painted() -> None:
    openai = "https://api.openai.com/v1"
    medium, high = (
        max_usage(image_request(openai, quality=quality)).output_tokens
        for quality in ("medium", "high")
    )
    for extra in ({"quality": False}, {"quality": "high"}, {"quality": "auto"}):
        assert max_usage(image_request(openai, image_extra=extra)).output_tokens == high > medium
    for extra in ({"size": False}, {"size": "auto"}, {"size": "3840x2160"}):
        assert max_usage(image_request(openai, image_extra=extra)).output_tokens > medium
    named = image_request(openai, image_names={"quality": "grade"})
    assert max_usage(named).output_tokens == high


PRICES = {"m": {"input": 1, "output": 1}}


def test_budget_is_not_exceeded_by_a_server_that_rejects_the_limit() -> None:
    requests: list[ModelRequest] = []

    def send(request: ModelRequest) -> ModelResponse:
        requests.append(request)
        for name in ("max_completion_tokens", "max_tokens"):
            if name in sent(request):
                raise RejectedFieldError("No limits.", ("max_completion_tokens",))
        return ModelResponse("A boat.")

    backend = OpenAIBackend(
        base_url=REMOTE, describer="m", prices=PRICES, max_cost=Decimal(1), send=send
    )
    with pytest.raises(BudgetExceededError, match="send a limit of the output, such as") as caught:
        backend.describe(PICTURE)
    assert caught.value.billed is False
    assert (len(requests), backend.budget.spent) == (2, 0)


# --- rejected fields -----------------------------------------------------------------------------


class StrictServer:
    """A server that knows only some fields, and rejects the first other one like pydantic."""

    def __init__(self, *known: str) -> None:
        self.known, self.bodies = known, list[dict[str, Any]]()

    def __call__(self, received: ReceivedRequest) -> Behavior:
        route = received.path.removeprefix("/v1/")
        if route == "images/edits":
            names = re.findall(rb'; name="([^"]+)"', received.body)
            fields: dict[str, Any] = dict.fromkeys(map(bytes.decode, names), "64x64")
        else:
            fields = json.loads(received.body)
        self.bodies.append(fields)
        for name in fields:
            if name not in self.known:
                error = {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra"}
                return respond(422, {"detail": [error]})
        return respond(200, fake_responses.response_body(route, fields))


def backend_of(server: FakeServer, **settings: Any) -> OpenAIBackend:
    models = {"describer": "m", "writer": "m", "painter": "p"}
    return OpenAIBackend(base_url=server.url, **{**models, **settings})


def test_fields_are_left_out_one_by_one_and_for_the_whole_run() -> None:
    choose = StrictServer("model", "messages", "max_tokens", "prompt", "size")
    with FakeServer(choose) as server:
        backend = backend_of(server)
        encoded = semcodec.encode(PICTURE, backend=backend, size=(64, 64))
        decoded = semcodec.decode(encoded.data, backend=backend)
    first, second, *_ = encoded.trace.stages
    changes = ["with max_tokens in place of max_completion_tokens", "without seed",
               "without temperature", "without the JSON schema"]  # fmt: skip
    assert sorted(first.notes["repairs"]) == [
        f"describe: sent again {change}, which was rejected" for change in changes
    ]
    assert "repairs" not in second.notes
    assert sorted(decoded.trace.stages[-1].notes["repairs"]) == [
        f"paint: sent again without {field}, which was rejected"
        for field in ("n", "response_format", "seed")
    ]
    assert len(first.notes["calls"]) == 5
    texts = [body for body in choose.bodies if "messages" in body]
    assert len(texts) == len(encoded.trace.calls) + len(decoded.trace.calls) - 4
    assert all({*body} == {"model", "messages", "max_tokens"} for body in texts[4:])


def test_request_is_repeated_at_most_four_times() -> None:
    with FakeServer(StrictServer("model", "messages")) as server:
        backend = backend_of(server)
        with pytest.raises(BackendError, match=r"rejected the field .* of 'describe'") as caught:
            backend.describe(PICTURE)
        assert len(server.received) == 1 + MAX_REPETITIONS == 5
        assert backend.describe(PICTURE)  # the next request goes on where this one ended
        assert len(server.received) == 7
    assert "leave it out with text_names = { max_completion_tokens = false }" in str(caught.value)
    assert caught.value.billed is False


def test_several_rejected_fields_take_one_request() -> None:
    def choose(received: ReceivedRequest) -> Behavior:
        body = json.loads(received.body)
        extra = [name for name in body if name not in ("model", "messages", "max_tokens")]
        errors = [{"type": "extra_forbidden", "loc": ["body", name]} for name in extra]
        if errors:
            return respond(422, {"detail": errors})
        return respond(200, fake_responses.response_body("chat/completions", body))

    with FakeServer(choose) as server, collect_notes() as notes:
        assert backend_of(server, effort="low").describe(PICTURE)
        assert len(server.received) == 2
    (repair,) = group_by_kind(notes)["repairs"]
    changes = repair.removeprefix("describe: sent again ").removesuffix(", which were rejected")
    assert sorted(changes.split(", ")) == [
        "with max_tokens in place of max_completion_tokens",
        "without reasoning_effort",
        "without seed",
        "without temperature",
        "without the JSON schema",
    ]


def test_rejected_fields_are_replayed(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    with FakeServer(StrictServer("model", "messages", "prompt", "size", "max_tokens")) as server:
        recorded = backend_of(server, cassette=Cassette(path, "record"))
        first = semcodec.encode(PICTURE, backend=recorded, size=(64, 64))
        painted = semcodec.decode(first.data, backend=recorded)
    replayed = OpenAIBackend(cassette=Cassette(path, "replay"))
    again = semcodec.encode(PICTURE, backend=replayed, size=(64, 64))
    assert again.data == first.data
    assert semcodec.decode(again.data, backend=replayed).image == painted.image
    assert again.trace.stages[0].notes["repairs"] == first.trace.stages[0].notes["repairs"]


def test_threads_share_what_the_server_rejects() -> None:
    choose = StrictServer("model", "messages", "max_tokens", "seed", "temperature")
    with FakeServer(choose) as server:
        backend = backend_of(server)
        with ThreadPoolExecutor(8) as pool:
            texts = list(pool.map(lambda _: backend.describe(PICTURE), range(8)))
        count = len(server.received)
        backend.describe(PICTURE)
        assert len(server.received) == count + 1
    assert len({*texts}) == 1


@pytest.mark.parametrize(
    ("url", "settings", "field"),
    [
        (REMOTE, {"api": "responses"}, "store"),
        ("https://api.openai.com/v1", {"api": "responses"}, "store"),
        (LOCAL, {"structured": "json_schema"}, "response_format"),
        (LOCAL, {}, "model"),
        (LOCAL, {}, "messages"),
        (LOCAL, {}, "top_k"),
        (LOCAL, {"text_extra": {"seed": 5}}, "seed"),
    ],
)
def test_field_that_protects_the_user_or_is_set_by_them_is_kept(
    url: str, settings: dict[str, Any], field: str
) -> None:
    requests: list[ModelRequest] = []

    def send(request: ModelRequest) -> ModelResponse:
        requests.append(request)
        raise RejectedFieldError("No.", (field,), stage=request.stage)

    backend = OpenAIBackend(base_url=url, describer="m", send=send, **settings)
    with pytest.raises(RejectedFieldError):
        backend.describe(PICTURE)
    assert len(requests) == 1


def test_store_is_left_out_for_a_server_on_this_machine() -> None:
    known = ("model", "input", "instructions", "max_output_tokens", "text", "temperature", "seed")
    choose = StrictServer(*known)
    with FakeServer(choose) as server:
        assert backend_of(server, api="responses").describe(PICTURE)
    assert ["store" in body for body in choose.bodies] == [True, False]


def test_image_of_a_rejected_edit_is_edited() -> None:
    choose = StrictServer("model", "prompt", "size", "image")
    with FakeServer(choose) as server:
        backend = backend_of(server)
        assert backend.edit(Image.new("RGB", (64, 64)), "make it red", 0).size == (64, 64)
    assert {*choose.bodies[-1]} == {"model", "prompt", "size", "image"}
    assert len(choose.bodies) == 4


@pytest.mark.parametrize("field", ["model", "messages", "prompt"])
def test_client_sends_renamed_fields(field: str) -> None:
    bodies: list[dict[str, Any]] = []

    def choose(received: ReceivedRequest) -> Behavior:
        bodies.append(json.loads(received.body))
        body = {{"other": field}.get(name, name): value for name, value in bodies[-1].items()}
        return respond(200, fake_responses.response_body(received.path[4:], body))

    with FakeServer(choose) as server:
        names = {field: "other"}
        if field == "prompt":
            backend_of(server, image_names=names).paint("a boat", (64, 64), 1)
        else:
            backend_of(server, text_names=names).describe(PICTURE)
    assert field not in bodies[0]
    assert bodies[0]["other"]


@pytest.mark.parametrize("is_image", [False, True])
def test_other_causes_are_not_found_in_the_error_of_a_rejected_field(is_image: bool) -> None:
    settings = Settings(base_url=LOCAL, retries=0)
    response = httpx2.Response(400)
    transport = httpx2.MockTransport(lambda _: response)
    client = Client(settings, ApiKey("unused", "nowhere"), transport)
    request = image_request() if is_image else text_request()
    for name, (status, error, field) in (IMAGES if is_image else TEXTS).items():
        is_plain = isinstance(error, str) or "error" in error or "detail" in error
        body = error if is_plain else {"error": error}
        response = (
            httpx2.Response(status, text=body)
            if isinstance(body, str)
            else httpx2.Response(status, json=body)
        )
        if field:
            with pytest.raises(RejectedFieldError) as caught:
                client.send(request)
            assert " ".join(caught.value.fields) == field, name
        elif status != 200:
            with pytest.raises(BackendError) as failed:
                client.send(request)
            assert not isinstance(failed.value, RejectedFieldError), name
