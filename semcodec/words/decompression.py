"""Back to words."""

from __future__ import annotations


def decompress(text: str | list[str]) -> list[str]:
    return text.split() if isinstance(text, str) else list(text)
