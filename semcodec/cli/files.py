"""Read and write files: ``-`` means stdin or stdout, and files are written atomically."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from semcodec.bitstream.framing import TEXT_FRAMINGS
from semcodec.bitstream.framing.text import PREFIXES
from semcodec.cli import output
from semcodec.cli.output import UsageError
from semcodec.errors import InputError

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
        raise UsageError(f"Cannot read {name}: {_reason(error)}.") from error
    if len(data) > MAX_INPUT:
        raise InputError(f"{name}: file too large (limit {MAX_INPUT >> 20} MiB).")
    return data


def read_record(name: str, framing: str = "auto") -> bytes:
    """Return the bytes of a record, without the newline at the end of a text form.

    A sequence is returned unchanged, because its first bytes may look like a text form.

    Raises:
        UsageError, InputError: as for ``read_bytes``.
    """
    data = read_bytes(name)
    is_text = framing != "sequence" and data.startswith(TEXT_PREFIXES)
    return data.rstrip(b"\r\n") if is_text else data


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


def check_outputs(source: str, *outputs: str | None, other_sources: tuple[str, ...] = ()) -> None:
    """Check that every output can be written, before any time or money is spent.

    Raises:
        UsageError: an output cannot be written, or is the same file as a source or another output.
    """
    sources = [name for name in (source, *other_sources) if name != "-"]
    checked: list[str] = []
    for name in filter(None, outputs):
        try:
            _check_different(name, sources, "Input and output")
            _check_different(name, checked, "Two outputs")
            _check_writable(name)
        except (OSError, ValueError, RuntimeError) as error:
            raise UsageError(f"Cannot write {name}: {_reason(error)}.") from error
        checked.append(name)


def _check_different(name: str, others: list[str], which: str) -> None:
    if any(name == other or _is_same_file(Path(name), Path(other)) for other in others):
        raise UsageError(f"{which} are the same file: {name}; name another one.")


def _check_writable(name: str) -> None:
    path = Path(name)
    if name == "-":
        output.stdout()
        return
    path.resolve()  # raises an error for a loop of links
    if not path.parent.is_dir():
        raise UsageError(f"Cannot write {name}: no directory {path.parent}; create it.")
    if path.is_dir():
        raise UsageError(f"Cannot write {name}: it is a directory; name a file in it.")
    if not path.exists() or path.is_file():
        # write_bytes will create a temporary file there, so check that this works.
        tempfile.TemporaryFile(dir=path.resolve().parent).close()


def write_bytes(name: str, data: bytes) -> None:
    """Write ``data`` to the file ``name``, through a temporary file that replaces it.

    Raises:
        UsageError: the file cannot be written; an existing file is then unchanged, and the
            temporary file is removed.
    """
    if name == "-":
        output.print_result(data)
        return
    try:
        _replace(Path(name), data)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a loop of links
        raise UsageError(f"Cannot write {name}: {_reason(error)}.") from error


def write_record(name: str, data: bytes, framing: str) -> None:
    """Write a record: a text form as a line, other bytes unchanged, or as hex to a terminal.

    Raises:
        UsageError: as for ``write_bytes``.
    """
    if framing in TEXT_FRAMINGS:
        data += b"\n"
    elif name == "-" and output.is_terminal():
        data = data.hex().encode() + b"\n"
    write_bytes(name, data)


def _is_same_file(path: Path, other: Path) -> bool:
    """Return whether two paths refer to the same file, which need not exist yet."""
    if path.exists() and other.exists():
        return path.samefile(other)
    return path.resolve() == other.resolve()


def _replace(path: Path, data: bytes) -> None:
    if path.exists() and not path.is_file():  # a pipe or a device cannot be replaced
        path.write_bytes(data)
        return
    path = path.resolve()  # replaces the target of a link, not the link
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".semcodec-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except BaseException:  # Ctrl-C too
        Path(temporary).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """Return the mode of the existing file, or of a new file according to the user's umask.

    Needed because ``mkstemp`` creates files that only their owner can read. The umask can only be
    read by setting it.
    """
    if path.exists():
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or directory"
    return (getattr(error, "strerror", None) or str(error)).lower()
