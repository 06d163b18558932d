"""An unusable answer is requested once more, with the problem named; then the rules replace it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.prompting import ChatResponse, PromptBackend, Prompts
from semcodec.backends.prompting.data_limits import cut_data
from semcodec.backends.recording import Cassette, ModelRequest, ModelResponse
from semcodec.errors import BackendError, InputError, InvalidResponseError, RefusalError
from semcodec.words import SelectionRequest, make_channel
from semcodec.words.predicates import Predicate
from tests.backends.prompting.fake_chat import FakeChat, fake_backend

PICTURE = Image.new("RGB", (8, 8))
TEXT = "A small red boat lies on the calm lake, and a brown dog sits under huge green trees."
WORDS = semcodec.select(TEXT, 10, coding="lexicon")
#: By stage: an unusable answer, the arguments of the stage, and the problem that is named.
UNUSABLE: dict[str, tuple[str, list[Any], str]] = {
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
    "check": ("A boat.", [PICTURE, [Predicate("noun", "boat")]], "no statement has an answer"),
    "locate": ("A boat.", [PICTURE, ["red", "boat"]], "no boxes"),
}
#: By stage: a usable answer, and the value of the stage.
USABLE: dict[str, tuple[str, Any]] = {
    "describe": ("A red boat.", "A red boat."),
    "select": (json.dumps(WORDS), WORDS),
    "compress": ('["bt", "k"]', ["bt", "k"]),
    "decompress": ('["bite", "lock"]', ["bite", "lock"]),
    "expand": ("A boat on a lake.", "A boat on a lake."),
    "compare": ("Make it blue.", "Make it blue."),
    "check": ("1: no", ["no"]),
    "locate": ('{"boat": [0, 250, 500, 1000]}', [[], [(0.0, 0.25, 0.5, 1.0)]]),
}
BY_RULE: dict[str, Any] = {
    "select": WORDS,
    "compress": ["bt", "lk"],
    "decompress": semcodec.decompress("bt lk"),
    "expand": "boat lake",
    "compare": "Recolor the boat blue.",
    "check": ["unsure"],
}


@pytest.mark.parametrize("stage", USABLE)
def test_valid_answer_is_requested_once(stage: str) -> None:
    answer, value = USABLE[stage]
    backend_, chat = fake_backend(answer)
    assert getattr(backend_, stage)(*UNUSABLE[stage][1]) == value
    assert [request.stage for request in chat.requests] == [stage]
    assert chat.requests[0].rejected is None


@pytest.mark.parametrize("stage", USABLE)
def test_retry_names_the_problem(stage: str) -> None:
    (unusable, arguments, problem), (answer, value) = UNUSABLE[stage], USABLE[stage]
    backend_, chat = fake_backend(unusable, answer)
    assert getattr(backend_, stage)(*arguments) == value
    first, again = chat.requests
    assert (first.rules, first.task, first.schema) == (again.rules, again.task, again.schema)
    assert again.rejected is not None
    assert problem in again.rejected[1]


@pytest.mark.parametrize("stage", BY_RULE)
def test_rules_replace_two_unusable_answers(stage: str) -> None:
    unusable, arguments, _ = UNUSABLE[stage]
    backend_, chat = fake_backend(unusable)
    assert getattr(backend_, stage)(*arguments) == (WORDS if stage == "select" else BY_RULE[stage])
    assert len(chat.requests) == 2


@pytest.mark.parametrize("stage", BY_RULE)
@pytest.mark.parametrize(
    "answer",
    [
        ChatResponse("I'm sorry, but I can't help with that."),
        ChatResponse('{"words": ['),
        ChatResponse('{"words": {"error": 1}'),
        ChatResponse("", is_truncated=True),
        ChatResponse("<think>Let me see"),
    ],
)
def test_every_stage_handles_every_kind_of_unusable_answer(
    stage: str, answer: ChatResponse
) -> None:
    backend_, chat = fake_backend(answer)
    value = getattr(backend_, stage)(*UNUSABLE[stage][1])
    is_usable = (stage, answer.text[:1]) == ("compare", "{")  # any text with a word is a change
    assert value == (answer.text if is_usable else BY_RULE[stage])
    is_cut = answer.is_truncated or "<think>" in answer.text  # a second one would be too
    assert len(chat.requests) == (1 if is_usable or is_cut else 2)


def test_two_answers_without_words_are_an_error() -> None:
    backend_, chat = fake_backend("")
    with pytest.raises(
        InvalidResponseError, match=r"unusable answer to 'describe' twice .*no words"
    ) as caught:
        backend_.describe(PICTURE)
    assert (caught.value.stage, caught.value.backend, caught.value.retryable) == (
        "describe",
        "prompted",
        True,
    )
    assert len(chat.requests) == 2
    assert [response.text for response in chat.discarded] == ["", ""]


def test_two_refusals_are_a_refusal_error() -> None:
    backend_, chat = fake_backend("I'm sorry, I can't.")
    with pytest.raises(RefusalError, match="refused 'describe': use another image or model"):
        backend_.describe(PICTURE)
    assert len(chat.requests) == 2
    assert [response.text for response in chat.discarded] == ["I'm sorry, I can't."] * 2


def caching_describer(answers: list[str], folder: Path) -> OpenAIBackend:
    """Return a describer that gives the answers in order, with a cache in ``folder``."""
    return OpenAIBackend(
        send=lambda request: ModelResponse(answers.pop(0)),
        base_url="http://127.0.0.1:9/v1",
        describer="m",
        writer="m",
        cassette=Cassette(folder / "cassette", "cache"),
    )


def test_two_blind_answers_are_an_error_that_names_the_remedy(tmp_path: Path) -> None:
    answers = ["Sure! Please share the image.", "I don't see a picture here.", "A boat."]

    with pytest.raises(InvalidResponseError) as caught:
        semcodec.encode(PICTURE, backend=caching_describer(answers, tmp_path))
    assert str(caught.value) == (
        'The model of the backend openai did not see the picture ("I don\'t see a picture here."): '
        "use a model with vision, in llama.cpp with its --mmproj file."
    )
    assert (caught.value.stage, caught.value.retryable) == ("describe", False)
    (stage,) = caught.value.trace.stages
    assert len(stage.notes["calls"]) == 2
    assert stage.notes["repairs"][0].startswith("describe: requested again (it does not describe")
    assert (
        caching_describer(answers, tmp_path).describe(PICTURE) == "A boat."
    )  # the cache has neither answer
    assert answers == []


def test_description_after_a_blind_answer_is_used() -> None:
    backend_, chat = fake_backend("Please upload the picture.", "A boat.")
    assert backend_.describe(PICTURE) == "A boat."
    assert chat.requests[1].rejected is not None
    problem = "it does not describe the picture, but says that there is none"
    assert problem in chat.requests[1].rejected[1]


def test_blind_error_shows_a_long_answer_in_one_short_line() -> None:
    backend_, _ = fake_backend("Please upload\n<|im_end|> the picture. \x1b[2J" + "Now! " * 99)
    with pytest.raises(InvalidResponseError) as caught:
        backend_.describe(PICTURE)
    message = str(caught.value)
    assert message.isprintable()
    assert "<|" not in message
    assert len(message) < 250
    assert "...'" in message


def test_description_after_one_refusal_is_used() -> None:
    backend_, chat = fake_backend("I'm sorry, I can't.", "A boat.")
    assert backend_.describe(PICTURE) == "A boat."
    assert chat.discarded == []


@pytest.mark.parametrize("stage", BY_RULE)
def test_answer_replaced_by_the_rules_is_not_discarded(stage: str) -> None:
    unusable, arguments, _ = UNUSABLE[stage]
    backend_, chat = fake_backend(unusable)
    getattr(backend_, stage)(*arguments)
    assert (len(chat.requests), chat.discarded) == (2, [])


def test_unusable_answers_are_not_cached(tmp_path: Path) -> None:
    answers = ["", "I'm sorry, I can't.", "A boat."]

    with pytest.raises(RefusalError):
        caching_describer(answers, tmp_path).describe(PICTURE)
    assert caching_describer(answers, tmp_path).describe(PICTURE) == "A boat."
    assert caching_describer(answers, tmp_path).describe(PICTURE) == "A boat."  # from the cache
    assert answers == []


@pytest.mark.parametrize("error", [RefusalError("no"), BackendError("broken")])
def test_error_of_the_first_request_is_raised(error: BackendError) -> None:
    backend_, chat = fake_backend(error)
    with pytest.raises(BackendError) as caught:
        backend_.select(TEXT, 3)
    assert caught.value is error
    assert len(chat.requests) == 1


def test_first_answer_is_used_if_the_second_is_worse() -> None:
    backend_, _ = fake_backend('["boat", "dog"]', "no idea")
    assert backend_.decompress(["bt", "lk"]) == ["boat", semcodec.decompress("bt lk")[1]]


def test_rules_restore_single_words_that_the_model_misses() -> None:
    backend_, _ = fake_backend('["bite", "xxx"]')
    assert backend_.decompress(["bt", "lk"]) == ["bite", semcodec.decompress("bt lk")[1]]


def test_rules_add_words_to_a_short_selection() -> None:
    backend_, chat = fake_backend('["dog", "trees"]')
    chosen = backend_.select(TEXT, 10)
    assert chosen == WORDS
    assert len(chat.requests) == 2


def test_words_are_selected_by_rank_and_returned_in_reading_order() -> None:
    backend_, _ = fake_backend(
        json.dumps(["trees", "dog", *(word for word in WORDS if word != "dog")])
    )
    assert backend_.select(TEXT, 3) == ["boat", "dog", "trees"]  # the boat is the subject


def test_word_in_another_form_follows_the_word_before_it() -> None:
    backend_, _ = fake_backend('["trees", "sitting", "boat"]')
    assert backend_.select(TEXT, 3) == ["boat", "trees", "sitting"]


@pytest.mark.parametrize("coding", ["auto", "nibble", "lexicon", "bag", "utf8"])
@pytest.mark.parametrize(
    "limit", [{"k": 3}, {"max_bytes": 12}, {"max_bytes": 30}, {"ubpp": 60}, {"ubpp": 200}], ids=str
)
def test_words_are_requested_once_under_any_limit(coding: str, limit: dict[str, Any]) -> None:
    backend_, chat = fake_backend(TEXT, json.dumps(semcodec.select(TEXT, 100)))
    semcodec.encode(PICTURE, describer=backend_, writer=backend_, coding=coding, **limit)
    assert [request.stage for request in chat.requests] == ["describe", "select"]


def test_select_words_fits_the_limit_and_names_the_judge() -> None:
    backend_, _ = fake_backend(json.dumps(WORDS))
    choice = backend_.select_words(SelectionRequest(TEXT, 10, 60, make_channel("nibble")))
    assert 4 * len(semcodec.skeleton(" ".join(choice.words))) <= 60
    assert (choice.judge, choice.strategy) == ("prompted", "model")


@pytest.mark.parametrize("coding", ["nibble", "lexicon", "bag", "utf8"])
def test_select_words_fails_if_no_word_fits(coding: str) -> None:
    backend_, _ = fake_backend(json.dumps(WORDS))
    with pytest.raises(InputError, match="Not even one word"):
        backend_.select_words(SelectionRequest(TEXT, 10, 1, make_channel(coding)))


def test_words_that_are_not_recoverable_are_not_selected() -> None:
    both = ["boat", "kenning"]
    restored = semcodec.decompress([semcodec.skeleton(word) for word in both])
    assert (restored[0], restored[1] == both[1]) == ("boat", False)
    backend_, _ = fake_backend(json.dumps(both))
    for coding, words in (("nibble", ["boat"]), ("lexicon", both)):
        request = SelectionRequest("A boat and a kenning.", 2, None, make_channel(coding))
        assert backend_.select_words(request).words == words
    alone, _ = fake_backend('["kenning"]')
    request = SelectionRequest("A kenning.", 1, None, make_channel("nibble"))
    assert alone.select_words(request).words == ["kenning"]


def test_skeletons_by_rule_ignore_capitals() -> None:
    backend_, _ = fake_backend('["xxx", "trdtnl"]')
    assert backend_.compress(["Indian", "Traditional"]) == ["ndn", "trdtnl"]


def test_requests_for_lists_and_descriptions_have_a_schema() -> None:
    for stage, (_, arguments, _) in UNUSABLE.items():
        backend_, chat = fake_backend(USABLE[stage][0])
        getattr(backend_, stage)(*arguments)
        schema = chat.requests[0].schema
        fields = {"select": 1, "compress": 1, "decompress": 1, "describe": 7, "check": 1}
        fields["locate"] = 1
        assert (schema is not None) == (stage in fields)
        assert schema is None or (schema["additionalProperties"], len(schema["required"])) == (
            False,
            fields[stage],
        )


def test_only_the_describer_gets_the_image() -> None:
    backend_, chat = fake_backend("A boat.")
    backend_.describe(PICTURE)
    backend_.expand(["boat"])
    assert [request.image for request in chat.requests] == [PICTURE, None]


def test_description_is_cut_to_the_maximum_length() -> None:
    backend_, _ = fake_backend("boat " * 100_000)
    assert len(backend_.describe(PICTURE)) <= 100_000


def answering_backend(*answers: str) -> tuple[OpenAIBackend, list[ModelRequest]]:
    """Return a backend with a server that returns ``answers``, and the list of its requests."""
    remaining, requests = list(answers), list[ModelRequest]()

    def send(request: ModelRequest) -> ModelResponse:
        requests.append(request)
        return ModelResponse(remaining.pop(0) if len(remaining) > 1 else remaining[0])

    url = "http://127.0.0.1:9/v1"
    return OpenAIBackend(send=send, base_url=url, describer="m", writer="m"), requests


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
    backend, _ = answering_backend(*answers)
    with collect_notes() as collected:
        backend.decompress(["bt", "lk"])
    notes = group_by_kind(collected)
    assert notes.get("repairs", []) == repairs
    assert len(notes["calls"]) == 1 + bool(repairs)


def test_each_note_is_in_its_stage() -> None:
    backend, _ = answering_backend('["boat"]', '["boat"]', "A boat on a lake.")
    decoded = semcodec.decode(
        semcodec.pack("bt lk", size=(16, 16)), writer=backend, backend="embedded"
    )
    restoring, expanding, painting = decoded.trace.stages
    assert (len(restoring.notes["calls"]), len(restoring.notes["repairs"])) == (2, 2)
    assert (len(expanding.notes["calls"]), "repairs" in expanding.notes) == (1, False)
    assert painting.notes == {}
    assert len(decoded.trace.calls) == 3


@pytest.mark.parametrize("stage", BY_RULE)
def test_rules_are_used_if_the_second_request_fails(stage: str) -> None:
    backend_, _ = fake_backend(UNUSABLE[stage][0], BackendError("The server is gone."))
    assert getattr(backend_, stage)(*UNUSABLE[stage][1]) == BY_RULE[stage]


def test_first_answer_is_used_if_the_second_request_fails() -> None:
    backend_, _ = fake_backend('["bite", "dog"]', BackendError("The server is gone."))
    assert backend_.decompress(["bt", "lk"])[0] == "bite"
    with pytest.raises(BackendError, match="is gone"):
        fake_backend("", BackendError("The server is gone."))[0].describe(PICTURE)


def test_negated_word_of_a_model_is_replaced_without_a_second_request() -> None:
    answer = json.dumps(["street", "people", "wet"])
    backend_, chat = fake_backend(answer)
    with collect_notes() as notes:
        words = backend_.select("A wet street with no people, and a blue door.", 3)
    assert "people" not in words
    assert len(words) == 3
    assert len(chat.requests) == 1
    repair = "select: left out 'people', which the description says is not there"
    assert group_by_kind(notes)["repairs"] == [repair]


@pytest.mark.parametrize("has_probe", [True, False])
def test_long_description_is_cut_to_the_limit_of_data(has_probe: bool) -> None:
    text = "A red boat lies on a blue lake. " * 900
    texts = dict(Prompts.read().texts)
    if not has_probe:
        del texts["describe.probe"]
    description = PromptBackend(FakeChat(text), Prompts("test", texts)).describe(PICTURE)
    assert len(description) < len(text)
    assert description == cut_data(description)
