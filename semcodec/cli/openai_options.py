"""The options of servers: where one is, which models, what is kept, and what it may cost."""

from __future__ import annotations

import argparse
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from semcodec.backends.openai import DryRunClient, OpenAIBackend
from semcodec.backends.openai.settings import CHOICES
from semcodec.backends.recording import Cassette
from semcodec.cli.output import UsageError
from semcodec.errors import InputError

NAME: Final = "openai"
BACKEND_OPTIONS: Final = (
    "backend",
    "describer",
    "writer",
    "painter",
)  #: options that name a backend
RECORDING_OPTIONS: Final = ("cache", "record", "replay")
#: Options that are settings.
SETTINGS: Final = ("base_url", "api", "detail", "quality", "effort", "max_cost", "prompts")
OPENAI_OPTIONS: Final = (
    *SETTINGS,
    "model",
    "describer_model",
    "writer_model",
    "painter_model",
    "timeout",
    "dry_run",
    *RECORDING_OPTIONS,
)


def add(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    group = parser.add_argument_group(
        f"for --backend {NAME}", "OpenAI, or any server of its API; keys come from the environment"
    )
    group.add_argument("--base-url", metavar="URL", help="such as http://127.0.0.1:8080/v1")
    group.add_argument("--model", help="the model that describes and writes")
    group.add_argument("--describer-model", metavar="MODEL", help="that describes, if another")
    group.add_argument("--writer-model", metavar="MODEL", help="that writes, if another")
    group.add_argument("--painter-model", metavar="MODEL", help="the model that paints")
    group.add_argument("--api", choices=CHOICES["api"], help="chat completions or responses")
    group.add_argument("--detail", choices=CHOICES["detail"], help="how closely the model looks")
    group.add_argument("--quality", choices=CHOICES["quality"], help="of what is painted")
    group.add_argument("--effort", help="how long a reasoning model may think, such as low")
    group.add_argument("--timeout", type=_seconds, metavar="S", help="seconds for one answer")
    group.add_argument(
        "--prompts", metavar="FILE", help="prompts to use in place of the built-in ones"
    )
    group.add_argument("--dry-run", action="store_true", help="say what would be called, and stop")
    group.add_argument("--max-cost", type=_dollars, metavar="$", help="stop before it costs more")
    tapes = group.add_mutually_exclusive_group()
    tapes.add_argument("--cache", metavar="FILE", help="keep answers, and pay for none twice")
    tapes.add_argument("--record", metavar="FILE", help="keep this run, to replay or share it")
    tapes.add_argument("--replay", metavar="FILE", help="repeat a run without any server")


class Backends(NamedTuple):
    """Who fills which place.

    Attributes:
        places: backends by the names of the options.
        rehearsed: the server among them and what makes its calls, if they are not to be made.
    """

    places: dict[str, Any]
    rehearsed: tuple[OpenAIBackend, DryRunClient] | None = None


def resolve_backends(given: argparse.Namespace) -> Backends:
    """Return who fills which place.

    Raises:
        EnvironmentFault: there are options of servers, and no server among those named; or a
            setting or a tape is at fault.
    """
    named = {place: getattr(given, place) for place in BACKEND_OPTIONS if hasattr(given, place)}
    if NAME not in named.values():
        _reject_unused_options(given)
        return Backends(named)
    rehearsal = DryRunClient() if given.dry_run else None
    try:
        server = OpenAIBackend(tape=_cassette(given), send=rehearsal, **_settings(given))
    except InputError as error:  # of an option, the environment or the config file
        raise UsageError(str(error)) from error
    if rehearsal is not None:
        server.purse.most = None  # it says what a run would cost, whatever it may
    places = {place: server if name == NAME else name for place, name in named.items()}
    return Backends(places, None if rehearsal is None else (server, rehearsal))


def files(given: argparse.Namespace) -> tuple[str, ...]:
    """Return the files that the options name, which no output may replace."""
    return tuple(filter(None, (getattr(given, name) for name in (*RECORDING_OPTIONS, "prompts"))))


def _settings(given: argparse.Namespace) -> dict[str, Any]:
    settings = {name: getattr(given, name) for name in SETTINGS}
    for place in ("describer", "writer"):
        settings[place] = getattr(given, f"{place}_model") or given.model
    settings["painter"] = given.painter_model
    return {**settings, "text_timeout": given.timeout, "image_timeout": given.timeout}


def _cassette(given: argparse.Namespace) -> Cassette | None:
    for mode in RECORDING_OPTIONS:
        if (path := getattr(given, mode)) is not None:
            if not given.dry_run or mode == "replay":
                return Cassette(path, mode)
            return Cassette(path, "peek") if mode == "cache" and Path(path).exists() else None
    return None


def _reject_unused_options(given: argparse.Namespace) -> None:
    for option in OPENAI_OPTIONS:
        value = getattr(given, option)
        if value is not None and value is not False:  # 0 is an option too
            flag = "--" + option.replace("_", "-")
            raise UsageError(f"{flag} is for servers: add --backend {NAME}.")


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write seconds, from over 0 to 3600")
    return value


def _dollars(text: str) -> Decimal:
    digits = text.removeprefix("$").replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 9:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount: write dollars, such as 0.50")
    return Decimal(text.removeprefix("$"))
