"""Decode with a fake model: words, sizes, seeds, options and damaged records."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import semcodec
from semcodec.errors import InputError, SemcodecError
from tests.images import PHOTO
from tests.pipeline.fake_model import SetResults, register
from tests.profiles import examples


def test_decode_paints_the_words_of_a_file(set_results: SetResults) -> None:
    data = semcodec.pack("rd bt", framing="file", size=(40, 30))
    decoded = semcodec.decode(data, backend="model", seed=7)
    assert decoded.image.size == (40, 30)
    assert decoded.image.getpixel((0, 0)) == (7, 0, 0)
    assert decoded.words == ["red", "boat"]
    assert [stage.name for stage in decoded.trace.stages] == ["decompress", "expand", "paint"]
    assert decoded.trace.stages[1].output == "a picture of red boat"


@pytest.mark.parametrize(("seed", "expected"), [(None, 7), (0, 0), (9, 9)])
def test_seed_argument_overrides_the_seed_of_the_record(
    set_results: SetResults, seed: int | None, expected: int
) -> None:
    data = semcodec.pack("rd bt", size=(8, 8), extensions={"seed": 7})
    decoded = semcodec.decode(data, backend="model", seed=seed)
    assert decoded.image.getpixel((0, 0)) == (expected, 0, 0)


def test_backends_can_be_mixed(set_results: SetResults) -> None:
    data = semcodec.pack("rd bt", size=(40, 30))
    decoded = semcodec.decode(data, writer="rules", painter="model")
    assert decoded.words == ["red", "boat"]
    assert [stage.model for stage in decoded.trace.stages] == [
        "rules",
        "rules",
        "model",
    ]


def test_utf8_words_are_not_restored(set_results: SetResults) -> None:
    set_results(select=["Straße", "naïve"])
    encoded = semcodec.encode(PHOTO, backend="model", coding="utf8")
    assert encoded.record.words == ["Straße", "naïve"]
    assert semcodec.decode(encoded.data, backend="model", size=(8, 8)).words == ["Straße", "naïve"]


def test_restored_word_may_have_more_consonants_than_its_skeleton(set_results: SetResults) -> None:
    set_results(decompress=["red", "lattice"])
    assert (
        semcodec.decode(
            semcodec.pack("rd lt", coding="nibble"), backend="model", size=(8, 8)
        ).words[1]
        == "lattice"
    )


def test_slip_is_painted_as_read_and_not_shown_as_received(set_results: SetResults) -> None:
    data = semcodec.pack("ndn trdtln rch vndv lt shdv", coding="nibble", size=(8, 8))
    decoded = semcodec.decode(data, writer="rules", painter="model", reflect="off")
    assert decoded.words == "indian traditional arch window late shadows".split()
    assert decoded.received_words == "indian trdtln arch window late shadows".split()
    decompress, expand, _ = decoded.trace.stages
    assert decompress.notes["slips"] == ["trdtln: traditional (transposition)"]
    assert "lattice (abbreviation)" in decompress.notes["readings"][4]
    assert expand.output == "indian traditional arch window late shadows"
    file = decoded.to_file("PNG")
    assert b"traditional" not in file
    assert b"trdtln" in file


def test_context_decides_what_is_painted(set_results: SetResults) -> None:
    data = semcodec.pack("rd bts bl vtr", coding="nibble", size=(8, 8))
    decoded = semcodec.decode(data, writer="rules", painter="model", reflect="off")
    assert decoded.words == ["red", "boat", "blue", "water"]
    assert decoded.received_words == ["red", "obtuse", "blue", "water"]


def test_model_may_heal_one_slip(set_results: SetResults) -> None:
    set_results(decompress=["red", "traditional", "lattice"])
    data = semcodec.pack("rd trdtln lt", coding="nibble", size=(8, 8))
    decoded = semcodec.decode(data, backend="model")
    assert decoded.words == ["red", "traditional", "lattice"]
    assert decoded.received_words == ["red", "trdtln", "lattice"]
    assert decoded.trace.stages[0].notes["slips"] == [
        "trdtln: traditional (transposition)",
        "lt: lattice (abbreviation)",
    ]


def test_words_of_other_codings_are_received(set_results: SetResults) -> None:
    data = semcodec.pack("red boat", coding="lexicon", size=(8, 8))
    assert semcodec.decode(data, backend="model").received_words == ["red", "boat"]


def test_picture_of_another_size_or_mode_is_converted(set_results: SetResults) -> None:
    set_results(paint=Image.new("RGBA", (10, 10), (9, 9, 9, 9)))
    decoded = semcodec.decode(semcodec.pack("rd bt", size=(40, 30)), backend="model")
    assert (decoded.image.size, decoded.image.mode) == ((40, 30), "RGB")


def test_picture_of_another_aspect_is_cropped_not_distorted(set_results: SetResults) -> None:
    painted = Image.new("RGB", (90, 30), "blue")
    painted.paste((255, 0, 0), (30, 0, 60, 30))
    set_results(paint=painted)
    decoded = semcodec.decode(semcodec.pack("rd bt", size=(40, 40)), backend="model")
    assert {decoded.image.getpixel((x, 20)) for x in (3, 20, 36)} == {(255, 0, 0)}
    [notice] = decoded.trace.notices
    assert "The painted picture is 90 x 30 pixels: 67 % of it was cut away for 40 x 40" in notice
    set_results(paint=painted.resize((60, 60)))
    assert semcodec.decode(semcodec.pack("rd bt"), backend="model").trace.notices == []


@pytest.mark.parametrize(
    "option",
    [
        {"size": (0, 5)},
        {"size": (5000, 5)},
        {"size": "big"},
        {"size": (5,)},
        {"seed": -1},
        {"seed": 2**32},
        {"seed": "x"},
        {"reflect": 101},
        {"reflect": -1},
        {"reflect": "much"},
        {"reflect": 2.0},
        {"reflect": []},
        {"reflect_by": "words"},
        {"reflect_by": 3},
        {"candidates": 0},
        {"candidates": 101},
        {"candidates": True},
        {"candidates": "2"},
        {"editor": "rules"},
        {"checker": "rules"},
        {"checker": "unknown"},
        {"limits": 3},
        {"limits": 0},
        {"size": 0},
        {"size": (10**5000, 1)},
        {"size": (True, True)},
        {"reflect": False},
        {"backend": ["embedded"]},
        {"painter": "unknown"},
    ],
)
def test_invalid_option_is_an_input_error(option: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        semcodec.decode(semcodec.pack("rd bt"), **option)


def test_record_without_words_is_an_input_error() -> None:
    with pytest.raises(InputError, match="no words"):
        semcodec.decode(semcodec.pack("", coding="nibble"))


@examples(200)
@given(st.binary(max_size=40))
def test_random_bytes_result_in_a_picture_or_a_semcodec_error(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        register(patch)
        try:
            decoded = semcodec.decode(data, backend="model", size=(8, 8))
        except SemcodecError:
            return
    assert decoded.image.size == (8, 8)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((5000, 1), "The size 5000x1 cannot be painted"),
        ((0, 3), "The size 0x3 cannot be painted"),
        ((10**5000, 1), "The size of so many pixels cannot be painted"),
        ("640x480", "The size has the wrong type"),
        ((1, 2, 3), "The size has the wrong type"),
    ],
)
def test_message_about_a_size_names_it(size: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        semcodec.decode(semcodec.pack("rd bt"), size=size)
