"""``bench``: measure the codec on many photographs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from semcodec._wording import plural
from semcodec.backends import AUTO
from semcodec.backends.isolation import backend_name
from semcodec.cli import (
    batch,
    bench_run,
    budgets,
    costs,
    description_files,
    dry_run,
    job_count,
    local_options,
    openai_options,
    options,
    output,
    paid_calls,
    pipeline_options,
)
from semcodec.cli.bench_inputs import Input, find_inputs
from semcodec.cli.bench_outputs import Outputs
from semcodec.cli.bench_run import ROLES, Run
from semcodec.cli.loading import load_backends
from semcodec.cli.output import UsageError, print_paragraph, print_result, print_status
from semcodec.cli.parser import DATA_ERROR, DONE, PARTLY_DONE, Commands, Parser, add_command
from semcodec.cli.settings_digest import describe_backend
from semcodec.errors import InputError, SemcodecError
from semcodec.measure import assembling, report, results, settings, tables
from semcodec.measure.exports import compressai
from semcodec.measure.measuring import Measurer
from semcodec.measure.results import Results, Setting
from semcodec.measure.tasks import DEFAULT_PAINT_SIZE, Options
from semcodec.pipeline.encode import CODINGS
from semcodec.pipeline.finishing import MAX_PAINTED_SIDE
from semcodec.pipeline.reflection.painting import is_paid

#: Of the columns of the table.
EXPLANATION: Final = (
    "N: photographs. µbpp: micro-bits per pixel of the picture. JPEG floor: how many times larger "
    "the smallest JPEG files of the photographs are. Found: pictures of which the own photograph "
    "is the nearest of all for an image model; 1 by chance."
)


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
    pipeline_options.add_backends(
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
    local_options.add(parser)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--k",
        nargs="+",
        type=budgets.several(pipeline_options.word_count),
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
        type=pipeline_options.layers,
        action="append",
        metavar="off|auto|layout,colors[:N]",
        help="layers of the records, as for encode; give it several times to compare several "
        "(default: --layers off --layers layout,colors:24)",
    )
    parser.add_argument(
        "--paint-size",
        type=paint_size,
        default=DEFAULT_PAINT_SIZE,
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
        "--weights",
        metavar="DIR",
        help="folder with weights of metrics of other projects, such as CLIP; without them, these "
        "columns are absent (default: only what their packages have stored)",
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
    job_count.add_jobs(parser)


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
    if text == "auto":
        return None
    names = [options.not_empty(name).strip() for name in text.split(",")]
    try:
        from semcodec.measure.metric_models import GROUPS
    except ModuleNotFoundError:  # numpy; loading the metrics will report it
        return names
    for name in names:
        if name not in GROUPS:
            raise argparse.ArgumentTypeError(
                f"unknown metric {name!r}, expected some of {', '.join(GROUPS)}"
            )
    return names


def paint_size(text: str) -> int:
    """Return the longer side of pictures in pixels; 0 for ``off``."""
    if text in ("off", "0"):
        return 0
    return max(options.size(f"{text}x{text}", MAX_PAINTED_SIDE))


def bench(args: argparse.Namespace) -> int:
    """Measure all photographs, write the results, and print the means."""
    chosen = _settings(args)
    _check_folders(args)
    _check_cost(args)
    outputs = Outputs(args.output, force=args.force)
    inputs = find_inputs(args)
    measured_options = Options(
        chosen, args.paint_size, _identities(args), args.originals, is_dry_run=args.dry_run
    )
    if args.dry_run:
        return _plan(args, measured_options, inputs)
    with outputs.open():
        content = _measure(args, measured_options, inputs)
        names = outputs.write(content, originals=args.originals, page=args.page)
    _print_results(content, outputs, names, args.originals)
    photographs = content["photographs"]
    if all(each["error"] for each in photographs):
        return DATA_ERROR
    is_complete = not any(each["error"] or each.get("failed") for each in photographs)
    return DONE if is_complete else PARTLY_DONE


def _check_folders(args: argparse.Namespace) -> None:
    """Check the folders that are read, before anything is written or paid.

    Raises:
        UsageError: one does not exist.
    """
    for option, name in (("--weights", args.weights), ("--texts", args.texts)):
        if name and not Path(name).is_dir():
            raise UsageError(f"{option} {name} is not a folder: name one that exists.")


def _measure(
    args: argparse.Namespace, measured_options: Options, inputs: Sequence[Input]
) -> Results:
    """Return the results of all photographs; print what requests to servers have cost."""
    journal = paid_calls.open_folder_journal(args.output)
    run = Run(inputs, journal)
    try:
        serving, workers = bench_run.open_workers(args, measured_options, len(inputs), journal)
        with serving, workers:
            rows = list(run.measure(workers))
            command = _command(args, measured_options.settings)
            content = assembling.assemble(measured_options.settings, rows, command=command)
            run.add_chance(workers, content)
        return content
    finally:  # also after Ctrl-C
        run.calls.extend(paid_calls.close_journal(journal))
        costs.print_costs(run.calls)


def _check_cost(args: argparse.Namespace) -> None:
    """Check that a run that may cost money has a limit on its cost.

    Raises:
        UsageError: it has none.
    """
    if args.dry_run or args.max_cost is not None or args.replay is not None:
        return
    servers = openai_options.resolve_backends(args).by_option.values()
    paid = [backend_name(server) for server in servers if is_paid(server)]
    if paid:
        raise UsageError(
            f"{paid[0]} may cost money, for each photograph and setting: see the cost with "
            "--dry-run, and limit it with --max-cost."
        )


def _print_results(
    content: Results, outputs: Outputs, names: Sequence[str], originals: bool
) -> None:
    """Print the means, the names of the files, and what to consider before the page is shared."""
    rows = tables.rows_of_means(content)
    print_result(output.format_table(rows, "<" + ">" * (len(rows[0]) - 1)))
    if report.FILE_NAME in names:
        page = outputs.folder / report.FILE_NAME
        print_paragraph(f"Open {page} to see each photograph with its pictures.")
        print_paragraph(report.privacy_note(content, originals=originals))
    plots = [name for name in names if name.endswith(".svg")]
    files = [name for name in names if "/" not in name and name != report.FILE_NAME]
    shown = ", ".join(name for name in files if name not in plots)
    drawn = f", {plural(len(plots), 'plot')} (.svg)" if plots else ""
    print_paragraph(
        f"In {outputs.folder}: {shown}{drawn}, and {compressai.FOLDER}/ for its plotter."
    )
    print_paragraph(EXPLANATION)
    if content["skipped"]:
        missing = ", ".join(content["skipped"])
        print_paragraph(f"Not measured: {missing}. {results.FILE_NAME} states why.")


def _plan(args: argparse.Namespace, measured_options: Options, inputs: Sequence[Input]) -> int:
    """Print the requests that the run would send, with their cost; stored parts need none."""
    resolved = openai_options.resolve_backends(args)
    needed = bench_run.needed_roles(args, measured_options.settings)
    measurer = Measurer(measured_options, load_backends(resolved.by_option, needed), None)
    calls: list[dict[str, Any]] = []
    for each in inputs:
        try:
            calls += bench_run.measure_input(measurer, Path(args.output), each).calls
        except SemcodecError as error:
            print_status(f"semcodec: {each.path}: {' '.join(str(error).split())}")
    dry_run.print_plans(resolved.dry_run, calls, is_batch=True)
    return DONE


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
    """Return by role the name of the backend, and all that decides what it returns."""
    names = {role: getattr(args, role) or args.backend for role in ("backend", *ROLES)}
    known = {name: describe_backend(args, name) for name in set(names.values())}
    return {role: [name, known[name]] for role, name in names.items()}


def _command(args: argparse.Namespace, chosen: Sequence[Setting]) -> str:
    """Return the command line, without names of folders and without backends at their defaults."""
    k = {setting["k"] for setting in chosen if setting["k"] is not None}
    sizes = {setting["max_bytes"] for setting in chosen if setting["max_bytes"] is not None}
    parts = [
        "semcodec bench DIR -o OUT",
        f"--k {_join(sorted(k))}" if k else "",
        f"--max-bytes {_join(sorted(sizes))}" if sizes else "",
        f"--coding {_join(args.coding)}",
        *(f"--layers {text}" for text in dict.fromkeys(setting["layers"] for setting in chosen)),
        f"--paint-size {args.paint_size or 'off'}",
        f"--metrics {_join(args.metrics)}" if args.metrics is not None else "",
        "--texts DIR" if args.texts else "",
        "--weights DIR" if args.weights else "",
        "--description DIR" if args.description else "",
    ]
    for role, option in {"backend": "--backend", **pipeline_options.ROLE_OPTIONS}.items():
        name = getattr(args, role, None)
        if name not in (None, AUTO):
            parts.append(f"{option} {name}")
    return " ".join(filter(None, parts))


def _join(values: Sequence[object]) -> str:
    return ",".join(map(str, values))
