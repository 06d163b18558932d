"""The candidates of a selection: words, names and numbers, each sent whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from semcodec.words.numbers.words import are_one_number, is_number_word
from semcodec.words.selection.channel import WordChannel, same_lemma
from semcodec.words.stopwords import STOPWORDS
from semcodec.words.structure import RELATIONS
from semcodec.words.tokens import Token

SUBJECT_WEIGHT: Final = 1 << 20  #: above any other; the words about the subject follow it


@dataclass(frozen=True, slots=True)
class Candidate:
    """One word, name or number of the description; it is sent whole or not at all.

    Attributes:
        index: position of the token in the description.
        weight: the importance, in eighths of a bit; higher is better.
        words: one word, as in the description or as a decoder restores it; several for a name with
            a negation (``No Smoking``), and in ``nibble`` for a number (``four zero four``) or a
            name with a hyphen.
        others: other ways to spell a number, or synonyms, for when a decoder restores ``words`` as
            others.
        token: the token of the description.
        head: index of the candidate that the word is about, such as that of "dog" for "brown"; -1
            if there is none.
        is_dependent: whether the word means little without that candidate: two, large, red, left.
        is_filler: whether the word means nothing without one that is about it: background.
        is_repeat: whether another candidate is the same word, about another noun.
        about: the noun that the word is about, or that it follows closely, as it is mentioned
            there. Its ``head`` is the index of the first mention of this noun, and ``is_repeat`` is
            whether it is another thing with the same name: the second of "a red car, a blue car".
    """

    index: int
    weight: int
    words: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    token: Token | None = None
    head: int = -1
    is_dependent: bool = False
    is_filler: bool = False
    is_repeat: bool = False
    about: Candidate | None = None

    @property
    def key(self) -> str:
        """The same string for the same words with other capitals."""
        return " ".join(self.words).lower()

    @property
    def is_subject(self) -> bool:
        """Whether it is the main noun of the description."""
        return self.weight == SUBJECT_WEIGHT

    @property
    def is_number(self) -> bool:
        """Whether it is a number, which must be restored exactly."""
        return self.token is not None and self.token.number is not None

    @property
    def is_content(self) -> bool:
        """Whether it is a number, a name, or a word that is not a stop word."""
        if self.is_number or (self.token and (self.token.is_name or self.token.is_noun)):
            return True
        text = self.token.text if self.token else self.words[0]
        is_acronym = text.isupper() and len(text) > 1  # US, IT
        is_sign = not text.isascii()  # a character of Chinese is a word
        return (len(text) > 1 or is_sign) and (is_acronym or self.key not in STOPWORDS)


def sort_by_weight(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates by descending weight, and in reading order among equal weights."""
    return sorted(candidates, key=lambda candidate: (-candidate.weight, candidate.index))


def in_reading_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates in the order of the description."""
    return sorted(candidates, key=lambda candidate: candidate.index)


def has_subject(candidates: Iterable[Candidate]) -> bool:
    """Return whether the main noun of the description is one of ``candidates``."""
    return any(candidate.is_subject for candidate in candidates)


def words_of(candidates: Iterable[Candidate]) -> list[str]:
    """Return the words of candidates, in their order."""
    return [word for candidate in candidates for word in candidate.words]


def keep_recoverable(candidates: Sequence[Candidate], channel: WordChannel) -> list[Candidate]:
    """Return the candidates that a decoder restores, as singular or plural as it restores them."""
    # The loop ends: each round drops a candidate, uses up a spelling, or changes nothing, because
    # the singular and the plural that a decoder may return have the same skeleton.
    selected = list(candidates)
    while (restored := restore(selected, channel)) != selected:
        selected = restored
    return selected


def restore(selected: Sequence[Candidate], channel: WordChannel) -> list[Candidate]:
    """Return the candidates that the decoder restores, as singular or plural as it does.

    A number that it restores as another one, or that would be read as one number with the number
    before it, is spelled in another way, until there is none; a word is replaced by a synonym.
    """
    received = iter(channel.received(words_of(selected)))
    restored: list[Candidate] = []
    before: tuple[str, ...] = ()
    for candidate in selected:
        words = tuple(next(received) for _ in candidate.words)
        is_equal = same_number_word if candidate.is_number else same_lemma
        is_joined = candidate.is_number and are_one_number(before, words)
        before = words
        if all(map(is_equal, candidate.words, words)) and not is_joined:
            restored.append(replace(candidate, words=words))
        elif candidate.others:
            restored.append(respelled(candidate))
    return restored


def same_number_word(sent: str, received: str) -> bool:
    """Return whether a decoder restored a word of a number: only a unit may be a plural.

    ``fifties`` is the plural of ``fifty``, but another number.
    """
    return sent == received or (not is_number_word(sent) and same_lemma(sent, received))


def drop_unsupported(selected: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates without modifiers whose noun is not selected, and empty filler."""
    indices = {candidate.index for candidate in selected}
    return drop_empty_fillers(
        [
            candidate
            for candidate in selected
            if not candidate.is_dependent or candidate.head in indices
        ]
    )


def drop_empty_fillers(selected: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates without filler about which no other one is."""
    heads = {candidate.head for candidate in selected if candidate.key not in RELATIONS}
    return [other for other in selected if not other.is_filler or other.index in heads]


def respelled(candidate: Candidate) -> Candidate:
    """Return a number in its next spelling; it must have one."""
    first, *others = candidate.others
    return replace(candidate, words=first, others=tuple(others))
