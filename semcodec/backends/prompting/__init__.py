"""Text models as backends: prompts, quoting of data, parsing and validation of answers."""

from __future__ import annotations

from semcodec.backends.prompting.backend import PromptBackend
from semcodec.backends.prompting.chat import ChatModel, ChatRequest, ChatResponse
from semcodec.backends.prompting.prompts import Prompts

__all__ = ["Prompts", "ChatModel", "ChatRequest", "ChatResponse", "PromptBackend"]
