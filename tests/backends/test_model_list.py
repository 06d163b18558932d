"""If a server does not list its models, the message names the option for the model."""

from __future__ import annotations

import pytest

from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import ModelRequest
from semcodec.errors import BackendError

httpx2 = pytest.importorskip(
    "httpx2", reason="The client is not installed: run pip install '.[openai]'."
)


@pytest.mark.parametrize("status", [404, 405, 501])
def test_model_must_be_named_if_the_server_lists_none(status: int) -> None:
    transport = httpx2.MockTransport(lambda request: httpx2.Response(status, text="no"))
    settings = Settings(base_url="http://127.0.0.1:9/v1", retries=0)
    client = Client(settings, ApiKey("unused", "nowhere"), transport)
    with pytest.raises(BackendError, match="does not list its models: name one with --model"):
        client.send(ModelRequest("choose a model", "models", {}))
