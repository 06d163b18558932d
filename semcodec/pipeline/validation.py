"""Validate the results of backends before they are used.

Every function takes the result of one stage and returns it, or raises InvalidResponseError with
the backend and the stage. Backends are third-party code, so a result may have any type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from numbers import Real
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from semcodec import imaging
from semcodec._wording import plural
from semcodec.backends.guides import Box
from semcodec.backends.isolation import backend_name, isolate
from semcodec.backends.protocols import Answer
from semcodec.coding import nibble
from semcodec.errors import InputError, InvalidResponseError, RefusalError
from semcodec.imaging import fitting, upscaling
from semcodec.pipeline import blank_pictures
from semcodec.words.language import has_words
from semcodec.words.presence import states_only_absence
from semcodec.words.skeleton_readings import find_slip
from semcodec.words.skeletons import TO_SYMBOLS, skeleton_of_word
from semcodec.words.slips import matches
from semcodec.words.tokenizer import MAX_TEXT, tokenize

ANSWERS: Final[tuple[Answer, ...]] = get_args(Answer)

if TYPE_CHECKING:
    from PIL.Image import Image

Size = tuple[int, int]  #: width and height in pixels

MAX_LOCATED: Final = 1_000  #: boxes of all words; a record has at most 16
MAX_OVERSHOOT: Final = 0.02  #: share of the picture, less than one 32nd
MAX_CHANGE: Final = 300  #: characters of a change; one sentence has fewer
MAX_WORD_LETTERS: Final = 200  #: longer than any real word

# Texts are truncated to MAX_TEXT characters, not rejected: endless output is a common failure of
# models, and the most important words come first.


def check_description(result: object, backend: object) -> str:
    """Return a description truncated to ``MAX_TEXT``; it must have a word in any language.

    Talk around the description is removed. An answer that asks for the picture, or is not a
    description for another reason, is an error (see ``semcodec.backends.prompting.answers``).
    """
    # Imported late, because this loads the whole package.
    from semcodec.backends.prompting import answers

    text = _check_text(result, backend, "describe")
    judged = answers.judge_answer(text)
    if judged.is_refusal:
        name = backend_name(backend)
        message = f"The backend {name} refused 'describe': use another image or model."
        raise RefusalError(message, backend=name, stage="describe")
    if judged.is_blind:
        name = backend_name(backend)
        message = answers.format_blind_error(name, text)
        raise InvalidResponseError(message, backend=name, stage="describe")
    text = judged.description
    if not has_words(text):
        raise _invalid(backend, "describe", "the description has no words")
    if states_only_absence(text):
        reason = "the description only states what is not in the picture"
        raise _invalid(backend, "describe", reason)
    return text


def check_words(result: object, backend: object, stage: str) -> list[str]:
    """Return a list of words: at least one, each a string without spaces."""
    with _reading(backend, stage):
        if not isinstance(result, list | tuple) or not result:
            raise _invalid(backend, stage, "expected a list of words")
        # Exact lists and strings, not subclasses, whose methods can do anything.
        words = [str.__str__(word) if isinstance(word, str) else "" for word in exact_items(result)]
    if not all(map(_is_valid_word, words)):
        raise _invalid(backend, stage, "an item of the list is not a single word")
    return words


def exact_items(values: list[object] | tuple[object, ...]) -> Iterator[object]:
    """Return the items themselves, because ``__iter__`` of a subclass may never end."""
    return list.__iter__(values) if isinstance(values, list) else tuple.__iter__(values)


def check_can_be_words(skeletons: list[str]) -> None:
    """Check that each skeleton of a record is short enough for that of a word.

    A longer one is valid in a record, but no backend can restore it, and none is asked.

    Raises:
        InputError: one is longer.
    """
    for skeleton in skeletons:
        if len(skeleton) > MAX_WORD_LETTERS:
            raise InputError(
                f"The record has {skeleton[:20]}…, a skeleton of {len(skeleton)} letters, and a "
                f"word has at most {MAX_WORD_LETTERS}, so it cannot be restored: pack the words "
                'themselves (coding="lexicon" or "utf8").'
            )


def _is_valid_word(word: str) -> bool:
    """Return whether ``word`` can be in a record: one word, not too long, valid Unicode."""
    has_surrogates = any("\ud800" <= char <= "\udfff" for char in word)
    return word.split() == [word] and len(word) <= MAX_WORD_LETTERS and not has_surrogates


def check_have_skeletons(words: list[str], backend: object) -> list[str]:
    """Return selected words; each must have a consonant, or its skeleton would be empty."""
    if not all(any(map(skeleton_of_word, tokenize(word))) for word in words):
        raise _invalid(backend, "select", "a word has no consonants")
    return words


def check_skeletons(skeletons: list[str], words: list[str], backend: object) -> list[str]:
    """Return skeletons, one for each of ``words``, made of the sixteen symbols.

    Other letters are folded by the rule (``wndw`` to ``vndv``), and a skeleton that does not match
    its word (``trdtln`` for traditional) is replaced by the one by rule.
    """
    folded = [skeleton.lower().translate(TO_SYMBOLS) for skeleton in skeletons]
    if not all(folded) or any(map(nibble.invalid_characters, folded)):
        raise _invalid(backend, "compress", "a skeleton has letters that are not symbols")
    _check_count(folded, len(words), backend, "compress")
    by_rule = ["".join(map(skeleton_of_word, tokenize(word))) for word in words]
    pairs = zip(folded, by_rule, strict=True)
    return [skeleton if matches(skeleton, rule) else rule for skeleton, rule in pairs]


def check_restored_words(words: list[str], skeletons: list[str], backend: object) -> list[str]:
    """Return restored words, one for each of ``skeletons``.

    Each skeleton must be that of its word, with one slip at most: a writer may guess the intended
    word, but must not replace the content of the record (SC-REA-10).
    """
    _check_count(words, len(skeletons), backend, "decompress")
    for word, skeleton in zip(words, skeletons, strict=True):
        if find_slip(skeleton, word) is None:
            problem = f"{word[:40]!r} does not match the skeleton {skeleton[:40]!r}"
            raise _invalid(backend, "decompress", problem)
    return words


def _check_count(words: list[str], expected: int, backend: object, stage: str) -> list[str]:
    if len(words) != expected:
        raise _invalid(backend, stage, f"{plural(len(words), 'word')} in place of {expected}")
    return words


def check_prompt(result: object, backend: object) -> str:
    """Return a prompt, truncated to ``MAX_TEXT`` characters."""
    return _check_text(result, backend, "expand")


def _check_text(result: object, backend: object, stage: str) -> str:
    with _reading(backend, stage):
        if isinstance(result, str):
            return str.__str__(result)[:MAX_TEXT]  # not a subclass, whose methods can do anything
    raise _invalid(backend, stage, "expected a text")


def check_picture(
    result: object,
    words: list[str],
    backend: object,
    add_notice: Callable[[str], None],
    stage: str = "paint",
) -> Image:
    """Return a painted picture as it is, in any mode and size; it can be converted to RGB.

    Args:
        result: what the painter or the editor returned.
        words: the words from which it was painted.
        backend: the painter or the editor.
        add_notice: called with a sentence if the picture shows nothing.
        stage: ``"paint"`` or ``"edit"``, for the error.
    """
    to_rgb(result, backend, stage)  # raises an error if it cannot be read
    picture: Any = result
    with _reading(backend, stage):
        blank_pictures.report_blank(picture, words, add_notice)
    return cast("Image", picture)


def to_rgb(result: object, backend: object, stage: str = "paint") -> Image:
    """Return a copy of an image in RGB, without anything that its backend attached to it."""
    with _reading(backend, stage):
        if not imaging.is_image(result):
            raise _invalid(backend, stage, "expected a PIL image")
        # A closed or damaged image fails only here, when it is read.
        picture: Any = result
        image = picture.convert("RGB")
        # A subclass of Image may override the conversion.
        if imaging.is_image(image) and image.mode == "RGB" and min(image.size) > 0:
            return cast("Image", image)
    raise _invalid(backend, stage, "the image cannot be converted to RGB")


def check_upscaled(result: object, picture: Size, size: Size, backend: object) -> Image:
    """Return an enlarged image in RGB; it may have another size than ``size``.

    Some models can only enlarge by a fixed factor. So an image that has the aspect ratio of
    ``size`` and is not smaller than ``picture``, the size before, can still be used.
    """
    image = to_rgb(result, backend, "upscale")
    is_smaller = upscaling.is_larger(picture, image.size)
    if image.size != size and (is_smaller or fitting.cut_share(image.size, size) > fitting.MAX_CUT):
        problem = "{} x {} pixels in place of {} x {}".format(*image.size, *size)
        raise _invalid(backend, "upscale", problem)
    return image


def check_change(result: object, backend: object) -> str:
    """Return a change of a picture as one line of at most ``MAX_CHANGE`` characters."""
    return " ".join(_check_text(result, backend, "compare").split())[:MAX_CHANGE]


def check_answers(result: object, expected: int, backend: object) -> tuple[Answer, ...]:
    """Return the answers of a checker: one of ``"yes"``, ``"no"`` and ``"unsure"`` for each."""
    with _reading(backend, "check"):
        if not isinstance(result, list | tuple):
            raise _invalid(backend, "check", "expected a list of answers")
        texts = [str.__str__(item) if isinstance(item, str) else "" for item in exact_items(result)]
    if len(texts) != expected:
        problem = f"{plural(len(texts), 'answer')} in place of {expected}"
        raise _invalid(backend, "check", problem)
    if not set(texts) <= set(ANSWERS):
        raise _invalid(backend, "check", "an answer is not yes, no or unsure")
    return tuple(ANSWERS[ANSWERS.index(text)] for text in texts)


def check_boxes(result: object, expected: int, backend: object) -> list[list[Box]]:
    """Return the boxes of a locator, for each of ``expected`` words.

    Edges are shares of the width and the height. An edge that is outside the picture by at most
    ``MAX_OVERSHOOT``, as networks and rounding make them, is moved to the picture's edge, and a box
    without an area is left out.
    """
    with _reading(backend, "locate"):
        if not isinstance(result, list | tuple):
            raise _invalid(backend, "locate", "expected a list with a list of boxes for each word")
        groups = [_box_items(group, backend) for group in islice(exact_items(result), expected + 1)]
        if len(groups) != expected:
            problem = f"the number of lists is not that of the words, {expected}"
            raise _invalid(backend, "locate", problem)
        if sum(map(len, groups)) > MAX_LOCATED:
            raise _invalid(backend, "locate", f"more than {MAX_LOCATED:,} boxes")
        boxes = [[_check_box(box, backend) for box in group] for group in groups]
    return [[box for box in group if box[0] < box[2] and box[1] < box[3]] for group in boxes]


def _box_items(group: object, backend: object) -> list[object]:
    """Return the items of a list of boxes, at most one more than are allowed."""
    if not isinstance(group, list | tuple):
        raise _invalid(backend, "locate", "expected a list of boxes for each word")
    return list(islice(exact_items(group), MAX_LOCATED + 1))


def _check_box(box: object, backend: object) -> Box:
    """Return four edges within the picture, left before right and top before bottom."""
    edges = list(islice(exact_items(box), 5)) if isinstance(box, list | tuple) else []
    values = [float(cast(Any, edge)) for edge in edges if _is_number(edge)]
    if len(edges) != 4 or len(values) != 4:
        raise _invalid(backend, "locate", "a box is not a list of four numbers")
    if not all(-MAX_OVERSHOOT <= value <= 1 + MAX_OVERSHOOT for value in values):  # also NaN
        raise _invalid(backend, "locate", "an edge of a box is not from 0.0 to 1.0")
    left, top, right, bottom = (min(max(value, 0.0), 1.0) for value in values)
    if left > right or top > bottom:
        raise _invalid(backend, "locate", "the edges of a box are not left, top, right, bottom")
    return left, top, right, bottom


def _is_number(value: object) -> bool:
    """Return whether a value is a real number, such as one of NumPy; True is not."""
    return isinstance(value, Real) and not isinstance(value, bool)


def _reading(backend: object, stage: str) -> AbstractContextManager[None]:
    problem = f"returned a result for {stage!r} that cannot be read"
    return isolate(backend, stage, problem, InvalidResponseError)


def _invalid(backend: object, stage: str, problem: str) -> InvalidResponseError:
    name = backend_name(backend)
    message = (
        f"The backend {name} returned an invalid result for {stage!r} ({problem}): "
        "use another backend for this stage."
    )
    return InvalidResponseError(message, backend=name, stage=stage, retryable=True)
