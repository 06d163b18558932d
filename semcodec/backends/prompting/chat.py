"""The interface of a text model that ``PromptBackend`` uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A request for one answer.

    Attributes:
        stage: its purpose, such as ``"select"``.
        rules: the system prompt: the role of the model, and what always holds.
        task: the user prompt: what to do now.
        image: to look at; None for a text alone.
        schema: JSON schema of the answer, for models that support one; None for plain text.
        expected_answer: a typical answer, for cost estimates and dry runs.
        rejected: an earlier answer to this request that could not be used, and the message that
            asks for another one; None the first time.
    """

    stage: str
    rules: str
    task: str
    image: Image | None = None
    schema: Mapping[str, Any] | None = None
    expected_answer: str = ""
    rejected: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ChatResponse:
    """One answer.

    Attributes:
        text: of the answer.
        is_truncated: whether the text ends at the limit of output tokens.
        source: where the chat model has it from, for its own ``discard`` only.
    """

    text: str
    is_truncated: bool = False
    source: object = None


class ChatModel(Protocol):
    """A text model, possibly with vision."""

    def complete(self, chat: ChatRequest) -> ChatResponse:
        """Return the answer.

        Raises:
            RefusalError: the model declined.
            BackendError: the model failed.
        """
        ...

    def discard(self, response: ChatResponse) -> None:
        """Remove ``response``, which cannot be used, from the cache if there is one."""
        ...
