"""What a model must do to be asked in words: take a question, give an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One thing to ask.

    Attributes:
        stage: what it is for, such as ``"select"``.
        rules: who the model is, and what always holds.
        task: what to do now.
        image: to look at.
        shape: JSON schema of the answer, for models that keep to one; None for plain text.
        likely: an answer of the kind that is hoped for, to estimate and to rehearse with.
        earlier: an answer to the same question that could not be used, and what was said of it.
    """

    stage: str
    rules: str
    task: str
    image: Image | None = None
    shape: Mapping[str, Any] | None = None
    likely: str = ""
    earlier: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ChatResponse:
    """One answer.

    Attributes:
        text: of the answer.
        cut_off: whether it ends because it got too long.
        source: where the chat found it, for ``discard``; no other code reads it.
    """

    text: str
    cut_off: bool = False
    source: object = None


class ChatModel(Protocol):
    """Asks a model."""

    def ask(self, question: ChatRequest) -> ChatResponse:
        """Return its answer.

        Raises:
            Refused: the model declined.
            BackendError: it failed.
        """
        ...

    def discard(self, answer: ChatResponse) -> None:
        """Remove ``answer``, which cannot be used, from a cache if there is one."""
        ...
