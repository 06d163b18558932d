"""Advice for a model whose answer consists of thoughts: the settings that help with this server.

Servers turn thoughts off by different fields. OpenAI's models cannot turn them all off, but take a
lower effort. Ollama and LM Studio turn them off with the effort ``none``, and ignore the arguments
of the chat template; vLLM, SGLang and llama.cpp have it the other way round.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from semcodec.backends.openai.settings import Settings

LOW_EFFORTS: Final = ("none", "minimal", "low")
PRESETS_WITH_EFFORT: Final = ("ollama", "lmstudio")
EFFORT_PORTS: Final = (11434, 1234)  #: the default ports of Ollama and LM Studio
TEMPLATE: Final = "text_extra = { chat_template_kwargs = { enable_thinking = false } }"
#: Names of the limit of an answer in ``text_extra``, for servers with another name for it.
LIMIT_NAMES: Final = ("max_completion_tokens", "max_tokens", "max_output_tokens")


def advise(settings: Settings, is_truncated: bool) -> str:
    """Return what to do about thoughts without an answer.

    Args:
        settings: the settings for the server.
        is_truncated: whether the thoughts reached the limit of the answer.
    """
    less = _think_less(settings)
    if is_truncated:
        return f"raise {_limit(settings)} in the config file" + (f", or {less}" if less else "")
    return less or "use another model, or start the server without its reasoning parser"


def _limit(settings: Settings) -> str:
    """Return the name and the value of the limit of an answer."""
    for name in LIMIT_NAMES:
        if isinstance(settings.text_extra.get(name), int):
            return f"{name} of text_extra (now {settings.text_extra[name]})"
    return f"most_output (now {settings.most_output})"


def _think_less(settings: Settings) -> str:
    """Return the setting for fewer thoughts, or none; empty if it is in use."""
    if settings.is_openai:
        return "" if settings.effort in LOW_EFFORTS else "use --effort low"
    arguments = settings.text_extra.get("chat_template_kwargs")
    is_off = isinstance(arguments, dict) and arguments.get("enable_thinking") is False
    if settings.effort == "none" or is_off:
        return ""
    port = urlsplit(settings.base_url).port
    if settings.preset in PRESETS_WITH_EFFORT or (not settings.preset and port in EFFORT_PORTS):
        return "turn thoughts off with --effort none"
    by_template = f"turn thoughts off with {TEMPLATE} in the config file"
    if settings.preset:
        return by_template
    return f"{by_template} (vLLM, llama.cpp) or with --effort none (Ollama, LM Studio)"
