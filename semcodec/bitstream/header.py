"""The header of a record: its first byte, its size field and its models field (spec §5.1 to §5.3).

The writer and the reader of each field stand next to each other. A field whose value is the default
(1024 x 1024 pixels, models not stated) is left out; three bits of the first byte state which
optional fields follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from semcodec import _registry
from semcodec.bitstream import leb128
from semcodec.errors import InputError

if TYPE_CHECKING:
    from semcodec.bitstream.parser import BitFields, Parser

CODINGS: Final = _registry.CODINGS  #: names, by the two bits CC of the first byte

# --- The first byte (spec §5.1)

#: The fields of the first byte, highest bit first, and how many bits each has.
FIRST_BYTE: Final[BitFields] = (
    ("header.version", 1),
    ("header.coding", 2),
    ("header.check", 2),
    ("header.has_extensions", 1),
    ("header.has_size", 1),
    ("header.has_models", 1),
)


class FirstByte(NamedTuple):
    """The fields of the first byte after the version.

    Attributes:
        coding_id: index into ``CODINGS``.
        check_id: index into ``checksums.NAMES``.
        has_extensions, has_size, has_models: whether each optional field follows.
    """

    coding_id: int
    check_id: int
    has_extensions: bool
    has_size: bool
    has_models: bool


def write_first_byte(fields: FirstByte) -> bytes:
    """Return the first byte of a record of version 1."""
    coding_id, check_id, has_extensions, has_size, has_models = fields
    flags = has_extensions << 2 | has_size << 1 | has_models
    return bytes([coding_id << 5 | check_id << 3 | flags])


def read_first_byte(parser: Parser) -> FirstByte:
    """Return the fields of the first byte.

    Raises:
        FormatError: there is no first byte.
        UnsupportedError: SC-HDR-1, another version, whose other fields are not known.
    """
    start = parser.position
    byte = parser.read_byte()
    parser.record_bits(start, FIRST_BYTE)
    if byte & 0b1000_0000:
        parser.fail("SC-HDR-1", start * 8, f"{byte:02x}", "00 to 7f")
    return _FIRST_BYTES[byte]


#: The fields of every first byte of version 1: a lookup takes a third of the time of building them.
_FIRST_BYTES: Final = tuple(
    FirstByte(byte >> 5, byte >> 3 & 3, bool(byte & 0b100), bool(byte & 0b010), bool(byte & 0b001))
    for byte in range(128)
)


# --- The size field (spec §5.2)

Size = tuple[int, int]  #: width and height in pixels

DEFAULT_SIZE: Final[Size] = (1024, 1024)
MAX_SIDE: Final = 2**31 - 1  #: pixels
MAX_SHORT_SIDE: Final = 2**15  #: pixels; the largest width or height in the 4-byte form

#: The two explicit forms; ``width`` and ``height`` are one less than the side in pixels.
SHORT_SIZE: Final[BitFields] = (
    ("size.short.form", 2),
    ("size.short.width", 15),
    ("size.short.height", 15),
)
LONG_SIZE: Final[BitFields] = (
    ("size.long.form", 2),
    ("size.long.width", 31),
    ("size.long.height", 31),
)

#: Sizes by code. Code 0 is not allowed, because leaving out the field means the same size.
SIZE_CODES: Final[tuple[Size, ...]] = (DEFAULT_SIZE, *_registry.SIZES.values())
_CODE_OF_SIZE: Final = {size: code for code, size in enumerate(SIZE_CODES)}


def write_size(size: Size) -> bytes:
    """Return the size field of ``size`` in 0, 1, 4 or 8 bytes.

    The top bits of the first byte distinguish the forms: ``0`` code, ``10`` short, ``11`` long.
    """
    if size == DEFAULT_SIZE:
        return b""
    if size in _CODE_OF_SIZE:
        return bytes([_CODE_OF_SIZE[size]])
    width, height = size[0] - 1, size[1] - 1  # 1 to 2^15 fits 15 bits, since 0 is not a side
    if max(size) <= MAX_SHORT_SIDE:
        return (0b10 << 30 | width << 15 | height).to_bytes(4, "big")
    return (0b11 << 62 | width << 31 | height).to_bytes(8, "big")


def read_size(parser: Parser) -> Size:
    """Return the size in the size field, which must be present (``FirstByte.has_size``).

    Raises:
        FormatError: SC-SIZ-2 to 5, or the field is truncated.
        UnsupportedError: SC-SIZ-1.
    """
    start = parser.position
    first = parser.read_byte()
    if first < 0b1000_0000:
        return _read_size_code(parser, first, start)
    parser.position = start  # the first byte is part of the number
    bits = 15 if first < 0b1100_0000 else 31
    field = int.from_bytes(parser.read((bits + 1) // 4), "big")
    size = ((field >> bits & 2**bits - 1) + 1, (field & 2**bits - 1) + 1)
    parser.record_bits(start, SHORT_SIZE if bits == 15 else LONG_SIZE)
    _check_explicit_size(parser, size, bits, start * 8)
    return size


def _read_size_code(parser: Parser, code: int, start: int) -> Size:
    parser.record_field("size.code", start, code)
    if code == 0:
        parser.report("SC-SIZ-2", start * 8, "code 0, 1024x1024", "no size field")
    if code >= len(SIZE_CODES):
        expected = f"a code from 1 to {len(SIZE_CODES) - 1}"
        parser.report("SC-SIZ-1", start * 8, f"code {code}", expected)
        return DEFAULT_SIZE  # only reached by a collecting parser, whose caller ignores the size
    return SIZE_CODES[code]


def _check_explicit_size(parser: Parser, size: Size, bits: int, offset: int) -> None:
    """Report a size that has a shorter form or is too large; ``bits`` per side is 15 or 31."""
    found = f"{format_size(size)} in {(bits + 1) // 4} bytes"
    if size == DEFAULT_SIZE:
        parser.report("SC-SIZ-2", offset, found, "no size field")
    elif size in _CODE_OF_SIZE:
        parser.report("SC-SIZ-3", offset, found, f"code {_CODE_OF_SIZE[size]}")
    if bits == 31 and max(size) <= MAX_SHORT_SIDE:
        parser.report("SC-SIZ-4", offset, found, "4 bytes")
    for index, side in enumerate(size):
        if side > MAX_SIDE:
            side_offset = offset + 2 + index * bits
            parser.report("SC-SIZ-5", side_offset, str(side), f"at most {MAX_SIDE}")


def format_size(size: Size) -> str:
    """Return ``size`` as text, such as ``"1024x768"``."""
    return f"{size[0]}x{size[1]}"


# --- The models field (spec §5.3)

MODEL_SETS: Final = _registry.MODEL_SETS  #: names, by row of the registry
MODEL_FIELDS: Final = ("describer", "writer", "painter", "prompts")  #: in the order of the four ids


@dataclass(frozen=True, slots=True)
class Models:
    """Which models made a record: ``Models(set=2)``, or ``Models(describer=7, painter=9)``.

    The numbers are labels. A record with a row or an id that is not in the registry is valid.

    Attributes:
        set: row of the registry of sets, 0 to 2^28-1; 0 if ids are given.
        describer, writer, painter, prompts: ids, 0 to 2^28-1; 0 means "not stated".

    Raises:
        InputError: a number is out of range, or both a set and ids are given.
    """

    set: int = 0
    describer: int = 0
    writer: int = 0
    painter: int = 0
    prompts: int = 0

    def __post_init__(self) -> None:
        """Check that a models field can contain the numbers."""
        for number in (self.set, *self.ids):
            if type(number) is not int or not 0 <= number <= leb128.MAX_VALUE:
                raise InputError(f"Model sets and ids must be from 0 to {leb128.MAX_VALUE}.")
        if self.set and any(self.ids):
            raise InputError("Give a model set or four ids, not both.")

    @property
    def ids(self) -> tuple[int, int, int, int]:
        """The ids of describer, writer, painter and prompts, in this order."""
        return self.describer, self.writer, self.painter, self.prompts

    @property
    def name(self) -> str | None:
        """The registered name of the set, or None for ids and for a row that is not registered."""
        if any(self.ids) or self.set >= len(MODEL_SETS):
            return None
        return MODEL_SETS[self.set]


DEFAULT_MODELS: Final = Models()


def write_models(models: Models) -> bytes:
    """Return the models field of ``models``; no bytes for the default."""
    if models == DEFAULT_MODELS:
        return b""
    numbers = (models.set,) if models.set else (0, *models.ids)
    return b"".join(map(leb128.write, numbers))


def read_models(parser: Parser) -> Models:
    """Return the models in the models field, which must be present (``FirstByte.has_models``).

    Raises:
        FormatError: SC-MOD-1, SC-LEB-1, SC-LEB-2, or the field is truncated.
    """
    start = parser.position
    row = leb128.read(parser, "models.set")
    if row:
        return Models(set=row)
    # Row 0 of the sets means that four ids follow.
    ids = [leb128.read(parser, f"models.{role}") for role in MODEL_FIELDS]
    if not any(ids):
        parser.report("SC-MOD-1", start * 8, "ids 0 0 0 0", "no models field")
    return Models(0, *ids)
