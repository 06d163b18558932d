"""Workflow commands of GitHub Actions, which become annotations of the files in a pull request.

A command is a line ``::error file=NAME,title=RULE::MESSAGE``. The runner decodes ``%25``, ``%0D``
and ``%0A`` everywhere, and ``%3A`` and ``%2C`` in properties. It has no escapes for other control
characters, so those in a name are printed as in the other formats for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from semcodec.cli.formats.names import to_posix
from semcodec.cli.output import escape_control
from semcodec.cli.reports import describe_finding
from semcodec.cli.results import Result, Summary, Unreadable

DATA_ESCAPES: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY_ESCAPES: Final = DATA_ESCAPES | str.maketrans({":": "%3A", ",": "%2C"})


def format_results(results: Iterable[Result], summary: Summary) -> Iterator[str]:
    """Yield a command for each finding, note and unreadable file, and the summary as a line."""
    for result in results:
        if isinstance(result, Unreadable):
            yield _command("error", result.name, "not readable", result.reason)
            continue
        for finding in result.findings:
            yield _command("error", result.name, finding.rule, describe_finding(finding))
        if result.note:
            yield _command("notice", result.name, "note", result.note)
    yield str(summary)


def _command(level: str, name: str, title: str, message: str) -> str:
    properties = {"file": _visible(to_posix(name)), "title": title}
    if name == "-":  # stdin is not a file of the repository
        del properties["file"]
    pairs = [f"{key}={value.translate(PROPERTY_ESCAPES)}" for key, value in properties.items()]
    return f"::{level} {','.join(pairs)}::{_visible(message).translate(DATA_ESCAPES)}"


def _visible(text: str) -> str:
    """Escape control characters, except line breaks, for which the commands have escapes."""
    return "".join(char if char in "\r\n" else escape_control(char) for char in text)
