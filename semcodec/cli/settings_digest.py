"""The digest of everything that outputs of a command depend on, besides the input."""

from __future__ import annotations

import argparse
from decimal import Decimal
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

import semcodec
from semcodec import backends
from semcodec.backends.openai.settings import Settings
from semcodec.backends.registry import ENTRY_POINT_GROUP
from semcodec.bulk.digests import digest_file, digest_values
from semcodec.cli import light_options, local_options, openai_options
from semcodec.cli.output import UsageError
from semcodec.errors import InputError

#: Options that change neither the words nor the pixels of an output: where it is written, how the
#: run is shown, and limits on its cost. All others count, so a new one counts by default.
IRRELEVANT: Final = (
    "command", "command_parser", "images", "files", "output", "force", "jobs", "json", "trace",
    "keep_steps", "source", "engine", "retry_failed", "part_rows", "decode", "batch", "dry_run",
    "max_cost", "timeout", "ca_file", "cache", "record",
)  # fmt: skip
#: Options that name a file, whose content counts; the text of ``--description`` counts by input.
FILES: Final = ("prompts", "replay", "gguf")
#: Settings of a server that do not change its responses.
IRRELEVANT_SETTINGS: Final = ("text_timeout", "image_timeout", "retries")


def digest_settings(args: argparse.Namespace, command: str) -> str:
    """Return the digest of a command, its options, its backends and the version of the library.

    Raises:
        UsageError: a setting of a server is not valid.
    """
    return digest_values(describe_settings(args, command))


def describe_settings(args: argparse.Namespace, command: str) -> dict[str, Any]:
    """Return what ``digest_settings`` digests, as JSON values."""
    own = {name: value for name, value in vars(args).items() if name not in IRRELEVANT}
    for option in FILES:
        if own.get(option) is not None:
            content = digest_file(Path(own[option]))
            own[option] = None if content is None else content.sha256
    own["description"] = own.get("description") is not None
    names = {own[option] for option in openai_options.BACKEND_OPTIONS if own.get(option)}
    return {
        "command": command,
        "version": semcodec.__version__,
        "options": {name: _to_json(value) for name, value in own.items()},
        "backends": {name: describe_backend(args, name) for name in sorted(names)},
    }


def describe_backend(args: argparse.Namespace, name: str) -> Any:
    """Return the settings of a server, or the version of the package of another backend."""
    if name == backends.LOCAL:
        return local_options.describe_backend(args)
    if name == backends.LOCAL_LIGHT:
        return light_options.describe_backend(args)
    if not backends.is_server(name):
        wanted = {name} | ({*backends.DEFAULTS.values()} if name == backends.AUTO else set())
        found = [e for e in entry_points(group=ENTRY_POINT_GROUP) if e.name in wanted and e.dist]
        return sorted([e.name, e.dist.name, e.dist.version] for e in found if e.dist)
    try:
        settings = Settings.load({}, **openai_options.server_settings(args, name))
    except InputError as error:
        raise UsageError(str(error)) from error
    values = settings.to_record()
    prompts = digest_file(Path(settings.prompts)) if settings.prompts else None
    shown = {name: value for name, value in values.items() if name not in IRRELEVANT_SETTINGS}
    return {**_to_json(shown), "prompts": prompts and prompts.sha256}


def _to_json(value: Any) -> Any:
    """Return a value of an option as JSON types: a judge by its name, layers by their text."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _to_json(item) for key, item in value.items()}
    if hasattr(value, "text"):
        return value.text
    if isinstance(value, list | tuple):
        return [_to_json(item) for item in value]
    return value.name
