"""``bulk``: encode more photographs than one folder of records can have, into Parquet files."""

from __future__ import annotations

import argparse
from typing import Any, Final

from semcodec.bulk.engines import ENGINES
from semcodec.bulk.parts import MAX_PART_ROWS, PART_ROWS
from semcodec.cli import encode, job_count, local_options, openai_options, options, pipeline_options
from semcodec.cli.output import UsageError
from semcodec.cli.parser import EXIT_CODES, Commands, Parser, add_command

BULK_EXIT_CODES: Final = (
    EXIT_CODES[0],
    f"{EXIT_CODES[1]}, or every input failed",
    EXIT_CODES[2],
    "some inputs failed, or the limit on cost was reached",
)
#: Options that only one of the two directions has.
ENCODING: Final = (
    "batch", "retry_failed", "part_rows", "framing", "check", "profile", "describer", "locator",
    "k", "max_bytes", "ubpp", "order", "rate", "coding", "judge", "skeletons", "layers",
    "fit", "background", "models", "language",
)  # fmt: skip
DECODING: Final = ("painter", "checker", "seed", "reflect", "ignore_layers", "plain")


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "bulk",
        bulk,
        summary="encode very many photographs into Parquet files",
        description="Encode all photographs below a folder, here or in an object store, on an "
        "engine: worker processes, Daft, or Daft on a Ray cluster. The output is a folder of "
        "Parquet files with a row for each photograph, which is also the list of what is done: the "
        "same command continues what was interrupted. With --decode, paint the pictures of such "
        "records.",
        usage="SOURCE -o OUT.parquet|DIR [options]",
        examples=(
            "semcodec bulk photos -o records.parquet --max-bytes 16",
            "semcodec bulk --decode records.parquet -o pictures --size 512x512",
        ),
        exit_codes=BULK_EXIT_CODES,
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="folder of photographs: a path, or a URL such as s3://bucket/photos; with --decode, "
        "folder of Parquet files",
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT.parquet|DIR",
        help="folder for the Parquet files: a path, or a URL; with --decode, for the pictures",
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        help="what runs the work: processes of this machine (local), Daft on this machine (daft), "
        "or Daft on a Ray cluster (ray) (default: daft if it is installed, else local)",
    )
    job_count.add_jobs(parser)
    parser.add_argument(
        "--retry-failed",
        action="store_true",
        help="try photographs again that have failed in an earlier run (default: off)",
    )
    parser.add_argument(
        "--batch",
        action="store_true",
        help="let OpenAI's Batch API answer the requests, within a day and at half the price "
        "(default: off)",
    )
    parser.add_argument(
        "--part-rows",
        type=_part_rows,
        default=PART_ROWS,
        metavar="N",
        help="rows of a Parquet file; one is also written after a minute. A killed run loses the "
        "rows that no file has (default: %(default)s)",
    )
    encode.add_encoding(
        parser,
        "bare",
        painter="the paint stage of --decode",
        checker="the check stage of --decode --reflect",
    )
    _add_decoding(parser)
    openai_options.add(parser)
    local_options.add(parser)


def _add_decoding(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("options of --decode")
    group.add_argument(
        "--decode",
        action="store_true",
        help="paint the pictures of the records in SOURCE, as DIR/PATH.png; pictures that are "
        "there are kept (default: off)",
    )
    group.add_argument(
        "--seed",
        type=options.seed,
        metavar="N",
        help="seed of the painter (default: the seed in the record, else 0)",
    )
    group.add_argument(
        "--reflect",
        type=pipeline_options.reflections,
        default="auto",
        metavar="N|auto|off",
        help="most tries to improve a picture after it was checked; auto does only what costs "
        "nothing (default: %(default)s)",
    )
    group.add_argument(
        "--ignore-layers",
        action="store_true",
        help="paint from the words alone (default: off)",
    )
    group.add_argument(
        "--plain",
        action="store_true",
        help="leave out the words and the record; a run that continues cannot recognize such "
        "pictures, and reports them as other files (default: off)",
    )


def bulk(args: argparse.Namespace) -> int:
    """Write a row for each photograph or the picture of each record, or print what it would cost.

    Raises:
        UsageError: an option is for the other direction.
    """
    unused = ENCODING if args.decode else DECODING
    for name in unused:
        if getattr(args, name) != _default(args.command_parser, name):
            option = "--" + name.replace("_", "-")
            advice = "omit one of them" if args.decode else "add --decode, or omit it"
            direction = "is not for --decode" if args.decode else "is for --decode"
            raise UsageError(f"{option} {direction}: {advice}.")
    if args.decode:
        from semcodec.cli import bulk_decode

        return bulk_decode.run(args)
    from semcodec.cli import bulk_encode

    return bulk_encode.run(args)


def _default(parser: argparse.ArgumentParser, name: str) -> Any:
    """Return the value of an option that is not given, which may be made of a text."""
    [action] = [action for action in parser._actions if action.dest == name]
    if isinstance(action.default, str) and callable(action.type):
        return action.type(action.default)
    return action.default


def _part_rows(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= MAX_PART_ROWS:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"invalid number of rows {text!r}, expected 1 to {MAX_PART_ROWS}"
    )
