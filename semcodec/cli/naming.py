"""Choose the names of many outputs, so that no two are the same.

The names depend on the inputs alone: not on their order, nor on what is in the output folder. So
the same command always writes the same files.
"""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Final, NamedTuple

MAX_NAME: Final = 255  #: bytes of a file name in most file systems


class Source(NamedTuple):
    """An input.

    Attributes:
        name: a path, ``-`` for stdin, or a text form.
        relative: its path below the folder that was named; for other files, the file name.
        is_file: whether ``name`` is a path.
        problem: why the file cannot be read, or "".
    """

    name: str
    relative: PurePath
    is_file: bool = True
    problem: str = ""


def plan_names(sources: Sequence[Source], ending: str, folder: Path) -> list[PurePath]:
    """Return the names of the outputs of ``sources`` below ``folder``.

    They are distinct, also where case and Unicode normalization do not distinguish names; none is
    the name of a source, or of a folder that another output needs. The first of these that is
    distinct is used: ``a.semc``, ``a.jpg.semc``, ``x/a.jpg.semc`` (with the folders below the one
    that all sources share), and numbers. A name that would be too long for a file is cut off.
    """
    common = _common_folder(sources)
    candidates = [_candidates(source, ending, common) for source in sources]
    taken = {_key(PurePath(os.path.abspath(source.name))) for source in sources if source.is_file}
    base = Path(os.path.abspath(folder))
    levels = [0] * len(sources)
    while True:
        names = [names_[level] for names_, level in zip(candidates, levels, strict=True)]
        conflicts = _conflicts(names, base, taken)
        # Only the shortest names of a conflict are extended, so that a.jpg.semc, which a.jpg needs
        # beside a.png, stays its name if there is a.jpg.jpg as well. Each round extends a name, so
        # the loop ends.
        lowest = {key: min(levels[i] for i in group) for key, group in conflicts.items()}
        moved = {
            i
            for key, group in conflicts.items()
            for i in group
            if levels[i] == lowest[key] < len(candidates[i]) - 1
        }
        if not moved:
            return _number(sources, names, base, taken)
        for i in moved:
            levels[i] += 1


def _candidates(source: Source, ending: str, common: str) -> tuple[PurePath, ...]:
    relative = source.relative
    short = relative.with_name(_join(_stem(relative.name), ending))
    full = relative.with_name(_join(relative.name, ending))
    path = relative
    if source.is_file and common:
        path = PurePath(os.path.relpath(source.name, common))
    return short, full, path.with_name(_join(path.name, ending))


def _join(stem: str, ending: str) -> str:
    """Return ``stem + ending``, with the end of the stem cut off if it has over MAX_NAME bytes."""
    while len(os.fsencode(stem + ending)) > MAX_NAME:
        stem = stem[:-1]
    return stem + ending


def _stem(name: str) -> str:
    """Return a file name without its ending; unchanged if that would leave nothing or dots."""
    stem = name.rpartition(".")[0]
    return stem if stem.strip(".") else name


def _common_folder(sources: Sequence[Source]) -> str:
    """Return the nearest folder that contains all sources that are files, or ``""``."""
    folders = {
        os.path.dirname(os.path.abspath(source.name)) for source in sources if source.is_file
    }
    try:
        return os.path.commonpath(folders) if folders else ""
    except ValueError:  # on several drives of Windows
        return ""


def _conflicts(names: Sequence[PurePath], base: Path, taken: Iterable[str]) -> dict[str, list[int]]:
    """Return the groups of ``names``, by index, that cannot all be used."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(names):
        groups[_key(base / name)].append(index)
    used = {*taken, *_folder_keys(names, base)}
    return {key: group for key, group in groups.items() if len(group) > 1 or key in used}


def _folder_keys(names: Iterable[PurePath], base: Path) -> set[str]:
    """Return the keys of the folders of ``names``, below ``base``."""
    return {_key(base / parent) for name in names for parent in name.parents}


def _number(
    sources: Sequence[Source], names: Sequence[PurePath], base: Path, taken: set[str]
) -> list[PurePath]:
    """Return ``names`` with a number in those that are still in conflict."""
    conflicts = _conflicts(names, base, taken)
    numbered = {i for group in conflicts.values() for i in group}
    used = {*taken, *_folder_keys(names, base)}
    used |= {_key(base / name) for i, name in enumerate(names) if i not in numbered}
    result = list(names)
    counts: dict[str, int] = defaultdict(int)  # by name, so that the search is not repeated
    for i in sorted(numbered, key=lambda i: sources[i].name):  # not in the order of the arguments
        stem, ending = names[i].stem, names[i].suffix
        name_key = _key(base / names[i])
        while _key(base / result[i]) in used:
            counts[name_key] += 1
            result[i] = names[i].with_name(_join(stem, f"-{counts[name_key] + 1}{ending}"))
        used.add(_key(base / result[i]))
    return result


def _key(path: PurePath) -> str:
    """Return a text that is equal for all names that some file system does not distinguish."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", str(path)).casefold())
