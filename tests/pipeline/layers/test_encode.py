"""Encode with layers: what they take, what a limit leaves of words and layers, and the trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends import registry
from semcodec.backends.guides import Box
from semcodec.errors import BackendError, InputError, InvalidResponseError
from semcodec.imaging import color_layer
from semcodec.imaging.color_layer import encode_colors
from tests.images import PHOTO, encode_image, rotated_jpeg, scene

TEXT = "A red boat and three white gulls near an old lighthouse on a blue lake at sunset."
#: By word, its boxes.
BOXES: dict[str, list[Box]] = {
    "boat": [(0.1, 0.5, 0.4, 0.8)],
    "gulls": [(0.1, 0.1, 0.2, 0.2), (0.3, 0.1, 0.4, 0.2), (0.5, 0.1, 0.6, 0.2)],
    "lighthouse": [(0.8, 0.0, 0.95, 0.6)],
}


@pytest.fixture(autouse=True)
def _encode_each_color_layer_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encode the colors of an image once, because fewer bytes are a prefix, and it takes 50 ms."""

    def encode_once(image: Image.Image, max_bytes: int) -> bytes:
        key = image.size, hash(image.tobytes())
        if key not in COLORS:
            COLORS[key] = encode_colors(image, 80)
        return COLORS[key][:max_bytes]

    monkeypatch.setattr(color_layer, "encode_colors", encode_once)


COLORS: dict[tuple[tuple[int, int], int], bytes] = {}


class Finder:
    """Returns ``BOXES``, or what a test sets instead."""

    name = "finder"

    def __init__(self, result: Any = None) -> None:
        self.result = result
        self.calls: list[tuple[Image.Image, list[str]]] = []

    def locate(self, image: Image.Image, words: Sequence[str]) -> Any:
        self.calls.append((image, [*words]))
        if isinstance(self.result, BaseException):
            raise self.result
        if self.result is not None:
            return self.result
        return [BOXES.get(word.lower(), []) for word in words]


def encode(layers: Any = "layout,colors:12", **options: Any) -> semcodec.Encoded:
    """Encode the scene with the description ``TEXT``; the record must be readable and valid."""
    options = {"description": TEXT, "locator": Finder(), **options}
    encoded = semcodec.encode(options.pop("image", PHOTO), layers=layers, **options)
    framing = encoded.record.framing
    read = next(semcodec.unpack_all(encoded.data)) if framing == "sequence" else None
    assert (read or semcodec.unpack(encoded.data)) == encoded.record
    assert semcodec.validate(encoded.data, framing=framing).verdict == "valid"
    assert len(encoded.data) <= options.get("max_bytes", 1000)
    return encoded


def boxed(encoded: semcodec.Encoded) -> dict[str | None, int]:
    """Return the number of boxes by word."""
    return {group.word: len(group.boxes) for group in encoded.record.layers.layout}


def test_off_is_the_default_and_changes_no_byte() -> None:
    assert encode("off").data == semcodec.encode(PHOTO, description=TEXT).data
    assert encode("off").record.layers == ((), None, None)


def test_layers_are_added_to_the_same_words() -> None:
    words = encode("off").record.words
    encoded = encode()
    assert encoded.record.words == words
    assert boxed(encoded) == {"boat": 1, "gulls": 3, "lighthouse": 1}
    assert encoded.record.layers.colors == encode_colors(encoded.image, 12)
    assert len(encode("layout").data) + 14 == len(encoded.data)
    assert encode(["colors:12", "layout"]).data == encoded.data


def test_trace_has_the_call_and_the_bytes_of_the_layers() -> None:
    finder = Finder()
    encoded = encode(locator=finder)
    stage = encoded.trace.stages[-1]
    assert (stage.name, stage.model) == ("locate", "finder")
    assert stage.inputs[1] == encoded.record.words
    assert stage.output[encoded.record.words.index("boat")] == [[0.1, 0.5, 0.4, 0.8]]
    layout = encoded.record.metadata["layout"]
    assert isinstance(layout, bytes)
    assert stage.notes == {"layout_bytes": len(layout), "boxes": 5, "color_bytes": 12}
    [(image, _)] = finder.calls
    assert image is encoded.image
    assert [stage.name for stage in encode("colors").trace.stages] == ["describe", "select"]


