"""Keep what cannot be written where the user wants it, in a file in the temporary folder.

A record or a picture may have cost money, and painting it again costs as much. So whatever fails
when it is written (a full disk, a folder that was deleted meanwhile, a file of its name that was
created meanwhile, a closed pipe), the content goes to a side file: a new file with a random name
that only its owner can read. The message names the file and the cost.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from semcodec.cli import costs, output, writing
from semcodec.cli.files import reason
from semcodec.cli.output import UsageError

PREFIX: Final = "semcodec-"


class Item(NamedTuple):
    """What is kept.

    Attributes:
        noun: what it is, such as ``"picture"``.
        data: the content of the file.
        ending: the ending of a side file.
        calls: the requests that it took, as in ``Trace.calls``.
        text: a short form of the content, to be printed if there is no other way; or "".
        hint: what to do with the file, after its name.
    """

    noun: str
    data: bytes
    ending: str
    calls: Sequence[costs.Call] = ()
    text: str = ""
    hint: str = ""


def write(name: str, item: Item, *, force: bool) -> None:
    """Write an item to the file ``name``, whose folder is created; or to a side file.

    Raises:
        UsageError: as for ``writing.write_bytes``; the message also names the side file.
    """
    with_fallback(lambda: writing.write_with_folder(name, item.data, force=force), item)


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
    """Write a side file, and return a clause that names it; or says why there is none."""
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
    """Write ``data`` to a new file in the temporary folder, and return its path.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=ending)  # O_EXCL, mode 0600
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def create_folder() -> Path:
    """Return a new folder in the temporary folder, for several files; its mode is 0700.

    Raises:
        OSError: it cannot be created.
    """
    return Path(tempfile.mkdtemp(prefix=PREFIX))
