"""JSON schemas of other programs, for models to which none can be sent."""

from __future__ import annotations

import json
import time

import pytest

from semcodec.backends.prompting import ChatRequest, ChatResponse
from semcodec.backends.prompting.chat import object_schema
from semcodec.backends.prompting.prompts import PARTS
from semcodec.backends.prompting.stated_schema import MAX_STARTS, extract_json, state_schema
from semcodec.errors import InvalidResponseError
from tests.each import for_each

SCHEMA = object_schema({"score": {"type": "integer"}})
FOREIGN = ChatRequest("chat", "Rules.", "Rate it.", schema=SCHEMA)


def test_schema_becomes_a_part_of_the_task() -> None:
    stated = state_schema(FOREIGN)
    assert stated.task.startswith("Rate it.\n\n")
    assert json.loads(stated.task.splitlines()[-1]) == SCHEMA
    assert (stated.rules, stated.schema) == ("Rules.", SCHEMA)


@for_each([*PARTS, "chat"])
def test_tasks_of_semcodec_and_tasks_without_a_schema_stay(stage: str) -> None:
    schema = None if stage == "chat" else SCHEMA
    chat = ChatRequest(stage, "Rules.", "Task.", schema=schema)
    assert state_schema(chat) is chat
    response = ChatResponse("prose")
    assert extract_json(chat, response, "local") is response


ANSWERS = {
    '{"score": 3}': '{"score": 3}',
    'Sure! ```json\n{"score": 3,\n "why": "{[}"}\n``` Done.': '{"score": 3,\n "why": "{[}"}',
    '{"a": 1} or {"score": {"b": []}}': '{"score": {"b": []}}',
    "{not JSON} [1] {{}} {'score': 1} " + '{"score": 3}': '{"score": 3}',
    "[[" * 20 + '{"score": 3}': '{"score": 3}',
}


@for_each(ANSWERS)
def test_json_is_found_between_words(answer: str) -> None:
    found = extract_json(FOREIGN, ChatResponse(answer, source="kept"), "local")
    assert found == ChatResponse(ANSWERS[answer], source="kept")


@for_each(
    [
        "",
        "A boat.",
        "[1]",
        '{"rating": {"score": 3}}',
        '{"rating": 3}',
        '{"score": 3',
        '"score"',
        "[" * 100_000,
    ]
)
def test_other_answer_is_an_error(answer: str) -> None:
    with pytest.raises(InvalidResponseError, match="did not answer with JSON") as caught:
        extract_json(FOREIGN, ChatResponse(answer), "local")
    assert (caught.value.backend, caught.value.stage) == ("local", "chat")
    assert answer not in str(caught.value) or not answer


def test_answer_that_was_cut_off_stays() -> None:
    cut = ChatResponse('{"score', is_truncated=True)
    assert extract_json(FOREIGN, cut, "local") is cut


def test_lists_and_schemas_of_any_value_are_accepted() -> None:
    for schema, answer in (
        ({"type": "array"}, 'Here: [{"a": 1}]'),
        ({}, '{"a": 1}'),
        ({"required": 7}, '{"a": 1}'),
        ({"required": [7]}, '{"a": 1}'),
    ):
        chat = ChatRequest("chat", "", "", schema=schema)
        assert json.loads(extract_json(chat, ChatResponse(answer), "local").text)


def test_time_is_limited() -> None:
    answer = '{"a":' * 200_000
    started = time.process_time()
    with pytest.raises(InvalidResponseError):
        extract_json(FOREIGN, ChatResponse(answer + '{"score": 3}'), "local")
    assert time.process_time() - started < 5
    late = "[x" * MAX_STARTS + '{"score": 3}'
    with pytest.raises(InvalidResponseError):
        extract_json(FOREIGN, ChatResponse(late), "local")
    extract_json(FOREIGN, ChatResponse(late[2:]), "local")
