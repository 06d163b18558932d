"""Read the bytes of an argument: bytes, a path, or a binary file object.

Everything is bounded: a file that is too large is not read, and a pipe or a device that never ends
is read up to the limit only. Whatever cannot be read is one ``InputError``.
"""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Final, Protocol, TypeAlias

from semcodec.errors import InputError

#: What ``read_source`` accepts.
Source: TypeAlias = bytes | bytearray | memoryview | str | os.PathLike[str] | IO[bytes]

CHUNK_SIZE: Final = 2**20  #: bytes that are read at once
PIECE_SIZE: Final = 2**16  #: bytes of a stream that are read at once
MAX_NAME: Final = 200  #: characters of a path that are shown
_URL: Final = re.compile(r"(https?|ftp|s3|gs|file)://|data:[\w.+-]+/[\w.+-]+[;,]", re.IGNORECASE)


class SupportsRead(Protocol):
    """A file object opened for binary reading."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to ``size`` bytes; none at the end."""


class SupportsRecv(Protocol):
    """A socket."""

    def recv(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""


def read_source(source: object, max_bytes: int) -> bytes:
    """Return the bytes of ``source``.

    Args:
        source: the bytes themselves (bytes, bytearray, memoryview), the path of a file (a str or an
            ``os.PathLike``), or a file object opened for binary reading, which is read from its
            current position to its end and is not closed.
        max_bytes: the limit of the size.

    Raises:
        InputError: ``source`` has another type, cannot be read, or has more than ``max_bytes``.

    Example:
        >>> import io
        >>> read_source(io.BytesIO(b"abc"), max_bytes=10)
        b'abc'
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return _copy_bytes(source, max_bytes)
    if isinstance(source, str | os.PathLike):
        return _read_path(source, max_bytes)
    if callable(getattr(source, "read", None)):
        return _read_file(source, max_bytes, "The file object")
    raise InputError(
        f"Cannot read {type(source).__name__}: pass a path, bytes, or a file opened with mode 'rb'."
    )


def is_source(value: object) -> bool:
    """Return whether ``value`` has a type that ``read_source`` accepts."""
    is_known = isinstance(value, bytes | bytearray | memoryview | str | os.PathLike)
    return is_known or callable(getattr(value, "read", None))


def _copy_bytes(data: bytes | bytearray | memoryview, max_bytes: int) -> bytes:
    """Return a copy, so that no other thread changes the data while it is used.

    Bytes do not change, and may be large, so they are not copied.
    """
    if type(data) is bytes:
        _check_size(len(data), max_bytes, "The data")
        return data
    try:
        view = memoryview(data)
        _check_size(view.nbytes, max_bytes, "The data")
        return view.tobytes()
    except MemoryError as error:
        raise InputError("The data does not fit into memory: pass less.") from error
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError("The memoryview is released: pass the bytes themselves.") from error


def _read_path(source: str | os.PathLike[str], max_bytes: int) -> bytes:
    name = _path_name(source)
    try:
        with open(name, "rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISREG(status.st_mode):  # the size of a pipe or a device is not known
                _check_size(status.st_size, max_bytes, name)
                return _read_file(file, max_bytes, name, status.st_size + 1)
            return _read_file(file, max_bytes, name)
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(url_message(name) or _missing_message(name)) from error
    except IsADirectoryError as error:
        raise InputError(f"{name} is a directory: pass a file in it.") from error
    except PermissionError as error:
        message = f"No permission to read {name}: change its permissions, or pass another file."
        if os.path.isdir(name):  # Windows refuses to open a directory
            message = f"{name} is a directory: pass a file in it."
        raise InputError(message) from error
    except (OSError, ValueError) as error:  # ValueError: a null character
        reason = getattr(error, "strerror", None) or str(error)
        message = f"Cannot read {name[:MAX_NAME]!r} ({reason.lower()}): pass another file."
        raise InputError(url_message(name) or message) from error  # a data URL is a long name


def _path_name(source: str | os.PathLike[str]) -> str:
    try:
        name = os.fsdecode(source)
    except Exception as error:  # __fspath__ of a foreign class may do anything
        raise InputError("The path has no name: pass a str or pathlib.Path.") from error
    name = str.__str__(name)
    if not name:
        raise InputError("The path is empty: pass the name of a file.")
    return name


def read_available(file: Any, needed: int) -> bytes | None:
    """Return bytes of a file object or a socket as soon as there are some, up to ``PIECE_SIZE``.

    ``read`` may wait until it has as many bytes as it is asked for, so it is asked for ``needed``
    only, unless there is a method that does not wait (``read1``, ``recv``), or the file is raw.

    Args:
        file: a file object opened for binary reading, or a socket; it is not closed.
        needed: the number of bytes without which the caller cannot go on, 1 or more.

    Returns:
        The bytes; none at the end; None if the file is non-blocking and has no bytes yet.

    Raises:
        InputError: the file cannot be read.
    """
    name = next((name for name in ("read1", "recv") if callable(getattr(file, name, None))), "read")
    size = needed if name == "read" and not isinstance(file, io.RawIOBase) else PIECE_SIZE
    piece = _call(file, name, size)
    # A buffered file that is non-blocking has the same result of ``read1`` at its end and before
    # its next bytes; that of ``read`` differs.
    if name == "read1" and isinstance(piece, bytes) and not piece:
        piece = _call(file, "read", 1)
    return None if piece is None else _check_chunk(piece, "The file object")


def _call(file: Any, method: str, size: int) -> object:
    """Return what a method of a file object returns for ``size``; None if it would have to wait."""
    try:
        return getattr(file, method)(size)
    except BlockingIOError:
        return None
    except Exception as error:
        raise InputError(f"The file object {explain_failure(error, 'read', 'rb')}") from error


def read_blocks(read: Callable[[int], bytes], max_bytes: int, block: int = CHUNK_SIZE) -> bytes:
    """Return what ``read`` returns until its end, but at most ``max_bytes + 1`` bytes.

    One byte more than the limit shows that there is too much. Nothing is allocated for bytes that
    may not come: ``read(n)`` of a file takes ``n`` bytes of memory before it reads any.

    Args:
        read: returns up to as many bytes as its argument, and none at the end.
        max_bytes: the limit.
        block: bytes to ask for at once; for a file of a known size, that size and one more.
    """
    content: bytes | bytearray = read(min(block, max_bytes + 1))
    size = len(content)
    while 0 < size <= max_bytes and (part := read(min(CHUNK_SIZE, max_bytes + 1 - size))):
        if isinstance(content, bytes):  # a file of one block is not copied
            content = bytearray(content)
        content += part
        size = len(content)
    return bytes(content)


def url_message(name: str) -> str | None:
    """Return the message for a URL that was given as a path; None if ``name`` is not a URL."""
    if not _URL.match(name):
        return None
    what = "A data URL" if name[:5].lower() == "data:" else "A URL"
    return f"{what} is not opened: download the file, and pass its path."


def _missing_message(name: str) -> str:
    if name.startswith("~"):
        return f"There is no file {name}: a path with ~ needs pathlib.Path(...).expanduser()."
    return f"There is no file {name}: check the name and the current directory."


def _read_file(file: Any, max_bytes: int, name: str, block: int = CHUNK_SIZE) -> bytes:
    """Return the rest of a file object, of which only ``read`` is known to exist."""
    try:
        content = read_blocks(lambda size: _read_chunk(file, size, name), max_bytes, block)
    except MemoryError as error:
        raise InputError(f"{name} does not fit into memory: pass a smaller one.") from error
    _check_size(len(content), max_bytes, name)
    if not content and _position(file) > 0:
        raise InputError(f"{name} is at its end: call seek(0) before you pass it.")
    return content


def _read_chunk(file: Any, size: int, name: str) -> bytes:
    try:
        chunk = file.read(size)
    except MemoryError:
        raise
    except Exception as error:  # a file object of the caller may raise anything
        raise InputError(f"{name} {explain_failure(error, 'read', 'rb')}") from error
    return _check_chunk(chunk, name)


def explain_failure(error: Exception, verb: str, mode: str) -> str:
    """Return the rest of a sentence about a file object of the caller, which may raise anything.

    Args:
        error: what it has raised.
        verb: ``"read"`` or ``"written"``.
        mode: the mode in which it must be opened.
    """
    if isinstance(error, io.UnsupportedOperation):
        return f"is not opened for this: open it again with mode {mode!r}."
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    if isinstance(error, OSError | EOFError):  # of its medium; the others are mistakes in its use
        return f"cannot be {verb} ({reason}): after fixing this, open it again."
    return f"cannot be {verb} ({reason}): open it again with mode {mode!r}."


def _check_chunk(chunk: object, name: str) -> bytes:
    """Return what ``read`` has returned, which must be bytes."""
    if isinstance(chunk, str):
        raise InputError(f"{name} is opened as text: open it with mode 'rb'.")
    if not isinstance(chunk, bytes | bytearray | memoryview):
        raise InputError(f"{name} returned no bytes when it was read: open it with mode 'rb'.")
    return chunk if type(chunk) is bytes else memoryview(chunk).tobytes()


def _position(file: Any) -> int:
    with suppress(Exception):  # not seekable, or anything else
        position = file.tell()
        return position if type(position) is int else 0
    return 0


def _check_size(size: int, max_bytes: int, name: str) -> None:
    if size > max_bytes:
        limit = f"{max_bytes >> 20} MiB" if max_bytes >= 2**20 else f"{max_bytes} bytes"
        raise InputError(f"{name} is too large: pass at most {limit}.")
