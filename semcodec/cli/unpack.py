"""``unpack``: print the text of a record."""

from __future__ import annotations

import argparse
import json
from typing import Any

import semcodec
from semcodec.bitstream.api import check_sequence
from semcodec.cli import files, options, output
from semcodec.cli.layer_values import layer_values
from semcodec.cli.output import print_result
from semcodec.cli.parser import DONE, Commands, Parser, add_command


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "unpack",
        unpack,
        summary="print the text of a record",
        description="Print the text of a record, or of each record of a sequence.",
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
    parser.add_argument(
        "--json",
        action="store_true",
        help="print all fields as JSON (default: off)",
    )


def unpack(args: argparse.Namespace) -> int:
    """Print the text of a record, or of each record of a sequence."""
    data = files.read_record(args.file, args.framing)
    if args.framing != "sequence":
        record = semcodec.unpack(data, framing=files.detected_framing(args.framing))
        _print(record, as_json=args.json)
    elif args.json:
        _print_array(data)
    else:  # one record at a time, so without the limit on the words of all records
        for record in semcodec.unpack_all(data):
            _print(record, as_json=False)
    return DONE


def _print_array(data: bytes) -> None:
    """Print the records of a sequence as one array, each as soon as it is read again.

    All are read before the first is printed, so that a broken rule leaves no half of an array.
    """
    check_sequence(data)
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


def _print(record: semcodec.Record, *, as_json: bool) -> None:
    if as_json:
        print_result(json.dumps(_values(record, is_single=True), indent=2))
    elif output.is_terminal():
        print_result(output.escape_control(record.text))
    else:  # another program gets the text unescaped
        print_result(record.text.encode() + b"\n")
