"""What a record says of its models: one byte where the registry has them, else their names."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec._registry import MODEL_SETS
from semcodec.backends.openai import DryRunClient, OpenAIBackend
from semcodec.backends.openai.settings import MODELS
from semcodec.bitstream import Models
from semcodec.errors import InputError
from semcodec.pipeline.model_ids import collect_model_ids

PICTURE = Image.new("RGB", (64, 64), "red")
LOCAL = "http://127.0.0.1:9/v1"
PROMPTS = "semcodec prompts 1"


class Named:
    """Describes and writes as models of these names."""

    def __init__(self, **names: Any) -> None:
        self.names = names

    def label(self, place: str) -> str:
        return str(self.names.get(place, ""))

    def describe(self, image: object) -> str:
        return "A red boat on a lake."

    def select(self, description: str, k: int) -> list[str]:
        return ["red", "boat"]


def openai(**settings: Any) -> OpenAIBackend:
    return OpenAIBackend(send=DryRunClient(), **settings)


def record(backend: object, **how: Any) -> semcodec.Record:
    data = semcodec.encode(PICTURE, backend=backend, k=2, **how).data
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


def test_the_models_of_openai_are_a_row_of_one_byte() -> None:
    default = semcodec.encode(PICTURE, backend=openai(), k=2, models="default").data
    encoded = semcodec.encode(PICTURE, backend=openai(), k=2)
    assert encoded.record.models == Models(set=MODEL_SETS.index("openai"))
    assert encoded.record.extensions == ()
    assert len(encoded.data) - len(default) <= 1


def test_models_that_have_ids_are_told_by_them() -> None:
    known, others = collect_model_ids(
        *[openai(writer="gpt-5.4-mini", painter="gpt-image-2.5-flare")] * 2
    )
    assert (known, others) == (Models(0, 3, 4, 6, 1), {})


def test_models_without_ids_are_told_by_their_names() -> None:
    said = record(openai(base_url=LOCAL, describer="qwen3-vl:2b", writer="gemma-4", painter="flux"))
    assert said.models == Models()
    assert said.metadata == {"describer": "qwen3-vl:2b", "writer": "gemma-4", "painter": "flux"}


def test_a_model_that_describes_and_writes_is_named_once() -> None:
    both = openai(base_url=LOCAL, describer="qwen3-vl:2b", writer="qwen3-vl:2b")
    assert collect_model_ids(both, both)[1] == {"describer": "qwen3-vl:2b"}
    assert record(both).metadata == {"describer": "qwen3-vl:2b"}


def test_a_known_writer_beside_an_unknown_describer_is_told() -> None:
    mixed = openai(describer="mine")
    assert collect_model_ids(mixed, mixed) == (Models(0, 0, 3, 5, 1), {"describer": "mine"})


def test_the_only_model_of_a_server_is_asked_for() -> None:
    said = record(openai(base_url=LOCAL))
    assert said.metadata == {"describer": "its-only-model"}


def test_backends_may_be_mixed() -> None:
    server = openai(base_url=LOCAL, describer="qwen3-vl:2b", writer="x")
    known, others = collect_model_ids(server, semcodec.backends.find("writer", "deterministic"))
    assert (known, others) == (Models(0, 0, 2, 0, 1), {"describer": "qwen3-vl:2b"})
    said = record("auto", writer=server)
    assert (said.models, said.metadata) == (Models(0, 1, 0, 0, 1), {"writer": "x"})


def test_backends_that_name_no_models_say_nothing() -> None:
    assert record("auto").models == Models()
    assert collect_model_ids(object(), object()) == (Models(), {})
    assert collect_model_ids(Named(), Named()) == (Models(), {})


def test_prompts_alone_are_not_worth_their_bytes() -> None:
    one = Named(prompts=PROMPTS)
    assert collect_model_ids(one, one) == (Models(), {})


def test_prompts_of_ones_own_are_named() -> None:
    one = Named(describer="gpt-5.5", writer="gpt-5.5", painter="gpt-image-2", prompts="mine")
    assert collect_model_ids(one, one) == (Models(0, 3, 3, 5, 0), {"prompts": "mine"})


def test_an_id_is_for_the_places_that_a_model_can_fill() -> None:
    one = Named(describer="gpt-image-2", painter="gpt-5.5", writer="gpt-5.5")
    known, others = collect_model_ids(one, one)
    assert known == Models(0, 0, 3, 0, 0)
    assert others == {"describer": "gpt-image-2", "painter": "gpt-5.5"}


@pytest.mark.parametrize("models", ["default", "openai", Models(0, 1, 2, 3, 0)])
def test_what_is_given_is_said_and_nothing_else(models: Any) -> None:
    said = record(openai(base_url=LOCAL, describer="secret", writer="secret"), models=models)
    wanted = Models(set=MODEL_SETS.index(models)) if isinstance(models, str) else models
    assert (said.models, said.metadata) == (wanted, {})


@pytest.mark.parametrize("name", ["x" * 256, "é" * 128])
def test_a_name_has_room_or_it_is_said_how_to_go_without(name: str) -> None:
    one = Named(describer=name)
    with pytest.raises(InputError, match="over 255 bytes: use --models default"):
        semcodec.encode(PICTURE, backend=one)
    assert semcodec.encode(PICTURE, backend=one, models="default").data
    assert record(Named(describer="x" * 255)).metadata["describer"] == "x" * 255


@pytest.mark.parametrize("said", ["cat", None, lambda: "cat", lambda place: 5])
def test_what_a_backend_may_mean_by_label_otherwise_is_passed_over(said: Any) -> None:
    one: Any = Named()
    one.label = said
    assert record(one).models == Models()


def test_the_usual_models_are_the_row_of_the_registry() -> None:
    one = Named(**MODELS, prompts=PROMPTS)
    assert collect_model_ids(one, one) == (Models(set=MODEL_SETS.index("openai")), {})
