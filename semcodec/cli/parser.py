"""The argument parser of all commands: uniform help, one-line errors, and no empty values."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from typing import Any, Final, NoReturn

from semcodec.cli import options, output

DONE: Final = 0
DATA_ERROR: Final = 1
USAGE_OR_ENVIRONMENT: Final = 2
PARTLY_DONE: Final = 3

EXIT_CODES: Final = ("success", "error in the data", "error in usage or environment")
MAX_WIDTH: Final = 100  #: characters per line of help

Command = Callable[[argparse.Namespace], int]


class HelpFormatter(argparse.HelpFormatter):
    """Wraps texts to the terminal, at most ``MAX_WIDTH``; keeps indented lines unchanged."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        width = min(shutil.get_terminal_size().columns - 2, MAX_WIDTH)
        super().__init__(*args, **{"width": width, **kwargs})

    def add_argument(self, action: argparse.Action) -> None:
        """Add an argument; count the indentation of command names, which argparse ignores."""
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
    """A parser with one-line errors that rejects empty values.

    An empty value is nearly always an unset shell variable: ``--replay "$FILE"`` would call a paid
    server instead of replaying the recording. An argument that may be empty declares ``type=str``.
    """

    summary: str = ""
    epilog: str | None
    examples: tuple[str, ...] = ()
    exit_codes: tuple[str, ...] = EXIT_CODES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"formatter_class": HelpFormatter, **kwargs})
        self.register("type", None, options.not_empty)  # the default of arguments

    def end_help(self, examples: tuple[str, str], exit_codes: tuple[str, ...] = EXIT_CODES) -> None:
        """End the help with two examples and the meaning of the exit codes, from 0."""
        self.examples, self.exit_codes = examples, exit_codes
        lines = ["examples:", *(f"  {example}" for example in examples), "", "exit codes:"]
        lines += [f"  {code}  {meaning}" for code, meaning in enumerate(exit_codes)]
        self.epilog = "\n".join(lines)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse arguments; an unknown one is an error of the command, which has its own help."""
        values, unknown = self.parse_known_args(args, namespace)
        parser: Parser = getattr(values, "command_parser", self)
        if unknown and not parser._add_files(values, unknown):
            parser.error(f"unrecognized arguments: {' '.join(unknown)}")
        return values

    def _add_files(self, values: argparse.Namespace, unknown: list[str]) -> bool:
        """Add arguments to a list that was begun before an option, as in ``a.jpg --k 5 b.jpg``.

        argparse ends such a list at the first option. Return False if there is no list, or one of
        the arguments is an option.
        """
        lists = [a for a in self._actions if not a.option_strings and a.nargs in ("+", "*")]
        if not lists or any(text.startswith("-") and text != "-" for text in unknown):
            return False
        try:
            added = self._get_values(lists[0], unknown)
        except argparse.ArgumentError as error:
            self.error(str(error))
        setattr(values, lists[0].dest, [*getattr(values, lists[0].dest), *added])
        return True

    def _print_message(self, message: str, file: object = None) -> None:
        if message:
            output.print_result(message.rstrip("\n"))

    def error(self, message: str) -> NoReturn:
        """Print ``message`` as one line and exit."""
        output.print_status(f"{self.prog}: {message}; see {self.prog} --help")
        raise SystemExit(USAGE_OR_ENVIRONMENT)


Commands = argparse._SubParsersAction  # the result of add_subparsers; has no public name


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
    """Add a command to a parser, and return the parser of the command.

    Args:
        commands: the commands of the parser.
        name: the name of the command.
        run: runs the command with the parsed arguments and returns the exit code.
        summary: a line for the list of commands.
        usage: the arguments after the name, such as ``"FILE [options]"``.
        examples: two command lines, which tests run.
        description: sentences below the usage; by default the summary.
        exit_codes: the meanings of 0, 1, 2 and, for several inputs, 3.
    """
    description = description or f"{summary[0].upper()}{summary[1:]}."
    parser = commands.add_parser(name, help=summary, description=description)
    parser.summary = summary
    parser.usage = f"{parser.prog} {usage}".rstrip()
    parser.set_defaults(command=run, command_parser=parser)
    parser.end_help(examples, exit_codes)
    return parser
