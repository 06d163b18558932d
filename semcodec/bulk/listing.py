"""List the files of an object store through Daft."""

from __future__ import annotations

from typing import Final

from semcodec.bulk.engines import daft_library
from semcodec.bulk.rows import Photograph
from semcodec.errors import BackendError, InputError

GLOB_CHARACTERS: Final = frozenset("*?[]{}")


def list_url(url: str) -> list[Photograph]:
    """Return all files below a URL, sorted by path; hidden ones are left out.

    Raises:
        InputError: the URL has characters of a pattern, or nothing is there.
        BackendError: Daft is not installed, or the store cannot be reached.
    """
    if GLOB_CHARACTERS & set(url):
        raise InputError(f"The source {url} is a pattern: name a folder, without any of *?[]{{}}.")
    daft = daft_library.import_daft()
    base = url.rstrip("/") + "/"
    try:
        columns = daft.from_glob_path(f"{base}**").select("path", "size").to_pydict()
    except Exception as error:  # of Daft, which has no common class
        line = daft_library.first_line(error)
        raise BackendError(f"Cannot list {url}: {line}. Check its URL and the access.") from error
    found = []
    for location, size in zip(columns["path"], columns["size"], strict=True):
        path = location.removeprefix(base)
        is_hidden = any(part.startswith(".") for part in path.split("/"))
        if location.startswith(base) and path and not is_hidden:
            found.append(Photograph(path, -1 if size is None else size))
    return sorted(found, key=lambda photograph: photograph.path)
