"""The models in a record: one byte for a registered set, otherwise ids and names."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec._registry import MODEL_SETS
from semcodec.backends.openai import DryRunClient, OpenAIBackend
from semcodec.backends.openai.settings import DEFAULT_MODELS
from semcodec.bitstream import Models
from semcodec.errors import InputError
from semcodec.pipeline.model_ids import collect_model_ids

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
    default = semcodec.encode(PICTURE, backend=openai(), k=2, models="default").data
    encoded = semcodec.encode(PICTURE, backend=openai(), k=2)
    assert encoded.record.models == Models(set=MODEL_SETS.index("openai"))
    assert encoded.record.extensions == ()
    assert len(encoded.data) - len(default) <= 1


def test_registered_models_are_stated_by_id() -> None:
    ids, names = collect_model_ids(
        *[openai(writer="gpt-5.4-mini", painter="gpt-image-2.5-flare")] * 2
    )
    assert (ids, names) == (Models(0, 3, 4, 6, 1), {})


def test_unregistered_models_are_stated_by_name() -> None:
    record_ = encode_record(
        openai(base_url=LOCAL, describer="qwen3-vl:2b", writer="gemma-4", painter="flux")
    )
    assert record_.models == Models()
    assert record_.metadata == {"describer": "qwen3-vl:2b", "writer": "gemma-4", "painter": "flux"}


def test_one_model_in_two_roles_is_named_once() -> None:
    backend = openai(base_url=LOCAL, describer="qwen3-vl:2b", writer="qwen3-vl:2b")
    assert collect_model_ids(backend, backend)[1] == {"describer": "qwen3-vl:2b"}
    assert encode_record(backend).metadata == {"describer": "qwen3-vl:2b"}


def test_ids_and_names_can_be_mixed() -> None:
    backend = openai(describer="mine")
    assert collect_model_ids(backend, backend) == (Models(0, 0, 3, 5, 1), {"describer": "mine"})


def test_only_model_of_a_server_is_stated() -> None:
    record_ = encode_record(openai(base_url=LOCAL))
    assert record_.metadata == {"describer": "its-only-model"}


def test_models_of_two_backends_are_stated() -> None:
    server = openai(base_url=LOCAL, describer="qwen3-vl:2b", writer="x")
    ids, names = collect_model_ids(server, semcodec.backends.find("writer", "rules"))
    assert (ids, names) == (Models(0, 0, 2, 0, 1), {"describer": "qwen3-vl:2b"})
    record_ = encode_record("auto", writer=server)
    assert (record_.models, record_.metadata) == (Models(0, 1, 0, 0, 1), {"writer": "x"})


def test_backends_without_model_names_have_the_default_models() -> None:
    assert encode_record("auto").models == Models()
    assert collect_model_ids(object(), object()) == (Models(), {})
    assert collect_model_ids(NamedModels(), NamedModels()) == (Models(), {})


def test_prompts_without_models_are_not_stated() -> None:
    backend = NamedModels(prompts=PROMPTS)
    assert collect_model_ids(backend, backend) == (Models(), {})


def test_unregistered_prompts_are_stated_by_name() -> None:
    backend = NamedModels(
        describer="gpt-5.5", writer="gpt-5.5", painter="gpt-image-2", prompts="mine"
    )
    assert collect_model_ids(backend, backend) == (Models(0, 3, 3, 5, 0), {"prompts": "mine"})


def test_id_is_used_only_in_roles_that_the_model_can_fill() -> None:
    backend = NamedModels(describer="gpt-image-2", painter="gpt-5.5", writer="gpt-5.5")
    ids, names = collect_model_ids(backend, backend)
    assert ids == Models(0, 0, 3, 0, 0)
    assert names == {"describer": "gpt-image-2", "painter": "gpt-5.5"}


@pytest.mark.parametrize("models", ["default", "openai", Models(0, 1, 2, 3, 0)])
def test_models_argument_overrides_the_models_of_the_backends(models: Any) -> None:
    record_ = encode_record(
        openai(base_url=LOCAL, describer="secret", writer="secret"), models=models
    )
    expected = Models(set=MODEL_SETS.index(models)) if isinstance(models, str) else models
    assert (record_.models, record_.metadata) == (expected, {})


@pytest.mark.parametrize("name", ["x" * 256, "é" * 128])
def test_too_long_model_name_is_an_input_error(name: str) -> None:
    backend = NamedModels(describer=name)
    with pytest.raises(InputError, match="longer than 255 bytes"):
        semcodec.encode(PICTURE, backend=backend)
    assert semcodec.encode(PICTURE, backend=backend, models="default").data
    assert encode_record(NamedModels(describer="x" * 255)).metadata["describer"] == "x" * 255


@pytest.mark.parametrize("hook", ["cat", None, lambda: "cat", lambda role: 5])
def test_invalid_model_name_hook_is_ignored(hook: Any) -> None:
    backend: Any = NamedModels()
    backend.model_name = hook
    assert encode_record(backend).models == Models()


def test_default_models_are_the_registered_set() -> None:
    backend = NamedModels(**DEFAULT_MODELS, prompts=PROMPTS)
    assert collect_model_ids(backend, backend) == (Models(set=MODEL_SETS.index("openai")), {})
