"""What requests say beyond their form: privacy, closeness, effort, and patience of the client."""

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


def asked(**settings: Any) -> ModelRequest:
    return RequestBuilder(Settings(**settings)).chat_request("m", LOOK, use_schema=True)


def test_a_photograph_is_not_stored_by_the_server() -> None:
    assert asked(api="responses").body["store"] is False


@pytest.mark.parametrize("detail", ["low", "high", "auto"])
def test_pictures_are_looked_at_as_closely_as_is_set(detail: str) -> None:
    looked = asked(api="responses", detail=detail).body["input"][0]["content"][1]
    assert looked["detail"] == detail
    looked = asked(detail=detail).body["messages"][1]["content"][1]
    assert looked["image_url"]["detail"] == detail


@pytest.mark.parametrize("effort", ["low", "high"])
def test_models_reason_as_long_as_is_set(effort: str) -> None:
    assert asked(effort=effort).body["reasoning_effort"] == effort
    assert asked(effort=effort, api="responses").body["reasoning"] == {"effort": effort}
    assert "reasoning_effort" not in asked().body


def test_what_is_set_is_the_most_that_is_given() -> None:
    assert asked(most_output=77).body["max_completion_tokens"] == 77
    assert asked(most_output=77, api="responses").body["max_output_tokens"] == 77


def test_a_picture_is_sent_well_enough_to_be_described() -> None:
    image = Image.effect_noise((256, 256), 80).convert("RGB")
    seen = RequestBuilder(Settings()).encode_image(image)
    data = base64.b64decode(seen.url.partition(",")[2])
    sent = Image.open(io.BytesIO(data))
    assert (sent.format, sent.size, seen.size) == ("JPEG", (256, 256), (256, 256))
    assert len(data) > 20_000
    assert RequestBuilder(Settings(image_side=64)).encode_image(image).size == (64, 64)


def test_false_leaves_a_field_of_pictures_out() -> None:
    settings = Settings(
        base_url="http://127.0.0.1:9/v1", image_extra={"seed": False, "response_format": False}
    )
    call = RequestBuilder(settings).paint_request("m", "a boat", (64, 64), 7)
    assert set(call.body) == {"model", "prompt", "n", "size"}
    assert call.extra == {}


def test_the_client_has_patience_with_painters_and_none_with_what_is_not_there() -> None:
    usual = Settings()
    assert usual.image_timeout >= 180 > usual.text_timeout >= 60
    assert 5 <= client.CONNECT_TIMEOUT <= 30
    assert errors.RETRYABLE_ALWAYS == (429, 503)
    assert errors.RETRYABLE_TEXT == (409, 500, 502)
