"""The candidates of a selection: the content words of a description, with their importance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from semcodec.errors import InputError
from semcodec.words.foreign_words import find_foreign_tokens
from semcodec.words.number_words import is_number_word
from semcodec.words.selection.channel import WordChannel, same_lemma
from semcodec.words.selection.request import SelectionRequest
from semcodec.words.skeletons import singulars
from semcodec.words.stopwords import FUNCTION_WORDS, STOPWORDS
from semcodec.words.tokens import Token, find_tokens
from semcodec.words.vocabulary import UNKNOWN_SALIENCE, vocabulary

# In eighths of a bit, like the costs in the tables.
POSITION_PENALTY: Final = 3  #: for each preceding candidate
REPEAT_BONUS: Final = 8  #: for each repetition
MAX_REPEATS: Final = 3  #: repetitions that count

#: Words that may be needed once for each noun.
COLORS: Final = frozenset(
    "black white gray grey red orange yellow green blue purple pink brown beige gold silver".split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One word, name or number of the description; it is sent whole or not at all.

    Attributes:
        index: position among the candidates, in reading order.
        weight: the importance, in eighths of a bit; higher is better.
        words: one word, as in the description or as a decoder restores it; in ``nibble`` several
            for a number (``four zero four``) or a name with a hyphen.
        others: other ways to spell a number, for when a decoder restores ``words`` as others.
        token: the token of the description.
    """

    index: int
    weight: int
    words: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    token: Token | None = None

    @property
    def key(self) -> str:
        """The same string for the same words with other capitals."""
        return " ".join(self.words).lower()

    @property
    def is_number(self) -> bool:
        """Whether it is a number, which must be restored exactly."""
        return self.token is not None and self.token.number is not None

    @property
    def is_content(self) -> bool:
        """Whether it is a number, a name, or a word that is not a stop word."""
        if self.is_number or (self.token is not None and self.token.is_name):
            return True
        text = self.token.text if self.token else self.words[0]
        is_acronym = text.isupper() and len(text) > 1  # US, IT
        is_sign = not text.isascii()  # a character of Chinese is a word
        return (len(text) > 1 or is_sign) and (is_acronym or self.key not in STOPWORDS)


def find_candidates(request: SelectionRequest) -> list[Candidate]:
    """Return the content words that the channel can send, each once, in reading order.

    If both singular and plural occur, only the singular is a candidate. A number or a color is one
    for each word that it belongs to, as in "gray statue, gray wall", unless the coding is a set.
    What the description says is not there is never a candidate. If there are only stop words, those
    are the candidates.

    Raises:
        InputError: the description only states what is not there.
    """
    sendable = find_sendable(request)
    content = [candidate for candidate in sendable if candidate.is_content]
    if not content:
        _refuse_only_negations(request.description)
        content = sendable
    keys = [candidate.key for candidate in content]
    counts = Counter(keys)
    places = _distinct_places(content) if request.channel.keeps_order else keys
    first = dict(zip(reversed(places), reversed(content), strict=True))
    distinct = [
        first[place]
        for place in dict.fromkeys(places)
        if not any(form in counts for form in singulars(first[place].key))
    ]
    return [
        replace(candidate, index=index, weight=_weight(candidate.key, index, counts[candidate.key]))
        for index, candidate in enumerate(distinct)
    ]


def _distinct_places(content: Sequence[Candidate]) -> list[str]:
    """Return a string for each candidate, which is the same for those that are sent only once.

    A number in digits belongs to the word before it (room 7), one in words to the next (two cats),
    and so does a color. Numbers that follow each other (4 4 4) are all sent.
    """
    places = []
    for index, candidate in enumerate(content):
        if candidate.is_number or candidate.key in COLORS:
            is_label = candidate.is_number and candidate.words[0][0].isdigit()
            place = index - 1 if is_label else index + 1
            has_owner = 0 <= place < len(content) and not content[place].is_number
            places.append(f"{candidate.key} {content[place].key if has_owner else index}")
        else:
            places.append(candidate.key)
    return places


def _refuse_only_negations(description: str) -> None:
    if any(token.is_negated and token.plain for token in find_tokens(description)):
        raise InputError(
            "The description only states what is not there: give one that states what is in the "
            "picture."
        )


def find_sendable(request: SelectionRequest) -> list[Candidate]:
    """Return all tokens that the channel can send and that are there, in order, without weights.

    The function words that lead to what is not there are left out with it: of "a street with no
    people", ``a street`` is there.
    """
    tokens: list[Token] = []
    for token in find_foreign_tokens(request.description):
        if not token.is_negated:
            tokens.append(token)
            continue
        while tokens and not tokens[-1].is_name and tokens[-1].text in FUNCTION_WORDS:
            tokens.pop()
    return [
        Candidate(index, 0, spelled[0], tuple(spelled[1:]), token)
        for index, token in enumerate(tokens)
        if (spelled := request.channel.spellings(token))
    ]


def sort_by_weight(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates by descending weight, and in reading order among equal weights."""
    return sorted(candidates, key=lambda candidate: (-candidate.weight, candidate.index))


def in_reading_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates in the order of the description."""
    return sorted(candidates, key=lambda candidate: candidate.index)


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

    A number that it restores as another one is spelled in another way, until there is none.
    """
    received = iter(channel.received(words_of(selected)))
    restored: list[Candidate] = []
    for candidate in selected:
        words = tuple(next(received) for _ in candidate.words)
        is_equal = same_number_word if candidate.is_number else same_lemma
        if all(map(is_equal, candidate.words, words)):
            restored.append(replace(candidate, words=words))
        elif candidate.others:
            restored.append(respelled(candidate))
    return restored


def same_number_word(sent: str, received: str) -> bool:
    """Return whether a decoder restored a word of a number: only a unit may be a plural.

    ``fifties`` is the plural of ``fifty``, but another number.
    """
    return sent == received or (not is_number_word(sent) and same_lemma(sent, received))


def respelled(candidate: Candidate) -> Candidate:
    """Return a number in its next spelling; it must have one."""
    first, *others = candidate.others
    return replace(candidate, words=first, others=tuple(others))


def _weight(key: str, index: int, count: int) -> int:
    repeats = min(count - 1, MAX_REPEATS)
    return _salience(key) - POSITION_PENALTY * index + REPEAT_BONUS * repeats


def _salience(key: str) -> int:
    """Return the importance of a word; of several words that belong together, that of a name."""
    return UNKNOWN_SALIENCE if " " in key else vocabulary().salience(key)
