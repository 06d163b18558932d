"""The words of a description, as ``lexicon`` carries them: ``T-shirt``, ``Paris``, ``747``.

``semcodec.words.tokens`` does this for encoders. It uses the frozen tables, so tables that were
trained on its words would depend on those before them. This module repeats its main rules with a
general list of words instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from semcodec.coding import escapes
from semcodec.words.cleaning import clean_text
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.tokenizer import Span, find_spans, fold_accents, plain_words

MIN_HEADING_WORDS = 4  #: content words of a heading in title case
MIN_CAPITALIZED_PERCENT = 80  #: of the content words of a heading
MIN_COMMON_LETTERS = 4  #: of a word in capitals that is not an acronym
AMBIGUOUS = frozenset(("us", "it", "am"))  #: function words that are acronyms in capitals
POSSESSIVE = re.compile(r"'(?:s|S|re|ve|ll|d|m)?$")
NEGATION = re.compile(r"[a-z]*n't$", re.I)


class Description(NamedTuple):
    """The words of one description in two forms.

    Attributes:
        sent: with the capitals, digits, hyphens and apostrophes that encoders send.
        plain: of the letters a to z only.
    """

    sent: list[str]
    plain: list[str]


def read_description(line: str, known: Collection[str]) -> Description:
    """Return the words of ``line``; ``known`` words are written in small letters in a heading."""
    spans = list(find_spans(clean_text(line)))
    folded = _fold_case(spans, known)
    sent: list[str] = []
    plain: list[str] = []
    for span, word in zip(spans, folded, strict=True):
        if span.number is not None:
            sent.append(span.number.word)
            plain += span.number.spoken
            continue
        plain += plain_words(span.text)
        sent += filter(escapes.is_encodable, map(fold_accents, _cut(word)))
    return Description([word for word in sent if word], plain)


def _fold_case(spans: Sequence[Span], known: Collection[str]) -> list[str]:
    """Return the words with the capitals that are part of them."""
    content = [span for span in spans if span.text.lower() not in FUNCTION_WORDS]
    totals = Counter(span.sentence for span in content)
    capitalized = Counter(span.sentence for span in content if span.text[:1].isupper())
    headings = {
        sentence
        for sentence, total in totals.items()
        if total >= MIN_HEADING_WORDS
        and 100 * capitalized[sentence] >= MIN_CAPITALIZED_PERCENT * total
    }
    names = {
        span.text
        for span in spans
        if not span.starts_sentence and span.sentence not in headings and span.text[:1].isupper()
    }
    return [_fold(span, headings, names, known) for span in spans]


def _fold(span: Span, headings: set[int], names: set[str], known: Collection[str]) -> str:
    text, lower = span.text, span.text.lower()
    if text == lower:
        return text
    is_known = lower in FUNCTION_WORDS or all(part in known for part in re.split("['-]", lower))
    if text.isupper() and len(text) > 1:
        is_common = len(text) >= MIN_COMMON_LETTERS or lower in FUNCTION_WORDS - AMBIGUOUS
        return lower if is_common and is_known else text
    if any(map(str.isupper, text[1:])):  # iPhone, Coca-Cola
        return text
    if span.sentence in headings:
        return lower if is_known else text
    return lower if span.starts_sentence and is_known and text not in names else text


def _cut(word: str) -> list[str]:
    """Return the words to send for one word with its hyphens and apostrophes."""
    if NEGATION.fullmatch(word):
        return ["not"]
    stem = POSSESSIVE.sub("", word)
    if stem.startswith("'") or "-" not in stem:
        return [stem.strip("'")]
    parts = [part.strip("'") for part in stem.split("-") if part.strip("'")]
    return ["-".join(parts)] if parts and _is_name(parts) else parts


def _is_name(parts: Sequence[str]) -> bool:
    """Return whether the parts with hyphens are the name of one thing: T-shirt, Coca-Cola."""
    if len(parts[0]) == 1 or len(parts[-1]) == 1:
        return True
    if any(char.isdigit() for part in parts for char in part):
        return True
    return parts[0][0].isupper() and parts[-1][0].isupper()
