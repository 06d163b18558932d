"""Write files atomically: ``-`` means stdout, and nothing is overwritten without ``force``.

No output replaces a file without ``force``, or a write-protected file at all. This is checked
before any time or money is spent, and once more when the complete file gets its name.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from semcodec.bitstream.framing import TEXT_FRAMINGS
from semcodec.bulk.atomic import PREFIX, write_atomically
from semcodec.cli import interrupts, output
from semcodec.cli.files import reason
from semcodec.cli.output import UsageError, WriteError


def check_outputs(
    source: str,
    *outputs: str | None,
    other_sources: Sequence[str] = (),
    replaceable: Collection[str] = (),
    force: bool = False,
    creates_folders: bool = False,
) -> None:
    """Check that every output can be written, before any time or money is spent.

    Args:
        source: the input, or ``-``.
        outputs: the names of the outputs; None and ``-`` are allowed.
        other_sources: further files that no output may replace.
        replaceable: outputs that may be replaced without ``force``.
        force: whether existing files are replaced.
        creates_folders: whether missing folders of outputs will be created.

    Raises:
        UsageError: an output cannot be written, exists without ``force``, or is the same file as a
            source or another output.
    """
    sources = {_identity(name) for name in (source, *other_sources) if name != "-"}
    checked: set[object] = set()
    folders: set[Path] = set()
    existing = []
    for name in filter(None, outputs):
        try:
            identity = _identity(name)
            _check_different(name, identity in sources, "Input and output")
            _check_different(name, identity in checked, "Two outputs")
            checked.add(identity)
            if name == "-":
                output.stdout()
                continue
            folders.add(_check_place(Path(name), creates_folders))
            if _is_replaced(Path(name)) and name not in replaceable:
                existing.append(name)
        except (OSError, ValueError, RuntimeError) as error:
            raise UsageError(f"Cannot write {name}: {reason(error)}.") from error
    if existing and not force:
        raise UsageError(_exists(existing))
    for folder in filter(Path.is_dir, folders):  # a pipe or a device needs no temporary file
        _check_folder(folder)


def _check_different(name: str, is_same: bool, which: str) -> None:
    if is_same:
        raise UsageError(f"{which} are the same file: {name}; name another one.")


def _identity(name: str) -> object:
    """Return a value that is equal for two names of one file, which need not exist yet."""
    if name == "-":
        return name
    path = Path(name)
    try:
        status = path.stat()
    except OSError:
        return os.path.realpath(path)  # of a loop of links as well
    return status.st_dev, status.st_ino


def _check_place(path: Path, creates_folders: bool) -> Path:
    """Return the folder in which a file would be created: the nearest one that exists."""
    resolved = path.resolve()  # raises an error for a loop of links
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        path.lstat()  # raises an error for a name that is too long
    if path.is_dir():
        raise UsageError(f"Cannot write {path}: it is a directory; name a file in it.")
    if path.exists() and not path.is_file():
        return path  # a pipe or a device
    folder = resolved.parent
    while creates_folders and not folder.exists():
        folder = folder.parent
    if not folder.exists():
        raise UsageError(f"Cannot write {path}: no directory {path.parent}; create it.")
    if not folder.is_dir():
        raise UsageError(f"Cannot write {path}: {folder} is a file; name another directory.")
    with contextlib.suppress(FileNotFoundError):
        (folder / path.name).lstat()  # as above, for a name in a folder that is missing
    return folder


def _check_folder(folder: Path) -> None:
    """Check that ``write_bytes`` can create its temporary files in ``folder``."""
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise UsageError(f"Cannot write into {folder}: {reason(error)}.") from error


def _is_replaced(path: Path) -> bool:
    """Return whether writing ``path`` would replace a file.

    Raises:
        UsageError: the file is write-protected. A file is replaced by renaming another one, so the
            system would not object; and it objects to nothing that root does.
    """
    if not path.is_file():
        return False
    if not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
        raise UsageError(f"Cannot write {path}: it is write-protected; name another file.")
    return True


def _exists(names: list[str]) -> str:
    """Return the message about outputs that exist."""
    if len(names) == 1:
        return f"{names[0]} already exists: name another output, or add --force to replace it."
    return (
        f"{len(names)} outputs already exist, such as {names[0]}: "
        "name another folder, or add --force to replace them."
    )


def create_folder(path: Path) -> None:
    """Create a folder and its parents, if they do not exist.

    Raises:
        WriteError: the folder cannot be created.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise WriteError(f"Cannot create the folder {path}: {reason(error)}.") from error


