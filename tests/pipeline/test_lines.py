"""The two straight lines with models that answer as they should, and as they should not."""

from __future__ import annotations

import io
import json
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import semcodec
from semcodec.backends import registry
from semcodec.bitstream import api, record_codec
from semcodec.coding import lexicon
from semcodec.errors import BackendError, InputError, InvalidResponseError, SemcodecError
from semcodec.pipeline.rate_control import MAX_PAYLOAD_BYTES, RateLimits
from tests.fakes import OverlapJudge
from tests.images import PHOTO, saved, scene
from tests.profiles import examples


class Model:
    """Fills every place, and answers what a test tells it to."""

    name = "model"

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def _say(self, stage: str, usual: Any) -> Any:
        answer = self.answers.get(stage, usual)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def describe(self, image: Image.Image) -> Any:
        return self._say("describe", "a red boat on blue water")

    def select(self, description: str, k: int) -> Any:
        return self._say("select", ["red", "boat", "blue", "water"][:k])

    def compress(self, words: list[str]) -> Any:
        return self._say("compress", [semcodec.skeleton(word) for word in words])

    def decompress(self, skeletons: list[str]) -> Any:
        known = {"rd": "red", "bt": "boat"}
        return self._say("decompress", [known.get(skeleton, skeleton) for skeleton in skeletons])

    def expand(self, words: list[str]) -> Any:
        return self._say("expand", "a picture of " + " ".join(words))

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Any:
        return self._say("paint", Image.new("RGB", size, (seed % 256, 0, 0)))


def register(patch: pytest.MonkeyPatch, **answers: Any) -> None:
    """Make a model with these answers the backend "model"."""
    patch.setitem(registry.BUILT_IN, "model", lambda: Model(**answers))


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use_(**answers: Any) -> None:
        register(monkeypatch, **answers)

    use_()
    return use_


def closed() -> Image.Image:
    """Return an image that says its size and cannot be read any more."""
    image = scene()
    image.close()
    return image


def there_and_back() -> None:
    semcodec.encode(PHOTO, backend="model", coding="nibble", skeletons="model")
    semcodec.decode(semcodec.pack("rd bt"), backend="model")


def test_an_image_becomes_a_file(use: Any) -> None:
    encoded = semcodec.encode(PHOTO, backend="model")
    assert encoded.record.text == "red boat blue water"
    assert encoded.data == semcodec.pack("red boat blue water", coding="lexicon", framing="file")
    assert [stage.name for stage in encoded.trace.stages] == ["describe", "select"]


def test_words_that_look_like_skeletons_stay_words(use: Any) -> None:
    use(describe="a tv and a dvd", select=["tv", "dvd"])
    record = semcodec.encode(PHOTO, backend="model").record
    assert (record.coding, record.words) == ("lexicon", ["tv", "dvd"])


def test_words_of_other_letters_go_as_they_are(use: Any) -> None:
    use(select=["caf\u00e9", "boat"])
    record = semcodec.encode(PHOTO, backend="model").record
    assert (record.coding, record.words) == ("utf8", ["caf\u00e9", "boat"])


def test_the_papers_coding_takes_skeletons(use: Any) -> None:
    encoded = semcodec.encode(PHOTO, backend="model", coding="nibble")
    assert encoded.record.text == "rd bt bl vtr"
    assert encoded.data == semcodec.pack("rd bt bl vtr", framing="file")
    assert encoded.image.size == (1024, 1024)
    assert [stage.name for stage in encoded.trace.stages] == ["describe", "select", "compress"]


def test_a_file_becomes_an_image(use: Any) -> None:
    data = semcodec.pack("rd bt", framing="file", size=(40, 30))
    decoded = semcodec.decode(data, backend="model", seed=7)
    assert decoded.image.size == (40, 30)
    assert decoded.image.getpixel((0, 0)) == (7, 0, 0)
    assert decoded.words == ["red", "boat"]
    assert [stage.name for stage in decoded.trace.stages] == ["decompress", "expand", "paint"]
    assert decoded.trace.stages[1].output == "a picture of red boat"


