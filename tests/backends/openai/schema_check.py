"""A fake of OpenAI that checks requests and responses against the official description."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx2

from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.settings import OPENAI_URL, Settings
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import ReceivedRequest
from tests.backends.openai.openapi import official_description

KEY = "Zx9/secret+of=ours"


@dataclass
class CheckingServer:
    """Returns valid responses, and collects violations in requests and responses.

    Attributes:
        allowed: violations that are intended.
        first_answers: texts that are returned before those of ``fake_responses``.
        requests: route and fields of each request, in order.
        violations: all others.
    """

    allowed: tuple[str, ...] = ()
    first_answers: list[str] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def answer(self, received: ReceivedRequest) -> tuple[int, dict[str, Any]]:
        """Return status and body of the response to a request."""
        route, kind = received.path.removeprefix("/v1/"), received.headers.get("content-type", "")
        found = official_description().of_request(received.method, f"/{route}", kind, received.body)
        if faults := [fault for fault in found if fault not in self.allowed]:
            self.violations += [f"{received.method} {route}: {fault}" for fault in faults]
            return 400, {"error": {"message": faults[0], "type": "invalid_request_error"}}
        asked = official_description().read(received.method, f"/{route}", kind, received.body)
        self.requests.append((route, asked))
        answer = self._answer(route, asked)
        self.violations += official_description().of_answer(received.method, f"/{route}", answer)
        return 200, answer

    def backend(self, base_url: str = OPENAI_URL, **settings: Any) -> OpenAIBackend:
        """Return a backend whose real client sends its requests here, without a network."""

        def handle(request: httpx2.Request) -> httpx2.Response:
            headers = {name.lower(): value for name, value in request.headers.items()}
            received = ReceivedRequest(request.method, request.url.path, headers, request.read())
            status, answer = self.answer(received)
            return httpx2.Response(status, json=answer)

        client = Client(
            Settings.load({}, base_url=base_url, **settings),
            ApiKey(KEY, "a test"),
            httpx2.MockTransport(handle),
        )
        return OpenAIBackend(send=client.send, base_url=base_url, **settings)

    def bodies(self, route: str) -> list[dict[str, Any]]:
        """Return the fields of the requests to ``route``."""
        return [asked for where, asked in self.requests if where == route]

    def _answer(self, route: str, asked: dict[str, Any]) -> dict[str, Any]:
        if route in ("chat/completions", "responses") and self.first_answers:
            write = (
                fake_responses.chat_body
                if route == "chat/completions"
                else fake_responses.responses_body
            )
            return write(asked["model"], self.first_answers.pop(0))
        return fake_responses.response_body(route, json.loads(json.dumps(asked)))
