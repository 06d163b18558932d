"""Models of servers with OpenAI's API: OpenAI, llama.cpp, vLLM, Ollama, LM Studio and others."""

from __future__ import annotations

from semcodec.backends.openai.backend import OpenAIBackend
from semcodec.backends.openai.dry_run import DryRunClient
from semcodec.backends.openai.settings import Settings

__all__ = ["OpenAIBackend", "Settings", "DryRunClient"]
