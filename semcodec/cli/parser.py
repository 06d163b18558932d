"""The parsers of all commands: uniform help, errors of one line, and no empty values."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from typing import Any, Final, NoReturn

from semcodec.cli import options, output

DONE: Final = 0
DATA_AT_FAULT: Final = 1
USAGE_OR_ENVIRONMENT: Final = 2
INTERRUPTED: Final = 130  #: as shells report a program that Ctrl-C ended

EXIT_CODES: Final = ("done", "the data is at fault", "usage or environment")
MAX_WIDTH: Final = 100  #: characters of a line of help

Command = Callable[[argparse.Namespace], int]


class HelpFormatter(argparse.HelpFormatter):
    """Wrap texts at the terminal's width, but at most 100; leave indented lines as they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        width = min(shutil.get_terminal_size().columns - 2, MAX_WIDTH)
        super().__init__(*args, **{"width": width, **kwargs})

    def add_argument(self, action: argparse.Action) -> None:
        """Add an argument; the names of commands are indented, which argparse does not count."""
        super().add_argument(action)
        if isinstance(action, argparse._SubParsersAction):
            self._action_max_length += self._indent_increment

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        fill = super()._fill_text
        lines = text.splitlines()
        return "\n".join(
            line if line.startswith(" ") else fill(line, width, indent) for line in lines
        )


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and whose arguments must not be empty.

    An empty value is nearly always a shell variable that is not set: with ``--replay "$FILE"`` a
    paid server would be called in place of the recording. An argument that may be empty declares
    ``type=str``.
    """

    summary: str = ""
    examples: tuple[str, ...] = ()
    exit_codes: tuple[str, ...] = EXIT_CODES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"formatter_class": HelpFormatter, **kwargs})
        self.register("type", None, options.not_empty)  # of every argument that declares no type

    def end_help(self, examples: tuple[str, str], exit_codes: tuple[str, ...] = EXIT_CODES) -> None:
        """End the help with two command lines and the meaning of the exit codes 0, 1 and 2."""
        self.examples, self.exit_codes = examples, exit_codes
        lines = ["examples:", *(f"  {example}" for example in examples), "", "exit codes:"]
        lines += [f"  {code}  {meaning}" for code, meaning in enumerate(exit_codes)]
        self.epilog = "\n".join(lines)

    def _print_message(self, message: str, file: object = None) -> None:
        if message:
            output.print_result(message.rstrip("\n"))

    def error(self, message: str) -> NoReturn:
        """Print ``message`` as one line and exit."""
        output.print_status(f"{self.prog}: {message}; see {self.prog} --help")
        raise SystemExit(USAGE_OR_ENVIRONMENT)


Commands = argparse._SubParsersAction  # what add_subparsers returns; it has no public name


def add_command(
    commands: Commands[Parser],
    name: str,
    run: Command,
    *,
    summary: str,
    usage: str,
    examples: tuple[str, str],
    description: str = "",
    exit_codes: tuple[str, ...] = EXIT_CODES,
) -> Parser:
    """Add a command to a parser's ``commands`` and return its parser, for its arguments.

    Args:
        name: the word of the command line.
        run: runs the command with the parsed arguments and returns the exit code.
        summary: one line for the list of commands.
        usage: the arguments behind the name, such as ``"FILE [options]"``.
        examples: two command lines, which tests run.
        description: sentences under the usage in place of the summary.
        exit_codes: what 0, 1 and 2 mean.
    """
    description = description or f"{summary[0].upper()}{summary[1:]}."
    parser = commands.add_parser(name, help=summary, description=description)
    parser.summary = summary
    parser.usage = f"{parser.prog} {usage}".rstrip()
    parser.set_defaults(command=run)
    parser.end_help(examples, exit_codes)
    return parser
