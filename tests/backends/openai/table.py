"""What a server can do to a call, and what comes of it: the one table behind tests and docs."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

from tests.backends.openai import faulty, obliging
from tests.backends.openai.faulty import Behaviour, says
from tests.images import claiming

Kind = Literal["text", "picture"]
#: For what each kind is asked, in sentences and at which route.
OPTIONS: Final[dict[Kind, str]] = {"text": "--model", "picture": "--painter-model"}
STAGES: Final[dict[Kind, str]] = {"text": "describe", "picture": "paint"}
ROUTES: Final[dict[Kind, str]] = {"text": "chat/completions", "picture": "images/generations"}
KEY: Final = "Zx9very/secret+of=ours&co"
SECONDS: Final = 0.5  #: for an answer, where it is waited for in vain
DONE: Final = ""  #: instead of a sentence


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong.

    Attributes:
        name: what the server does.
        does: the same as code; None is no server at all.
        sees: the sentence for the user, URL and STAGE for base URL and stage; empty if all is done.
        texts, pictures: requests that the server does it to, where it does it to all that ask for
            a text or a picture; None where it cannot happen.
        waits: seconds before each request that is made again.
        once: the server does it to the first request, and then behaves.
        only: what a request must have in its body.
        is_late: no answer is complete in ``SECONDS``.
    """

    name: str
    does: Behaviour | None
    sees: str
    texts: int | None = 1
    pictures: int | None = 1
    waits: tuple[float, ...] = ()
    once: bool = False
    only: bytes = b""
    is_late: bool = False

    @property
    def code(self) -> int:
        """The exit code: done, or the server is at fault."""
        return 2 if self.sees else 0

    def requests(self, kind: Kind) -> int | None:
        """Return how many requests of a kind the server does this to."""
        return self.texts if kind == "text" else self.pictures

    def waited(self, kind: Kind) -> tuple[float, ...]:
        """Return the seconds before each request that is made again."""
        return self.waits if self.once or self.requests(kind) != 1 else ()

    def sentence(self, kind: Kind, url: str) -> str:
        """Return what the user sees, with the base URL of the server."""
        said = self.sees.replace("URL", url, 1).replace("OPTION", OPTIONS[kind])
        return said.replace("STAGE", STAGES[kind])


