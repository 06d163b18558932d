"""The format for people: a paragraph for each file, and a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from semcodec._wording import plural
from semcodec.cli.output import escape_control
from semcodec.cli.reports import format_findings, format_note, in_parentheses
from semcodec.cli.results import FileResult, Result, Summary, Unreadable


def format_results(results: Iterable[Result], summary: Summary) -> Iterator[str]:
    """Yield a paragraph for each result, and the summary at the end."""
    for result in results:
        yield _paragraph(result)
    if summary.is_shown:
        yield str(summary)


def _paragraph(result: Result) -> str:
    """Return the verdict on one file with its findings."""
    name = escape_control(result.name)
    if isinstance(result, Unreadable):
        return f"{name}: not readable, {escape_control(result.reason)}"
    parts = [f"{name}: {result.verdict}{_details(result)}", format_findings(result.findings)]
    return "\n".join(filter(None, [*parts, format_note(result.note)]))


def _details(result: FileResult) -> str:
    details = ""
    if result.verdict == "valid":
        profiles = [f"profile {profile}" for profile in result.profiles]
        details += in_parentheses(result.framing, *profiles)
    if result.findings:  # a valid record may violate the profile of --profile
        details += f", {plural(len(result.findings), 'finding')}"
    return details
