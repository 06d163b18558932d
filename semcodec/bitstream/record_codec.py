"""Writing and reading whole records: the order of the fields in a core (spec §5, §6, §9.1).

``write_core`` and ``read_core`` process the same fields in the same order; the functions that write
and read each field are in the module of that field.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator
from typing import Final

from semcodec._registry import RULES
from semcodec._wording import plural
from semcodec.bitstream import checksums, extensions
from semcodec.bitstream import framing as framings
from semcodec.bitstream.extensions import Extension
from semcodec.bitstream.header import (
    CODINGS,
    DEFAULT_MODELS,
    DEFAULT_SIZE,
    FirstByte,
    Models,
    Size,
    read_first_byte,
    read_models,
    read_size,
    write_first_byte,
    write_models,
    write_size,
)
from semcodec.bitstream.parser import Parser
from semcodec.bitstream.record import Limits, Record, keep_payload
from semcodec.choices import Check, Coding, Framing, ScanFraming
from semcodec.coding import bag, lexicon, nibble
from semcodec.coding.tables import TablesMissingError, load_tables

#: The message for a payload that is not canonical although a check shows that it is not damaged.
OTHER_TABLES: Final = (
    "The check matches, but these tables give no such payload, so most likely a draft of the "
    "format with other tables wrote the record: unpack it with the version that wrote it, and "
    "pack the words again."
)
WORD_CODINGS: Final = ("lexicon", "bag")  #: the codings that need the tables

# --- The core


def write_core(record: Record) -> bytes:
    """Return the core of ``record``, whose values must be in range."""
    size = write_size(record.size)
    models = write_models(record.models)
    block = extensions.write(record.extensions)
    coding_id, check_id = CODINGS.index(record.coding), checksums.NAMES.index(record.check)
    first = FirstByte(coding_id, check_id, bool(block), bool(size), bool(models))
    core = write_first_byte(first) + size + models + block + record.payload
    return core + checksums.compute(check_id, core)


def read_core(parser: Parser, framing: Framing, limits: Limits) -> Record:
    """Return the record whose core reaches from the parser's position to its end.

    Raises:
        FormatError: a rule is broken, and the parser is strict or cannot continue.
        UnsupportedError: likewise, for an unknown version, size code or extension, or for a limit.
    """
    start = parser.position
    first = read_first_byte(parser)
    _check_length(parser, start, limits.max_bytes)
    # The check is verified before the fields that it covers, so that damaged data is reported as
    # damaged, and not as a violation of whatever rule the damage happens to break.
    _verify_check(parser, framing, first.check_id, start)
    size = read_size(parser) if first.has_size else DEFAULT_SIZE
    models = read_models(parser) if first.has_models else DEFAULT_MODELS
    coding, check = CODINGS[first.coding_id], checksums.NAMES[first.check_id]
    entries = extensions.read(parser, limits.max_extensions, coding) if first.has_extensions else ()
    payload, text = _read_payload(parser, coding, start, limits.max_words)
    _record_check(parser, first.check_id)
    record = Record(text, coding, size, models, entries, framing, check, 1)
    # A collecting parser continues after broken rules, so its payload may not be canonical.
    return keep_payload(record, payload) if parser.findings is None else record


def core_overhead(size: Size, models: Models, entries: Iterable[Extension], check: Check) -> int:
    """Return the number of bytes of a core without its payload: first byte, fields and check."""
    fields = write_size(size), write_models(models), extensions.write(entries)
    return 1 + sum(map(len, fields)) + checksums.LENGTHS[checksums.NAMES.index(check)]


def _check_length(parser: Parser, start: int, max_bytes: int) -> None:
    if (length := parser.end - start) > max_bytes:
        offset = (start + max_bytes) * 8
        parser.fail("SC-LIM-1", offset, plural(length, "byte"), f"at most {max_bytes}")


def _verify_check(parser: Parser, framing: Framing, check_id: int, start: int) -> None:
    """Verify the check (a CRC) of the core from byte ``start``; move the parser's end before it."""
    if framing in framings.CHECK_REQUIRED and check_id == 0:
        parser.report("SC-FRM-3", start * 8 + 3, "KK = 0", "KK from 1 to 3")
    if framing == "png" and check_id != 0:
        parser.report("SC-PNG-6", start * 8 + 3, f"KK = {check_id}", "KK = 0")
    length = checksums.LENGTHS[check_id]
    end = parser.end - length
    if end < parser.position:
        found = plural(parser.end - parser.position, "more byte")
        parser.fail("SC-CHK-1", parser.end * 8, found, f"a check of {plural(length, 'byte')}")
    found_check = parser.data[end : parser.end]
    right_check = checksums.compute(check_id, parser.data[start:end])
    parser.is_intact |= check_id > 0 and found_check == right_check
    if found_check != right_check:
        parser.report("SC-CHK-2", end * 8, found_check.hex(" "), right_check.hex(" "))
    parser.end = end


