"""Clean a text before words are cut."""


def clean_text(text: str) -> str:
    """Return ``text`` unchanged."""
    return text
