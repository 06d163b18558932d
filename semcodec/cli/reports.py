"""Code shared by ``inspect`` and ``validate``: read files, format findings, exit codes."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence
from typing import Final, NamedTuple

import semcodec
from semcodec.bitstream import Finding, Report
from semcodec.choices import Profile
from semcodec.cli import files, options
from semcodec.cli.output import UsageError, escape_control, line_width, print_status
from semcodec.cli.parser import DATA_ERROR, DONE, USAGE_OR_ENVIRONMENT
from semcodec.errors import InputError

EXIT_CODES: Final = (
    "all files are valid",
    "a file is not valid",
    "error in usage or environment, such as a file that cannot be read",
)
INDENT: Final = " " * 29  #: width of the rule and the location before the message of a finding


class FileReport(NamedTuple):
    """The content of a file and the report on it."""

    name: str
    data: bytes
    report: Report


class FileReports(NamedTuple):
    """The reports on all readable files, and the number of unreadable files."""

    files: list[FileReport]
    unreadable: int

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        if self.unreadable:
            return USAGE_OR_ENVIRONMENT
        return DONE if all(file.report.ok for file in self.files) else DATA_ERROR


def add_arguments(parser: argparse.ArgumentParser, nargs: str) -> None:
    """Add the arguments ``FILE``, ``--framing`` and ``--json``."""
    parser.add_argument("files", metavar="FILE", nargs=nargs, help="records to read; - for stdin")
    options.add_input_framing(parser)
    parser.add_argument(
        "--json",
        action="store_true",
        help="machine-readable output, see spec/schema (default: off)",
    )


def read_reports(args: argparse.Namespace, profile: Profile | None = None) -> FileReports:
    """Validate each file; print a message for each file that cannot be read."""
    read, unreadable = [], 0
    for name in args.files:
        try:
            data = files.read_record(name, args.framing)
            report = semcodec.validate(data, framing=args.framing, profile=profile)
            read.append(FileReport(name, data, report))
        except (UsageError, InputError) as error:
            print_status(f"semcodec: {error}")
            unreadable += 1
    return FileReports(read, unreadable)


def format_findings(findings: Sequence[Finding]) -> str:
    """Return the rule, location and message of each finding, wrapped to the terminal."""
    return "\n".join(line for finding in findings for line in _format_finding(finding))


def _format_finding(finding: Finding) -> list[str]:
    byte, bit = divmod(finding.offset, 8)
    head = f"  {finding.rule:<9} {f'byte {byte}, bit {bit}':<16} "
    lines = textwrap.wrap(head + finding.message, line_width(), subsequent_indent=INDENT)
    if finding.found:
        values = escape_control(f"found {finding.found}; expected {finding.expected}")
        lines += textwrap.wrap(
            values, line_width(), initial_indent=INDENT, subsequent_indent=INDENT
        )
    return lines


def in_parentheses(*items: str) -> str:
    """Return ``items`` in parentheses, after a space, such as ``" (file, 20 bytes)"``."""
    return f" ({', '.join(items)})"


def plural(number: int, noun: str) -> str:
    """Return a number and a noun in the right form, such as ``"3 findings"``."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
