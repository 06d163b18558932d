"""From a text to its payload, in each of the four codings, and what keeps a text from one (§6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from semcodec._registry import CODINGS
from semcodec.coding import bag, escapes, lexicon, nibble

UNENCODABLE_BYTES: Final = 1 << 24  #: bytes; no record is so long
MAX_WORDS: Final = {"lexicon": lexicon.MAX_WORDS, "bag": bag.MAX_WORDS}  #: how many at most


def encode(coding: str, text: str) -> bytes:
    """Return the payload of ``text``, in which ``why_unencodable`` finds none."""
    if coding == "nibble":
        return nibble.encode(text)
    if coding == "utf8":
        return text.encode("utf-8")
    words = text.split()
    return bag.encode(words) if coding == "bag" else lexicon.encode(words)


def payload_bytes(coding: str, words: Sequence[str]) -> int:
    """Return the bytes of a payload of ``words``; more than any payload has if there is none."""
    text = " ".join(words)
    return UNENCODABLE_BYTES if why_unencodable(coding, text) else len(encode(coding, text))


def payload_bits(coding: str, words: Sequence[str]) -> int:
    """Return what ``words`` cost before the payload is filled up to whole bytes."""
    if coding not in MAX_WORDS:
        return 8 * payload_bytes(coding, words)
    return bag.payload_bits(words) if coding == "bag" else lexicon.payload_bits(words)


def canonical_text(coding: str, text: str) -> str:
    """Return the text as a reader of its payload gives it: a bag has an order of its own."""
    return " ".join(bag.canonical_order(text.split())) if coding == "bag" else text


def why_unencodable(coding: str, text: str) -> str | None:
    """Return why ``coding`` cannot carry ``text``, in a sentence, or None if it can."""
    if coding not in CODINGS:  # of a record that was made by hand
        return f"No such coding: give one of {', '.join(CODINGS)}."
    if coding == "nibble":
        return _nibble_fault(text)
    return _words_fault(coding, text) if coding in MAX_WORDS else None


def _nibble_fault(text: str) -> str | None:
    if strangers := nibble.invalid_characters(text):
        shown = " ".join(map(ascii, strangers[:8]))
        return f"The nibble coding has no symbol for {shown}: pass the text through skeleton first."
    if not nibble.is_canonical_spacing(text):
        return "A nibble text has no leading, trailing or double space: take them out."
    return None


def _words_fault(coding: str, text: str) -> str | None:
    words = text.split(" ") if text else []
    if "" in words:
        return f"A {coding} text has no leading, trailing or double space: take them out."
    if strange := next((word for word in words if not escapes.is_encodable(word)), None):
        return (
            f"The {coding} coding has no word {strange[:80]!r}: its words are 1 to "
            f"{escapes.MAX_WORD_LETTERS} English letters, digits, hyphens and apostrophes; take utf8."
        )
    if len(words) > MAX_WORDS[coding]:
        return (
            f"The {coding} coding has at most {MAX_WORDS[coding]} words: give fewer, or take utf8."
        )
    if coding == "bag" and len(set(words)) < len(words):
        return "A bag has each word once: drop the others, or take lexicon."
    by_letters = bag.escaped_words(words) if coding == "bag" else lexicon.escaped_words(words)
    if not escapes.within_letter_limit(by_letters):
        return f"Over {escapes.MAX_ESCAPED_LETTERS} characters are in no table: take utf8."
    return None
