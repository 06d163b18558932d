"""``validate``: check records against the specification, or explain its rules."""

from __future__ import annotations

import argparse
import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple

import semcodec
from semcodec.bitstream import PROFILES
from semcodec.bitstream.framing.png import CHUNK_TYPE
from semcodec.bulk.workers import Workers
from semcodec.cli import explain, files, job_count, options, output
from semcodec.cli.formats import FORMATS
from semcodec.cli.formats.as_json import format_record
from semcodec.cli.output import UsageError, print_result, print_status
from semcodec.cli.parser import DATA_ERROR, DONE, Commands, Parser, add_command
from semcodec.cli.reports import EXIT_CODES, FileReport, omitted_note, read_report
from semcodec.cli.results import FileResult, Result, Summary, Unreadable, needs_attention
from semcodec.cli.walking import PICTURE, walk
from semcodec.errors import InputError

STDIN: Final = "-"
MAX_NAMES: Final = 2**24  #: bytes of a list of names
NOTHING_FOUND: Final = "no .semc files in it, and no .png files with a record"
FILES_PER_TASK: Final = 64  #: that a worker checks at a time, in about 50 ms


class _File(NamedTuple):
    """A file to check; ``in_folder`` if it is not named itself."""

    name: str
    in_folder: bool = False


class _FolderStart(NamedTuple):
    name: str


class _FolderEnd(NamedTuple):
    name: str


_Item = _File | _FolderStart | _FolderEnd | Unreadable
_Checked = Result | str | _FolderStart | _FolderEnd  #: a string is a line about a record


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "validate",
        validate,
        summary="check records against the specification",
        description="Check records against the specification, and print every broken rule with "
        "its location. In a folder, all .semc files are checked, and the .png files that have a "
        "record; hidden files, and links to folders, are left out.",
        usage="FILE|DIR... [options]",
        examples=(
            "semcodec validate photo.semc --profile file",
            "semcodec validate --explain SC-LEB-2",
        ),
        exit_codes=EXIT_CODES,
    )
    parser.add_argument(
        "files",
        metavar="FILE|DIR",
        nargs="*",
        help="records, folders of records, and text forms such as semc:KB5b7w; - for stdin",
    )
    parser.add_argument(
        "--files0-from",
        metavar="FILE",
        help="also check the files whose names this file has, each followed by a zero byte, as "
        "find -print0 writes them; - for stdin (default: none)",
    )
    options.add_input_framing(parser)
    parser.add_argument(
        "--profile", choices=PROFILES, help="also check a profile (default: no profile)"
    )
    parser.add_argument(
        "-q",
        "--quiet",
        action="store_true",
        help="leave out files without findings; the summary counts them (default: off)",
    )
    _add_formats(parser)
    parser.add_argument(
        "--jobs",
        type=job_count.read_jobs,
        default=1,
        metavar="N|auto",
        help="processes that check files; auto means the number of processors, which pays for "
        "thousands of files (default: %(default)s)",
    )
    parser.add_argument(
        "--explain",
        nargs="?",
        const=True,  # an empty text is an error: an unset variable, not a request for all rules
        metavar="RULE",
        help="explain this rule with an example, or list the rules with this text in them, or all "
        "rules, then exit (default: off)",
    )


def _add_formats(parser: Parser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="format of the output; docs/ci.md describes each (default: text)",
    )
    group.add_argument(
        "--json",
        action="store_const",
        dest="format",
        const="json",
        help="the same as --format json, see spec/schema (default: off)",
    )


def validate(args: argparse.Namespace) -> int:
    """Print a verdict and the findings for each file, or explain rules."""
    if args.explain:
        pattern = "" if args.explain is True else args.explain
        print_result(explain.explain(pattern, as_json=args.format == "json"))
        return DONE
    names = [*args.files, *_read_names(args.files0_from)]
    _check_names(names, args.files0_from)
    summary = Summary(is_shown=len(names) != 1 or os.path.isdir(names[0]))
    results: Iterator[Result] = summary.count(_check_all(names, args))
    if args.quiet:
        results = filter(needs_attention, results)
    for text in FORMATS[args.format](results, summary):
        print_result(text)
    return summary.exit_code


def _read_names(list_name: str | None) -> list[str]:
    """Return the names in the file of ``--files0-from``."""
    if list_name is None:
        return []
    names = files.read_bytes(list_name, MAX_NAMES).split(b"\0")
    return [os.fsdecode(name) for name in names if name]


