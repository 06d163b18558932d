"""Responses with status 200 that cannot be used, or whose text cannot; and odd ones that can."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any, Final

from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, respond
from tests.backends.openai.faults.fault import (
    AGAIN,
    CHECK_HOST,
    KEY,
    MALFORMED,
    OTHER,
    PAGE,
    SUCCESS,
    UNUSABLE,
    Fault,
    error_body,
    lazily,
    respond_text,
)

DEEPLY_NESTED: Final = b"[" * 100_000 + b"]" * 100_000
#: As long as the part of a content type that is quoted, less some letters of the key that follows.
LONG_TYPE: Final = "text/rather-strange-and-with-"
CHECK_URL: Final = f"in place of JSON: {CHECK_HOST}"
NO_COMPRESSION: Final = (
    "The server URL returned a compressed response to 'STAGE': turn off compression in the server, "
    "or in the proxy before it."
)
THOUGHTS: Final = "The answer of the backend openai to 'STAGE'"
THINK_LESS: Final = (
    "turn thoughts off with text_extra = { chat_template_kwargs = { enable_thinking = false } } in "
    "the config file (vLLM, llama.cpp) or with --effort none (Ollama, LM Studio)"
)
REASONED: Final = fake_responses.chat_body("m", None)
REASONED["choices"][0]["message"]["reasoning_content"] = "A dog in a boat."
IN_RESPONSE: Final = "The server URL returned an error to 'STAGE' with status 200"
GONE: Final = {"message": "Gone", "code": 502}
CHECK_SETTINGS: Final = "check model and settings"
MAX_SPACES: Final = 4_000_000  #: bytes; a text response may have 4 MiB


def compressed(coding: str, data: Callable[[], bytes]) -> Behavior:
    """Respond with compressed bytes, although the request did not accept them."""
    return lazily(lambda: respond(200, data(), f"content-encoding: {coding}"))


def without(name: str, **fields: Any) -> Behavior:
    """Respond with a chat completion that has other ``fields``, and lacks the field ``name``."""
    body = {**fake_responses.chat_body("m", "A boat."), **fields}
    return respond(200, {field: value for field, value in body.items() if field != name})


def odd(name: str, change: Callable[[dict[str, Any]], object]) -> Fault:
    """Return the fault of a server whose response can be used in spite of a change in its body."""

    def transform(valid_body: bytes) -> Behavior:
        body = json.loads(valid_body)
        change(body)
        return respond(200, body)

    return Fault(name, None, SUCCESS, transform=transform)


def odd_bytes(name: str, change: Callable[[bytes], bytes]) -> Fault:
    """Return the fault of a server whose response can be used in spite of its form."""
    return Fault(name, None, SUCCESS, transform=lambda body: respond(200, change(body)))


FORMS: Final = (
    Fault("returns a web page", respond(200, PAGE, kind="text/html"),
          f"The server URL returned a web page to 'STAGE' {CHECK_URL}"),
    Fault("returns no content type", respond(200, b"OK", kind=""),
          "The server URL returned no content type to 'STAGE' in place of JSON (OK): "
          f"{CHECK_HOST}"),
    Fault("returns text that is not JSON",
          respond(200, f"Ollama is running. {KEY}".encode(), kind="text/plain; charset=utf-8"),
          "The server URL returned content type 'text/plain' to 'STAGE' in place of JSON (Ollama "
          f"is running. [key]): {CHECK_HOST}"),
    Fault("repeats the key as content type", respond(200, b"", kind=f"{LONG_TYPE}{KEY}"),
          f"The server URL returned content type '{LONG_TYPE}[key]' to 'STAGE' {CHECK_URL}"),
    Fault("returns status 204", respond(204, b"", kind=""),
          f"The server URL returned no content type to 'STAGE' {CHECK_URL}"),
    Fault("returns 10 MB in 10 kB of gzip", compressed("gzip", lambda: gzip.compress(bytes(10**7))),
          NO_COMPRESSION),
    Fault("returns 10 MB in 10 kB of deflate",
          compressed("deflate", lambda: zlib.compress(bytes(10**7))), NO_COMPRESSION),
    Fault("returns a response in Brotli", compressed("br", lambda: b"\x8b\x00\x80{}\x03"),
          NO_COMPRESSION),
    Fault("returns a response compressed twice",
          compressed("gzip, gzip", lambda: gzip.compress(gzip.compress(bytes(10**6)))),
          NO_COMPRESSION),
    Fault("returns an empty response", respond(200, b""), f"{MALFORMED} (it is empty): {AGAIN}"),
    Fault("returns truncated JSON", respond(200, b'{"choices": [{"mess'),
          f"{MALFORMED} (Unterminated string starting at: line 1 column 15 (char 14)): {AGAIN}"),
    Fault("returns invalid UTF-8", respond(200, b'{"choices": "\xff"}'),
          f"{MALFORMED} ('utf-8' codec can't decode byte 0xff in position 13: invalid start "
          f"byte): {AGAIN}"),
    Fault("returns a list", respond(200, [1, 2]), f"{MALFORMED} (not a JSON object): {OTHER}"),
    Fault("returns a number", respond(200, b"1e999"), f"{MALFORMED} (not a JSON object): {OTHER}"),
    Fault("returns deeply nested JSON", respond(200, DEEPLY_NESTED),
          f"{MALFORMED} (nested too deeply): {OTHER}"),
    odd_bytes("returns 4 MB of whitespace before the JSON", lambda body: b" " * MAX_SPACES + body),
    odd_bytes("returns a byte order mark", lambda body: b"\xef\xbb\xbf" + body),
    odd_bytes("returns each field twice", lambda body: b'{"model": 1, "usage": 2, ' + body[1:]),
    odd_bytes("returns NaN and a number of 4,000 digits",
              lambda body: b'{"a": NaN, "b": -Infinity, "c": 1' + b"0" * 4_000 + b", " + body[1:]),
    odd_bytes("returns 10,000 unknown fields",
              lambda body: b"{" + b"".join(b'"x%d": {}, ' % n for n in range(10_000)) + body[1:]),
)  # fmt: skip
FIELDS_OF_RESPONSES: Final = (
    Fault("returns an error with status 200", respond(200, error_body("Sorry.")),
          f"{IN_RESPONSE} (Sorry): {CHECK_SETTINGS}, or try again later."),
    Fault("returns an error with code 401 and status 200",
          respond(200, {"error": {"message": f"No user has {KEY}.", "code": 401}}),
          "The server URL rejected the API key from $SEMCODEC_API_KEY: set a valid one."),
    Fault("returns an error with code 422 and status 200",
          respond(200, {"error": {"message": "Too dark", "code": 422}}),
          f"{IN_RESPONSE} (Too dark): {CHECK_SETTINGS}."),
    Fault("returns an error beside an empty message",
          without("", choices=[{"message": {"content": ""}, "error": GONE}]),
          f"{IN_RESPONSE} (Gone): try again later.", 1, None),
    Fault("returns only a detail with status 200", respond(200, {"detail": "Not authenticated"}),
          f"{IN_RESPONSE} (Not authenticated): {CHECK_SETTINGS}, or try again later."),
    Fault("returns a text as error with status 200", respond(200, {"error": "Out of memory."}),
          "The server URL has too little memory for 'STAGE' (Out of memory): use a smaller model, "
          "a smaller size, or stop other programs on its machine."),
    Fault("returns an event stream with an error",
          respond(200, b'data: {"error": {"message": "Overloaded"}}\n\n', kind="text/event-stream"),
          f"{IN_RESPONSE} (Overloaded): {CHECK_SETTINGS}, or try again later."),
    Fault("returns no choice", without("", choices=[]),
          f"{MALFORMED} (choices is empty): {OTHER}", 1, None),
    Fault("returns null as choices", without("", choices=None),
          f"{MALFORMED} (choices is empty): {OTHER}", 1, None),
    Fault("returns an object as choices", without("", choices={"0": {}}),
          f"{MALFORMED} (choices is empty): {OTHER}", 1, None),
    Fault("returns numbers as choices", without("", choices=[1, 2]),
          f"{MALFORMED} (choices is empty): {OTHER}", 1, None),
    Fault("returns no message", respond(200, {"choices": [{"index": 0}]}),
          f"{MALFORMED} (no message): {OTHER}", 1, None),
    Fault("returns a text as message", without("", choices=[{"message": "A boat."}]),
          f"{MALFORMED} (no message): {OTHER}", 1, None),
    odd("returns fields of other types",
        lambda body: body.update(model=7, usage="many", created=None, id=[], object={})),
    odd("returns impossible token counts",
        lambda body: body.update(usage={"prompt_tokens": -1, "completion_tokens": 10**30})),
    odd("returns 10,000 choices or images",
        lambda body: [body.update({name: body[name] * 10_000}) for name in ("choices",)
                      if name in body]),
)  # fmt: skip
TEXTS: Final = (
    Fault("returns no text", respond_text(None),
          f"{UNUSABLE} (no words): use another model.", 2, None),
    Fault("returns a number as text", respond_text(7),
          f"{UNUSABLE} (no words): use another model.", 2, None),
    Fault("returns no text once", respond_text(None), SUCCESS, 1, None, once=True),
    Fault("returns its text in parts", respond_text([{"type": "text", "text": "A red boat."}]),
          SUCCESS, 1, None, once=True),
    Fault("returns truncated reasoning", respond_text("<think>Let me see", finish_reason="length"),
          f"{THOUGHTS} was cut off in the thoughts of the model: raise most_output (now 4096) in "
          f"the config file, or {THINK_LESS}.", 1, None),
    Fault("returns nothing but reasoning in its own field", respond(200, REASONED),
          f"{THOUGHTS} consists of the thoughts of the model: {THINK_LESS}.", 2, None),
    Fault("returns a refusal", respond_text(None, refusal="I cannot do that."),
          "The model m refused 'STAGE': use another image or model.", 1, None),
    Fault("returns a refusal as its answer", respond_text("I'm sorry, but I can't help with that."),
          "The backend openai refused 'STAGE': use another image or model.", 2, None),
    Fault("filters its answer", respond_text(None, finish_reason="content_filter"),
          "The model m refused 'STAGE': use another image or model.", 1, None),
)  # fmt: skip
RESPONSES: Final = (*FORMS, *FIELDS_OF_RESPONSES, *TEXTS)
