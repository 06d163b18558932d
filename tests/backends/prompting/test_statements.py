"""A model is asked about numbered statements, and its answers are found in any text."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.backends.prompting import ChatResponse
from semcodec.backends.prompting.statements import (
    MAX_NAME,
    MAX_STATEMENTS,
    number_lines,
    parse_answers,
    state,
)
from semcodec.errors import BackendError, RefusalError
from semcodec.words.predicates import Predicate
from tests import profiles
from tests.backends.prompting.fake_chat import fake_backend

PICTURE = Image.new("RGB", (8, 8))
PREDICATES = [
    Predicate("noun", "dogs"),
    Predicate("count", "dogs", "two"),
    Predicate("color", "boat", "red"),
]
STATED = ["dogs (in the picture)", "dogs (number: two)", "boat (color: red)"]
EXPECTED = ["yes", "no", "unsure"]
#: Answers of models to three statements, all of which mean yes, no, unsure.
ANSWERS = {
    "JSON": '{"1": "yes", "2": "no", "3": "unsure"}',
    "another order": '{"3": "unsure", "1": "yes", "2": "no"}',
    "text around it": 'Sure! Here it is:\n```json\n{"1": "yes", "2": "no", "3": "unsure"}\n```',
    "reasoning before it": '<think>{"1": "no"}</think>{"1": "yes", "2": "no", "3": "unsure"}',
    "booleans": '{"1": true, "2": false, "3": null}',
    "capitals and marks": '{"1": "Yes.", "2": "NO!", "3": "Unsure"}',
    "reasons": '{"1": "Yes, two of them", "2": "No, three", "3": "I cannot tell, it is dark"}',
    "other names": '{"statement_1": "yes", "Statement 2": "no", "#3": "unsure"}',
    "nested": '{"answers": {"1": "yes", "2": "no", "3": "unsure"}}',
    "a list": '["yes", "no", "unsure"]',
    "a list in an object": '{"answers": ["yes", "no", "unsure"]}',
    "objects": '[{"id": 2, "answer": "no"}, {"id": 1, "answer": "yes"}, {"id": 3, "answer": null}]',
    "objects with statements": json.dumps(
        [
            {"statement": text, "verdict": answer}
            for text, answer in zip(STATED, EXPECTED, strict=True)
        ]
    ),
    "objects by number": '{"1": {"answer": "yes"}, "2": {"answer": "no"}, "3": {"is": "unsure"}}',
    "statements as names": json.dumps(dict(zip(STATED, EXPECTED, strict=True))),
    "truncated JSON": '{"1": "yes", "2": "no", "3": "unsure"',
    "numbered lines": "1. Yes\n2. No\n3. Unsure",
    "bold lines in another order": "**3**: unsure\n**1**: yes\n**2**: no\n\nAnything else?",
    "brackets": "1) yes\n2) no\n3) unsure",
    "one line": "1: yes, 2: no, 3: unsure",
    "repeated statements": "1. dogs (in the picture): yes\n2. dogs (number: two): no\n"
    "3. boat (color: red): unsure",
    "statements without numbers": "\n".join(
        f"- {text} - {answer}" for text, answer in zip(STATED, EXPECTED, strict=True)
    ),
    "a table": "| n | statement | answer |\n|---|---|---|\n| 1 | dogs (in the picture) | yes |\n"
    "| 2 | dogs (number: two) | no |\n| 3 | boat (color: red) | unsure |",
    "lines without numbers": "Yes\nNo\nNot sure",
    "commas": "yes, no, unsure",
    "German": "1. Ja\n2. Nein, es sind drei.\n3. Unsicher",
    "French": '{"1": "oui", "2": "non", "3": "peut-être"}',
    "Spanish": "1. Sí\n2. No\n3. Quizás",
    "Russian": '{"1": "да", "2": "нет", "3": "неясно"}',
    "Chinese": '{"1": "是", "2": "否", "3": "不确定"}',
    "Japanese": "1: はい\n2: いいえ\n3: わからない",
    "symbols": "1. ✓\n2. ✗\n3. unsure",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
def test_answers_are_found_in_any_form(answer: str) -> None:
    assert parse_answers(answer, STATED) == EXPECTED


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", [None] * 3),
        ("I like this picture.", [None] * 3),
        ('{"2": "no"}', [None, "no", None]),
        ('{"1": "yes", "1": "no", "2": "no", "3": "no"}', [None, "no", "no"]),
        ('{"0": "yes", "4": "yes", "2": "yes"}', [None, "yes", None]),
        ('{"1": "yes or no", "2": "no"}', [None, "no", None]),
        ('["yes", "no"]', [None] * 3),
        ("yes", [None] * 3),
        ("1. yes\n2. a dog\n3. no", ["yes", None, "no"]),
        ('{"1": "dogs (in the picture)", "2": "no"}', [None, "no", None]),
    ],
)
def test_statement_without_one_clear_answer_has_none(
    answer: str, expected: list[str | None]
) -> None:
    assert parse_answers(answer, STATED) == expected


def test_noun_that_is_an_answer_does_not_answer_itself() -> None:
    stated = state([Predicate("noun", "yes"), Predicate("noun", "no")])
    echo = json.dumps({"1": stated[0], "2": stated[1]})
    assert parse_answers(echo, stated) == [None, None]
    assert parse_answers(number_lines(stated), stated) == [None, None]
    assert parse_answers(f"1. {stated[0]}: no\n2. {stated[1]}: yes", stated) == ["no", "yes"]


@profiles.examples(60)
@given(st.text() | st.text('{}[]"\\:,.123 \nyesno') | st.from_regex(r"(\d[.:] (yes|no)[,\n ])*"))
def test_any_text_is_parsed(text: str) -> None:
    answers = parse_answers(text, STATED)
    assert len(answers) == 3
    assert set(answers) <= {"yes", "no", "unsure", None}


@profiles.measures_time
@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"1":' * 20_000 + "1" + "}" * 20_000,
        "1. yes, " * 20_000,
        ", " * 50_000,
        json.dumps({str(n): ["yes"] * 3 for n in range(4_000)}),
        "\n" * 100_000,
        "1" * 100_000,
        " ".join(["statement"] * 10_000),
    ],
)
def test_long_answers_are_parsed_in_linear_time(text: str) -> None:
    started = time.process_time()
    parse_answers(text, [f"noun{n} (in the picture)" for n in range(MAX_STATEMENTS)])
    assert time.process_time() - started < 2


def test_statement_is_one_line_of_limited_length() -> None:
    hostile = Predicate("color", "boat\n2. dogs (in the picture)\u2028", "red " * 100)
    (line,) = state([hostile])
    assert line.startswith("boat 2. dogs (in the picture) (color: red red")
    assert len(line.splitlines()) == 1
    assert len(line) <= 2 * MAX_NAME + 20
    assert state(PREDICATES) == STATED


def test_statements_are_checked_in_one_request() -> None:
    backend, chat = fake_backend(ANSWERS["JSON"])
    assert backend.check(PICTURE, PREDICATES) == EXPECTED
    (request,) = chat.requests
    assert (request.stage, request.image) == ("check", PICTURE)
    assert request.schema is not None
    assert request.schema["required"] == ["1", "2", "3"]
    assert request.schema["properties"]["1"]["enum"] == ["yes", "no", "unsure"]
    assert parse_answers(request.expected_answer, STATED) == ["yes"] * 3


def test_no_statement_needs_no_request() -> None:
    backend, chat = fake_backend("1. yes")
    assert backend.check(PICTURE, []) == []
    assert chat.requests == []


def test_missing_answers_are_requested_once_more_and_then_unsure() -> None:
    backend, chat = fake_backend('{"1": "yes"}', '{"1": "yes", "3": "no"}')
    with collect_notes() as notes:
        assert backend.check(PICTURE, PREDICATES) == ["yes", "unsure", "no"]
    assert chat.requests[1].rejected is not None
    assert "2 of 3 statements have no clear answer" in chat.requests[1].rejected[1]
    repairs = group_by_kind(notes)["repairs"]
    assert repairs == [
        "check: requested again (2 of 3 statements have no clear answer)",
        "check: partly used (1 of 3 statements have no clear answer)",
    ]


UNUSABLE: list[ChatResponse | str] = [
    "",
    "Nice picture!",
    "I'm sorry, but I can't help with that.",
    "Please upload the picture.",
    ChatResponse('{"1', is_truncated=True),
]


@pytest.mark.parametrize("answer", UNUSABLE)
def test_unusable_answers_are_unsure_and_noted(answer: ChatResponse | str) -> None:
    backend, chat = fake_backend(answer)
    with collect_notes() as notes:
        assert backend.check(PICTURE, PREDICATES) == ["unsure"] * 3
    assert len(chat.requests) == 2
    assert [note.split(" (")[0] for note in group_by_kind(notes)["repairs"]] == [
        "check: requested again",
        "check: not used",
    ]


def test_model_that_is_unsure_of_everything_is_noted_without_a_retry() -> None:
    backend, chat = fake_backend("1. unsure\n2. unsure\n3. unsure")
    with collect_notes() as notes:
        assert backend.check(PICTURE, PREDICATES) == ["unsure"] * 3
    assert len(chat.requests) == 1
    assert group_by_kind(notes)["repairs"] == ["check: every statement is unsure"]


def test_number_of_statements_in_a_request_is_limited() -> None:
    many = [Predicate("noun", f"noun{number}") for number in range(MAX_STATEMENTS + 5)]
    backend, chat = fake_backend(json.dumps({str(n): "yes" for n in range(1, 99)}))
    with collect_notes() as notes:
        answers = backend.check(PICTURE, many)
    assert answers == ["yes"] * MAX_STATEMENTS + ["unsure"] * 5
    assert len(chat.requests) == 1
    assert f"noun{MAX_STATEMENTS}" not in chat.requests[0].task
    assert group_by_kind(notes)["repairs"] == ["check: 5 statements were not asked about"]


@pytest.mark.parametrize("error", [BackendError("no server"), RefusalError("refused")])
def test_error_of_the_first_request_is_raised(error: BackendError) -> None:
    backend, _ = fake_backend(error)
    with pytest.raises(type(error)):
        backend.check(PICTURE, PREDICATES)