def _check_names(names: list[str], list_name: str | None) -> None:
    if not names and list_name is not None:
        raise UsageError(f"No names in {list_name}: give the name of a file.")
    if not names:
        raise UsageError("No files to validate: name files, - for stdin, or a rule to --explain.")
    if [*names, list_name].count(STDIN) > 1:
        raise UsageError("Standard input is named twice: name it once.")


def _check_all(names: list[str], args: argparse.Namespace) -> Iterator[Result]:
    """Yield a result for each file; print a message for each file that cannot be read."""
    is_visible = args.format == "text" and output.is_terminal()
    is_empty = True
    for result in _check_here_or_in_workers(names, args):
        if isinstance(result, str):
            print_result(result)
            continue
        if isinstance(result, _FolderStart):
            is_empty = True
            continue
        if isinstance(result, _FolderEnd):
            if not is_empty:
                continue
            result = Unreadable(result.name, NOTHING_FOUND)
        is_empty = False
        if isinstance(result, Unreadable) and not is_visible:
            print_status(f"semcodec: Cannot read {result.name}: {result.reason}.")
        yield result


def _check_here_or_in_workers(names: list[str], args: argparse.Namespace) -> Iterator[_Checked]:
    """Yield what ``_check`` does for each item, in order."""
    items = (item for name in names for item in _find(name))
    if args.jobs == 1 or STDIN in names:  # a worker has no stdin
        for item in items:
            yield from _check(item, args)
        return
    values = {name: getattr(args, name) for name in ("framing", "profile", "format", "quiet")}
    start = partial(_start, argparse.Namespace(**values))
    with Workers(start, jobs=args.jobs) as workers:
        for outcome in workers.run(_divide(items)):
            if isinstance(outcome.error, KeyboardInterrupt):
                raise outcome.error
            if outcome.result is not None:
                yield from outcome.result
            if outcome.error is not None:  # the worker has died
                reason = str(outcome.error).rstrip(".")
                for item in outcome.task:
                    yield Unreadable(item.name, reason) if isinstance(item, _File) else item


def _divide(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Yield the items in lists that take a worker much longer than it takes to send them."""
    iterator = iter(items)
    while part := list(itertools.islice(iterator, FILES_PER_TASK)):
        yield part


def _start(args: argparse.Namespace) -> Callable[[list[_Item]], list[_Checked]]:
    """Return the function that checks a list of items, in a worker."""
    return lambda items: [checked for item in items for checked in _check(item, args)]


def _find(name: str) -> Iterator[_Item]:
    """Yield the file ``name``, or the files in a folder between marks of its start and end."""
    if not os.path.isdir(name):
        yield _File(name)
        return
    yield _FolderStart(name)
    for entry in walk(name):
        yield entry if isinstance(entry, Unreadable) else _File(entry, in_folder=True)
    yield _FolderEnd(name)


def _check(item: _Item, args: argparse.Namespace) -> Iterator[_Checked]:
    """Yield the result for one file, after lines for its records; other items as they are.

    In a folder, a picture without a record has no result.
    """
    if not isinstance(item, _File):
        yield item
        return
    name, in_folder = item
    if in_folder and _is_plain_picture(name):
        return
    try:
        file = read_report(name, args.framing, args.profile, has_fields=False)
    except UsageError as error:
        yield Unreadable(name, _reason(name, error))
        return
    except InputError as error:  # the file is there, but it is not a record
        yield Unreadable(name, _reason(name, error), DATA_ERROR)
        return
    if args.format == "json-lines" and file.report.framing == "sequence":
        yield from _format_records(file, args)
    # The four letters of the chunk may be in the pixels of a picture by chance.
    if not (in_folder and any(finding.rule == "SC-PNG-3" for finding in file.report.findings)):
        note = file.note or omitted_note(file.report.omitted_findings)
        yield FileResult.from_report(name, file.report, note)


def _format_records(file: FileReport, args: argparse.Namespace) -> Iterator[str]:
    """Yield a line for each record of a sequence, as soon as it is checked."""
    for report in semcodec.validate_all(file.data, profile=args.profile):
        if not (args.quiet and report.ok):
            yield format_record(file.name, report)


def _is_plain_picture(name: str) -> bool:
    """Return whether a .png file has no record, even if it is damaged or not a PNG file.

    Such a picture is not searched for codes, which would take half a second for each. One that
    cannot be read is not plain: checking it will report the reason.
    """
    if not name.lower().endswith(PICTURE):
        return False
    try:
        return CHUNK_TYPE not in files.read_bytes(name)
    except (UsageError, InputError):
        return False


def _reason(name: str, error: Exception) -> str:
    """Return the clause of a message that does not repeat the name."""
    return str(error).removeprefix("Cannot read ").removeprefix(f"{name}: ").rstrip(".")
