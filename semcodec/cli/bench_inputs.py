"""The photographs of ``bench``: each content once, with names that are safe and distinct."""

from __future__ import annotations

import argparse
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from semcodec.bulk.digests import digest_bytes
from semcodec.cli import description_files, endings, files
from semcodec.cli.encode import is_picture
from semcodec.cli.naming import Source
from semcodec.cli.output import UsageError, print_status
from semcodec.cli.planning import STDIN, Purpose, find_sources
from semcodec.cli.walking import folder_identity
from semcodec.errors import InputError

MAX_NAME: Final = 60  #: characters of a name; with four bytes each, a file name has at most 255
SHOWN_DIGITS: Final = 8  #: of the SHA-256 of a photograph, in the name of its folder
FOLDER: Final = "photographs"  #: of the results
KEPT: Final = "._- ()"  #: characters of a name besides letters and digits


class Input(NamedTuple):
    """A photograph to be measured.

    Attributes:
        path: its file.
        name: its name in the results: a base name without its ending, distinct.
        sha256: the digest of its bytes; empty if the file cannot be read.
        problem: why it cannot be read, or "".
        sidecar: the file with its description, or None.
    """

    path: str
    name: str
    sha256: str
    problem: str = ""
    sidecar: str | None = None

    @property
    def folder(self) -> str:
        """The folder of its files in the results; it does not depend on other photographs."""
        return f"{FOLDER}/{_safe_name(self.path)}-{self.sha256[:SHOWN_DIGITS]}"


def find_inputs(args: argparse.Namespace) -> list[Input]:
    """Return the photographs of the arguments in order; print which ones occur twice.

    Raises:
        UsageError: a folder contains no photographs, or an argument is stdin.
    """
    if STDIN in args.photographs:
        raise UsageError("The photographs are read several times: name files, not stdin.")
    find_sidecar = description_files.finder(args.description)
    purpose = Purpose(
        inputs="photographs",
        outputs="results",
        ending=".semc",
        kind=endings.PICTURE,
        is_input=is_picture,
        check_ending=lambda _: None,
        sidecar=find_sidecar,
    )
    sources = find_sources(args.photographs, purpose, folder_identity(args.output))
    first: dict[str, Input] = {}
    found = []
    for source in sources:
        each = _read(source)._replace(sidecar=find_sidecar(source))
        same = first.setdefault(each.sha256, each) if each.sha256 else each
        if same is each:
            found.append(each)
        else:
            print_status(f"Note: {each.path} is the same file as {same.path}: measured once.")
    return _with_distinct_names(found)


def _read(source: Source) -> Input:
    """Return the input of a source, with the digest of its content."""
    name = _safe_name(source.name)
    if source.problem:
        return Input(source.name, name, "", f"Cannot read {source.name}: {source.problem}.")
    try:
        data = files.read_bytes(source.name)
    except (UsageError, InputError) as error:
        return Input(source.name, name, "", str(error))
    return Input(source.name, name, digest_bytes(data))


def _safe_name(path: str) -> str:
    """Return the base name without its ending, as a file name for every system."""
    stem = unicodedata.normalize("NFC", Path(path).stem)[:MAX_NAME]
    safe = "".join(char if char.isalnum() or char in KEPT else "_" for char in stem)
    return safe.strip(". ") or "photograph"


def _with_distinct_names(inputs: Sequence[Input]) -> list[Input]:
    """Return ``inputs`` with more in the names of those whose names are the same."""
    counts = Counter(each.name.casefold() for each in inputs)
    named = [
        each._replace(name=f"{each.name}-{each.sha256[:SHOWN_DIGITS]}")
        if counts[each.name.casefold()] > 1 and each.sha256
        else each
        for each in inputs
    ]
    numbers: Counter[str] = Counter()
    result = []
    for each in named:  # those that cannot be read have no digest
        key = each.name.casefold()
        numbers[key] += 1
        result.append(
            each if numbers[key] == 1 else each._replace(name=f"{each.name} ({numbers[key]})")
        )
    return result
