"""Chat requests that are not valid, their pictures, and limits."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from semcodec.backends.prompting import Prompts
from semcodec.backends.prompting.backend import MAX_LOCATED
from semcodec.backends.prompting.statements import MAX_STATEMENTS
from semcodec.serve import api, pictures
from semcodec.serve import chat as chat_module
from semcodec.serve.chat import MAX_MESSAGES, MAX_PARTS, MAX_SCHEMA, MAX_TEXT, read_chat
from semcodec.serve.problems import RequestError
from semcodec.serve.server import Server
from tests.each import for_each
from tests.images import encode_image, huge_png, scene
from tests.serve.chats import PNG, chat, content, data_url, schema, user
from tests.serve.fakes import DESCRIPTION, Painter, Scripted, roles_of, serving


@for_each(
    [
        {"n": 2}, {"n": "1"}, {"tools": [{}]}, {"functions": [{}]}, {"logprobs": True},
        {"stop": "\n"}, {"stop": ["a", "b"]},
        {"stream": "yes"}, {"response_format": {"type": "json_object"}}, {"response_format": 1},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
    ]
)  # fmt: skip
def test_fields_that_change_the_result(fields: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as caught:
        read_chat({"messages": [user("Hi", data_url())], **fields})
    assert (caught.value.status, caught.value.field) == (400, next(iter(fields)))


def test_field_at_fault_is_in_the_response(server: Server) -> None:
    status, body = chat(server, user("Hi", data_url()), stop="x")
    assert (status, body["error"]["param"]) == (400, "stop")


@pytest.mark.parametrize("model_name", ["gpt-5.5", "../../etc/passwd", 1, ["semcodec"], {"a": 1}])
def test_request_chooses_no_model(server: Server, model_name: Any) -> None:
    status, body = chat(server, user("Hi", data_url()), model=model_name)
    assert status == 404
    assert body["error"]["code"] == "model_not_found"


@for_each(
    [
        None, [], "Hi", [1], [[]], [{}], [{"role": "user"}], [{"role": "tool", "content": "x"}],
        [{"role": "assistant", "content": "x"}], [user("a"), user("b")],
        [user("a"), {"role": "assistant", "content": "b"}],
        [{"role": "system", "content": "x"}], [{"role": "user", "content": []}] * 2,
        [{"role": "user", "content": [{"type": "input_audio"}]}],
        [{"role": "user", "content": [{"type": "image_url"}]}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": data_url()}]}],
        [{"role": "user", "content": {"type": "text"}}], [{"role": ["user"], "content": "x"}],
        [{"role": "system", "content": "x"}] * (MAX_MESSAGES + 1),
        [user("a" * (MAX_TEXT + 1))], [user("a", data_url(), data_url())],
    ]
)  # fmt: skip
def test_messages_that_are_not_a_chat(messages: Any) -> None:
    with pytest.raises(RequestError) as caught:
        read_chat({"messages": messages})
    assert (caught.value.status, caught.value.field) == (400, "messages")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/a.png", "https://a.example/a.png", "file:///etc/passwd", "/etc/passwd",
        "a.png", "", "//a.example/a.png", "ftp://a.example/a", "data:", "data:image/png;base64",
        "data:image/png;base64,%%%", "data:image/png;base64,", None, 1, ["data:,"],
        data_url(b"GIF89a"), data_url(b"%PDF-1.7"), data_url(b"<svg xmlns='http://a'/>"),
        data_url(b"II*\0" + bytes(99)), data_url(PNG[:60]), data_url(huge_png(10**5, 10**5)),
    ],
    ids=lambda url: repr(url)[:40],
)  # fmt: skip
def test_picture_is_a_data_url_of_a_sound_file(
    server: Server, scripted: Scripted, url: Any
) -> None:
    scripted.calls.clear()
    status, body = chat(server, user("What is this?", url))
    assert status == 400
    assert body["error"]["param"] == "messages"
    assert len(body["error"]["message"]) < 300
    assert not scripted.calls


def test_large_file_of_a_picture(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PICTURE_BYTES", len(PNG))
    assert chat(server, user("?", data_url()))[0] == 200
    assert chat(server, user("?", data_url(PNG + b"x")))[0] == 400


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "ICO", "PPM"])
def test_rarer_formats_are_rejected(server: Server, kind: str) -> None:
    assert chat(server, user("?", data_url(encode_image(scene(), kind))))[0] == 400


def test_formats_of_pictures(server: Server) -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        assert content(server, user("?", data_url(encode_image(scene(), kind)))) == DESCRIPTION
    large = encode_image(Image.new("L", (9000, 2)), "PNG")
    assert content(server, user("?", data_url(large))) == DESCRIPTION


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "line", "limit"),
    [("locate", "boat", MAX_LOCATED), ("check", "1. boat (color: red)", MAX_STATEMENTS)],
)
def test_lines_of_a_task_are_bounded(
    server: Server, scripted: Scripted, stage: str, line: str, limit: int
) -> None:
    def ask(lines: int) -> tuple[int, Any]:
        task = Prompts.read().task(stage, data="\n".join([line] * lines))
        return chat(server, user(task, data_url()))

    assert ask(limit)[0] == 200
    scripted.calls.clear()
    status, body = ask(limit + 1)
    assert (status, body["error"]["param"]) == (400, "messages")
    assert f"1 to {limit}" in body["error"]["message"]
    assert not scripted.calls


def test_parts_of_a_message_are_bounded(server: Server) -> None:
    parts: list[Any] = [{"type": "text", "text": "?"}] * (MAX_PARTS - 1)
    picture = {"type": "image_url", "image_url": {"url": data_url()}}
    assert chat(server, {"role": "user", "content": [*parts, picture]})[0] == 200
    status, body = chat(server, {"role": "user", "content": [*parts, picture, parts[0]]})
    assert (status, f"over {MAX_PARTS} parts" in body["error"]["message"]) == (400, True)


def test_schema_is_bounded() -> None:
    def read(characters: int) -> object:
        filler = "x" * (characters - len('{"a": ""}'))
        response_format = schema(fields={"a": filler})
        return read_chat({"messages": [user("Hi")], "response_format": response_format})

    assert read(MAX_SCHEMA)
    with pytest.raises(RequestError, match=f"over {MAX_SCHEMA} characters"):
        read(MAX_SCHEMA + 1)


def test_values_and_depth_of_a_request_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MAX_MARKS", 10)
    assert api.parse_object(b'{"a": [1, 2, {}], "b": ",,,,"}')["a"] == [1, 2, {}]
    for more in (b",", b"[", b"{"):
        with pytest.raises(RequestError, match="over 10 commas"):
            api.parse_object(b'{"a": [1, 2, {}], "b": ",,,,%b"}' % more)
    monkeypatch.undo()
    depth = api.MAX_DEPTH
    for start, end in (b"[", b"]"), (b'{"a":', b"}"):
        nested = b'{"a":%b1%b}' % (start * (depth - 1), end * (depth - 1))
        assert api.parse_object(nested)
        with pytest.raises(RequestError, match=f"deeper than {depth}"):
            api.parse_object(nested.replace(b"1", start + b"1" + end))


def test_picture_is_decoded_after_all_else_is_checked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_module, "open_picture", lambda *arguments: pytest.fail("decoded"))
    locate = Prompts.read().task("locate", data="boat\n" * MAX_LOCATED)
    assert chat(server, user(locate, data_url()))[0] == 400
    assert chat(server, user("Rate it.", data_url()), response_format=schema())[0] == 501
    with serving(roles_of(Painter())) as without_describer:
        assert chat(without_describer, user("?", data_url()))[0] == 501
