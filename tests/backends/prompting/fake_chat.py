"""A chat model that returns prepared responses and records its requests."""

from __future__ import annotations

from semcodec.backends.prompting import ChatRequest, ChatResponse, PromptBackend, Prompts


class FakeChat:
    """Returns its responses in order, then the last one again and again.

    Attributes:
        requests: the received requests, in order.
        discarded: responses that could not be used.
    """

    def __init__(self, *responses: str | ChatResponse | Exception) -> None:
        self.responses, self.requests = list(responses), list[ChatRequest]()
        self.discarded = list[ChatResponse]()

    def complete(self, request: ChatRequest) -> ChatResponse:
        self.requests.append(request)
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(response, Exception):
            raise response
        return ChatResponse(response) if isinstance(response, str) else response

    def discard(self, response: ChatResponse) -> None:
        self.discarded.append(response)


def fake_backend(*responses: str | ChatResponse | Exception) -> tuple[PromptBackend, FakeChat]:
    """Return a backend with the built-in prompts, and its chat model with ``responses``."""
    chat = FakeChat(*responses)
    return PromptBackend(chat, Prompts.read()), chat
