"""Encode with a fake model: codings, limits, options and the trace."""

from __future__ import annotations

import io
import json
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.bitstream import record_codec
from semcodec.coding import lexicon
from semcodec.errors import InputError, InvalidResponseError
from tests.fakes import OverlapJudge
from tests.images import encode_image, rotated_jpeg, scene
from tests.pipeline.fake_model import FakeModel, SetResults

PHOTO = encode_image(scene((64, 64)), "JPEG")  # square, so that records have no size field


def test_encode_returns_a_file_with_the_selected_words(set_results: SetResults) -> None:
    encoded = semcodec.encode(PHOTO, backend="model")
    assert encoded.record.text == "red boat blue water"
    assert encoded.data == semcodec.pack("red boat blue water", coding="lexicon", framing="file")
    assert [stage.name for stage in encoded.trace.stages] == ["describe", "select"]


def test_auto_coding_does_not_use_skeletons(set_results: SetResults) -> None:
    set_results(describe="a tv and a dvd", select=["tv", "dvd"])
    record = semcodec.encode(PHOTO, backend="model").record
    assert (record.coding, record.words) == ("lexicon", ["tv", "dvd"])


def test_auto_coding_uses_utf8_for_other_letters(set_results: SetResults) -> None:
    set_results(select=["caf\u00e9", "boat"])
    record = semcodec.encode(PHOTO, backend="model").record
    assert (record.coding, record.words) == ("utf8", ["caf\u00e9", "boat"])


def test_skeletons_of_a_model_are_folded_and_must_match(set_results: SetResults) -> None:
    set_results(compress=["Red", "tb", "blw", "wtr"])
    encoded = semcodec.encode(PHOTO, backend="model", coding="nibble", skeletons="model")
    assert encoded.record.text == "rd bt bl vtr"
    compress = next(stage for stage in encoded.trace.stages if stage.name == "compress")
    assert compress.output == ["rd", "bt", "bl", "vtr"]
    assert compress.notes["slips"] == ["Red: rd", "tb: bt", "blw: bl", "wtr: vtr"]


def test_nibble_codes_skeletons(set_results: SetResults) -> None:
    encoded = semcodec.encode(PHOTO, backend="model", coding="nibble")
    assert encoded.record.text == "rd bt bl vtr"
    assert encoded.data == semcodec.pack("rd bt bl vtr", framing="file")
    assert encoded.image.size == (1024, 1024)
    assert [stage.name for stage in encoded.trace.stages] == ["describe", "select", "compress"]


def test_trace_has_judge_and_strategy_of_the_selection(set_results: SetResults) -> None:
    by_rule = semcodec.encode(PHOTO, describer="model", k=2).trace.stages[1]
    assert (by_rule.name, by_rule.model, by_rule.output) == ("select", "rules", ["red", "boat"])
    limits = {"rate": ["k"], "max_words": 2, "max_bits": None}
    assert by_rule.notes == {"judge": "salience", "strategy": "salience", **limits}
    by_gain = semcodec.encode(
        PHOTO, describer="model", max_bytes=6, coding="nibble", judge=OverlapJudge(boat=9)
    )
    assert by_gain.record.text == "bt"
    assert len(by_gain.data) == 5
    (request,) = by_gain.trace.stages[1].inputs
    assert (request["max_words"], request["max_bits"]) == (12, 16)
    assert (request["coding"], request["judge"]) == ("nibble", "overlap")
    assert json.loads(by_gain.trace.to_json())["stages"][1]["notes"] == {
        "judge": "overlap",
        "strategy": "gain",
        "rate": ["max_bytes"],
        "max_words": 12,
        "max_bits": 16,
    }


def test_writer_without_select_words_gets_only_the_number_of_words(set_results: SetResults) -> None:
    stage = semcodec.encode(
        PHOTO, backend="model", max_bytes=20, judge=OverlapJudge()
    ).trace.stages[1]
    assert stage.model == "model"
    assert stage.notes.keys() == {"rate", "max_words", "max_bits"}


def test_invalid_selection_is_an_invalid_response(
    set_results: SetResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeModel, "select_words", lambda self, request: 7, raising=False)
    with pytest.raises(InvalidResponseError, match="select"):
        semcodec.encode(PHOTO, backend="model")


@pytest.mark.parametrize("judge", ["gpt", 7])
def test_unknown_judge_is_an_input_error(set_results: SetResults, judge: Any) -> None:
    with pytest.raises(InputError, match="judge"):
        semcodec.encode(PHOTO, backend="model", judge=judge)


