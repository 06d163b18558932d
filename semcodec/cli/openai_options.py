"""The options of ``--backend openai``: the server, its models, recordings, and the cost limit."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from semcodec import backends
from semcodec.backends.openai import DryRunClient, OpenAIBackend
from semcodec.backends.openai.batches import BatchStore
from semcodec.backends.openai.settings import CHOICES
from semcodec.backends.presets import PRESETS
from semcodec.backends.recording import Budget, CallLog, Cassette
from semcodec.cli import (
    endings,
    light_options,
    local_options,
    model_options,
    options,
    pipeline_options,
)
from semcodec.cli.output import UsageError
from semcodec.errors import InputError

NAME: Final = "openai"
BACKEND_OPTIONS: Final = ("backend", *pipeline_options.ROLE_OPTIONS)
RECORDING_OPTIONS: Final = ("cache", "record", "replay")
#: Options that set the setting of the same name.
SETTINGS: Final = (
    "base_url",
    "api",
    "detail",
    "quality",
    "effort",
    "start_from_colors",
    "max_cost",
    "prompts",
    "ca_file",
)
OPENAI_OPTIONS: Final = (
    *SETTINGS,
    "model",
    "describer_model",
    "writer_model",
    "painter_model",
    "checker_model",
    "locator_model",
    "timeout",
    "dry_run",
    *RECORDING_OPTIONS,
)


class Backends(NamedTuple):
    """The backends that the options select.

    Attributes:
        by_option: for each option, a backend or its name; arguments of ``encode`` and ``decode``.
        dry_run: with ``--dry-run``, each server with the client that collects its requests.
        budget: of all servers together; None without a server.
        cassette: the recording or cache; the file to record belongs to it while it exists.
    """

    by_option: dict[str, Any]
    dry_run: tuple[tuple[OpenAIBackend, DryRunClient], ...] = ()
    budget: Budget | None = None
    cassette: Cassette | None = None


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser of a command."""
    group = parser.add_argument_group(
        f"options of --backend {NAME}",
        "The server is OpenAI's or any other with the same API; --backend "
        f"{'|'.join(PRESETS)} names one on this machine. A default applies if neither the "
        "config file nor a replayed recording has a value. API keys are read from the "
        "environment, the keyring or the config file.",
    )
    _add_server(group)
    add_models(group)
    _add_quality(group)
    group.add_argument(
        "--dry-run",
        action="store_true",
        help="print planned requests with their expected and highest possible cost, then exit "
        "(default: off)",
    )
    group.add_argument(
        "--max-cost",
        type=options.dollars,
        metavar="$",
        help="stop before a request with which the command could exceed this cost, for all inputs "
        "and servers together (default: no limit)",
    )
    recordings = group.add_mutually_exclusive_group()
    recordings.add_argument(
        "--cache",
        metavar="FILE",
        help="store responses in FILE, and reuse stored ones (default: no cache)",
    )
    recordings.add_argument(
        "--record", metavar="FILE", help="store all responses in a new FILE (default: no recording)"
    )
    recordings.add_argument(
        "--replay",
        metavar="FILE",
        help="read all responses from FILE, and send nothing (default: no replay)",
    )


def _add_server(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--base-url",
        metavar="URL",
        help="URL of the server, such as http://127.0.0.1:8080/v1 (default: that of --backend "
        f"{'|'.join(PRESETS)}, else $OPENAI_BASE_URL, else OpenAI's)",
    )
    group.add_argument(
        "--api",
        choices=CHOICES["api"],
        help="API to use: chat completions or responses (default: chat)",
    )
    group.add_argument(
        "--timeout",
        type=options.seconds,
        metavar="S",
        help="seconds allowed for one response (default: 120 for a text, 300 for a picture)",
    )
    group.add_argument(
        "--ca-file",
        metavar="FILE",
        help="PEM file of certificates to trust in addition to those of the system (default: none)",
    )
    group.add_argument(
        "--prompts", metavar="FILE", help="TOML file with prompts (default: the built-in prompts)"
    )


def add_models(group: argparse._ActionsContainer) -> None:
    """Add the options that name the models of a server."""
    group.add_argument(
        "--model",
        metavar="MODEL",
        help="model that describes and writes (default: gpt-5.5 for OpenAI, else the only model "
        "of the server)",
    )
    group.add_argument(
        "--describer-model", metavar="MODEL", help="model that describes (default: same as --model)"
    )
    group.add_argument(
        "--writer-model", metavar="MODEL", help="model that writes (default: same as --model)"
    )
    group.add_argument(
        "--painter-model",
        metavar="MODEL",
        help="model that paints (default: gpt-image-2 for OpenAI, else the only model of the "
        "server)",
    )
    group.add_argument(
        "--checker-model",
        metavar="MODEL",
        help="model that checks painted pictures (default: the model that describes)",
    )
    group.add_argument(
        "--locator-model",
        metavar="MODEL",
        help="model that locates what the words name (default: the model that describes)",
    )


def _add_quality(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--detail",
        choices=CHOICES["detail"],
        help="resolution at which the model sees the photograph (default: high)",
    )
    group.add_argument(
        "--quality",
        choices=CHOICES["quality"],
        help="quality of the painted picture (default: medium)",
    )
    group.add_argument(
        "--effort",
        help="reasoning effort of the model, such as low (default: the server's default)",
    )
    group.add_argument(
        "--start-from-colors",
        action="store_const",
        const=True,
        help="let the painter start from the colors of a record that has some, instead of aligning "
        "its picture with them, if the server can edit pictures (default: off)",
    )


