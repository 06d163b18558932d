"""Layers: the bits of a layout, and the fields of all layers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.strategies import layouts
from semcodec.bitstream import extension, inspect, layers, layout, pack, unpack, validate
from semcodec.bitstream.extensions import decode_value
from semcodec.bitstream.layers import Group, Layers, WordLayout
from semcodec.errors import InputError
from tests import annex_c
from tests.layouts import ROW, bits, group
from tests.profiles import examples

LAYOUT = group(1, (8, 4, 20, 32)) + group(2, (0, 0, 1, 1), (0, 0, 32, 32))
#: Four words and five boxes fill whole bytes.
NO_PADDING = bits(group(0, *ROW[:2]) + "".join(group(word, ROW[0]) for word in (1, 2, 3)))
LAYOUT_FIELDS = [
    ("0.word", 6, 1), ("0.boxes", 3, 1), ("0.0.left", 5, 8), ("0.0.top", 5, 4),
    ("0.0.right", 5, 20), ("0.0.bottom", 5, 32), ("1.word", 6, 2), ("1.boxes", 3, 2),
    ("1.0.left", 5, 0), ("1.0.top", 5, 0), ("1.0.right", 5, 1), ("1.0.bottom", 5, 1),
    ("1.1.left", 5, 0), ("1.1.top", 5, 0), ("1.1.right", 5, 32), ("1.1.bottom", 5, 32),
    ("padding", 2, 0),
]  # fmt: skip


@examples(15)
@given(layouts())
def test_layout_round_trips(value: bytes) -> None:
    groups = layers.split_layout(value)
    assert groups is not None
    assert layers.write_layout(groups) == value == decode_value(20, value)
    assert value == bits("".join(group(word, *boxes) for word, boxes in groups))


@examples(30)
@given(st.one_of(layouts(is_canonical=False), st.binary(max_size=60), layouts()), st.data())
def test_layout_is_judged_as_by_annex_c(value: bytes, data: st.DataObject) -> None:
    if value and data.draw(st.booleans()):
        place = data.draw(st.integers(0, 8 * len(value) - 1))
        number = int.from_bytes(value, "big") ^ 1 << place
        value = number.to_bytes(len(value), "big")
    assert layers.is_layout(value) is annex_c.FUNCTIONS["is_layout"](value)


@pytest.mark.parametrize("position", ["last", "before another"])
def test_field_map_has_every_bit_of_a_layout(position: str) -> None:
    entries = {"layout": bits(LAYOUT)} | ({"colors": b"\1\2"} if position != "last" else {})
    data = pack("a b c", coding="utf8", extensions=entries)
    fields = [f for f in inspect(data) if f.name.startswith("extensions.0.layout.")]
    names = [(f.name.removeprefix("extensions.0.layout."), f.bits, f.value) for f in fields]
    assert names == LAYOUT_FIELDS
    assert [f.raw for f in fields[:3]] == ["000001", "000", "01000"]
    ends = [f.offset + f.bits for f in fields]
    assert [f.offset for f in fields] == [32, *ends[:-1]]
    assert ends[-1] == 32 + 8 * len(bits(LAYOUT))


def test_field_map_of_a_layout_without_padding_has_no_padding() -> None:
    names = [f.name for f in inspect(pack("nn", extensions={"layout": NO_PADDING}))]
    assert names[-2:] == ["extensions.0.layout.3.0.bottom", "payload"]


@pytest.mark.parametrize(
    ("value", "is_split"),
    [
        (bits(group(0, ROW[1], ROW[0])), True),  # boxes descend
        (bits(group(0, ROW[0]) + "111"), True),  # the padding is not 0
        (bytes(58), True),
        (bytes(59), False),  # more than any layout
        (b"\0\0\0", False),
        (bits(group(0, ROW[0]) + "0" * 11), False),
        (bits("000000 001" + "0" * 23), False),
        (NO_PADDING + b"\0", False),
    ],
)
def test_fields_of_an_invalid_layout_are_shown_if_they_fill_it(
    value: bytes, is_split: bool
) -> None:
    data = b"\4" + bytes([2 + len(value), 20, len(value)]) + value + b"\x11"
    report = validate(data)
    assert [(f.rule, f.offset) for f in report.findings] == [("SC-EXT-13", 16)]
    names = [f.name for f in report.fields]
    assert ("extensions.0.layout.0.word" in names) is is_split
    assert ("extensions.0.value" in names) is not is_split
    by_layout = [location[:3] for location in layout.field_locations(data, is_file=False)]
    assert [f[:3] for f in report.fields] == by_layout


def test_colors_and_sketch_are_one_field() -> None:
    data = pack("nn", extensions={"colors": b"\0\xff", "sketch": b"`\1"})
    values = {f.name: (f.raw, f.value) for f in inspect(data) if f.name.endswith(".value")}
    assert values == {
        "extensions.0.value": ("00ff", "00ff"),
        "extensions.1.value": ("6001", "6001"),
    }


def test_layers_are_bytes() -> None:
    entries = {"layout": bits(LAYOUT), "colors": b"\0", "sketch": b" \0"}
    record = unpack(pack("nn", extensions=entries))
    assert record.metadata == entries
    assert record.extensions == tuple(zip((20, 22, 24), entries.values(), strict=True))


def test_groups_are_values() -> None:
    assert layers.split_layout(bits(LAYOUT)) == [
        Group(1, ((8, 4, 20, 32),)),
        Group(2, ((0, 0, 1, 1), (0, 0, 32, 32))),
    ]


def test_every_prefix_of_colors_is_valid() -> None:
    value = bytes(range(256)) * 2
    assert all(decode_value(22, value[:end]) == value[:end] for end in range(1, 513))
    assert decode_value(22, b"") is decode_value(22, value + b"\0") is None


DOG = (8, 4, 20, 32)
DOG_AND_GRASS = bits(group(1, DOG) + group(3, (0, 0, 1, 1), (0, 16, 32, 32)))


@pytest.mark.parametrize(
    "groups",
    [
        {"grass": [(0, 16, 32, 32), (0, 0, 1, 1)], "dog": [DOG]},
        {3: [(0, 0, 1, 1), (0, 16, 32, 32)], 1: [DOG]},
        [("dog", [DOG]), (3, ([0, 0, 1, 1], [0, 16, 32, 32]))],
        ([1, [list(DOG)]], ["grass", [(0, 16, 32, 32), (0, 0, 1, 1)]]),
        [Group(3, ((0, 0, 1, 1), (0, 16, 32, 32))), Group(1, (DOG,))],
        DOG_AND_GRASS,
    ],
)
def test_layout_can_be_given_as_groups_in_any_order(groups: object) -> None:
    data = pack("small dog green grass", extensions={"layout": groups})  # type: ignore[dict-item]
    record = unpack(data)
    assert record.metadata == {"layout": DOG_AND_GRASS}
    assert record.layers == Layers(
        (
            WordLayout("dog", 1, (DOG,)),
            WordLayout("grass", 3, ((0, 0, 1, 1), (0, 16, 32, 32))),
        )
    )
    assert record.layers.layout[0].shares == ((0.25, 0.125, 0.625, 1.0),)
    again = pack("small dog green grass", extensions={"layout": record.layers.layout})
    assert again == data


def test_words_of_a_layout_are_those_that_a_decoder_returns() -> None:
    record = unpack(pack("red dog red", coding="utf8", extensions={"layout": {"red": [DOG]}}))
    assert record.layers.layout == (WordLayout("red", 0, (DOG,)),)
    text = "dog woman boat apple"
    bag = unpack(pack(text, coding="bag", extensions={"layout": {"dog": [DOG]}}))
    assert bag.words.index("dog") != text.split().index("dog")
    assert bag.layers.layout == (WordLayout("dog", bag.words.index("dog"), (DOG,)),)


def test_layers_of_a_record() -> None:
    entries = {"layout": {9: [DOG]}, "colors": b"\0", "sketch": b" \0"}
    record = unpack(pack("nn", extensions=entries))  # type: ignore[arg-type]
    assert record.layers == Layers((WordLayout(None, 9, (DOG,)),), b"\0", b" \0")
    assert any(record.layers)
    assert not any(unpack(pack("nn")).layers)
    invalid = record._replace(extensions=((20, b"\0"), (22, b""), (24, b"")))
    assert invalid.layers == Layers()


@pytest.mark.parametrize(
    "groups",
    [
        {}, [], 5, None, "dog", {"dog": DOG}, {"dog": []}, {"dog": [DOG[:3]]}, {"dog": [DOG, DOG]},
        {"dog": [(8, 4, 8, 32)]}, {"dog": [(8, 32, 20, 32)]}, {"dog": [(-1, 4, 20, 32)]},
        {"dog": [(8, 4, 33, 32)]}, {"dog": [(8, 4, 20, 33)]}, {"dog": [(8, 4, 20.0, 32)]},
        {"dog": [(True, 4, 20, 32)]}, {"dog": 5}, {"dog": [5]}, {"dog": ROW * 2}, {64: [DOG]},
        {64: [(16, 16, 32, 31)]},
        {-1: [DOG]}, {None: [DOG]}, {"dog": [DOG], 0: [DOG]}, [("dog",)], [5],
        {0: ROW, 1: ROW, 2: [DOG]},
    ],
)  # fmt: skip
def test_groups_that_are_not_a_layout_are_an_input_error(groups: object) -> None:
    with pytest.raises(InputError, match=r"layout takes its bytes, or .*\(SC-EXT-13\)"):
        pack("dog", extensions={"layout": groups})  # type: ignore[dict-item]


def test_groups_need_words_that_are_known() -> None:
    many = " ".join(f"w{number}" for number in range(65))
    with pytest.raises(InputError, match="boxes for 'w64', which is not one of the first 64"):
        pack(many, coding="utf8", extensions={"layout": {"w64": [DOG]}})
    with pytest.raises(InputError, match=r"boxes for 'n{39}…', which"):
        pack("nn", extensions={"layout": {"n" * 50: [DOG]}})
    with pytest.raises(InputError, match="not known here, so 'dog' has no index"):
        extension("layout", {"dog": [DOG]})
    assert extension("layout", {1: [DOG]}) == (20, bits(group(1, DOG)))
