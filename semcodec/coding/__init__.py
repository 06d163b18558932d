"""Text to payload and back: entropy coding of words, with integers only (spec §6)."""
