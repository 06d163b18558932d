"""Requests, responses and prices for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from semcodec.backends.recording import ModelRequest, ModelResponse, Usage

IMAGE_URL = "data:image/png;base64,iVBORw0KGgoSECRETPHOTO"


def make_request(text: str = "a boat", *, model: str = "m", **fields: Any) -> ModelRequest:
    """Return a request with an image and ``text``."""
    content = [
        {"type": "text", "text": text},
        {"type": "image_url", "image_url": {"url": IMAGE_URL}},
    ]
    body = {"model": model, "messages": [{"role": "user", "content": content}]}
    return ModelRequest(
        "describe", "chat/completions", body, **{"max_output_tokens": 100, **fields}
    )


def make_response(text: str = "A boat.") -> ModelResponse:
    """Return a response with all fields set."""
    return ModelResponse(text, b"\x89PNG", "m-2026", False, "", Usage(30, 20, 10))


def make_edit_request(
    *image_sizes: tuple[int, int], model: str = "m", max_output_tokens: int = 100
) -> ModelRequest:
    """Return a request to edit images."""
    body = {"model": model, "prompt": "a boat", "size": "1024x1024"}
    return ModelRequest(
        "refine",
        "images/edits",
        body,
        image_sizes=image_sizes,
        max_output_tokens=max_output_tokens,
        image_png=b"png",
    )


class FlatPrices:
    """Prices of one cent per token; the model ``unknown`` has no price."""

    def price(self, model: str, usage: Usage) -> Decimal | None:
        return (
            None if model == "unknown" else Decimal(usage.input_tokens + usage.output_tokens) / 100
        )