@pytest.mark.parametrize("framing", ["bare", "file", "url", "qr"])
@pytest.mark.parametrize("limit", [{"max_bytes": 30}, {"ubpp": 60.0}, {"ubpp": float("inf")}])
def test_record_stays_within_the_limits_with_a_judge(
    set_results: SetResults, framing: str, limit: Any
) -> None:
    set_results(describe="a red boat on blue water beside a large wooden pier and a lighthouse")
    encoded = semcodec.encode(
        PHOTO, describer="model", framing=framing, judge=OverlapJudge(), **limit
    )
    assert len(encoded.data) <= limit.get("max_bytes", 99)
    assert encoded.record.payload_bits <= limit.get("ubpp", 1e9) * 1.048576
    assert [stage.name for stage in encoded.trace.stages].count("select") == 1


def test_long_description_is_truncated(set_results: SetResults) -> None:
    set_results(describe="red " * 50_000)
    trace = semcodec.encode(PHOTO, backend="model").trace
    assert len(trace.stages[1].inputs[0]) == 100_000


def test_first_selection_is_bounded_by_max_bytes(set_results: SetResults) -> None:
    set_results(describe="red boat " * 9000, select=["boat"] * 1000)
    trace = semcodec.encode(PHOTO, backend="model", max_bytes=20).trace
    assert trace.stages[1].inputs[1] <= 40


@pytest.mark.parametrize(
    ("framing", "payload_bytes"),
    [("bare", 39), ("file", 36), ("sequence", 38), ("url", 24), ("qr", 21)],
)
def test_limit_of_the_selection_depends_on_the_framing(
    set_results: SetResults, framing: str, payload_bytes: int
) -> None:
    encoded = semcodec.encode(
        PHOTO, describer="model", framing=framing, max_bytes=40, models="unspecified"
    )
    assert encoded.trace.stages[1].inputs[0]["max_bits"] == 8 * payload_bytes


