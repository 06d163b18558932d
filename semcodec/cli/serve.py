"""``serve``: offer backends to other programs, as a server with OpenAI's API."""

from __future__ import annotations

import argparse
import os
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Final

from semcodec.cli import interrupts, local_options, openai_options, options, pipeline_options
from semcodec.cli.output import UsageError, print_result, print_status
from semcodec.cli.parser import DONE, Commands, Parser, add_command
from semcodec.cli.progress import Progress
from semcodec.errors import InputError
from semcodec.serve import settings
from semcodec.serve.roles import Roles
from semcodec.serve.settings import Settings

TOKEN_ENV: Final = "SEMCODEC_SERVE_TOKEN"  # noqa: S105 - the name of a variable
MAX_TOKEN_FILE: Final = 4096  #: bytes
#: By role, what its backend does for clients.
STAGES: Final = {
    "describer": "chats with a picture",
    "writer": "chats without a picture",
    "painter": "pictures",
    "editor": "edits of pictures",
    "checker": "the check stage of semcodec's clients",
    "locator": "the locate stage of semcodec's clients",
}


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "serve",
        serve,
        summary="offer backends to other programs, as a server with OpenAI's API",
        description="Listen on this machine for requests of OpenAI's API (chat completions with a "
        "picture, image generations and edits, models), and carry them out with the backends of "
        "the options, one at a time. Requests of web pages are rejected, and no path or URL in a "
        "request is opened. Ctrl-C stops the server.",
        usage="[options]",
        examples=("semcodec serve", "semcodec serve --backend ollama --painter embedded"),
        exit_codes=(
            "stopped by Ctrl-C or SIGTERM",
            "does not occur",
            "error in usage or environment, such as a port in use",
        ),
    )
    parser.add_argument(
        "--host",
        default=settings.LOOPBACK,
        metavar="IP",
        help="address to listen on; one that other machines reach needs a token (default: "
        "%(default)s)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=settings.DEFAULT_PORT,
        metavar="N",
        help="port to listen on, 0 for any free one (default: %(default)s)",
    )
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        help="file with the token that clients must send as API key (default: "
        f"${TOKEN_ENV}, else no token)",
    )
    parser.add_argument(
        "--queue",
        type=_queue,
        default=settings.MAX_WAITING,
        metavar="N",
        help=f"requests that may wait for their turn, 0 to {settings.MAX_QUEUE}; others get status "
        "429 (default: %(default)s)",
    )
    parser.add_argument(
        "--max-seconds",
        type=options.seconds,
        default=settings.MAX_SECONDS,
        metavar="S",
        help="seconds from a request to its result, after which the client gets status 504 "
        "(default: 600)",
    )
    pipeline_options.add_backends(parser, **STAGES)
    openai_options.add(parser)
    local_options.add(parser)


def serve(args: argparse.Namespace) -> int:
    """Respond to requests until a signal stops the server."""
    if args.dry_run:
        raise UsageError("--dry-run has no requests to plan: omit it.")
    try:
        from semcodec.serve.server import Server
    except ImportError as error:
        raise UsageError("serve needs its packages: pip install 'semcodec[serve]'.") from error
    with Progress() as progress:
        try:
            address = _settings(args)  # checked before backends are loaded
            roles = Roles.find(**openai_options.resolve_backends(args).by_option)
            server = Server(roles, address, _report, progress)
        except InputError as error:  # an option, the environment or the config file
            raise UsageError(str(error)) from error
        for role, name in roles.names().items():
            print_status(f"{role:<9}  {name}")
        print_result(server.url)
        try:
            server.run()
        except KeyboardInterrupt:  # this is how a server ends
            if interrupts.is_repeated():  # while it was ending
                raise
            print_status("Stopped.")
    return DONE


def _settings(args: argparse.Namespace) -> Settings:
    return Settings(args.host, args.port, _read_token(args), args.queue, args.max_seconds)


def _read_token(args: argparse.Namespace) -> str:
    """Return the token of the file or the environment, or ``""``; no message contains it."""
    if args.token_file is None:
        source, text = f"The variable {TOKEN_ENV}", os.environ.get(TOKEN_ENV, "")
        if not text:
            return ""
    else:
        source = str(args.token_file)
        try:
            with Path(args.token_file).open("rb") as file:
                text = file.read(MAX_TOKEN_FILE).decode("latin-1")
        except OSError as error:
            raise UsageError(f"Cannot read {args.token_file}: {error.strerror}.") from error
    if token := text.removesuffix("\n").removesuffix("\r"):  # of the line that a program wrote
        return token
    raise UsageError(f"{source} is empty: write the token into it.")


def _report(method: str, route: str, status: int, seconds: float) -> None:
    """Print a line for a response; nothing of what the client has sent is in it."""
    print_status(f"{method} {route} {status} {seconds:.1f} s")


def _port(text: str) -> int:
    return _integer(text, settings.MAX_PORT, "port")


def _queue(text: str) -> int:
    return _integer(text, settings.MAX_QUEUE, "number of requests")


def _integer(text: str, maximum: int, noun: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 5 or int(text) > maximum:
        raise ArgumentTypeError(f"invalid {noun} {text!r}, expected 0 to {maximum}")
    return int(text)
