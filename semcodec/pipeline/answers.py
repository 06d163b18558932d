"""What models answer is checked here before it goes on; a wrong answer is not the user's fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semcodec.errors import BadAnswer
from semcodec.pipeline import images
from semcodec.words.skeletons import of_word
from semcodec.words.tokens import MOST_TEXT, tokens

if TYPE_CHECKING:
    from PIL.Image import Image


def description(answer: Any, backend: object) -> str:
    """Return a description, cut to a length that can be looked at, with a word in it."""
    if not isinstance(answer, str):
        raise _bad(backend, "describe", "no text")
    text = answer[:MOST_TEXT]
    if not any(map(of_word, tokens(text))):
        raise _bad(backend, "describe", "a description without a word")
    return text


def words(answer: Any, backend: object, stage: str) -> list[str]:
    """Return words: strings without spaces, at least one."""
    if not isinstance(answer, list | tuple) or not answer:
        raise _bad(backend, stage, "no list of words")
    if not all(isinstance(word, str) and word.split() == [word] for word in answer):
        raise _bad(backend, stage, "something that is no word")
    return list(answer)


def as_many(answer: list[str], asked: int, backend: object, stage: str) -> list[str]:
    """Return words of which there must be one for each that was asked about."""
    if len(answer) != asked:
        raise _bad(backend, stage, f"{len(answer)} words for {asked}")
    return answer


def prompt(answer: Any, backend: object) -> str:
    """Return a prompt, cut to a length that can be looked at."""
    if not isinstance(answer, str):
        raise _bad(backend, "expand", "no text")
    return answer[:MOST_TEXT]


def picture(answer: Any, size: tuple[int, int], backend: object) -> Image:
    """Return a picture as an RGB image of ``size``, scaled if it was painted at another."""
    if not images.is_image(answer):
        raise _bad(backend, "paint", "no image")
    return images.at_size(answer, size)


def _bad(backend: object, stage: str, what: str) -> BadAnswer:
    name = str(getattr(backend, "name", type(backend).__name__))
    message = f"The backend {name} answered {stage} with {what}: try again or choose another."
    return BadAnswer(message, backend=name, stage=stage, retryable=True)