@pytest.mark.parametrize("limit", [{"max_bytes": 20}, {"ubpp": 100}, {"k": 4}, {}])
def test_record_is_coded_and_serialized_once(
    set_results: SetResults, limit: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    def count(module: ModuleType, name: str, step: str) -> None:
        original = getattr(module, name)
        monkeypatch.setattr(module, name, lambda value: steps.append(step) or original(value))

    count(lexicon, "encode", "encode")
    count(lexicon, "decode", "decode")
    count(record_codec, "write_core", "write")
    encoded = semcodec.encode(PHOTO, backend="model", **limit)
    assert encoded.record.payload_bits == 8 * len(encoded.record.payload)
    assert steps[-2:] == ["encode", "write"]
    assert (steps.count("write"), steps.count("decode")) == (1, 0)
    # With a limit on bytes, the subject is found and coded first.
    assert limit.keys() & {"max_bytes", "ubpp"} or len(steps) == 2


@pytest.mark.parametrize("coding", ["auto", "nibble", "lexicon", "bag", "utf8"])
@pytest.mark.parametrize("framing", ["bare", "file", "sequence", "url", "qr"])
def test_record_equals_the_unpacked_data(
    set_results: SetResults, coding: str, framing: str
) -> None:
    encoded = semcodec.encode(
        PHOTO, backend="model", coding=coding, framing=framing, max_bytes=25, models="local"
    )
    (unpacked,) = (
        semcodec.unpack_all(encoded.data)
        if framing == "sequence"
        else [semcodec.unpack(encoded.data)]
    )
    assert (encoded.record, encoded.record.payload) == (unpacked, unpacked.payload)


def test_image_of_the_caller_is_not_changed(set_results: SetResults) -> None:
    with Image.open(io.BytesIO(encode_image(scene((6000, 5000)), "JPEG"))) as image:
        semcodec.encode(image, backend="model")
        assert image.size == (6000, 5000)


def test_released_memoryview_is_an_input_error() -> None:
    view = memoryview(PHOTO)
    view.release()
    with pytest.raises(InputError):
        semcodec.encode(view)


def test_selection_longer_than_k_is_truncated(set_results: SetResults) -> None:
    set_results(select=["boat"] * 9)
    assert len(semcodec.encode(PHOTO, backend="model", k=5).record.words) == 5


@pytest.mark.parametrize("limit", [{"max_bytes": 7}, {"ubpp": 24}, {"k": 2}])
def test_words_are_dropped_until_the_record_is_within_the_limits(
    set_results: SetResults, limit: dict[str, Any]
) -> None:
    assert semcodec.encode(PHOTO, backend="model", coding="nibble", **limit).record.text == "rd bt"


def test_rate_limit_is_inclusive(set_results: SetResults) -> None:
    encoded = semcodec.encode(PHOTO, backend="model", size=(1000, 1000), coding="nibble", ubpp=24)
    assert encoded.record.payload_bits == 24


def test_selection_is_repeated_at_most_once_per_word(set_results: SetResults) -> None:
    encoded = semcodec.encode(PHOTO, backend="model", coding="nibble", max_bytes=7)
    assert [stage.name for stage in encoded.trace.stages].count("select") == 3


def test_limit_below_one_word_is_an_input_error(set_results: SetResults) -> None:
    with pytest.raises(InputError, match="max_bytes 4 is too low"):
        semcodec.encode(PHOTO, backend="model", max_bytes=4)


@pytest.mark.parametrize(
    "option",
    [
        {"k": 0},
        {"k": 10**6},
        {"k": 1.5},
        {"max_bytes": 0},
        {"max_bytes": 7.5},
        {"rate": ["auto"]},
        {"fit": ["cover"]},
        {"ubpp": "much"},
        {"rate": "best"},
        {"coding": "jpeg"},
        {"size": (0, 5)},
        {"fit": "fill"},
        {"size": "square"},
        {"size": "1024x768"},
        {"framing": "box"},
        {"check": "none"},
        {"models": "unknown"},
        {"backend": "unknown"},
        {"backend": 3},
    ],
)
def test_invalid_option_is_an_input_error(option: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        semcodec.encode(PHOTO, **option)


@pytest.mark.parametrize(
    "option",
    [{"size": (0, 5)}, {"size": "big"}, {"fit": "fill"}, {"framing": "box"}, {"framing": "png"},
     {"check": "none"}, {"models": "unknown"}, {"max_bytes": 0}, {"coding": "jpeg"}],
)  # fmt: skip
def test_options_are_checked_before_the_first_stage(
    set_results: SetResults, option: dict[str, Any]
) -> None:
    set_results(describe=RuntimeError("called"))
    with pytest.raises(InputError):
        semcodec.encode(PHOTO, backend="model", **option)


def test_trace_is_json_with_image_hashes(set_results: SetResults) -> None:
    encoded = semcodec.encode(scene((64, 64)), backend="model", coding="nibble")
    stages = json.loads(encoded.trace.to_json())["stages"]
    assert stages[0]["inputs"][0]["size"] == [1024, 1024]
    assert len(stages[0]["inputs"][0]["sha256"]) == 64
    assert stages[2]["output"] == ["rd", "bt", "bl", "vtr"]


@pytest.mark.parametrize(
    ("photograph", "size"),
    [((64, 64), (1024, 1024)), ((96, 64), (1248, 832)), ((64, 96), (832, 1248)),
     ((200, 90), (1536, 704)), ((250, 50), (2320, 464)), ((1, 1), (1024, 1024))],
)  # fmt: skip
def test_automatic_size_has_the_aspect_of_the_photograph(
    set_results: SetResults, photograph: tuple[int, int], size: tuple[int, int]
) -> None:
    encoded = semcodec.encode(scene(photograph), backend="model")
    assert encoded.record.size == size
    assert encoded.image.width * size[1] == pytest.approx(encoded.image.height * size[0], rel=0.002)
    assert encoded.trace.notices == []


def test_automatic_size_is_that_of_the_upright_photograph(set_results: SetResults) -> None:
    assert semcodec.encode(rotated_jpeg(), backend="model").record.size == (1248, 832)


def test_rate_is_of_the_automatic_size(set_results: SetResults) -> None:
    wide = semcodec.encode(scene((96, 64)), backend="model", coding="nibble", ubpp=23.2)
    assert wide.record.payload_bits == 24  # 23.11 for 1248 x 832, and 22.89 for 1024 x 1024
    with pytest.raises(InputError, match=r"use ubpp 7\.71 or more\.$"):
        semcodec.encode(scene((96, 64)), backend="model", coding="nibble", ubpp=7)


@pytest.mark.parametrize(
    ("photograph", "options", "notice"),
    [
        ((768, 512), {"size": (1024, 1024)}, "33 % of it was cut away for 1024 x 1024"),
        ((512, 768), {"size": (1024, 1024)}, "The photograph is 512 x 768 pixels: 33 % of it"),
        ((6000, 5000), {"size": (1024, 1024)}, "The photograph is 6000 x 5000 pixels: 17 %"),
        ((105, 100), {"size": (1024, 1024)}, "use size auto or fit contain."),
        ((1, 50), {}, "use fit contain."),
    ],
)
def test_notice_states_what_is_cut_away(
    set_results: SetResults, photograph: tuple[int, int], options: dict[str, Any], notice: str
) -> None:
    image = scene(photograph) if min(photograph) > 9 else Image.new("RGB", photograph)
    [sentence] = semcodec.encode(image, backend="model", **options).trace.notices
    assert notice in sentence
    for fit in ("contain", "stretch"):
        trace = semcodec.encode(image, backend="model", **options, fit=fit).trace
        assert trace.notices == []


def test_no_notice_for_up_to_four_percent(set_results: SetResults) -> None:
    square = semcodec.encode(scene((104, 100)), backend="model", size=(1024, 1024))
    assert square.trace.notices == []
