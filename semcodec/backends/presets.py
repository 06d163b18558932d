"""Servers that run on the user's machine, by name: where they listen, and what differs in them.

A preset is a name for a server with OpenAI's API, for ``--backend ollama`` and the like. It sets
the URL of the server's default port and the names of its fields; everything else is the code of the
backend ``openai``. Which settings override a preset is described in ``backends.openai.settings``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Preset:
    """A server with OpenAI's API.

    Attributes:
        title: its name in sentences.
        base_url: where it listens by default.
        start: the command that starts it.
        settings: settings of the backend ``openai`` that differ from their defaults.
        missing_roles: the roles that it cannot fill, so that the default backend fills them.
    """

    title: str
    base_url: str
    start: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    missing_roles: tuple[str, ...] = ()


#: All versions read the older name of the limit; some drop the newer one silently.
OLDER_LIMIT: Final = {"text_names": {"max_completion_tokens": "max_tokens"}}
NO_IMAGES: Final = ("painter", "editor")
PRESETS: Final = {
    "ollama": Preset("Ollama", "http://127.0.0.1:11434/v1", "ollama serve", OLDER_LIMIT),
    "llama.cpp": Preset(
        "llama.cpp",
        "http://127.0.0.1:8080/v1",
        "llama-server -hf MODEL -c 16384",
        OLDER_LIMIT,
        NO_IMAGES,
    ),
    "vllm": Preset("vLLM", "http://127.0.0.1:8000/v1", "vllm serve MODEL"),
    "lmstudio": Preset(
        "LM Studio", "http://127.0.0.1:1234/v1", "lms server start", OLDER_LIMIT, NO_IMAGES
    ),
}
