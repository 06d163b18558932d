"""``truncate``: make a record smaller without a model."""

from __future__ import annotations

import argparse

import semcodec
from semcodec.cli import endings, files, options, writing
from semcodec.cli.parser import DONE, Commands, Parser, add_command


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "truncate",
        truncate,
        summary="make a record smaller",
        description="Make a record smaller without a model: remove names and texts, then layers, "
        "then seed, order and k, and then words from the end, until it fits.",
        usage="FILE|TEXT --max-bytes N [options]",
        examples=(
            "semcodec truncate photo.semc --max-bytes 12 -o small.semc",
            "semcodec truncate - --max-bytes 12 < photo.semc > small.semc",
        ),
    )
    parser.add_argument(
        "file",
        metavar="FILE|TEXT",
        help="input record or text form such as semc:KB5b7w; - for stdin",
    )
    options.add_input_framing(parser, "--framing", sequence=False)
    parser.add_argument(
        "--max-bytes",
        type=options.count,
        metavar="N",
        required=True,
        help="maximum size of the result in the framing of the input, in bytes, without the "
        "newline of a text form (required)",
    )
    options.add_output(parser, "record")
    options.add_force(parser)


def truncate(args: argparse.Namespace) -> int:
    """Write a record in at most ``--max-bytes`` bytes."""
    sources = [] if files.is_text_form(args.file) else [args.file]
    writing.check_outputs("-", args.output, other_sources=sources, force=args.force)
    data = files.read_record(args.file, args.framing)
    record = semcodec.unpack(data, framing=files.detected_framing(args.framing))
    if record.framing == "png":
        raise semcodec.InputError(
            f"Picture {args.file} cannot be truncated: write its record into a file with semcodec "
            "convert, and truncate that."
        )
    endings.check_record(args.output, "truncate", record.framing)
    result = semcodec.truncate(semcodec.repack(record), args.max_bytes)
    writing.write_record(args.output, result, record.framing, force=args.force)
    return DONE
