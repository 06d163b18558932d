"""Models that are asked in words: prompts, the data in them, and how answers are checked."""

from __future__ import annotations

from semcodec.backends.prompting.backend import PromptBackend
from semcodec.backends.prompting.chat import ChatModel, ChatRequest, ChatResponse
from semcodec.backends.prompting.prompts import Prompts

__all__ = ["Prompts", "ChatModel", "ChatRequest", "ChatResponse", "PromptBackend"]
