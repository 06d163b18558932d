"""What a stream of records gives, and what the whole sequence gives, in the same form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from semcodec.bitstream import Limits, Record, SequenceReader, validate_all
from semcodec.errors import FormatError, InputError, UnsupportedError

Result = Record | tuple[str, int]  #: of an item: its record, or the first rule that it breaks

MANY: Final = 2**62  #: a limit on the number of records or of all their words; a stream has none


def drain(reader: SequenceReader) -> Iterator[Result]:
    """Yield the results that can be read now, also after errors."""
    while True:
        try:
            yield from reader
            return
        except (FormatError, UnsupportedError) as error:
            yield error.rule, error.offset


def read_pieces(pieces: Iterable[bytes], limits: Limits | None = None) -> list[Result]:
    """Return the results of a sequence that is fed in pieces."""
    reader = SequenceReader(limits=limits or Limits())
    found: list[Result] = []
    for piece in pieces:
        try:
            reader.feed(piece)
        except InputError:
            break
        found += drain(reader)
    return found + close(reader)


def close(reader: SequenceReader) -> list[Result]:
    try:
        reader.close()
    except FormatError as error:
        return [(error.rule, error.offset)]
    return []


def read_whole(data: bytes, limits: Limits | None = None) -> list[Result]:
    """Return the results of a sequence that is validated as a whole."""
    return [
        report.record or (report.findings[0].rule, report.findings[0].offset)
        for report in validate_all(data, limits=without_counts(limits or Limits()))
    ]


def without_counts(limits: Limits) -> Limits:
    return Limits(limits.max_bytes, limits.max_words, limits.max_extensions, 1, MANY, MANY)
