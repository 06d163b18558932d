"""``pack``: write the record of a text."""

from __future__ import annotations

import argparse

import semcodec
from semcodec.bitstream import framing
from semcodec.bitstream.extensions import BY_NAME, LAYERS
from semcodec.choices import CodingChoice, Keep, values_of
from semcodec.cli import endings, files, options, output, word_costs, writing
from semcodec.cli.parser import DONE, Commands, Parser, add_command


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "pack",
        pack,
        summary="pack text into a record",
        description="Pack a text into a record: words in their coding, skeletons in theirs.",
        usage="TEXT... [options]",
        examples=(
            "semcodec pack red boat blue water --framing url",
            "semcodec pack rd bt bl vtr --coding nibble -o boat.semc",
        ),
    )
    parser.add_argument(
        "text", metavar="TEXT", nargs="+", type=str, help="words of the text; - for stdin"
    )
    options.add_output(parser, "record")
    parser.add_argument(
        "--coding",
        choices=values_of(CodingChoice),
        default="auto",
        help="coding of the text; auto means nibble for skeletons (the sixteen symbols, with a "
        "word that is not in the tables), else lexicon if it can code the text, else utf8 "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--keep",
        choices=values_of(Keep),
        default="order",
        help="what --coding auto must preserve: the order of the words, or only the words, "
        "which allows bag (default: %(default)s)",
    )
    options.add_output_framing(parser, framing.OUTPUT_FRAMINGS, "file")
    options.add_force(parser)
    options.add_check(parser)
    parser.add_argument(
        "--extension",
        type=options.extension,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"extension to add, can be repeated; NAME is one of {', '.join(BY_NAME)}; the values "
        f"of {', '.join(LAYERS)} are hex digits (default: none)",
    )
    options.add_size(parser, "picture size that the record states, in pixels")


def pack(args: argparse.Namespace) -> int:
    """Write the record of a text."""
    endings.check_record(args.output, "pack", args.framing)
    writing.check_outputs("-", args.output, force=args.force)
    text = files.read_text(args.text)
    data = semcodec.pack(
        text,
        coding=args.coding,
        keep=args.keep,
        framing=args.framing,
        check=args.check,
        size=args.size,
        extensions=args.extension,
    )
    writing.write_record(args.output, data, args.framing, force=args.force)
    (record,) = semcodec.unpack_all(data) if args.framing == "sequence" else [semcodec.unpack(data)]
    if notice := word_costs.find_notice(text, record, is_auto=args.coding == "auto"):
        output.print_status(f"Note: {notice}")
    return DONE
