"""``models list``, ``models fetch`` and ``models remove``: open models on this machine."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Mapping
from typing import Final

from semcodec._wording import plural
from semcodec.backends.local import catalog, fetching, storage
from semcodec.backends.local.catalog import Model
from semcodec.backends.local.fetching import format_size
from semcodec.backends.local.settings import Quantization
from semcodec.cli.output import (
    escape_control,
    format_table,
    line_width,
    print_result,
    print_status,
    status_line,
)
from semcodec.cli.parser import DONE, Commands, Parser, add_command
from semcodec.errors import BackendError

HEADER: Final = ("model", "for", "disk", "16/8/4 bits", "state", "license")
LEGEND: Final = """
disk, and memory for the weights in 16, 8 and 4 bits, in GB
* restricts the use: fetch needs --accept-license with the name of the license"""
INDENT: Final = "  "  #: of what is stated of a model on a narrow terminal
MIN_WIDTH: Final = 16  #: characters of such a line
HERE: Final = "here"  #: a state
PRECISIONS: Final[Mapping[Quantization, str]] = {
    "none": "in 16 bits",
    "int8": "in 8 bits",
    "nf4": "in 4 bits",
}
EXIT_CODES: Final = ("success", "not a model of the catalog, or its license is not accepted",
                     "the hub, the disk or a package is at fault")  # fmt: skip


def add(commands: Commands[Parser]) -> None:
    """Add the command and its three actions to the parser."""
    parser = commands.add_parser(
        "models",
        help="list, fetch and remove the open models that run on this machine",
        description="List, fetch and remove the open models that run on this machine. Nothing but "
        "models fetch downloads weights.",
    )
    parser.end_help(("semcodec models list", "semcodec models fetch --help"))
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    actions.type = str
    add_command(
        actions,
        "list",
        list_models,
        summary="list models with license, size, memory and place",
        description="List the models with their licenses, the space that they need on the disk, "
        "the memory that their weights need in 16, 8 and 4 bits, and whether they are on this "
        "machine. No request is sent.",
        usage="[NAME...]",
        examples=("semcodec models list", "semcodec models list flux.2-klein-4b"),
        exit_codes=("success", "not a model of the catalog", "does not occur"),
    ).add_argument(
        "shown",
        metavar="NAME",
        nargs="*",
        help="model to describe in full, with the sources of the numbers (default: a row for each)",
    )
    _add_fetch(actions)
    parser = add_command(
        actions,
        "remove",
        remove,
        summary="delete models from this machine",
        description="Delete models from the cache of the hub, which other programs may share. "
        "Other commits of the same models stay.",
        usage="NAME...",
        examples=(
            "semcodec models remove qwen3-vl-2b",
            "semcodec models remove qwen3-vl-2b flux.2-klein-4b",
        ),
        exit_codes=EXIT_CODES,
    )
    _add_names(parser)


def _add_fetch(actions: Commands[Parser]) -> None:
    parser = add_command(
        actions,
        "fetch",
        fetch,
        summary="download models from the hub of Hugging Face",
        description="Download the weights of models, which are kept in the cache of the hub "
        "(HF_HOME). Only safetensors, JSON and tokenizers are taken. After an interruption, the "
        "files that are complete stay, and the next call fetches the others.",
        usage="NAME... [options]",
        examples=(
            "semcodec models fetch qwen3-vl-2b",
            "semcodec models fetch sd-turbo --accept-license Stability-AI-Community",
        ),
        exit_codes=EXIT_CODES,
    )
    _add_names(parser)
    parser.add_argument(
        "--accept-license",
        metavar="LICENSE",
        help="name of the license of a model that restricts its use, which you have read and "
        "accept (default: only models with free licenses)",
    )


def _add_names(parser: Parser) -> None:
    parser.add_argument(
        "names", metavar="NAME", nargs="+", help="name of a model of semcodec models list"
    )


def list_models(args: argparse.Namespace) -> int:
    """Print a row for each model, or all about the models that are named."""
    if args.shown:
        named = [catalog.find(name) for name in args.shown]
        print_result("\n\n".join(_describe_in_full(model) for model in named))
        return DONE
    models = catalog.load().models.values()
    print_result(_format_rows([_describe(model) for model in models], line_width()))
    print_result(LEGEND)
    try:
        folder = storage.cache_folder()
    except BackendError as error:
        print_status(str(error))
        return DONE
    free = format_size(storage.free_bytes(folder))
    print_result(escape_control(f"models are kept in {folder}, with {free} free"))
    return DONE


def _format_rows(rows: list[tuple[str, ...]], width: int) -> str:
    """Return a table of models; where it is too wide without its licenses, paragraphs."""
    table = [HEADER, *rows]
    shortened = format_table([row[:-1] for row in table], "<<>><")  # a few licenses are long
    if max(map(len, shortened.splitlines())) < width:
        return format_table(table, "<<>><<")
    paragraphs = []
    for name, *cells in rows:
        values = [f"{title} {cell}" for title, cell in zip(HEADER[1:], cells, strict=True)]
        wrapped = textwrap.wrap(", ".join(values), max(width - len(INDENT), MIN_WIDTH))
        paragraphs.append("\n".join([name, *(INDENT + line for line in wrapped)]))
    return "\n".join(paragraphs)


def fetch(args: argparse.Namespace) -> int:
    """Download models, and print the folder of each."""
    models = [catalog.find(name) for name in args.names]
    for model in models:
        fetching.check_license(model, args.accept_license)
    for model in models:
        print_result(escape_control(str(_fetch(model))))
    return DONE


def remove(args: argparse.Namespace) -> int:
    """Delete models, and print how much space that frees."""
    for model in [catalog.find(name) for name in args.names]:
        freed = fetching.remove(model)
        done = "not on this machine" if freed is None else f"removed, {format_size(freed)} freed"
        print_result(f"{model.name}: {done}")
    return DONE


def _fetch(model: Model) -> object:
    status_line.show(f"requesting the file list of {model.name}")
    plan = fetching.plan_download(model)
    license_text = f"license {model.license} ({model.license_source})"
    print_status(f"{model.name}: {model.repository}, {license_text}, commit {plan.revision}.")
    if model.revision is None:
        print_status(
            f"Note: no commit of {model.name} is pinned: this is the newest one, whose weights may "
            "differ from those of other users."
        )
    if plan.missing_files:
        print_status(
            f"Fetching {format_size(plan.missing_bytes)} of {format_size(plan.total_bytes)} in "
            f"{plural(len(plan.missing_files), 'file')} to {storage.cache_folder()}, with "
            f"{format_size(plan.free_bytes)} free."
        )
    return fetching.fetch(model, plan, show_progress=sys.stderr is not None and sys.stderr.isatty())


def _describe(model: Model) -> tuple[str, ...]:
    memory = model.memory_bytes
    sizes = [f"{memory[name] / 1e9:.1f}" for name in PRECISIONS] if memory else ["-"]
    return (
        model.name,
        "+".join(model.kinds),
        f"{model.disk_bytes / 1e9:.1f}",
        "/".join(sizes),
        _state(model),
        model.license + ("" if model.is_free else " *"),
    )


def _describe_in_full(model: Model) -> str:
    """Return all about a model as lines: a name and a value."""
    state = _state(model)
    place = f"{state}: semcodec models fetch {model.name}"
    if state == HERE:
        place = str(storage.locate(model))
    elif model.folder:
        place = (
            f"incomplete: it lacks {', '.join(storage.missing_files(model.folder, model.format))}"
        )
    rows = [("model", model.name), ("for", ", ".join(model.kinds)), ("place", place)]
    if not model.folder:
        rows += [
            ("repository", model.repository),
            ("commit", model.revision or "not pinned: the newest one is fetched"),
            ("license", f"{model.license}, {model.license_source}"),
            ("disk", f"{format_size(model.disk_bytes)} ({model.sources['disk']})"),
        ]
    if model.parts:
        source = model.sources["parameters"]
        rows.append(("memory", f"{_sizes(model.memory_bytes)} of weights (computed; {source})"))
    if len(model.parts) > 1:
        sizes = _sizes(model.largest_part_bytes)
        rows.append(("largest part", f"{sizes}, if one is on the device at a time"))
    return format_table([(name, escape_control(value)) for name, value in rows], "<<")


def _sizes(memory: Mapping[Quantization, int]) -> str:
    return ", ".join(f"{format_size(memory[name])} {text}" for name, text in PRECISIONS.items())


def _state(model: Model) -> str:
    try:
        if storage.locate(model) is not None:
            return HERE
        return "incomplete" if model.folder or storage.find_snapshot(model)[0] else "not here"
    except BackendError:
        return "unknown"
