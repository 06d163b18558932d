"""State a JSON schema in the task, and find its answer, for models to which none can be sent.

Only for requests of other programs (``semcodec serve``): the tasks of semcodec state their form in
words of their own, and their answers are validated anyway.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from semcodec.backends.prompting.chat import ChatRequest, ChatResponse
from semcodec.backends.prompting.prompts import PARTS
from semcodec.errors import InvalidResponseError

TASK: Final = "{task}\n\nAnswer with JSON of this schema, and with nothing else:\n{schema}"
MAX_STARTS: Final = 64  #: brackets of an answer at which JSON may start


def state_schema(chat: ChatRequest) -> ChatRequest:
    """Return a request whose task states its schema, if another program has sent one."""
    if not _has_foreign_schema(chat):
        return chat
    return replace(chat, task=TASK.format(task=chat.task, schema=json.dumps(chat.schema)))


def extract_json(chat: ChatRequest, response: ChatResponse, backend: str) -> ChatResponse:
    """Return a response without the words around its JSON, if another program has sent a schema.

    The JSON is of the type of the schema and has the fields that it requires; what is in them is
    not looked at. A response that was cut off stays as it is.

    Raises:
        InvalidResponseError: it has no such JSON.
    """
    if not _has_foreign_schema(chat) or response.is_truncated:
        return response
    for text, value in _find_json(response.text):
        if _fits(value, chat.schema or {}):
            return replace(response, text=text)
    message = "The model did not answer with JSON of the schema: use a larger model."
    raise InvalidResponseError(message, backend=backend, stage=chat.stage)


def _has_foreign_schema(chat: ChatRequest) -> bool:
    return chat.schema is not None and chat.stage not in PARTS


def _find_json(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the objects and lists in a text, each with its part of the text."""
    decoder, position = json.JSONDecoder(), 0
    for _ in range(MAX_STARTS):
        starts = [at for bracket in "{[" if (at := text.find(bracket, position)) >= 0]
        if not starts:
            return
        position = min(starts)
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            position += 1
        else:
            yield text[position:end], value
            position = end


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    if schema.get("type") == "array":
        return isinstance(value, list)
    required = schema.get("required")
    names = required if isinstance(required, list) else []
    return isinstance(value, dict) and all(name in value for name in names if isinstance(name, str))
