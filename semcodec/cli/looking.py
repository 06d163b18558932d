"""``inspect`` and ``validate``: what is in the data, and whether it keeps the rules."""

from __future__ import annotations

import argparse
import json
from typing import Any, Final

import semcodec
from semcodec._registry import FRAMINGS
from semcodec.bitstream import PROFILES, RULES, Report
from semcodec.cli import files, formatting, options
from semcodec.cli.output import UsageError, print_result, print_status
from semcodec.errors import InputError

INSPECT_SCHEMA: Final = "semcodec/inspect/2"  #: published as spec/schema/inspect-2.json
VALIDATE_SCHEMA: Final = "semcodec/validate/2"  #: published as spec/schema/validate-2.json


def add(commands: Any) -> None:
    """Declare both."""
    parser = commands.add_parser("inspect", help="every bit of a record, its words and its rate")
    parser.add_argument("files", metavar="FILE", nargs="+", help="- for stdin")
    _add_common(parser)
    parser.set_defaults(command=inspect)
    parser = commands.add_parser("validate", help="whether records keep every rule of the format")
    parser.add_argument("files", metavar="FILE", nargs="*", help="- for stdin")
    _add_common(parser)
    parser.add_argument("--profile", choices=PROFILES, help="what else they are to keep")
    parser.add_argument(
        "--explain", type=options.rule, metavar="RULE", help="say what a rule means, and an example"
    )
    parser.set_defaults(command=validate)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--framing", choices=["auto", *FRAMINGS], default="auto")
    parser.add_argument("--json", action="store_true", help="for programs; see spec/schema")


def inspect(given: argparse.Namespace) -> int:
    """Print the fields of records, their words and where their bits go."""
    reports, unread = _reports(given)
    seen = [_inspected(name, data, report) for name, data, report in reports]
    if given.json:
        print_result(json.dumps(seen[0] if len(given.files) == len(seen) == 1 else seen, indent=2))
    elif seen:
        print_result("\n\n".join(map(formatting.inspected, seen)))
    return _exit_code(reports, unread)


def _inspected(name: str, data: bytes, report: Report) -> dict[str, Any]:
    """Return all there is to see in one record, as JSON takes it."""
    seen: dict[str, Any] = {
        "schema": INSPECT_SCHEMA,
        "file": name,
        "bytes": len(data),
        "verdict": report.verdict,
        "framing": report.framing,
        "profiles": report.profiles,
        "findings": [finding._asdict() for finding in report.findings],
        "fields": [field._asdict() for field in report.fields],
    }
    if report.verdict != "valid":
        return seen
    if report.framing == "sequence":
        return seen | {"records": [_said(r) for r in semcodec.unpack_all(data)]}
    record = semcodec.unpack(data, framing=report.framing)
    spent = semcodec.rate_breakdown(data, framing=report.framing)
    entries = {e.name: {"bits": e.bits, "ubpp": round(e.ubpp, 3)} for e in spent.entries}
    return seen | _said(record) | {"rate": entries, "out_of_band": spent.out_of_band}


def _said(record: semcodec.Record) -> dict[str, Any]:
    """Return what a record says, and the words that its skeletons are read as."""
    words = record.words
    nibble = record.coding == "nibble"
    restored = semcodec.decompress(words) if nibble and words else words
    return record.as_dict() | {"restored_words": restored, "metadata": record.metadata}


def validate(given: argparse.Namespace) -> int:
    """Print a verdict and the findings for each file, or explain a rule."""
    if given.explain:
        print_result(formatting.explained(given.explain, RULES[given.explain]))
        return 0
    if not given.files:
        raise UsageError("Name the files to validate, - for stdin, or a rule to --explain.")
    reports, unread = _reports(given)
    if given.json:
        verdicts = [_verdict(name, report) for name, _, report in reports]
        print_result(json.dumps({"schema": VALIDATE_SCHEMA, "files": verdicts}, indent=2))
    elif reports:
        print_result("\n".join(formatting.validated(name, report) for name, _, report in reports))
    return _exit_code(reports, unread)


Read = tuple[str, bytes, Report]


def _reports(given: argparse.Namespace) -> tuple[list[Read], int]:
    """Return each file that can be read with its report, and how many cannot."""
    reports, unread = [], 0
    for name in given.files:
        try:
            data = files.record(name, given.framing)
            profile = getattr(given, "profile", None)
            report = semcodec.validate(data, framing=given.framing, profile=profile)
            reports.append((name, data, report))
        except (UsageError, InputError) as error:
            print_status(f"semcodec: {error}")
            unread += 1
    return reports, unread


def _exit_code(reports: list[Read], unread: int) -> int:
    return 2 if unread else int(not all(report.ok for _, _, report in reports))


def _verdict(name: str, report: Report) -> dict[str, Any]:
    return {
        "file": name,
        "verdict": report.verdict,
        "ok": report.ok,
        "framing": report.framing,
        "profiles": report.profiles,
        "findings": [finding._asdict() for finding in report.findings],
    }
