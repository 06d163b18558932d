"""``bulk``: encode more photographs than one folder of records can have, into Parquet files."""

from __future__ import annotations

import argparse
from typing import Final

from semcodec.bulk.engines import ENGINES
from semcodec.cli import encode, local_options, openai_options, parallel
from semcodec.cli.parser import EXIT_CODES, Commands, Parser, add_command

BULK_EXIT_CODES: Final = (
    EXIT_CODES[0],
    f"{EXIT_CODES[1]}, or every input failed",
    EXIT_CODES[2],
    "some inputs failed, or the limit on cost was reached",
)


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
        "same command continues what was interrupted.",
        usage="SOURCE -o OUT.parquet [options]",
        examples=(
            "semcodec bulk photos -o records.parquet --jobs 4",
            "semcodec bulk s3://bucket/photos -o s3://bucket/records.parquet --backend openai",
        ),
        exit_codes=BULK_EXIT_CODES,
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="folder of photographs: a path, or a URL such as s3://bucket/photos",
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT.parquet",
        help="folder for the Parquet files: a path, or a URL",
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        help="what runs the work: processes of this machine (local), Daft on this machine (daft), "
        "or Daft on a Ray cluster (ray) (default: daft if it is installed, else local)",
    )
    parallel.add_jobs(parser)
    parser.add_argument(
        "--retry-failed",
        action="store_true",
        help="try photographs again that have failed in an earlier run (default: off)",
    )
    encode.add_encoding(parser, "bare")
    openai_options.add(parser)
    local_options.add(parser)


def bulk(args: argparse.Namespace) -> int:
    """Write a row for each photograph, or print what would be done."""
    from semcodec.cli import bulk_encode

    return bulk_encode.run(args)
