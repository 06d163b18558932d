"""A model that says what a test wants it to say, and remembers what it was asked."""

from __future__ import annotations

from semcodec.backends.prompting import ChatRequest, ChatResponse, PromptBackend, Prompts


class FakeChat:
    """Gives its answers one after the other, the last one again and again.

    Attributes:
        asked: the questions, in order.
        discarded: the answers that could not be used.
    """

    def __init__(self, *answers: str | ChatResponse | Exception) -> None:
        self.answers, self.requests = list(answers), list[ChatRequest]()
        self.discarded = list[ChatResponse]()

    def complete(self, question: ChatRequest) -> ChatResponse:
        self.requests.append(question)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return ChatResponse(answer) if isinstance(answer, str) else answer

    def discard(self, answer: ChatResponse) -> None:
        self.discarded.append(answer)


def fake_backend(*answers: str | ChatResponse | Exception) -> tuple[PromptBackend, FakeChat]:
    """Return a model that gives ``answers`` to our prompts, and what it is asked."""
    chat = FakeChat(*answers)
    return PromptBackend(chat, Prompts.read()), chat
