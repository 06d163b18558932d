"""Responses with status 200 that cannot be used, or whose text cannot."""

from __future__ import annotations

import gzip
from typing import Final

from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import respond
from tests.backends.openai.faults.fault import (
    KEY,
    MALFORMED,
    PAGE,
    RETRY,
    SUCCESS,
    UNUSABLE,
    Fault,
    error_body,
    lazily,
    respond_text,
)

DEEPLY_NESTED: Final = b"[" * 100_000 + b"]" * 100_000
LONG_TYPE: Final = "text/rather-strange-and-with-"  #: the same for a content type
CHECK_URL: Final = "in place of JSON: check that the base URL ends in /v1."
THOUGHTS: Final = "The answer of the backend openai to 'STAGE'"
THINK_LESS: Final = (
    "turn thoughts off with text_extra = { chat_template_kwargs = { enable_thinking = false } } in "
    "the config file (vLLM, llama.cpp) or with --effort none (Ollama, LM Studio)"
)
REASONED: Final = fake_responses.chat_body("m", None)
REASONED["choices"][0]["message"]["reasoning_content"] = "A dog in a boat."
RESPONSES: Final = (
    Fault(
        "returns a web page",
        respond(200, PAGE, kind="text/html"),
        f"The server URL returned content type 'text/html' to 'STAGE' {CHECK_URL}",
    ),
    Fault(
        "returns no content type",
        respond(200, b"OK", kind=""),
        "The server URL returned no content type to 'STAGE' in place of JSON (OK): check that the "
        "base URL ends in /v1.",
    ),
    Fault(
        "repeats the key as content type",
        respond(200, b"", kind=f"{LONG_TYPE}{KEY}"),
        f"The server URL returned content type '{LONG_TYPE}[key]' to 'STAGE' {CHECK_URL}",
    ),
    Fault(
        "returns a compressed response",
        lazily(lambda: respond(200, gzip.compress(bytes(10**7)), "content-encoding: gzip")),
        "The server URL returned a compressed response to 'STAGE': check the base URL.",
    ),
    Fault(
        "returns an empty response",
        respond(200, b""),
        f"{MALFORMED} (Expecting value: line 1 column 1 (char 0)): {RETRY}",
    ),
    Fault(
        "returns truncated JSON",
        respond(200, b'{"choices": [{"mess'),
        f"{MALFORMED} (Unterminated string starting at: line 1 column 15 (char 14)): {RETRY}",
    ),
    Fault(
        "returns invalid UTF-8",
        respond(200, b'{"choices": "\xff"}'),
        f"{MALFORMED} ('utf-8' codec can't decode byte 0xff in position 13: invalid start "
        f"byte): {RETRY}",
    ),
    Fault("returns a list", respond(200, [1, 2]), f"{MALFORMED} (not a JSON object): {RETRY}"),
    Fault(
        "returns deeply nested JSON",
        respond(200, DEEPLY_NESTED),
        f"{MALFORMED} (nested too deeply): {RETRY}",
    ),
    Fault(
        "returns an error with status 200",
        respond(200, error_body("Out of memory.")),
        f"{MALFORMED} (error: Out of memory.): {RETRY}",
    ),
    Fault(
        "returns a text as error with status 200",
        respond(200, {"error": "Out of memory."}),
        f"{MALFORMED} (error: Out of memory.): {RETRY}",
    ),
    Fault(
        "returns no choice",
        respond(200, {**fake_responses.chat_body("m", ""), "choices": []}),
        f"{MALFORMED} (choices is empty): {RETRY}",
        1,
        None,
    ),
    Fault(
        "returns no message",
        respond(200, {"choices": [{"index": 0}]}),
        f"{MALFORMED} (no message): {RETRY}",
        1,
        None,
    ),
    Fault(
        "returns no text", respond_text(None), f"{UNUSABLE} (no words): use another model.", 2, None
    ),
    Fault("returns no text once", respond_text(None), SUCCESS, 1, None, once=True),
    Fault(
        "returns truncated reasoning",
        respond_text("<think>Let me see", finish_reason="length"),
        f"{THOUGHTS} was cut off in the thoughts of the model: raise most_output (now 4096) in the "
        f"config file, or {THINK_LESS}.",
        1,
        None,
    ),
    Fault(
        "returns nothing but reasoning in its own field",
        respond(200, REASONED),
        f"{THOUGHTS} consists of the thoughts of the model: {THINK_LESS}.",
        2,
        None,
    ),
    Fault(
        "returns text that is not JSON",
        respond(200, f"Ollama is running. {KEY}".encode(), kind="text/plain; charset=utf-8"),
        "The server URL returned content type 'text/plain' to 'STAGE' in place of JSON (Ollama is "
        "running. [key]): check that the base URL ends in /v1.",
    ),
    Fault(
        "returns an event stream with an error",
        respond(200, b'data: {"error": {"message": "Overloaded"}}\n\n', kind="text/event-stream"),
        f"{MALFORMED} (error: Overloaded): {RETRY}",
    ),
    Fault(
        "returns a refusal",
        respond_text(None, refusal="I cannot do that."),
        "The model m refused 'STAGE': use another image or model.",
        1,
        None,
    ),
    Fault(
        "returns a refusal as its answer",
        respond_text("I'm sorry, but I can't help with that."),
        "The backend openai refused 'STAGE': use another image or model.",
        2,
        None,
    ),
    Fault(
        "filters its answer",
        respond_text(None, finish_reason="content_filter"),
        "The model m refused 'STAGE': use another image or model.",
        1,
        None,
    ),
)
