"""One fault of a server with its outcome, and what several faults have in common."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from semcodec.backends.openai.client import MAX_IMAGE_BYTES, MAX_TEXT_BYTES
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, Connection, respond

Kind = Literal["text", "image"]
#: How many requests the fault concerns: this one, all that follow for a while, or all.
Scope = Literal["request", "server", "everything"]
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
        behavior: the same as code; None with ``transform``, and if no server is running.
        message: for the user, with URL, STAGE, OPTION, LIMIT and SCHEME as placeholders; empty if
            the run succeeds.
        text_requests, image_requests: the number of requests that get the fault, if every request
            for a text or an image gets it; None where it cannot happen.
        waits: seconds before each retry.
        scope: after "everything" a batch of photographs stops at once, after "server" when three
            of them have failed in a row.
        once: whether only the first request gets the fault.
        only: bytes that the body of a request must contain to get the fault.
        is_late: whether no response is complete within ``SECONDS``.
        image_message: the message for an image where it differs from the one for a text.
        transform: in place of ``behavior``: makes the behavior from the body of a valid response.
        at_connect: whether the behavior starts when the client connects, before it sends anything;
            no request is counted then.
        lacks_edits: whether an edit shows that the server cannot edit images.
        scheme, path: of the base URL.
    """

    name: str
    behavior: Behavior | None
    message: str
    text_requests: int | None = 1
    image_requests: int | None = 1
    waits: tuple[float, ...] = ()
    scope: Scope = "request"
    once: bool = False
    only: bytes = b""
    is_late: bool = False
    image_message: str = ""
    transform: Callable[[bytes], Behavior] | None = None
    at_connect: bool = False
    lacks_edits: bool = False
    scheme: Literal["http", "https"] = "http"
    path: str = "/v1"

    def respond(self, valid_body: Any) -> Behavior:
        """Return the behavior in place of a response with ``valid_body``."""
        if self.transform is not None:
            return self.transform(json.dumps(valid_body).encode())
        assert self.behavior is not None
        return self.behavior

    @property
    def goes_on(self) -> bool:
        """Whether another request follows those with the fault, and succeeds."""
        return self.once or bool(self.only and not self.message)

    @property
    def is_stopped(self) -> bool:
        """Whether no server is running."""
        return self.behavior is None and self.transform is None

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
        is_answer = " backend openai " in self.message
        if is_answer and stage in ("check", "compare"):  # the rules take their place
            return "the checker is unsure" if stage == "check" else ""
        if not self.message or (stage == "edit" and self.lacks_edits):
            return ""
        verb = "refused" if " refused " in self.message else "failed"
        return f"the {REFLECTION_ROLES[stage]} {verb}"

    def format_message(self, kind: Kind, url: str) -> str:
        """Return the message for a kind of request to the server at ``url``."""
        message = self.image_message if kind == "image" and self.image_message else self.message
        message = message.replace("URL", url, 1).replace("OPTION", OPTIONS[kind])
        message = message.replace("https://models.example", url.removesuffix(self.path))
        other_scheme = "http" if url.startswith("https:") else "https"
        message = message.replace("SCHEME", other_scheme).replace("LIMIT", str(MAX_BYTES[kind]))
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


def lazily(build: Callable[[], Behavior]) -> Behavior:
    """Return the behavior of ``build``, which is called at the first request: for large bodies."""
    build = cache(build)

    def behave(connection: Connection) -> None:
        build()(connection)

    return behave


PAGE: Final = b"<!doctype html><title>Welcome</title>"
BILLED: Final = "; not retried, because the request may have been billed"
PROCESSED: Final = "; not retried, because the server may have processed it"
MALFORMED: Final = "The server URL returned a malformed response to 'STAGE'"
AGAIN: Final = "try again, which may be billed again, or use another server or model."
OTHER: Final = (
    "use another server or model, since another attempt may be billed and return the same."
)
CHECK_HOST: Final = (
    "check host and port of the base URL, and whether a proxy or a login page responded."
)
UNUSABLE: Final = "The backend openai returned an unusable answer to 'STAGE' twice"
