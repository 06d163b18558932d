"""A client that sends nothing, and the key and prices of a user of OpenAI."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import ModelRequest, ModelResponse, Usage
from semcodec.errors import BackendError

LOCAL = "http://127.0.0.1:9/v1"

SECRET = "sk-proj-abcdefghijk"

PRICES = """
[openai.prices]
"gpt-5.5" = { input = 5, output = 30 }
"gpt-image-2" = { input = 5, image = 8, output = 30 }
"""


class FakeClient:
    """A client with fixed responses; ``requests`` has the requests to all clients of a test."""

    requests: list[ModelRequest] = []  # noqa: RUF012  # shared on purpose
    failing_stage, output_tokens = "", 100

    def __init__(self, *args: Any) -> None:
        pass

    def send(self, request: ModelRequest) -> ModelResponse:
        self.requests.append(request)
        if request.stage == self.failing_stage:
            raise BackendError(
                f"The connection was lost during {request.stage}.", stage=request.stage
            )
        if request.route.startswith("images"):
            out = io.BytesIO()
            Image.new("RGB", (64, 64), "red").save(out, "PNG")
            return ModelResponse(image=out.getvalue(), usage=Usage(100, 0, 200))
        texts = {"describe": "A red boat lies on a blue lake.", "select": '["boat", "lake"]'}
        texts |= {"decompress": '["boat", "lake"]', "expand": "A boat on a lake."}
        return ModelResponse(
            texts[request.stage], model="served-1", usage=Usage(1000, 0, self.output_tokens)
        )


class RoutedClient(FakeClient):
    """A client of several servers, which notes the server and the stage of each request."""

    sent: list[tuple[str, str]] = []  # noqa: RUF012  # shared on purpose

    def __init__(self, settings: Settings, *_: object) -> None:
        self.url = settings.base_url

    def send(self, request: ModelRequest) -> ModelResponse:
        self.sent.append((self.url, request.stage))
        if request.route == "models":
            return ModelResponse(f"model of {self.url}")
        if request.stage == "check":
            return ModelResponse('{"1": "yes", "2": "yes"}')
        return super().send(request)


def configure(tmp_path: Path, text: str) -> None:
    """Write the config file."""
    (tmp_path / "config.toml").write_text(text)
