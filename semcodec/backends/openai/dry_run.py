"""A replacement for the client that collects requests instead of sending them."""

from __future__ import annotations

import io
from typing import Final

from semcodec.backends.recording import ModelRequest, ModelResponse
from semcodec.backends.recording.budget import estimate_usage

DEFAULT_SIZE: Final = "1024x1024"  #: of a picture whose request states none


class DryRunClient:
    """Returns a typical response to each request, without a server.

    Attributes:
        requests: the requests that would have been sent, in order.
    """

    def __init__(self) -> None:
        self.requests: list[ModelRequest] = []

    def __call__(self, request: ModelRequest) -> ModelResponse:
        """Return a typical response, with the expected token counts."""
        self.requests.append(request)
        if request.route == "models":
            return ModelResponse("its-only-model")
        usage = estimate_usage(request)
        if request.is_image_request:
            return ModelResponse(
                image=_blank_image(str(request.body.get("size", DEFAULT_SIZE))), usage=usage
            )
        return ModelResponse(request.expected_answer, usage=usage)


def _blank_image(size: str) -> bytes:
    from PIL import Image

    width, _, height = size.partition("x")
    out = io.BytesIO()
    Image.new("RGB", (int(width), int(height)), "white").save(out, "PNG")
    return out.getvalue()
