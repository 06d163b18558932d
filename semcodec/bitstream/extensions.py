"""The extension block: entries of type, length and value, for optional metadata (spec §5.4).

An odd type is critical: a decoder that does not know it must not decode the record. An even type
that is not known is kept, so that packing the record again loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from semcodec._registry import EXTENSIONS
from semcodec._wording import plural
from semcodec.bitstream import layers, leb128
from semcodec.choices import Coding, ExtensionName, check_choice
from semcodec.errors import InputError

if TYPE_CHECKING:
    from semcodec.bitstream.parser import Parser

Extension = tuple[int, bytes]  #: type and value
Value = str | int | bytes  #: a decoded value of a registered type; bytes for the layers
Argument = Value | layers.Groups  #: a value to encode; a layout may be given as groups

BY_TYPE: Final = {row.type: row for row in EXTENSIONS}
BY_NAME: Final = {row.name: row for row in EXTENSIONS}

ORDER_TYPE: Final = BY_NAME["order"].type
LAYOUT_TYPE: Final = BY_NAME["layout"].type
COLORS_TYPE: Final = BY_NAME["colors"].type
FIRST_PRIVATE_TYPE: Final = 2**27  #: even types from here are for private use
MAX_SHOWN_BYTES: Final = 16  #: the bytes of an invalid value that a finding shows

# --- Arguments from callers


def extension(name: ExtensionName, value: object) -> Extension:
    """Return the extension of a registered type, such as ``extension("seed", 7)``.

    Args:
        name: name of the type.
        value: a string for ``describer``, ``writer``, ``painter``, ``prompts``, ``tool`` and
            ``comment``; a number of words for ``k``; ``"importance"`` for ``order``; an integer for
            ``seed``; bytes for ``layout``, ``colors`` and ``sketch``. A ``layout`` may also be
            groups: the boxes of each word, by its index into ``Record.words``, such as
            ``{1: [(8, 4, 20, 32)]}``. A box has its left, top, right and bottom edge in 32nds of
            the width or the height.

    Raises:
        InputError: ``name`` is not registered, or its type does not allow ``value``.
    """
    return _extension(name, value, None)


def _extension(name: object, value: object, words: Sequence[str] | None) -> Extension:
    type_id = BY_NAME[check_choice("extension name", name, tuple(BY_NAME))].type
    if type_id == LAYOUT_TYPE and not isinstance(value, bytes):
        value = layers.encode_groups(value, words)
    return type_id, encode_value(type_id, value)


def extension_from_pair(
    pair: object, *, is_new: bool, words: Sequence[str] | None = None
) -> Extension:
    """Return the extension given as a pair of name and value, or of type and bytes.

    Args:
        pair: a tuple or a list.
        is_new: whether the record is new. A new record may have only registered types and types
            for private use; a record that is written again keeps every even type that it had.
        words: the words of the record, which a layout may name; None if they are not known.

    Raises:
        InputError: ``pair`` is anything else, or such an extension must not be written.
    """
    match pair:
        case tuple((str(name), value)) | list((str(name), value)):
            return _extension(name, value, words)
        case tuple((type_id, bytes(value))) | list((type_id, bytes(value))) if (
            type(type_id) is int and 0 <= type_id <= leb128.MAX_VALUE
        ):
            return _check_entry(type_id, memoryview(value).tobytes(), is_new)
    raise InputError("Give each extension as a pair: its type and bytes, or its name and value.")


def _check_entry(type_id: int, value: bytes, is_new: bool) -> Extension:
    if type_id == 0 or type_id & 1:
        raise InputError("Only even extension types from 2 can be written. (SC-EXT-5, SC-EXT-6)")
    if is_new and type_id not in BY_TYPE and type_id < FIRST_PRIVATE_TYPE:
        raise InputError(
            f"The extension type {type_id} is not assigned: give a registered type, or an even "
            f"type from {FIRST_PRIVATE_TYPE}, for private use. (SC-WRI-3)"
        )
    if type_id in BY_TYPE and decode_value(type_id, value) is None:
        raise _invalid_value(type_id)
    return type_id, value


# --- The block


def write(extensions: Iterable[Extension]) -> bytes:
    """Return the extension block of ``extensions``; no bytes if there are none."""
    block = b"".join(
        leb128.write(type_id) + leb128.write(len(value)) + value for type_id, value in extensions
    )
    return leb128.write(len(block)) + block if block else b""


def read(parser: Parser, max_extensions: int, coding: Coding) -> tuple[Extension, ...]:
    """Return the extensions of a block, at most ``max_extensions``.

    Args:
        coding: the coding of the record: the words of a ``"bag"`` cannot have an order.

    Raises:
        FormatError: SC-EXT-1 to 5, 7 to 15, SC-LEB-1, SC-LEB-2, or the length is truncated.
        UnsupportedError: SC-EXT-6, SC-LIM-3.
    """
    offset = parser.position * 8
    length = leb128.read(parser, "extensions.length")
    if length > (left := parser.end - parser.position):
        found, limit = plural(length, "byte"), plural(left, "byte")
        parser.fail("SC-EXT-1", offset, f"a block of {found}", f"at most {limit}")
    if length == 0:
        parser.report("SC-EXT-2", offset, "a block of 0 bytes", "no block")
    # Entries must end within the block, so while they are read, the data ends where the block does.
    outer = parser.end, parser.truncation_rule
    parser.end, parser.truncation_rule = parser.position + length, "SC-EXT-3"
    entries = _read_entries(parser, max_extensions, coding)
    parser.end, parser.truncation_rule = outer
    return entries


def _read_entries(parser: Parser, max_extensions: int, coding: Coding) -> tuple[Extension, ...]:
    entries: list[Extension] = []
    last_type = -1
    while parser.position < parser.end:
        offset, name = parser.position * 8, f"extensions.{len(entries)}"
        if len(entries) == max_extensions:
            found = f"more than {max_extensions} extensions"
            parser.fail("SC-LIM-3", offset, found, f"at most {max_extensions}")
        type_id = leb128.read(parser, f"{name}.type")
        # The length is hostile input; ``parser.read`` compares it with the bytes left first.
        value = parser.read(leb128.read(parser, f"{name}.length"))
        _record_value(parser, name, type_id, value)
        if type_id <= last_type:
            found = f"type {type_id} after {last_type}"
            parser.report("SC-EXT-4", offset, found, "ascending types")
        _check_read_entry(parser, type_id, value, offset)
        if type_id == ORDER_TYPE and coding == "bag":
            parser.report("SC-EXT-12", offset, "an order of the words of a bag", "no order")
        entries.append((type_id, value))
        last_type = type_id
    return tuple(entries)


def _record_value(parser: Parser, name: str, type_id: int, value: bytes) -> None:
    """Record the location of the value before the position: each bit of a layout is in a field."""
    start = parser.position - len(value)
    if type_id == LAYOUT_TYPE and parser.fields is not None:
        fields = layers.layout_fields(f"{name}.layout", value)
        if fields is not None:
            parser.record_bits(start, fields)
            return
    parser.record_field(f"{name}.value", start, value)


def _check_read_entry(parser: Parser, type_id: int, value: bytes, offset: int) -> None:
    if type_id == 0:
        parser.report("SC-EXT-5", offset, "type 0", "a type from 1")
    elif type_id & 1:
        parser.report("SC-EXT-6", offset, f"type {type_id}", "a known type")
    elif type_id in BY_TYPE and decode_value(type_id, value) is None:
        found = value[:MAX_SHOWN_BYTES].hex(" ") or "no bytes"
        parser.report(BY_TYPE[type_id].rule, offset, found, describe_valid(type_id))


# --- The values of registered types

MAX_TEXT_BYTES: Final = 255
MAX_COMMENT_BYTES: Final = 4096
MAX_SEED_BYTES: Final = 4
LAYERS: Final = ("layout", "colors", "sketch")  #: names of types whose values are bytes
MAX_LAYER_BYTES: Final = 512  #: of colors and of a sketch, with its grid
SKETCH_GRIDS: Final = (32, 48, 64, 96)  #: cells along the longer side of the picture
#: What ``layout`` takes as an argument, for messages.
LAYOUT_ARGUMENT: Final = (
    f"its bytes, or 1 to {layers.MAX_WORD_BOXES} boxes for each of its words, all different, such "
    "as {'dog': [(8, 4, 20, 32)]}: left, top, right and bottom in 32nds, "
    f"at most {layers.MAX_BOXES} boxes in all"
)
ORDERS: Final = {b"\1": "importance"}  #: without the extension, words are in reading order


class ValueKind(NamedTuple):
    """A kind of value.

    Attributes:
        encode: returns the bytes of a value, or None if it is of the wrong type or out of range.
        decode: returns the value, or None if the bytes are not the canonical encoding of any value.
        description: description of the valid values, for messages.
    """

    encode: Callable[[object], bytes | None]
    decode: Callable[[bytes], Value | None]
    description: str


def encode_value(type_id: int, value: object) -> bytes:
    """Return the bytes of ``value`` for the registered type ``type_id``.

    Raises:
        InputError: ``value`` is not valid for this type.
    """
    kind = VALUE_KINDS[BY_TYPE[type_id].value_kind]
    data = kind.encode(value)
    if data is None or kind.decode(data) is None:
        raise _invalid_value(type_id)
    return data


def decode_value(type_id: int, data: bytes) -> Value | None:
    """Return the value of the registered type ``type_id``, or None if ``data`` breaks its rule."""
    return VALUE_KINDS[BY_TYPE[type_id].value_kind].decode(data)


def describe_valid(type_id: int) -> str:
    """Return a description of the values that the registered type ``type_id`` accepts."""
    return VALUE_KINDS[BY_TYPE[type_id].value_kind].description


def _invalid_value(type_id: int) -> InputError:
    row = BY_TYPE[type_id]
    accepted = LAYOUT_ARGUMENT if type_id == LAYOUT_TYPE else describe_valid(type_id)
    return InputError(f"The extension {row.name} takes {accepted}. ({row.rule})")


def _encode_text(value: object) -> bytes | None:
    # An unpaired surrogate becomes bytes that are not UTF-8, which ``decode`` then refuses.
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else None


def _text_decoder(max_bytes: int) -> Callable[[bytes], str | None]:
    def decode_text(data: bytes) -> str | None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return None
        # Control characters could change what a terminal shows.
        return text if 1 <= len(data) <= max_bytes and not any(map(_is_control, text)) else None

    return decode_text


def _is_control(char: str) -> bool:
    return char < " " or "\x7f" <= char <= "\x9f"


def _encode_count(value: object) -> bytes | None:
    return leb128.write(value) if type(value) is int and 1 <= value <= leb128.MAX_VALUE else None


def _decode_count(data: bytes) -> int | None:
    return leb128.decode_canonical(data) or None  # 0 is not a count


def _encode_order(value: object) -> bytes | None:
    encodings = {order: data for data, order in ORDERS.items()}
    return encodings.get(value) if isinstance(value, str) else None


def _encode_seed(value: object) -> bytes | None:
    if type(value) is not int or not 0 <= value < 256**MAX_SEED_BYTES:
        return None
    # In the fewest bytes; 0 takes one.
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def _decode_seed(data: bytes) -> int | None:
    value = int.from_bytes(data, "big")
    return value if _encode_seed(value) == data else None


# The bytes of the layers are values as they are. Only ``layout`` has bits with a meaning so far.


def _encode_bytes(value: object) -> bytes | None:
    return memoryview(value).tobytes() if isinstance(value, bytes) else None


def _decode_layout(data: bytes) -> bytes | None:
    return data if layers.is_layout(data) else None


def _decode_colors(data: bytes) -> bytes | None:
    return data if 1 <= len(data) <= MAX_LAYER_BYTES else None


def _decode_sketch(data: bytes) -> bytes | None:
    return data if 2 <= len(data) <= MAX_LAYER_BYTES and data[0] in SKETCH_GRIDS else None


#: By the ``value_kind`` of the types in the registry.
VALUE_KINDS: Final[dict[str, ValueKind]] = {
    "text": ValueKind(
        _encode_text,
        _text_decoder(MAX_TEXT_BYTES),
        f"1 to {MAX_TEXT_BYTES} bytes of UTF-8 without control characters",
    ),
    "count": ValueKind(_encode_count, _decode_count, f"one integer from 1 to {leb128.MAX_VALUE}"),
    "order": ValueKind(_encode_order, ORDERS.get, "importance, the one byte 01"),
    "seed": ValueKind(
        _encode_seed, _decode_seed, "an integer from 0 to 4294967295 in its fewest bytes"
    ),
    "comment": ValueKind(
        _encode_text,
        _text_decoder(MAX_COMMENT_BYTES),
        f"1 to {MAX_COMMENT_BYTES} bytes of UTF-8 without control characters",
    ),
    "layout": ValueKind(
        _encode_bytes,
        _decode_layout,
        "groups of a word and its boxes, both ascending, no box empty, at most "
        f"{layers.MAX_BOXES} boxes, and then at most 7 bits, all 0",
    ),
    "colors": ValueKind(_encode_bytes, _decode_colors, f"1 to {MAX_LAYER_BYTES} bytes"),
    "sketch": ValueKind(
        _encode_bytes,
        _decode_sketch,
        f"2 to {MAX_LAYER_BYTES} bytes, of which the first is the grid: "
        f"{', '.join(map(str, SKETCH_GRIDS))}",
    ),
}
