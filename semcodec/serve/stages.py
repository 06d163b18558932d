"""Answer a task of semcodec's own clients with the method of a backend that is made for it.

The answers have the form that ``PromptBackend`` requests from language models, so a client reads
them as it reads those.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.isolation import isolate
from semcodec.backends.prompting.backend import MAX_LOCATED
from semcodec.backends.prompting.located_boxes import EDGES
from semcodec.backends.prompting.statements import MAX_STATEMENTS, read_statements
from semcodec.pipeline import validation
from semcodec.serve.own_prompts import OwnTask
from semcodec.serve.problems import invalid_value_error
from semcodec.words import MAX_K
from semcodec.words.predicates import Predicate

if TYPE_CHECKING:
    from PIL.Image import Image

SCALE: Final = 1000  #: of the edges of boxes in prompts
MAX_WORDS: Final = 2_000  #: that are restored or shortened at once
NO_CHANGE: Final = "none"
UNSURE: Final = "unsure"
WITH_IMAGE: Final = ("describe", "check", "locate")


def read_data(task: OwnTask) -> Any:
    """Return what the method for ``task`` gets besides a picture, in the form that it takes.

    Raises:
        RequestError: the data of the task are not valid, or exceed a limit.
    """
    match task.stage:
        case "describe":
            return None
        case "select":
            return task.data, _read_k(task)
        case "compress" | "decompress" | "expand":
            return _check_count(task.data.split(), MAX_WORDS, "words")
        case "compare":
            return _read_comparison(task)
        case "check":
            _check_count(task.data.split("\n"), MAX_STATEMENTS, "statements")
            return read_statements(task.data)
        case "locate":
            return _check_count(task.data.split("\n"), MAX_LOCATED, "words to locate")
    raise invalid_value_error(
        f"The prompt of '{task.stage}' is for the routes of images.", "messages"
    )


def perform(task: OwnTask, data: Any, backend: Any, image: Image | None, is_json: bool) -> str:
    """Return the answer of ``backend`` to ``task``.

    Args:
        task: the task.
        data: what ``read_data`` returns for it.
        backend: has the method of the task's role.
        image: what the task is about; None for a task about words.
        is_json: whether the client requires a JSON object.

    Raises:
        BackendError: the backend failed, or returned an invalid result.
    """
    stage = task.stage
    with isolate(backend, stage, f"failed in the stage '{stage}'"):
        match stage:
            case "describe":
                text = validation.check_description(backend.describe(image), backend)
                return json.dumps({"description": text}) if is_json else text
            case "select":
                words = validation.check_words(backend.select(*data), backend, stage)
                return json.dumps({"words": words})
            case "compress":
                words = validation.check_words(backend.compress(data), backend, stage)
                return json.dumps({"skeletons": words})
            case "decompress":
                words = validation.check_words(backend.decompress(data), backend, stage)
                return json.dumps({"words": words})
            case "expand":
                return validation.check_prompt(backend.expand(data), backend)
            case "compare":
                return validation.check_change(backend.compare(*data), backend) or NO_CHANGE
            case "check":
                return _check(data, backend, image)
            case _:
                return _locate(data, backend, image)


def _check(stated: Sequence[Predicate | None], backend: Any, image: Any) -> str:
    """Return the answers by the numbers of the statements; for what is not a statement, unsure."""
    predicates = [predicate for predicate in stated if predicate is not None]
    found = validation.check_answers(backend.check(image, predicates), len(predicates), backend)
    answers = iter(found)
    return json.dumps(
        {
            f"{number}": UNSURE if predicate is None else next(answers)
            for number, predicate in enumerate(stated, 1)
        }
    )


def _locate(words: Sequence[str], backend: Any, image: Any) -> str:
    groups = validation.check_boxes(backend.locate(image, words), len(words), backend)
    boxes = [
        {"label": word, **dict(zip(EDGES, (round(SCALE * edge) for edge in box), strict=True))}
        for word, group in zip(words, groups, strict=True)
        for box in group
    ]
    return json.dumps({"boxes": boxes})


def _read_k(task: OwnTask) -> int:
    if not 1 <= task.k <= MAX_K:
        raise invalid_value_error(
            f"Invalid number of words {task.k}: use 1 to {MAX_K}.", "messages"
        )
    return task.k


def _check_count(items: list[str], limit: int, noun: str) -> list[str]:
    if not 1 <= len(items) <= limit:
        raise invalid_value_error(
            f"The task has {len(items)} {noun}: use 1 to {limit}.", "messages"
        )
    return items


def _read_comparison(task: OwnTask) -> tuple[str, str]:
    with suppress(ValueError, RecursionError):  # the client may have cut the data
        match json.loads(task.data):
            case {"now": str(now), "wanted": str(wanted)}:
                return now, wanted
    raise invalid_value_error("The task does not have two descriptions: shorten them.", "messages")