def resolve_backends(
    args: argparse.Namespace, log: CallLog | None = None, batch_store: BatchStore | None = None
) -> Backends:
    """Return the backends that the options select.

    Args:
        args: the options.
        log: that of the run, if it has several inputs or processes.
        batch_store: takes the requests of the server, of which there must be only one, for batches.

    Raises:
        UsageError: there are options for a server but no server is used, or a setting or a
            recording is invalid.
    """
    names = {option: getattr(args, option) for option in BACKEND_OPTIONS if hasattr(args, option)}
    used = selected_servers(args)
    local = local_options.create_backends(args, names.values())
    local |= light_options.create_backends(args, names.values())
    if not used:
        _reject_unused_options(args, exempt=model_options.SHARED if local else ())
        return Backends({option: local.get(name, name) for option, name in names.items()})
    clients = {name: DryRunClient() for name in used} if args.dry_run else {}
    if batch_store is not None and len(used) > 1:
        raise UsageError("--batch is for the requests of one server: use one server for all roles.")
    try:
        cassette = _cassette(args, is_shared=log is not None and not log.is_main)
        servers = {
            name: _server(args, name, cassette, clients.get(name), log, batch_store)
            for name in used
        }
    except InputError as error:  # in an option, the environment or the config file
        raise UsageError(str(error)) from error
    for server in servers.values():  # --max-cost limits all together
        server.budget.share(servers[used[0]].budget)
    found = {**servers, **local}
    by_option = {option: found.get(name, name) for option, name in names.items()}
    dry_run = tuple((servers[name], clients[name]) for name in clients)
    return Backends(by_option, dry_run, servers[used[0]].budget, cassette)


def _server(
    args: argparse.Namespace,
    name: str,
    cassette: Cassette | None,
    client: DryRunClient | None,
    log: CallLog | None,
    batch_store: BatchStore | None,
) -> OpenAIBackend:
    """Return the server of the settings or, if ``name`` is a base URL, the one there."""
    settings = server_settings(args, name)
    server = OpenAIBackend(
        cassette=cassette, send=client, log=log, batch_store=batch_store, **settings
    )
    if client is not None:
        server.budget.limit = None  # the plan includes requests beyond --max-cost
    return server


def server_settings(args: argparse.Namespace, name: str) -> dict[str, Any]:
    """Return the settings of the options for a server, which is named or a base URL.

    Raises:
        UsageError: as for ``named_settings``.
    """
    return _settings(args) | named_settings(args, name)


def named_settings(args: argparse.Namespace, name: str) -> dict[str, Any]:
    """Return the settings that the name of a server stands for.

    ``--base-url`` is for the server ``openai`` if it is used, else for the preset, which must be
    the only one.

    Raises:
        UsageError: there are several presets.
    """
    settings = backends.server_settings(name)
    if "preset" not in settings or args.base_url is None:
        return settings
    used = selected_servers(args)
    presets = [used_name for used_name in used if used_name in PRESETS]
    if NAME in used:
        return settings | {"base_url": None}
    if len(presets) > 1:
        raise UsageError(
            f"--base-url could be for {' or '.join(presets)}: give each role the URL of its server."
        )
    return settings


def selected_servers(args: argparse.Namespace) -> list[str]:
    """Return the names of the servers that the options select, each once."""
    names = [getattr(args, option, None) for option in BACKEND_OPTIONS]
    return [name for name in dict.fromkeys(names) if name and backends.is_server(name)]


def files(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the files named by the options; no output may replace them."""
    return tuple(
        filter(None, (getattr(args, name) for name in (*RECORDING_OPTIONS, "prompts", "ca_file")))
    )


def model_settings(args: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of ``--base-url`` and of the options of ``add_models``."""
    models = {
        role: getattr(args, f"{role}_model") or args.model for role in ("describer", "writer")
    }
    models |= {"painter": args.painter_model, "checker": args.checker_model}
    models["locator"] = args.locator_model
    return {"base_url": args.base_url, **models}


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    settings = {name: getattr(args, name) for name in SETTINGS} | model_settings(args)
    return {**settings, "text_timeout": args.timeout, "image_timeout": args.timeout}


def _cassette(args: argparse.Namespace, *, is_shared: bool) -> Cassette | None:
    """Return the recording or cache to use; a dry run only reads them.

    Args:
        args: the options.
        is_shared: whether another process of the run has made the file to record.

    Raises:
        UsageError: a file to be written has the ending of another kind of file.
    """
    endings.check(args.cache, "--cache", endings.RECORDING)
    endings.check(args.record, "--record", endings.RECORDING)
    for mode in RECORDING_OPTIONS:
        if (path := getattr(args, mode)) is not None:
            if not args.dry_run or mode == "replay":
                return Cassette(path, mode, is_shared=is_shared)
            return (
                Cassette(path, "read_only_cache")
                if mode == "cache" and Path(path).exists()
                else None
            )
    return None


def _reject_unused_options(args: argparse.Namespace, exempt: Iterable[str]) -> None:
    for option in OPENAI_OPTIONS:
        value = getattr(args, option)
        is_given = value is not None and value is not False  # --max-cost 0 is an option too
        if is_given and option not in exempt:
            flag = "--" + option.replace("_", "-")
            raise UsageError(f"{flag} needs a server: add --backend {NAME}, or omit it.")
