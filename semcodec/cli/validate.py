"""``validate``: check records against the specification, or explain one of its rules."""

from __future__ import annotations

import argparse
import json
from typing import Any, Final

from semcodec._registry_rows import Rule
from semcodec.bitstream import PROFILES, RULES
from semcodec.cli import options
from semcodec.cli.output import UsageError, escape_control, print_result
from semcodec.cli.parser import DONE, Commands, Parser, add_command
from semcodec.cli.reports import (
    EXIT_CODES,
    FileReport,
    add_arguments,
    format_findings,
    in_parentheses,
    plural,
    read_reports,
)

SCHEMA: Final = "semcodec/validate/2"  #: published as spec/schema/validate-2.json


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "validate",
        validate,
        summary="check records against the specification",
        description="Check records against the specification, and print every broken rule with "
        "its location.",
        usage="FILE... [options]",
        examples=(
            "semcodec validate photo.semc --profile file",
            "semcodec validate --explain SC-LEB-2",
        ),
        exit_codes=EXIT_CODES,
    )
    add_arguments(parser, "*")
    parser.add_argument(
        "--profile", choices=PROFILES, help="also check a profile (default: no profile)"
    )
    parser.add_argument(
        "--explain",
        type=options.rule,
        metavar="RULE",
        help="explain this rule with an example, then exit (default: no rule)",
    )


def validate(args: argparse.Namespace) -> int:
    """Print a verdict and the findings for each file, or explain a rule."""
    if args.explain:
        print_result(_explain(args.explain, RULES[args.explain]))
        return DONE
    if not args.files:
        raise UsageError("No files to validate: name files, - for stdin, or a rule to --explain.")
    reports = read_reports(args, args.profile)
    if args.json:
        values = [_as_dict(file) for file in reports.files]
        print_result(json.dumps({"schema": SCHEMA, "files": values}, indent=2))
    elif reports.files:
        print_result("\n".join(map(_paragraph, reports.files)))
    return reports.exit_code


def _as_dict(file: FileReport) -> dict[str, Any]:
    """Return the JSON object for one file."""
    report = file.report
    return {
        "file": file.name,
        "verdict": report.verdict,
        "ok": report.ok,
        "framing": report.framing,
        "profiles": report.profiles,
        "findings": [finding._asdict() for finding in report.findings],
    }


def _paragraph(file: FileReport) -> str:
    """Return the verdict on one file with its findings."""
    report = file.report
    head = f"{escape_control(file.name)}: {report.verdict}"
    if report.verdict == "valid":
        profiles = [f"profile {profile}" for profile in report.profiles]
        head += in_parentheses(report.framing, *profiles)
    if report.findings:  # a valid record may violate the profile of --profile
        head += f", {plural(len(report.findings), 'finding')}"
    return "\n".join(filter(None, [head, format_findings(report.findings)]))


def _explain(name: str, rule: Rule) -> str:
    """Return the statement of a rule, the outcome of breaking it, and an example of that."""
    outcome = f"profile {rule.profile}" if rule.profile else rule.outcome
    lines = [
        f"{name}  {rule.statement}",
        f"  section   SEMCODEC-1, §{rule.section}",
        f"  outcome   {outcome}" + (" (the record stays valid)" if rule.profile else ""),
        f"  location  {rule.location}",
        f"  message   {rule.message}",
    ]
    if rule.example_hex:
        framing = "" if rule.framing == "auto" else f" (read as {rule.framing})"
        lines.append(f"  example   {bytes.fromhex(rule.example_hex).hex(' ')}{framing}")
    return "\n".join(lines)
