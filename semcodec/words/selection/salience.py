"""Select the most important words by rule, with the same result on every machine.

Early, repeated, uncommon and paintable words have a higher weight, because a describer names the
main thing first and repeats it. Selection then runs the decoder, and replaces a word that would be
restored as another one by the next best: a wrong word misleads a painter more than a missing one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from semcodec._bisection import largest
from semcodec.errors import InputError
from semcodec.words.selection.channel import WordChannel, same_lemma
from semcodec.words.selection.request import SelectionRequest
from semcodec.words.skeletons import singulars
from semcodec.words.stopwords import STOPWORDS
from semcodec.words.tokenizer import tokenize
from semcodec.words.vocabulary import vocabulary

MAX_ROUNDS: Final = 12  #: rounds in which words are added; most descriptions need three
MAX_MISSES: Final = 16  #: words that do not fit, after which no others are tried
SAFETY_FRACTION: Final = 16  #: the last 1/16 of the bits is filled word by word

# In eighths of a bit, like the costs in the tables.
POSITION_PENALTY: Final = 3  #: for each preceding candidate
REPEAT_BONUS: Final = 8  #: for each repetition
MAX_REPEATS: Final = 3  #: repetitions that count


@dataclass(frozen=True, slots=True)
class Candidate:
    """One word of the description.

    Attributes:
        index: position among the candidates, in reading order.
        weight: the importance of the word, in eighths of a bit; higher is better.
        word: the word as in the description, or as a decoder restores it.
    """

    index: int
    weight: int
    word: str


def select_by_salience(request: SelectionRequest, candidates: Iterable[Candidate]) -> list[str]:
    """Return the candidates with the highest weights that a decoder restores, in reading order.

    If it would not restore a single one, the candidate with the highest weight that fits is
    returned anyway.

    Raises:
        InputError: there are no candidates, or none is within the limits.
    """
    # Invariant: the decoder restores every word of the result. This cannot be decided word by word,
    # because the restoration of a skeleton depends on the words around it: adding or dropping a
    # word can change others. Hence the rounds: fill up to the limits, run the decoder, and drop the
    # words that it misreads, until a round drops nothing. With a single round the record would
    # contain words that no painter sees. A dropped word is not added again, and the last MAX_ROUNDS
    # rounds only drop words, so the loop settles. Tested by test_selected_words_are_recoverable and
    # test_largest_k_on_a_long_text_ends.
    pending = sort_by_weight(candidates)
    fallback = _weightiest_fitting(request, pending)
    selected: list[Candidate] = []
    for round_index in range(2 * MAX_ROUNDS):
        if round_index < MAX_ROUNDS:
            selected, pending = _fill(selected, pending, request)
        count, selected = len(selected), _drop_misread(selected, request.channel)
        if len(selected) == count:
            break
    return _words(selected) or [fallback]


def find_candidates(request: SelectionRequest) -> list[Candidate]:
    """Return the content words that the channel can send, each once, in reading order.

    If both singular and plural occur, only the singular is a candidate. If there are only stop
    words, those are the candidates.
    """
    words = [word for word in tokenize(request.description) if request.channel.can_send(word)]
    content_words = [word for word in words if word not in STOPWORDS and len(word) > 1] or words
    counts = Counter(content_words)
    distinct = [word for word in counts if not any(form in counts for form in singulars(word))]
    return [
        Candidate(index, _weight(word, index, counts[word]), word)
        for index, word in enumerate(distinct)
    ]


def sort_by_weight(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates by descending weight, and in reading order among equal weights."""
    return sorted(candidates, key=lambda candidate: (-candidate.weight, candidate.index))


def keep_recoverable(words: Sequence[str], channel: WordChannel) -> list[str]:
    """Return the words that a decoder restores, as singular or plural as it restores them."""
    selected = [Candidate(index, 0, word) for index, word in enumerate(words)]
    for _ in range(MAX_ROUNDS):
        count, selected = len(selected), _drop_misread(selected, channel)
        if len(selected) == count:
            break
    return _words(selected)


def _weight(word: str, index: int, count: int) -> int:
    repeats = min(count - 1, MAX_REPEATS)
    return vocabulary().salience(word) - POSITION_PENALTY * index + REPEAT_BONUS * repeats


def _weightiest_fitting(request: SelectionRequest, pending: list[Candidate]) -> str:
    """Return the word with the highest weight that fits by itself."""
    if not pending:
        raise InputError(
            "The description has no words that the coding can encode: give one with words of the "
            "letters a to z."
        )
    fitting = (candidate.word for candidate in pending if request.fits([candidate.word]))
    word = next(fitting, None)
    if word is None:
        raise InputError("Not even one word fits this limit: allow more bytes or bits.")
    return word


def _fill(
    selected: list[Candidate], pending: list[Candidate], request: SelectionRequest
) -> tuple[list[Candidate], list[Candidate]]:
    """Return ``selected`` with as many more as the limits allow, and the other candidates."""
    safe = _safe_prefix(selected, pending, request)
    selected = _in_reading_order([*selected, *pending[:safe]])
    rejected: list[Candidate] = []
    for candidate in pending[safe:]:
        extended = _in_reading_order([*selected, candidate])
        if len(rejected) < MAX_MISSES and request.fits(_words(extended)):
            selected = extended
        else:
            rejected.append(candidate)
    return selected, rejected


def _safe_prefix(
    selected: list[Candidate], pending: list[Candidate], request: SelectionRequest
) -> int:
    """Return how many of ``pending`` certainly fit, so that they need not be tried one by one.

    An added word can make another one cheaper, but by less than the fraction left free here.
    """
    if request.max_bits is not None:
        safe_bits = max(1, request.max_bits * (SAFETY_FRACTION - 1) // SAFETY_FRACTION)
        request = replace(request, max_bits=safe_bits)
    return largest(
        min(len(pending), request.max_words),
        lambda count: request.fits(_words(_in_reading_order([*selected, *pending[:count]]))),
    )


def _drop_misread(selected: list[Candidate], channel: WordChannel) -> list[Candidate]:
    """Return the candidates that the decoder restores, as singular or plural as it does."""
    received = channel.received(_words(selected))
    return [
        replace(candidate, word=word)
        for candidate, word in zip(selected, received, strict=True)
        if same_lemma(candidate.word, word)
    ]


def _in_reading_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: candidate.index)


def _words(candidates: Iterable[Candidate]) -> list[str]:
    return [candidate.word for candidate in candidates]