def _record_check(parser: Parser, check_id: int) -> None:
    """Record the location of the check, which was verified first but is the last field."""
    start = parser.position
    parser.position = start + checksums.LENGTHS[check_id]
    parser.record_field("check", start, parser.data[start : parser.position])


# --- The payload


def _read_payload(
    parser: Parser, coding: Coding, core_start: int, max_words: int
) -> tuple[bytes, str]:
    start = parser.position
    payload = parser.read(parser.end - start)
    if coding in WORD_CODINGS:
        _require_tables(parser, coding, core_start)
    text = _decode_payload(parser, coding, payload, start * 8)
    if (count := len(text.split())) > max_words:
        parser.fail("SC-LIM-2", start * 8, plural(count, "word"), f"at most {max_words}")
    parser.record_field("payload", start, payload)
    return payload, text


def _require_tables(parser: Parser, coding: Coding, core_start: int) -> None:
    """Check that the tables are installed; even an empty payload is unsupported without them."""
    try:
        load_tables()
    except TablesMissingError:
        found = f"coding {coding}, without its tables"
        parser.fail("SC-HDR-2", core_start * 8 + 1, found, "nibble or utf8")


def _decode_payload(parser: Parser, coding: Coding, payload: bytes, offset: int) -> str:
    if coding == "nibble":
        text = nibble.decode(payload)
        _check_spaces(parser, text, offset)
        return text
    if coding == "utf8":
        return _decode_utf8(parser, payload, offset)
    words, rule = (bag if coding == "bag" else lexicon).decode(payload)
    if rule is not None:
        # A payload over a limit was not decoded to its end, so reading stops. After any other
        # broken rule all words are known, and a collecting parser continues.
        report = parser.fail if RULES[rule].outcome == "malformed" else parser.report
        report(
            rule,
            offset,
            f"a payload of {plural(len(payload), 'byte')}",
            "the canonical payload of its words",
            OTHER_TABLES if parser.is_intact else "",
        )
    return " ".join(words)


def _check_spaces(parser: Parser, text: str, offset: int) -> None:
    if nibble.is_canonical_spacing(text):
        return
    if text.startswith(" "):
        parser.report("SC-NIB-1", offset, "a space", "a letter")
    # Two spaces at the start break two rules, which are reported at different offsets.
    if (index := text.find("  ")) >= 0:
        parser.report("SC-NIB-2", offset + 4 * (index + 1), "a second space", "a letter")
    if text.endswith(" ") and len(text) > 1:
        parser.report("SC-NIB-3", offset + 4 * (len(text) - 1), "a space", "a letter")


def _decode_utf8(parser: Parser, payload: bytes, offset: int) -> str:
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError as error:
        found = payload[error.start : error.end].hex(" ")
        parser.fail("SC-UTF-1", offset + 8 * error.start, found, "UTF-8")


# --- Any framing


def read_record(parser: Parser, framing: ScanFraming, limits: Limits) -> Record:
    """Return the one record in the data of ``parser``.

    Args:
        framing: framing of the data, or ``"auto"`` to detect it from the first bytes.

    Raises:
        FormatError, UnsupportedError: as for ``read_core`` and ``open_core``.
    """
    if framing == "auto":
        framing = framings.detect_framing(parser.data)
    return read_core(open_core(parser, framing, limits), framing, limits)


def read_sequence(parser: Parser, limits: Limits) -> Iterator[Record]:
    """Return an iterator over the records of a sequence, which reads one at a time.

    Raises:
        FormatError, UnsupportedError: as for ``read_core``; also SC-SEQ-1, SC-SEQ-2, SC-LIM-5.
    """
    return (record for _, record in _read_items(parser, limits))


def read_limited_sequence(parser: Parser, limits: Limits) -> Iterator[Record]:
    """Return an iterator like ``read_sequence``, within the limit of a whole sequence.

    Raises:
        FormatError, UnsupportedError: as for ``read_sequence``; also SC-LIM-6.
    """
    words = SequenceWords(parser, limits.max_sequence_words)
    for start, record in _read_items(parser, limits):
        words.add(start, record)
        yield record


def _read_items(parser: Parser, limits: Limits) -> Iterator[tuple[int, Record]]:
    """Yield for each item of a sequence the byte where it starts, and its record."""
    for start, item in framings.iter_sequence(parser, limits.max_records):
        yield start, read_core(item, "sequence", limits)


