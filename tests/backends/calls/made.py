"""Calls as the tests make them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from semcodec.backends.recording import ModelRequest, ModelResponse, Usage

LOOK = "data:image/png;base64,iVBORw0KGgoSECRETPHOTO"


def call(text: str = "a boat", *, model: str = "m", **fields: Any) -> ModelRequest:
    """Return a call that shows a picture and says ``text``."""
    content = [
        {"type": "text", "text": text},
        {"type": "image_url", "image_url": {"url": LOOK}},
    ]
    body = {"model": model, "messages": [{"role": "user", "content": content}]}
    return ModelRequest("describe", "chat/completions", body, **{"most_output": 100, **fields})


def reply(text: str = "A boat.") -> ModelResponse:
    return ModelResponse(text, b"\x89PNG", "m-2026", False, "", Usage(30, 20, 10))


def painting(*looked_at: tuple[int, int], model: str = "m", most_output: int = 100) -> ModelRequest:
    """Return a call that has pictures changed."""
    body = {"model": model, "prompt": "a boat", "size": "1024x1024"}
    return ModelRequest(
        "refine", "images/edits", body, looked_at=looked_at, most_output=most_output, picture=b"png"
    )


class Flat:
    """Prices where a token costs a cent; of the model ``unknown``, nobody knows."""

    def price(self, model: str, usage: Usage) -> Decimal | None:
        return None if model == "unknown" else Decimal(usage.taken + usage.given) / 100
