"""``encode(description=...)``: text of another tool in place of the describe stage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import semcodec
from semcodec.backends import registry
from semcodec.errors import InputError
from semcodec.pipeline.description import GivenDescription, prompt_of_parameters
from semcodec.words.tokenizer import MAX_TEXT
from tests.images import encode_image, scene
from tests.pipeline.fake_model import FakeModel, SetResults

PHOTO = encode_image(scene((96, 64)), "JPEG")
TEXT = "A brown dog and a black cat sleep on a wooden bench."


def encode(description: Any, **options: Any) -> semcodec.Encoded:
    return semcodec.encode(PHOTO, description=description, **options)


def words_of(description: str, k: int = 12) -> list[str]:
    return encode(description, k=k).record.words


class Server(FakeModel):
    """A describer and writer with named models, which counts its calls."""

    def __init__(self, calls: list[str]) -> None:
        super().__init__(select=["dog", "cat"])
        self.calls = calls

    def describe(self, image: Image.Image) -> Any:
        self.calls.append("describe")
        return super().describe(image)

    def select(self, description: str, k: int) -> Any:
        self.calls.append(description)
        return super().select(description, k)

    def model_name(self, role: str) -> str:
        return {"describer": "eyes-1", "writer": "hands-1"}.get(role, "")


def test_words_are_those_of_the_given_description() -> None:
    encoded = encode(TEXT, k=3)
    assert encoded.record.words == semcodec.select(TEXT, 3, coding="lexicon")
    assert encoded.description == TEXT
    assert encoded.record == semcodec.unpack(encoded.data)


def test_size_and_image_are_those_of_the_image() -> None:
    described, given_ = semcodec.encode(PHOTO), encode(TEXT)
    assert given_.record.size == described.record.size == (1248, 832)
    assert given_.image.tobytes() == described.image.tobytes()
    assert encode(TEXT, size=(512, 512)).record.size == (512, 512)


def test_no_describer_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    load = registry.load
    monkeypatch.setattr(registry, "load", lambda name: (loaded.append(name), load(name))[1])
    encode(TEXT)
    assert loaded == ["rules"]
    semcodec.encode(PHOTO)
    assert "embedded" in loaded[1:]


def test_describer_of_the_backend_is_not_called_and_not_named() -> None:
    calls: list[str] = []
    encoded = encode(TEXT, backend=Server(calls), models="names")
    assert calls == [TEXT]
    assert encoded.record.words == ["dog", "cat"]
    assert encoded.record.metadata == {"writer": "hands-1"}
    assert encoded.record.models.describer == 0


def test_trace_has_the_description_with_its_origin() -> None:
    describe, select = encode(TEXT).trace.stages
    assert (describe.name, describe.model, describe.output) == ("describe", "given", TEXT)
    assert select.inputs[0]["description"] == TEXT


def test_description_of_a_run_encodes_again_with_other_limits(set_results: SetResults) -> None:
    first = semcodec.encode(PHOTO, describer="model", k=4)
    again = encode(first.description, k=2)
    assert again.record.words == semcodec.encode(PHOTO, describer="model", k=2).record.words
    assert again.record.words != first.record.words


def test_long_description_is_truncated_with_a_notice() -> None:
    encoded = encode("dog " * 30_000)
    assert MAX_TEXT - 4 < len(encoded.description) <= MAX_TEXT
    [notice] = encoded.trace.notices
    assert f"over {MAX_TEXT:,} characters" in notice
    assert encode("dog " * 25_000).trace.notices == []


def test_description_and_describer_exclude_each_other(set_results: SetResults) -> None:
    with pytest.raises(InputError, match="no describer"):
        encode(TEXT, describer="model")


def test_missing_image_points_to_select_and_pack() -> None:
    with pytest.raises(InputError, match="select and pack"):
        semcodec.encode(None, description=TEXT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("description", "message"),
    [
        (TEXT.encode(), r"\(bytes\): decode it"),
        (Path("photo.txt"), r"Path\): give the text in the file"),
        ([TEXT], r"\(list\): give a string"),
        (7, r"\(int\): give a string"),
        ("", "is empty"),
        (" \n\t", "is empty"),
        ("!!! -- ...", "has no words"),
        ("一只狗在长椅上", "is Chinese, not English: give an English one"),
        ("собака на скамейке", "is Russian, not English: give an English one"),
        ("captions/photo-1.txt", "name of a file"),
        ("My photo.txt", "name of a file"),
        ("my captions/photo 1.txt", "name of a file"),
        ("https://example.com/1.jpg", "does not describe an image"),
        ('{"caption": "a dog"}', "is JSON"),
        ('["a dog", "a cat"]', "is JSON"),
        ('{"file": "a.jpg", "text": "a dog"}\n{"file": "b.jpg", "text": "a cat"}', "is JSON"),
        ('```json\n{"caption": "a dog"}\n```', "is JSON"),
        ("<think>A dog on a bench, maybe", "is empty"),
        ("[" * 50_000, "has no words"),
        ("I'm sorry, but I don't see a picture. Please upload it.", "does not describe an image"),
        ("[insert caption here]", "does not describe an image"),
        ("A red boat on a lake. I cannot see the image.", "does not describe an image"),
        ("I can't help with that request.", "declines to describe the image"),
    ],
)
def test_message_is_about_the_description(description: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        encode(description)
    assert "backend" not in str(caught.value)
    assert str(caught.value).startswith("The description")


def test_description_is_checked_before_the_image_is_read() -> None:
    with pytest.raises(InputError, match="The description"):
        semcodec.encode(b"not an image", description="")


@pytest.mark.parametrize(
    "text", ["A sign reads readme.txt", "[a dog] on a bench", "{a dog}", "A dog. See notes.md"]
)
def test_text_that_resembles_a_file_name_or_json_is_a_description(text: str) -> None:
    assert encode(text).description == text


@pytest.mark.parametrize(
    "text",
    [
        f"<think>The user wants a car.</think>\n{TEXT}\n",
        f"```\n{TEXT}\n```",
        f'"{TEXT}"',
        f"\n  {TEXT}\r\n",
        f"Sure! Here is a description of the image:\n\n{TEXT}\n\nLet me know if you need more!",
    ],
)
def test_wrappers_of_model_output_are_left_out(text: str) -> None:
    assert encode(text).description == TEXT


def test_subclass_of_str_becomes_a_plain_string() -> None:
    class Text(str):
        def __getitem__(self, key: Any) -> str:
            raise RuntimeError

    assert type(encode(Text(TEXT)).description) is str


def test_hostile_object_is_an_input_error() -> None:
    class Hostile:
        @property
        def __class__(self) -> Any:
            raise RuntimeError

        def __getattr__(self, name: str) -> Any:
            raise RuntimeError

    with pytest.raises(InputError, match=r"wrong type \(Hostile\)"):
        encode(Hostile())


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("A [red boat](https://example.com/boats?id=1) sails.", "A red boat sails."),
        ("![A red boat](boat.jpg)", "A red boat"),
        ("A boat, see https://example.com/1.jpg", "A boat, see"),
        ("HTTP://EXAMPLE.COM/a a boat", "a boat"),
        ("A sign [in red] (large) reads STOP", "A sign [in red] (large) reads STOP"),
    ],
)
def test_links_are_left_out(text: str, description: str) -> None:
    assert encode(text).description == description


@pytest.mark.parametrize(
    "part", ["[", "[a](", "https://", "<a:", "(a:1", "Steps: 1,\n", "```\n", "<think>"]
)
def test_repeated_marks_are_no_problem(part: str) -> None:
    try:
        GivenDescription(part * (MAX_TEXT // len(part)))
    except InputError:
        return


# --- generation parameters -----------------------------------------------------------------------

PARAMETERS = """photo of a (brown dog:1.2) on a bench, <lora:film grain:0.8> sunlight
Negative prompt: people, cars, blurry
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 12345, Size: 512x768"""


def test_only_the_prompt_of_generation_parameters_is_encoded() -> None:
    encoded = encode(PARAMETERS)
    assert {"brown", "dog", "bench"} <= set(encoded.record.words)
    assert not {"people", "cars", "steps", "sampler", "film"} & set(encoded.record.words)
    assert encoded.description == "photo of a (brown dog) on a bench,  sunlight"


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("a dog\nSteps: 20, Sampler: Euler", "a dog"),
        ("a dog\nSteps: 20", "a dog"),
        ("a dog\nNegative prompt: a\nmore\nSteps: 5, Seed: 1", "a dog"),
        ("a (dog:1.5)\nNegative prompt: people", "a (dog)"),
        ("a dog at 10:30)\nSteps: lead up", "a dog at 10:30)\nSteps: lead up"),
        ("Stairs.\nSteps: 20 of stone", "Stairs.\nSteps: 20 of stone"),
        ("a negative print. Negative prompt: none", "a negative print. Negative prompt: none"),
    ],
)
def test_parameters_are_recognized_by_their_line_of_settings(text: str, prompt: str) -> None:
    assert prompt_of_parameters(text) == prompt


def test_parameters_without_a_prompt_have_no_words() -> None:
    with pytest.raises(InputError, match="does not describe an image"):
        encode("Negative prompt: people\nSteps: 20, Seed: 1")


@given(st.text() | st.text("[]{}<>(:1.)Steps: 20,\n\"'"))
def test_any_text_is_a_description_or_an_input_error(text: str) -> None:
    try:
        description = GivenDescription(text)
    except InputError:
        return
    assert any(map(str.isalnum, description.text))


@pytest.mark.parametrize("text", ["dog \ud800 cat", "dog\0cat", "dog \u202e cat", "dog\ufeff cat"])
@pytest.mark.parametrize("coding", ["lexicon", "bag", "utf8", "nibble"])
def test_unusual_characters_do_no_harm(text: str, coding: Any) -> None:
    encoded = encode(text, coding=coding)
    assert encoded.record.words
    json.loads(encoded.trace.to_json())
