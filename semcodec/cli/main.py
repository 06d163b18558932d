"""One parser, one table of commands, and the exit codes: 0 done, 1 the data, 2 usage."""

from __future__ import annotations

import argparse
import io
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

import semcodec
from semcodec.cli import demo, doctor, looking, middle, options, output, photographs, vectors
from semcodec.cli.output import UsageError
from semcodec.errors import BackendError, SemcodecError

DONE: Final = 0
DATA_AT_FAULT: Final = 1
USAGE_OR_ENVIRONMENT: Final = 2
INTERRUPTED: Final = 130

COMMAND_MODULES: Final = (
    demo,
    photographs,
    middle,
    looking,
    vectors,
    doctor,
)  #: in the order of the help

Command = Callable[[argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one sentence, and that takes no empty value.

    An empty value is nearly always a shell variable that is not set: with ``--replay "$FILE"`` a
    paid server would be called in place of the recording. An argument that may be empty declares
    ``type=str``.
    """

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.register("type", None, options.not_empty)  # of every argument that declares no type

    def _print_message(self, message: str, file: object = None) -> None:
        if message:
            output.print_result(message.rstrip("\n"))

    def error(self, message: str) -> NoReturn:
        output.print_status(f"{self.prog}: {message}; see {self.prog} --help")
        raise SystemExit(USAGE_OR_ENVIRONMENT)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line ``argv`` and return its exit code."""
    _escape_unencodable_output()
    try:
        arguments = _parser().parse_args(argv)
        command: Command = arguments.command
        return command(arguments)
    except (UsageError, BackendError) as error:
        return _fail(str(error), USAGE_OR_ENVIRONMENT)
    except SemcodecError as error:
        return _fail(str(error), DATA_AT_FAULT)
    except BrokenPipeError:  # the reader of our output has seen enough
        output.silence_stdout()
        return DONE
    except KeyboardInterrupt:
        return _fail("Stopped.", INTERRUPTED)


def _fail(message: str, code: int) -> int:
    output.print_status("semcodec: " + " ".join(message.split()))
    return code


def _escape_unencodable_output() -> None:
    """Show what the terminal's encoding lacks as an escape, µ for one."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    logging.getLogger("PIL").addHandler(logging.NullHandler())  # our sentence is enough


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="semcodec", description=semcodec.__doc__)
    parser.add_argument("--version", action="version", version=f"semcodec {semcodec.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    commands.type = str  # it stands for a whole command line, whose parser checks each value
    for room in COMMAND_MODULES:
        room.add(commands)
    return parser
