"""Decode the body of a response: a JSON object, an event stream, or several JSON values in a row.

No request asks for a stream, but some servers and gateways stream every response: as server-sent
events, as JSON lines, or as one JSON object followed by ``data: [DONE]``. Many send JSON without
its content type, or as ``text/plain``. So the content decides what a body is, not its type. The
events of a stream are merged into the object that the server would have sent without streaming,
so that ``responses`` reads both in the same way.

Events are merged while they are read, because a list of the events of a response at its size limit
would take fifty times the memory of its text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

MAX_EVENTS: Final = 100_000  #: a token takes over 40 bytes in a stream, and a text 4 MiB at most
#: Values in the JSON of a response without streaming, and in that of an image. A value takes up to
#: 300 bytes of memory, but only 3 in JSON: without the limit, 32 MiB could become a gigabyte.
MAX_VALUES: Final = 500_000
MAX_BLANK: Final = 10_000  #: characters at the start of a body in which the first line is searched
DONE: Final = "[DONE]"
CHUNK: Final = "chat.completion.chunk"  #: the type of an object that is a part of a stream
#: The lines of an event stream. Only the data counts: the names of events are also in the data.
STREAM_LINE: Final = re.compile(r"^(?:data:[ \t]?|(?::|event:|id:|retry:)[^\r\n]*)", re.M)
RECORD_SEPARATOR: Final = "\x1e"  #: before each value of a JSON text sequence
BLANK: Final = re.compile(rf"[\s{RECORD_SEPARATOR}]*")  #: between two values
#: Names of the field for the thoughts of a model, by server.
THOUGHTS_FIELDS: Final = ("reasoning_content", "reasoning", "thinking")


def decode_body(route: str, data: bytes) -> Any:
    """Return the JSON value in the body of a response to a request at ``route``.

    Raises:
        ValueError: it does not contain JSON, or too many values.
        RecursionError: it is nested too deeply.
    """
    text = data.decode(json.detect_encoding(data)).lstrip("\ufeff")
    is_stream = STREAM_LINE.match(text[:MAX_BLANK].lstrip()) or text.startswith(RECORD_SEPARATOR)
    if (not is_stream or "images" in route) and _count_values(text) > MAX_VALUES:
        raise ValueError(f"over {MAX_VALUES} values")
    if not is_stream:
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            if error.msg != "Extra data":
                raise
        except ValueError:  # Python's message is about its own settings
            raise ValueError("a number of too many digits") from None
        else:
            is_chunk = isinstance(value, dict) and value.get("object") == CHUNK
            return _merge(route, iter((value, DONE))) if is_chunk else value
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _merge(route, _iter_values(STREAM_LINE.sub("", text)))


def _count_values(text: str) -> int:
    """Return a number that is at least that of the values in the JSON ``text``, but for a few."""
    return sum(text.count(mark) for mark in "[{,")


def _iter_values(text: str) -> Iterator[Any]:
    """Yield the JSON values in ``text``, and last ``DONE`` if it has that mark."""
    decoder, at = json.JSONDecoder(), 0
    for _ in range(MAX_EVENTS):
        blank = BLANK.match(text, at)
        at = blank.end() if blank else at
        if at == len(text):
            return
        if text.startswith(DONE, at):
            yield DONE
            return
        value, at = decoder.raw_decode(text, at)
        yield value
    raise ValueError(f"a stream of over {MAX_EVENTS} events")


def _merge(route: str, events: Iterator[Any]) -> Any:
    """Return the object that a server would have sent in place of ``events``."""
    merged = MERGERS.get(route, _MergedObject)()
    for event in events:
        if event == DONE:
            merged.is_done = True
        elif not isinstance(event, dict):
            return event  # not a stream of objects
        elif event.get("error") or event.get("type") == "error":
            return {"error": event.get("error") or event}
        else:
            merged.add(event)
    return merged.body()


class _MergedObject:
    """Any response that is not streamed: the last object is the whole response.

    Attributes:
        is_done: whether the stream has the mark of its end.
    """

    def __init__(self) -> None:
        self.is_done = False
        self._last: dict[str, Any] = {}

    def add(self, event: dict[str, Any]) -> None:
        """Add the next event."""
        self._last = event

    def body(self) -> dict[str, Any]:
        """Return the merged object."""
        return self._last


class _MergedChat(_MergedObject):
    """The chunks of a chat completion: its texts are joined; the last value of a field counts."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: dict[str, list[str]] = {}
        self._message: dict[str, Any] | None = None
        self._finish_reason: Any = None
        self._fields: dict[str, Any] = {}

    def add(self, event: dict[str, Any]) -> None:
        self._fields |= {name: event[name] for name in ("model", "usage") if event.get(name)}
        choices = event.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict) and not choice.get("index"):
                self._add_choice(choice)

    def _add_choice(self, choice: Mapping[str, Any]) -> None:
        self._finish_reason = choice.get("finish_reason") or self._finish_reason
        message, delta = choice.get("message"), choice.get("delta")
        if isinstance(message, dict):
            self._message = message
        for name, value in delta.items() if isinstance(delta, dict) else ():
            if name in ("content", "refusal", *THOUGHTS_FIELDS):
                self._parts.setdefault(name, []).append(join_text(value))

    def body(self) -> dict[str, Any]:
        if not self._parts and self._message is None and self._finish_reason is None:
            return {**self._fields, "choices": []}
        joined = {name: "".join(parts) for name, parts in self._parts.items()}
        message = {**joined, **(self._message or {})}
        is_cut = self._finish_reason is None and not self.is_done
        reason = "length" if is_cut else self._finish_reason
        return {**self._fields, "choices": [{"message": message, "finish_reason": reason}]}


