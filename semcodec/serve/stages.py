"""Answer a task of semcodec's own clients with the method of a backend that is made for it.

The answers have the form that ``PromptBackend`` requests from language models, so a client reads
them as it reads those.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.isolation import isolate
from semcodec.backends.prompting.located_boxes import EDGES
from semcodec.backends.prompting.statements import read_statements
from semcodec.pipeline import validation
from semcodec.serve.own_prompts import OwnTask
from semcodec.serve.problems import invalid
from semcodec.words import MAX_K

if TYPE_CHECKING:
    from PIL.Image import Image

SCALE: Final = 1000  #: of the edges of boxes in prompts
MAX_WORDS: Final = 2_000  #: that are restored or shortened at once
NO_CHANGE: Final = "none"
UNSURE: Final = "unsure"
WITH_IMAGE: Final = ("describe", "check", "locate")


def perform(task: OwnTask, backend: Any, image: Image | None, is_json: bool) -> str:
    """Return the answer of ``backend`` to ``task``.

    Args:
        task: the task.
        backend: has the method of the task's role.
        image: what the task is about; None for a task about words.
        is_json: whether the client requires a JSON object.

    Raises:
        RequestError: the data of the task are not valid.
        BackendError: the backend failed, or returned an invalid result.
    """
    if image is None and task.stage in WITH_IMAGE:
        raise invalid("The request has no picture: add one as a data URL.", "messages")
    with isolate(backend, task.stage, f"failed in the stage '{task.stage}'"):
        match task.stage:
            case "describe":
                text = validation.check_description(backend.describe(image), backend)
                return json.dumps({"description": text}) if is_json else text
            case "select":
                words = backend.select(task.data, _read_k(task))
                return json.dumps({"words": validation.check_words(words, backend, task.stage)})
            case "compress":
                words = backend.compress(_read_words(task))
                return json.dumps({"skeletons": validation.check_words(words, backend, task.stage)})
            case "decompress":
                words = backend.decompress(_read_words(task))
                return json.dumps({"words": validation.check_words(words, backend, task.stage)})
            case "expand":
                return validation.check_prompt(backend.expand(_read_words(task)), backend)
            case "compare":
                now, wanted = _read_comparison(task)
                change = validation.check_change(backend.compare(now, wanted), backend)
                return change or NO_CHANGE
            case "check":
                return _check(task, backend, image)
            case "locate":
                return _locate(task, backend, image)
    raise invalid(f"The prompt of '{task.stage}' is for the routes of images.", "messages")


def _check(task: OwnTask, backend: Any, image: Any) -> str:
    """Return the answers by the numbers of the statements; for what is not a statement, unsure."""
    stated = read_statements(task.data)
    predicates = [predicate for predicate in stated if predicate is not None]
    found = validation.check_answers(backend.check(image, predicates), len(predicates), backend)
    answers = iter(found)
    return json.dumps(
        {
            f"{number}": UNSURE if predicate is None else next(answers)
            for number, predicate in enumerate(stated, 1)
        }
    )


def _locate(task: OwnTask, backend: Any, image: Any) -> str:
    words = task.data.split("\n")
    groups = validation.check_boxes(backend.locate(image, words), len(words), backend)
    boxes = [
        {"label": word, **dict(zip(EDGES, (round(SCALE * edge) for edge in box), strict=True))}
        for word, group in zip(words, groups, strict=True)
        for box in group
    ]
    return json.dumps({"boxes": boxes})


def _read_k(task: OwnTask) -> int:
    if not 1 <= task.k <= MAX_K:
        raise invalid(f"Invalid number of words {task.k}: use 1 to {MAX_K}.", "messages")
    return task.k


def _read_words(task: OwnTask) -> list[str]:
    words = task.data.split()
    if not 1 <= len(words) <= MAX_WORDS:
        raise invalid(f"The task has {len(words)} words: use 1 to {MAX_WORDS}.", "messages")
    return words


def _read_comparison(task: OwnTask) -> tuple[str, str]:
    with suppress(ValueError, RecursionError):  # the client may have cut the data
        match json.loads(task.data):
            case {"now": str(now), "wanted": str(wanted)}:
                return now, wanted
    raise invalid("The task does not have two descriptions: shorten them.", "messages")