def test_stages_mix(use: Any) -> None:
    data = semcodec.pack("rd bt", size=(40, 30))
    decoded = semcodec.decode(data, writer="deterministic", painter="model")
    assert decoded.words == ["red", "boat"]
    assert [stage.model for stage in decoded.trace.stages] == [
        "deterministic",
        "deterministic",
        "model",
    ]


def test_the_trace_says_who_judged_the_words(use: Any) -> None:
    ruled = semcodec.encode(PHOTO, describer="model", k=2).trace.stages[1]
    assert (ruled.name, ruled.model, ruled.output) == ("select", "deterministic", ["red", "boat"])
    assert ruled.notes == {"judge": "salience", "strategy": "salience"}
    judged = semcodec.encode(
        PHOTO, describer="model", max_bytes=6, coding="nibble", judge=OverlapJudge(water=9)
    )
    assert judged.record.text == "vtr"
    assert len(judged.data) == 6
    (request,) = judged.trace.stages[1].inputs
    assert (request["max_words"], request["max_bits"]) == (12, 16)
    assert (request["coding"], request["judge"]) == ("nibble", "overlap")
    assert json.loads(judged.trace.to_json())["stages"][1]["notes"] == {
        "judge": "overlap",
        "strategy": "gain",
    }


def test_a_writer_that_takes_no_limit_is_its_own_judge(use: Any) -> None:
    stage = semcodec.encode(
        PHOTO, backend="model", max_bytes=20, judge=OverlapJudge()
    ).trace.stages[1]
    assert (stage.model, stage.notes) == ("model", {})


def test_a_choice_that_is_none_is_a_bad_answer(use: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Model, "select_words", lambda self, request: 7, raising=False)
    with pytest.raises(InvalidResponseError, match="select"):
        semcodec.encode(PHOTO, backend="model")


@pytest.mark.parametrize("judge", ["gpt", 7])
def test_a_wrong_judge_is_an_input_error(use: Any, judge: Any) -> None:
    with pytest.raises(InputError, match="judge"):
        semcodec.encode(PHOTO, backend="model", judge=judge)


@pytest.mark.parametrize("framing", ["bare", "file", "url", "qr"])
@pytest.mark.parametrize("limit", [{"max_bytes": 30}, {"ubpp": 60.0}, {"ubpp": float("inf")}])
def test_limits_are_kept_whatever_the_judge_says(use: Any, framing: str, limit: Any) -> None:
    use(describe="a red boat on blue water beside a large wooden pier and a lighthouse")
    encoded = semcodec.encode(
        PHOTO, describer="model", framing=framing, judge=OverlapJudge(), **limit
    )
    assert len(encoded.data) <= limit.get("max_bytes", 99)
    assert encoded.record.payload_bits <= limit.get("ubpp", 1e9) * 1.048576
    assert [stage.name for stage in encoded.trace.stages].count("select") == 1


def test_utf8_carries_the_words_themselves(use: Any) -> None:
    use(select=["Straße", "naïve"])
    encoded = semcodec.encode(PHOTO, backend="model", coding="utf8")
    assert encoded.record.words == ["Straße", "naïve"]
    assert semcodec.decode(encoded.data, backend="model", size=(8, 8)).words == ["Straße", "naïve"]


def test_a_description_is_looked_at_up_to_a_limit(use: Any) -> None:
    use(describe="red " * 50_000)
    trace = semcodec.encode(PHOTO, backend="model").trace
    assert len(trace.stages[1].inputs[0]) == 100_000


def test_an_abbreviation_is_a_word_for_its_skeleton(use: Any) -> None:
    use(decompress=["red", "lattice"])
    assert (
        semcodec.decode(semcodec.pack("rd lt"), backend="model", size=(8, 8)).words[1] == "lattice"
    )


def test_an_error_that_cannot_be_told_is_still_a_backend_error(use: Any) -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    use(describe=Mute())
    with pytest.raises(BackendError, match="failed to describe: Mute"):
        semcodec.encode(PHOTO, backend="model")


def test_a_limit_starts_from_what_it_has_room_for(use: Any) -> None:
    use(describe="red boat " * 9000, select=["boat"] * 1000)
    trace = semcodec.encode(PHOTO, backend="model", max_bytes=20).trace
    assert trace.stages[1].inputs[1] <= 40


