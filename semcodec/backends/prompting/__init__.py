"""Models that are asked in words: prompts, the data in them, and how answers are checked."""

from __future__ import annotations

from semcodec.backends.prompting.chat import Answer, Chat, Question
from semcodec.backends.prompting.model import PromptedModel
from semcodec.backends.prompting.prompts import Prompts

__all__ = ["Prompts", "Chat", "Question", "Answer", "PromptedModel"]
