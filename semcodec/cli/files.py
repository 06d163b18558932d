"""Read files, text forms and stdin, which is named ``-``."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Final

from semcodec import carriers
from semcodec.bitstream import guessing
from semcodec.bitstream.framing.text import PREFIXES
from semcodec.choices import ReadFraming, UnpackFraming
from semcodec.cli.output import UsageError
from semcodec.errors import InputError
from semcodec.signatures import HEAD_SIZE, identify
from semcodec.sources import CHUNK_SIZE, read_available, read_blocks, url_message

TEXT_PREFIXES: Final = tuple(PREFIXES.values())
MAX_INPUT: Final = 200 * 10**6  #: size limit of an input, in bytes; that of image files
#: Size limits in bytes of a file with a record that is not a picture. A core has 65,536 bytes at
#: most. A sequence, and a file with a text form anywhere in it, leave room in 200 MB of memory.
MAX_RECORD_FILE: Final = 2**20
MAX_TEXT_FILE: Final = 2**26
MAX_SEQUENCE_FILE: Final = 2**26
MAX_SHOWN: Final = 60  #: characters of an argument in a message
MAX_SIZES: Final = {"sequence": MAX_SEQUENCE_FILE}

_UNDECODED: Final = re.compile("[\udc80-\udcff]")  #: as os.fsdecode represents bytes


def read_bytes(name: str, max_bytes: int = MAX_INPUT, max_other: int = MAX_INPUT) -> bytes:
    """Return the content of the file ``name``, which is read in blocks.

    Args:
        name: the file, or ``-`` for stdin.
        max_bytes: the limit.
        max_other: a lower limit for a file that is not a picture, as its first bytes show.

    Raises:
        UsageError: the file cannot be read.
        InputError: the file is larger than its limit.
    """
    if name == "-" and sys.stdin is None:
        raise UsageError("Standard input is closed: name an input file.")
    try:
        if name == "-":
            return _read(sys.stdin.buffer, name, max_bytes, max_other)
        with Path(name).open("rb") as file:
            return _read(file, name, max_bytes, max_other)
    except InputError:
        raise
    except MemoryError as error:
        raise UsageError(f"Cannot read {name}: it does not fit into memory.") from error
    except (OSError, ValueError) as error:
        message = url_message(name) or f"Cannot read {name}: {reason(error)}."
        raise UsageError(message) from error


def read_pieces(name: str) -> Iterator[bytes]:
    """Yield the content of the file ``name`` in pieces, each as soon as its bytes are there.

    Args:
        name: the file, or ``-`` for stdin.

    Raises:
        UsageError: the file cannot be read.
    """
    if name == "-" and sys.stdin is None:
        raise UsageError("Standard input is closed: name an input file.")
    try:
        with Path(name).open("rb") if name != "-" else nullcontext(sys.stdin.buffer) as file:
            while piece := read_available(file, 1):
                yield piece
    except (OSError, ValueError) as error:
        cause = error.__cause__ if isinstance(error, InputError) else error
        message = url_message(name) or f"Cannot read {name}: {reason(cause or error)}."
        raise UsageError(message) from error
    if piece is None:
        raise UsageError(f"Cannot read {name}: it is non-blocking; pass it through cat.")


def _read(file: IO[bytes], name: str, max_bytes: int, max_other: int) -> bytes:
    """Return the content of a file; a first block tells a picture from other files."""
    head = read_blocks(file.read, CHUNK_SIZE)
    if len(head) <= CHUNK_SIZE:
        return _check_size(head, len(head), name, max_bytes)
    file_type = identify(head)
    is_picture = file_type is not None and file_type.kind == "image"
    limit = max_bytes if is_picture else min(max_bytes, max_other)
    if size := _known_size(file):  # read again at once: what grows would be copied
        _check_size(head, size, name, limit)
        file.seek(-len(head), os.SEEK_CUR)
        data = read_blocks(file.read, limit, size + 1)
    else:
        data = head + read_blocks(file.read, limit - len(head))
    return _check_size(data, len(data), name, limit)


def _known_size(file: IO[bytes]) -> int:
    """Return the size of a regular file; 0 for a pipe or a device, and in ``/proc``."""
    try:
        status = os.fstat(file.fileno())
    except (OSError, ValueError):  # stdin may have been replaced by an object in memory
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _check_size(data: bytes, size: int, name: str, limit: int) -> bytes:
    """Return ``data`` if a file of this ``size`` may be read."""
    if size <= limit:
        return data
    shown = f"{limit >> 20} MiB" if limit >= 2**20 else f"{limit} bytes"
    raise InputError(f"{'stdin' if name == '-' else name}: file too large (limit {shown}).")


def read_head(path: Path) -> bytes:
    """Return the first bytes of a file, to see what it is; none if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_SIZE)
    except (OSError, ValueError):
        return b""


