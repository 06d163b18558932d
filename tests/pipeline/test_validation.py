"""Invalid results and exceptions of backends are errors that name stage and backend."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.errors import BackendError, InvalidResponseError, RefusalError
from tests.images import PHOTO, scene
from tests.pipeline.fake_model import SetResults


def make_closed_image() -> Image.Image:
    """Return a closed image: it has a size, but its pixels cannot be read."""
    image = scene()
    image.close()
    return image


def run_all_stages() -> None:
    options: Any = {"coding": "nibble", "skeletons": "model", "layers": "layout"}
    semcodec.encode(PHOTO, backend="model", **options)
    semcodec.decode(semcodec.pack("rd bt"), backend="model")


@pytest.mark.parametrize(
    ("stage", "result"),
    [
        ("describe", None),
        ("describe", ""),
        ("describe", "?!"),
        ("describe", 7),
        ("select", "red boat"),
        ("select", []),
        ("select", ["red boat"]),
        ("select", [3]),
        ("select", ["boat", "eye"]),
        ("select", ["b" * 300]),
        ("select", ["b\ud800"]),
        ("compress", ["rd"]),
        ("compress", ["rd", "b7t", "bl", "vtr"]),
        ("compress", None),
        ("locate", [[], [(0.1, 0.2, 0.3)], [], []]),
        ("locate", [[]]),
        ("decompress", ["red"]),
        ("decompress", ["", ""]),
        ("decompress", ["red", "zebra"]),
        ("expand", None),
        ("paint", None),
        ("paint", b"png"),
        ("paint", make_closed_image()),
    ],
)
def test_invalid_response_names_stage_and_backend(
    set_results: SetResults, stage: str, result: Any
) -> None:
    set_results(**{stage: result})
    with pytest.raises(InvalidResponseError) as caught:
        run_all_stages()
    assert (caught.value.stage, caught.value.backend) == (stage, "model")


@pytest.mark.parametrize(
    "stage", ["describe", "select", "compress", "decompress", "expand", "paint"]
)
def test_exception_in_a_backend_becomes_a_backend_error(
    set_results: SetResults, stage: str
) -> None:
    set_results(**{stage: RuntimeError("out of memory")})
    with pytest.raises(BackendError, match="out of memory") as caught:
        run_all_stages()
    assert caught.value.stage == stage


@pytest.mark.parametrize(
    "answer",
    [
        "I don't see a picture here. Please upload it.",
        "A red boat. Note that no image was provided.",
        "[Image description here]",
    ],
)
def test_blind_answer_of_any_describer_is_an_error(answer: str, set_results: SetResults) -> None:
    set_results(describe=answer)
    with pytest.raises(InvalidResponseError, match="did not see the picture") as caught:
        semcodec.encode(PHOTO, describer="model")
    assert (caught.value.backend, caught.value.stage) == ("model", "describe")
    assert not caught.value.retryable


def test_refusal_of_any_describer_is_an_error(set_results: SetResults) -> None:
    set_results(describe="I'm sorry, but I can't help with that.")
    with pytest.raises(RefusalError, match="refused 'describe'"):
        semcodec.encode(PHOTO, describer="model")


def test_talk_of_any_describer_costs_no_words(set_results: SetResults) -> None:
    set_results(describe="Sure! Here is the description: a red boat. I hope this helps.")
    assert semcodec.encode(PHOTO, describer="model").record.words == ["red", "boat"]


@pytest.mark.parametrize("color", ["black", "white", "gray", "red"])
def test_description_of_an_empty_picture_is_kept(color: str) -> None:
    assert color in semcodec.encode(Image.new("RGB", (64, 64), color)).record.words