@pytest.mark.parametrize(
    ("framing", "room"), [("bare", 39), ("file", 36), ("sequence", 38), ("url", 24), ("qr", 21)]
)
def test_words_are_chosen_for_the_room_in_their_framing(use: Any, framing: str, room: int) -> None:
    encoded = semcodec.encode(
        PHOTO, describer="model", framing=framing, max_bytes=40, models="default"
    )
    assert encoded.trace.stages[1].inputs[0]["max_bits"] == 8 * room


@pytest.mark.parametrize("limit", [{"max_bytes": 20}, {"ubpp": 100}, {"k": 4}, {}])
def test_what_is_sent_is_packed_and_coded_once(
    use: Any, limit: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def count(module: ModuleType, name: str, step: str) -> None:
        plain = getattr(module, name)
        monkeypatch.setattr(module, name, lambda given: done.append(step) or plain(given))

    count(lexicon, "encode", "code")
    count(lexicon, "decode", "read")
    count(record_codec, "write_core", "pack")
    encoded = semcodec.encode(PHOTO, backend="model", **limit)
    assert encoded.record.payload_bits == 8 * len(encoded.record.payload)
    assert done == ["code", "pack"]


@pytest.mark.parametrize("coding", ["auto", "nibble", "lexicon", "bag", "utf8"])
@pytest.mark.parametrize("framing", ["bare", "file", "sequence", "url", "qr"])
def test_the_record_is_what_a_reader_reads(use: Any, coding: str, framing: str) -> None:
    encoded = semcodec.encode(
        PHOTO, backend="model", coding=coding, framing=framing, max_bytes=25, models="local"
    )
    (read,) = (
        semcodec.unpack_all(encoded.data)
        if framing == "sequence"
        else [semcodec.unpack(encoded.data)]
    )
    assert (encoded.record, encoded.record.payload) == (read, read.payload)


@pytest.mark.parametrize("framing", ["bare", "file", "sequence", "url", "qr"])
@pytest.mark.parametrize("max_bytes", [1, 5, 7, 8, 20, 21, 22, 60, 127, 128, 131, 15_999, 40_000])
def test_the_room_for_a_payload_is_all_that_is_left(framing: str, max_bytes: int) -> None:
    options: dict[str, Any] = {"framing": framing, "size": (1000, 777), "extensions": {"k": 3}}

    def length(room: int) -> int:
        return len(semcodec.pack("a" * room, coding="utf8", **options))

    bits = RateLimits(max_bytes=max_bytes).max_bits(
        (1000, 777), lambda room: room + api.overhead(room, **options)
    )
    assert bits is not None
    room = bits // 8
    assert bits == max(1, 8 * room)
    assert room == 0 or length(room) <= max_bytes
    assert room == MAX_PAYLOAD_BYTES or length(room + 1) > max_bytes


def test_the_callers_image_stays_as_it_is(use: Any) -> None:
    with Image.open(io.BytesIO(saved(scene((6000, 5000)), "JPEG"))) as image:
        semcodec.encode(image, backend="model")
        assert image.size == (6000, 5000)


def test_a_released_memoryview_is_an_input_error() -> None:
    view = memoryview(PHOTO)
    view.release()
    with pytest.raises(InputError):
        semcodec.encode(view)


def test_more_words_than_k_are_cut(use: Any) -> None:
    use(select=["boat"] * 9)
    assert len(semcodec.encode(PHOTO, backend="model", k=5).record.words) == 5


@pytest.mark.parametrize("limit", [{"max_bytes": 7}, {"ubpp": 24}, {"k": 2}])
def test_a_limit_takes_words_away(use: Any, limit: dict[str, Any]) -> None:
    assert semcodec.encode(PHOTO, backend="model", coding="nibble", **limit).record.text == "rd bt"


def test_a_limit_may_be_met_exactly(use: Any) -> None:
    encoded = semcodec.encode(PHOTO, backend="model", size=(1000, 1000), coding="nibble", ubpp=24)
    assert encoded.record.payload_bits == 24


def test_the_writer_is_not_asked_more_often_than_it_has_words(use: Any) -> None:
    encoded = semcodec.encode(PHOTO, backend="model", coding="nibble", max_bytes=7)
    assert [stage.name for stage in encoded.trace.stages].count("select") == 3


def test_a_limit_below_one_word_is_an_input_error(use: Any) -> None:
    with pytest.raises(InputError, match="allow more bytes"):
        semcodec.encode(PHOTO, backend="model", max_bytes=4)


def test_a_picture_of_another_size_or_mode_is_made_to_fit(use: Any) -> None:
    use(paint=Image.new("RGBA", (10, 10), (9, 9, 9, 9)))
    decoded = semcodec.decode(semcodec.pack("rd bt", size=(40, 30)), backend="model")
    assert (decoded.image.size, decoded.image.mode) == ((40, 30), "RGB")


@pytest.mark.parametrize(
    ("stage", "answer"),
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
        ("compress", ["rd", "boat", "bl", "vtr"]),
        ("compress", None),
        ("decompress", ["red"]),
        ("decompress", ["", ""]),
        ("decompress", ["red", "zebra"]),
        ("expand", None),
        ("paint", None),
        ("paint", b"png"),
        ("paint", closed()),
    ],
)
def test_a_bad_answer_names_the_stage(use: Any, stage: str, answer: Any) -> None:
    use(**{stage: answer})
    with pytest.raises(InvalidResponseError) as caught:
        there_and_back()
    assert (caught.value.stage, caught.value.backend) == (stage, "model")


