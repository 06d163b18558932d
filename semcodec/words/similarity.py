"""Who says how near a text is to a description: a judge, asked again and again by the chooser.

A judge is a model and may answer in floats. What it answers becomes whole millionths before
anything is compared, so that noise in the last digits of a float decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from semcodec.errors import BackendError, InputError, InvalidResponseError
from semcodec.words import minilm

SALIENCE: Final = "salience"  #: what stands in a judge's place where there is none
AUTO: Final = "auto"
MILLION: Final = 1_000_000
MAX_SIMILAR: Final = 1.01  #: a cosine, and what rounding may add to it


class Judge(Protocol):
    """Compares texts with a description."""

    @property
    def name(self) -> str:
        """What a trace calls it."""
        ...

    def similarities(self, description: str, texts: Sequence[str]) -> list[float]:
        """Return for each of ``texts`` how much of ``description`` it says, from -1 to 1."""
        ...


def judge(wanted: Judge | str | None) -> Judge | None:
    """Return the judge that is meant; None where words are to be chosen by salience.

    Args:
        wanted: a judge; ``"minilm"``, the one of the extra ``[judge]``; ``"auto"``, the same if it
            is installed and else none; or None.

    Raises:
        InputError: there is no such judge.
        BackendError: it cannot be loaded.
    """
    if wanted is None:
        return None
    if not isinstance(wanted, str):
        return _able(wanted)
    if wanted not in (AUTO, minilm.NAME):
        raise InputError(f"No judge is called {wanted[:40]!r}: there are {AUTO} and {minilm.NAME}.")
    try:
        return minilm.load()
    except BackendError:
        if wanted == AUTO:
            return None
        raise


def _able(wanted: Judge) -> Judge:
    try:
        able = callable(getattr(wanted, "similarities", None)) and not isinstance(wanted, type)
        str(getattr(wanted, "name", ""))
    except Exception as error:  # an attribute of foreign code may raise anything
        raise InputError(f"This judge cannot be asked: {type(error).__name__}.") from error
    if able:
        return wanted
    raise InputError("A judge is a name, or has the methods of semcodec.words.Judge.")


def name(judge: Judge | None) -> str:
    """Return what a trace calls ``judge``."""
    if judge is None:
        return SALIENCE
    try:
        return str(getattr(judge, "name", type(judge).__name__))
    except Exception:  # it could tell when it was taken, and now it cannot
        return type(judge).__name__


def scaled_similarities(judge: Judge, description: str, texts: Sequence[str]) -> list[int]:
    """Return what ``judge`` answers, in millionths.

    Raises:
        BackendError: it failed.
        BadAnswer: it answered with something else than a number for each text.
    """
    if not texts:
        return []
    try:
        answer = [float(one) for one in judge.similarities(description, list(texts))]
    except BackendError:
        raise
    except Exception as error:  # a judge is foreign code: whatever it raises is its failure
        message = f"The judge {name(judge)} failed: {type(error).__name__}."
        raise BackendError(message, backend=name(judge), stage="select") from error
    return _checked(answer, len(texts), judge)


def _checked(answer: list[float], asked: int, judge: Any) -> list[int]:
    if len(answer) != asked or not all(abs(one) <= MAX_SIMILAR for one in answer):
        message = (
            f"The judge {name(judge)} gave no number from -1 to 1 for each text: choose another."
        )
        raise InvalidResponseError(message, backend=name(judge), stage="select")
    return [round(MILLION * one) for one in answer]
