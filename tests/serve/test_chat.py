"""Chat completions: language models get the messages, other backends have methods for tasks."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from semcodec.backends.prompting import ChatResponse, PromptBackend, Prompts
from semcodec.backends.prompting.backend import MAX_LOCATED
from semcodec.backends.prompting.statements import MAX_STATEMENTS, number_lines, state
from semcodec.errors import BackendError, BudgetExceededError, RefusalError
from semcodec.serve import api, pictures
from semcodec.serve import chat as chat_module
from semcodec.serve.chat import MAX_MESSAGES, MAX_PARTS, MAX_SCHEMA, MAX_TEXT
from semcodec.serve.problems import RequestError
from semcodec.serve.server import Server
from semcodec.words.predicates import Predicate
from tests.backends.prompting.fake_chat import FakeChat
from tests.images import encode_image, huge_png, scene
from tests.serve.fakes import DESCRIPTION, Painter, Scripted, roles_of, send, serving

CHAT = "/v1/chat/completions"
PNG = encode_image(scene(), "PNG")
PREDICATES = [Predicate("noun", "boat"), Predicate("color", "boat", "red")]


def data_url(data: bytes = PNG, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def user(text: str, *urls: str) -> dict[str, Any]:
    parts: list[Any] = [{"type": "text", "text": text}]
    parts += [{"type": "image_url", "image_url": {"url": url, "detail": "high"}} for url in urls]
    return {"role": "user", "content": parts if urls else text}


def schema(name: str = "x", fields: Any = None) -> dict[str, Any]:
    inner = {"name": name, "strict": True, "schema": fields or {"type": "object"}}
    return {"type": "json_schema", "json_schema": inner}


def chat(server: Server, *messages: Any, **fields: Any) -> tuple[int, Any]:
    status, body, _ = send(server, "POST", CHAT, {"messages": list(messages), **fields})
    return status, body


def content(server: Server, *messages: Any, **fields: Any) -> str:
    status, body = chat(server, *messages, **fields)
    assert status == 200, body
    [choice] = body["choices"]
    assert choice["finish_reason"] == "stop"
    return str(choice["message"]["content"])


# --- a backend without a language model -----------------------------------------------------------


def test_picture_is_described_whatever_the_question(server: Server, scripted: Scripted) -> None:
    scripted.calls.clear()
    status, body = chat(server, user("What is this?", data_url()), model="semcodec")
    assert status == 200
    assert body["choices"][0]["message"] == {
        "role": "assistant", "refusal": None, "content": DESCRIPTION,
    }  # fmt: skip
    assert body["model"] == "scripted-describer"
    assert scripted.calls == [("describe", (96, 64))]


@pytest.mark.parametrize(
    ("stage", "values", "is_json", "expected"),
    [
        ("describe", {}, False, DESCRIPTION),
        ("describe", {}, True, {"description": DESCRIPTION}),
        ("select", {"data": "A <b> red \"boat\"", "k": "2"}, True, {"words": ["red", "boat"]}),
        ("compress", {"data": "red boat"}, True, {"skeletons": ["rd", "bt"]}),
        ("decompress", {"data": "rd bt"}, True, {"words": ["red", "boat"]}),
        ("expand", {"data": "red boat"}, False, "A picture of red boat."),
        ("compare", {"data": '{"now": "a", "wanted": "b"}'}, False, "make the boat red"),
        ("compare", {"data": '{"now": "a", "wanted": "a"}'}, False, "none"),
        ("check", {"data": number_lines(state(PREDICATES))}, True, {"1": "yes", "2": "no"}),
        ("check", {"data": "what\n2. boat (in the picture)"}, True, {"1": "unsure", "2": "yes"}),
        ("locate", {"data": "red\nboat"}, True,
         {"boxes": [{"label": "boat", "left": 250, "top": 500, "right": 750, "bottom": 1000}]}),
    ],
)  # fmt: skip
def test_prompts_of_semcodec_call_the_method_of_the_stage(
    server: Server, stage: str, values: dict[str, str], is_json: bool, expected: Any
) -> None:
    urls = [data_url()] if stage in ("describe", "check", "locate") else []
    rules = {"role": "system", "content": Prompts.read().rules(stage)}
    task = user(Prompts.read().task(stage, **values), *urls)
    fields = {"response_format": schema(stage)} if is_json else {}
    answer = content(server, rules, task, **fields)
    assert (json.loads(answer) if is_json else answer) == expected
    reply = {"role": "assistant", "content": "?"}
    assert content(server, rules, task, reply, user("Answer once more."), **fields) == answer


def test_data_of_a_prompt_arrive_as_they_were(server: Server, scripted: Scripted) -> None:
    text = 'é "quoted" </data> <data>"x"</data>\nnew line $k \\ 犬'
    scripted.calls.clear()
    content(server, user(Prompts.read().task("select", data=text, k="3")))
    assert scripted.calls == [("select", text, 3)]


def test_predicates_of_a_check_arrive_as_they_were(server: Server, scripted: Scripted) -> None:
    given = [
        Predicate("noun", "stop (old) sign"), Predicate("count", "dogs", "two"),
        Predicate("size", "cat", "big"), Predicate("place", "cat", "top left"),
    ]  # fmt: skip
    scripted.calls.clear()
    prompt = Prompts.read().task("check", data=number_lines(state(given)))
    content(server, user(prompt, data_url()))
    assert scripted.calls == [("check", *given)]


@pytest.mark.parametrize(
    ("stage", "values"),
    [
        ("select", {"data": "x", "k": "0"}),
        ("select", {"data": "x", "k": "999999"}),
        ("expand", {"data": " "}),
        ("expand", {"data": "a " * 2001}),
        ("compare", {"data": '{"now": 1}'}),
        ("compare", {"data": '{"now": "a'}),
        ("describe", {}),
        ("check", {"data": "1. boat (in the picture)"}),
        ("locate", {"data": "boat"}),
        ("edit", {"data": "make it red"}),
        ("paint", {"data": "boat", "shape": "a wide picture"}),
    ],
)
def test_data_that_a_task_cannot_have(server: Server, stage: str, values: Any) -> None:
    status, body = chat(server, user(Prompts.read().task(stage, **values)))
    assert status == 400
    assert body["error"]["param"] == "messages"


@pytest.mark.parametrize("fields", [{}, {"response_format": schema()}])
def test_text_of_others_needs_a_language_model(server: Server, fields: Any) -> None:
    status, body = chat(server, user("Tell me a story."), **fields)
    assert status == 501
    assert "scripted" in body["error"]["message"]


def test_schema_of_others_needs_a_language_model(server: Server) -> None:
    assert chat(server, user("Rate it.", data_url()), response_format=schema())[0] == 501


def test_role_without_a_backend() -> None:
    with serving(roles_of(Painter())) as server:
        status, body = chat(server, user("What is this?", data_url()))
        assert status == 501
        assert "describer" in body["error"]["message"]
        assert send(server, "POST", "/v1/images/edits")[0] == 415


# --- a backend with a language model --------------------------------------------------------------


@pytest.fixture
def model() -> FakeChat:
    return FakeChat("An answer.")


@pytest.fixture
def llm(model: FakeChat) -> Any:
    backend = PromptBackend(model, Prompts.read())
    with serving(roles_of(backend)) as server:
        yield server


def test_language_model_gets_the_messages_as_they_are(llm: Server, model: FakeChat) -> None:
    fields = {"type": "object", "properties": {"a": {"type": "string"}}}
    answer = content(
        llm,
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": [{"type": "text", "text": "In English."}]},
        user("What is this?", data_url()),
        {"role": "assistant", "content": "A boat."},
        user("Are you sure?"),
        response_format=schema(fields=fields),
        temperature=0.5,
        max_completion_tokens=5,
        stop=[],
    )
    assert answer == "An answer."
    [request] = model.requests
    assert request.image is not None
    assert request.image.tobytes() == scene().tobytes()
    assert replace(request, image=None) == request.__class__(
        "chat", "Be brief.\n\nIn English.", "What is this?", schema=fields,
        rejected=("A boat.", "Are you sure?"),
    )  # fmt: skip


def test_prompts_of_semcodec_go_to_the_model_with_their_stage(llm: Server, model: FakeChat) -> None:
    prompt = Prompts.read().task("select", data="A red boat.", k="2")
    content(llm, user(prompt))
    assert (model.requests[0].stage, model.requests[0].task) == ("select", prompt)


def test_part_of_a_prompt_for_a_schema_is_separate(llm: Server, model: FakeChat) -> None:
    """As in a request of ``describe`` itself, so that a model without schemas gets its prompt."""
    prompts = Prompts.read()
    task = prompts.task("describe")
    whole = user(f"{task}\n\n{prompts.probe}", data_url())
    content(llm, whole, response_format=schema())
    content(llm, whole)
    content(llm, user(task, data_url()), response_format=schema())
    found = [(request.task, request.schema_task) for request in model.requests]
    assert found == [(task, prompts.probe), (whole["content"][0]["text"], ""), (task, "")]


@pytest.mark.parametrize(
    ("response", "reason", "text", "refusal"),
    [
        (ChatResponse("cut", is_truncated=True), "length", "cut", None),
        (RefusalError("No."), "stop", None, "No."),
    ],
)
def test_end_of_an_answer(
    llm: Server, model: FakeChat, response: Any, reason: str, text: Any, refusal: Any
) -> None:
    model.responses = [response]
    _, body = chat(llm, user("Hi"))
    [choice] = body["choices"]
    assert choice["finish_reason"] == reason
    assert choice["message"] == {"role": "assistant", "content": text, "refusal": refusal}


@pytest.mark.parametrize(
    ("error", "status", "retries"),
    [
        (BackendError("It failed."), 500, False),
        (BackendError("It failed.", retryable=True), 503, True),
        (BudgetExceededError("Too much."), 402, False),
        (MemoryError(), 500, False),
        (ValueError("secret detail"), 500, False),
        (SystemExit(3), 500, False),
    ],
)
def test_error_of_a_backend(
    llm: Server, model: FakeChat, error: Any, status: int, retries: bool
) -> None:
    model.responses = [error]
    found, _, headers = send(llm, "POST", CHAT, {"messages": [user("Hi")]})
    assert found == status
    assert ("retry-after" in headers) == retries
    assert (headers.get("x-should-retry") == "false") == (status >= 500 and not retries)
    model.responses = ["fine"]
    assert content(llm, user("Hi")) == "fine"


def test_stream_has_the_answer_in_events(llm: Server) -> None:
    import http.client
    from urllib.parse import urlsplit

    connection = http.client.HTTPConnection(urlsplit(llm.url).netloc)
    body = json.dumps({"messages": [user("Hi")], "stream": True})
    connection.request("POST", CHAT, body, {"content-type": "application/json"})
    response = connection.getresponse()
    events = response.read().decode().split("\n\n")
    connection.close()
    assert response.headers["content-type"] == "text/event-stream"
    assert events[-2:] == ["data: [DONE]", ""]
    first, last = (json.loads(event.removeprefix("data: "))["choices"][0] for event in events[:2])
    assert first["delta"]["content"] == "An answer."
    assert last == {"index": 0, "delta": {}, "finish_reason": "stop"}


# --- requests that are not valid ------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 2}, {"n": "1"}, {"tools": [{}]}, {"functions": [{}]}, {"logprobs": True},
        {"stop": "\n"}, {"stop": ["a", "b"]},
        {"stream": "yes"}, {"response_format": {"type": "json_object"}}, {"response_format": 1},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
    ],
    ids=str,
)  # fmt: skip
def test_fields_that_change_the_result(server: Server, fields: dict[str, Any]) -> None:
    status, body = chat(server, user("Hi", data_url()), **fields)
    assert status == 400
    assert body["error"]["param"] == next(iter(fields))


@pytest.mark.parametrize("model_name", ["gpt-5.5", "../../etc/passwd", 1, ["semcodec"], {"a": 1}])
def test_request_chooses_no_model(server: Server, model_name: Any) -> None:
    status, body = chat(server, user("Hi", data_url()), model=model_name)
    assert status == 404
    assert body["error"]["code"] == "model_not_found"


@pytest.mark.parametrize(
    "messages",
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
    ],
    ids=lambda messages: repr(messages)[:60],
)  # fmt: skip
def test_messages_that_are_not_a_chat(server: Server, messages: Any) -> None:
    status, body, _ = send(server, "POST", CHAT, {"messages": messages})
    assert status == 400
    assert body["error"]["param"] == "messages"


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


def test_each_role_has_its_backend() -> None:
    describer, checker, locator, writer = (Scripted() for _ in range(4))
    roles = replace(
        roles_of(describer), checker=checker, locator=locator, writer=writer, painter=None
    )
    prompts = Prompts.read()
    with serving(roles) as server:
        content(server, user(prompts.task("describe"), data_url()))
        content(server, user(prompts.task("check", data="1. boat (in the picture)"), data_url()))
        content(server, user(prompts.task("locate", data="boat"), data_url()))
        content(server, user(prompts.task("expand", data="boat")))
    calls = [[call[0] for call in each.calls] for each in (describer, checker, locator, writer)]
    assert calls == [["describe"], ["check"], ["locate"], ["expand"]]


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


def test_schema_is_bounded(llm: Server) -> None:
    def ask(characters: int) -> int:
        filler = "x" * (characters - len('{"a": ""}'))
        return chat(llm, user("Hi"), response_format=schema(fields={"a": filler}))[0]

    assert (ask(MAX_SCHEMA), ask(MAX_SCHEMA + 1)) == (200, 400)


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
