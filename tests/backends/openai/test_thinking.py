"""Answers that consist of thoughts: explained, with the setting that helps; or used after them."""

from __future__ import annotations

from typing import Any, Final

import pytest
from PIL import Image

from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.backends.openai import OpenAIBackend, Settings, thinking
from semcodec.errors import InvalidResponseError
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import FakeServer, respond

PICTURE: Final = Image.new("RGB", (64, 64))
DESCRIPTION: Final = fake_responses.DESCRIPTION
CUT: Final = "was cut off in the thoughts of the model: raise most_output (now 4096) in the config"
ALONE: Final = "consists of the thoughts of the model: turn thoughts off with"


def chat(content: Any, reason: str = "stop", **message: Any) -> Any:
    """Return a chat completion with more fields in its message."""
    body = fake_responses.chat_body("m", content, finish_reason=reason)
    body["choices"][0]["message"] |= message
    return body


def describe(body: Any, **settings: Any) -> tuple[str, int]:
    """Return the description or error that a describer with this response results in."""
    with FakeServer(lambda _: respond(200, body)) as server:
        backend = OpenAIBackend(base_url=server.url, describer="m", writer="m", **settings)
        try:
            return backend.describe(PICTURE), len(server.received)
        except InvalidResponseError as error:
            return str(error), len(server.received)


@pytest.mark.parametrize(
    "body",
    [
        chat(f"<think>A dog?</think>{DESCRIPTION}"),
        chat(f"A dog?</think>\n\n{DESCRIPTION}"),
        chat(f"<thought>A dog?</thought>{DESCRIPTION}"),
        chat(f"[THINK]A dog?[/THINK]{DESCRIPTION}"),
        chat(f"<|channel|>analysis<|message|>A dog?<|channel|>final<|message|>{DESCRIPTION}"),
        chat(f"<|channel>thought\nA dog?<channel|>{DESCRIPTION}"),
        chat(f"<think>{'A dog? ' * 40_000}</think>{DESCRIPTION}"),
        chat(DESCRIPTION, reasoning_content="A dog?", reasoning="A dog?"),
        chat(None, reasoning_content=f"<think>A dog?</think>{DESCRIPTION}"),
        chat("", reasoning=f"A dog?</think>{DESCRIPTION}"),
        chat([{"type": "thinking", "thinking": "A dog?"}, {"type": "text", "text": DESCRIPTION}]),
        chat([{"type": "reasoning", "text": "A dog?"}, DESCRIPTION]),
        chat({"type": "text", "text": DESCRIPTION}),
    ],
)
def test_answer_after_thoughts_is_used(body: Any) -> None:
    assert describe(body) == (DESCRIPTION, 1)


PARTS: Final = [{"type": "thinking", "thinking": [{"type": "text", "text": "A dog?"}]}]


@pytest.mark.parametrize(
    ("body", "shown", "count"),
    [
        (chat("<think>A dog?", "length"), CUT, 1),
        (chat("", "length"), CUT, 1),
        (chat(None, "length", reasoning="A dog?"), CUT, 1),
        (chat(" ", "length", thinking="A dog? </think>"), CUT, 1),
        (chat(PARTS, "length"), CUT, 1),
        (chat("", "max_tokens"), CUT, 1),
        (chat("<think>A dog?"), "was cut off in the thoughts", 1),
        (chat(f"<think>{DESCRIPTION}</think>"), ALONE, 2),
        (chat(None, reasoning_content=DESCRIPTION), ALONE, 2),
        (chat("", reasoning=DESCRIPTION), ALONE, 2),
        (chat("", thinking=DESCRIPTION), ALONE, 2),
        (chat(PARTS), ALONE, 2),
    ],
)
def test_thoughts_without_an_answer_are_explained(body: Any, shown: str, count: int) -> None:
    message, requests = describe(body)
    assert shown in message
    assert requests == count
    assert "A dog" not in message


def test_thoughts_of_the_responses_api_are_explained() -> None:
    body = fake_responses.responses_body("m", "")
    body["output"][0]["content"] = [{"type": "reasoning_text", "text": "A dog?"}]
    body["incomplete_details"] = {"reason": "max_output_tokens"}
    assert CUT in describe(body, api="responses")[0]


def test_reasoning_that_the_responses_api_does_not_show_is_explained() -> None:
    body = fake_responses.responses_body("m", "")
    body["output"] = [{"type": "reasoning", "summary": []}]
    assert ALONE in describe(body, api="responses")[0]


def test_rules_replace_an_answer_that_was_cut_in_its_thoughts() -> None:
    with FakeServer(lambda _: respond(200, chat("", "length", reasoning="Hm"))) as server:
        backend = OpenAIBackend(base_url=server.url, describer="m", writer="m")
        with collect_notes() as notes:
            assert backend.compress(["window"]) == ["vndv"]
    assert len(server.received) == 1
    repairs = group_by_kind(notes)["repairs"]
    assert repairs == ["compress: not used (its thoughts reached the limit)"]


def test_text_that_was_cut_is_still_used() -> None:
    assert describe(chat(f"{DESCRIPTION} And a", "length")) == (DESCRIPTION, 1)


TEMPLATE: Final = {"chat_template_kwargs": {"enable_thinking": False}}


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        ({}, "raise most_output (now 4096) in the config file, or use --effort low"),
        ({"effort": "low", "most_output": 50}, "raise most_output (now 50) in the config file"),
        ({"base_url": "http://127.0.0.1:11434/v1", "text_extra": {"max_tokens": 99}},
         "raise max_tokens of text_extra (now 99) in the config file, or turn thoughts off with "
         "--effort none"),
        ({"base_url": "http://127.0.0.1:8000/v1"},
         "raise most_output (now 4096) in the config file, or turn thoughts off with text_extra = "
         "{ chat_template_kwargs = { enable_thinking = false } } in the config file (vLLM, "
         "llama.cpp) or with --effort none (Ollama, LM Studio)"),
        ({"base_url": "http://127.0.0.1:8000/v1", "preset": "ollama"},
         "raise most_output (now 4096) in the config file, or turn thoughts off with --effort "
         "none"),
        ({"base_url": "http://127.0.0.1:11434/v1", "preset": "vllm"},
         "raise most_output (now 4096) in the config file, or turn thoughts off with text_extra = "
         "{ chat_template_kwargs = { enable_thinking = false } } in the config file"),
        ({"base_url": "http://a.example/v1", "text_extra": TEMPLATE},
         "raise most_output (now 4096) in the config file"),
    ],
)  # fmt: skip
def test_advice_names_what_helps_with_this_server(settings: dict[str, Any], advice: str) -> None:
    assert thinking.advise(Settings(**settings), is_truncated=True) == advice


def test_advice_if_thoughts_are_off() -> None:
    settings = Settings(base_url="http://a.example/v1", text_extra=TEMPLATE)
    advice = "use another model, or start the server without its reasoning parser"
    assert thinking.advise(settings, is_truncated=False) == advice
