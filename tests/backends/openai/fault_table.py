"""The table of server faults and their outcomes, behind both the tests and docs/faults.md."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

from semcodec.backends.openai.client import MAX_IMAGE_BYTES, MAX_TEXT_BYTES
from tests.backends.openai import fake_responses, fake_server
from tests.backends.openai.fake_server import Behavior, respond
from tests.images import huge_png

Kind = Literal["text", "image"]
#: A stage of reflection; its failure never loses the picture.
ReflectionStage = Literal["check", "describe", "compare", "edit"]
#: The option, stage and route of each kind of request.
OPTIONS: Final[dict[Kind, str]] = {"text": "--model", "image": "--painter-model"}
STAGES: Final[dict[Kind, str]] = {"text": "describe", "image": "paint"}
ROUTES: Final[dict[Kind, str]] = {"text": "chat/completions", "image": "images/generations"}
MAX_BYTES: Final[dict[Kind, int]] = {"text": MAX_TEXT_BYTES, "image": MAX_IMAGE_BYTES}
#: The roles of the stages of reflection.
REFLECTION_ROLES: Final[dict[ReflectionStage, str]] = {
    "check": "checker",
    "describe": "describer",
    "compare": "writer",
    "edit": "editor",
}
KEY: Final = "Zx9very/secret+of=ours&co"
SECONDS: Final = 0.5  #: the timeout, where no response is ever complete
SUCCESS: Final = ""  #: the message of a run that succeeds


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a server and its outcome.

    Attributes:
        name: what the server does, for the page: "The server NAME".
        behavior: the same as code; None if no server is running.
        message: for the user, with URL, STAGE, OPTION and LIMIT as placeholders; empty if the run
            succeeds.
        text_requests, image_requests: the number of requests that get the fault, if every request
            for a text or an image gets it; None where it cannot happen.
        waits: seconds before each retry.
        once: whether only the first request gets the fault.
        only: bytes that the body of a request must contain to get the fault.
        is_late: whether no response is complete within ``SECONDS``.
    """

    name: str
    behavior: Behavior | None
    message: str
    text_requests: int | None = 1
    image_requests: int | None = 1
    waits: tuple[float, ...] = ()
    once: bool = False
    only: bytes = b""
    is_late: bool = False

    @property
    def code(self) -> int:
        """The exit code of the command."""
        return 2 if self.message else 0

    def requests(self, kind: Kind) -> int | None:
        """Return the number of requests of a kind that get the fault."""
        return self.text_requests if kind == "text" else self.image_requests

    def retry_waits(self, kind: Kind) -> tuple[float, ...]:
        """Return the seconds before each retry of a kind."""
        return self.waits if self.once or self.requests(kind) != 1 else ()

    def stop_reason(self, stage: ReflectionStage) -> str | None:
        """Return why reflection ends if the fault happens in ``stage``.

        Returns:
            ``""`` if reflection goes on; None if the fault cannot happen.
        """
        kind: Kind = "image" if stage == "edit" else "text"
        if self.requests(kind) is None:
            return None
        is_answer = self.message.startswith(UNUSABLE) or "backend openai refused" in self.message
        if is_answer and stage in ("check", "compare"):  # the rules take their place
            return "the checker is unsure" if stage == "check" else ""
        if not self.message or (stage == "edit" and self.lacks_edits):
            return ""
        verb = "refused" if " refused " in self.message else "failed"
        return f"the {REFLECTION_ROLES[stage]} {verb}"

    @property
    def lacks_edits(self) -> bool:
        """Whether the fault shows that a server cannot edit images."""
        return "does not have the" in self.message

    def format_message(self, kind: Kind, url: str) -> str:
        """Return the message for a kind of request to the server at ``url``."""
        message = self.message.replace("URL", url, 1).replace("OPTION", OPTIONS[kind])
        message = message.replace("LIMIT", str(MAX_BYTES[kind]))
        return message.replace("STAGE", STAGES[kind])


