"""``bench``: measure the codec on many photographs."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any, Final

from semcodec.backends.isolation import backend_name
from semcodec.cli import (
    batch,
    budgets,
    costs,
    description_files,
    files,
    openai_options,
    options,
    output,
)
from semcodec.cli.bench_inputs import Input, find_inputs
from semcodec.cli.bench_outputs import Outputs
from semcodec.cli.output import UsageError, print_result, print_status
from semcodec.cli.parser import DATA_ERROR, DONE, PARTLY_DONE, Commands, Parser, add_command
from semcodec.errors import InputError, SemcodecError
from semcodec.measure import assembling, measuring, settings, tables
from semcodec.measure.measuring import Measurer, Task
from semcodec.measure.results import Photograph, Setting
from semcodec.pipeline.encode import CODINGS
from semcodec.pipeline.finishing import MAX_PAINTED_SIDE

ROLES: Final = ("describer", "writer", "painter", "upscaler", "locator")


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


def codings(text: str) -> list[str]:
    """Return the codings of a list that is separated by commas."""
    known = [name for name in CODINGS if name != "auto"]
    for name in (names := [name.strip() for name in text.split(",")]):
        if name not in known:
            raise argparse.ArgumentTypeError(
                f"unknown coding {name!r}, expected some of {', '.join(known)}"
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
    outputs = Outputs(args.output, force=args.force)
    inputs = find_inputs(args)
    resolved = openai_options.resolve_backends(args)
    roles = batch.load_backends(resolved.by_option, _roles(args, chosen))
    measured_options = measuring.Options(
        chosen, args.paint_size, _identities(roles), is_dry_run=args.dry_run
    )
    outputs.create()
    measurer = Measurer(measured_options, roles)
    photographs: list[Photograph] = []
    calls: list[dict[str, Any]] = []
    for number, each in enumerate(inputs, 1):
        try:
            measured = measurer.measure(_task(each, outputs.folder))
            photographs.append(measured.photograph)
            calls += measured.calls
            print_status(f"{number} of {len(inputs)}: {each.name}")
        except (SemcodecError, UsageError) as error:
            message = " ".join(str(error).split())
            print_status(f"semcodec: {each.path}: {message}")
            photographs.append(assembling.failed_photograph(each.name, each.sha256, message))
    content = assembling.assemble(
        chosen, photographs, backends=_names(roles), command=_command(args)
    )
    outputs.write(content)
    print_result(output.format_table(tables.rows_of_means(content), "<>>>"))
    costs.print_costs(calls)
    if all(each["error"] for each in photographs):
        return DATA_ERROR
    is_complete = not any(each["error"] or each.get("failed") for each in photographs)
    return DONE if is_complete else PARTLY_DONE


def _settings(args: argparse.Namespace) -> list[Setting]:
    """Return the settings of the options.

    Raises:
        UsageError: there are none or too many, or a setting cannot be.
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


def _roles(args: argparse.Namespace, chosen: list[Setting]) -> tuple[str, ...]:
    """Return the roles that the run needs; the backends of others are not loaded."""
    omitted = {
        "describer": args.description is not None,
        "painter": not args.paint_size,
        "upscaler": not args.paint_size,
        "locator": not any(options.layers(setting["layers"]).locates for setting in chosen),
    }
    return tuple(role for role in ROLES if not omitted.get(role))


def _identities(roles: dict[str, Any]) -> dict[str, Any]:
    return {role: backend_name(backend) for role, backend in roles.items() if backend is not None}


def _names(roles: dict[str, Any]) -> dict[str, str]:
    return {role: backend_name(backend) for role, backend in roles.items() if backend is not None}


def _command(args: argparse.Namespace) -> str:
    return "semcodec bench"


def _task(each: Input, folder: Path) -> Task:
    """Return the task of an input, with the content of its files.

    Raises:
        UsageError, InputError: a file cannot be read, or has changed since the run began.
    """
    if each.problem:
        raise UsageError(each.problem)
    data = files.read_bytes(each.path)
    if hashlib.sha256(data).hexdigest() != each.sha256:
        raise InputError("The file has changed during the run: run the command again.")
    text = description_files.read(each.sidecar) if each.sidecar is not None else None
    return Task(each.name, data, folder / each.folder, each.folder, text)
