"""``inspect`` and ``validate``: what is in the data, and whether it keeps the rules."""

from __future__ import annotations

import argparse
import json
from typing import Any, Final

import semcodec
from semcodec.bitstream import PROFILES, RULES, Report
from semcodec.bitstream.registry import FRAMINGS
from semcodec.cli import files, options, showing
from semcodec.cli.terminal import EnvironmentFault, show, tell
from semcodec.errors import InputError

INSPECT_SCHEMA: Final = "semcodec/inspect/1"  #: published as spec/schema/inspect-1.json
VALIDATE_SCHEMA: Final = "semcodec/validate/1"  #: published as spec/schema/validate-1.json


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
    seen, faults = [], 0
    for name in given.files:
        data = files.record(name, given.framing)
        report = semcodec.validate(data, framing=given.framing)
        faults += not report.ok
        seen.append(_inspected(name, data, report))
    if given.json:
        show(json.dumps(seen[0] if len(seen) == 1 else seen, indent=2))
    else:
        show("\n\n".join(map(showing.inspected, seen)))
    return min(faults, 1)


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
    record, spent = semcodec.unpack(data, framing=report.framing), semcodec.ledger(data)
    entries = {e.name: {"bits": e.bits, "ubpp": round(e.ubpp, 3)} for e in spent.entries}
    return seen | _said(record) | {"ledger": entries, "out_of_band": spent.out_of_band}


def _said(record: semcodec.Record) -> dict[str, Any]:
    """Return what a record says, and the words that its skeletons are read as."""
    words = record.words
    nibble = record.coding == "nibble"
    return {
        "version": record.version,
        "size": record.size,
        "coding": record.coding,
        "k": record.k,
        "words": words,
        "read_as": semcodec.decompress(words) if nibble and words else words,
        "notes": record.notes,
    }


def validate(given: argparse.Namespace) -> int:
    """Print a verdict and the findings for each file, or explain a rule."""
    if given.explain:
        show(showing.explained(given.explain, RULES[given.explain]))
        if not given.files:
            return 0
    elif not given.files:
        raise EnvironmentFault("Name the files to validate, - for stdin, or a rule to --explain.")
    reports, unread = _reports(given)
    if given.json:
        show(
            json.dumps(
                {"schema": VALIDATE_SCHEMA, "files": [_verdict(*r) for r in reports]}, indent=2
            )
        )
    elif reports:
        show("\n".join(showing.validated(name, report) for name, report in reports))
    return 2 if unread else int(not all(report.ok for _, report in reports))


def _reports(given: argparse.Namespace) -> tuple[list[tuple[str, Report]], int]:
    """Return the report of each file that can be read, and how many cannot."""
    reports, unread = [], 0
    for name in given.files:
        try:
            data = files.record(name, given.framing)
            report = semcodec.validate(data, framing=given.framing, profile=given.profile)
            reports.append((name, report))
        except (EnvironmentFault, InputError) as error:
            tell(f"semcodec: {error}")
            unread += 1
    return reports, unread


def _verdict(name: str, report: Report) -> dict[str, Any]:
    return {
        "file": name,
        "verdict": report.verdict,
        "ok": report.ok,
        "framing": report.framing,
        "profiles": report.profiles,
        "findings": [finding._asdict() for finding in report.findings],
    }
