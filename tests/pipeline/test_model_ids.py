"""The models in a record: one byte for a registered set, and ids and names on request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec._registry import MODEL_SETS
from semcodec.backends.openai import DryRunClient, OpenAIBackend
from semcodec.backends.openai.settings import DEFAULT_MODELS
from semcodec.bitstream import Models
from semcodec.errors import InputError
from semcodec.pipeline.model_ids import (
    find_model_names,
    ids_and_names,
    registered_name,
    registered_set,
)

PICTURE = Image.new("RGB", (64, 64), "red")
LOCAL = "http://127.0.0.1:9/v1"
PROMPTS = "semcodec prompts 1"


class NamedModels:
    """A describer and writer with the given names of models."""

    def __init__(self, **names: Any) -> None:
        self.names = names

    def model_name(self, role: str) -> str:
        return str(self.names.get(role, ""))

    def describe(self, image: object) -> str:
        return "A red boat on a lake."

    def select(self, description: str, k: int) -> list[str]:
        return ["red", "boat"]


def openai(**settings: Any) -> OpenAIBackend:
    return OpenAIBackend(send=DryRunClient(), **settings)


def stated_by_name(describer: object, writer: object = None) -> tuple[Models, dict[str, str]]:
    return ids_and_names(find_model_names(describer, writer or describer))


def encode_record(backend: object, **options: Any) -> semcodec.Record:
    data = semcodec.encode(PICTURE, backend=backend, k=2, **options).data
    assert (
        semcodec.pack(
            semcodec.unpack(data).text,
            coding=semcodec.unpack(data).coding,
            models=semcodec.unpack(data).models,
            extensions=semcodec.unpack(data).extensions,
            framing="file",
        )
        == data
    )
    return semcodec.unpack(data)


def test_default_models_of_openai_take_one_byte() -> None:
    default = semcodec.encode(PICTURE, backend=openai(), k=2, models="unspecified").data
    encoded = semcodec.encode(PICTURE, backend=openai(), k=2)
    assert encoded.record.models == Models(set=MODEL_SETS.index("openai"))
    assert encoded.record.extensions == ()
    assert len(encoded.data) - len(default) <= 1


def test_registered_models_are_stated_by_id() -> None:
    backend = openai(writer="gpt-5.4-mini", painter="gpt-image-2.5-flare")
    assert stated_by_name(backend) == (Models(0, 3, 4, 6, 1), {})
    assert registered_set(find_model_names(backend, backend)) == Models()  # ids take five bytes


def test_unregistered_models_are_stated_by_name() -> None:
    record_ = encode_record(
        openai(base_url=LOCAL, describer="qwen3-vl:2b", writer="gemma-4", painter="flux"),
        models="names",
    )
    assert record_.models == Models()
    assert record_.metadata == {"describer": "qwen3-vl:2b", "writer": "gemma-4", "painter": "flux"}


def test_one_model_in_two_roles_is_named_once() -> None:
    backend = openai(base_url=LOCAL, describer="qwen3-vl:2b", writer="qwen3-vl:2b")
    assert stated_by_name(backend)[1] == {"describer": "qwen3-vl:2b"}
    assert encode_record(backend, models="names").metadata == {"describer": "qwen3-vl:2b"}


def test_ids_and_names_can_be_mixed() -> None:
    backend = openai(describer="mine")
    assert stated_by_name(backend) == (Models(0, 0, 3, 5, 1), {"describer": "mine"})


def test_only_model_of_a_server_is_stated() -> None:
    record_ = encode_record(openai(base_url=LOCAL), models="names")
    assert record_.metadata == {"describer": "its-only-model"}


def test_models_of_two_backends_are_stated() -> None:
    server = openai(base_url=LOCAL, describer="qwen3-vl:2b", writer="x")
    rules = semcodec.backends.find("writer", "rules")
    assert stated_by_name(server, rules) == (Models(0, 0, 2, 0, 1), {"describer": "qwen3-vl:2b"})
    record_ = encode_record("auto", writer=server, models="names")
    assert (record_.models, record_.metadata) == (Models(0, 1, 0, 0, 1), {"writer": "x"})


def test_backends_without_model_names_have_the_default_models() -> None:
    assert encode_record("auto").models == Models()
    assert stated_by_name(object()) == (Models(), {})
    assert stated_by_name(NamedModels()) == (Models(), {})


def test_prompts_without_models_are_not_stated() -> None:
    backend = NamedModels(prompts=PROMPTS)
    assert stated_by_name(backend) == (Models(), {})
    assert registered_set(find_model_names(backend, backend)) == Models()


def test_unregistered_prompts_are_stated_by_name() -> None:
    backend = NamedModels(
        describer="gpt-5.5", writer="gpt-5.5", painter="gpt-image-2", prompts="mine"
    )
    assert stated_by_name(backend) == (Models(0, 3, 3, 5, 0), {"prompts": "mine"})


def test_id_is_used_only_in_roles_that_the_model_can_fill() -> None:
    backend = NamedModels(describer="gpt-image-2", painter="gpt-5.5", writer="gpt-5.5")
    ids, names = stated_by_name(backend)
    assert ids == Models(0, 0, 3, 0, 0)
    assert names == {"describer": "gpt-image-2", "painter": "gpt-5.5"}


@pytest.mark.parametrize("models", ["unspecified", "openai", Models(0, 1, 2, 3, 0)])
def test_models_argument_overrides_the_models_of_the_backends(models: Any) -> None:
    record_ = encode_record(
        openai(base_url=LOCAL, describer="secret", writer="secret"), models=models
    )
    expected = Models(set=MODEL_SETS.index(models)) if isinstance(models, str) else models
    assert (record_.models, record_.metadata) == (expected, {})


@pytest.mark.parametrize("name", ["x" * 256, "é" * 128])
def test_too_long_model_name_is_an_input_error(name: str) -> None:
    backend = NamedModels(describer=name)
    for option in ({"models": "names"}, {"profile": "archive"}):
        with pytest.raises(InputError, match="longer than 255 bytes"):
            semcodec.encode(PICTURE, backend=backend, **option)
    assert semcodec.encode(PICTURE, backend=backend).data
    longest = NamedModels(describer="x" * 255)
    assert encode_record(longest, models="names").metadata["describer"] == "x" * 255


@pytest.mark.parametrize("hook", ["cat", None, lambda: "cat", lambda role: 5])
def test_invalid_model_name_hook_is_ignored(hook: Any) -> None:
    backend: Any = NamedModels()
    backend.model_name = hook
    assert encode_record(backend, models="names").models == Models()


def test_default_models_are_the_registered_set() -> None:
    backend = NamedModels(**DEFAULT_MODELS, prompts=PROMPTS)
    assert stated_by_name(backend) == (Models(set=MODEL_SETS.index("openai")), {})
    assert registered_set(find_model_names(backend, backend)) == stated_by_name(backend)[0]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"describer": "qwen", "writer": "qwen"},
        {"describer": "qwen3-vl:8b", "writer": "qwen3-vl:8b"},
        {"describer": "hf.co/a/b-GGUF:Q4_K_M", "writer": "hf.co/a/b-GGUF:Q4_K_M"},
        {"describer": "a" * 300, "writer": "b", "painter": "x/z-image-turbo"},
        {"describer": "gpt-5.5", "writer": "gemma", "painter": "gpt-image-2"},
        {"describer": "embedded", "writer": "rules"},
    ],
)
def test_names_of_models_cost_no_byte(settings: dict[str, str]) -> None:
    unnamed = semcodec.encode(PICTURE, backend=openai(base_url=LOCAL), models="unspecified")
    encoded = semcodec.encode(PICTURE, backend=openai(base_url=LOCAL, **settings))
    assert encoded.data == unnamed.data
    roles = {role: encoded.trace.models[role] for role in settings}
    assert roles == settings


def test_trace_has_the_names_whatever_the_record_states() -> None:
    backend = openai(base_url=LOCAL, describer="qwen3-vl:8b", writer="gemma")
    for models in ("auto", "names", "unspecified", "openai", 2, Models(0, 1, 2, 3, 0)):
        trace = semcodec.encode(PICTURE, backend=backend, models=models).trace  # type: ignore[arg-type]
        assert trace.models == {"describer": "qwen3-vl:8b", "writer": "gemma", "prompts": PROMPTS}
        assert json.loads(trace.to_json())["models"] == trace.models
    assert semcodec.encode(PICTURE).trace.models == {
        "describer": "semcodec-embedded 1",
        "writer": "deterministic 1",
    }


@pytest.mark.parametrize(
    ("name", "registered"),
    [
        ("qwen3-vl:2b-instruct", "Qwen3-VL-2B-Instruct"),
        ("qwen3-vl:2b-instruct-q4_K_M", "Qwen3-VL-2B-Instruct"),
        ("Qwen/Qwen3-VL-2B-Instruct", "Qwen3-VL-2B-Instruct"),
        ("hf.co/Qwen/Qwen3-VL-2B-Instruct-GGUF:Q4_K_M", "Qwen3-VL-2B-Instruct"),
        ("Qwen3-VL-2B-Instruct-Q8_0.gguf", "Qwen3-VL-2B-Instruct"),
        ("openai/gpt-5.5", "gpt-5.5"),
        ("gpt-5.5-2026-08-06", "gpt-5.5"),
        ("black-forest-labs/FLUX.2-klein-4B", "FLUX.2-klein-4B"),
    ],
)
def test_other_spellings_of_registered_models(name: str, registered: str) -> None:
    assert registered_name(name) == registered


@pytest.mark.parametrize(
    "name",
    ["", "/", ":", "qwen3-vl", "qwen3-vl:2b", "qwen3-vl:8b", "qwen3-vl:8b-instruct", "gpt-5.5-mini",
     "gpt-5.5:free", "someone/Qwen3-VL-2B-Instruct", "hf.co/someone/Qwen3-VL-2B-Instruct-GGUF",
     "Qwen3-VL-2B-Instruct-abliterated", "a/qwen/Qwen3-VL-2B-Instruct", "x" * 100_000,
     "qwen/" + "-gguf" * 50, "hf.co"],
)  # fmt: skip
def test_other_models_are_not_taken_for_registered_ones(name: str) -> None:
    assert registered_name(name) == name


def test_server_with_a_registered_set_in_another_spelling_states_it() -> None:
    record_ = encode_record(
        openai(
            base_url=LOCAL,
            describer="qwen3-vl:2b-instruct",
            writer="Qwen/Qwen3-VL-2B-Instruct",
            painter="black-forest-labs/FLUX.2-klein-4B",
        )
    )
    assert record_.models == Models(set=MODEL_SETS.index("local"))
