"""A field that a server rejects is found in its error, and one that it only mentions is not."""

from __future__ import annotations

import time
from typing import Any

import pytest

from semcodec.backends.openai import Settings
from semcodec.backends.openai.rejected_fields import find_rejected_fields
from semcodec.backends.openai.requests import RequestBuilder
from semcodec.backends.prompting import ChatRequest
from semcodec.backends.recording import ModelRequest
from tests import images
from tests.backends.openai.rejections import (
    IMAGE_MENTIONS,
    IMAGES,
    SENTENCES,
    TEXT_MENTIONS,
    TEXTS,
    Rejection,
)
from tests.each import for_each

CHAT = ChatRequest("describe", "rules", "task", images.scene(), schema={"type": "object"})
LOCAL = "http://127.0.0.1:9/v1"


def text_request(**settings: Any) -> ModelRequest:
    return RequestBuilder(Settings(base_url=LOCAL, **settings)).chat_request("m", CHAT)


def image_request() -> ModelRequest:
    builder = RequestBuilder(Settings(base_url=LOCAL))
    return builder.paint_request("m", "a boat", (64, 64), 7)


@for_each(TEXTS.values())
def test_field_of_a_text_request_is_found(rejection: Rejection) -> None:
    found = find_rejected_fields(rejection.status, rejection.error, text_request())
    assert " ".join(found) == rejection.field


@pytest.mark.parametrize("rejection", IMAGES.values(), ids=IMAGES)
def test_field_of_an_image_request_is_found(rejection: Rejection) -> None:
    found = find_rejected_fields(rejection.status, rejection.error, image_request())
    assert " ".join(found) == rejection.field


@pytest.mark.parametrize("field", SENTENCES)
def test_sentence_rejects_only_its_field(field: str) -> None:
    request = text_request()
    for sentence in SENTENCES[field]:
        assert find_rejected_fields(400, {"message": sentence}, request) == (field,), sentence


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_sentence_that_only_mentions_a_field_rejects_none(api: str) -> None:
    text = text_request(api=api)
    for sentence in TEXT_MENTIONS:
        assert find_rejected_fields(400, {"message": sentence}, text) == (), sentence
    for sentence in IMAGE_MENTIONS:
        assert find_rejected_fields(400, {"message": sentence}, image_request()) == (), sentence


RESPONSES = {
    "Unknown parameter: 'instructions'.": "instructions",
    "System role not supported": "instructions",
    "Unknown parameter: 'text.format'.": "text",
    "Unknown parameter: 'store'.": "store",
    "unknown field max_output_tokens": "max_output_tokens",
    "unknown field /seed": "seed",
    "Unknown parameter: 'input[0].content[1].detail'.": "detail",
}


@pytest.mark.parametrize("sentence", RESPONSES)
def test_field_of_the_other_api_is_found(sentence: str) -> None:
    request = text_request(api="responses")
    assert find_rejected_fields(400, {"message": sentence}, request) == (RESPONSES[sentence],)


@pytest.mark.parametrize("field", ["model", "prompt"])
def test_error_about_a_field_that_is_always_sent_rejects_none(field: str) -> None:
    message = f"This {field} is not supported"
    for error in (
        {"message": message, "param": field, "code": "unsupported_parameter"},
        {"message": message, "param": field, "code": None},
        {"detail": [{"type": "extra_forbidden", "loc": ["body", field], "msg": message}]},
    ):
        assert find_rejected_fields(400, error, image_request()) == ()


def test_field_beside_one_that_is_always_sent_is_found() -> None:
    errors = [{"type": "extra_forbidden", "loc": ["body", name]} for name in ("prompt", "n")]
    assert find_rejected_fields(422, {"detail": errors}, image_request()) == ("n",)


HOSTILE: dict[str, Any] = {
    "quotes": "unknown field " + "'" * 5000,
    "names": "unknown field " + "a" * 5000,
    "list": "does not support parameters: " + "'a', " * 3000,
    "spaces": "seed" + " " * 5000 + "is not supported",
    "path": "'" + "a." * 5000 + "seed",
    "nested": [[[[[[[[[[[[[[[["unknown field seed"]]]]]]]]]]]]]]]],
    "wide": {"detail": [{"loc": ["body"] * 1000, "msg": "x" * 1000}] * 5000},
    "repr": "{'type': 'extra_forbidden', 'loc': (" * 500,
    "many": ["json: unknown field " * 50] * 1000,
    "other values": {"param": {"seed": 1}, "loc": 5, "keys": [["seed"]], "code": None},
    "null": None,
    "number": 5,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_error_takes_no_time(name: str) -> None:
    request, started = text_request(), time.process_time()
    assert find_rejected_fields(400, HOSTILE[name], request) == ()
    assert time.process_time() - started < 1
