"""A chat model with given answers, which records its requests."""

from __future__ import annotations

from semcodec.backends.prompting import ChatRequest, ChatResponse, PromptBackend, Prompts


class FakeChat:
    """Returns its answers one after the other, then the last one again and again.

    Attributes:
        requests: in order.
        discarded: responses that could not be used.
    """

    def __init__(self, *answers: str | ChatResponse | Exception) -> None:
        self.answers, self.requests = list(answers), list[ChatRequest]()
        self.discarded = list[ChatResponse]()

    def complete(self, request: ChatRequest) -> ChatResponse:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return ChatResponse(answer) if isinstance(answer, str) else answer

    def discard(self, answer: ChatResponse) -> None:
        self.discarded.append(answer)


def fake_backend(*answers: str | ChatResponse | Exception) -> tuple[PromptBackend, FakeChat]:
    """Return a backend with the built-in prompts and ``answers``, and its chat model."""
    chat = FakeChat(*answers)
    return PromptBackend(chat, Prompts.read()), chat
