"""Leave out and rename fields of requests, as the user sets it and as a server requires it.

A field has one usual name, in this package and in docs/requests.md. The requests to a server may
have another name for it, or lack it. Two sources decide: the settings ``text_extra``,
``text_names``, ``image_extra`` and ``image_names``, and the rejections of the server
(``rejected_fields``), which hold for all later requests of the backend.

A server, which may be hostile, cannot make a request lose what protects the user:

* ``store`` is left out by itself only for a server on this machine. A gateway that rejects it may
  pass the request on to OpenAI, which stores the photograph if the field is missing.
* The JSON schema stays if the setting ``structured`` requires it.
* A request without a limit of its output has a bound of ``UNLIMITED_OUTPUT`` tokens, and a picture
  without a size or quality that of the most expensive ones. So the budget rejects a request that
  could exceed it, whatever the server made it lose.

The model, the conversation, the prompt and the picture to edit are never left out by themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from semcodec.backends.openai.field_names import IMAGE_FIELDS, NEVER_REJECTED, TEXT_FIELDS, Names
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import ModelRequest
from semcodec.backends.recording.budget import UNLIMITED_OUTPUT, largest_output_limit
from semcodec.forks import block_fork

#: The JSON schema of an answer; in an image request, ``response_format`` is something else.
SCHEMA_FIELDS: Final = ("response_format", "text")
LIMIT_FIELDS: Final = ("max_completion_tokens", "max_output_tokens")
#: Other common names of a field, tried before it is left out.
COMMON_NAMES: Final = {"max_completion_tokens": ("max_tokens", "max_completion_tokens")}
#: Fields that the openai package does not know on some routes, and sends only as extra fields.
UNKNOWN_TO_CLIENT: Final[dict[str, tuple[str, ...]]] = {
    "responses": ("seed",),
    "images/generations": ("seed",),
    "images/edits": ("seed", "strength"),
}


class RequestFields:
    """The names of the fields in the requests for texts, or for images, to one server.

    Threads may share it.
    """

    def __init__(self, settings: Settings, *, is_image: bool) -> None:
        self._settings, self._is_image = settings, is_image
        self._names: Names = settings.image_field_names if is_image else settings.text_field_names
        self._rejected: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def is_sent(self, field: str) -> bool:
        """Return whether ``field`` is sent, under any name."""
        return self._names.get(field, field) is not None

    def apply(self, request: ModelRequest) -> ModelRequest:
        """Return ``request`` with the fields and names that the server gets."""
        names = self._names  # other threads replace the mapping, but never change it
        parts: dict[str, str] = {}
        body = dict(request.body)
        if not self._is_image:
            body = _apply_system(body, names, parts)
            body = {name: _apply_parts(value, names, parts) for name, value in body.items()}
        extra = {name: value for name, value in request.extra.items() if self._is_extra(name)}
        kept, moved = dict[str, Any](), dict[str, Any]()
        for field, value in body.items():
            if (name := names.get(field, field)) is not None:
                is_known = name == field and field not in UNKNOWN_TO_CLIENT.get(request.route, ())
                (kept if is_known else moved)[name] = value
                parts[name] = field
        sent = {name: field for name, field in parts.items() if name not in extra}
        limit = request.max_output_tokens
        if not self._is_image and not any(field in LIMIT_FIELDS for field in parts.values()):
            limit = largest_output_limit(extra) or UNLIMITED_OUTPUT
        return replace(
            request,
            body=kept,
            extra={**moved, **extra},
            fields=sent,
            max_output_tokens=limit,
            unnamed_model="" if "model" in kept else request.model,
        )

    def reject(self, request: ModelRequest, fields: Iterable[str]) -> str | None:
        """Leave out or rename ``fields`` of ``request``, which the server rejected.

        Returns:
            What is different in the next request, for the trace; None if one of the fields must be
            sent, and nothing was changed.
        """
        sent = {field: name for name, field in request.fields.items()}
        rejected = [field for field in dict.fromkeys(fields) if field in sent]
        if not rejected or not all(map(self._may_be_missing, rejected)):
            return None
        with block_fork(), self._lock:
            for field in rejected:  # the same again if another thread has already done it
                self._names = {**self._names, field: self._next_name(field, sent[field])}
            names = self._names
        return ", ".join(_describe(field, names[field], self._is_image) for field in rejected)

    def _may_be_missing(self, field: str) -> bool:
        if field == "store":
            return self._settings.is_local
        if field in SCHEMA_FIELDS and not self._is_image:
            return self._settings.structured == "auto"
        return field not in NEVER_REJECTED

    def _next_name(self, field: str, name: str) -> str | None:
        """Return the name to send after the server rejected ``name``, or None."""
        self._rejected.add((field, name))
        others = COMMON_NAMES.get(field, ())
        return next((other for other in others if (field, other) not in self._rejected), None)

    def _is_extra(self, name: str) -> bool:
        """Return whether a field of the settings is an extra one; false omits one of ours."""
        extra = self._settings.image_extra if self._is_image else self._settings.text_extra
        known = IMAGE_FIELDS if self._is_image else TEXT_FIELDS
        return not (extra.get(name) is False and name in known and name != "store")


def _describe(field: str, name: str | None, is_image: bool) -> str:
    if name is not None:
        return f"with {name} in place of {field}"
    if field in ("system", "instructions"):
        return "with the system prompt in the user's message"
    is_schema = field in SCHEMA_FIELDS and not is_image
    return f"without {'the JSON schema' if is_schema else field}"


def _apply_system(body: dict[str, Any], names: Names, sent: dict[str, str]) -> dict[str, Any]:
    """Return ``body`` with the system prompt under its name, or in front of the user's message."""
    if "messages" in body:
        system, user, *rest = body["messages"]
        role = names.get("system", "system")
        if role is not None:
            sent[role] = "system"
            return {**body, "messages": [{**system, "role": role}, user, *rest]}
        return {**body, "messages": [_prepend(user, system["content"]), *rest]}
    if "instructions" in body and names.get("instructions", "instructions") is None:
        user, *rest = body["input"]
        others = {name: value for name, value in body.items() if name != "instructions"}
        return {**others, "input": [_prepend(user, body["instructions"]), *rest]}
    return body


def _prepend(message: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a user's message with ``text`` in front of its own text."""
    content = message["content"]
    if isinstance(content, str):
        return {**message, "content": f"{text}\n\n{content}"}
    first, *rest = content
    return {**message, "content": [{**first, "text": f"{text}\n\n{first['text']}"}, *rest]}


def _apply_parts(value: Any, names: Names, sent: dict[str, str]) -> Any:
    """Return a part of a body with the fields ``detail`` and ``strict`` under their names.

    Neither occurs in the JSON schema of an answer, which is copied unchanged.
    """
    if isinstance(value, list):
        return [_apply_parts(item, names, sent) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for field, item in value.items():
        name: str | None = field
        if field in ("detail", "strict"):
            if (name := names.get(field, field)) is None:
                continue
            sent[name] = field
        changed[name] = item if field == "schema" else _apply_parts(item, names, sent)
    return changed
