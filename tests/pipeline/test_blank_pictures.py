"""A painted picture that shows nothing is reported and kept, unless its words call for it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.recording import ModelRequest, ModelResponse
from tests.images import scene

SIZE = (96, 64)


class FixedPainter:
    name = "fixed"

    def __init__(self, image: Image.Image) -> None:
        self.image = image

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        return self.image


def notices(words: str, image: Image.Image, coding: str = "lexicon") -> list[str]:
    data = semcodec.pack(words, coding=coding, size=SIZE)
    decoded = semcodec.decode(data, painter=FixedPainter(image))
    assert decoded.image.size == SIZE
    return decoded.trace.notices


def test_black_picture_is_reported_and_kept() -> None:
    assert notices("two red parrots", Image.new("RGB", SIZE)) == [
        "The painted picture is black, perhaps by the painter's safety filter: "
        "try another seed, other words or another painter."
    ]


@pytest.mark.parametrize(
    ("image", "blank"),
    [
        (Image.new("RGB", SIZE, "white"), "white"),
        (Image.new("RGB", SIZE, "#336699"), "of a single color (#336699)"),
        (Image.new("RGBA", SIZE), "fully transparent"),
        (Image.new("L", SIZE), "black"),
        (Image.new("RGB", (192, 128)), "black"),
    ],
)
def test_every_picture_of_nothing_is_reported(image: Image.Image, blank: str) -> None:
    (notice,) = notices("boat on a lake", image)
    assert notice.startswith(f"The painted picture is {blank},")


@pytest.mark.parametrize(
    "words",
    ["black", "plain black", "night sky", "blank page", "huge empty dark background", "Black"],
)
def test_words_may_call_for_a_black_picture(words: str) -> None:
    assert notices(words, Image.new("RGB", SIZE)) == []


@pytest.mark.parametrize("words", ["black cat", "night city", "plain red boat", "starry night sky"])
def test_a_color_of_an_object_does_not_call_for_it(words: str) -> None:
    assert len(notices(words, Image.new("RGB", SIZE))) == 1


def test_words_of_skeletons_are_used_as_restored() -> None:
    assert len(notices("ct", Image.new("RGB", SIZE), coding="nibble")) == 1


def test_words_in_other_scripts_name_something() -> None:
    assert len(notices("собака", Image.new("RGB", SIZE), coding="utf8")) == 1


def test_other_pictures_are_not_reported() -> None:
    assert notices("two red parrots", scene().resize(SIZE)) == []


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_black_picture_of_a_server_is_reported(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, SIZE).save(out, "PNG")

    def send(_: ModelRequest) -> ModelResponse:
        return ModelResponse(image=out.getvalue())

    painter = OpenAIBackend(send=send, base_url="http://127.0.0.1:9/v1", painter="m")
    data = semcodec.pack("two red parrots", coding="lexicon", size=SIZE)
    (notice,) = semcodec.decode(data, painter=painter).trace.notices
    assert notice.startswith(
        "The painted picture is " + ("black" if mode == "RGB" else "fully transparent")
    )


@pytest.mark.parametrize("words", ["red boat lake", "huge brown cat", "night sky", "black"])
def test_offline_painter_is_never_reported(words: str) -> None:
    data = semcodec.pack(words, coding="lexicon", size=SIZE)
    assert not [n for n in semcodec.decode(data).trace.notices if "safety filter" in n]
