"""Parsing of responses, and redaction of the key in them."""

from __future__ import annotations

import base64
from typing import Any

import httpx2
import pytest

from semcodec.backends.openai import Settings
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.recording import ModelRequest, ModelResponse, Usage
from semcodec.errors import InvalidResponseError
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