class _MergedResponses(_MergedObject):
    """The events of the responses API: the last one usually contains the whole response."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: dict[str, list[str]] = {}
        self._whole: dict[str, Any] | None = None

    def add(self, event: dict[str, Any]) -> None:
        name, response, delta = event.get("type"), event.get("response"), event.get("delta")
        if isinstance(response, dict):
            is_end = name not in ("response.created", "response.in_progress", "response.queued")
            self._whole = response if is_end else self._whole
        elif isinstance(event.get("output"), list):
            self._whole = event
        elif isinstance(name, str) and isinstance(delta, str):
            self._parts.setdefault(name, []).append(delta)

    def body(self) -> dict[str, Any]:
        whole = self._whole or {"incomplete_details": {"reason": "max_output_tokens"}}
        if whole.get("output") or not (self._parts or self._whole is None):
            return whole
        texts = {name: "".join(parts) for name, parts in self._parts.items()}
        content = [
            {"type": "output_text", "text": texts.get("response.output_text.delta", "")},
            {"type": "refusal", "refusal": texts.get("response.refusal.delta", "")},
            {"type": "reasoning_text", "text": texts.get("response.reasoning_text.delta", "")},
        ]
        return {**whole, "output": [{"content": content}] if texts else None}


class _MergedImages(_MergedObject):
    """The events of an image: only a complete image counts, never a partial one."""

    def add(self, event: dict[str, Any]) -> None:
        name = event.get("type")
        is_partial = isinstance(name, str) and "partial" in name
        if "data" in event:
            self._last = event
        elif not is_partial and (event.get("b64_json") or event.get("url")):
            self._last = {"data": [event], "usage": event.get("usage")}

    def body(self) -> dict[str, Any]:
        return self._last or {"data": []}


MERGERS: Final[dict[str, Callable[[], _MergedObject]]] = {
    "chat/completions": _MergedChat,
    "responses": _MergedResponses,
    "images/generations": _MergedImages,
    "images/edits": _MergedImages,
}


def join_text(value: Any) -> str:
    """Return a text that was sent as a string or in parts; without the parts that are thoughts."""
    if isinstance(value, str):
        return value
    parts = value if isinstance(value, list) else [value]
    return "".join(map(_part_text, parts))


def _part_text(part: Any) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("type") in ("thinking", "reasoning", "tool_use"):
        return ""
    text = part.get("text")
    return text if isinstance(text, str) else ""
