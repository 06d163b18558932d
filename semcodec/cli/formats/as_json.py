"""JSON, as one document or as one line for each file (spec/schema/validate-2.json)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import semcodec
from semcodec.cli.formats.names import json_keys
from semcodec.cli.results import FileResult, Result, Summary, Unreadable

SCHEMA: Final = "semcodec/validate/2"


def format_results(results: Iterable[Result], summary: Summary) -> Iterator[str]:
    """Yield one document."""
    files: list[dict[str, Any]] = []
    unreadable: list[dict[str, Any]] = []
    for result in results:
        (files if isinstance(result, FileResult) else unreadable).append(_to_dict(result))
    document = {
        "schema": SCHEMA,
        "summary": summary.as_dict(),
        "files": files,
        "unreadable": unreadable,
    }
    yield json.dumps(document, indent=2)


def format_lines(results: Iterable[Result], summary: Summary) -> Iterator[str]:
    """Yield a line for each result."""
    return (json.dumps(_to_dict(result)) for result in results)


def format_record(name: str, report: semcodec.RecordReport) -> str:
    """Return the line for an item of the sequence ``name``; its file has a line of its own."""
    values = {
        **json_keys(name),
        "record": report.number,
        "offset": report.offset,
        "bytes": report.length,
        "verdict": report.verdict,
        "ok": report.ok,
        "framing": "sequence",
        "profiles": report.profiles,
        "findings": [finding._asdict() for finding in report.findings],
    }
    return json.dumps(values)


def _to_dict(result: Result) -> dict[str, Any]:
    """Return the object for one file."""
    if isinstance(result, Unreadable):
        return {**json_keys(result.name), "error": result.reason}
    values: dict[str, Any] = {
        **json_keys(result.name),
        "verdict": result.verdict,
        "ok": result.ok,
        "framing": result.framing,
        "profiles": result.profiles,
        "findings": [finding._asdict() for finding in result.findings],
    }
    return values | ({"note": result.note} if result.note else {})
