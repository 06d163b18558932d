"""The texts of ``--description``: one file, stdin, or a folder with a file for each photograph."""

from __future__ import annotations

import argparse
import codecs
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from semcodec.cli import files
from semcodec.cli.naming import Source
from semcodec.cli.output import UsageError
from semcodec.cli.planning import Job
from semcodec.errors import InputError
from semcodec.pipeline.description import GivenDescription
from semcodec.signatures import identify

STDIN: Final = "-"
ENDING: Final = ".txt"
MAX_BYTES: Final = 2**20  #: of a file; the library uses at most 100,000 characters
MAX_SHOWN: Final = 60  #: characters of a name in a message
#: By byte order mark; that of UTF-32 begins with that of UTF-16, so it comes first.
ENCODINGS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def add_argument(parser: argparse.ArgumentParser, metavar: str, several: str = "") -> None:
    """Add ``--description``; ``several`` is a clause about several photographs."""
    parser.add_argument(
        "--description",
        metavar=metavar,
        help=f"text that describes the photograph, made by another tool; - for stdin{several} "
        "(default: describe it with --describer)",
    )


def check_options(
    args: argparse.Namespace, photographs: Sequence[str], *, is_batch: bool = False
) -> None:
    """Check that ``--description`` matches the other arguments.

    Args:
        args: the options.
        photographs: the arguments that are photographs, or folders of them.
        is_batch: whether there are several photographs.

    Raises:
        UsageError: there is also a describer, both the photograph and the text are on stdin, or one
            text would describe several photographs.
    """
    name = args.description
    if name is None:
        return
    if args.describer is not None:
        raise UsageError("--description replaces --describer: omit one of them.")
    if name == STDIN and STDIN in photographs:
        raise UsageError("The photograph and its description are both stdin: name one as a file.")
    if is_batch and not os.path.isdir(name):
        raise UsageError(
            f"--description {name} is one text, but there are several photographs: name a folder "
            f"with a text for each, such as photo{ENDING} for photo.jpg."
        )


def check_jobs(jobs: Iterable[Job]) -> None:
    """Check that no two photographs have the same file as their description.

    Raises:
        UsageError: they have, because their names differ only in the folder or the ending.
    """
    owners: dict[str, str] = {}
    for job in jobs:
        if job.sidecar is not None:
            other = owners.setdefault(job.sidecar, job.source)
            if other != job.source:
                raise UsageError(
                    f"{job.sidecar} would describe both {other} and {job.source}: name the texts "
                    f"after the whole names of the photographs, such as photo.jpg{ENDING}, or "
                    "encode each folder by itself."
                )


def finder(name: str | None) -> Callable[[Source], str | None]:
    """Return a function that returns the file with the description of a photograph.

    In a folder, that of ``x/photo.jpg`` is ``x/photo.jpg.txt`` if there is such a file, else
    ``x/photo.txt``; the folder may be that of the photographs.
    """

    def find(source: Source) -> str | None:
        if name is None or name == STDIN or not os.path.isdir(name):
            return name
        path = Path(name) / source.relative
        full = path.with_name(path.name + ENDING)
        return str(full if full.exists() else path.with_name(path.stem + ENDING))

    return find


def read(name: str) -> str:
    """Return the text in a file in UTF-8, UTF-16 or UTF-32; ``-`` is stdin.

    Raises:
        UsageError: the file cannot be read.
        InputError: it is not a text, is larger than ``MAX_BYTES``, or does not describe anything.
    """
    shown = "the text on stdin" if name == STDIN else name
    if name != STDIN and not os.path.exists(name):
        raise UsageError(_missing(name))
    data = files.read_bytes(name, max_other=16 * MAX_BYTES)
    if file_type := identify(data):
        raise InputError(f"{shown} is {file_type.name}, not a description: name a text file.")
    if len(data) > MAX_BYTES:
        raise InputError(f"{shown} has over {MAX_BYTES} bytes: keep only the description.")
    try:
        text = data.decode(_encoding(data))
        GivenDescription(text)
    except UnicodeDecodeError as error:
        raise InputError(f"{shown} is not in UTF-8 or UTF-16: convert it first.") from error
    except InputError as error:
        raise InputError(f"{shown}: {error}") from error
    return text


def _encoding(data: bytes) -> str:
    """Return the encoding of a text, by its byte order mark or by the place of its null bytes.

    UTF-8 has no null bytes, and in UTF-16 every other byte of English text is one.
    """
    for mark, encoding in ENCODINGS:
        if data.startswith(mark):
            return encoding
    nulls = data[::2].count(0), data[1::2].count(0)
    if not any(nulls):
        return "utf-8"
    return "utf-16-be" if nulls[0] > nulls[1] else "utf-16-le"


def _missing(name: str) -> str:
    if len(name.split()) > 1 and not name.endswith(ENDING):  # the text itself
        return (
            f"There is no file {name[:MAX_SHOWN]!r}: --description takes the name of a file with "
            "the text, or - to read it from stdin."
        )
    return f"There is no description {name}: write it to this file, or name another one."
