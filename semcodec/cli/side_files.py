"""Keep what cannot be written where the user wants it, in a file in the temporary folder.

A record or a picture may have cost money, and painting it again costs as much. So whatever fails
when it is written (a full disk, a folder that was deleted meanwhile, a file of its name that was
created meanwhile, a closed pipe), the content goes to a side file: a new file with a random name
that only its owner can read. The message names the file and the cost.

The temporary folder is often on the disk that is full, so other folders are tried after it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from semcodec.cli import costs, output, writing
from semcodec.cli.files import reason
from semcodec.cli.output import UsageError

PREFIX: Final = "semcodec-"
#: Functions that return the folders for side files, the first that works is used.
FOLDERS: Final[tuple[Callable[[], str | Path], ...]] = (
    tempfile.gettempdir,
    lambda: "/var/tmp",  # noqa: S108 - the files have random names and are created with O_EXCL
    Path.home,
    Path.cwd,
)


class Item(NamedTuple):
    """What is kept.

    Attributes:
        noun: what it is, such as ``"picture"``.
        data: the content of the file.
        ending: the ending of a side file.
        calls: the requests that it took, as in ``Trace.calls``.
        text: a short form of the content, printed if all folders fail; or "".
        hint: what to do with the file, after its name.
    """

    noun: str
    data: bytes
    ending: str
    calls: Sequence[costs.Call] = ()
    text: str = ""
    hint: str = ""


def write(name: str, item: Item, *, force: bool, marker: str = "") -> None:
    """Write an item to the file ``name``, whose folder is created; or to a side file.

    Args:
        name: the file.
        item: its content.
        force, marker: as for ``writing.write_bytes``.

    Raises:
        UsageError: as for ``writing.write_bytes``; the message also names the side file.
    """
    with_fallback(
        lambda: writing.write_with_folder(name, item.data, force=force, marker=marker), item
    )


def with_fallback(write_item: Callable[[], object], item: Item) -> None:
    """Call ``write_item``; if it fails, write a side file and raise the error.

    A reader that has closed the pipe has what it wants, so a side file is written only of what may
    have cost money.
    """
    try:
        write_item()
    except UsageError as error:
        raise type(error)(f"{str(error).rstrip('.')}; {keep(item)}.") from error
    except BaseException:  # a closed pipe, Ctrl-C, no memory
        if costs.format_cost(item.calls):
            output.print_status(f"Note: {keep(item)}.")
        raise


def keep(item: Item) -> str:
    """Write a side file, and return a clause that names it, or states why it failed."""
    cost = costs.format_cost(item.calls)
    described = f"the {item.noun}, which cost {cost}," if cost else f"the {item.noun}"
    try:
        return f"take {described} from {save(item.data, item.ending)}{item.hint}"
    except (OSError, ValueError, MemoryError) as error:
        problem = f"no side file can be written either ({reason(error)})"
        if item.text:
            return f"{problem}: take {described} from here: {item.text}"
        return f"{problem}, so {described} is lost: set TMPDIR to a folder with space"


def save(data: bytes, ending: str) -> Path:
    """Write ``data`` to a new file in the first folder that takes it, and return its path.

    Raises:
        OSError: it cannot be written to any of ``FOLDERS``; nothing is left of it.
    """
    problem: OSError | None = None
    for folder in _folders():
        try:
            return _save_into(folder, data, ending)
        except OSError as error:
            problem = problem or error
    raise problem or OSError("no folder for temporary files")


def create_folders() -> Iterator[Path]:
    """Create a new folder for several files in each of ``FOLDERS``, when the next one is needed.

    Its mode is 0700. A folder that is empty when the next one is created is removed.
    """
    for parent in _folders():
        with suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            yield folder
            folder.rmdir()


def _folders() -> Iterator[Path]:
    for find in FOLDERS:
        with suppress(OSError, RuntimeError):  # RuntimeError: a user without a home folder
            yield Path(find())


def _save_into(folder: Path, data: bytes, ending: str) -> Path:
    handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=ending, dir=folder)  # O_EXCL, mode 0600
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
