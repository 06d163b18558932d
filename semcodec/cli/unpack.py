"""``unpack``: print the text of a record."""

from __future__ import annotations

import argparse
import json

import semcodec
from semcodec.cli import files, options, output
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
    is_sequence = args.framing == "sequence"
    if is_sequence:
        records = semcodec.unpack_sequence(data)
    else:
        records = [semcodec.unpack(data, framing=files.detected_framing(args.framing))]
    if args.json:
        values = [record.as_dict() for record in records]
        print_result(json.dumps(values if is_sequence else values[0], indent=2))
    elif output.is_terminal():
        print_result("\n".join(output.escape_control(record.text) for record in records))
    else:  # another program gets the text unescaped
        print_result(b"".join(record.text.encode() + b"\n" for record in records))
    return DONE
