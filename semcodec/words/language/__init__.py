"""Find the language of a text, and which of its words are worth sending if it is not English."""

from __future__ import annotations

from semcodec.words.language.detector import (
    Detected,
    detect,
    guess_language,
    has_words,
    tables_of,
)

__all__ = ["Detected", "detect", "guess_language", "has_words", "tables_of"]
