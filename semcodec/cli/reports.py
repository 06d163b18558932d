"""Code shared by ``inspect`` and ``validate``: read files, format findings, exit codes."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from semcodec import carriers
from semcodec._wording import plural
from semcodec.bitstream import Finding, Report, guessing
from semcodec.bitstream.framing import MAGIC, TEXT_FRAMINGS
from semcodec.bitstream.validation import build_report
from semcodec.choices import Profile, ScanFraming, UnpackFraming
from semcodec.cli import files
from semcodec.cli.output import escape_control, line_width
from semcodec.errors import FormatError, InputError, SemcodecError
from semcodec.signatures import identify

EXIT_CODES: Final = (
    "all files are valid",
    "a file is not valid",
    "a file cannot be read, or another error in usage or environment",
)
RECORD_ENDING: Final = ".semc"  #: of a file (media type application/vnd.semcodec)
READINGS: Final = {
    "bare": "a bare record", "url": "a text form", "qr": "a text form", "png": "a PNG file",
    "file": "a file", "sequence": "a sequence",
}  # fmt: skip
#: Rules for a sequence that is read as a whole.
LIMITS_OF_SEQUENCES: Final = ("SC-LIM-5", "SC-LIM-6")
INDENT: Final = " " * 29  #: width of the rule and the location before the message of a finding


class FileReport(NamedTuple):
    """The content of a file and the report on it.

    Attributes:
        note: a sentence about the file that is not a finding, or "".
    """

    name: str
    data: bytes
    report: Report
    note: str


def read_report(
    name: str,
    framing: ScanFraming | UnpackFraming,
    profile: Profile | None = None,
    *,
    has_fields: bool = True,
) -> FileReport:
    """Return the report on a file, on stdin, or on a text form that is given as an argument.

    Args:
        name: the file, ``-`` for stdin, or a text form.
        framing: the framing that was chosen.
        profile: the profile to check, too.
        has_fields: whether the report has the fields, which take most of the memory.

    Raises:
        UsageError, InputError: as for ``files.read_bytes``; also if a guess finds no record in data
            that would be a valid one, such as ordinary text.
    """
    if framing != "auto" and framing != "guess":
        data = files.read_record(name, framing)
        report = build_report(data, framing, profile, has_fields=has_fields)
        return FileReport(name, data, report, _note_on_limits(report))
    data, problem = _read_guess(name) if framing == "guess" else (_read_auto(name), "")
    report = build_report(data, "auto", profile, has_fields=has_fields)
    if report.verdict == "valid" or report.framing not in ("bare", *TEXT_FRAMINGS):
        problem = ""
    return FileReport(name, data, report, problem or _note(name, data, report))


def _read_auto(name: str) -> bytes:
    """Return the data to report on, without a line end after a text form.

    A line end belongs to the file, not to the form.
    """
    data = _read_carrier(name)
    return data.rstrip(b"\r\n") if data.startswith(files.TEXT_PREFIXES) else data


def _read_guess(name: str) -> tuple[bytes, str]:
    """Return the data to report on, and why there is no valid record in it, or ""."""
    if files.is_text_form(name):
        return _describe(guessing.locate(name))
    data = _read_carrier(name)
    try:
        return _describe(guessing.locate(data))
    except (FormatError, InputError) as error:
        guessing.locate_form(data)  # raises the error again if there are several
        if build_report(data, "auto", has_fields=False).ok:
            raise
        return data, str(error)


def _describe(located: guessing.Located) -> tuple[bytes, str]:
    return located.data, located.damage and f"The text form was damaged. {located.damage}"


def _read_carrier(name: str) -> bytes:
    """Return a text form, or the content of a file: of a picture of a code, the record in it."""
    if files.is_text_form(name):
        return guessing.locate(name).data
    data = files.read_bytes(name, max_other=files.MAX_TEXT_FILE)
    with contextlib.suppress(SemcodecError):
        data = carriers.extract(data)
    return data


def _note(name: str, data: bytes, report: Report) -> str:
    """Return what to know about data whose framing was detected by its first bytes.

    They decide alone (§7.1), so that a file of any other type is read as a bare record.
    """
    file_type = identify(data)
    if report.framing == "bare" and report.verdict != "valid" and file_type:
        return guessing.describe_foreign(file_type)
    if Path(name).suffix.lower() == RECORD_ENDING and not data.startswith(MAGIC):
        return (
            f"A {RECORD_ENDING} file starts with the bytes B5 1A, and this one does not, so it was "
            f"read as {READINGS[report.framing]}: check the file, or rename it."
        )
    return ""


def _note_on_limits(report: Report) -> str:
    if any(finding.rule in LIMITS_OF_SEQUENCES for finding in report.findings):
        return "unpack --framing sequence reads any number of records, one at a time."
    return ""


def describe_finding(finding: Finding) -> str:
    """Return the location, the message and the values of a finding, as one line."""
    text = f"{_location(finding)}: {finding.message}"
    if finding.found:
        text += f" Found {finding.found}; expected {finding.expected}."
    return escape_control(text)


def omitted_note(omitted: int) -> str:
    """Return the sentence about findings that are left out of a report, or ``""``."""
    if not omitted:
        return ""
    return f"{plural(omitted, 'more finding')}: validate --format json-lines prints all."


def format_note(note: str) -> str:
    """Return a note, wrapped to the terminal and aligned with the messages of findings."""
    return _wrap(f"  {'note':<{len(INDENT) - 2}}{note}") if note else ""


def format_findings(findings: Sequence[Finding]) -> str:
    """Return the rule, location and message of each finding, wrapped to the terminal."""
    return "\n".join(line for finding in findings for line in _format_finding(finding))


def _format_finding(finding: Finding) -> list[str]:
    lines = [_wrap(f"  {finding.rule:<9} {_location(finding):<16} {finding.message}")]
    if finding.found:
        values = escape_control(f"found {finding.found}; expected {finding.expected}")
        lines.append(_wrap(INDENT + values))
    return lines


def _wrap(line: str) -> str:
    return textwrap.fill(line, line_width(), subsequent_indent=INDENT)


def _location(finding: Finding) -> str:
    byte, bit = divmod(finding.offset, 8)
    return f"byte {byte}, bit {bit}"


def in_parentheses(*items: str) -> str:
    """Return ``items`` in parentheses, after a space, such as ``" (file, 20 bytes)"``."""
    return f" ({', '.join(items)})"
