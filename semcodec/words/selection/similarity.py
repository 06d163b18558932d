"""Judges: models that measure how similar a text is to a description.

A judge may return floats that differ in their last digits between machines. They become whole
millionths before anything is compared, so that such noise decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from semcodec.errors import BackendError, InputError, InvalidResponseError
from semcodec.words import minilm

SALIENCE: Final = "salience"  #: the name in a judge's place where there is none
AUTO: Final = "auto"
MILLION: Final = 1_000_000
MAX_SIMILARITY: Final = 1.01  #: a cosine, and what rounding may add to it


class Judge(Protocol):
    """Compares texts with a description."""

    @property
    def name(self) -> str:
        """The name in a trace."""
        ...

    def similarities(self, description: str, texts: Sequence[str]) -> list[float]:
        """Return how similar each of ``texts`` is to ``description``, from -1 to 1.

        Selection calls it many times with the same description, and with up to eight texts.
        """
        ...


def judge(value: Judge | str | None) -> Judge | None:
    """Return the judge that a name or an object stands for; None for selection by salience.

    Args:
        value: an object with the methods of ``Judge``; ``"minilm"``, the judge of the extra
            ``[judge]``; ``"auto"``, the same if it is installed and otherwise None; or None.

    Raises:
        InputError: the judge does not exist, or is not an object with these methods.
        BackendError: it cannot be loaded.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        return _validate(value)
    if value not in (AUTO, minilm.NAME):
        raise InputError(
            f"The judge {value[:40]!r} does not exist: give {AUTO!r}, {minilm.NAME!r} or an object."
        )
    try:
        return minilm.load()
    except BackendError:
        if value == AUTO:
            return None
        raise


def _validate(value: Judge) -> Judge:
    """Return an object that has the methods of a judge."""
    try:
        is_judge = callable(getattr(value, "similarities", None)) and not isinstance(value, type)
        str(getattr(value, "name", ""))
    except Exception as error:  # an attribute of foreign code may raise anything
        raise InputError(
            f"An attribute of this judge raised {type(error).__name__}: give another judge."
        ) from error
    if is_judge:
        return value
    raise InputError(
        "This object is not a judge: give a name, or an object with the methods of "
        "semcodec.words.Judge."
    )


def judge_name(judge: Judge | None) -> str:
    """Return the name of ``judge`` in a trace."""
    if judge is None:
        return SALIENCE
    try:
        return str(getattr(judge, "name", type(judge).__name__))
    except Exception:  # ``name`` is foreign code, and may raise now although it was validated
        return type(judge).__name__


def scaled_similarities(judge: Judge, description: str, texts: Sequence[str]) -> list[int]:
    """Return the similarity of each of ``texts`` to ``description``, in millionths.

    Raises:
        BackendError: the judge failed.
        InvalidResponseError: it returned something else than one number from -1 to 1 per text.
    """
    if not texts:
        return []
    try:
        values = [float(value) for value in judge.similarities(description, list(texts))]
    except BackendError:
        raise
    except Exception as error:  # a judge is foreign code: whatever it raises is its failure
        message = (
            f"The judge {judge_name(judge)} failed with {type(error).__name__}: use another judge."
        )
        raise BackendError(message, backend=judge_name(judge), stage="select") from error
    return _scale(values, len(texts), judge)


def _scale(values: list[float], count: int, judge: Any) -> list[int]:
    # NaN compares as false, so it is refused here too.
    if len(values) != count or not all(abs(value) <= MAX_SIMILARITY for value in values):
        message = (
            f"The judge {judge_name(judge)} did not return one number from -1 to 1 for each text: "
            "use another judge."
        )
        raise InvalidResponseError(message, backend=judge_name(judge), stage="select")
    return [round(MILLION * value) for value in values]