@pytest.mark.parametrize(
    "stage", ["describe", "select", "compress", "decompress", "expand", "paint"]
)
def test_what_a_model_raises_is_a_backend_error(use: Any, stage: str) -> None:
    use(**{stage: RuntimeError("out of memory")})
    with pytest.raises(BackendError, match="out of memory") as caught:
        there_and_back()
    assert caught.value.stage == stage


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
        {"fit": "stretch"},
        {"framing": "box"},
        {"check": "none"},
        {"models": "nobody"},
        {"backend": "nobody"},
        {"backend": 3},
    ],
)
def test_wrong_options_of_encode_are_input_errors(option: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        semcodec.encode(PHOTO, **option)


@pytest.mark.parametrize(
    "option",
    [{"size": (0, 5)}, {"framing": "box"}, {"framing": "png"}, {"check": "none"},
     {"models": "nobody"}, {"max_bytes": 0}, {"coding": "jpeg"}],
)  # fmt: skip
def test_options_are_refused_before_a_model_is_called(use: Any, option: dict[str, Any]) -> None:
    use(describe=RuntimeError("called"))
    with pytest.raises(InputError):
        semcodec.encode(PHOTO, backend="model", **option)


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
        {"reflect": 3},
        {"reflect": "much"},
        {"limits": 3},
        {"limits": 0},
        {"size": 0},
        {"size": (10**5000, 1)},
        {"size": (True, True)},
        {"reflect": False},
        {"backend": ["embedded"]},
        {"painter": "nobody"},
    ],
)
def test_wrong_options_of_decode_are_input_errors(option: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        semcodec.decode(semcodec.pack("rd bt"), **option)


def test_a_record_without_words_cannot_be_painted() -> None:
    with pytest.raises(InputError, match="no words"):
        semcodec.decode(semcodec.pack(""))


def test_the_trace_is_json_with_hashes_for_images(use: Any) -> None:
    encoded = semcodec.encode(scene(), backend="model", coding="nibble")
    stages = json.loads(encoded.trace.to_json())["stages"]
    assert stages[0]["inputs"][0]["size"] == [1024, 1024]
    assert len(stages[0]["inputs"][0]["sha256"]) == 64
    assert stages[2]["output"] == ["rd", "bt", "bl", "vtr"]


@examples(200)
@given(st.binary(max_size=40))
def test_any_bytes_are_a_picture_or_an_error_of_ours(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        register(patch)
        try:
            decoded = semcodec.decode(data, backend="model", size=(8, 8))
        except SemcodecError:
            return
    assert decoded.image.size == (8, 8)
