"""A rehearsal: calls go nowhere, and what comes back is of the kind that would have come."""

from __future__ import annotations

import io

from semcodec.backends.recording import ModelRequest, ModelResponse
from semcodec.backends.recording.budget import expected_usage


class DryRunClient:
    """Makes calls in the place of a client, and remembers them.

    Attributes:
        calls: those that would have been made, in order.
    """

    def __init__(self) -> None:
        self.calls: list[ModelRequest] = []

    def __call__(self, call: ModelRequest) -> ModelResponse:
        """Return a stand-in for the reply to ``call``, with the tokens that it would take."""
        self.calls.append(call)
        if call.route == "models":
            return ModelResponse("its-only-model")
        if "size" in call.body:
            return ModelResponse(image=_blank(str(call.body["size"])), usage=expected_usage(call))
        return ModelResponse(call.likely, usage=expected_usage(call))


def _blank(size: str) -> bytes:
    from PIL import Image

    width, _, height = size.partition("x")
    out = io.BytesIO()
    Image.new("RGB", (int(width), int(height)), "white").save(out, "PNG")
    return out.getvalue()
