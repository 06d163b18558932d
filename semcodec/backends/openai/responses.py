"""Parse the JSON of responses, field by field.

Many servers are only mostly compatible with OpenAI: content in parts, counts that are missing or
null, extra fields of any type. Fields that are not needed are ignored, whatever they contain. A
strict schema, such as a pydantic model, would reject usable responses.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final

from semcodec.backends.recording import ModelResponse, Usage

MAX_MODEL_NAME: Final = 200  #: characters
MAX_ERROR: Final = 160  #: characters of a server's error in our message
MAX_TEXT: Final = 200_000  #: characters of an answer
MAX_TOKEN_COUNT: Final = 10**9  #: a larger count must be an error of the server


class MalformedResponseError(Exception):
    """A response lacks a required field; the message names the field."""


def parse_response(route: str, body: Any) -> ModelResponse:
    """Return the response in ``body``, the JSON value that a server sent.

    Raises:
        MalformedResponse: a required field is missing, or the server sent an error.
    """
    if not isinstance(body, dict):
        raise MalformedResponseError("not a JSON object")
    error = body.get("error")
    if error and isinstance(error, dict | str):
        message = error.get("message") if isinstance(error, dict) else error
        raise MalformedResponseError(f"error: {_text(message)[:MAX_ERROR]}")
    return PARSERS[route](body)


def _parse_chat(body: Mapping[str, Any]) -> ModelResponse:
    choice = _first(body, "choices")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise MalformedResponseError("no message")
    reason = choice.get("finish_reason")
    return ModelResponse(
        text=_text(message.get("content")),
        model=_model_name(body),
        is_truncated=reason == "length",
        refusal=_text(message.get("refusal")) or _refusal_by_filter(reason),
        usage=_usage(body),
    )


def _parse_responses(body: Mapping[str, Any]) -> ModelResponse:
    if not isinstance(body.get("output"), list):
        raise MalformedResponseError("no output")
    parts = [part for item in _objects(body, "output") for part in _objects(item, "content")]
    details = body.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    return ModelResponse(
        text=_join_parts(parts, "output_text", "text"),
        model=_model_name(body),
        is_truncated=reason == "max_output_tokens",
        refusal=_join_parts(parts, "refusal", "refusal") or _refusal_by_filter(reason),
        usage=_usage(body),
    )


def _parse_images(body: Mapping[str, Any]) -> ModelResponse:
    encoded = _first(body, "data").get("b64_json")
    if not isinstance(encoded, str) or not encoded:
        raise MalformedResponseError("no image in b64_json")
    try:
        image = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise MalformedResponseError("b64_json is not base64") from None
    return ModelResponse(image=image, model=_model_name(body), usage=_usage(body))


def _parse_models(body: Mapping[str, Any]) -> ModelResponse:
    ids = [entry.get("id") for entry in _objects(body, "data")]
    names = [name for name in ids if isinstance(name, str) and name.isprintable()]
    return ModelResponse("\n".join(names)[:MAX_TEXT])


PARSERS: Final[dict[str, Callable[[Mapping[str, Any]], ModelResponse]]] = {
    "chat/completions": _parse_chat,
    "responses": _parse_responses,
    "images/generations": _parse_images,
    "images/edits": _parse_images,
    "models": _parse_models,
}


def _first(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    objects = _objects(body, name)
    if not objects:
        raise MalformedResponseError(f"{name} is empty")
    return objects[0]


def _objects(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects in the list ``name``; empty if it is not a list."""
    value = body.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _join_parts(parts: list[dict[str, Any]], part_type: str, field: str) -> str:
    return "".join(_text(part.get(field)) for part in parts if part.get("type") == part_type)


def _text(value: Any) -> str:
    """Return a text that was sent as a string or in parts, without unpaired surrogates."""
    if isinstance(value, list):
        value = "".join(_text(part.get("text")) for part in value if isinstance(part, dict))
    text = value if isinstance(value, str) else ""
    return text[:MAX_TEXT].encode(errors="replace").decode()


def _refusal_by_filter(reason: object) -> str:
    return "filtered" if reason == "content_filter" else ""


def _model_name(body: Mapping[str, Any]) -> str:
    name = _text(body.get("model"))[:MAX_MODEL_NAME]
    return name if name.isprintable() else ""


def _usage(body: Mapping[str, Any]) -> Usage | None:
    """Return the token counts, under the names of either API; None if a count is missing.

    Nothing is guessed: for None the budget uses an upper bound, while a guess could be too low.
    """
    counts = body.get("usage")
    if not isinstance(counts, dict):
        return None
    details = counts.get("input_tokens_details")
    image_tokens = _count(details.get("image_tokens")) if isinstance(details, dict) else None
    input_tokens = _count(counts.get("prompt_tokens", counts.get("input_tokens")))
    output_tokens = _count(counts.get("completion_tokens", counts.get("output_tokens")))
    if input_tokens is None or output_tokens is None:
        return None
    return Usage(
        input_tokens=input_tokens,
        input_image_tokens=min(image_tokens or 0, input_tokens),
        output_tokens=output_tokens,
        output_image_tokens=output_tokens if "data" in body else 0,
    )


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= MAX_TOKEN_COUNT else None
