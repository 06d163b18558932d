"""Records at the edge of each rule: some barely conform to it, and some barely break it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from semcodec.bitstream import leb128
from tests.annex_c import append_check
from tests.kaitai.decoders import MAGIC
from tests.layouts import ROW, bits, group

TEXT = b"\x11"  #: "nn"

INTEGERS = (
    *("00", "01", "7f", "80", "8001", "8000", "8100", "ff7f", "808001", "808000", "ffff7f"),
    *("80808001", "80808000", "ffffff7f", "ffffffff", "8080808001", "ffffffff7f"),
)
SHORT = ((1, 1), (1024, 1024), (1024, 1), (1, 1024), (512, 512), (640, 480), (32768, 32768))
LONG = ((32768, 32768), (1, 1), (1024, 1024), (32769, 1), (1, 32769), (2**31 - 1, 2**31 - 1))
TOO_LONG = ((2**31, 1), (1, 2**31), (2**31, 2**31))
LAYOUTS = (
    *(group(0, ROW[0]), group(0, *ROW) + group(63, *ROW), group(0, (31, 31, 32, 32)), "0" * 32),
    *(group(1, ROW[0]) + group(word, ROW[0]) for word in range(3)),
    *(group(0, *ROW) + group(1, *ROW) + group(2, ROW[0]), "000000 001" + "0" * 23),
    *(group(0, ROW[1], box) for box in (*ROW[:3], (1, 0, 2, 2), (1, 0, 3, 1), (1, 1, 1, 2))),
    *(group(0, box) for box in ((5, 0, 5, 1), (0, 5, 1, 5), (9, 0, 5, 1), (0, 9, 1, 5))),
    *(group(0, ROW[0]) + rest for rest in ("1", "001", "0" * 11, "0" * 27, "0" * 28, "0" * 35)),
    *("0" * 464, "0" * 472),
)
VALUES = (
    *(b"", b"\0", b"\1", b"\2", b"\0\1", b"\1\0", b"\x80\1", b"\x81\0", b"\xff\xff\xff\x7f"),
    *(b"\0\0", b"\0\1\2\3", b"\1\2\3\4", b"\xff" * 4, b"\1\2\3\4\5", b"\0" * 5),
    *(b"\x1f", b" ", b"~", b"\x7f", b"\xc2\x80", b"\xc2\x9f", b"\xc2\xa0", b"\xc3", b"\xc0\x80"),
    *(b"\xef\xbb\xbf", b"\xed\xa0\x80", b"a" * 255, b"a" * 256, b"a" * 4096, b"a" * 4097),
    *(b"a" * 512, b"a" * 513, b"\x20\0", b"\x21\0", b"\x60" * 512, b"\x60" * 513, b"\x40"),
    *map(bits, LAYOUTS),
)
BLOCKS = (
    *("", "00", "01", "011a", "021a00", "031a00", "021a0011", "041a001a", "041a001a00"),
    *("041a001c00", "041c001a00", "03041a0000", "031a0100", "031a0200", "031a01001a"),
    *("82001a0011", "ff7f1a00"),
)
UTF8 = (
    *("", "00", "0a", "20", "7f", "80", "c3", "c396", "c080", "e28080", "e280", "ed9fbf", "eda080"),
    *("efbbbf", "efbfbf", "f0908080", "f0808080", "f48fbfbf", "f4908080", "f8888080", "ff"),
)


def explicit_size(form: int, bits: int, size: tuple[int, int]) -> bytes:
    """Return a size field with an explicit width and height of ``bits`` bits each."""
    width, height = size
    field = (form << 2 * bits) + (width - 1 << bits) + height - 1
    return field.to_bytes((2 + 2 * bits) // 8, "big")


def block(*entries: tuple[int, bytes]) -> bytes:
    """Return an extension block with any types and values, valid or not."""
    parts = [leb128.write(kind) + leb128.write(len(value)) + value for kind, value in entries]
    return leb128.write(sum(map(len, parts))) + b"".join(parts)


def cores() -> Iterator[bytes]:
    """Yield cores without their check."""
    rests = (b"", b"\x11", b"\1\1", b"\1\2\x0c\0\x11", b"\1\1\x03\x0a\1\4\x11", b"\x80" * 9)
    yield from (bytes([first]) + rest for first, rest in product(range(256), rests))
    yield from (bytes([2, code]) + TEXT for code in range(128))
    yield from (b"\2" + explicit_size(0b10, 15, size) + TEXT for size in SHORT)
    yield from (b"\2" + explicit_size(0b11, 31, size) + TEXT for size in (*LONG, *TOO_LONG))
    yield from (b"\1" + bytes.fromhex(number) + TEXT for number in INTEGERS)
    yield from (b"\1\0" + bytes(ids) for ids in product((0, 1), repeat=4))
    yield from (b"\4" + block((kind, value)) for kind, value in product(range(26), VALUES))
    yield from (b"\x44" + block((kind, b"\1")) for kind in (10, 12, 14))
    yield from (b"\4" + bytes.fromhex(entries) for entries in BLOCKS)
    yield from (b"\4" + block(*((2 * n + 26, b"") for n in range(count))) for count in (64, 65))
    yield from (b"\0" + bytes([value]) for value in range(256))
    yield from (b"\0" + bytes(values) for values in product((0x00, 0x01, 0x10, 0x11), repeat=3))
    yield from (b"\x60" + bytes.fromhex(text) for text in UTF8)
    yield from (b"\0" + b"\x10" * words for words in (4096, 4097))
    yield from (b"\0" + TEXT * count for count in (65_535, 65_536))


def records() -> Iterator[bytes]:
    """Yield valid and nearly valid records with correct checks, and a few with a wrong check."""
    yield from (b"", b"\xb5", b"\xb5\x1b", MAGIC, MAGIC + MAGIC)
    for core in cores():
        yield append_check(core)
    yield from (MAGIC + append_check(b"\x08" + TEXT * count) for count in (65_534, 65_535))
    for kind, magic in product(range(4), (b"", MAGIC)):
        core = append_check(bytes([kind << 3]) + TEXT)
        yield from (magic + core[:end] for end in range(len(core) + 1))
        yield magic + core[:-1] + bytes([core[-1] ^ 1])
