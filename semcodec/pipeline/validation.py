"""What models answer is checked here before it goes on; a wrong answer is not the user's fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from semcodec import imaging
from semcodec.coding import nibble
from semcodec.errors import InvalidResponseError
from semcodec.words.skeletons import is_abbreviation, skeleton_of_word
from semcodec.words.tokenizer import MAX_TEXT, tokenize

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST: Final = 200  #: letters of a word; no language has longer ones in use


def description(answer: Any, backend: object) -> str:
    """Return a description, cut to a length that can be looked at, with a word in it."""
    if not isinstance(answer, str):
        raise _bad(backend, "describe", "no text")
    text = answer[:MAX_TEXT]
    if not any(map(skeleton_of_word, tokenize(text))):
        raise _bad(backend, "describe", "a description without a word")
    return text


def words(answer: Any, backend: object, stage: str) -> list[str]:
    """Return words: strings without spaces, at least one."""
    if not isinstance(answer, list | tuple) or not answer:
        raise _bad(backend, stage, "no list of words")
    if not all(isinstance(word, str) and _is_word(word) for word in answer):
        raise _bad(backend, stage, "something that is no word")
    return list(answer)


def _is_word(word: str) -> bool:
    """Tell whether ``word`` is one, of a length that a record can hold, without half characters."""
    whole = not any("\ud800" <= char <= "\udfff" for char in word)
    return word.split() == [word] and len(word) <= LONGEST and whole


def with_skeletons(answer: list[str], backend: object) -> list[str]:
    """Return words that all have a skeleton."""
    if not all(any(map(skeleton_of_word, tokenize(word))) for word in answer):
        raise _bad(backend, "select", "a word without consonants")
    return answer


def skeletons(answer: list[str], words: list[str], backend: object) -> list[str]:
    """Return skeletons: one for each of ``words``, of nothing but symbols."""
    if any(map(nibble.invalid_characters, answer)):
        raise _bad(backend, "compress", "letters that are no symbols")
    return as_many(answer, len(words), backend, "compress")


def restored(answer: list[str], received: list[str], backend: object) -> list[str]:
    """Return words: one for each skeleton, which it must have or be shortened to."""
    for word, bones in zip(
        as_many(answer, len(received), backend, "decompress"), received, strict=True
    ):
        if not is_abbreviation(bones, "".join(map(skeleton_of_word, tokenize(word)))):
            raise _bad(backend, "decompress", f"{word[:40]!r} for {bones[:40]!r}")
    return answer


def as_many(answer: list[str], asked: int, backend: object, stage: str) -> list[str]:
    """Return words of which there must be one for each that was asked about."""
    if len(answer) != asked:
        raise _bad(backend, stage, f"{len(answer)} words for {asked}")
    return answer


def prompt(answer: Any, backend: object) -> str:
    """Return a prompt, cut to a length that can be looked at."""
    if not isinstance(answer, str):
        raise _bad(backend, "expand", "no text")
    return answer[:MAX_TEXT]


def picture(answer: Any, size: tuple[int, int], backend: object) -> Image:
    """Return a picture as an RGB image of ``size``, scaled if it was painted at another."""
    if not imaging.is_image(answer):
        raise _bad(backend, "paint", "no image")
    try:
        return imaging.at_size(answer, size)
    except Exception as error:  # an image that only now turns out to be closed or damaged
        raise _bad(backend, "paint", "an image that cannot be read") from error


def _bad(backend: object, stage: str, what: str) -> InvalidResponseError:
    name = str(getattr(backend, "name", type(backend).__name__))
    message = f"The backend {name} answered {stage} with {what}: try again or choose another."
    return InvalidResponseError(message, backend=name, stage=stage, retryable=True)
