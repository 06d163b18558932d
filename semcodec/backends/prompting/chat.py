"""The interface between ``PromptBackend`` and a text model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A request to a text model.

    Attributes:
        stage: its purpose, such as ``"select"``.
        rules: the system prompt: the role of the model and its general instructions.
        task: the user prompt: the task and its data.
        image: the image to look at; None for a request without one.
        schema: JSON schema of the answer, for models that support one; None for plain text.
        expected_answer: a typical answer, for cost estimates and dry runs.
        rejected: the unusable first answer, and the message that requests another one; None for the
            first attempt.
        schema_task: what is added to ``task`` where the schema is sent.
    """

    stage: str
    rules: str
    task: str
    image: Image | None = None
    schema: Mapping[str, Any] | None = None
    expected_answer: str = ""
    rejected: tuple[str, str] | None = None
    schema_task: str = ""


@dataclass(frozen=True, slots=True)
class ChatResponse:
    """The response of a text model.

    Attributes:
        text: the answer.
        is_truncated: whether the text was cut off at the limit of output tokens.
        source: an object for the chat model's own use, in ``discard``.
    """

    text: str
    is_truncated: bool = False
    source: object = None


class ChatModel(Protocol):
    """A text model, possibly with vision."""

    def complete(self, chat: ChatRequest) -> ChatResponse:
        """Return the response to ``chat``.

        Raises:
            RefusalError: the model declined.
            BackendError: the model failed.
        """
        ...

    def discard(self, response: ChatResponse) -> None:
        """Remove ``response``, which cannot be used, from the cache, if there is one."""
        ...


def object_schema(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of an object with all ``properties``, in this order, and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
