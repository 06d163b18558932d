"""``bench``: measure the codec on many photographs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from semcodec.cli import (
    batch,
    bench_run,
    budgets,
    costs,
    description_files,
    dry_run,
    openai_options,
    options,
    output,
)
from semcodec.cli.bench_inputs import Input, find_inputs
from semcodec.cli.bench_outputs import Outputs
from semcodec.cli.bench_run import ROLES
from semcodec.cli.loading import load_backends
from semcodec.cli.output import UsageError, print_paragraph, print_result, print_status
from semcodec.cli.parser import DATA_ERROR, DONE, PARTLY_DONE, Commands, Parser, add_command
from semcodec.errors import BackendError, BudgetExceededError, InputError, SemcodecError
from semcodec.measure import assembling, measuring, report, settings, tables
from semcodec.measure.exports import compressai
from semcodec.measure.measuring import Measured, Options
from semcodec.measure.results import Photograph, Setting
from semcodec.measure.store import StoreError
from semcodec.pipeline.encode import CODINGS
from semcodec.pipeline.finishing import MAX_PAINTED_SIDE


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "bench",
        bench,
        summary="measure rates and fidelity on many photographs",
        description="Describe each photograph once, encode the description with each setting, and "
        "paint a picture of each record. Measure bytes and fidelity, beside other image codecs on "
        "the same photographs. A run that was interrupted is continued by the same command.",
        usage="DIR|PHOTO... -o DIR [options]",
        examples=(
            "semcodec bench photos -o out",
            "semcodec bench photos -o out --k 12 --coding lexicon --layers off",
        ),
        exit_codes=batch.BATCH_EXIT_CODES,
    )
    parser.add_argument(
        "photographs",
        metavar="DIR|PHOTO",
        nargs="+",
        help="folders of photographs, and photographs",
    )
    parser.add_argument(
        "-o", "--output", metavar="DIR", required=True, help="folder for all results"
    )
    _add_settings(parser)
    options.add_backends(
        parser,
        describer="the describe stage, once for each photograph",
        writer="the select, compress, decompress and expand stages",
        painter="the paint stage",
        upscaler="the upscale stage of pictures that were painted smaller",
        locator="the locate stage of --layers",
    )
    description_files.add_argument(
        parser, "DIR", ", or a folder with NAME.txt for each photograph, which may be their own"
    )
    options.add_force(parser)
    openai_options.add(parser)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--k",
        nargs="+",
        type=budgets.several(options.word_count),
        metavar="N",
        help="limits in words, separated by commas (default: 6,12,24, or those of --max-bytes)",
    )
    parser.add_argument(
        "--max-bytes",
        nargs="+",
        type=budgets.several(options.count),
        metavar="N",
        help="limits in bytes of the record, beside those in words (default: none)",
    )
    parser.add_argument(
        "--coding",
        type=codings,
        default="lexicon,bag",
        metavar="NAME,...",
        help="codings of the words, as for encode (default: %(default)s)",
    )
    parser.add_argument(
        "--layers",
        type=options.layers,
        action="append",
        metavar="off|auto|layout,colors[:N]",
        help="layers of the records, as for encode; give it several times to compare several "
        "(default: --layers off --layers layout,colors:24)",
    )
    parser.add_argument(
        "--paint-size",
        type=paint_size,
        default=measuring.DEFAULT_PAINT_SIZE,
        metavar="N|off",
        help="longer side of the painted pictures in pixels; off paints none "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--metrics",
        type=metrics,
        metavar="auto|NAME,...",
        help="groups of metrics to compute; auto means all that cost nothing and whose packages "
        "are installed (default: auto)",
    )
    parser.add_argument(
        "--texts",
        metavar="DIR",
        help="folder of .txt files on which the dictionary of zstd is trained, one of the other "
        "text coders that get the same words (default: none, and zstd is left out)",
    )
    parser.add_argument(
        "--no-originals",
        dest="originals",
        action="store_false",
        help="keep no copies of the photographs in the results (default: off)",
    )
    parser.add_argument(
        "--no-page",
        dest="page",
        action="store_false",
        help="make no page of the results (default: off)",
    )
    parser.add_argument(
        "--jobs",
        type=options.count,
        default=1,
        metavar="N",
        help="worker processes, each with models of its own (default: %(default)s)",
    )


def codings(text: str) -> list[str]:
    """Return the codings of a list that is separated by commas."""
    known = [name for name in CODINGS if name != "auto"]
    for name in (names := [name.strip() for name in text.split(",")]):
        if name not in known:
            raise argparse.ArgumentTypeError(
                f"unknown coding {name!r}, expected some of {', '.join(known)}"
            )
    return names


def metrics(text: str) -> list[str] | None:
    """Return the names of a list that is separated by commas; None for ``auto``."""
    return None if text == "auto" else [name.strip() for name in text.split(",")]


def paint_size(text: str) -> int:
    """Return the longer side of pictures in pixels; 0 for ``off``."""
    if text in ("off", "0"):
        return 0
    return max(options.size(f"{text}x{text}", MAX_PAINTED_SIDE))


def bench(args: argparse.Namespace) -> int:
    """Measure all photographs, write the results, and print the means."""
    chosen = _settings(args)
    outputs = Outputs(args.output, force=args.force)
    inputs = find_inputs(args)
    measured_options = measuring.Options(
        chosen, args.paint_size, _identities(args), args.originals, is_dry_run=args.dry_run
    )
    if args.dry_run:
        return _plan(args, measured_options, inputs)
    outputs.create()
    rows: list[Measured | Photograph] = []
    calls: list[dict[str, Any]] = []
    jobs = max(1, min(args.jobs, len(inputs)))
    with bench_run.make_workers(args, measured_options, jobs) as workers:
        for outcome in workers.run(inputs):
            each = outcome.task
            if outcome.result is not None:
                rows.append(outcome.result)
                calls += outcome.result.calls
                print_status(f"{len(rows)} of {len(inputs)}: {each.name}")
                for notice in outcome.result.notices:
                    print_status(f"Note: {notice}")
                continue
            if not isinstance(outcome.error, SemcodecError) or _concerns_all(outcome.error):
                raise outcome.error or KeyboardInterrupt
            message = " ".join(str(outcome.error).split())
            print_status(f"semcodec: {each.path}: {message}")
            rows.append(assembling.failed_photograph(each.name, each.sha256, message))
    content = assembling.assemble(chosen, rows, backends={}, command=_command(args, chosen))
    names = outputs.write(content, originals=args.originals, page=args.page)
    rows_of_table = tables.rows_of_means(content)
    print_result(output.format_table(rows_of_table, "<" + ">" * (len(rows_of_table[0]) - 1)))
    if report.FILE_NAME in names:
        page = outputs.folder / report.FILE_NAME
        print_paragraph(f"Open {page} to see each photograph with its pictures.")
    shown = ", ".join(name for name in names if "/" not in name)
    print_paragraph(f"In {outputs.folder}: {shown}, and {compressai.FOLDER}/ for its plotter.")
    costs.print_costs(calls)
    photographs = content["photographs"]
    if all(each["error"] for each in photographs):
        return DATA_ERROR
    is_complete = not any(each["error"] or each.get("failed") for each in photographs)
    return DONE if is_complete else PARTLY_DONE


def _plan(args: argparse.Namespace, measured_options: Options, inputs: Sequence[Input]) -> int:
    """Print the requests that the run would send, with their cost."""
    resolved = openai_options.resolve_backends(args)
    needed = bench_run.needed_roles(args, measured_options.settings)
    roles = load_backends(resolved.by_option, needed)
    measure = bench_run.make_measure(args, measured_options, roles)
    calls: list[dict[str, Any]] = []
    for each in inputs:
        try:
            calls += measure(each).calls
        except SemcodecError as error:
            print_status(f"semcodec: {each.path}: {' '.join(str(error).split())}")
    dry_run.print_plans(resolved.dry_run, calls, is_batch=True)
    return DONE


def _concerns_all(error: SemcodecError) -> bool:
    """Return whether the other photographs would fail for the same reason."""
    if isinstance(error, StoreError | BudgetExceededError):
        return True
    return isinstance(error, BackendError) and (error.unavailable or error.stage == "load")


def _settings(args: argparse.Namespace) -> list[Setting]:
    """Return the settings of the options.

    Raises:
        UsageError: there are too many, or one cannot be.
    """
    chosen: dict[str, Any] = {"codings": args.coding}
    if args.layers is not None:
        chosen["layers"] = [choice.text for choice in args.layers]
    for name in ("k", "max_bytes"):
        chosen[name] = [number for part in getattr(args, name) or () for number in part]
    try:
        return settings.make_settings(**chosen)
    except InputError as error:
        raise UsageError(str(error)) from error


def _identities(args: argparse.Namespace) -> dict[str, Any]:
    """Return all that decides what the backend of each role returns."""
    return {role: getattr(args, role) or args.backend for role in ("backend", *ROLES)}


def _command(args: argparse.Namespace, chosen: Sequence[Setting]) -> str:
    """Return the command line, without paths and without options at their defaults."""
    parts = ["semcodec bench DIR -o OUT"]
    for flag, value in (
        ("--k", ",".join(str(k) for k in sorted({s["k"] for s in chosen if s["k"] is not None}))),
        (
            "--max-bytes",
            ",".join(
                str(b)
                for b in sorted({s["max_bytes"] for s in chosen if s["max_bytes"] is not None})
            ),
        ),
        ("--coding", ",".join(args.coding)),
    ):
        if value:
            parts.append(f"{flag} {value}")
    parts += [f"--layers {text}" for text in dict.fromkeys(s["layers"] for s in chosen)]
    parts.append(f"--paint-size {args.paint_size or 'off'}")
    for role in ("backend", *ROLES):
        name = getattr(args, role)
        if name not in (None, "auto"):
            parts.append(f"--{role} {name}")
    return " ".join(parts)
