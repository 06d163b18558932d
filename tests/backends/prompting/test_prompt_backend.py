"""A model is asked once more at most, with the fault named; then the rules take over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.prompting import ChatResponse
from semcodec.backends.recording import Cassette, ModelRequest, ModelResponse
from semcodec.errors import BackendError, InputError, InvalidResponseError, RefusalError
from semcodec.words import SelectionRequest, make_channel
from tests.backends.prompting.fake_chat import fake_backend

PICTURE = Image.new("RGB", (8, 8))
TEXT = "A small red boat lies on the calm lake, and a brown dog sits under huge green trees."
WORDS = semcodec.select(TEXT, 10)
FAULTS: dict[str, tuple[str, list[Any], str]] = {
    # stage: an answer that cannot be used, what the stage is given, the fault that is named
    "describe": ("", [PICTURE], "no words"),
    "select": ('["boat"]', [TEXT, 10], "1 usable words in place of 10"),
    "compress": ('["bt"]', [["boat", "lake"]], "1 short forms for 2 words"),
    "decompress": (
        '["dog", "cat"]',
        [["bt", "lk"]],
        "2 of 2 words do not fit their short forms",
    ),
    "expand": ("A cat.", [["boat", "lake"]], "2 of the 2 words are missing"),
    "compare": ("", ["a red boat", "a blue boat"], "no words"),
}
RIGHT: dict[str, tuple[str, Any]] = {
    "describe": ("A red boat.", "A red boat."),
    "select": (json.dumps(WORDS), WORDS),
    "compress": ('["bt", "k"]', ["bt", "k"]),
    "decompress": ('["bite", "lock"]', ["bite", "lock"]),
    "expand": ("A boat on a lake.", "A boat on a lake."),
    "compare": ("Make it blue.", "Make it blue."),
}
BY_RULE: dict[str, Any] = {
    "select": WORDS,
    "compress": ["bt", "lk"],
    "decompress": semcodec.decompress("bt lk"),
    "expand": "boat lake",
    "compare": "add blue",
}


@pytest.mark.parametrize("stage", RIGHT)
def test_an_answer_that_is_right_is_asked_for_once(stage: str) -> None:
    said, value = RIGHT[stage]
    asking, chat = fake_backend(said)
    assert getattr(asking, stage)(*FAULTS[stage][1]) == value
    assert [question.stage for question in chat.requests] == [stage]
    assert chat.requests[0].rejected is None


@pytest.mark.parametrize("stage", RIGHT)
def test_a_fault_is_named_when_it_is_asked_again(stage: str) -> None:
    (wrong, given, problem), (said, value) = FAULTS[stage], RIGHT[stage]
    asking, chat = fake_backend(wrong, said)
    assert getattr(asking, stage)(*given) == value
    first, again = chat.requests
    assert (first.rules, first.task, first.schema) == (again.rules, again.task, again.schema)
    assert again.rejected is not None
    assert problem in again.rejected[1]


@pytest.mark.parametrize("stage", BY_RULE)
def test_after_two_wrong_answers_the_rules_take_over(stage: str) -> None:
    wrong, given, _ = FAULTS[stage]
    asking, chat = fake_backend(wrong)
    assert getattr(asking, stage)(*given) == (WORDS if stage == "select" else BY_RULE[stage])
    assert len(chat.requests) == 2


@pytest.mark.parametrize("stage", BY_RULE)
@pytest.mark.parametrize(
    "said",
    [
        ChatResponse("I'm sorry, but I can't help with that."),
        ChatResponse('{"words": ['),
        ChatResponse('{"words": {"error": 1}'),
        ChatResponse("", is_truncated=True),
        ChatResponse("<think>Let me see"),
    ],
)
def test_every_stage_of_a_writer_survives_every_kind_of_bad_answer(
    stage: str, said: ChatResponse
) -> None:
    asking, chat = fake_backend(said)
    got = getattr(asking, stage)(*FAULTS[stage][1])
    whatever = (stage, said.text[:1]) == ("compare", "{")  # a change is any text with a word
    assert got == (said.text if whatever else BY_RULE[stage])
    assert len(chat.requests) == (1 if whatever else 2)


def test_a_describer_that_says_nothing_twice_is_an_error() -> None:
    asking, chat = fake_backend("")
    with pytest.raises(
        InvalidResponseError, match=r"unusable answer to 'describe' twice .*no words"
    ) as bad:
        asking.describe(PICTURE)
    assert (bad.value.stage, bad.value.backend, bad.value.retryable) == (
        "describe",
        "prompted",
        True,
    )
    assert len(chat.requests) == 2
    assert [answer.text for answer in chat.discarded] == ["", ""]


def test_a_describer_that_declines_twice_refuses() -> None:
    asking, chat = fake_backend("I'm sorry, I can't.")
    with pytest.raises(RefusalError, match="refused 'describe': use another image or model"):
        asking.describe(PICTURE)
    assert len(chat.requests) == 2
    assert [answer.text for answer in chat.discarded] == ["I'm sorry, I can't."] * 2


def test_a_describer_that_declines_once_may_describe_after_all() -> None:
    asking, chat = fake_backend("I'm sorry, I can't.", "A boat.")
    assert asking.describe(PICTURE) == "A boat."
    assert chat.discarded == []


@pytest.mark.parametrize("stage", BY_RULE)
def test_what_the_rules_take_over_is_not_discarded(stage: str) -> None:
    wrong, given, _ = FAULTS[stage]
    asking, chat = fake_backend(wrong)
    getattr(asking, stage)(*given)
    assert (len(chat.requests), chat.discarded) == (2, [])


def test_a_cache_asks_anew_after_a_describer_has_given_up(tmp_path: Path) -> None:
    answers = ["", "I'm sorry, I can't.", "A boat."]

    def describer() -> OpenAIBackend:
        cassette = Cassette(tmp_path / "tape", "cache")
        return OpenAIBackend(
            send=lambda call: ModelResponse(answers.pop(0)),
            base_url="http://127.0.0.1:9/v1",
            describer="m",
            writer="m",
            cassette=cassette,
        )

    with pytest.raises(RefusalError):
        describer().describe(PICTURE)
    assert describer().describe(PICTURE) == "A boat."
    assert describer().describe(PICTURE) == "A boat."  # which is kept
    assert answers == []


@pytest.mark.parametrize("error", [RefusalError("no"), BackendError("broken")])
def test_an_error_of_the_chat_is_not_asked_again(error: BackendError) -> None:
    asking, chat = fake_backend(error)
    with pytest.raises(BackendError) as caught:
        asking.select(TEXT, 3)
    assert caught.value is error
    assert len(chat.requests) == 1


def test_the_first_answer_is_used_if_the_second_is_worse() -> None:
    asking, _ = fake_backend('["boat", "dog"]', "no idea")
    assert asking.decompress(["bt", "lk"]) == ["boat", semcodec.decompress("bt lk")[1]]


def test_single_words_are_the_rules_own_where_the_model_misses_them() -> None:
    asking, _ = fake_backend('["bite", "xxx"]')
    assert asking.decompress(["bt", "lk"]) == ["bite", semcodec.decompress("bt lk")[1]]


def test_too_few_words_are_filled_up_by_rule() -> None:
    asking, chat = fake_backend('["dog", "trees"]')
    chosen = asking.select(TEXT, 10)
    assert chosen == [word.replace("tree", "trees") for word in WORDS]
    assert len(chat.requests) == 2


def test_words_are_chosen_by_importance_and_stand_as_they_are_read() -> None:
    asking, _ = fake_backend(
        json.dumps(["trees", "dog", *(word for word in WORDS if word != "dog")])
    )
    assert asking.select(TEXT, 2) == ["dog", "trees"]


def test_a_word_in_another_form_follows_the_one_before_it() -> None:
    asking, _ = fake_backend('["trees", "sitting", "boat"]')
    assert asking.select(TEXT, 3) == ["boat", "trees", "sitting"]


@pytest.mark.parametrize("coding", ["auto", "nibble", "lexicon", "bag", "utf8"])
@pytest.mark.parametrize(
    "limit", [{"k": 3}, {"max_bytes": 12}, {"max_bytes": 30}, {"ubpp": 60}, {"ubpp": 200}], ids=str
)
def test_whatever_limits_a_record_the_words_are_asked_for_once(
    coding: str, limit: dict[str, Any]
) -> None:
    asking, chat = fake_backend(TEXT, json.dumps(semcodec.select(TEXT, 100)))
    semcodec.encode(PICTURE, describer=asking, writer=asking, coding=coding, **limit)
    assert [question.stage for question in chat.requests] == ["describe", "select"]


def test_choose_keeps_the_limit_and_says_who_judged() -> None:
    asking, _ = fake_backend(json.dumps(WORDS))
    choice = asking.select_words(SelectionRequest(TEXT, 10, 60, make_channel("nibble")))
    assert 4 * len(semcodec.skeleton(" ".join(choice.words))) <= 60
    assert (choice.judge, choice.strategy) == ("prompted", "model")


@pytest.mark.parametrize("coding", ["nibble", "lexicon", "bag", "utf8"])
def test_choose_says_when_not_one_word_fits(coding: str) -> None:
    asking, _ = fake_backend(json.dumps(WORDS))
    with pytest.raises(InputError, match="Not even one word keeps this limit"):
        asking.select_words(SelectionRequest(TEXT, 10, 1, make_channel(coding)))


def test_words_that_would_come_back_as_others_are_not_sent() -> None:
    both = ["boat", "kenning"]
    read = semcodec.decompress([semcodec.skeleton(word) for word in both])
    assert (read[0], read[1] == both[1]) == ("boat", False)
    asking, _ = fake_backend(json.dumps(both))
    for coding, words in (("nibble", ["boat"]), ("lexicon", both)):
        request = SelectionRequest("A boat and a kenning.", 2, None, make_channel(coding))
        assert asking.select_words(request).words == words
    alone, _ = fake_backend('["kenning"]')
    request = SelectionRequest("A kenning.", 1, None, make_channel("nibble"))
    assert alone.select_words(request).words == ["kenning"]


def test_words_are_shortened_by_rule_whatever_their_capitals() -> None:
    asking, _ = fake_backend('["xxx", "trdtnl"]')
    assert asking.compress(["Indian", "Traditional"]) == ["ndn", "trdtnl"]


def test_a_shape_is_asked_for_where_the_answer_is_a_list() -> None:
    for stage, (_, given, _) in FAULTS.items():
        asking, chat = fake_backend(RIGHT[stage][0])
        getattr(asking, stage)(*given)
        schema = chat.requests[0].schema
        assert (schema is not None) == (stage in ("select", "compress", "decompress"))
        assert schema is None or (schema["additionalProperties"], len(schema["required"])) == (
            False,
            1,
        )


def test_only_a_describer_sees_the_picture() -> None:
    asking, chat = fake_backend("A boat.")
    asking.describe(PICTURE)
    asking.expand(["boat"])
    assert [question.image for question in chat.requests] == [PICTURE, None]


def test_a_description_is_cut_to_a_length_that_is_looked_at() -> None:
    asking, _ = fake_backend("boat " * 100_000)
    assert len(asking.describe(PICTURE)) <= 100_000


def told(*answers: str) -> tuple[OpenAIBackend, list[ModelRequest]]:
    """Return a backend whose server gives ``answers``, and what it is asked."""
    left, calls = list(answers), list[ModelRequest]()

    def send(call: ModelRequest) -> ModelResponse:
        calls.append(call)
        return ModelResponse(left.pop(0) if len(left) > 1 else left[0])

    url = "http://127.0.0.1:9/v1"
    return OpenAIBackend(send=send, base_url=url, describer="m", writer="m"), calls


@pytest.mark.parametrize(
    ("answers", "repairs"),
    [
        (['["boat", "lake"]'], []),
        (
            ['["boat"]', '["boat", "lake"]'],
            ["decompress: requested again (1 of 2 words do not fit their short forms)"],
        ),
        (
            ['["boat"]', '["boat"]'],
            [
                "decompress: requested again (1 of 2 words do not fit their short forms)",
                "decompress: partly used (1 of 2 words do not fit their short forms)",
            ],
        ),
        (
            ["", ""],
            [
                "decompress: requested again (2 of 2 words do not fit their short forms)",
                "decompress: not used (2 of 2 words do not fit their short forms)",
            ],
        ),
    ],
)
def test_calls_and_repairs_are_noted(answers: list[str], repairs: list[str]) -> None:
    backend, _ = told(*answers)
    with collect_notes() as collected:
        backend.decompress(["bt", "lk"])
    notes = group_by_kind(collected)
    assert notes.get("repairs", []) == repairs
    assert len(notes["calls"]) == 1 + bool(repairs)


def test_a_trace_has_each_note_in_the_stage_that_it_is_of() -> None:
    backend, _ = told('["boat"]', '["boat"]', "A boat on a lake.")
    painter = semcodec.decode(
        semcodec.pack("bt lk", size=(16, 16)), writer=backend, backend="embedded"
    )
    restoring, expanding, painting = painter.trace.stages
    assert (len(restoring.notes["calls"]), len(restoring.notes["repairs"])) == (2, 2)
    assert (len(expanding.notes["calls"]), "repairs" in expanding.notes) == (1, False)
    assert painting.notes == {}
    assert len(painter.trace.calls) == 3


@pytest.mark.parametrize("stage", BY_RULE)
def test_where_nobody_answers_again_the_rules_take_over(stage: str) -> None:
    asking, _ = fake_backend(FAULTS[stage][0], BackendError("The server is gone."))
    assert getattr(asking, stage)(*FAULTS[stage][1]) == BY_RULE[stage]


def test_what_was_right_at_first_is_kept_where_nobody_answers_again() -> None:
    asking, _ = fake_backend('["bite", "dog"]', BackendError("The server is gone."))
    assert asking.decompress(["bt", "lk"])[0] == "bite"
    with pytest.raises(BackendError, match="is gone"):
        fake_backend("", BackendError("The server is gone."))[0].describe(PICTURE)
