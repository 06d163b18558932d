"""Judges: models that measure how similar a text is to a description.

A judge may return floats that differ in their last digits between machines. They are rounded to
whole millionths before anything is compared, so that such differences rarely matter: only a value
close to the boundary between two millionths can still round to another one on another machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from semcodec.choices import JudgeName, values_of
from semcodec.errors import BackendError, InputError, InvalidResponseError
from semcodec.words import minilm

SALIENCE: Final = "salience"  #: stands for the judge's name in a trace if there is no judge
AUTO: Final = "auto"  #: the best judge that is installed, if any
MILLION: Final = 1_000_000
MAX_SIMILARITY: Final = 1.01  #: the limit of a cosine, with a tolerance for rounding errors


class Judge(Protocol):
    """Measures how similar texts are to a description."""

    @property
    def name(self) -> str:
        """The name in a trace."""
        ...

    def similarities(self, description: str, texts: Sequence[str]) -> list[float]:
        """Return how similar each of ``texts`` is to ``description``, from -1 to 1.

        Selection calls it many times with the same description, each time with a few texts: at most
        ``closed_loop.BATCH_SIZE``.
        """
        ...


def judge(value: Judge | JudgeName | None) -> Judge | None:
    """Return the judge for a name or an object; None for selection by salience.

    Args:
        value: an object with the methods of ``Judge``; ``"minilm"``, the judge of the extra
            ``[judge]``; ``"auto"``, that judge if it is installed and otherwise None; or None.

    Raises:
        InputError: the name is unknown, or the object does not have these methods.
        BackendError: the judge cannot be loaded.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        return _validate(value)
    if value not in values_of(JudgeName):
        raise InputError(
            f"Unknown judge {value[:40]!r}: use {AUTO!r}, {minilm.NAME!r} or a Judge object."
        )
    try:
        return minilm.load()
    except BackendError:
        if value == AUTO:
            return None
        raise


def _validate(value: Judge) -> Judge:
    """Return ``value`` if it has the methods of a judge.

    Judges are third-party code: reading any of their attributes may raise anything.
    """
    try:
        is_judge = callable(getattr(value, "similarities", None)) and not isinstance(value, type)
        str(getattr(value, "name", ""))  # the name is not needed yet; a trace will read it
    except Exception as error:
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
    except Exception:  # a property may raise now although it did not when it was validated
        return type(judge).__name__


def scaled_similarities(judge: Judge, description: str, texts: Sequence[str]) -> list[int]:
    """Return the similarity of each of ``texts`` to ``description``, in millionths.

    Raises:
        BackendError: the judge failed.
        InvalidResponseError: it returned anything other than one number from -1 to 1 per text.
    """
    if not texts:
        return []
    try:
        values = [float(value) for value in judge.similarities(description, list(texts))]
    except BackendError:
        raise
    except Exception as error:  # whatever a judge raises is a failure of the judge
        message = (
            f"The judge {judge_name(judge)} failed with {type(error).__name__}: use another judge."
        )
        raise BackendError(message, backend=judge_name(judge), stage="select") from error
    return _scale(values, len(texts), judge)


def _scale(values: list[float], count: int, judge: Judge) -> list[int]:
    """Return ``values`` in millionths if they are ``count`` cosines."""
    # Comparisons with NaN are false, so it is refused here too.
    if len(values) != count or not all(abs(value) <= MAX_SIMILARITY for value in values):
        message = (
            f"The judge {judge_name(judge)} did not return one number from -1 to 1 for each text: "
            "use another judge."
        )
        raise InvalidResponseError(message, backend=judge_name(judge), stage="select")
    return [round(MILLION * value) for value in values]
