"""One parser, one table of commands, and the exit codes: 0 done, 1 the data, 2 usage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Final

import semcodec
from semcodec.cli import demo, doctor, looking, middle, photographs, terminal
from semcodec.cli.files import EnvironmentFault
from semcodec.errors import BackendError, SemcodecError

DONE: Final = 0
DATA_AT_FAULT: Final = 1
USAGE_OR_ENVIRONMENT: Final = 2
INTERRUPTED: Final = 130

ROOMS: Final = (demo, photographs, middle, looking, doctor)  #: in the order of the help

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line ``argv`` and return its exit code."""
    arguments = _parser().parse_args(argv)
    command: Command = arguments.command
    try:
        return command(arguments)
    except (EnvironmentFault, BackendError) as error:
        return _fail(error, USAGE_OR_ENVIRONMENT)
    except SemcodecError as error:
        return _fail(error, DATA_AT_FAULT)
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()
        return DONE
    except KeyboardInterrupt:
        return _fail(KeyboardInterrupt("Stopped."), INTERRUPTED)


def _fail(error: BaseException, code: int) -> int:
    terminal.tell("semcodec: " + " ".join(str(error).split()))
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="semcodec", description=semcodec.__doc__)
    parser.add_argument("--version", action="version", version=f"semcodec {semcodec.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for room in ROOMS:
        room.add(commands)
    return parser
