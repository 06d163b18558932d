"""Calls are made again only where the last one did nothing, as far as the server says.

A call that broke off, or took too long, may be billed, and is left to whoever reads the error.

The client's own repeating is off. It would repeat a picture that took too long, and a call that
fails because there is no credit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from semcodec.backends.openai.errors import NO_CREDIT, named, never_arrived, wait_asked

if TYPE_CHECKING:
    import openai

T = TypeVar("T")
#: Statuses after which a call is made again: the server says that it did not do it.
NOT_BEGUN: Final = (429, 503)
#: The same for texts, which cost little and fail as a whole.
NOT_DONE: Final = (409, 500, 502)
FIRST_WAIT: Final = 1.0  #: seconds, doubled each time


def retried(
    make: Callable[[], T],
    retries: int,
    is_picture: bool,
    patience: float,
    sleep: Callable[[float], None],
) -> T:
    """Return what ``make`` returns, made again at most ``retries`` times.

    A server that asks to wait longer than ``patience``, in seconds, is not waited for.
    """
    import openai

    for attempt in range(retries):
        try:
            return make()
        except openai.OpenAIError as error:
            wait = _wait(error, attempt)
            if not _is_safe(error, is_picture) or wait > patience:
                raise
        sleep(wait)
    return make()


def _is_safe(error: openai.OpenAIError, is_picture: bool) -> bool:
    import openai

    if isinstance(error, openai.APIStatusError):
        statuses = NOT_BEGUN if is_picture else NOT_BEGUN + NOT_DONE
        return error.status_code in statuses and named(error).isdisjoint(NO_CREDIT)
    return isinstance(error, openai.APIConnectionError) and never_arrived(error)


def _wait(error: openai.OpenAIError, attempt: int) -> float:
    import openai

    asked = wait_asked(error) if isinstance(error, openai.APIStatusError) else None
    return FIRST_WAIT * 2**attempt if asked is None else asked
