"""How ``inspect`` and ``validate`` look to a person: aligned and complete."""

from __future__ import annotations

import textwrap
from typing import Any, Final

from semcodec._registry import MODELS, PROMPTS
from semcodec._registry_rows import Rule
from semcodec.bitstream import Report
from semcodec.bitstream.extensions import BY_TYPE
from semcodec.cli.output import escape_control

RAW: Final = 20  #: characters of a field's bits that are shown
VALUE: Final = 60  #: characters of its meaning
WIDTH: Final = 100  #: characters of a line of findings
INDENT: Final = " " * 29  #: where the sentence of a finding starts


def inspected(seen: dict[str, Any]) -> str:
    """Return the page on one record."""
    parts = [_title(seen), _findings(seen["findings"]), _map(seen["fields"])]
    if "rate" in seen:
        parts += [_words(seen), _rate(seen["rate"]), _out_of_band(seen["out_of_band"])]
    elif "records" in seen:
        parts.append(
            "\n".join(escape_control(" ".join(record["words"])) for record in seen["records"])
        )
    return "\n\n".join(filter(None, parts))


def validated(name: str, report: Report) -> str:
    """Return the verdict on one file with its findings."""
    head = f"{escape_control(name)}: {report.verdict}"
    if report.verdict == "valid":
        head += _aside(report.framing, *(f"profile {p}" for p in report.profiles))
    if report.findings:
        head += f", {_count(len(report.findings), 'finding')}"
    return "\n".join(filter(None, [head, _findings([f._asdict() for f in report.findings])]))


def explained(name: str, rule: Rule) -> str:
    """Return what a rule says, what breaking it means, and data that does."""
    broken = f"profile {rule.profile}" if rule.profile else rule.outcome
    lines = [
        f"{name}  {rule.statement}",
        f"  stated in    SEMCODEC-1, §{rule.section}",
        f"  broken is    {broken}" + (" (the record stays valid)" if rule.profile else ""),
        f"  it shows at  {rule.location}",
        f"  what to do   {rule.message}",
    ]
    if rule.example_hex:
        how = "" if rule.framing == "auto" else f"   (read as {rule.framing})"
        lines.append(f"  an example   {bytes.fromhex(rule.example_hex).hex(' ')}{how}")
    return "\n".join(lines)


def _title(seen: dict[str, Any]) -> str:
    title = f"{escape_control(seen['file'])}: {seen['verdict']}"
    told = [seen["framing"], _count(seen["bytes"], "byte")]
    if "words" in seen:
        told += ["x".join(map(str, seen["size"])), seen["coding"]]
        told += [_count(len(seen["words"]), "word")]
    return title + _aside(*told)


def _findings(findings: list[dict[str, Any]]) -> str:
    return "\n".join(line for finding in findings for line in _finding(finding))


def _finding(finding: dict[str, Any]) -> list[str]:
    byte, bit = divmod(finding["offset"], 8)
    head = f"  {finding['rule']:<9} {f'byte {byte}, bit {bit}':<16} "
    lines = textwrap.wrap(head + finding["message"], WIDTH, subsequent_indent=INDENT)
    if finding["found"]:
        said = f"found {finding['found']}; expected {finding['expected']}"
        lines += textwrap.wrap(
            escape_control(said), WIDTH, initial_indent=INDENT, subsequent_indent=INDENT
        )
    return lines


def _map(fields: list[dict[str, Any]]) -> str:
    if not fields:
        return ""
    width = max(len(field["name"]) for field in fields)
    total = sum(field["bits"] for field in fields)
    digits = max(5, len(str(total)))
    lines = [f"start    {'bits':>{digits}}  {'field':<{width}}  {'raw':<{RAW}}  value"]
    for field in fields:
        start = f"0x{field['offset'] // 8:02x}+{field['offset'] % 8}"
        raw, value = _cut(field["raw"], RAW), escape_control(_cut(_meaning(field), VALUE))
        row = (
            f"{start:<8} {field['bits']:>{digits}}  {field['name']:<{width}}  {raw:<{RAW}}  {value}"
        )
        lines.append(row.rstrip())
    return "\n".join([*lines, f"{'all':<8} {total:>{digits}}"])


def _meaning(field: dict[str, Any]) -> str:
    """Return the value of a field, with the registered name of what is only a number."""
    value, last = field["value"], field["name"].rpartition(".")[2]
    name = None
    if last in ("describer", "writer", "painter"):
        name = "nothing stated" if value == 0 else MODELS[value].name if value in MODELS else None
    elif last == "prompts":
        name = "nothing stated" if value == 0 else PROMPTS.get(value)
    elif last == "type" and value in BY_TYPE:
        name = BY_TYPE[value].name
    return str(value) if name is None else f"{value}, {name}"


def _words(seen: dict[str, Any]) -> str:
    lines = ["words     " + escape_control(" ".join(seen["words"]))]
    if seen["restored_words"] != seen["words"]:
        lines.append("restored  " + escape_control(" ".join(seen["restored_words"])))
    lines += [f"{name:<9} {escape_control(str(value))}" for name, value in seen["metadata"].items()]
    return "\n".join(lines)


def _rate(entries: dict[str, Any]) -> str:
    lines = [f"{'rate':<11} {'bits':>6}  {'µbpp':>10}"]
    for name, entry in entries.items():
        if entry["bits"] or name == "payload":
            label = "all" if name == "file" else name  # of a picture it is the chunk alone
            lines.append(f"{label:<11} {entry['bits']:>6}  {entry['ubpp']:>10.2f}")
    return "\n".join(lines)


def _out_of_band(sentences: list[str]) -> str:
    lines = [f"  {sentence}" for sentence in sentences]
    return "\n".join(["not in it, so the receiver must know:", *lines]) if lines else ""


def _aside(*told: str) -> str:
    return f" ({', '.join(told)})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
