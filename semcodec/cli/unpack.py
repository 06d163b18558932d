"""``unpack``: print the text of a record."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

import semcodec
from semcodec.bitstream.api import check_sequence
from semcodec.bitstream.framing import MAGIC
from semcodec.cli import files, options, output
from semcodec.cli.layer_values import layer_values
from semcodec.cli.output import UsageError, print_result
from semcodec.cli.parser import DONE, Commands, Parser, add_command
from semcodec.cli.reports import LIMITS_OF_SEQUENCES
from semcodec.errors import FormatError, InputError, SemcodecError, UnsupportedError
from semcodec.signatures import identify


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "unpack",
        unpack,
        summary="print the text of a record",
        description="Print the text of a record, or of each record of a sequence, as soon as its "
        "bytes are there.",
        usage="FILE|TEXT [options]",
        examples=("semcodec unpack photo.semc", "semcodec unpack semc:KGgMxD3aWg --json"),
    )
    parser.add_argument(
        "file",
        metavar="FILE|TEXT",
        help="record to read, or a text form: what starts with semc: or SEMQ: in any case is one, "
        "also if there is such a file (./semc:x); - for stdin",
    )
    options.add_input_framing(parser)
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--json",
        action="store_true",
        help="print all fields as JSON; the records of a sequence as one array, after all were "
        "checked (default: off)",
    )
    group.add_argument(
        "--json-lines",
        action="store_true",
        help="print all fields as JSON, a line for each record; for sequences of any length "
        "(default: off)",
    )


def unpack(args: argparse.Namespace) -> int:
    """Print the text of a record, or of each record of a sequence."""
    show = _print_line if args.json_lines else _print_object if args.json else _print_text
    if args.framing != "sequence":
        data = files.read_record(args.file, args.framing)
        show(semcodec.unpack(data, framing=files.detected_framing(args.framing)))
    elif args.json:
        _print_array(files.read_record(args.file, args.framing))
    else:
        for record in _read_stream(args.file):
            show(record)
    return DONE


def _read_stream(name: str) -> Iterator[semcodec.Record]:
    """Yield each record of a sequence as soon as its bytes are there, of any number of records.

    Raises:
        InputError: the file is of another type.
        FormatError, UnsupportedError: a rule is broken.
    """
    reader, start = semcodec.SequenceReader(), b""
    is_first = True
    try:
        for piece in files.read_pieces(name):
            start = start or piece
            for record in reader.feed(piece):
                is_first = False
                yield record
        reader.close()
    except (FormatError, UnsupportedError) as error:
        if is_first:
            _check_type(start, error)
        raise


def _check_type(start: bytes, error: SemcodecError) -> None:
    """Raise an error that names the type of a file whose first record breaks a rule, if known."""
    if start.startswith(MAGIC):
        raise InputError("This is a record, not a sequence: omit --framing sequence.") from error
    if file_type := identify(start):
        raise InputError(
            f"This is {file_type.name}, not a sequence: unpack it, or pass the file that was "
            "written as a sequence."
        ) from error


def _print_array(data: bytes) -> None:
    """Print the records of a sequence as one array, each as soon as it is read again.

    All are read before the first is printed, so that a broken rule leaves no half of an array.
    """
    try:
        check_sequence(data)
    except UnsupportedError as error:
        if error.rule in LIMITS_OF_SEQUENCES:
            raise UsageError(
                "There are too many records for one array: use --json-lines in place of --json."
            ) from error
        raise
    previous = ""
    for record in semcodec.unpack_all(data):
        if previous:
            print_result(previous + ",")
        item = json.dumps([_values(record, is_single=False)], indent=2).removesuffix("\n]")
        previous = item if not previous else item.removeprefix("[\n")
    print_result(previous + "\n]" if previous else "[]")


def _values(record: semcodec.Record, *, is_single: bool) -> dict[str, Any]:
    layers = layer_values(record, is_counted=is_single)
    return record.as_dict() | ({"layers": layers} if layers else {})


def _print_object(record: semcodec.Record) -> None:
    print_result(json.dumps(_values(record, is_single=True), indent=2))


def _print_line(record: semcodec.Record) -> None:
    print_result(json.dumps(_values(record, is_single=False)))


def _print_text(record: semcodec.Record) -> None:
    if output.is_terminal():
        print_result(output.escape_control(record.text))
    else:  # another program gets the text unescaped
        print_result(record.text.encode() + b"\n")
