"""Chat completions: language models get the messages, other backends have methods for tasks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from semcodec.backends.prompting import ChatResponse, PromptBackend, Prompts
from semcodec.backends.prompting.statements import number_lines, state
from semcodec.errors import BackendError, BudgetExceededError, RefusalError
from semcodec.serve.server import Server
from semcodec.words.predicates import Predicate
from tests.backends.prompting.fake_chat import FakeChat
from tests.images import scene
from tests.serve.chats import CHAT, chat, content, data_url, schema, user
from tests.serve.fakes import DESCRIPTION, Painter, Scripted, roles_of, send, serving

PREDICATES = [Predicate("noun", "boat"), Predicate("color", "boat", "red")]


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


# --- a backend with a language model --------------------------------------------------------------


@pytest.fixture(scope="module")
def shared_model() -> FakeChat:
    return FakeChat()


@pytest.fixture
def model(shared_model: FakeChat) -> FakeChat:
    shared_model.requests.clear()
    shared_model.responses = ["An answer."]
    return shared_model


@pytest.fixture(scope="module")
def shared_llm(shared_model: FakeChat) -> Iterator[Server]:
    with serving(roles_of(PromptBackend(shared_model, Prompts.read()))) as server:
        yield server


@pytest.fixture
def llm(shared_llm: Server, model: FakeChat) -> Server:
    return shared_llm


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
