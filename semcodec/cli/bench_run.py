"""Run the measurements of ``bench``: in this process, or in workers with models of their own."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from semcodec.bulk.workers import Workers
from semcodec.cli import description_files, files, openai_options, options
from semcodec.cli.bench_inputs import Input
from semcodec.cli.loading import load_backends
from semcodec.cli.output import UsageError
from semcodec.errors import InputError
from semcodec.measure.columns import Columns
from semcodec.measure.measuring import Measured, Measurer, Options, Task
from semcodec.measure.results import Setting

ROLES: Final = ("describer", "writer", "painter", "upscaler", "locator")
#: Arguments that belong to the parser, and cannot be sent to a worker.
UNSENT: Final = ("command", "command_parser")


def make_workers(
    args: argparse.Namespace, measured_options: Options, jobs: int
) -> Workers[Input, Measured]:
    """Return workers that measure photographs."""
    sent = {name: value for name, value in vars(args).items() if name not in UNSENT}
    start = partial(_start, argparse.Namespace(**sent), measured_options)
    return Workers(start, jobs=jobs)


def _start(args: argparse.Namespace, measured_options: Options) -> Callable[[Input], Measured]:
    """Load the models, in a worker; return the function that measures a photograph."""
    resolved = openai_options.resolve_backends(args)
    roles = load_backends(resolved.by_option, needed_roles(args, measured_options.settings))
    return make_measure(args, measured_options, roles)


def make_measure(
    args: argparse.Namespace, measured_options: Options, roles: dict[str, Any]
) -> Callable[[Input], Measured]:
    """Return the function that measures a photograph with these backends."""
    columns = None
    if not measured_options.is_dry_run:
        text_folder = Path(args.texts) if args.texts else None
        columns = Columns(roles.get("describer"), requested=args.metrics, text_folder=text_folder)
    return partial(_measure, Measurer(measured_options, roles, columns), Path(args.output))


def needed_roles(args: argparse.Namespace, settings: Sequence[Setting]) -> tuple[str, ...]:
    """Return the roles that a run needs; the backends of others are not loaded."""
    omitted = {
        "describer": args.description is not None,
        "painter": not args.paint_size,
        "upscaler": not args.paint_size,
        "locator": not any(options.layers(setting["layers"]).locates for setting in settings),
    }
    return tuple(role for role in ROLES if not omitted.get(role))


def _measure(measurer: Measurer, folder: Path, each: Input) -> Measured:
    """Measure an input.

    Raises:
        SemcodecError: a file cannot be read, or as for ``Measurer.measure``.
    """
    try:
        return measurer.measure(_task(each, folder))
    except UsageError as error:  # of reading a file
        raise InputError(str(error)) from error


def _task(each: Input, folder: Path) -> Task:
    """Return the task of an input, with the content of its files.

    Raises:
        UsageError, InputError: a file cannot be read, or has changed since the run began.
    """
    if each.problem:
        raise InputError(each.problem)
    data = files.read_bytes(each.path)
    if hashlib.sha256(data).hexdigest() != each.sha256:
        raise InputError("The file has changed since the run began: run the command again.")
    text = description_files.read(each.sidecar) if each.sidecar is not None else None
    return Task(each.name, data, folder / each.folder, each.folder, text)
