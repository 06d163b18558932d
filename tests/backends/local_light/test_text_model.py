"""The text model over a stand-in of openvino-genai: messages, schema, memory, interrupts."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.local_light import create
from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.backends.prompting.chat import ChatRequest
from semcodec.errors import BackendError
from tests.backends.local_light.conftest import MakeFolder
from tests.backends.local_light.fake_genai import (
    OUT_OF_MEMORY,
    Call,
    FakeLibrary,
    FinishReason,
    StreamingStatus,
)

PHOTO = Image.new("RGB", (2000, 1000), "red")
SCHEMA = {"type": "object"}


@pytest.fixture
def backend(library: FakeLibrary, make_text_folder: MakeFolder) -> Any:
    notes = '<weight_compression>\n<all_layers value="False" /><mode value="int4_asym" />'
    return create(text_model=str(make_text_folder(notes=notes)), most_output=40)


def complete(backend: Any, **fields: Any) -> Any:
    return backend.chat_model.complete(ChatRequest("select", "The rules.", "The task.", **fields))


def test_messages_have_roles_and_thinking_is_off(backend: Any, library: FakeLibrary) -> None:
    complete(backend)
    [call] = library.calls
    assert call.prompt == [
        {"role": "system", "content": "The rules."},
        {"role": "user", "content": "The task."},
    ]
    assert call.prompt.context == {"enable_thinking": False}
    assert call.images == []


def test_second_request_has_the_rejected_answer(backend: Any, library: FakeLibrary) -> None:
    complete(backend, rejected=("A bad answer.", "Once more."))
    assert library.calls[0].prompt[2:] == [
        {"role": "assistant", "content": "A bad answer."},
        {"role": "user", "content": "Once more."},
    ]


def test_text_is_greedy_and_keeps_what_the_model_needs(backend: Any, library: FakeLibrary) -> None:
    complete(backend)
    config = library.calls[0].options["config"]
    assert (config.do_sample, config.max_new_tokens) == (False, 40)
    assert (config.stop_token_ids, config.repetition_penalty) == ({7}, 1.05)
    assert not hasattr(config, "structured_output_config")


def test_schema_is_sent_with_its_part_of_the_task(backend: Any, library: FakeLibrary) -> None:
    complete(backend, schema=SCHEMA, schema_task="As JSON.")
    [call] = library.calls
    assert json.loads(call.options["config"].structured_output_config) == SCHEMA
    assert call.prompt[1]["content"] == "The task.\n\nAs JSON."


def test_image_is_reduced_to_the_setting(backend: Any, library: FakeLibrary) -> None:
    complete(backend, image=PHOTO)
    complete(backend, image=PHOTO.resize((40, 30)))
    assert [call.images for call in library.calls] == [[(1, 384, 768, 3)], [(1, 30, 40, 3)]]
    assert backend.seen_size(PHOTO) == (768, 384)


@pytest.mark.parametrize("reason", FinishReason)
def test_only_an_answer_of_full_length_is_truncated(
    backend: Any, library: FakeLibrary, reason: FinishReason
) -> None:
    library.results = [("some words", reason)]
    assert complete(backend).is_truncated == (reason is FinishReason.LENGTH)


def test_trace_states_model_device_version_and_tokens(backend: Any, library: FakeLibrary) -> None:
    library.results = ["a b c"]
    with collect_notes() as notes:
        complete(backend)
    assert group_by_kind(notes)["models"] == [
        {
            "stage": "select",
            "model": "tiny-vlm",
            "quantization": "int4_asym",
            "device": "CPU",
            "openvino_genai": "2026.4.1.0",
            "input_tokens": 12,
            "output_tokens": 3,
        }
    ]


def test_image_is_made_smaller_once_if_memory_is_short(backend: Any, library: FakeLibrary) -> None:
    library.results = [OUT_OF_MEMORY]
    with collect_notes() as notes:
        complete(backend, image=PHOTO)
        complete(backend, image=PHOTO)
    assert [call.images[0][2] for call in library.calls] == [768, 384, 384]
    assert group_by_kind(notes)["repairs"] == [
        "select: out of memory; tried again with an image of 384 pixels"
    ]


@pytest.mark.parametrize("image", [PHOTO, None])
def test_memory_that_is_never_enough_is_one_message(
    backend: Any, library: FakeLibrary, image: Any
) -> None:
    library.results = [OUT_OF_MEMORY] * 9
    with pytest.raises(
        BackendError, match=r"not enough for the text model.*quantized model, .*image_side"
    ):
        complete(backend, image=image)
    assert len(library.calls) == (1 if image is None else 2)


def test_memory_is_short_while_loading(backend: Any, library: FakeLibrary) -> None:
    library.load_errors = [OUT_OF_MEMORY]
    with pytest.raises(BackendError, match="not enough for the text model"):
        complete(backend)
    assert complete(backend).text == "a boat"


def test_error_of_the_library_is_one_line(backend: Any, library: FakeLibrary) -> None:
    text = (
        "Exception from src/a.cpp:1:\nCheck 'x' failed at b.cpp:2:\nNo such input\x1b[31m: ids.\n"
    )
    library.results = [RuntimeError(text)]
    with pytest.raises(BackendError) as caught:
        complete(backend)
    assert str(caught.value) == (
        "The backend local-light cannot select: RuntimeError: No such input [31m: ids."
    )
    assert (caught.value.backend, caught.value.stage) == ("local-light", "select")


def test_stream_goes_on_until_an_interrupt(backend: Any, library: FakeLibrary) -> None:
    statuses = []

    def write(call: Call) -> str:
        statuses.append(call.options["streamer"]("word"))
        import _thread

        _thread.interrupt_main()
        while statuses[-1] is StreamingStatus.RUNNING:
            statuses.append(call.options["streamer"]("word"))
        return "a"

    library.results = [write]
    with pytest.raises(KeyboardInterrupt):
        complete(backend)
    assert statuses[0] is StreamingStatus.RUNNING
    assert statuses[-1] is StreamingStatus.CANCEL
    assert complete(backend).text == "a boat"


def test_model_is_loaded_once_for_all_backends(
    library: FakeLibrary, make_text_folder: MakeFolder
) -> None:
    first, second = str(make_text_folder("first")), str(make_text_folder("second"))
    for folder in (first, first, second, first):
        complete(create(text_model=folder, device="GPU"))
    assert library.loads == [("VLMPipeline", each, "GPU") for each in (first, second, first)]


def test_small_model_that_rambles_still_yields_words(backend: Any, library: FakeLibrary) -> None:
    library.results = ["Sure! Here are the words you want, hope that helps!", "blah"]
    description = "A large red boat lies on a calm blue lake in front of a green mountain."
    encoded = semcodec.encode(PHOTO, description=description, writer=backend, k=4)
    assert set(encoded.record.words) <= set(description.lower().replace(".", "").split())
    assert len(encoded.record.words) == 4


def test_missing_package_names_the_extra(backend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino_genai", None)
    with pytest.raises(BackendError, match=r"pip install 'semcodec\[local-light\]'"):
        complete(backend)
