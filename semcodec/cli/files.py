"""Files in and out: ``-`` is stdin or stdout, and a file is written whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from semcodec.bitstream.framing.text import PREFIXES
from semcodec.cli import output
from semcodec.cli.output import UsageError
from semcodec.errors import InputError

TEXT_FORMS: Final = tuple(PREFIXES.values())
MAX_INPUT: Final = 2**29  #: bytes read from a file or a pipe


def read(name: str) -> bytes:
    """Return the bytes of the file ``name``.

    Raises:
        EnvironmentFault: it cannot be read.
        InputError: it is larger than ``MAX_INPUT``.
    """
    if name == "-" and sys.stdin is None:
        raise UsageError("There is no standard input to read from.")
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_INPUT + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MAX_INPUT + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot read {name}: {_why(error)}.") from error
    if len(data) > MAX_INPUT:
        raise InputError(f"{name} is over {MAX_INPUT} bytes: that is no input for semcodec.")
    return data


def record(name: str, framing: str = "auto") -> bytes:
    """Return the bytes of a record; the line's end behind a text form is the file's, not its own.

    A sequence is left as it is: its first bytes can look like a text form.

    Raises:
        EnvironmentFault, InputError: as for ``read``.
    """
    data = read(name)
    is_text = framing != "sequence" and data.startswith(TEXT_FORMS)
    return data.rstrip(b"\r\n") if is_text else data


def check_outputs(source: str, *outputs: str | None, beside: tuple[str, ...] = ()) -> None:
    """Check, before any work is done, that every output can be written and is a file of its own.

    ``beside`` are more sources, which no output may replace either.

    Raises:
        EnvironmentFault: one cannot, or is the same as ``source`` or as another output.
    """
    taken = [name for name in (source, *beside) if name != "-"]
    for name in filter(None, outputs):
        try:
            _ready(name, taken)
        except (OSError, ValueError, RuntimeError) as error:
            raise UsageError(f"Cannot write {name}: {_why(error)}.") from error
        taken.append(name)


def _ready(name: str, taken: list[str]) -> None:
    path = Path(name)
    for other in taken:
        if name == other or _same(path, Path(other)):
            raise UsageError(f"{name} is named twice: name another file for the output.")
    if name == "-":
        output.stdout()
        return
    path.resolve()  # raises if links lead round in a circle
    if not path.parent.is_dir():
        raise UsageError(f"Cannot write {name}: there is no folder {path.parent}; make it.")
    if path.is_dir():
        raise UsageError(f"Cannot write {name}: it is a folder; name a file in it.")
    if not path.exists() or path.is_file():
        tempfile.TemporaryFile(dir=path.resolve().parent).close()  # raises if nothing can be made


def write(name: str, data: bytes) -> None:
    """Write ``data`` to the file ``name``, through a temporary file beside it and a rename.

    Raises:
        EnvironmentFault: it cannot be written; nothing of it is left behind.
    """
    if name == "-":
        output.print_result(data)
        return
    try:
        _replace(Path(name), data)
    except (OSError, ValueError, RuntimeError) as error:  # a loop of links is a RuntimeError
        raise UsageError(f"Cannot write {name}: {_why(error)}.") from error


def _same(one: Path, other: Path) -> bool:
    """Tell whether two names are one file, which need not be there yet."""
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _replace(path: Path, data: bytes) -> None:
    if path.exists() and not path.is_file():  # a pipe or a device: there is nothing to rename
        path.write_bytes(data)
        return
    path = path.resolve()  # what a link points to is replaced, not the link
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".semcodec-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """Return the mode of the file to be replaced, or what the user's umask gives a new one."""
    if path.exists():
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or folder"
    return (getattr(error, "strerror", None) or str(error)).lower()
