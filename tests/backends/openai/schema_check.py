"""A fake OpenAI server that checks requests and responses against the official description."""

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
        allowed: violations to ignore.
        first_texts: texts to return before those of ``fake_responses``.
        requests: route and fields of each request, in order.
        violations: all other violations.
    """

    allowed: tuple[str, ...] = ()
    first_texts: list[str] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def respond(self, received: ReceivedRequest) -> tuple[int, dict[str, Any]]:
        """Return status and body of the response to a request."""
        route, kind = received.path.removeprefix("/v1/"), received.headers.get("content-type", "")
        description, method = official_description(), received.method
        found = description.request_violations(method, f"/{route}", kind, received.body)
        if violations := [violation for violation in found if violation not in self.allowed]:
            self.violations += [f"{method} {route}: {violation}" for violation in violations]
            return 400, {"error": {"message": violations[0], "type": "invalid_request_error"}}
        fields = description.fields(method, f"/{route}", kind, received.body)
        self.requests.append((route, fields))
        body = self._response_body(route, fields)
        self.violations += description.response_violations(method, f"/{route}", body)
        return 200, body

    def backend(self, base_url: str = OPENAI_URL, **settings: Any) -> OpenAIBackend:
        """Return a backend that sends its requests to this object through the real client."""

        def handle(request: httpx2.Request) -> httpx2.Response:
            headers = {name.lower(): value for name, value in request.headers.items()}
            received = ReceivedRequest(request.method, request.url.path, headers, request.read())
            status, body = self.respond(received)
            return httpx2.Response(status, json=body)

        client = Client(
            Settings.load({}, base_url=base_url, **settings),
            ApiKey(KEY, "a test"),
            httpx2.MockTransport(handle),
        )
        return OpenAIBackend(send=client.send, base_url=base_url, **settings)

    def fields_sent(self, route: str) -> list[dict[str, Any]]:
        """Return the fields of the requests to ``route``."""
        return [fields for sent_to, fields in self.requests if sent_to == route]

    def _response_body(self, route: str, fields: dict[str, Any]) -> dict[str, Any]:
        if route in ("chat/completions", "responses") and self.first_texts:
            text = self.first_texts.pop(0)
            if route == "responses":
                return fake_responses.responses_body(fields["model"], text)
            body: dict[str, Any] = fake_responses.chat_body(fields["model"], text)
            return body
        return fake_responses.response_body(route, json.loads(json.dumps(fields)))