def error_body(message: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the body of an error response."""
    return {"error": {"message": message, "type": "x", "param": None, "code": code, **more}}


def respond_text(content: Any, **more: Any) -> Behavior:
    """Respond with a text, or any other value in its place."""
    return respond(200, fake_responses.chat_body("m", content, **more))


def respond_image(data: bytes) -> Behavior:
    """Respond with the bytes of an image file, or any other bytes in their place."""
    return respond(200, fake_responses.image_body(data))


DEEPLY_NESTED: Final = b"[" * 100_000 + b"]" * 100_000
PAGE: Final = b"<!doctype html><title>Welcome</title>"
VALID_PNG: Final = fake_responses.png_file((512, 512))
#: As long as the part of a message that is quoted, less some letters of the key that follows.
LONG_TEXT: Final = (
    "No project of your organization may ask this model before an owner of it has agreed to the "
    "terms of its use, and you have asked with the key "
)
LONG_TYPE: Final = "text/rather-strange-and-with-"  #: the same for a content type
CHECK_URL: Final = "in place of JSON: check that the base URL ends in /v1."
LIMITED: Final = "The server URL rejected 'STAGE' by its rate limit (Slow down): try again"
FAILED: Final = "The server URL failed during 'STAGE' (status"
BILLED: Final = "; not retried, because the request may have been billed: try again"
LATE: Final = (
    f"The server URL did not complete 'STAGE' within {SECONDS} seconds{BILLED} "
    "with a longer --timeout."
)
LOST: Final = "The server URL lost the connection during 'STAGE'"
MALFORMED: Final = "The server URL returned a malformed response to 'STAGE'"
RETRY: Final = "try again, or use another model."
NO_IMAGE: Final = "The model m returned no readable image to 'STAGE': try again."
TOO_LARGE: Final = (
    "The model m returned an image of over 16777216 pixels to 'STAGE': use another model."
)
UNUSABLE: Final = "The backend openai returned an unusable answer to 'STAGE' twice"


def rate_limit(*headers: str) -> Behavior:
    """Reject a request because of the rate limit."""
    return respond(429, error_body("Slow down."), *headers)


CONNECTIONS: Final = (
    Fault("is not running", None,
          "The server URL cannot be reached (ConnectError): check that it is running and that the "
          "base URL is right.", 0, 0, (1, 2)),
    Fault("resets the connection", fake_server.reset, f"{LOST} (ReadError){BILLED}."),
    Fault("resets the connection during its response", fake_server.reset_in_body,
          f"{LOST} (ReadError){BILLED}."),
    Fault("closes the connection before the end of its response", fake_server.close_in_body,
          f"{LOST} (RemoteProtocolError){BILLED}."),
    Fault("uses another protocol", fake_server.send_other_protocol,
          f"{LOST} (RemoteProtocolError){BILLED}."),
    Fault("never responds", fake_server.never_respond, LATE, is_late=True),
    Fault("sends its response byte by byte", fake_server.drip_body, LATE, is_late=True),
    Fault("sends its headers one by one", fake_server.drip_headers, LATE, is_late=True),
    Fault("sends a response without end", fake_server.send_endless_body,
          "The server URL returned a response of over LIMIT bytes to 'STAGE': check the base "
          "URL."),
)  # fmt: skip
STATUSES: Final = (
    Fault("returns status 429", rate_limit(), f"{LIMITED} later.", 3, 3, (1, 2)),
    Fault("returns status 429 once", rate_limit(), SUCCESS, 1, 1, (1,), once=True),
    Fault("returns status 429, retry-after: 7", rate_limit("retry-after: 7"),
          f"{LIMITED} in 7 seconds.", 3, 3, (7, 7)),
    Fault("returns status 429, retry-after: 86400", rate_limit("retry-after: 86400"),
          f"{LIMITED} in 24 hours."),
    Fault("returns status 429, retry-after: 1e999", rate_limit("retry-after: 1e999"),
          f"{LIMITED} later.", 3, 3, (1, 2)),
    Fault("has no credit left", respond(429, error_body("Check your plan.", "insufficient_quota")),
          "The server URL reports that the account has no credit left: add credit to the account, "
          "or use another key."),
    Fault("returns status 500", respond(500, error_body("Sorry.")),
          f"{FAILED} 500: Sorry): try again later.", 3, 1, (1, 2)),
    Fault("returns status 500 once", respond(500, error_body("Sorry.")), SUCCESS, 1, None, (1,),
          once=True),
    Fault("returns status 502 with a web page", respond(502, PAGE, kind="text/html"),
          f"{FAILED} 502): try again later.", 3, 1, (1, 2)),
    Fault("returns status 503", respond(503, error_body("Busy.")),
          f"{FAILED} 503: Busy): try again later.", 3, 3, (1, 2)),
    Fault("returns status 503 once", respond(503, error_body("Busy.")), SUCCESS, 1, 1, (1,),
          once=True),
    Fault("returns status 504", respond(504, b""), f"{FAILED} 504): try again later."),
    Fault("redirects", respond(307, b"", "location: http://elsewhere.example/v1"),
          "The server URL redirects elsewhere (status 307): use the new base URL."),
    Fault("rejects the key, and repeats it",
          respond(401, error_body(f"Incorrect API key provided: {KEY}.", "invalid_api_key")),
          "The server URL rejected the API key from $SEMCODEC_API_KEY: set a valid one."),
    Fault("forbids the request, and repeats the key in a long message",
          respond(403, error_body(LONG_TEXT + KEY)),
          f"The server URL does not allow this key to use m ({LONG_TEXT}[key]): use another model "
          "or key."),
    Fault("forbids the request, and repeats the key percent-encoded",
          respond(403, error_body(quote(KEY, safe="/"))),
          "The server URL does not allow this key to use m ([key]): use another model or key."),
    Fault("does not have the model",
          respond(404, error_body("There is no model m.", "model_not_found")),
          "The server URL does not have the model m (There is no model m): name one of its models "
          "with OPTION."),
    Fault("does not have the route for texts", respond(404, b"page not found", kind="text/plain"),
          "The server URL does not have the route chat/completions: check that the base URL ends "
          "in /v1.", 1, None),
    Fault("does not have the route for images", respond(404, b"page not found", kind="text/plain"),
          "The server URL does not have the route images/generations: use another painter, such "
          "as --painter embedded.", None),
    Fault("returns status 413 with a web page", respond(413, PAGE, kind="text/html"),
          "The server URL rejected 'STAGE' as too long: use a model with more context, or a "
          "smaller image."),
    Fault("rejects a request longer than its context",
          respond(400, error_body("At most 4096 tokens.", "context_length_exceeded")),
          "The server URL rejected 'STAGE' as too long (At most 4096 tokens): use a model with "
          "more context, or a smaller image."),
    Fault("returns status 422", respond(422, {"detail": "n is too many"}),
          "The server URL rejected 'STAGE' (status 422: n is too many): check model and "
          "settings."),
    Fault("returns status 400 with a text as error",
          respond(400, {"error": "There is no field n."}),
          "The server URL rejected 'STAGE' (status 400: There is no field n): check model and "
          "settings."),
    Fault("rejects JSON schemas", respond(400, error_body("response_format is not supported")),
          SUCCESS, 1, None, only=b"json_schema"),
    Fault("blocks the content as unsafe",
          respond(400, error_body("It is not safe.", "moderation_blocked")),
          "The server URL refused 'STAGE' (It is not safe): use another image or model."),
)  # fmt: skip
RESPONSES: Final = (
    Fault("returns a web page", respond(200, PAGE, kind="text/html"),
          f"The server URL returned content type 'text/html' to 'STAGE' {CHECK_URL}"),
    Fault("returns no content type", respond(200, b"{}", kind=""),
          f"The server URL returned no content type to 'STAGE' {CHECK_URL}"),
    Fault("repeats the key as content type", respond(200, b"{}", kind=f"{LONG_TYPE}{KEY}"),
          f"The server URL returned content type '{LONG_TYPE}[key]' to 'STAGE' {CHECK_URL}"),
    Fault("returns a compressed response",
          respond(200, gzip.compress(bytes(10**7)), "content-encoding: gzip"),
          "The server URL returned a compressed response to 'STAGE': check the base URL."),
    Fault("returns an empty response", respond(200, b""),
          f"{MALFORMED} (Expecting value: line 1 column 1 (char 0)): {RETRY}"),
    Fault("returns truncated JSON", respond(200, b'{"choices": [{"mess'),
          f"{MALFORMED} (Unterminated string starting at: line 1 column 15 (char 14)): {RETRY}"),
    Fault("returns invalid UTF-8", respond(200, b'{"choices": "\xff"}'),
          f"{MALFORMED} ('utf-8' codec can't decode byte 0xff in position 13: invalid start "
          f"byte): {RETRY}"),
    Fault("returns a list", respond(200, [1, 2]), f"{MALFORMED} (not a JSON object): {RETRY}"),
    Fault("returns deeply nested JSON", respond(200, DEEPLY_NESTED),
          f"{MALFORMED} (nested too deeply): {RETRY}"),
    Fault("returns an error with status 200", respond(200, error_body("Out of memory.")),
          f"{MALFORMED} (error: Out of memory.): {RETRY}"),
    Fault("returns a text as error with status 200", respond(200, {"error": "Out of memory."}),
          f"{MALFORMED} (error: Out of memory.): {RETRY}"),
    Fault("returns no choice",
          respond(200, {**fake_responses.chat_body("m", ""), "choices": []}),
          f"{MALFORMED} (choices is empty): {RETRY}", 1, None),
    Fault("returns no message", respond(200, {"choices": [{"index": 0}]}),
          f"{MALFORMED} (no message): {RETRY}", 1, None),
    Fault("returns no text", respond_text(None),
          f"{UNUSABLE} (no words): use another model.", 2, None),
    Fault("returns no text once", respond_text(None), SUCCESS, 1, None, once=True),
    Fault("returns truncated reasoning", respond_text("<think>Let me see", finish_reason="length"),
          f"{UNUSABLE} (truncated): use another model.", 2, None),
    Fault("returns a refusal", respond_text(None, refusal="I cannot do that."),
          "The model m refused 'STAGE': use another image or model.", 1, None),
    Fault("returns a refusal as its answer", respond_text("I'm sorry, but I can't help with that."),
          "The backend openai refused 'STAGE': use another image or model.", 2, None),
    Fault("filters its answer", respond_text(None, finish_reason="content_filter"),
          "The model m refused 'STAGE': use another image or model.", 1, None),
)  # fmt: skip
IMAGES: Final = (
    Fault("returns an empty list of images", respond(200, {"data": []}),
          f"{MALFORMED} (data is empty): {RETRY}", None),
    Fault("returns the URL of an image", respond(200, {"data": [{"url": "http://a.example"}]}),
          f"{MALFORMED} (no image in b64_json): {RETRY}", None),
    Fault("returns invalid base64", respond(200, {"data": [{"b64_json": "%%%"}]}),
          f"{MALFORMED} (b64_json is not base64): {RETRY}", None),
    Fault("returns base64 of something else", respond_image(b"hello"), NO_IMAGE, None),
    Fault("returns half an image", respond_image(VALID_PNG[: len(VALID_PNG) // 2]), NO_IMAGE, None),
    Fault("returns a small file with 100 million pixels", respond_image(huge_png(10_000, 10_000)),
          TOO_LARGE, None),
    Fault("returns a small file with 900 million pixels", respond_image(huge_png(30_000, 30_000)),
          TOO_LARGE, None),
    Fault("returns an image of another size", respond_image(fake_responses.png_file((100, 60))),
          SUCCESS, None),
    Fault("returns a palette image with transparency",
          respond_image(fake_responses.transparent_png()), SUCCESS, None),
)  # fmt: skip
SECTIONS: Final = {
    "The connection fails": CONNECTIONS,
    "The server rejects the request": STATUSES,
    "The response cannot be used": RESPONSES,
    "The image cannot be used": IMAGES,
}
FAULTS: Final = tuple(fault for faults in SECTIONS.values() for fault in faults)
