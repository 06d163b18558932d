"""Notices of ``pack`` and ``skeleton`` about words that take many bytes, or that are lost.

The tables of ``lexicon`` and ``bag`` have English words; others are spelled letter by letter, and
what these codings cannot spell makes the whole text ``utf8``.
"""

from __future__ import annotations

from typing import Final

from semcodec._wording import character_name, find_invisible, plural
from semcodec.bitstream import Record
from semcodec.coding import codings, escapes, lexicon
from semcodec.words.language import detect
from semcodec.words.language.english_cost import english_bytes
from semcodec.words.language.scores import count_words, find_words
from semcodec.words.tokenizer import tokenize
from semcodec.words.tokens import find_tokens

MIN_SPELLED_WORDS: Final = 3  #: fewer are a name, which costs what it must
MIN_SPELLED_PERCENT: Final = 33  #: percentage of such words of the words of a text
MIN_SAVING: Final = 2  #: times the bytes of a form of the text that the notice suggests
MAX_SHOWN: Final = 8  #: characters that a notice lists
_LEXICON_CHARACTERS: Final = frozenset(escapes.ALPHABET + " ")


def find_notice(text: str, record: Record, *, is_auto: bool) -> str:
    """Return a sentence about the cost of the words of a record; "" if it is that of English ones.

    Args:
        text: the text that was packed.
        record: its record.
        is_auto: whether the coding was chosen by the library.
    """
    if record.coding in codings.MAX_WORDS:
        return _about_spelled_words(record)
    return _about_utf8(text, record) if record.coding == "utf8" and is_auto else ""


def find_lost_words(text: str) -> str:
    """Return a sentence about the words of ``text`` that have no skeleton; "" if all have one."""
    lost = [token.text for token in find_tokens(text) if not token.plain]
    if not lost:
        return ""
    shown = " ".join(map(repr, lost[:MAX_SHOWN]))
    return f"Skeletons have only the letters a to z, so they lack {shown}; give these in English."


def _about_spelled_words(record: Record) -> str:
    words = record.words
    spelled = set(lexicon.escaped_words(words))
    language = detect(record.text)
    if language.is_english:  # then a word with capitals or digits is a name or a number
        spelled = {word for word in spelled if word.isalpha() and word.islower()}
    count = sum(word in spelled for word in words)
    minimum = MIN_SPELLED_WORDS if language.is_english else 1
    if count < minimum or 100 * count < MIN_SPELLED_PERCENT * len(words):
        return ""
    known = [word for word in words if word not in spelled]
    size = record.payload_bits // 8
    spelled_bytes = size - -(-codings.payload_bits(record.coding, known) // 8)
    subject = "" if language.is_english else f"The text is {language.predicate}: "
    kind = "common" if language.is_english else "English"
    return (
        f"{subject}{count} of these {plural(len(words), 'word')} are not in the tables, and "
        f"spelled by letters they take {spelled_bytes} of its {plural(size, 'byte')}; as many "
        f"{kind} words take about {english_bytes(len(words))}."
    )


def _about_utf8(text: str, record: Record) -> str:
    size, language = record.payload_bits // 8, detect(text)
    if not language.is_english:
        count = count_words(find_words(text))
        return (
            f"The text is {language.predicate} and coded as utf8, {plural(count, 'word')} in "
            f"{plural(size, 'byte')}; as many English words take about {english_bytes(count)}."
        )
    others = "".join(dict.fromkeys(char for char in text if char not in _LEXICON_CHARACTERS))
    words = tokenize(text)
    shorter = codings.payload_bytes("lexicon", words)
    if not (words and others) or MIN_SAVING * shorter > size:
        return ""
    shown = " ".join(map(_show, others[:MAX_SHOWN]))
    return (
        f"The coding lexicon lacks {shown}, so the text is coded as utf8, in "
        f"{plural(size, 'byte')}; without such characters it takes {shorter}."
    )


def _show(char: str) -> str:
    """Return a character in quotes, or the name of one that is not visible."""
    return repr(char) if find_invisible(char) is None else character_name(char)
