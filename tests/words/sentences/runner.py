"""Run the sentences in this folder: which words ``select`` must keep and which it must drop.

Each TOML file has tables ``[[sentence]]``: ``text``; ``keep`` and ``drop``, words that must and
must not be selected (one in small letters is equal to the same word with capitals; ``nibble``
returns no capitals, and may return a plural as its singular or the reverse), or several words in a
row, such as ``four zero four``; optionally ``k`` (default 12), ``coding`` (default: both
``lexicon`` and ``nibble``), ``nibble_keep`` (in place of ``keep`` for ``nibble``), and ``miss``,
the reason why a sentence is still handled wrongly.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import semcodec
from semcodec.words.selection.channel import same_lemma

FOLDER: Final = Path(__file__).parent
CODINGS: Final = ("lexicon", "nibble")
DEFAULT_K: Final = 12


@dataclass(frozen=True)
class Sentence:
    """A sentence with the words that must and must not be selected.

    Attributes:
        text: the description.
        keep: words that must be selected.
        drop: words that must not be selected.
        nibble_keep: words that must be selected for ``nibble``; None if they are those of ``keep``.
        k: limit on the number of words.
        coding: the only coding; None for both.
        miss: why the sentence is still handled wrongly; empty if it is handled right.
    """

    text: str
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    nibble_keep: tuple[str, ...] | None = None
    k: int = DEFAULT_K
    coding: str | None = None
    miss: str = ""


def load(name: str) -> list[Sentence]:
    """Return the sentences of the file ``name`` (without its ending)."""
    table = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [
        Sentence(
            **{
                key: tuple(value) if isinstance(value, list) else value
                for key, value in row.items()
            }
        )
        for row in table["sentence"]
    ]


def failures(sentence: Sentence) -> list[str]:
    """Return what is wrong with the words selected for ``sentence``; empty if nothing is."""
    codings = CODINGS if sentence.coding is None else (sentence.coding,)
    return [problem for coding in codings for problem in _failures(sentence, coding)]


def _failures(sentence: Sentence, coding: str) -> list[str]:
    is_nibble = coding == "nibble" and sentence.nibble_keep is not None
    keep = sentence.nibble_keep or () if is_nibble else sentence.keep
    try:
        words = semcodec.select(sentence.text, sentence.k, coding=coding)  # type: ignore[arg-type]
    except semcodec.InputError as error:
        return [f"{coding}: {error}"] if keep else []
    missing = [f"lacks {word}" for word in _missing(keep, words, coding)]
    dropped = [word for word in sentence.drop if coding != "nibble" or word == word.lower()]
    superfluous = [f"has {word}" for word in dropped if _position(word, words, "lexicon") >= 0]
    return [f"{coding}: {problem}: {' '.join(words)}" for problem in missing + superfluous]


def _missing(keep: Sequence[str], words: list[str], coding: str) -> Iterator[str]:
    """Yield what is not selected; a selected word stands for one of ``keep``."""
    left = list(words)
    for expected in keep:
        at, count = _position(expected, left, coding), len(expected.split())
        if at < 0:
            yield expected
        else:
            left[at : at + count] = [""] * count


def _position(expected: str, words: list[str], coding: str) -> int:
    """Return where ``expected``, a word or several in a row, is selected; -1 if it is not."""
    is_equal: Callable[[str, str], bool]
    if coding == "nibble":
        row = expected.lower().split()
        is_equal = same_lemma
    else:
        words = words if expected != expected.lower() else [word.lower() for word in words]
        row = expected.split()
        is_equal = str.__eq__
    for at in range(len(words) - len(row) + 1):
        if all(map(is_equal, row, words[at : at + len(row)])):
            return at
    return -1
