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
from semcodec.backends.recording.budget import expected_usage, max_usage
from semcodec.errors import BudgetExceededError, InputError

PICTURE = Image.new("RGB", (64, 48), "red")
OTHER = "https://other.example/v1"


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a call that is made be a failure."""
    from semcodec.backends.openai import client

    monkeypatch.setattr(client, "Client", lambda *given: pytest.fail("a client was made"))
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("SEMCODEC_CONFIG", "/nonexistent/config.toml")


def rehearsed(**settings: Any) -> tuple[OpenAIBackend, list[ModelRequest]]:
    rehearsal = DryRunClient()
    return OpenAIBackend(send=rehearsal, **settings), rehearsal.requests


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_dry_run_of_encode(api: str) -> None:
    backend, requests = rehearsed(api=api)
    encoded = semcodec.encode(PICTURE, backend=backend, coding="nibble", skeletons="model")
    assert [request.stage for request in requests] == ["describe", "select", "compress"]
    assert encoded.record.words
    assert not any("repairs" in stage.notes for stage in encoded.trace.stages)


def test_dry_run_of_decode() -> None:
    backend, requests = rehearsed()
    decoded = semcodec.decode(semcodec.pack("bt lk", size=(640, 480)), backend=backend)
    assert [request.stage for request in requests] == ["decompress", "expand", "paint"]
    assert decoded.image.size == (640, 480)
    assert requests[2].body["size"] == "928x720"


def test_dry_run_of_an_edit() -> None:
    backend, requests = rehearsed()
    assert backend.edit(PICTURE, "make it blue", 0).size == PICTURE.size
    (request,) = requests
    with Image.open(io.BytesIO(request.image_png or b"")) as sent:
        assert request.body["size"] == f"{sent.width}x{sent.height}"


def test_dry_run_with_an_unknown_model() -> None:
    backend, requests = rehearsed(base_url=OTHER)
    backend.describe(PICTURE)
    backend.expand(["boat"])
    assert [request.route for request in requests] == [
        "models",
        "chat/completions",
        "chat/completions",
    ]
    assert {request.model for request in requests[1:]} == {"its-only-model"}


def test_bound_of_every_request_is_above_its_estimate() -> None:
    backend, requests = rehearsed()
    semcodec.encode(PICTURE, backend=backend, coding="nibble", skeletons="model")
    semcodec.decode(semcodec.pack("bt lk dg"), backend=backend)
    backend.edit(PICTURE, "make it blue", 0)
    backend.compare("a boat", "a lake")
    for request in requests:
        least, most = expected_usage(request), max_usage(request)
        assert 0 < least.input_tokens < most.input_tokens, request.stage
        assert 0 < least.output_tokens <= most.output_tokens, request.stage
        assert least.input_image_tokens == most.input_image_tokens


def test_limit_stops_a_run_before_it_is_exceeded() -> None:
    backend, requests = rehearsed(max_cost=Decimal("0.2"))
    with pytest.raises(BudgetExceededError, match="raise --max-cost") as caught:
        [backend.describe(PICTURE) for _ in range(99)]
    assert caught.value.stage == "describe"
    assert 0 < backend.budget.spent <= Decimal("0.2")
    assert 0 < len(requests) < 99


def test_limit_of_zero_allows_free_requests() -> None:
    backend, requests = rehearsed(max_cost=0)
    with pytest.raises(BudgetExceededError):
        backend.describe(PICTURE)
    assert requests == []
    backend, _ = rehearsed(max_cost=0, base_url="http://127.0.0.1:9/v1", describer="m")
    assert backend.describe(PICTURE)


def test_max_cost_requires_known_prices() -> None:
    backend, requests = rehearsed(max_cost=5, base_url=OTHER, describer="m")
    with pytest.raises(BudgetExceededError, match="price of m is unknown"):
        backend.describe(PICTURE)
    assert requests == []
    own = {"m": {"input": 1, "output": 1}}
    backend, requests = rehearsed(max_cost=5, base_url=OTHER, describer="m", prices=own)
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
def test_shape_in_words(size: tuple[int, int], expected: str) -> None:
    assert describe_shape(size) == expected


def test_message_names_the_unknown_setting() -> None:
    with pytest.raises(InputError, match="no setting 'temperature'"):
        OpenAIBackend(temperature=1)
