"""``sweep``: encode one photograph at many budgets, and compare the pictures in a strip."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from semcodec import imaging
from semcodec.cli import (
    budgets,
    description_files,
    dry_run,
    endings,
    files,
    interrupts,
    local_options,
    openai_options,
    options,
    pipeline_options,
    sweep_report,
    unfinished,
)
from semcodec.cli.job_files import record_item
from semcodec.cli.loading import load_backends
from semcodec.cli.output import UsageError
from semcodec.cli.parser import DONE, PARTLY_DONE, Commands, Parser, add_command
from semcodec.cli.planning import check_folder_name
from semcodec.cli.progress import Progress
from semcodec.cli.side_files import Item
from semcodec.cli.sweep_outputs import PICTURE, RECORD, Outputs
from semcodec.cli.sweep_run import Row, Sweep, draw_strip
from semcodec.errors import SemcodecError
from semcodec.pipeline.encode import CODINGS
from semcodec.pipeline.language import LANGUAGES

FRAMINGS: Final = ("bare", "file")
ROLES: Final = ("describer", "writer", "painter", "upscaler", "locator")


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "sweep",
        sweep,
        summary="encode one photograph at many budgets, and paint a strip of pictures",
        description="Describe a photograph once, select words of the description for each budget, "
        "paint a picture of each record, and put the pictures into one strip, with bytes and "
        "words. A record is the one that encode writes with the same limit. With --progressive, "
        "words are selected once, and the record is truncated for each budget without a model.",
        usage="PHOTO -o DIR [options]",
        examples=(
            "semcodec sweep photo.jpg -o words --k 4,8,12,24",
            "semcodec sweep photo.jpg -o steps --progressive",
        ),
        exit_codes=(
            "success",
            "error in the data, or no budget allows a record",
            "error in usage or environment",
            "a record or a picture is missing for some budgets",
        ),
    )
    parser.add_argument("photo", metavar="PHOTO", help="photograph to encode; - for stdin")
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        required=True,
        help="folder for the records, the pictures and the strip",
    )
    budgets.add_arguments(parser)
    parser.add_argument(
        "--progressive",
        action="store_true",
        help="encode once, in order of importance, for the largest budget, and truncate the record "
        "to the others; the budgets are bytes, by default 8 12 20 40 80, and the framing is bare "
        "(default: off)",
    )
    pipeline_options.add_backends(
        parser,
        describer="the describe stage",
        writer="the select, compress, decompress and expand stages",
        painter="the paint stage",
        upscaler="the upscale stage of pictures that were painted smaller",
        locator="the locate stage of --layers, once for each budget",
    )
    description_files.add_argument(parser, "FILE")
    _add_encoding(parser)
    parser.add_argument(
        "--no-paint", action="store_true", help="write the records only (default: off)"
    )
    parser.add_argument(
        "--trace",
        metavar="T.json",
        help="write inputs, outputs, seconds and costs of each stage (default: no trace)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object, see spec/schema/sweep-1.json (default: off)",
    )
    options.add_force(parser)
    openai_options.add(parser)
    local_options.add(parser)


def _add_encoding(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--framing",
        choices=FRAMINGS,
        help="framing of the records (default: file, or bare with --progressive)",
    )
    parser.add_argument(
        "--coding",
        choices=CODINGS,
        default="auto",
        help="coding of the words, as for encode (default: %(default)s)",
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        default="en",
        help="language of the description, as for encode (default: %(default)s)",
    )
    pipeline_options.add_layers(parser)
    pipeline_options.add_judge(parser)
    parser.add_argument(
        "--size",
        type=options.size_or_auto,
        default="auto",
        metavar="auto|WxH",
        help="size of the pictures in pixels; auto means about a megapixel in the aspect ratio of "
        "the photograph (default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=options.seed,
        metavar="N",
        help="seed of the painter, the same for all pictures (default: 0)",
    )


def sweep(args: argparse.Namespace) -> int:
    """Write a record and a picture for each budget, or print the expected cost."""
    _check_options(args)
    args.framing = args.framing or FRAMINGS[not args.progressive]
    stem = "stdin" if args.photo == "-" else Path(args.photo).stem
    limits = budgets.from_options(args)
    names = [f"{stem}-{part}" for part in budgets.file_names(limits)]
    _check_layers(args, limits)
    rows = [Row(budget, name) for budget, name in zip(limits, names, strict=True)]
    outputs = Outputs(args, f"{stem}-strip{PICTURE}")
    outputs.check(rows)
    resolved = openai_options.resolve_backends(args)
    loaded = load_backends(resolved.by_option, _roles(args))
    keep = None if args.dry_run else partial(unfinished.keep, has_cache=args.cache is not None)
    run = Sweep(rows, loaded, is_progressive=args.progressive, keep=keep)
    _run(args, run, outputs)
    dry_run.print_plans(resolved.dry_run, run.trace.calls, is_batch=True)
    # Without any record, the run has raised the error of the largest budget.
    return PARTLY_DONE if any(row.problem for row in rows) else DONE


def _check_options(args: argparse.Namespace) -> None:
    """Check that the options match each other.

    Raises:
        UsageError: they do not.
    """
    if os.path.isdir(args.photo):
        raise UsageError(f"{args.photo} is a folder: name one photograph in it.")
    if args.output == "-":
        raise UsageError("A sweep writes several files: name a folder with -o DIR.")
    check_folder_name(args.output, "-o", "files")
    if args.progressive and args.coding == "bag":
        raise UsageError(
            "--progressive needs the order of words, which the coding bag does not keep: use "
            "another coding."
        )
    for role in ("painter", "upscaler"):
        if args.no_paint and getattr(args, role) is not None:
            option = pipeline_options.ROLE_OPTIONS[role]
            raise UsageError(f"--no-paint needs no {role}: omit {option} or --no-paint.")
    if args.json and args.dry_run:
        raise UsageError("--dry-run prints a table instead of JSON: omit --dry-run or --json.")
    if args.trace == "-":
        raise UsageError("The table is printed to stdout: name a file for the trace.")
    endings.check(args.trace, "--trace", endings.JSON, endings.TEXT)
    description_files.check_options(args, [args.photo])


def _check_layers(args: argparse.Namespace, limits: Sequence[budgets.Budget]) -> None:
    """Check that each budget can have the layers.

    Raises:
        UsageError: it cannot.
    """
    pipeline_options.check_locator(args)
    if args.layers.is_auto and any(budget.kind != "max_bytes" for budget in limits):
        raise UsageError(
            "--layers auto needs budgets in bytes: add --max-bytes, or name the layers, such as "
            "layout,colors:12."
        )


def _roles(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the roles that the run needs; the backends of others are not loaded."""
    omitted = {
        "describer": args.description is not None,
        "painter": args.no_paint,
        "upscaler": args.no_paint,
        "locator": not args.layers.locates,
    }
    return tuple(role for role in ROLES if not omitted.get(role))


