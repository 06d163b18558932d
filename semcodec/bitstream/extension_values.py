"""What the values of registered extensions mean: a text, a count, an order, a seed (spec §5.4).

Each kind of value is a pair of functions. ``read`` returns None for bytes that are not the one
spelling of a value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from semcodec._registry import EXTENSIONS
from semcodec._registry_rows import ExtensionType
from semcodec.bitstream import leb128
from semcodec.errors import InputError

Value = str | int

TEXT_MOST: Final = 255  #: bytes of a name
COMMENT_MOST: Final = 4096  #: bytes of a comment
SEED_BYTES: Final = 4
ORDERS: Final = {b"\1": "importance"}  #: reading order is what no extension says

ROLES: Final = ("describer", "writer", "painter", "prompts")  #: that can be named

BY_TYPE: Final = {row.type: row for row in EXTENSIONS}
BY_NAME: Final = {row.name: row for row in EXTENSIONS}


class Kind(NamedTuple):
    """A kind of value: to bytes, from bytes, and what is right in words."""

    write: Callable[[object], bytes | None]
    read: Callable[[bytes], Value | None]
    right: str


def write(row: ExtensionType, value: object) -> bytes:
    """Return the bytes of ``value`` for an extension of the type ``row``.

    Raises:
        InputError: this type has no such value.
    """
    kind = KINDS[row.value]
    data = kind.write(value)
    if data is None or kind.read(data) is None:
        raise InputError(f"The extension {row.name} is {kind.right}. ({row.rule})")
    return data


def read(type_: int, data: bytes) -> Value | None:
    """Return the value of a registered type, or None if the bytes break its rule."""
    return KINDS[BY_TYPE[type_].value].read(data)


def describe_valid(type_: int) -> str:
    """Return in words which values the registered type has."""
    return KINDS[BY_TYPE[type_].value].right


def _write_text(value: object) -> bytes | None:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else None


def _text_up_to(most: int) -> Callable[[bytes], str | None]:
    def read_text(data: bytes) -> str | None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return text if 1 <= len(data) <= most and not any(map(_is_control, text)) else None

    return read_text


def _is_control(char: str) -> bool:
    return char < " " or "\x7f" <= char <= "\x9f"


def _write_count(value: object) -> bytes | None:
    return leb128.write(value) if type(value) is int and 1 <= value <= leb128.MOST else None


def _read_count(data: bytes) -> int | None:
    return leb128.decode_canonical(data) or None


def _write_order(value: object) -> bytes | None:
    known = {order: data for data, order in ORDERS.items()}
    return known.get(value) if isinstance(value, str) else None


def _write_seed(value: object) -> bytes | None:
    if type(value) is not int or not 0 <= value < 256**SEED_BYTES:
        return None
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def _read_seed(data: bytes) -> int | None:
    value = int.from_bytes(data, "big")
    return value if _write_seed(value) == data else None


KINDS: Final[dict[str, Kind]] = {
    "text": Kind(
        _write_text,
        _text_up_to(TEXT_MOST),
        f"1 to {TEXT_MOST} bytes of UTF-8 without control characters",
    ),
    "count": Kind(_write_count, _read_count, f"one integer from 1 to {leb128.MOST}"),
    "order": Kind(_write_order, ORDERS.get, "importance, the one byte 01"),
    "seed": Kind(_write_seed, _read_seed, "an integer from 0 to 4294967295 in its fewest bytes"),
    "comment": Kind(
        _write_text,
        _text_up_to(COMMENT_MOST),
        f"1 to {COMMENT_MOST} bytes of UTF-8 without control characters",
    ),
}
