"""Responses with the status of an error, and redirects."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from tests.backends.openai.fake_server import Behavior, respond
from tests.backends.openai.faults.fault import KEY, PAGE, SUCCESS, Fault, error_body

#: As long as the part of a message that is quoted, less some letters of the key that follows.
LONG_TEXT: Final = (
    "No project of your organization may ask this model before an owner of it has agreed to the "
    "terms of its use, and you have asked with the key "
)
LIMITED: Final = "The server URL rejected 'STAGE' by its rate limit (Slow down): try again"
FAILED: Final = "The server URL failed during 'STAGE' (status"


def rate_limit(*headers: str) -> Behavior:
    """Reject a request because of the rate limit."""
    return respond(429, error_body("Slow down."), *headers)


STATUSES: Final = (
    Fault("returns status 429", rate_limit(), f"{LIMITED} later.", 3, 3, (1, 2), scope="server"),
    Fault("returns status 429 once", rate_limit(), SUCCESS, 1, 1, (1,), once=True),
    Fault(
        "returns status 429, retry-after: 7",
        rate_limit("retry-after: 7"),
        f"{LIMITED} in 7 seconds.",
        3,
        3,
        (7, 7),
        scope="server",
    ),
    Fault(
        "returns status 429, retry-after: 86400",
        rate_limit("retry-after: 86400"),
        f"{LIMITED} in 24 hours.",
        scope="server",
    ),
    Fault(
        "returns status 429, retry-after: 1e999",
        rate_limit("retry-after: 1e999"),
        f"{LIMITED} later.",
        3,
        3,
        (1, 2),
        scope="server",
    ),
    Fault(
        "has no credit left",
        respond(429, error_body("Check your plan.", "insufficient_quota")),
        "The server URL reports that the account has no credit left: add credit to the account, "
        "or use another key.",
        scope="everything",
    ),
    Fault(
        "returns status 500",
        respond(500, error_body("Sorry.")),
        f"{FAILED} 500: Sorry): try again later.",
        3,
        1,
        (1, 2),
        scope="server",
    ),
    Fault(
        "returns status 500 once",
        respond(500, error_body("Sorry.")),
        SUCCESS,
        1,
        None,
        (1,),
        once=True,
    ),
    Fault(
        "returns status 502 with a web page",
        respond(502, PAGE, kind="text/html"),
        f"{FAILED} 502): try again later.",
        3,
        1,
        (1, 2),
        scope="server",
    ),
    Fault(
        "returns status 503",
        respond(503, error_body("Busy.")),
        f"{FAILED} 503: Busy): try again later.",
        3,
        3,
        (1, 2),
        scope="server",
    ),
    Fault(
        "returns status 503 once", respond(503, error_body("Busy.")), SUCCESS, 1, 1, (1,), once=True
    ),
    Fault(
        "returns status 504", respond(504, b""), f"{FAILED} 504): try again later.", scope="server"
    ),
    Fault(
        "redirects",
        respond(307, b"", "location: http://elsewhere.example/v1"),
        "The server URL redirects elsewhere (status 307): use the new base URL.",
        scope="everything",
    ),
    Fault(
        "rejects the key, and repeats it",
        respond(401, error_body(f"Incorrect API key provided: {KEY}.", "invalid_api_key")),
        "The server URL rejected the API key from $SEMCODEC_API_KEY: set a valid one.",
        scope="everything",
    ),
    Fault(
        "forbids the request, and repeats the key in a long message",
        respond(403, error_body(LONG_TEXT + KEY)),
        f"The server URL does not allow this key to use m ({LONG_TEXT}[key]): use another model "
        "or key.",
        scope="everything",
    ),
    Fault(
        "forbids the request, and repeats the key percent-encoded",
        respond(403, error_body(quote(KEY, safe="/"))),
        "The server URL does not allow this key to use m ([key]): use another model or key.",
        scope="everything",
    ),
    Fault(
        "does not have the model",
        respond(404, error_body("There is no model m.", "model_not_found")),
        "The server URL does not have the model m (There is no model m): name one of its models "
        "with OPTION.",
        scope="everything",
        lacks_edits=True,
    ),
    Fault(
        "does not have the route for texts",
        respond(404, b"page not found", kind="text/plain"),
        "The server URL does not have the route chat/completions: check that the base URL ends "
        "in /v1.",
        1,
        None,
        scope="everything",
    ),
    Fault(
        "does not have the route for images",
        respond(404, b"page not found", kind="text/plain"),
        "The server URL does not have the route images/generations: use another painter, such "
        "as --painter embedded.",
        None,
        lacks_edits=True,
    ),
    Fault(
        "returns status 413 with a web page",
        respond(413, PAGE, kind="text/html"),
        "The server URL rejected 'STAGE' as too long: use a model with more context, or a "
        "smaller image.",
    ),
    Fault(
        "rejects a request longer than its context",
        respond(400, error_body("At most 4096 tokens.", "context_length_exceeded")),
        "The server URL rejected 'STAGE' as too long (At most 4096 tokens): use a model with "
        "more context, or a smaller image.",
    ),
    Fault(
        "returns status 422",
        respond(422, {"detail": "n is too many"}),
        "The server URL rejected 'STAGE' (status 422: n is too many): check model and settings.",
    ),
    Fault(
        "returns status 400 with a text as error",
        respond(400, {"error": "There is no field n."}),
        "The server URL rejected 'STAGE' (status 400: There is no field n): check model and "
        "settings.",
        1,
        2,
    ),
    Fault(
        "blocks the content as unsafe",
        respond(400, error_body("It is not safe.", "moderation_blocked")),
        "The server URL refused 'STAGE' (It is not safe): use another image or model.",
    ),
)
