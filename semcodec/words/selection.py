"""Choose the K words of a description that matter most, and that come back.

Early, repeated, less common and paintable words matter more: whoever describes says the main thing
first, and says it again. The chooser then does what the receiver will do, and gives up a word that
would come back as another one for the next best: a wrong word tells less than none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from semcodec.errors import InputError
from semcodec.words.decompression import decompress
from semcodec.words.fillers import FILLERS
from semcodec.words.skeletons import of_word, singulars
from semcodec.words.tokens import tokens
from semcodec.words.vocabulary import vocabulary

MAX_K: Final = 1_000  #: words; a page of text
TRIES: Final = 12  #: times the receiver is played; most descriptions need three

# In eighths of a bit, as the tables.
LATER: Final = 3  #: what each word before takes away
AGAIN: Final = 8  #: what each repetition adds
MOST_AGAIN: Final = 3  #: repetitions that count


@dataclass(slots=True)
class _Candidate:
    """One word of the description: its place there, how much it matters, how it is spelled."""

    place: int
    weight: int
    word: str


def select(description: str, k: int) -> list[str]:
    """Return at most ``k`` words of ``description`` in reading order, each of them once.

    They come back from their skeletons, so a word may change its number (``trees`` to ``tree``) or
    be left out; there are fewer than ``k`` if the description has no more to say. Where not even
    one comes back, the weightiest is sent all the same.

    Raises:
        InputError: ``k`` is no number from 1 to ``MAX_K``, or there is no word.
    """
    if type(k) is not int or not 1 <= k <= MAX_K:
        raise InputError(f"K is a number of words from 1 to {MAX_K}.")
    waiting = sorted(_candidates(description), key=lambda one: (-one.weight, one.place))
    if not waiting:
        raise InputError("There is no word of the letters a to z in this description.")
    first = waiting[0].word
    chosen: list[_Candidate] = []
    for attempt in range(2 * TRIES):
        if attempt < TRIES:  # then no more are added, and what is left settles
            chosen, waiting = _filled(chosen, waiting, k)
        asked, chosen = len(chosen), _those_that_come_back(chosen)
        if len(chosen) == asked:
            break
    return [one.word for one in chosen] or [first]


def _candidates(description: str) -> list[_Candidate]:
    """Return the words that can be sent, in reading order."""
    said = [word for word in tokens(description) if of_word(word)]
    telling = [word for word in said if word not in FILLERS and len(word) > 1] or said
    counts = Counter(telling)
    distinct = [word for word in counts if not any(form in counts for form in singulars(word))]
    return [
        _Candidate(place, _weight(word, place, counts[word]), word)
        for place, word in enumerate(distinct)
    ]


def _weight(word: str, place: int, count: int) -> int:
    return vocabulary().weight(word) - LATER * place + AGAIN * min(count - 1, MOST_AGAIN)


def _filled(
    chosen: Iterable[_Candidate], waiting: list[_Candidate], k: int
) -> tuple[list[_Candidate], list[_Candidate]]:
    """Return ``k`` candidates in reading order, and those that still wait."""
    chosen = list(chosen)
    room = k - len(chosen)
    return sorted([*chosen, *waiting[:room]], key=lambda one: one.place), waiting[room:]


def _those_that_come_back(chosen: list[_Candidate]) -> list[_Candidate]:
    """Return the candidates that a receiver reads right, in the number it reads them in."""
    received = decompress([of_word(one.word) for one in chosen])
    kept = []
    for one, word in zip(chosen, received, strict=True):
        if word == one.word or word in singulars(one.word) or one.word in singulars(word):
            kept.append(_Candidate(one.place, one.weight, word))
    return kept
