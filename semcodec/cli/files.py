"""Read files, text forms and stdin, which is named ``-``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from semcodec import carriers
from semcodec.bitstream import guessing
from semcodec.bitstream.framing.text import PREFIXES
from semcodec.choices import ReadFraming, UnpackFraming
from semcodec.cli.output import UsageError
from semcodec.errors import InputError
from semcodec.signatures import HEAD_SIZE
from semcodec.sources import url_message

TEXT_PREFIXES: Final = tuple(PREFIXES.values())
MAX_INPUT: Final = 2**29  #: size limit of an input, in bytes


def read_bytes(name: str) -> bytes:
    """Return the content of the file ``name``.

    Raises:
        UsageError: the file cannot be read.
        InputError: the file is larger than ``MAX_INPUT``.
    """
    if name == "-" and sys.stdin is None:
        raise UsageError("Standard input is closed: name an input file.")
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_INPUT + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MAX_INPUT + 1)
    except (OSError, ValueError) as error:
        message = url_message(name) or f"Cannot read {name}: {reason(error)}."
        raise UsageError(message) from error
    if len(data) > MAX_INPUT:
        raise InputError(f"{name}: file too large (limit {MAX_INPUT >> 20} MiB).")
    return data


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
    data = name.encode(errors="replace") if is_text_form(name) else read_bytes(name)
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
    return guessing.locate(name if is_text_form(name) else carriers.extract(read_bytes(name)))


def read_text(arguments: list[str]) -> str:
    """Return the arguments as one text, or the text on stdin if they are a single ``-``.

    Raises:
        UsageError, InputError: as for ``read_bytes``; also if stdin is not UTF-8.
    """
    if arguments != ["-"]:
        return " ".join(arguments)
    try:
        return read_bytes("-").decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError("The text on stdin is not UTF-8: convert it first.") from error


def reason(error: Exception) -> str:
    """Return the reason of a failed access to a file, as a clause in lower case."""
    if isinstance(error, FileNotFoundError):
        return "no such file or directory"
    return (getattr(error, "strerror", None) or str(error)).lower()
