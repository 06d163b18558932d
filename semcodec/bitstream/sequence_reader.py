"""Reading a sequence as a stream: its bytes arrive in pieces, and records are returned one by one.

The invariant is that the pieces do not matter: the records, the rules and the offsets are those of
``unpack_all`` for the whole data. An item is therefore judged only when it is complete, or when the
data has ended, by the functions that read a whole sequence. Tested for every vector and for random
pieces in tests/bitstream/test_sequence_reader.py.

An item that exceeds ``max_bytes`` is judged by its length and its first byte, but only when it has
arrived: cut off, it breaks SC-SEQ-2. Its other bytes are counted and dropped.
"""

from __future__ import annotations

from typing import Any, Final, Self

from semcodec.bitstream import _arguments, leb128, record_codec
from semcodec.bitstream import framing as framings
from semcodec.bitstream.parser import Parser
from semcodec.bitstream.record import DEFAULT_LIMITS, Limits, Record
from semcodec.errors import FormatError, InputError, UnsupportedError
from semcodec.sources import PIECE_SIZE, SupportsRead, SupportsRecv, read_available

_CLOSED: Final = "The SequenceReader is closed: make a new one for other data."
_UNREADABLE: Final = "The sequence cannot be read after an item without an end: use no more of it."


class SequenceReader:
    """Reads the records of a sequence whose bytes arrive in pieces of any size.

    It is an iterator over the records that are complete, and goes on after more bytes are fed.
    Records and errors are those of ``unpack_all`` for the whole data, with its offsets, except that
    the number of records is not limited. The memory is that of one record, and of the bytes that
    were fed and not read, whatever lengths the data states. One thread at a time may use it.

    After an error, iterating goes on with the next item. It ends after SC-LEB-1 of the length of an
    item, since the next item cannot be found.

    Args:
        limits: the largest sizes of a record; ``max_records`` and ``max_sequence_words`` are for
            sequences that are read as a whole, and ignored.

    Raises:
        FormatError, UnsupportedError: from iterating, as for ``unpack_all`` without SC-LIM-5.
        InputError: an argument is not valid.

    Example:
        >>> import semcodec
        >>> data = b"".join(semcodec.pack(text, framing="sequence") for text in ("rd br", "tr"))
        >>> reader = semcodec.SequenceReader()
        >>> [record.text for record in reader.feed(data[:5])]
        ['rd br']
        >>> [record.text for record in reader.feed(data[5:])]
        ['tr']
        >>> reader.close()
    """

    def __init__(self, *, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = _arguments.limits(limits)
        # An item of more bytes exceeds ``max_bytes``. At least its length and first byte are kept.
        self._max_kept = leb128.MAX_BYTES + 1 + limits.max_bytes
        self._buffer = bytearray()
        self._start = 0  # where the next item starts in the buffer
        self._position = 0  # and in the sequence
        self._size = 0  # bytes of the next item with its length; 0 if they are not known yet
        self._dropped = 0  # bytes of the next item that have arrived and were not kept
        self._refusal = ""  # why no bytes may be fed

    @property
    def position(self) -> int:
        """The number of bytes of the items that were read, from the first one that was fed.

        It is where the next item starts; of a file, from where ``read_sequence`` began.
        """
        return self._position

    def feed(self, data: bytes | bytearray | memoryview) -> Self:
        """Append bytes to those that were not read yet, and return the reader itself.

        Iterate over it before more is fed: unread bytes stay in memory.

        Raises:
            InputError: ``data`` is not bytes, or the reader is closed.
        """
        if self._refusal:
            raise InputError(self._refusal)
        piece = _arguments.piece(data)
        if self._start:
            del self._buffer[: self._start]
            self._start = 0
        self._buffer += piece
        return self

    def close(self) -> None:
        """State that the data has ended; nothing happens if the reader is closed already.

        Records that are complete can still be read. If some were not, the error of an item that is
        cut comes from iterating, after them.

        Raises:
            FormatError: SC-SEQ-2, the last item is cut; or the rule that its length breaks.
        """
        if self._refusal:
            return
        self._refusal = _CLOSED
        if not self._has_item():
            self._check_end()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Record:
        if self._has_item():
            return self._read_item()
        self._check_end()
        if self._size > self._max_kept:
            self._drop()
        raise StopIteration

    def _has_item(self) -> bool:
        """Return whether the next item is complete."""
        self._size = self._size or self._find_size()
        return 0 < self._size <= self._arrived()

    def _arrived(self) -> int:
        """Return the number of bytes that have arrived of the next item, or from its start on."""
        return self._dropped + len(self._buffer) - self._start

    def _find_size(self) -> int:
        """Return the bytes of the next item with its length; 0 if the length is not complete."""
        length = shift = 0
        start = self._start
        for byte in self._buffer[start : start + leb128.MAX_BYTES]:
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return shift // 7 + length
        return 0

    def _check_end(self) -> None:
        """Check that the data does not end within an item, nor go on with one that has no end.

        Raises:
            FormatError: SC-SEQ-2, SC-LEB-1, SC-LEB-2.
        """
        arrived = self._arrived()
        if self._refusal and arrived:
            self._fail(arrived)
        elif not self._size and arrived >= leb128.MAX_BYTES:  # without a byte that ends the length
            self._refusal = _UNREADABLE
            self._fail(leb128.MAX_BYTES)

    def _fail(self, size: int) -> None:
        """Raise the error of an item that ends after ``size`` bytes, and drop its bytes."""
        try:
            self._parse(size)
        finally:
            self._buffer, self._start, self._dropped = bytearray(), 0, 0

    def _read_item(self) -> Record:
        try:
            record = self._parse(self._size)
        except (FormatError, UnsupportedError):
            self._advance()
            raise
        self._advance()  # not if Ctrl-C ended the parsing: the record can be read again
        return record

    def _parse(self, size: int) -> Record:
        """Return the record of the next item, of which ``size`` bytes have arrived."""
        kept = min(size, self._max_kept)
        parser = Parser(bytes(self._buffer[self._start : self._start + kept]))
        parser.end = size  # of an item over the limit, only the first byte of the core is read
        try:
            return record_codec.read_core(framings.read_item(parser), "sequence", self._limits)
        except (FormatError, UnsupportedError) as error:
            error.offset += 8 * self._position
            raise

    def _advance(self) -> None:
        """Move past the next item."""
        self._start += self._size - self._dropped
        self._position += self._size
        self._size = self._dropped = 0

    def _drop(self) -> None:
        """Drop the bytes of an incomplete item over the limit, except the first ones."""
        end = self._start + self._max_kept
        self._dropped += max(0, len(self._buffer) - end)
        del self._buffer[end:]


class _FileReader(SequenceReader):
    """Feeds itself from a file object when no record is complete."""

    def __init__(self, file: Any, limits: Limits) -> None:
        super().__init__(limits=limits)
        self._file = file

    def feed(self, data: bytes | bytearray | memoryview) -> Self:
        """Raise an error: bytes that are fed would come between those of the file.

        Raises:
            InputError: always.
        """
        raise InputError(
            "What read_sequence returns reads its file itself: feed bytes to a SequenceReader."
        )

    def __next__(self) -> Record:
        while True:
            try:
                return super().__next__()
            except StopIteration:
                if self._refusal:
                    raise
            self._read_piece()

    def _read_piece(self) -> None:
        """Feed the next bytes of the file, or close at its end."""
        # Before the length is complete, one more byte is certain to belong to the item.
        needed = self._size - self._arrived() if self._size else 1
        piece = read_available(self._file, min(needed, PIECE_SIZE))
        if piece is None:
            raise InputError(
                "The file object is non-blocking and has no bytes yet: wait until it has some, "
                "then call next() again."
            )
        if piece:
            super().feed(piece)
        else:
            self.close()


def read_sequence(
    file: SupportsRead | SupportsRecv, *, limits: Limits = DEFAULT_LIMITS
) -> SequenceReader:
    """Return a ``SequenceReader`` that reads a file object from its position to its end.

    Each record is returned as soon as its bytes are there, so the file may be a pipe, a socket, or
    what ``socket.makefile("rb")`` or ``gzip.open`` returns. The file is read ahead, and not closed.
    Its end is final: for a file to which another program still appends, feed a ``SequenceReader``.

    Args:
        file: opened for binary reading, or a socket.
        limits: as for ``SequenceReader``.

    Raises:
        FormatError, UnsupportedError: from iterating, as for ``SequenceReader``; also SC-SEQ-2 at
            the end of the file.
        InputError: ``file`` is not a file object; from iterating, it cannot be read, or it is
            non-blocking and has no bytes yet. Iterating can go on when it has.

    Example:
        >>> import io, semcodec
        >>> file = io.BytesIO(semcodec.pack("red boat", framing="sequence"))
        >>> [record.text for record in semcodec.read_sequence(file)]
        ['red boat']
    """
    if not any(callable(getattr(file, name, None)) for name in ("read", "recv")):
        raise InputError(
            f"Cannot read {type(file).__name__}: pass a file opened with mode 'rb', or a socket; "
            "unpack_all reads bytes."
        )
    return _FileReader(file, limits)
