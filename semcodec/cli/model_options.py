"""What the options of ``--backend local`` and ``local-light`` share: models, jobs, and a digest."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from semcodec.bulk.digests import digest_file
from semcodec.cli.output import UsageError
from semcodec.errors import InputError

#: Options of servers that apply to local models, too, and the settings that they set.
SHARED: Final = {
    "model": "text_model",
    "painter_model": "image_model",
    "start_from_colors": "start_from_colors",
    "prompts": "prompts",
}
#: Settings that decide results, and are not among the dependencies of all backends.
RELEVANT: Final = ("steps", "start_from_colors", "start_strength", "image_side", "most_output")
FILES: Final = ("gguf", "prompts")  #: the same; what counts is their content
MAX_FILE: Final = 2**40  #: bytes of such a file


def read_settings(args: argparse.Namespace, own: Iterable[str]) -> dict[str, Any]:
    """Return the settings of the options; None for those that are not given.

    Args:
        args: of the command.
        own: options that set the setting of the same name.
    """
    shared = {setting: getattr(args, option, None) for option, setting in SHARED.items()}
    return {name: getattr(args, name, None) for name in own} | shared


def create_backend(
    args: argparse.Namespace, name: str, create: Callable[..., Any], settings: dict[str, Any]
) -> Any:
    """Return the backend ``name``, which ``create`` makes of settings.

    Raises:
        UsageError: a setting is not valid, or several processes would each load the models.
        BackendError: a model or a package is not on this machine.
    """
    if getattr(args, "jobs", 1) > 1:
        raise UsageError(
            f"With --jobs each process would load the models of --backend {name}: omit --jobs."
        )
    try:
        return create(**settings)
    except InputError as error:  # in an option or the config file
        raise UsageError(str(error)) from error


def describe_backend(backend: Any) -> dict[str, Any]:
    """Return what the results of a backend depend on, besides its options; loads no model.

    Raises:
        BackendError: its packages are not installed.
    """
    settings = asdict(backend.settings)
    values = {name: settings[name] for name in RELEVANT}
    files = {
        name: digest_file(Path(settings[name]), MAX_FILE) for name in FILES if settings.get(name)
    }
    digests = {name: content and content.sha256 for name, content in files.items()}
    return {**backend.dependencies(), **values, **digests}
