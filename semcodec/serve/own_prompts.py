"""Recognize the prompts of semcodec's own clients, to call a method of a backend for each.

A backend that is not a language model, such as the offline one, has methods for a few tasks. A
client of semcodec sends a prompt for each of these tasks, with the data as a quotation, so the task
and its data can be read back from it, exactly. Prompts of other clients, and those of a client with
``--prompts``, are not recognized. This is the inverse of ``Prompts.task``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from semcodec.backends.prompting.prompts import PARTS, Prompts

#: What a placeholder can stand for. A quotation escapes angle brackets, so it ends at the first.
PLACEHOLDERS: Final = {
    "data": r'<data>(?P<data>"[^<>]*")</data>',
    "k": r"(?P<k>[0-9]{1,6})",
    "shape": r"[a-z ]{1,40}",
}
PLACEHOLDER: Final = re.compile(r"\$(\w+)")


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A task of a client of semcodec.

    Attributes:
        stage: such as ``"select"``.
        data: the text that was quoted; ``""`` for a task without one.
        k: the number of words to select; 0 for other tasks.
    """

    stage: str
    data: str = ""
    k: int = 0


def recognize(prompt: str) -> OwnTask | None:
    """Return the task that ``prompt`` states, or None if it is not one of semcodec."""
    for stage, pattern in _patterns():
        if match := pattern.fullmatch(prompt):
            values = match.groupdict()
            try:
                data = json.loads(values.get("data") or '""')
            except ValueError:  # a quotation that semcodec did not make
                return None
            return OwnTask(stage, data, int(values.get("k") or 0))
    return None


def split_task(task: str) -> tuple[str, str]:
    """Return a task of semcodec without the part that is for a JSON schema, and that part.

    A model that does not use schemas must not get it: see ``ChatRequest.schema_task``.
    """
    probe = Prompts.read().probe
    if probe and task.endswith(f"\n\n{probe}"):
        return task.removesuffix(f"\n\n{probe}"), probe
    return task, ""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return a pattern for the task of each stage, which matches in linear time."""
    prompts = Prompts.read()
    # What a client may append to a task.
    suffixes = {"describe": prompts.probe, "paint": prompts.colors}
    placeholders = PLACEHOLDERS | {"quotation": re.escape(prompts.texts["quotation"])}

    def pattern(stage: str) -> re.Pattern[str]:
        literals = PLACEHOLDER.split(prompts.texts[f"{stage}.task"])
        for index, piece in enumerate(literals):  # placeholders are at odd indices
            literals[index] = placeholders[piece] if index % 2 else re.escape(piece)
        suffix = suffixes.get(stage)
        end = rf"(?:\n\n{re.escape(suffix)})?" if suffix else ""
        return re.compile("".join(literals) + end)

    return tuple((stage, pattern(stage)) for stage in PARTS)