def write_bytes(name: str, data: bytes, *, force: bool = False, marker: str = "") -> None:
    """Write ``data`` to the file ``name``, through a temporary file.

    Args:
        name: the file; ``-`` for stdout.
        data: its content.
        force: whether to replace an existing file.
        marker: part of the name of the temporary file, by which a later run recognizes it.

    Raises:
        UsageError: the file exists, and ``force`` is not set.
        WriteError: the file cannot be written; an existing file is then unchanged, and the
            temporary file is removed.
    """
    if name == "-":
        output.print_result(data)
        return
    try:
        _write(Path(name), data, force, marker)
    except FileExistsError as error:
        raise UsageError(_exists([name])) from error
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a loop of links
        raise WriteError(f"Cannot write {name}: {reason(error)}.") from error


def temporary_prefix(marker: str) -> str:
    """Return the start of the names of temporary files; they are hidden."""
    return f"{PREFIX}{marker}-" if marker else PREFIX


def write_with_folder(name: str, data: bytes, *, force: bool = False, marker: str = "") -> None:
    """Write ``data`` as ``write_bytes`` does, and create the folder if it is missing.

    Raises:
        UsageError, WriteError: as for ``create_folder`` and ``write_bytes``.
    """
    if name != "-":
        create_folder(Path(name).parent)
    write_bytes(name, data, force=force, marker=marker)


def to_file(data: bytes, framing: str) -> bytes:
    """Return the content of the file of a record: a text form is a line."""
    return data + b"\n" if framing in TEXT_FRAMINGS else data


def write_record(
    name: str, data: bytes, framing: str, *, force: bool = False, marker: str = ""
) -> None:
    """Write a record: a text form as a line, other bytes unchanged, or as hex to a terminal.

    Raises:
        UsageError: as for ``write_bytes``; also a PNG file for a terminal.
    """
    content = to_file(data, framing)
    if framing == "png":
        check_not_terminal(name)
    elif framing not in TEXT_FRAMINGS and is_terminal(name):
        content = data.hex().encode() + b"\n"
    write_bytes(name, content, force=force, marker=marker)


def check_not_terminal(name: str) -> None:
    """Check that the output of a picture is not a terminal.

    Raises:
        UsageError: it is one.
    """
    if is_terminal(name):
        raise UsageError("A picture cannot be shown in a terminal: name a file with -o.")


def is_terminal(name: str) -> bool:
    """Return whether the output ``name`` is a terminal: ``-``, or a device such as /dev/stdout."""
    if name == "-":
        return output.is_terminal()
    try:
        if not Path(name).is_char_device():
            return False
        with Path(name).open("wb", buffering=0) as device:
            return device.isatty()
    except (OSError, ValueError):  # writing it will report the reason
        return False


def _write(path: Path, data: bytes, force: bool, marker: str) -> None:
    if path.exists() and not path.is_file():  # a pipe or a device cannot be replaced
        with interrupts.allowed():  # a pipe may have no reader for any time
            path.write_bytes(data)
        return
    path = path.resolve()  # writes the target of a link, not the link
    _is_replaced(path)  # raises an error for a file that was protected meanwhile
    rename = os.replace if force else _rename_without_replacing
    write_atomically(path, data, prefix=temporary_prefix(marker), rename=rename)


def _rename_without_replacing(temporary: Path, path: Path) -> None:
    """Give a complete file its name, unless a file of this name was created meanwhile.

    A hard link either creates the name or fails, in one step. Where there are no hard links (FAT,
    some network drives), an empty file reserves the name, and is replaced.

    Raises:
        FileExistsError: there is a file of this name.
    """
    try:
        os.link(temporary, path)
    except OSError:
        path.open("xb").close()  # raises FileExistsError if there is a file
        try:
            temporary.replace(path)
        except BaseException:
            path.unlink()
            raise
