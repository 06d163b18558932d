"""Responses as event streams, JSON lines, or JSON of another type: read like any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from semcodec.backends.openai import OpenAIBackend, event_streams
from semcodec.backends.openai.event_streams import decode_body
from semcodec.backends.openai.responses import parse_response
from semcodec.backends.recording import ModelResponse, Usage
from semcodec.cli import main
from semcodec.errors import BackendError
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, FakeServer, ReceivedRequest, respond
from tests.images import PHOTO

TEXT: Final = "A boat “im” See: \u2028 data: {5}\n\nevent: x, 犬."
CHAT: Final = fake_responses.chat_body("m", TEXT)
CHUNKS: Final = fake_responses.chat_chunks("m", TEXT)
USAGE: Final = Usage(20, 0, 10, 0)
PNG: Final = fake_responses.png_file((8, 8))
HEAD: Final = {"object": "chat.completion.chunk", "model": "m"}


def parse(body: str | bytes, route: str = "chat/completions") -> ModelResponse:
    """Return the response in a body."""
    data = body.encode() if isinstance(body, str) else body
    return parse_response(route, decode_body(route, data), lambda url: url.encode())


def lines(*values: Any, prefix: str = "", end: str = "\n") -> str:
    """Return JSON values, one on each line."""
    return "".join(f"{prefix}{json.dumps(value)}{end}" for value in values)


def pretty_events(*values: Any) -> str:
    """Return events whose data has several lines."""
    texts = (
        "\n".join(f"data: {line}" for line in json.dumps(v, indent=1).split("\n")) for v in values
    )
    return "".join(f"event: chunk\nid: 7\n{text}\n\n" for text in texts)


BODIES: Final = {
    "JSON": lines(CHAT),
    "JSON after a byte order mark": "\ufeff" + lines(CHAT),
    "JSON in UTF-16": json.dumps(CHAT, ensure_ascii=False).encode("utf-16"),
    "JSON and the mark of the end": lines(CHAT) + "\ndata: [DONE]\n\n",
    "JSON over several lines, and the mark": json.dumps(CHAT, indent=2) + "\n\ndata: [DONE]",
    "one event": lines(CHAT, prefix="data: ") + "data: [DONE]\n\n",
    "one chunk": lines(
        {
            **HEAD,
            "choices": [{"delta": {"content": TEXT}, "finish_reason": "stop"}],
            "usage": CHAT["usage"],
        }
    ),
    "events": fake_responses.event_stream(CHUNKS),
    "events after a byte order mark": b"\xef\xbb\xbf" + fake_responses.event_stream(CHUNKS),
    "events without blanks": lines(*CHUNKS, prefix="data:", end="\n\n") + "data:[DONE]\n\n",
    "events without blank lines": lines(*CHUNKS, prefix="data: ") + "data: [DONE]",
    "events with CRLF": lines(*CHUNKS, prefix="data: ", end="\r\n\r\n") + "data: [DONE]\r\n\r\n",
    "events with CR": lines(*CHUNKS, prefix="data: ", end="\r\r") + "data: [DONE]\r\r",
    "events without an end": lines(*CHUNKS, prefix="data: ", end="\n\n"),
    "events of several lines": pretty_events(*CHUNKS),
    "events and comments": ": ping\n\nretry: 9\n\n" + pretty_events(*CHUNKS) + ": ping\n\n",
    "events after the mark": fake_responses.event_stream(CHUNKS) + b"data: 5\n\n",
    "JSON lines": lines(*CHUNKS),
    "a JSON sequence": lines(*CHUNKS, prefix="\x1e"),
    "a chunk with the whole message": lines(
        *CHUNKS[:-2],
        {**HEAD, "choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]},
        CHUNKS[-1],
    ),
    "a second choice": lines(
        {**HEAD, "choices": [{"index": 1, "delta": {"content": "no"}}]}, *CHUNKS
    ),
    "null and unknown fields": lines(
        {**HEAD, "choices": [{"delta": {"content": None, "x": [1]}}], "usage": None},
        {"choices": None},
        *CHUNKS,
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_body_of_any_form_is_read(name: str) -> None:
    assert parse(BODIES[name]) == ModelResponse(TEXT, model="m", usage=USAGE)


@given(st.lists(st.text(max_size=8), max_size=6))
def test_streamed_text_is_the_text(pieces: list[str]) -> None:
    chunks = [{**HEAD, "choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    stop = {**HEAD, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    assert parse(fake_responses.event_stream([*chunks, stop])).text == "".join(pieces)


@pytest.mark.parametrize("extra", [[], [{**HEAD, "choices": [{"delta": {}}]}]])
def test_stream_that_breaks_off_is_truncated(extra: list[Any]) -> None:
    response = parse(lines(*CHUNKS[:-2], *extra, prefix="data: ", end="\n\n"))
    assert (response.text, response.is_truncated) == (TEXT, True)
    assert response.usage is None


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        (
            lines(
                {"choices": [{"delta": {"refusal": "I "}}]},
                {"choices": [{"delta": {"refusal": "won't."}}]},
            ),
            "refusal",
            "I won't.",
        ),
        (
            lines({"choices": [{"delta": {}, "finish_reason": "content_filter"}]}),
            "refusal",
            "filtered",
        ),
        (lines({"choices": [{"delta": {"reasoning_content": "Hm"}}]}), "text", "<think></think>"),
        (
            lines({"choices": [{"delta": {"content": [{"type": "text", "text": "A"}]}}]}),
            "text",
            "A",
        ),
    ],
)
def test_other_fields_are_joined_too(body: str, field: str, value: str) -> None:
    assert getattr(parse("data: {}\n\n" + body), field) == value


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('data: {"error": {"message": "Overloaded"}}\n\n', "^Overloaded$"),
        ('data: {"choices": []}\n\ndata: {"error": "Overloaded"}\n\n', "^Overloaded$"),
        ('event: error\ndata: {"type": "error", "message": "Overloaded"}\n\n', "^Overloaded$"),
        ("data: [DONE]\n\n", "choices is empty"),
        ("data: {}\n\ndata: [DONE]\n\n", "choices is empty"),
        (": ping\n\n", "choices is empty"),
        ("data: [1]\n\n", "not a JSON object"),
        ("data: 5\n\n", "not a JSON object"),
        ("{}\n" * (event_streams.MAX_EVENTS + 1), "a stream of over 100000 events"),
        ('data: {"choices": [{"de\n\n', "Invalid control character|Unterminated"),
    ],
    ids=lambda value: value[:40],
)
def test_stream_without_an_answer_is_malformed(body: str, reason: str) -> None:
    with pytest.raises(Exception, match=reason):
        parse(body)


def response_event(name: str, **more: Any) -> dict[str, Any]:
    return {"type": f"response.{name}", **more}


WHOLE: Final = fake_responses.responses_body("m", TEXT)
DELTAS: Final = (
    response_event("created", response={**WHOLE, "output": []}),
    response_event("output_text.delta", delta=TEXT[:9]),
    response_event("output_text.delta", delta=TEXT[9:]),
)
INCOMPLETE: Final = {**WHOLE, "incomplete_details": {"reason": "max_output_tokens"}}


@pytest.mark.parametrize(
    ("events", "is_truncated", "usage"),
    [
        ([*DELTAS, response_event("completed", response=WHOLE)], False, USAGE),
        ([response_event("completed", response=WHOLE)], False, USAGE),
        ([*DELTAS, response_event("incomplete", response=INCOMPLETE)], True, USAGE),
        ([*DELTAS, response_event("completed", response={**WHOLE, "output": []})], False, USAGE),
        (DELTAS, True, None),
        ([WHOLE], False, USAGE),
    ],
)
def test_events_of_the_responses_api(
    events: list[Any], is_truncated: bool, usage: Usage | None
) -> None:
    response = parse(fake_responses.event_stream(list(events)), "responses")
    assert (response.text, response.is_truncated, response.usage) == (TEXT, is_truncated, usage)


def test_failed_response_is_an_error() -> None:
    failed = {**WHOLE, "status": "failed", "error": {"message": "Overloaded"}}
    events = [*DELTAS, response_event("failed", response=failed)]
    with pytest.raises(Exception, match=r"^Overloaded$"):
        parse(fake_responses.event_stream(events), "responses")


IMAGE: Final = fake_responses.image_body(PNG)
ENCODED: Final = IMAGE["data"][0]["b64_json"]
PARTIAL: Final = {"type": "image_generation.partial_image", "b64_json": "AAAA"}


@pytest.mark.parametrize(
    "events",
    [
        [
            PARTIAL,
            PARTIAL,
            {"type": "image_generation.completed", "b64_json": ENCODED, "usage": IMAGE["usage"]},
        ],
        [
            PARTIAL,
            {"type": "image_edit.completed", "b64_json": ENCODED, "usage": IMAGE["usage"]},
            PARTIAL,
        ],
        [IMAGE],
    ],
)
def test_events_of_an_image(events: list[Any]) -> None:
    response = parse(fake_responses.event_stream(events), "images/generations")
    assert (response.image, response.usage) == (PNG, Usage(20, 0, 10, 10))


@pytest.mark.parametrize("is_stream", [False, True])
def test_values_in_the_response_with_an_image_are_bounded(
    is_stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_streams, "MAX_VALUES", 100)
    body = {"data": [{}] * 200}
    data = fake_responses.event_stream([body]) if is_stream else json.dumps(body)
    with pytest.raises(ValueError, match="over 100 values"):
        parse(data, "images/generations")


def test_partial_image_is_not_an_image() -> None:
    with pytest.raises(Exception, match="data is empty"):
        parse(fake_responses.event_stream([PARTIAL]), "images/generations")


def stream(received: ReceivedRequest) -> Behavior:
    """Respond to any request with a stream of events, and keep the connection open."""
    route, fields = received.path.removeprefix("/v1/"), json.loads(received.body)
    body = fake_responses.response_body(route, fields)
    events = [body]
    if route == "chat/completions":
        events = fake_responses.chat_chunks("m", body["choices"][0]["message"]["content"])
    head = b"HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream;charset=utf-8\r\n\r\n"

    def behave(connection: Any) -> None:
        connection.send(head + fake_responses.event_stream(events))
        connection.wait(20)

    return behave


def test_command_line_with_a_server_that_streams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("photo.jpg").write_bytes(PHOTO)
    with FakeServer(stream) as server:
        options = "--backend", "openai", "--base-url", server.url, "--model", "m"
        options = (*options, "--painter-model", "m")
        assert main(["encode", "photo.jpg", "-o", "a.semc", "--trace", "a.json", *options]) == 0
        assert main(["decode", "a.semc", "-o", "a.png", *options]) == 0
    stages = json.loads(Path("a.json").read_text())["stages"]
    calls = [call for stage in stages for call in stage["notes"].get("calls", [])]
    assert [call["input_tokens"] for call in calls] == [20, 20]
    assert not any("repairs" in stage["notes"] for stage in stages)


@pytest.mark.parametrize("kind", ["text/plain", "", "APPLICATION/JSON ; x=1", "text/html", "a"])
def test_json_of_any_content_type_is_read(kind: str) -> None:
    def choose(received: ReceivedRequest) -> Behavior:
        body = fake_responses.response_body("chat/completions", json.loads(received.body))
        return respond(200, body, kind=kind)

    with FakeServer(choose) as server:
        backend = OpenAIBackend(base_url=server.url, writer="m")
        assert backend.expand(["boat"]) == "A picture of boat."


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [
        ("text/plain", b"model is \x1b[31mloading\x07\xff", "(model is [31mloading �)"),
        ("", b"", "no content type to 'describe' in place of JSON:"),
        ("text/html", b"<html>", "returned a web page to 'describe' in place of JSON:"),
        ("text/plain", b"x" * 5000, "(" + "x" * 159 + "…)"),
        ("x" * 5000, b"x", f"content type '{'x' * 39}…' to"),
        ("text/\x1b[31m", b"x", "content type 'text/ [31m' to"),
    ],
)
def test_text_in_place_of_json_is_quoted(kind: str, body: bytes, shown: str) -> None:
    with FakeServer(lambda _: respond(200, body, kind=kind)) as server:
        backend = OpenAIBackend(base_url=server.url, describer="m")
        with pytest.raises(BackendError) as caught:
            backend.describe(Image.new("RGB", (64, 64)))
    assert shown in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500
