"""``inspect`` and ``validate``: what is in a file, and whether it keeps the rules."""

from __future__ import annotations

import argparse
import json
from typing import Any

import semcodec
from semcodec.bitstream import Field, Record
from semcodec.cli import files
from semcodec.cli.terminal import EnvironmentFault, safe, show, tell
from semcodec.errors import InputError

MICRO = 1_000_000


def add(commands: Any) -> None:
    """Declare both."""
    parser = commands.add_parser("inspect", help="every field of a file, and its rate")
    parser.add_argument("file", metavar="FILE", help="- for stdin")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(command=inspect)
    parser = commands.add_parser("validate", help="whether files keep every rule of the format")
    parser.add_argument("files", metavar="FILE", nargs="+", help="- for stdin")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(command=validate)


def inspect(given: argparse.Namespace) -> int:
    """Print the fields of a record, its words and where its bits go."""
    data = files.read(given.file)
    fields, record = semcodec.inspect(data), semcodec.unpack(data)
    spent = ledger(data, record)
    if given.json:
        listed = [field._asdict() for field in fields]
        show(json.dumps({"fields": listed, "words": record.words, "ledger": spent}, indent=2))
    else:
        show(table(fields, spent))
    return 0


def validate(given: argparse.Namespace) -> int:
    """Print a verdict and the findings for each file."""
    reports: list[tuple[str, semcodec.Report]] = []
    unread = 0
    for name in given.files:
        try:
            reports.append((name, semcodec.validate(files.read(name))))
        except (EnvironmentFault, InputError) as error:
            tell(f"semcodec: {error}")
            unread += 1
    if given.json:
        show(json.dumps([_verdict(*row) for row in reports], indent=2))
    else:
        _show(reports)
    return 2 if unread else 0 if all(report.ok for _, report in reports) else 1


def _show(reports: list[tuple[str, semcodec.Report]]) -> None:
    for name, report in reports:
        show(f"{safe(name)}: {report.verdict}")
        for rule, offset, message in report.findings:
            show(f"  {rule} at byte {offset // 8}, bit {offset % 8}: {message}")


def _verdict(name: str, report: semcodec.Report) -> dict[str, Any]:
    findings = [finding._asdict() for finding in report.findings]
    return {"file": name, "verdict": report.verdict, "findings": findings}


def ledger(data: bytes, record: Record) -> dict[str, Any]:
    """Return the bits of the file, of its payload and around it, with their rates."""
    pixels = record.size[0] * record.size[1]
    bits = {"file": 8 * len(data), "payload": record.payload_bits}
    bits["around"] = bits["file"] - bits["payload"]
    return {
        name: {"bits": count, "ubpp": round(count * MICRO / pixels, 2)}
        for name, count in bits.items()
    }


def table(fields: list[Field], spent: dict[str, Any]) -> str:
    """Return fields and rates as aligned text."""
    rows = [
        f"0x{field.offset // 8:02x}+{field.offset % 8}  {field.bits:>5}  {field.name:<20} "
        f"{_short(field.raw):<20} {safe(str(field.value))}"
        for field in fields
    ]
    rates = [
        f"{name:<8} {row['bits']:>6} bits {row['ubpp']:>10} µbpp" for name, row in spent.items()
    ]
    heading = "start    bits  field                raw                  value"
    return "\n".join([heading, *rows, "", *rates])


def _short(raw: str) -> str:
    return raw if len(raw) <= 20 else raw[:17] + "..."
