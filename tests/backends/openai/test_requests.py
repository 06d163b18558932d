"""Requests have the fields and values that the settings determine."""

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

DESCRIBE = ChatRequest("describe", "rules", "task", images.scene())


def request(**settings: Any) -> ModelRequest:
    return RequestBuilder(Settings(**settings)).chat_request("m", DESCRIBE)


def test_responses_api_does_not_store_the_photograph() -> None:
    assert request(api="responses").body["store"] is False


@pytest.mark.parametrize("detail", ["low", "high", "auto"])
def test_detail_is_sent(detail: str) -> None:
    image_part = request(api="responses", detail=detail).body["input"][0]["content"][1]
    assert image_part["detail"] == detail
    image_part = request(detail=detail).body["messages"][1]["content"][1]
    assert image_part["image_url"]["detail"] == detail


@pytest.mark.parametrize("effort", ["low", "high"])
def test_effort_is_sent(effort: str) -> None:
    assert request(effort=effort).body["reasoning_effort"] == effort
    assert request(effort=effort, api="responses").body["reasoning"] == {"effort": effort}
    assert "reasoning_effort" not in request().body


def test_output_limit_is_sent() -> None:
    assert request(most_output=77).body["max_completion_tokens"] == 77
    assert request(most_output=77, api="responses").body["max_output_tokens"] == 77


def test_sent_image_is_a_jpeg_within_the_image_side() -> None:
    image = Image.effect_noise((256, 256), 80).convert("RGB")
    encoded = RequestBuilder(Settings()).encode_image(image)
    data = base64.b64decode(encoded.url.partition(",")[2])
    sent = Image.open(io.BytesIO(data))
    assert (sent.format, sent.size, encoded.size) == ("JPEG", (256, 256), (256, 256))
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
    defaults = Settings()
    assert defaults.image_timeout >= 180 > defaults.text_timeout >= 60
    assert 5 <= client.CONNECT_TIMEOUT <= 30
    assert errors.RETRYABLE_ALWAYS == (429, 503, 529)
    assert errors.RETRYABLE_TEXT == (409, 500, 502)