def _run(args: argparse.Namespace, run: Sweep, outputs: Outputs) -> None:
    """Run all stages and write the outputs; report what there is, also after a failure."""
    error = ""
    try:
        with Progress() as progress:
            _encode(args, run, outputs, progress)
            if not args.no_paint:
                _paint(args, run, outputs, progress)
    except BaseException as failure:  # also after Ctrl-C: the stages may have cost money
        interrupts.defer()
        if isinstance(failure, SemcodecError | UsageError):
            error = " ".join(str(failure).split())
        sweep_report.report(args, run, outputs, error, is_failed=True)
        raise
    interrupts.defer()
    sweep_report.report(args, run, outputs)
    interrupts.allow()


def _encode(args: argparse.Namespace, run: Sweep, outputs: Outputs, progress: Progress) -> None:
    names = ("coding", "framing", "judge", "language", "size")
    chosen: dict[str, Any] = {name: getattr(args, name) for name in names}
    chosen["layers"] = args.layers.text
    if args.description is not None:
        chosen["description"] = description_files.read(args.description)
    photograph = files.read_bytes(args.photo)
    for row, encoded in run.encode(photograph, progress=progress, **chosen):
        item = record_item(encoded.data, args.framing, encoded.trace.calls)
        outputs.write(row.name + RECORD, item)


def _paint(args: argparse.Namespace, run: Sweep, outputs: Outputs, progress: Progress) -> None:
    reuse = not args.dry_run
    for row, decoded in run.paint(reuse=reuse, seed=args.seed, progress=progress):
        item = Item("picture", decoded.to_file("PNG"), PICTURE, decoded.trace.calls)
        outputs.write(row.name + PICTURE, item)
    if run.first is not None:
        strip = imaging.to_png(draw_strip(run.first, run.rows))
        outputs.write(outputs.strip, Item("strip", strip, PICTURE))
