"""Fields of a request that a server refuses."""

from __future__ import annotations

from typing import Any, Final

from tests.backends.openai.fake_server import Behavior, respond
from tests.backends.openai.faults.fault import SUCCESS, Fault, error_body


def forbidden(*path: str | int) -> dict[str, Any]:
    """Return one of pydantic's errors."""
    message = "Extra inputs are not permitted"
    return {"type": "extra_forbidden", "loc": ["body", *path], "msg": message, "input": 1}


def forbid(*path: str | int) -> Behavior:
    """Reject a field as pydantic does."""
    return respond(422, {"detail": [forbidden(*path)]})


def reject(field: str) -> Behavior:
    """Reject a field as OpenAI does."""
    message = f"Unsupported parameter: '{field}' is not supported with this model."
    return respond(400, error_body(message, "unsupported_parameter", param=field))


FIELDS: Final = (
    Fault(
        "rejects JSON schemas",
        respond(400, error_body("response_format is not supported")),
        SUCCESS,
        1,
        None,
        only=b"json_schema",
    ),
    Fault(
        "does not implement JSON schemas",
        respond(501, error_body("response_format is not implemented")),
        SUCCESS,
        1,
        None,
        only=b"json_schema",
    ),
    Fault(
        "fails to follow a JSON schema",
        respond(500, error_body("The output does not match the expected peg-native format")),
        SUCCESS,
        1,
        None,
        only=b"json_schema",
    ),
    Fault(
        "takes only max_tokens",
        forbid("max_completion_tokens"),
        SUCCESS,
        1,
        None,
        only=b"max_completion_tokens",
    ),
    Fault(
        "takes no limit of the output",
        respond(422, {"detail": [forbidden("max_completion_tokens"), forbidden("max_tokens")]}),
        SUCCESS,
        2,
        None,
        only=b"_tokens",
    ),
    Fault(
        "rejects the role system",
        respond(400, error_body("System role not supported")),
        SUCCESS,
        1,
        None,
        only=b'"system"',
    ),
    Fault(
        "has a template without the role system",
        respond(500, error_body("Conversation roles must alternate user/assistant/user/...")),
        SUCCESS,
        1,
        None,
        only=b'"system"',
    ),
    Fault(
        "rejects the detail of an image",
        forbid("messages", 1, "content", 1, "image_url", "detail"),
        SUCCESS,
        1,
        None,
        only=b'"detail"',
    ),
    Fault(
        "rejects the temperature",
        respond(
            400,
            error_body(
                "Unsupported value: 'temperature' does not support 0 with this model.",
                "unsupported_value",
                param="temperature",
            ),
        ),
        SUCCESS,
        1,
        None,
        only=b'"temperature"',
    ),
    Fault(
        "rejects the seed",
        respond(400, b'json: unknown field "seed"', kind="text/plain"),
        SUCCESS,
        1,
        1,
        only=b'"seed"',
    ),
    Fault(
        "rejects the flag strict of a JSON schema",
        forbid("response_format", "json_schema", "strict"),
        SUCCESS,
        1,
        None,
        only=b'"strict"',
    ),
    Fault(
        "rejects the number of images",
        respond(400, error_body("property 'n' is unsupported")),
        SUCCESS,
        None,
        1,
        only=b'"n"',
    ),
    Fault(
        "rejects the format of an image response",
        reject("response_format"),
        SUCCESS,
        None,
        1,
        only=b"b64_json",
    ),
    Fault("rejects the size of an image", reject("size"), SUCCESS, None, 1, only=b'"size"'),
    Fault(
        "rejects the conversation",
        forbid("messages"),
        "The server URL rejected 'STAGE' (status 422: messages: Extra inputs are not permitted): "
        "check model and settings.",
        1,
        None,
    ),
    Fault(
        "rejects a field that it no longer gets",
        reject("seed"),
        "The server URL rejected 'STAGE' (status 400: Unsupported parameter: 'seed' is not "
        "supported with this model): check model and settings.",
        2,
        2,
    ),
)
