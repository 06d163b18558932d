"""The framings: the bytes around a core, and how a reader detects them (spec §7).

The first bytes suffice: a bare record of version 1 starts with a bit 0; a file starts with B5 and a
PNG file with 89, so both start with a bit 1; and no bare record starts like a text form. B5 cannot
start UTF-8 text, and 1A ends a text file on some systems, so a file is not mistaken for text. Only
a sequence must be named by the caller, because it starts with a length.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from semcodec import _registry
from semcodec.bitstream import leb128
from semcodec.bitstream.framing import png, text
from semcodec.bitstream.parser import Parser
from semcodec.choices import Framing

MAGIC: Final = b"\xb5\x1a"  #: of a file
DEFAULT_CHECKS: Final = _registry.DEFAULT_CHECKS  #: name of the check, by framing
CHECK_REQUIRED: Final = _registry.CHECK_REQUIRED  #: the framings that need a check
TEXT_FRAMINGS: Final = tuple(text.PREFIXES)
OUTPUT_FRAMINGS: Final = _registry.OUTPUT_FRAMINGS  #: a PNG file needs an image
INPUT_FRAMINGS: Final = _registry.INPUT_FRAMINGS  #: of one record


def write(framing: Framing, core: bytes) -> bytes:
    """Return ``core`` in one of ``OUTPUT_FRAMINGS``; ``"sequence"`` gives one item."""
    if framing == "file":
        return MAGIC + core
    if framing == "sequence":
        return leb128.write(len(core)) + core
    return text.write(framing, core) if framing in TEXT_FRAMINGS else core


def unwrap(parser: Parser, framing: Framing, max_chunks: int) -> Parser:
    """Return a parser at the first byte of the core. For a sequence, use ``iter_sequence``.

    Raises:
        FormatError: SC-FRM-1, SC-FRM-2, SC-TXT-1 to 5, SC-PNG-1 to 5.
        UnsupportedError: SC-LIM-4, a PNG file has over ``max_chunks`` chunks.
    """
    if not parser.data:
        parser.fail("SC-FRM-1", 0, "no bytes", "at least one byte")
    if framing == "file":
        _read_magic(parser)
    elif framing in TEXT_FRAMINGS:
        return text.read(parser, framing)
    elif framing == "png":
        png.read(parser, max_chunks)
    return parser


def iter_sequence(parser: Parser, max_records: int) -> Iterator[tuple[int, Parser]]:
    """Yield for each item of a sequence the byte where it starts, and a parser for its core.

    If the parser collects, an item may be empty, and then has no core.

    Raises:
        FormatError, UnsupportedError: as for ``read_item``; also SC-LIM-5, there are over
            ``max_records`` items.
    """
    count = 0
    while parser.position < parser.end:
        start = parser.position
        if count == max_records:
            found = f"more than {max_records} records"
            parser.fail("SC-LIM-5", start * 8, found, f"at most {max_records}")
        count += 1
        yield start, read_item(parser)


def read_item(parser: Parser) -> Parser:
    """Return a parser for the core of the next item of a sequence, and move ``parser`` past it.

    Raises:
        FormatError: SC-SEQ-1, SC-SEQ-2, SC-LEB-1, SC-LEB-2.
    """
    parser.truncation_rule = "SC-SEQ-2"
    start = parser.position
    length = leb128.read(parser)
    # Each item has its own parser, so that an unreadable item does not end the sequence if the
    # parser collects. Its data is the whole sequence, from which all offsets count.
    item = Parser(parser.data, parser.findings)
    item.position = parser.position
    parser.skip(length)
    item.end = parser.position
    if not length:
        parser.report("SC-SEQ-1", start * 8, "length 0", "at least 1")
    return item


def length(framing: Framing, core_bytes: int) -> int:
    """Return the bytes of a framed core of ``core_bytes`` bytes; for PNG, those of the chunk."""
    if framing == "file":
        return len(MAGIC) + core_bytes
    if framing == "sequence":
        return leb128.length(core_bytes) + core_bytes
    if framing == "png":
        return png.CHUNK_OVERHEAD + core_bytes
    return text.length(framing, core_bytes) if framing in TEXT_FRAMINGS else core_bytes


def detect_framing(data: bytes) -> Framing:
    """Return the framing of ``data`` by its first bytes."""
    if data[:1] == MAGIC[:1]:
        return "file"
    if data[:1] == png.SIGNATURE[:1]:
        return "png"
    return next((name for name in TEXT_FRAMINGS if data.startswith(text.PREFIXES[name])), "bare")


def _read_magic(parser: Parser) -> None:
    if not parser.data.startswith(MAGIC):
        parser.fail("SC-FRM-2", 0, parser.data[: len(MAGIC)].hex(" "), MAGIC.hex(" "))
    parser.position = len(MAGIC)
    parser.record_field("magic", 0, MAGIC)
    if parser.position == parser.end:
        parser.fail("SC-FRM-1", parser.end * 8, "no bytes", "at least one byte")