@pytest.mark.parametrize("coding", ["lexicon", "bag", "utf8", "nibble"])
def test_boxes_belong_to_the_words_as_a_decoder_returns_them(coding: Any) -> None:
    encoded = encode(coding=coding)
    record = semcodec.unpack(encoded.data)
    words = semcodec.decompress(record.words) if coding == "nibble" else record.words
    sent = {words[group.index]: len(group.boxes) for group in record.layers.layout}
    gulls = {} if coding == "nibble" else {"gulls": 3}  # glls would be restored as glass
    assert sent == {"boat": 1, "lighthouse": 1, **gulls}


@pytest.mark.parametrize(
    ("framing", "order"),
    [("bare", "reading"), ("file", "importance"), ("sequence", "reading"), ("url", "reading"),
     ("qr", "importance")],
)  # fmt: skip
def test_words_are_left_out_for_named_layers_in_every_framing(framing: Any, order: Any) -> None:
    full = encode(framing=framing, order=order, max_bytes=1000, k=30)
    layers, last = full.record.layers, full.record.words
    for limit in range(len(full.data) - 1, len(full.data) // 2, -13):
        options = {"framing": framing, "order": order, "max_bytes": limit, "k": 30}
        record = encode(**options).record
        if order == "importance" and len(record.words) > 1:  # else it is the subject alone
            assert record.words == last[: len(record.words)]
            last = record.words
        assert "boat" in record.words
        assert set(record.words) <= set(full.record.words)
        sent = [(group.word, group.boxes) for group in record.layers.layout]
        assert sent == [
            (group.word, group.boxes) for group in layers.layout if group.word in record.words
        ]
        if len(record.words) > 1:
            assert record.layers.colors == layers.colors


def test_words_of_a_limit_are_not_fewer_than_needed() -> None:
    full = encode(max_bytes=1000)
    assert encode(max_bytes=len(full.data)).data == full.data
    for limit in range(len(full.data) - 1, 30, -10):
        encoded = encode(max_bytes=limit)
        assert encoded.trace.notices == []
        layers = len(encoded.data) - len(encoded.record._replace(extensions=()).payload) - 5
        words_alone = encode("off", max_bytes=limit - layers).record.words
        assert len(encoded.record.words) >= len(words_alone) - 1


def test_layers_are_shortened_in_the_order_of_truncation_beside_the_subject() -> None:
    subject = encode("layout,colors:60", max_bytes=24)
    assert subject.record.words == ["boat"]
    assert boxed(subject) == {"boat": 1}
    colors = subject.record.layers.colors
    assert colors
    assert encode_colors(subject.image, 60).startswith(colors)
    assert len(subject.data) == 24
    [notice] = subject.trace.notices
    assert notice == (
        f"The limit leaves {len(colors)} of 60 bytes of colors and 1 of 1 box beside the subject: "
        "use max_bytes 76."
    )
    for limit, notices in ((75, 1), (76, 0)):
        assert len(encode("layout,colors:60", max_bytes=limit).trace.notices) == notices
    assert encode("layout,colors:60", max_bytes=9).record.layers == ((), None, None)
    with pytest.raises(InputError, match="the subject 'boat' needs at least"):
        encode("layout,colors:60", max_bytes=6)


def test_limit_without_room_for_layers_has_the_words_of_a_record_without_layers() -> None:
    for limit in (8, 9):
        alone = encode("off", max_bytes=limit).record
        assert encode("layout,colors:60", max_bytes=limit).record.words == alone.words


def test_subject_without_its_phrase_but_with_all_layers_is_no_notice() -> None:
    alone = encode(order="importance", max_bytes=28)  # "red boat" needs 29
    assert alone.record.words == ["boat"]
    assert (boxed(alone), len(alone.record.layers.colors or b"")) == ({"boat": 1}, 12)
    assert alone.trace.notices == []


@pytest.mark.parametrize("limit", range(37, 130, 13))
def test_auto_is_a_truncation_that_has_the_layout_and_some_colors(limit: int) -> None:
    full = encode("auto", max_bytes=130)
    truncated = semcodec.truncate(full.data, limit)
    layers = semcodec.unpack(truncated).layers
    whole = layers.layout == full.record.layers.layout and len(layers.colors or b"") >= 12
    assert whole == (limit >= 50)
    assert (encode("auto", max_bytes=limit).data == truncated) == whole


def test_truncating_drops_layers_where_encoding_drops_words() -> None:
    full = encode()
    for limit in range(len(full.data), 8, -9):
        truncated = semcodec.unpack(semcodec.truncate(full.data, limit))
        encoded = encode(max_bytes=limit).record
        assert set(encoded.words) <= set(full.record.words)
        if truncated.layers.layout or truncated.layers.colors:
            assert truncated.words == full.record.words
            assert len(encoded.layers.colors or b"") >= len(truncated.layers.colors or b"")
    assert semcodec.truncate(full.data, len(full.data)) == encode(max_bytes=len(full.data)).data


def test_auto_gives_the_words_what_they_need_and_layers_the_rest() -> None:
    words = encode("off", rate="auto")
    last = len(words.data)
    for limit in range(last, 140, 13):
        encoded = encode("auto", max_bytes=limit)
        assert encoded.record.words == words.record.words
        assert last <= len(encoded.data) <= limit
        last = len(encoded.data)
    assert boxed(encoded) == {"boat": 1, "gulls": 3, "lighthouse": 1}
    assert len(encoded.record.layers.colors or b"") == 80  # more is not worth its bytes
    assert encoded.trace.notices == []


def test_auto_sends_boxes_before_colors_and_the_largest_first() -> None:
    words = len(encode("off", rate="auto").data)
    assert encode("auto", max_bytes=words + 6).data == encode("off", rate="auto").data
    one = encode("auto", max_bytes=words + 7)
    assert (boxed(one), one.record.layers.colors) == ({"boat": 1}, None)
    assert boxed(encode("auto", max_bytes=words + 12)) == {"boat": 1, "lighthouse": 1}
    # The first 12 bytes of colors come before further boxes of a word, and those before more.
    some = encode("auto", max_bytes=words + 28)
    assert (boxed(some)["gulls"], len(some.record.layers.colors or b"")) == (1, 12)
    more = encode("auto", max_bytes=words + 36)
    assert (boxed(more)["gulls"], len(more.record.layers.colors or b"")) == (3, 15)


def test_auto_is_a_truncation_of_more_bytes() -> None:
    large = encode("auto", max_bytes=120)
    for limit in range(60, 120, 7):
        small = encode("auto", max_bytes=limit)
        if small.record.layers.colors:
            assert small.data == semcodec.truncate(large.data, limit)


@pytest.mark.parametrize("options", [{"k": 2}, {"ubpp": 40.0}])
def test_auto_keeps_the_other_limits(options: dict[str, Any]) -> None:
    expected = encode("off", rate="auto", **options).record.words
    assert encode("auto", max_bytes=100, **options).record.words == expected
    assert (
        encode("layout,colors:12", **options).record.words == encode("off", **options).record.words
    )


@pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
def test_boxes_and_colors_are_those_of_the_image_as_recorded(fit: Any) -> None:
    finder = Finder()
    options = {"fit": fit, "size": (512, 1024), "background": "#204080"}
    photo = Image.new("RGBA", (300, 200))
    photo.paste((250, 0, 0, 255), (0, 0, 100, 200))
    encoded = encode(image=photo, locator=finder, **options)
    [(image, _)] = finder.calls
    assert image.size == (512, 1024)
    assert encoded.record.layers.colors == encode_colors(image, 12)


def test_rotated_photograph_is_located_upright() -> None:
    upright, turned = Finder(), Finder()
    encode(image=encode_image(scene(), "PNG"), locator=upright)
    encode(image=rotated_jpeg(), locator=turned)
    assert turned.calls[0][0].size == upright.calls[0][0].size


def test_missing_layout_is_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Finder([[]] * 5)
    encoded = encode("layout", locator=nothing, k=5)
    assert (encoded.record.layers.layout, encoded.data) == ((), encode("off", k=5).data)
    [notice] = encoded.trace.notices
    assert notice.startswith("The record has no layout: the locator finder found none")
    assert encode("auto", locator=nothing, max_bytes=90, k=5).trace.notices == []
    monkeypatch.setattr(registry, "_entry_points", dict)
    assert encode("layout", locator=None).trace.notices == [
        "The record has no layout, because no backend can locate words: install semcodec-embedded, "
        "or name a locator."
    ]


class Describes(Finder):
    """Describes and locates."""

    def describe(self, image: Image.Image) -> str:
        return TEXT


def test_describer_locates_unless_another_backend_is_named() -> None:
    both = Describes()
    encode("layout", description=None, describer=both, locator=None)
    assert len(both.calls) == 1
    encode("layout", description=None, describer=both, locator=Finder())
    assert len(both.calls) == 1
    encode("layout", description=None, backend=both, locator=None)
    assert len(both.calls) == 2
    encode("colors", description=None, describer=both, locator=None)
    assert len(both.calls) == 2
    # No other backend gets an image that was described elsewhere.
    assert encode("layout", backend=both, locator=None).trace.stages[-1].model == "embedded"
    elsewhere = type("Elsewhere", (), {"describe": lambda _self, _image: TEXT})()
    encode("layout", description=None, describer=elsewhere, backend=both, locator=None)
    assert len(both.calls) == 2
    encode("layout", backend=both, locator=both)
    assert len(both.calls) == 3
    with pytest.raises(InputError, match="cannot be the locator"):
        encode("layout", locator="rules")
    assert encode("layout", locator=None).trace.stages[-1].model == "embedded"


NAN = float("nan")
BOX = (0.1, 0.1, 0.5, 0.5)


@pytest.mark.parametrize(
    "item",
    [None, "boxes", {}, 7, [None], ["0123"], [(0.1, 0.2, 0.3)], [(0.1, 0.2, 0.3, 0.4, 0.5)],
     [(0.1, 0.2, 0.3, 0.4, None)],
     [(0.1, 0.1, 0.5, "0.5")], [(0.1, 0.1, 0.5, True)], [(NAN, 0.1, 0.5, 0.5)],
     [(0.1, 0.1, 1.1, 0.5)], [(-0.1, 0.1, 0.5, 0.5)], [(10, 20, 400, 500)],
     [(0.5, 0.1, 0.1, 0.5)], [(0.1, 0.5, 0.5, 0.1)], [(0.1, 0.1, float("inf"), 0.5)],
     [(0.1, 0.1, 10**400, 0.5)], [BOX] * 1_001, (box for box in [BOX])],
)  # fmt: skip
def test_invalid_boxes_are_an_invalid_response(item: Any) -> None:
    with pytest.raises(InvalidResponseError) as caught:
        encode("layout", k=2, locator=Finder([item, []]))
    assert (caught.value.stage, caught.value.backend) == ("locate", "finder")


@pytest.mark.parametrize(
    "result", ["", "ab", {}, 3, [], [[]], [[]] * 3, iter([[], []]), [[BOX] * 10**6, []]]
)
def test_result_of_another_shape_is_an_invalid_response(result: Any) -> None:
    with pytest.raises(InvalidResponseError) as caught:
        encode("layout", k=2, locator=Finder(result))
    assert caught.value.stage == "locate"
    assert caught.value.trace.stages[-1].name == "locate"


@pytest.mark.parametrize("error", [ValueError("oh"), SystemExit(3), MemoryError()])
def test_exception_of_a_locator_is_a_backend_error(error: BaseException) -> None:
    with pytest.raises(BackendError, match="finder failed to locate") as caught:
        encode("layout", locator=Finder(error))
    assert caught.value.stage == "locate"


def test_edges_just_outside_the_picture_are_moved_to_its_edge() -> None:
    boat = encode(
        "layout", k=2, locator=Finder([[], [(-0.01, 0.5, 0.4, 1.005), (0.2, 0.2, 0.2, 0.9)]])
    )
    assert boat.record.words[1] == "boat"
    assert boat.record.layers.layout[0].boxes == ((0, 16, 13, 32),)