def contains(path: Path, part: bytes) -> bool:
    """Return whether the content of a file contains ``part``; False if it cannot be read."""
    try:
        return part in read_bytes(str(path))
    except (UsageError, InputError):
        return False


def is_text_form(argument: str) -> bool:
    """Return whether an argument is a text form or a text with one, and not the path of a file.

    What starts with a prefix, in any case, is a text form even if there is such a file: it can be
    named as ``./semc:x``. Other arguments are files, if there are such files.
    """
    if guessing.starts_with_form(argument):
        return True
    return guessing.mentions_form(argument) and not os.path.exists(argument)


def read_record(name: str, framing: str = "guess") -> bytes:
    """Return the bytes of a record, without a line end after a text form.

    A sequence is returned unchanged, because its first bytes may look like a text form.

    Args:
        name: the file, ``-`` for stdin, or a text form.
        framing: the framing that was chosen; what ``"guess"`` finds is to be read as ``"auto"``.

    Raises:
        UsageError, InputError: as for ``read_bytes``.
        FormatError, UnsupportedError, InputError, BackendError: as for ``locate_record``; or the
            text form that it finds cannot be read.
    """
    if framing == "guess":
        located = locate_record(name)
        if located.error is not None:
            raise located.error
        return located.data
    if is_text_form(name):
        data = name.encode(errors="replace")
    else:
        data = read_bytes(name, max_other=MAX_SIZES.get(framing, MAX_RECORD_FILE))
    is_text = framing != "sequence" and data.startswith(TEXT_PREFIXES)
    return data.rstrip(b"\r\n") if is_text else data


def detected_framing(framing: UnpackFraming) -> ReadFraming:
    """Return the framing in which to read what ``read_record`` returned for a chosen framing."""
    return "auto" if framing == "guess" else framing


def locate_record(name: str) -> guessing.Located:
    """Return the record in an argument, in a file, or in its carrier, such as a QR code.

    Raises:
        UsageError, InputError: as for ``read_bytes``.
        FormatError, InputError: as for ``guessing.locate``.
        InputError, BackendError: as for ``carriers.extract``.
    """
    if is_text_form(name):
        return guessing.locate(name)
    return guessing.locate(carriers.extract(read_bytes(name, max_other=MAX_TEXT_FILE)))


def read_text(arguments: list[str]) -> str:
    """Return the arguments as one text, or the text on stdin if they are a single ``-``.

    Raises:
        UsageError, InputError: as for ``read_bytes``; also if stdin is not UTF-8, or an argument
            is not in the encoding of the locale.
    """
    if arguments != ["-"]:
        return " ".join(map(_check_decoded, arguments))
    try:
        return read_bytes("-", MAX_TEXT_FILE).decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError("The text on stdin is not UTF-8: convert it first.") from error


def _check_decoded(argument: str) -> str:
    """Return ``argument`` if it could be decoded; Python keeps each other byte as a surrogate."""
    if _UNDECODED.search(argument) is None:
        return argument
    encoding = sys.getfilesystemencoding()
    raise UsageError(
        f"The argument {argument[:MAX_SHOWN]} is not text in the encoding of this locale, "
        f"{encoding}: set LC_ALL=C.UTF-8 if it is UTF-8, or pass it on stdin (-)."
    )


def reason(error: BaseException) -> str:
    """Return the reason of a failed access to a file, as a clause in lower case."""
    if isinstance(error, FileNotFoundError):
        return "no such file or directory"
    return (getattr(error, "strerror", None) or str(error)).lower()
