"""Parsing of responses, and redaction of the key in them."""

from __future__ import annotations

import base64
from typing import Any

import httpx2
import pytest

from semcodec.backends.openai import OpenAIBackend, Settings, client
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.responses import MAX_MODEL_NAME, MAX_REFUSAL, MAX_TEXT
from semcodec.backends.recording import ModelRequest, ModelResponse, Usage, untrusted_files
from semcodec.errors import BackendError, InvalidResponseError
from tests.backends.openai import fake_responses

KEY = "Zx9/secret+of=ours"
URL = "http://127.0.0.1:9/v1"


def send(route: str, body: Any) -> ModelResponse:
    """Return the response that the real client makes of ``body``."""
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=body))
    fields = {"model": "m", "messages": []} if route == "chat/completions" else {"prompt": "x"}
    client = Client(Settings(base_url=URL), ApiKey(KEY, "a test"), transport)
    return client.send(ModelRequest("describe", route, fields))


def test_key_in_parts_of_a_text_is_redacted() -> None:
    parts = [{"type": "text", "text": text} for text in ("A boat, ", KEY[:7], KEY[7:])]
    body = fake_responses.chat_body("m", None)
    body["choices"][0]["message"]["content"] = parts
    assert send("chat/completions", body).text == "A boat, [key]"


def test_image_with_the_key_is_rejected() -> None:
    image = fake_responses.png_file((8, 8)) + KEY.encode()
    with pytest.raises(InvalidResponseError, match="contains the API key"):
        send("images/generations", fake_responses.image_body(image))


def test_malformed_response_may_be_billed() -> None:
    with pytest.raises(InvalidResponseError, match="malformed") as caught:
        send("chat/completions", {"choices": []})
    assert caught.value.billed is True


def test_output_tokens_of_an_image_are_image_tokens() -> None:
    body = fake_responses.image_body(b"png")
    assert base64.b64decode(body["data"][0]["b64_json"]) == b"png"
    assert send("images/generations", body).usage == Usage(20, 0, 10, 10)
    assert send("chat/completions", fake_responses.chat_body("m", "A boat.")).usage == (
        Usage(20, 0, 10, 0)
    )


LONG_NAMES = [{"id": letter * 100_000} for letter in "ab"]


@pytest.mark.parametrize(
    ("entries", "listed"),
    [
        (LONG_NAMES, f"has several models ({'a' * 29}…{'a' * 30}, {'b' * 29}…{'b' * 30}): name"),
        (LONG_NAMES[:1], f"has several models ({'a' * 29}…{'a' * 30}): name"),
        ([{"id": f"m{n}"} for n in range(20_000)], "(m0, m1, m2, m3, m4, m5, m6, m7): name"),
        (
            [
                {"id": "a"},
                {"id": "b\x1b[2J"},
                {"id": "\u202eb"},
                {"id": "\n"},
                {"id": ""},
                {"id": 5},
            ],
            "",
        ),
        ([{"id": f"a{KEY}"}, {"id": f"b {KEY.upper()}"}], "(a[key], b [key]): name"),
    ],
)
def test_list_of_models_is_short(entries: list[Any], listed: str) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json={"data": entries}))
    settings = Settings(base_url=URL)
    send = Client(settings, ApiKey(KEY, "a test"), transport).send
    backend = OpenAIBackend(base_url=URL, send=send)
    if not listed:
        assert backend.model_name("describer") == "a"
        return
    with pytest.raises(BackendError) as caught:
        backend.model_name("describer")
    assert listed in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("field", ["text", "refusal", "model"])
def test_texts_of_a_response_are_bounded(field: str) -> None:
    body = fake_responses.chat_body("m", "A boat.")
    long = f"{'犬' * 300_000}{KEY}"
    message = body["choices"][0]["message"]
    match field:
        case "text":
            message["content"] = long
        case "refusal":
            message |= {"content": None, "refusal": long}
        case "model":
            body["model"] = long
    value = getattr(send("chat/completions", body), field)
    assert (
        value == "犬" * {"text": MAX_TEXT, "refusal": MAX_REFUSAL, "model": MAX_MODEL_NAME}[field]
    )


@pytest.mark.parametrize("before", range(len(KEY) + 1))
def test_key_that_a_limit_would_cut_is_redacted(before: int) -> None:
    body = fake_responses.chat_body(f"{'m' * (MAX_MODEL_NAME - before)}{KEY}", "A boat.")
    model = send("chat/completions", body).model
    assert model == (f"{'m' * (MAX_MODEL_NAME - before)}[key]")[:MAX_MODEL_NAME]


@pytest.mark.parametrize(
    ("route", "body", "problem"),
    [
        ("images/generations", b'{"data":[' + b"{}," * 260_000 + b"{}]}", "over 500000 values"),
        ("images/edits", b'data: {"data":[' + b"{}," * 260_000 + b"{}]}", "over 500000 values"),
        ("responses", b"[" + b"[]," * 260_000 + b"0]", "over 500000 values"),
        ("responses", b'{"output":' + b"1" * 5000 + b"}", "number of too many digits"),
        ("images/edits", b'{"data":[{"url":"data:;base64,' + b"%41" * 200_001 + b'"}]}', "escapes"),
    ],
)
def test_response_that_would_take_much_memory_is_malformed(
    route: str, body: bytes, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"content-type": "application/json"}
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, content=body, headers=headers))
    client = Client(Settings(base_url=URL), ApiKey(KEY, "a test"), transport)
    fields = {"model": "m", "input": []} if route == "responses" else {"prompt": "x"}
    with pytest.raises(InvalidResponseError, match=problem):
        client.send(ModelRequest("describe", route, fields))


def test_error_codes_of_any_type_are_ignored() -> None:
    nested: Any = []
    for _ in range(500):
        nested = [nested]
    error = {"message": "Sorry.", "code": nested, "type": {"a": 1}}
    transport = httpx2.MockTransport(lambda _: httpx2.Response(400, json={"error": error}))
    client = Client(Settings(base_url=URL), ApiKey(KEY, "a test"), transport)
    with pytest.raises(BackendError, match="Sorry"):
        client.send(ModelRequest("describe", "models", {}))


def test_everything_that_a_server_may_send_can_be_replayed() -> None:
    assert untrusted_files.MAX_TEXT >= MAX_TEXT
    assert untrusted_files.MAX_IMAGE >= client.MAX_IMAGE_BYTES
