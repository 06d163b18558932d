"""Digests cover the fields that determine the response; readable fields contain no image."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest

from semcodec.backends.recording import ModelRequest
from tests.backends.recording.factories import IMAGE_URL, make_request


def test_model_of_a_request_is_read_from_its_body() -> None:
    assert make_request(model="x").model == "x"
    assert ModelRequest("choose a model", "models", {}).model == ""


def test_request_with_a_size_is_an_image_request() -> None:
    assert ModelRequest(
        "paint", "images/generations", {"model": "m", "size": "1024x1024"}
    ).is_image_request
    assert not make_request().is_image_request


def test_digest_does_not_depend_on_the_order_of_fields() -> None:
    request = ModelRequest("a", "r", {"x": 1, "y": {"b": 2, "a": 3}})
    other = ModelRequest("a", "r", {"y": {"a": 3, "b": 2}, "x": 1})
    assert request.digest == other.digest
    assert len(request.digest) == 64


def test_digest_of_a_request_never_changes() -> None:
    """With other digests, existing recordings could not be replayed."""
    request = ModelRequest(
        "paint", "images/generations", {"model": "m", "prompt": "é"}, {"seed": 7}, b"png"
    )
    text = (
        '["images/generations",{"model":"m","prompt":"\\u00e9"},{"seed":7},"'
        f'{hashlib.sha256(b"png").hexdigest()}",0]'
    )
    assert request.digest == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"route": "responses"},
        {"seed": 1},
        {"body": {"model": "other"}},
        {"extra": {"seed": 1}},
        {"image_png": b"png"},
        {"image_png": b"gif"},
    ],
    ids=str,
)
def test_digest_covers_everything_that_determines_the_response(change: dict[str, object]) -> None:
    base = make_request(image_png=None)
    assert dataclasses.replace(base, **change).digest != base.digest
    assert (
        len(
            {
                base.digest,
                make_request(image_png=b"png").digest,
                make_request(image_png=b"gif").digest,
            }
        )
        == 3
    )


def test_digest_covers_the_images_in_the_body() -> None:
    other_body = json.loads(json.dumps(dict(make_request().body)).replace("PHOTO", "OTHER"))
    assert dataclasses.replace(make_request(), body=other_body).digest != make_request().digest


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "x"},
        {"max_output_tokens": 5},
        {"expected_answer": "x"},
        {"image_sizes": ((1, 1),)},
    ],
)
def test_digest_does_not_cover_local_fields(change: dict[str, object]) -> None:
    assert dataclasses.replace(make_request(), **change).digest == make_request().digest


def test_readable_fields_have_digests_for_images() -> None:
    request = make_request(
        extra={"more": (IMAGE_URL, 5, {"deep": [IMAGE_URL]})}, image_png=b"PNG FILE"
    )
    readable_fields = request.readable_fields()
    digest = f"sha256:{hashlib.sha256(IMAGE_URL.encode()).hexdigest()}"
    assert readable_fields["more"] == [digest, 5, {"deep": [digest]}]
    assert readable_fields["messages"][0]["content"][1] == {
        "type": "image_url",
        "image_url": {"url": digest},
    }
    assert readable_fields["messages"][0]["content"][0]["text"] == "a boat"
    assert "PHOTO" not in json.dumps(readable_fields)
    assert "PNG FILE" not in json.dumps(readable_fields)
