"""Parse the JSON of responses, field by field.

Many servers are only mostly compatible with OpenAI: content in parts, counts that are missing or
null, extra fields of any type. Fields that are not needed are ignored, whatever they contain. A
strict schema, such as a pydantic model, would reject usable responses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from semcodec.backends.openai.error_texts import find_text
from semcodec.backends.openai.event_streams import THOUGHTS_FIELDS, join_text
from semcodec.backends.openai.picture_data import decode_base64, decode_data_url, is_data_url
from semcodec.backends.prompting.parsing import (
    ONLY_THOUGHTS,
    THINK_TAG,
    without_thoughts,
)
from semcodec.backends.recording import ModelResponse, Usage

Fetch = Callable[[str], bytes]
HTTP_URL: Final = re.compile(r"\s{0,9}https?:", re.I)
MAX_URL: Final = 8192  #: characters of a URL; signatures take some hundred
ERROR_STATUSES: Final = range(400, 600)
IMAGE_ROUTES: Final = ("images/generations", "images/edits")

MAX_MODEL_NAME: Final = 1000  #: characters; some servers use paths of files as names
MAX_MODELS: Final = 10_000  #: entries in a list of models that are read
MAX_TEXT: Final = 200_000  #: characters of an answer
#: Why a chat completion ended at its limit; the second is that of gateways to other APIs.
LIMIT_REASONS: Final = ("length", "max_tokens")
MAX_SECRET: Final = 10_000  #: characters in which a secret is recognized, whatever is in between
MAX_REFUSAL: Final = 2_000  #: characters of the text of a refusal
MAX_TOKEN_COUNT: Final = 10**9  #: a larger count must be an error of the server


class MalformedResponseError(Exception):
    """A response lacks a required field; the message names the field."""


class ErrorInResponseError(Exception):
    """A response with status 200 contains an error; the message is its text.

    Args:
        text: the text of the error.
        code: its code, which is often the HTTP status that the response should have.
    """

    def __init__(self, text: str, code: object = None) -> None:
        super().__init__(text)
        self.status: int | None = code if type(code) is int and code in ERROR_STATUSES else None


def parse_response(route: str, body: Any, fetch: Fetch) -> ModelResponse:
    """Return the response in ``body``, the JSON value that a server sent.

    Its texts are as they were sent, of any length: ``finish_response`` comes next.

    Args:
        route: the route of the request.
        body: the JSON value.
        fetch: returns the file at a URL, for a picture that is not in the response.

    Raises:
        MalformedResponseError: a required field is missing.
        ErrorInResponseError: the server sent an error.
    """
    if not isinstance(body, dict):
        raise MalformedResponseError("not a JSON object")
    # Gateways put an error of the model's provider beside an empty message.
    for part in (body, *_objects(body, "choices")[:1]):
        error = part.get("error")
        if error and isinstance(error, dict | str):
            code = error.get("code") if isinstance(error, dict) else None
            raise ErrorInResponseError(find_text(error), code)
    try:
        return _parse_route(route, body, fetch)
    except MalformedResponseError:
        if text := find_text(body):  # {"detail": "Not authenticated"}
            raise ErrorInResponseError(text, body.get("code")) from None
        raise


def _parse_route(route: str, body: Mapping[str, Any], fetch: Fetch) -> ModelResponse:
    if route in IMAGE_ROUTES:
        return ModelResponse(
            image=_picture(body, fetch), model=join_text(body.get("model")), usage=_usage(body)
        )
    return PARSERS[route](body)


def finish_response(response: ModelResponse, redact: Callable[[str], str]) -> ModelResponse:
    """Return ``response`` with texts that may be shown and stored: without secrets, and bounded.

    The order matters: a secret that is cut in two would not be recognized. Thoughts are removed
    before an answer after them is cut.
    """
    text = response.text
    if len(text) > MAX_TEXT:
        text = without_thoughts(text)

    def finish(value: str, max_length: int) -> str:
        shown = redact(value[: max_length + MAX_SECRET])[:max_length]
        return shown.encode(errors="replace").decode()  # without unpaired surrogates

    model = finish(response.model, MAX_MODEL_NAME)
    return replace(
        response,
        text=finish(text, MAX_TEXT),
        model=model if model.isprintable() else "",
        refusal=finish(response.refusal, MAX_REFUSAL),
    )


def _parse_chat(body: Mapping[str, Any]) -> ModelResponse:
    choice = _first(body, "choices")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise MalformedResponseError("no message")
    reason = choice.get("finish_reason")
    is_truncated = reason in LIMIT_REASONS
    thoughts = [join_text(message.get(name)) for name in THOUGHTS_FIELDS]
    thoughts += [join_text(part.get("thinking")) for part in _objects(message, "content")]
    return ModelResponse(
        text=_answer(join_text(message.get("content")), thoughts),
        model=join_text(body.get("model")),
        is_truncated=is_truncated,
        refusal=join_text(message.get("refusal")) or _refusal_by_filter(reason),
        usage=_usage(body),
    )


def _parse_responses(body: Mapping[str, Any]) -> ModelResponse:
    if not isinstance(body.get("output"), list):
        raise MalformedResponseError("no output")
    parts = [part for item in _objects(body, "output") for part in _objects(item, "content")]
    details = body.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    is_truncated = reason == "max_output_tokens"
    has_thoughts = any(item.get("type") == "reasoning" for item in _objects(body, "output"))
    thoughts = [_join_parts(parts, "reasoning_text", "text"), "not shown" if has_thoughts else ""]
    return ModelResponse(
        text=_answer(_join_parts(parts, "output_text", "text"), thoughts),
        model=join_text(body.get("model")),
        is_truncated=is_truncated,
        refusal=_join_parts(parts, "refusal", "refusal") or _refusal_by_filter(reason),
        usage=_usage(body),
    )


def _answer(text: str, thoughts: Iterable[str]) -> str:
    """Return the answer ``text``; without one, what shows that the model only had ``thoughts``.

    Some servers take the answer for a part of the thoughts if it is after their end. Otherwise the
    result has the form of thoughts in the text of an answer, so that ``prompting`` treats all
    servers alike; the thoughts themselves are not needed, and may be long.
    """
    thought = next((item for item in thoughts if item.strip()), "")
    if text.strip() or not thought:
        return text
    end = list(THINK_TAG.finditer(thought))[-1:]
    if end and any(end[0].groups()) and thought[end[0].end() :].strip():
        return thought[end[0].end() :]
    return ONLY_THOUGHTS


def _picture(body: Mapping[str, Any], fetch: Fetch) -> bytes:
    """Return the image file in a response, or at the URL in it."""
    picture = _first(body, "data")
    for name in ("b64_json", "url"):
        value = picture.get(name)
        if isinstance(value, str) and value:
            try:
                return _decode_picture(value, fetch, is_url=name == "url")
            except ValueError as error:
                raise MalformedResponseError(f"{name} is {error}") from None
    raise MalformedResponseError("no image in b64_json or url")


def _decode_picture(value: str, fetch: Fetch, is_url: bool) -> bytes:
    """Return the image file in ``value``: base64, a data URL, or a URL.

    Some servers put one into the field of another. A relative URL is only read in its own field:
    ``/9j/`` begins the base64 of every JPEG image.
    """
    if is_data_url(value):
        return decode_data_url(value)
    if HTTP_URL.match(value) or (is_url and len(value) <= MAX_URL):
        return fetch(value)
    return decode_base64(value)


def _parse_models(body: Mapping[str, Any]) -> ModelResponse:
    """Return the names of the models, one per line, without those that no request could contain."""
    ids = [entry.get("id") for entry in _objects(body, "data")[:MAX_MODELS]]
    return ModelResponse("\n".join(n for n in ids if isinstance(n, str) and n and n.isprintable()))


PARSERS: Final[dict[str, Callable[[Mapping[str, Any]], ModelResponse]]] = {
    "chat/completions": _parse_chat,
    "responses": _parse_responses,
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
    return "".join(join_text(part.get(field)) for part in parts if part.get("type") == part_type)


def _refusal_by_filter(reason: object) -> str:
    return "filtered" if reason == "content_filter" else ""


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
