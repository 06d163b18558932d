"""Requests have the fields and values that the settings ask for."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from semcodec.backends.openai import Settings, client, errors
from semcodec.backends.openai.requests import RequestBuilder
from semcodec.backends.prompting import ChatRequest
from semcodec.backends.recording import ModelRequest
from tests import images

LOOK = ChatRequest("describe", "rules", "task", images.scene())


def request(**settings: Any) -> ModelRequest:
    return RequestBuilder(Settings(**settings)).chat_request("m", LOOK, use_schema=True)


def test_server_is_told_not_to_store_the_photograph() -> None:
    assert request(api="responses").body["store"] is False


@pytest.mark.parametrize("detail", ["low", "high", "auto"])
def test_detail_is_sent(detail: str) -> None:
    looked = request(api="responses", detail=detail).body["input"][0]["content"][1]
    assert looked["detail"] == detail
    looked = request(detail=detail).body["messages"][1]["content"][1]
    assert looked["image_url"]["detail"] == detail


@pytest.mark.parametrize("effort", ["low", "high"])
def test_effort_is_sent(effort: str) -> None:
    assert request(effort=effort).body["reasoning_effort"] == effort
    assert request(effort=effort, api="responses").body["reasoning"] == {"effort": effort}
    assert "reasoning_effort" not in request().body


def test_output_limit_is_sent() -> None:
    assert request(most_output=77).body["max_completion_tokens"] == 77
    assert request(most_output=77, api="responses").body["max_output_tokens"] == 77


def test_sent_image_has_the_size_and_quality_to_be_described() -> None:
    image = Image.effect_noise((256, 256), 80).convert("RGB")
    seen = RequestBuilder(Settings()).encode_image(image)
    data = base64.b64decode(seen.url.partition(",")[2])
    sent = Image.open(io.BytesIO(data))
    assert (sent.format, sent.size, seen.size) == ("JPEG", (256, 256), (256, 256))
    assert len(data) > 20_000
    assert RequestBuilder(Settings(image_side=64)).encode_image(image).size == (64, 64)


def test_false_omits_a_field_of_image_requests() -> None:
    settings = Settings(
        base_url="http://127.0.0.1:9/v1", image_extra={"seed": False, "response_format": False}
    )
    request = RequestBuilder(settings).paint_request("m", "a boat", (64, 64), 7)
    assert set(request.body) == {"model", "prompt", "n", "size"}
    assert request.extra == {}


def test_default_timeouts_and_retryable_statuses() -> None:
    usual = Settings()
    assert usual.image_timeout >= 180 > usual.text_timeout >= 60
    assert 5 <= client.CONNECT_TIMEOUT <= 30
    assert errors.RETRYABLE_ALWAYS == (429, 503)
    assert errors.RETRYABLE_TEXT == (409, 500, 502)
