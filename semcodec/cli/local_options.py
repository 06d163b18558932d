"""The options of ``--backend local``: models on this machine, their device and their memory."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any, Final

from semcodec.backends import LOCAL_LIGHT
from semcodec.backends.local.settings import CHOICES, NAME
from semcodec.backends.model_settings import MAX_STEPS
from semcodec.cli import model_options
from semcodec.cli.output import UsageError

#: Options that set the setting of the same name.
SETTINGS: Final = ("device", "quantization", "offload", "gguf", "steps")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser of a command."""
    group = parser.add_argument_group(
        f"options of --backend {NAME}",
        "Open models on this machine: --model names the one that describes and writes, "
        "--painter-model the one that paints, by a name of semcodec models list or by a folder of "
        "weights. Nothing is downloaded: semcodec models fetch does that. --prompts and "
        "--start-from-colors apply, too. Of these options, --steps also applies to --backend "
        f"{LOCAL_LIGHT}, as --model and --painter-model do.",
    )
    group.add_argument(
        "--device",
        choices=CHOICES["device"],
        help="where models run: a GPU of CUDA, of a Mac (mps), or the CPU (default: auto, a GPU if "
        "there is one)",
    )
    group.add_argument(
        "--quantization",
        choices=CHOICES["quantization"],
        help="precision of the weights: none, 4 bits (nf4), 8 bits (int8, fp8); less takes less "
        "memory, and loses quality (default: auto, what fits the device)",
    )
    group.add_argument(
        "--offload",
        choices=CHOICES["offload"],
        help="which weights of the painter are on the GPU at a time: all (none), those of one part "
        "(model), or those of a few layers (group, slow) (default: auto, what fits the device)",
    )
    group.add_argument(
        "--gguf",
        metavar="FILE",
        help="GGUF file of the weights of the painter's transformer, in place of those of "
        "--painter-model (default: none)",
    )
    group.add_argument(
        "--steps",
        type=_steps,
        metavar="N",
        help=f"denoising steps of a picture, 1 to {MAX_STEPS} (default: those of the model)",
    )


def create_backends(args: argparse.Namespace, names: Iterable[str | None]) -> dict[str, Any]:
    """Return the backend ``local`` by its name if it is among ``names``, else nothing.

    Raises:
        UsageError: a setting is not valid, there are options for it but it is not used, or several
            processes would each load the models.
    """
    if NAME not in names:
        _reject_unused_options(args, exempt=("steps",) if LOCAL_LIGHT in names else ())
        return {}
    from semcodec.backends.local import LocalBackend

    return {NAME: model_options.create_backend(args, NAME, LocalBackend, read_settings(args))}


def describe_backend(args: argparse.Namespace) -> dict[str, Any]:
    """Return what the results of the backend depend on, besides its options.

    Raises:
        UsageError: a setting is not valid.
        BackendError: its packages are not installed.
    """
    return model_options.describe_backend(create_backends(args, [NAME])[NAME])


def read_settings(args: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of the options; None for those that are not given."""
    return model_options.read_settings(args, SETTINGS)


def _reject_unused_options(args: argparse.Namespace, exempt: Iterable[str]) -> None:
    for option in SETTINGS:
        if getattr(args, option, None) is not None and option not in exempt:
            flag = "--" + option
            raise UsageError(f"{flag} needs local models: add --backend {NAME}, or omit it.")


def _steps(text: str) -> int:
    if text.isdecimal() and len(text) < 9 and 1 <= int(text) <= MAX_STEPS:
        return int(text)
    raise argparse.ArgumentTypeError(f"invalid number of steps {text!r}, expected 1 to {MAX_STEPS}")