class SequenceWords:
    """Counts the words of the ``lexicon`` and ``bag`` items of a sequence, against their limit.

    The work for a word is bounded, and so is the number of words in a record, but not the number of
    words in a byte: without this limit a sequence of a megabyte takes ten minutes.
    """

    def __init__(self, parser: Parser, max_words: int) -> None:
        """Start from 0; ``parser`` is that of the sequence."""
        self._parser, self._max_words, self._count = parser, max_words, 0

    def add(self, start: int, record: Record) -> None:
        """Count the words of ``record``, an item that starts at byte ``start``.

        Raises:
            UnsupportedError: SC-LIM-6.
        """
        self._add(start, len(record.words) if record.coding in WORD_CODINGS else 0)

    def add_rejected(self, start: int) -> None:
        """Count an item in one of the two codings that breaks a rule, as the most words.

        It may have no words, and yet have taken as long as any other item.

        Raises:
            UnsupportedError: SC-LIM-6.
        """
        self._add(start, lexicon.MAX_WORDS)

    def _add(self, start: int, words: int) -> None:
        self._count += words
        if self._count > self._max_words:
            parser, found = self._parser, plural(self._count, "word")
            parser.fail("SC-LIM-6", start * 8, found, f"at most {self._max_words}")


def open_core(parser: Parser, framing: Framing, limits: Limits) -> Parser:
    """Return a parser that is positioned at the first byte of the core in ``framing``.

    Raises:
        FormatError, UnsupportedError: as for ``framing.unwrap``; also SC-LIM-1 for a text form.
    """
    if framing in framings.TEXT_FRAMINGS:  # the limit applies before the text is decoded
        _check_length(parser, 0, limits.max_bytes)
    return framings.unwrap(parser, framing, limits.max_chunks)


# --- The fast path
#
# Nearly every record is a default one: bare, nibble, 1024 x 1024, without models, extensions and
# check, so one zero byte and then the symbols. ``write_default`` and ``read_default`` handle only
# that, in a handful of C calls, and return None for anything else and for any broken rule; the
# functions above then start over, or raise.
#
# The invariant is that a result other than None equals the result of the functions above. Without
# it the same bytes would be two records, or data that breaks a rule would be read. Tested by
# test_fast_path_and_general_path_agree (tests/bitstream/test_consistency.py), by the fuzz targets,
# and by the mutants of this file in tests/requirements/mutants.toml.
#
# It exists because ``pack`` and ``unpack`` must not be slower than cbor2, which is written in C.
# Microseconds for a record of 50 symbols (bench/pack.py, CPython 3.11): cbor2 dumps 0.94 and loads
# 0.72; fast path 0.38 and 0.62; the functions above 6.9 and 5.7. Even a reader that is one
# function, with a parser but without a call for each field, takes 1.06.

#: n symbols are at most (n + 1) / 2 words, so below this no default limit can be exceeded.
MAX_FAST_SYMBOLS: Final = 8_000
MAX_FAST_BYTES: Final = 1 + MAX_FAST_SYMBOLS // 2

_FIRST_DIGITS: Final = b"00"  #: the first byte of a default record in hex
_hexlify, _unhexlify, _new_tuple = binascii.hexlify, binascii.unhexlify, tuple.__new__


def write_default(text: str) -> bytes | None:
    """Return the default record of ``text``, or None."""
    if "  " in text or text[:1] == " " or text[-1:] == " " or len(text) > MAX_FAST_SYMBOLS:
        return None
    try:
        digits = _FIRST_DIGITS + text.encode("ascii").translate(nibble.SYMBOL_TO_DIGIT)
        return _unhexlify(digits + nibble.PAD_DIGIT if len(digits) & 1 else digits)
    except ValueError:
        return None


def read_default(data: bytes) -> Record | None:
    """Return the record of ``data``, whose first byte must be zero, or None.

    That byte decodes to two spaces. If they are the last pair of adjacent spaces (``rfind`` returns
    0), the text after them does not start with a space, has no double space, and ends with at most
    one space, which is the padding.
    """
    text = _hexlify(data).translate(nibble.DIGIT_TO_SYMBOL).decode("ascii")
    if text.rfind("  ") or len(data) > MAX_FAST_BYTES:
        return None
    text = text[2:-1] if text[-1] == " " else text[2:]
    values = (text, "nibble", DEFAULT_SIZE, DEFAULT_MODELS, (), "bare", "none", 1)
    return _new_tuple(Record, values)
