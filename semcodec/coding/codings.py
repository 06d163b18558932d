"""The four codings by name: payloads, their cost, and why a text cannot be encoded (spec §6).

Decoding is not here: ``bitstream.record_codec`` calls the module of each coding, because they break
different rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from semcodec._registry import CODINGS
from semcodec._wording import character_name, find_invisible
from semcodec.choices import Coding
from semcodec.coding import bag, escapes, lexicon, nibble, set_tree
from semcodec.coding.tables import load_tables

UNENCODABLE_BYTES: Final = 1 << 24  #: a length above that of any record
MAX_SHOWN_CHARACTERS: Final = 8  #: characters without a symbol that a message lists
MAX_WORDS: Final = {
    "lexicon": lexicon.MAX_WORDS,
    "bag": set_tree.MAX_WORDS,
}  #: the codings of words


def encode(coding: Coding, text: str) -> bytes:
    """Return the payload of ``text``, for which ``why_unencodable`` must return None."""
    if coding == "nibble":
        return nibble.encode(text)
    if coding == "utf8":
        return text.encode("utf-8")
    words = text.split()
    return bag.encode(words) if coding == "bag" else lexicon.encode(words)


def payload_bytes(coding: Coding, words: Sequence[str]) -> int:
    """Return the length of the payload of ``words``; UNENCODABLE_BYTES if they have none."""
    text = " ".join(words)
    return UNENCODABLE_BYTES if why_unencodable(coding, text) else len(encode(coding, text))


def payload_bits(coding: Coding, words: Sequence[str]) -> int:
    """Return the cost of ``words`` in bits; not in whole bytes if the coding is range coded."""
    if coding not in MAX_WORDS:
        return 8 * payload_bytes(coding, words)
    return bag.payload_bits(words) if coding == "bag" else lexicon.payload_bits(words)


def canonical_text(coding: Coding, text: str) -> str:
    """Return ``text`` as a decoder returns it: ``bag`` puts the words in canonical order."""
    return " ".join(bag.canonical_order(text.split())) if coding == "bag" else text


def choose_coding(text: str, *, words_are_whole: bool, keep_order: bool = True) -> Coding:
    """Return the coding that ``"auto"`` stands for; it can encode every text.

    It depends on what the text is, not on lengths: ``nibble`` for skeletons; else ``bag`` if the
    order may be lost and it can encode the words; else ``lexicon`` if it can; else ``utf8``.

    Args:
        text: any text.
        words_are_whole: True if the caller knows that no word is a skeleton. The result is then
            never ``nibble``, for which a decoder could restore ``tv`` as another word.
        keep_order: whether the decoder must return the words in their order.
    """
    if not words_are_whole and _is_skeletons(text):
        return "nibble"
    if not keep_order and not why_unencodable("bag", text):
        return "bag"
    return "utf8" if why_unencodable("lexicon", text) else "lexicon"


def _is_skeletons(text: str) -> bool:
    return not _why_not_nibble(text) and has_unlisted_word(text)


def has_unlisted_word(text: str) -> bool:
    """Return whether a word is outside the vocabulary; ``text`` must be encodable as ``nibble``.

    Such a word is a skeleton: words that one would write have vowels, except for the few that are
    listed. The first word alone nearly always decides, and takes a third of the time.
    """
    listed = _listed_without_vowels()
    return text.partition(" ")[0] not in listed or not listed.issuperset(text.split(" "))


@cache
def _listed_without_vowels() -> frozenset[str]:
    """Return the words of the vocabulary that are only symbols of ``nibble``, such as ``tv``.

    The empty string is in it too, because an empty text has no word that is unlisted.
    """
    symbols = frozenset(nibble.SYMBOLS)
    return frozenset(word for word in load_tables().words if symbols.issuperset(word)) | {""}


def why_unencodable(coding: Coding, text: str) -> str | None:
    """Return a message that states why ``coding`` cannot encode ``text``, or None if it can."""
    if coding not in CODINGS:  # possible in a Record that a caller created
        return f"Unknown coding; use one of {', '.join(CODINGS)}."
    if coding == "nibble":
        return _why_not_nibble(text)
    return _why_not_words(coding, text) if coding in MAX_WORDS else None


def _why_invisible(text: str, coding: str) -> str | None:
    """Return a message if ``text`` has a character that is not visible: a message must name it."""
    char = find_invisible(text)
    if char is None:
        return None
    remedy = "use an ordinary space" if char.isspace() else "remove it"
    return (
        f"The text contains {character_name(char)}, which is not visible and has no code in "
        f"{coding}; {remedy}, or use coding='utf8'."
    )


def _why_not_nibble(text: str) -> str | None:
    if invalid := nibble.invalid_characters(text):
        if message := _why_invisible("".join(invalid), "nibble"):
            return message
        shown = " ".join(map(repr, invalid[:MAX_SHOWN_CHARACTERS]))
        return (
            f"The nibble coding has no symbol for {shown}; use coding='lexicon' for whole words, "
            "or pass them through skeleton."
        )
    if not nibble.is_canonical_spacing(text):
        return "A nibble text has a leading, trailing or double space; remove it."
    return None


def _fault_of(word: str) -> str:
    """Return a clause that names a character outside ASCII, which can look like one, or a length.

    It is "" for other characters, which are visible in the word.
    """
    if char := next((char for char in word if not char.isascii()), None):
        return f", it contains {character_name(char)}"
    is_long = len(word) > escapes.MAX_WORD_LETTERS
    return f", it has {len(word)} characters" if is_long else ""


def _why_not_words(coding: Coding, text: str) -> str | None:
    words = text.split(" ") if text else []
    if "" in words:
        return f"A {coding} text has a leading, trailing or double space; remove it."
    if invalid := next((word for word in words if not escapes.is_encodable(word)), None):
        return _why_invisible(invalid, coding) or (
            f"Word {invalid[:80]!r} cannot be coded{_fault_of(invalid)}: words of "
            f"{coding} are 1 to {escapes.MAX_WORD_LETTERS} English letters, digits, hyphens and "
            "apostrophes; use coding='utf8'."
        )
    if len(words) > MAX_WORDS[coding]:
        return (
            f"The {coding} coding has at most {MAX_WORDS[coding]} words, not {len(words)}; "
            "use fewer words or coding='utf8'."
        )
    if coding == "bag" and len(set(words)) < len(words):
        return "A bag has each word only once; remove duplicates or use coding='lexicon'."
    escaped = bag.escaped_words(words) if coding == "bag" else lexicon.escaped_words(words)
    if not escapes.within_letter_limit(escaped):
        return (
            f"The words outside the vocabulary have at most {escapes.MAX_ESCAPED_LETTERS} letters "
            f"together, not {sum(map(len, escaped))}; use fewer of them or coding='utf8'."
        )
    return None
