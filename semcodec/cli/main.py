"""Parse a command line, run its command, and convert errors to exit codes."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Sequence
from typing import Final

import semcodec
from semcodec.cli import interrupts, logs, output
from semcodec.cli.completion import SHELLS, PrintCompletion
from semcodec.cli.output import UsageError
from semcodec.cli.parser import (
    DATA_ERROR,
    DONE,
    USAGE_OR_ENVIRONMENT,
    Command,
    Parser,
)
from semcodec.conformance import ConformanceError
from semcodec.errors import BackendError, SemcodecError

#: The module of each command, in the order in which the help lists them. Only the module of the
#: command that runs is imported, because all of them take longer than most commands.
MODULES: Final = {
    "demo": "demo",
    "encode": "encode",
    "decode": "decode",
    "bulk": "bulk",
    "sweep": "sweep",
    "bench": "bench",
    "pack": "pack",
    "unpack": "unpack",
    "convert": "convert",
    "truncate": "truncate",
    "skeleton": "text",
    "decompress": "text",
    "inspect": "inspect",
    "validate": "validate",
    "vectors": "vectors",
    "models": "models",
    "serve": "serve",
    "doctor": "doctor",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line ``argv`` (by default ``sys.argv``) and return its exit code."""
    _escape_unencodable_output()
    logs.configure()
    try:
        with interrupts.handled():
            return _run(argv)
    except KeyboardInterrupt:  # a signal while the handlers are set or removed
        return _interrupted()


def _run(argv: Sequence[str] | None) -> int:
    """Run a command line, and return its exit code."""
    try:
        words = sys.argv[1:] if argv is None else list(argv)
        arguments = make_parser(*words[:1]).parse_args(words)
        command: Command = arguments.command
        return command(arguments)
    except (UsageError, BackendError, ConformanceError) as error:
        return _fail(str(error), USAGE_OR_ENVIRONMENT)
    except SemcodecError as error:
        return _fail(str(error), DATA_ERROR)
    except BrokenPipeError:  # the reader of our output has ended, such as head(1)
        output.silence_stdout()
        return DONE
    except MemoryError:
        return _fail("Out of memory: use a smaller input, or free memory.", USAGE_OR_ENVIRONMENT)
    except KeyboardInterrupt:
        return _interrupted()


def make_parser(first_word: str = "") -> Parser:
    """Return the parser of a command line.

    Args:
        first_word: if it is a command, the parser has this command only; else it has all commands.
    """
    parser = Parser(prog="semcodec", description=semcodec.__doc__)
    parser.add_argument(
        "--version",
        action="version",
        version=f"semcodec {semcodec.__version__}",
        help="print the version and exit",
    )
    parser.add_argument(
        "--print-completion",
        action=PrintCompletion,
        choices=SHELLS,
        help="print a script that completes command lines in this shell, and exit",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    # The value is the rest of the command line; the parser of the command checks each argument.
    commands.type = str
    needed = [MODULES[first_word]] if first_word in MODULES else dict.fromkeys(MODULES.values())
    for name in needed:
        importlib.import_module(f"semcodec.cli.{name}").add(commands)
    parser.end_help(("semcodec encode photo.jpg", "semcodec encode --help"))
    return parser


def _interrupted() -> int:
    """Return the exit code after a signal.

    ``python -m`` kills itself by SIGINT at its end if the evaluation of a string was interrupted,
    such as that of a dataclass in an import, even if the exception was caught. The next string
    resets that (``test_interrupted_evaluation_of_a_string_keeps_the_exit_code``).
    """
    exec("")  # noqa: S102
    return _fail("Interrupted.", interrupts.exit_code())


def _fail(message: str, code: int) -> int:
    output.print_status("semcodec: " + " ".join(message.split()))
    return code


def _escape_unencodable_output() -> None:
    """Print characters that the terminal's encoding cannot represent, such as µ, as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
