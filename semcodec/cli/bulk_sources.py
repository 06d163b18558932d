"""Find the photographs of ``bulk``."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from semcodec._wording import plural
from semcodec.bulk.listing import list_url
from semcodec.bulk.rows import Photograph, to_text
from semcodec.bulk.stores import check_name, is_url
from semcodec.cli import endings, output
from semcodec.cli.encode import is_picture
from semcodec.cli.output import UsageError, shorten_name
from semcodec.cli.results import Unreadable
from semcodec.cli.walking import folder_identity, walk

SAME_NAME: Final = "another file has the same name"  #: the problem of a ``Photograph``


def find_photographs(source: str, skipped: str) -> list[Photograph]:
    """Return the photographs below ``source``, sorted; print how much else there is.

    Links to files are followed, as by ``encode``, and links to folders are not.

    Args:
        source: a folder of this machine, or a URL.
        skipped: a folder that is left out, if it is below ``source``.

    Raises:
        UsageError: there are none, or ``source`` is not a folder.
        InputError, BackendError: as for ``list_url``.
    """
    check_name(source)
    if not is_url(source) and not os.path.isdir(source):
        what = "is a file" if os.path.exists(source) else "does not exist"
        raise UsageError(f"The source {source} {what}: name a folder of photographs, or a URL.")
    found: list[Photograph] = []
    others: list[str] = []
    links: list[str] = []
    for photograph, is_photograph in _list(source, skipped, links):
        if is_photograph:
            found.append(photograph)
        else:
            others.append(photograph.path)
    if not found:
        raise UsageError(f"There are no photographs in {source}: name another folder.")
    for names, noun, hint in ((others, "file", "not pictures"), (links, "link", "to folders")):
        if names:
            output.print_status(
                f"Note: skipped {plural(len(names), noun)} in {source} ({hint}), such as "
                f"{shorten_name(to_text(names[0]))}"
            )
    return [*_find_equal_names(found)]


def _find_equal_names(photographs: list[Photograph]) -> Iterator[Photograph]:
    """Yield photographs, each with a problem whose name in a row is that of an earlier one."""
    names: set[str] = set()
    for photograph in photographs:
        name = to_text(photograph.path)
        if name in names:
            yield replace(photograph, problem=SAME_NAME)
        else:
            names.add(name)
            yield photograph


def _list(source: str, skipped: str, links: list[str]) -> Iterator[tuple[Photograph, bool]]:
    """Yield all files with whether they are photographs; in a store, their names decide.

    Links to folders are added to ``links``.
    """
    if is_url(source):
        for photograph in list_url(source):
            yield photograph, endings.kind(photograph.path) == endings.PICTURE
        return
    for entry in walk(source, None, folder_identity(skipped), links.append):
        name, problem = entry[:2] if isinstance(entry, Unreadable) else (entry, "")
        path = os.path.relpath(name, source).replace(os.sep, "/")
        yield _describe(name, path, problem)


def _describe(name: str, path: str, problem: str) -> tuple[Photograph, bool]:
    is_named = endings.kind(name) == endings.PICTURE
    try:
        status = os.stat(name)
    except OSError as error:
        problem = problem or (error.strerror or str(error)).lower()
        # What cannot be examined may be a folder, unless it does not exist.
        return Photograph(path, -1, problem), is_named or not isinstance(error, FileNotFoundError)
    if stat.S_ISDIR(status.st_mode):  # one that cannot be read
        return Photograph(path, -1, problem), True
    is_photograph = is_named or (not problem and is_picture(Path(name)))
    return Photograph(path, status.st_size, problem), is_photograph
