"""The words of a text in another language that are worth sending: those that are not grammar.

Each of these words is spelled letter by letter, so articles and prepositions would take bytes from
nouns. What a word such as *without* negates is left out, as in English. A script without spaces
between words has none that can be found without a dictionary: such a text is cut at particles,
which leaves phrases of a few letters (see ``unspaced``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from semcodec.words.language import detect, tables_of
from semcodec.words.language.scores import ENGLISH
from semcodec.words.language.unspaced import cut_run
from semcodec.words.scripts import is_unspaced
from semcodec.words.tokens import Token, find_tokens

MAX_NEGATION: Final = 3  #: words of the longest sequence that negates: "non ci sono"


def find_foreign_tokens(text: str) -> list[Token]:
    """Return the tokens of ``text``, in another language than English only those worth sending.

    An English text has the tokens of ``find_tokens``.

    >>> [token.text for token in find_foreign_tokens("Un chien dort devant l'église.")]
    ['chien', 'dort', 'église']
    """
    tokens, language = find_tokens(text), detect(text).language
    if language == ENGLISH:
        return tokens
    grammar, negation = _grammar(language)
    # What English negates is not negated in another language: Portuguese "no" is "in the".
    words = [replace(part, is_negated=False) for token in tokens for part in _cut(token, grammar)]
    content = [
        token
        for token in _drop_negated(words, grammar, negation)
        if token.text.lower() not in grammar
    ]
    return content or words


def why_no_words(text: str, coding: str) -> str | None:
    """Return a message that names the language if ``coding`` lacks its letters, else None."""
    detected = detect(text)
    if detected.is_english:
        return None
    return (
        f"The text is {detected.predicate}, and {coding} has only the letters a to z: give it in "
        "English, or use coding utf8."
    )


def _grammar(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of a language that are not worth sending, and those that negate."""
    words, negation = frozenset[str](), frozenset[str]()
    for table in tables_of(language):
        words |= table.function | table.caption
        negation |= table.negation
    return words, negation


def _cut(token: Token, grammar: frozenset[str]) -> Iterator[Token]:
    """Yield the words of a token: without an elided article, and of a script without spaces."""
    if token.number is None and is_unspaced(token.text):
        for run in cut_run(token.text):
            yield replace(token, text=run)
        return
    prefix, apostrophe, rest = token.text.partition("'")
    if apostrophe and rest and prefix.lower() in grammar:
        for part in (*find_tokens(prefix), *find_tokens(rest)):
            yield replace(part, start=token.start, end=token.end)
    else:
        yield token


def _drop_negated(
    words: Sequence[Token], grammar: frozenset[str], negation: frozenset[str]
) -> Iterator[Token]:
    """Yield ``words`` without those that negate, and without the next one that is not grammar."""
    is_negated, index = False, 0
    while index < len(words):
        if length := _negation_length(words[index : index + MAX_NEGATION], negation):
            is_negated, index = True, index + length
            continue
        word = words[index]
        if not is_negated or word.text.lower() in grammar:
            yield word
        else:
            is_negated = False
        index += 1


def _negation_length(words: Sequence[Token], negation: frozenset[str]) -> int:
    """Return how many of ``words`` are a sequence that negates; 0 if none are."""
    texts = [word.text.lower() for word in words]
    lengths = range(len(texts), 0, -1)
    return next((length for length in lengths if " ".join(texts[:length]) in negation), 0)
