"""Read the JSON of an answer, field by field: many servers are only nearly compatible."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final

from semcodec.backends.recording import ModelResponse, Usage

MAX_NAME: Final = 200  #: characters of a model's name
MAX_ERROR: Final = 160  #: characters of an error that are shown
MAX_TEXT: Final = 200_000  #: characters of an answer
MAX_COUNT: Final = 10**9  #: tokens that a server may say a call took


class Unreadable(Exception):
    """The answer has not the fields that it should have; the message says which."""


def read(route: str, body: Any) -> ModelResponse:
    """Return the reply in the ``body`` of an answer.

    Raises:
        Unreadable: it has not the fields that a reply has.
    """
    if not isinstance(body, dict):
        raise Unreadable("no object")
    error = body.get("error")
    if error and isinstance(error, dict | str):
        said = error.get("message") if isinstance(error, dict) else error
        raise Unreadable(f"an error: {_text(said)[:MAX_ERROR]}")
    return READERS[route](body)


def _chat(body: Mapping[str, Any]) -> ModelResponse:
    choice = _first(body, "choices")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise Unreadable("no message")
    why = choice.get("finish_reason")
    refusal = _text(message.get("refusal")) or ("filtered" if why == "content_filter" else "")
    text = _text(message.get("content"))
    return ModelResponse(text, b"", _model(body), why == "length", refusal, _usage(body))


def _responses(body: Mapping[str, Any]) -> ModelResponse:
    output = body.get("output")
    if not isinstance(output, list):
        raise Unreadable("no output")
    parts = [part for one in output if isinstance(one, dict) for part in _list(one, "content")]
    text = "".join(_text(part.get("text")) for part in parts if part.get("type") == "output_text")
    refusal = "".join(_text(part.get("refusal")) for part in parts if part.get("type") == "refusal")
    details = body.get("incomplete_details")
    why = details.get("reason") if isinstance(details, dict) else None
    refusal = refusal or ("filtered" if why == "content_filter" else "")
    return ModelResponse(text, b"", _model(body), why == "max_output_tokens", refusal, _usage(body))


def _images(body: Mapping[str, Any]) -> ModelResponse:
    encoded = _first(body, "data").get("b64_json")
    if not isinstance(encoded, str) or not encoded:
        raise Unreadable("no picture in b64_json")
    try:
        image = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise Unreadable("b64_json is no base64") from None
    return ModelResponse("", image, _model(body), usage=_usage(body))


def _models(body: Mapping[str, Any]) -> ModelResponse:
    names = [one.get("id") for one in _list(body, "data")]
    lines = [name for name in names if isinstance(name, str) and name.isprintable()]
    return ModelResponse("\n".join(lines)[:MAX_TEXT])


READERS: Final[dict[str, Callable[[Mapping[str, Any]], ModelResponse]]] = {
    "chat/completions": _chat,
    "responses": _responses,
    "images/generations": _images,
    "images/edits": _images,
    "models": _models,
}


def _first(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = _list(body, name)
    if not found:
        raise Unreadable(f"{name} is empty")
    return found[0]


def _list(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = body.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(value: Any) -> str:
    """Return a text, whole or in parts, without half characters, which nothing can write."""
    if isinstance(value, list):
        value = "".join(_text(part.get("text")) for part in value if isinstance(part, dict))
    text = value if isinstance(value, str) else ""
    return text[:MAX_TEXT].encode(errors="replace").decode()


def _model(body: Mapping[str, Any]) -> str:
    name = _text(body.get("model"))[:MAX_NAME]
    return name if name.isprintable() else ""


def _usage(body: Mapping[str, Any]) -> Usage | None:
    """Return the tokens, by the names of either dialect."""
    said = body.get("usage")
    if not isinstance(said, dict):
        return None
    details = said.get("input_tokens_details")
    pictures = _count(details.get("image_tokens")) if isinstance(details, dict) else None
    taken = _count(said.get("prompt_tokens", said.get("input_tokens")))
    given = _count(said.get("completion_tokens", said.get("output_tokens")))
    if taken is None or given is None:
        return None  # what the call took is then the most it can be
    return Usage(taken, min(pictures or 0, taken), given, given if "data" in body else 0)


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= MAX_COUNT else None
