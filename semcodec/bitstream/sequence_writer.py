"""Writing a sequence to a file object, one item at a time."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, Final, Protocol

from semcodec.bitstream import _arguments
from semcodec.bitstream._arguments import Data
from semcodec.bitstream.api import repack, unpack
from semcodec.bitstream.record import Record
from semcodec.choices import Check
from semcodec.errors import InputError
from semcodec.sources import explain_failure

_CUT: Final = (
    "An earlier write has failed, so the file may end with a part of a record: cut that off, and "
    "make a new SequenceWriter."
)


class SupportsWrite(Protocol):
    """A file object opened for binary writing."""

    def write(self, data: bytes, /) -> object:
        """Write ``data``, and return how many of its bytes were written."""


class SupportsSendall(Protocol):
    """A socket."""

    def sendall(self, data: bytes, /) -> object:
        """Send all of ``data``."""


class SequenceWriter:
    """Writes records as the items of a sequence to the end of a binary file object.

    An item is one call of ``write`` (or of ``sendall`` of a socket), so a process that is killed
    leaves whole items and, at the end, at most one that is cut. The file is neither flushed nor
    closed. One thread at a time may use a writer.

    Args:
        file: opened for binary writing or appending (``"wb"``, ``"ab"``), or a socket.
        check: as for ``pack``; None keeps the check of records that come from a sequence, and
            otherwise writes none.

    Raises:
        InputError: an argument is not valid.

    Example:
        >>> import io, semcodec
        >>> file = io.BytesIO()
        >>> writer = semcodec.SequenceWriter(file)
        >>> writer.write(semcodec.pack("red boat"))
        5
        >>> [record.text for record in semcodec.unpack_all(file.getvalue())]
        ['red boat']
    """

    def __init__(
        self, file: SupportsWrite | SupportsSendall, *, check: Check | None = None
    ) -> None:
        if not any(callable(getattr(file, name, None)) for name in ("write", "sendall")):
            raise InputError(
                f"Cannot write to {type(file).__name__}: pass a file opened with mode 'wb' or "
                "'ab', or a socket."
            )
        self._file = file
        self._check = None if check is None else _arguments.check(check, "sequence")
        self._is_cut = False  # whether the file ends with a part of an item

    def write(self, record: Record | Data) -> int:
        """Write one record, and return the number of bytes of its item.

        Args:
            record: a ``Record``, or its bytes in any framing that ``unpack`` detects. An item of a
                sequence is not detected, and breaks a rule or is taken for another record: pass
                what ``unpack_all`` returns for it.

        Raises:
            FormatError, UnsupportedError: as for ``unpack``, if bytes are given.
            InputError: as for ``repack``; or the file cannot be written. After a part of an item,
                nothing else is written, because a reader would take it for the rest of the item.
        """
        if self._is_cut:
            raise InputError(_CUT)
        value = record if isinstance(record, Record) else unpack(record)
        item = repack(value, framing="sequence", check=self._check)
        self._is_cut = True  # until all is written, also if Ctrl-C ends the call
        self._write_item(item)
        self._is_cut = False
        return len(item)

    def _write_item(self, item: bytes) -> None:
        left = item
        while left:
            count = self._send(left)
            if count is None:
                self._is_cut = len(left) < len(item)
                raise InputError(
                    "The file object is non-blocking and takes no bytes now: wait until it does, "
                    "then write the record again."
                )
            left = left[count:]  # a raw file may write a part

    def _send(self, data: bytes) -> int | None:
        """Return how many bytes the file has written; None if it would have to wait."""
        file: Any = self._file
        # A socket of ssl has ``write`` as well, for a part of the bytes.
        sends_all = callable(getattr(file, "sendall", None))
        try:
            count = file.sendall(data) if sends_all else file.write(data)
        except Exception as error:  # a file object of the caller may raise anything
            raise InputError(
                f"The file object {explain_failure(error, 'written', 'ab')}"
            ) from error
        if count is None:  # of a raw file: none; of other objects, such as sockets: all
            return None if isinstance(file, io.RawIOBase) and not sends_all else len(data)
        if not isinstance(count, int) or not 0 < count <= len(data):
            raise InputError(
                f"The file object returned {count!r} for {len(data)} bytes: pass one whose write "
                "returns how many it has written."
            )
        return count


def write_sequence(
    file: SupportsWrite | SupportsSendall,
    records: Iterable[Record | Data],
    *,
    check: Check | None = None,
) -> int:
    """Write records as a sequence to a file object, and return their number.

    Two sequences, one after the other, are a sequence, so a file can be continued with mode
    ``"ab"`` if it does not end with an item that is cut.

    Args:
        file: as for ``SequenceWriter``.
        records: each as for ``SequenceWriter.write``; one is written before the next is taken.
        check: as for ``SequenceWriter``.

    Raises:
        FormatError, UnsupportedError, InputError: as for ``SequenceWriter.write``.

    Example:
        >>> import io, semcodec
        >>> semcodec.write_sequence(io.BytesIO(), [semcodec.pack("a cat"), semcodec.pack("a dog")])
        2
    """
    writer = SequenceWriter(file, check=check)
    if isinstance(records, Record | bytes | bytearray | memoryview | str) or not isinstance(
        records, Iterable
    ):
        raise InputError("Give the records as a list, or as another iterable.")
    count = 0
    for record in records:
        writer.write(record)
        count += 1
    return count
