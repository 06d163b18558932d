"""A dry run sends nothing and returns typical responses."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai import DryRunClient, OpenAIBackend
from semcodec.backends.openai.backend import describe_shape
from semcodec.backends.recording import ModelRequest
from semcodec.backends.recording.budget import estimate_usage, max_usage
from semcodec.errors import BudgetExceededError, InputError

PICTURE = Image.new("RGB", (64, 48), "red")
OTHER = "https://other.example/v1"


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that creates a real client."""
    from semcodec.backends.openai import client

    monkeypatch.setattr(client, "Client", lambda *arguments: pytest.fail("a client was created"))
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("SEMCODEC_CONFIG", "/nonexistent/config.toml")


def dry_run_backend(**settings: Any) -> tuple[OpenAIBackend, list[ModelRequest]]:
    client = DryRunClient()
    return OpenAIBackend(send=client, **settings), client.requests


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_dry_run_of_encode_sends_the_requests_of_a_run(api: str) -> None:
    backend, requests = dry_run_backend(api=api)
    encoded = semcodec.encode(PICTURE, backend=backend, coding="nibble", skeletons="model")
    assert [request.stage for request in requests] == ["describe", "select", "compress"]
    assert encoded.record.words
    assert not any("repairs" in stage.notes for stage in encoded.trace.stages)


def test_dry_run_of_decode_returns_an_image_of_the_record_size() -> None:
    backend, requests = dry_run_backend()
    decoded = semcodec.decode(semcodec.pack("bt lk", size=(640, 480)), backend=backend)
    assert [request.stage for request in requests] == ["decompress", "expand", "paint"]
    assert decoded.image.size == (640, 480)
    assert requests[2].body["size"] == "928x720"


def test_dry_run_of_an_edit_returns_an_image_of_the_same_size() -> None:
    backend, requests = dry_run_backend()
    assert backend.edit(PICTURE, "make it blue", 0).size == PICTURE.size
    (request,) = requests
    with Image.open(io.BytesIO(request.image_png or b"")) as image:
        assert request.body["size"] == f"{image.width}x{image.height}"


def test_dry_run_without_a_named_model_lists_the_models() -> None:
    backend, requests = dry_run_backend(base_url=OTHER)
    backend.describe(PICTURE)
    backend.expand(["boat"])
    assert [request.route for request in requests] == [
        "models",
        "chat/completions",
        "chat/completions",
    ]
    assert {request.model for request in requests[1:]} == {"its-only-model"}


def test_bound_of_every_request_is_above_its_estimate() -> None:
    backend, requests = dry_run_backend()
    semcodec.encode(PICTURE, backend=backend, coding="nibble", skeletons="model")
    semcodec.decode(semcodec.pack("bt lk dg"), backend=backend)
    backend.edit(PICTURE, "make it blue", 0)
    backend.compare("a boat", "a lake")
    for request in requests:
        expected, bound = estimate_usage(request), max_usage(request)
        assert 0 < expected.input_tokens < bound.input_tokens, request.stage
        assert 0 < expected.output_tokens <= bound.output_tokens, request.stage
        assert expected.input_image_tokens == bound.input_image_tokens


def test_max_cost_stops_a_run_before_it_is_exceeded() -> None:
    backend, requests = dry_run_backend(max_cost=Decimal("0.2"))
    with pytest.raises(BudgetExceededError, match="raise --max-cost") as caught:
        [backend.describe(PICTURE) for _ in range(99)]
    assert caught.value.stage == "describe"
    assert 0 < backend.budget.spent <= Decimal("0.2")
    assert 0 < len(requests) < 99


def test_max_cost_of_zero_allows_free_requests_only() -> None:
    backend, requests = dry_run_backend(max_cost=0)
    with pytest.raises(BudgetExceededError):
        backend.describe(PICTURE)
    assert requests == []
    backend, _ = dry_run_backend(max_cost=0, base_url="http://127.0.0.1:9/v1", describer="m")
    assert backend.describe(PICTURE)


def test_max_cost_requires_known_prices() -> None:
    backend, requests = dry_run_backend(max_cost=5, base_url=OTHER, describer="m")
    with pytest.raises(BudgetExceededError, match="price of m is unknown"):
        backend.describe(PICTURE)
    assert requests == []
    own = {"m": {"input": 1, "output": 1}}
    backend, requests = dry_run_backend(max_cost=5, base_url=OTHER, describer="m", prices=own)
    assert backend.describe(PICTURE)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((100, 100), "a square picture"),
        ((105, 100), "a square picture"),
        ((100, 105), "a square picture"),
        ((106, 100), "a wide picture"),
        ((100, 106), "a tall picture"),
    ],
)
def test_shape_of_an_image_is_described_in_words(size: tuple[int, int], expected: str) -> None:
    assert describe_shape(size) == expected


def test_message_names_the_unknown_setting() -> None:
    with pytest.raises(InputError, match="setting 'top_k'"):
        OpenAIBackend(top_k=1)
