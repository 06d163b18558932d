"""Tell the words that a description states are there from those that it states are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from semcodec.words.negation import is_privative
from semcodec.words.skeletons import singulars
from semcodec.words.stopwords import STOPWORDS
from semcodec.words.tokenizer import MAX_TEXT
from semcodec.words.tokens import Token, find_tokens


class Presence:
    """The words of a description, by whether they are negated.

    A word that is negated at one place and not at another is there: "no people on the left, two
    people on the right".

    Attributes:
        words: the words that are not negated, in order, each of the letters a to z.
        has_negations: whether any word is negated.
    """

    def __init__(self, description: str) -> None:
        """Read a description of at most ``tokenizer.MAX_TEXT`` characters."""
        tokens = find_tokens(description)
        self.words: list[str] = _plain_words(token for token in tokens if _is_there(token))
        self.has_negations: bool = any(token.is_negated for token in tokens)
        self._there = _forms(self.words)
        self._negated = _forms(_plain_words(token for token in tokens if not _is_there(token)))

    def is_negated(self, word: str) -> bool:
        """Return whether ``word``, in the singular or plural, only occurs negated."""
        forms = _forms([word.lower()])
        return not forms.isdisjoint(self._negated) and forms.isdisjoint(self._there)

    def is_there(self, word: str) -> bool:
        """Return whether ``word``, in the singular or plural, occurs without a negation."""
        return not _forms([word.lower()]).isdisjoint(self._there)

    def drop_negated(self, words: Sequence[str]) -> list[str]:
        """Return ``words`` without those that only occur negated."""
        return [word for word in words if not self.is_negated(word)]


def states_only_absence(description: str) -> bool:
    """Return whether a description states what is not in the picture, and nothing that is."""
    presence = Presence(description[:MAX_TEXT])
    return presence.has_negations and STOPWORDS.issuperset(presence.words)


def _is_there(token: Token) -> bool:
    """Return whether the words of a token are there: not the car of ``car-free``."""
    return not token.is_negated and not is_privative(token.text)


def _plain_words(tokens: Iterable[Token]) -> list[str]:
    return [word for token in tokens for word in token.plain]


def _forms(words: Iterable[str]) -> set[str]:
    """Return ``words`` and the words of which they may be the plural."""
    return {form for word in words for form in (word, *singulars(word))}
