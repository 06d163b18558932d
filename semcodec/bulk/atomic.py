"""Write files that are complete or absent at any time, also after ``kill -9``.

The content is written to a hidden temporary file in the same folder, which then gets the name.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

PREFIX: Final = ".semcodec-"  #: of the names of temporary files


def write_atomically(
    path: Path,
    data: bytes,
    *,
    prefix: str = PREFIX,
    rename: Callable[[Path, Path], object] = os.replace,
    is_durable: bool = False,
) -> None:
    """Write ``data`` to ``path``, whose folder exists; an error leaves an older file as it was.

    Args:
        path: the file.
        data: its content.
        prefix: start of the name of the temporary file, which is removed after an error.
        rename: gives the temporary file its name; by default it replaces an older file.
        is_durable: whether to wait until the content is on the disk before it gets its name.

    Raises:
        OSError: the file cannot be written, or ``rename`` raised it.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.chmod(_mode(path))
        rename(temporary, path)
    finally:  # also after Ctrl-C
        temporary.unlink(missing_ok=True)


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