def error(message: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the JSON of an error."""
    return {"error": {"message": message, "type": "x", "param": None, "code": code, **more}}


def chat(content: Any, **more: Any) -> Behaviour:
    """Answer with a text, or what stands in its place."""
    return says(200, obliging.chat("m", content, **more))


def picture(data: bytes) -> Behaviour:
    """Answer with the bytes of an image file, or what stands in its place."""
    return says(200, obliging.picture(data))


NESTED: Final = b"[" * 100_000 + b"]" * 100_000
PAGE: Final = b"<!doctype html><title>Welcome</title>"
WHOLE: Final = obliging.png((512, 512))
#: As long as that the limit of what is quoted falls into what follows.
LONG: Final = (
    "No project of your organization may ask this model before an owner of it has agreed to the "
    "terms of its use, and you have asked with the key "
)
STRANGE: Final = "text/rather-strange-and-with-"  #: likewise, of a content type
HINT: Final = "in place of JSON: does the base URL end in /v1?"
LIMITED: Final = "The server URL takes no more calls for now (Slow down): try again"
FAILED: Final = "The server URL failed during STAGE (status"
BILLED: Final = ", and the call may have been billed, so it is not made again by itself: try again"
LONGER: Final = "allow more with --timeout"
LATE: Final = f"The server URL did not complete STAGE in {SECONDS} seconds{BILLED}, and {LONGER}."
BROKEN: Final = "The server URL broke off during STAGE"
UNREADABLE: Final = "The server URL answered STAGE with something unreadable"
NO_PICTURE: Final = "The model m answered STAGE with no picture: try again."
TOO_LARGE: Final = "The model m answered STAGE with too large a picture: use another model."
UNUSABLE: Final = "The backend openai was asked twice to STAGE, and its answer cannot be used, for"


def limited(*headers: str) -> Behaviour:
    """Take no more calls for now."""
    return says(429, error("Slow down."), *headers)


CONNECTIONS: Final = (
    Fault("is not there", None,
          "The server URL cannot be reached (ConnectError): is it running, and is the base URL "
          "right?", 0, 0, (1, 2)),
    Fault("resets the connection", faulty.resets, f"{BROKEN} (ReadError){BILLED}."),
    Fault("resets the connection amid its answer", faulty.resets_in_the_middle,
          f"{BROKEN} (ReadError){BILLED}."),
    Fault("ends before the end of its answer", faulty.closes_in_the_middle,
          f"{BROKEN} (RemoteProtocolError){BILLED}."),
    Fault("speaks another protocol", faulty.no_http, f"{BROKEN} (RemoteProtocolError){BILLED}."),
    Fault("never answers", faulty.never, LATE, is_late=True),
    Fault("drips its answer", faulty.drips_body, LATE, is_late=True),
    Fault("drips its headers", faulty.drips_headers, LATE, is_late=True),
    Fault("answers without end", faulty.endless,
          "The server URL answered STAGE with more than is read: check the base URL."),
)  # fmt: skip
STATUSES: Final = (
    Fault("has status 429", limited(), f"{LIMITED} later.", 3, 3, (1, 2)),
    Fault("has status 429 once", limited(), DONE, 1, 1, (1,), once=True),
    Fault("has status 429, retry-after: 7", limited("retry-after: 7"),
          f"{LIMITED} in 7 seconds.", 3, 3, (7, 7)),
    Fault("has status 429, retry-after: 86400", limited("retry-after: 86400"),
          f"{LIMITED} in 24 hours."),
    Fault("has status 429, retry-after: 1e999", limited("retry-after: 1e999"),
          f"{LIMITED} later.", 3, 3, (1, 2)),
    Fault("has no credit left", says(429, error("Check your plan.", "insufficient_quota")),
          "The server URL says there is no credit left: add some to the account, or use another "
          "key."),
    Fault("has status 500", says(500, error("Sorry.")), f"{FAILED} 500: Sorry): try again later.",
          3, 1, (1, 2)),
    Fault("has status 500 once", says(500, error("Sorry.")), DONE, 1, None, (1,), once=True),
    Fault("has status 502 and a page", says(502, PAGE, kind="text/html"),
          f"{FAILED} 502): try again later.", 3, 1, (1, 2)),
    Fault("has status 503", says(503, error("Busy.")), f"{FAILED} 503: Busy): try again later.",
          3, 3, (1, 2)),
    Fault("has status 503 once", says(503, error("Busy.")), DONE, 1, 1, (1,), once=True),
    Fault("has status 504", says(504, b""), f"{FAILED} 504): try again later."),
    Fault("sends elsewhere", says(307, b"", "location: http://elsewhere.example/v1"),
          "The server URL sends us elsewhere (status 307), where we do not go: give its new base "
          "URL."),
    Fault("takes no such key, and repeats it",
          says(401, error(f"Incorrect API key provided: {KEY}.", "invalid_api_key")),
          "The server URL does not take the key from $SEMCODEC_API_KEY: set one that is valid "
          "there."),
    Fault("forbids it, and repeats the key at length", says(403, error(LONG + KEY)),
          f"The server URL does not let this key use m ({LONG}[key]): use another model or key."),
    Fault("forbids it, and repeats the key from a URL", says(403, error(quote(KEY, safe="/"))),
          "The server URL does not let this key use m ([key]): use another model or key."),
    Fault("has no such model", says(404, error("There is no model m.", "model_not_found")),
          "The server URL has no model m (There is no model m): name one it has with OPTION."),
    Fault("has no route for texts", says(404, b"page not found", kind="text/plain"),
          "The server URL has no route chat/completions: does the base URL end in /v1?", 1, None),
    Fault("has no route for pictures", says(404, b"page not found", kind="text/plain"),
          "The server URL has no route images/generations: choose another painter, such "
          "as --painter embedded.", None),
    Fault("has status 413 and a page", says(413, PAGE, kind="text/html"),
          "The server URL finds STAGE too long: use a model with more context, or a smaller "
          "image."),
    Fault("finds it too long for its context",
          says(400, error("At most 4096 tokens.", "context_length_exceeded")),
          "The server URL finds STAGE too long (At most 4096 tokens): use a model with more "
          "context, or a smaller image."),
    Fault("has status 422", says(422, {"detail": "n is too many"}),
          "The server URL does not take the call (status 422: n is too many): check model and "
          "settings."),
    Fault("has status 400, its error a text", says(400, {"error": "There is no field n."}),
          "The server URL does not take the call (status 400: There is no field n): check model "
          "and settings."),
    Fault("takes no schema", says(400, error("response_format is not supported")), DONE, 1, None,
          only=b"json_schema"),
    Fault("blocks it as unsafe", says(400, error("It is not safe.", "moderation_blocked")),
          "The server URL declines to STAGE (It is not safe): use another image or model."),
)  # fmt: skip
ANSWERS: Final = (
    Fault("answers with a page", says(200, PAGE, kind="text/html"),
          f"The server URL answered STAGE with 'text/html' {HINT}"),
    Fault("names no content type", says(200, b"{}", kind=""),
          f"The server URL answered STAGE with no content type {HINT}"),
    Fault("repeats the key as content type", says(200, b"{}", kind=f"{STRANGE}{KEY}"),
          f"The server URL answered STAGE with '{STRANGE}[key]' {HINT}"),
    Fault("packs its answer", says(200, gzip.compress(bytes(10**7)), "content-encoding: gzip"),
          "The server URL answered STAGE with something packed: check the base URL."),
    Fault("answers with nothing", says(200, b""),
          f"{UNREADABLE} (Expecting value: line 1 column 1 (char 0)): try again."),
    Fault("answers with truncated JSON", says(200, b'{"choices": [{"mess'),
          f"{UNREADABLE} (Unterminated string starting at: line 1 column 15 (char 14)): "
          "try again."),
    Fault("answers with no UTF-8", says(200, b'{"choices": "\xff"}'),
          f"{UNREADABLE} ('utf-8' codec can't decode byte 0xff in position 13: invalid start "
          "byte): try again."),
    Fault("answers with a list", says(200, [1, 2]), f"{UNREADABLE} (no object): try again."),
    Fault("answers with deeply nested JSON", says(200, NESTED),
          "The server URL answered STAGE with JSON that is nested too deep: try again."),
    Fault("answers with an error", says(200, error("Out of memory.")),
          f"{UNREADABLE} (an error: Out of memory.): try again."),
    Fault("answers with an error that is a text", says(200, {"error": "Out of memory."}),
          f"{UNREADABLE} (an error: Out of memory.): try again."),
    Fault("answers with no choice", says(200, {**obliging.chat("m", ""), "choices": []}),
          f"{UNREADABLE} (choices is empty): try again.", 1, None),
    Fault("answers with no message", says(200, {"choices": [{"index": 0}]}),
          f"{UNREADABLE} (no message): try again.", 1, None),
    Fault("answers without a text", chat(None), f"{UNUSABLE} there is no word in it: try another "
          "model.", 2, None),
    Fault("answers without a text once", chat(None), DONE, 1, None, once=True),
    Fault("answers with thoughts that are cut off", chat("<think>Let me see", why="length"),
          f"{UNUSABLE} it was cut off: try another model.", 2, None),
    Fault("refuses", chat(None, refusal="I cannot do that."),
          "The model m declines to STAGE: use another image or model.", 1, None),
    Fault("refuses in its answer", chat("I'm sorry, but I can't help with that."),
          "The backend openai declines to STAGE: use another image or model.", 2, None),
    Fault("filters its answer", chat(None, why="content_filter"),
          "The model m declines to STAGE: use another image or model.", 1, None),
)  # fmt: skip
PICTURES: Final = (
    Fault("answers with no list of pictures", says(200, {"data": []}),
          f"{UNREADABLE} (data is empty): try again.", None),
    Fault("answers with the URL of a picture", says(200, {"data": [{"url": "http://a.example"}]}),
          f"{UNREADABLE} (no picture in b64_json): try again.", None),
    Fault("answers with wrong base64", says(200, {"data": [{"b64_json": "%%%"}]}),
          f"{UNREADABLE} (b64_json is no base64): try again.", None),
    Fault("answers with the base64 of no picture", picture(b"hello"), NO_PICTURE, None),
    Fault("answers with half a picture", picture(WHOLE[: len(WHOLE) // 2]), NO_PICTURE, None),
    Fault("answers with a picture that unfolds to 100 million pixels",
          picture(claiming(10_000, 10_000)), TOO_LARGE, None),
    Fault("answers with a picture that unfolds to 900 million pixels",
          picture(claiming(30_000, 30_000)), TOO_LARGE, None),
    Fault("answers with a picture of another size", picture(obliging.png((100, 60))), DONE, None),
    Fault("answers with a palette, parts of it transparent", picture(obliging.see_through()), DONE,
          None),
)  # fmt: skip
SECTIONS: Final = {
    "The connection fails": CONNECTIONS,
    "The server declines": STATUSES,
    "The answer cannot be used": ANSWERS,
    "The picture cannot be used": PICTURES,
}
FAULTS: Final = tuple(fault for faults in SECTIONS.values() for fault in faults)
