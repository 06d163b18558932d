"""Explain the rules of the specification that data can break (Annex E), for ``validate``."""

from __future__ import annotations

import itertools
import json
import textwrap
from fnmatch import fnmatchcase
from typing import Any, Final

from semcodec._registry_rows import Rule
from semcodec.bitstream import RULES
from semcodec.cli.output import UsageError, line_width

SCHEMA: Final = "semcodec/rules/1"  #: published as spec/schema/rules-1.json
#: The middle part of a rule's id, such as LEB in SC-LEB-2, and what its rules are about.
GROUPS: Final = {
    "FRM": "framings", "SEQ": "sequences", "TXT": "text forms", "PNG": "PNG files",
    "HDR": "header", "CHK": "check", "LEB": "integers (LEB128)", "SIZ": "size",
    "MOD": "models", "EXT": "extensions", "NIB": "coding nibble", "LEX": "coding lexicon",
    "BAG": "coding bag", "UTF": "coding utf8", "LIM": "limits", "PRO": "profiles",
}  # fmt: skip


def explain(pattern: str, *, as_json: bool = False) -> str:
    """Return the rule with this id, or the list of the rules that match; all for ``""``.

    A rule matches if its id, statement, message, outcome or profile contains ``pattern``, or if its
    id matches it as a pattern of file names does, such as ``SC-LEX-*``.

    Raises:
        UsageError: no rule matches.
    """
    found = _find(pattern)
    if not found:
        raise UsageError(f"No rule matches {pattern!r}: semcodec validate --explain lists all.")
    if as_json:
        return json.dumps({"schema": SCHEMA, "rules": [_to_dict(name) for name in found]}, indent=2)
    return _explain_one(found[0]) if len(found) == 1 else _list(found)


def _find(pattern: str) -> list[str]:
    text = pattern.strip().lower()
    if text.upper() in RULES:
        return [text.upper()]
    return [
        name
        for name, rule in RULES.items()
        if any(text in part for part in _searched(name, rule)) or fnmatchcase(name.lower(), text)
    ]


def _searched(name: str, rule: Rule) -> list[str]:
    parts = [name, GROUPS[_group(name)], rule.statement, rule.message, _outcome(rule)]
    return [part.lower() for part in parts]


def _group(name: str) -> str:
    return name.split("-")[1]


def _outcome(rule: Rule) -> str:
    return f"profile {rule.profile}" if rule.profile else rule.outcome


def _list(names: list[str]) -> str:
    """Return id, outcome and message of each rule, by group."""
    blocks = []
    for group, members in itertools.groupby(names, _group):
        rows = [(name, _outcome(RULES[name]), RULES[name].message) for name in members]
        blocks.append("\n".join([f"{group}  {GROUPS[group]}", *(_row(*row) for row in rows)]))
    return "\n\n".join(blocks)


def _row(name: str, outcome: str, message: str) -> str:
    head = f"  {name:<9}  {outcome:<15}  "
    return textwrap.fill(head + message, line_width(), subsequent_indent=" " * len(head))


def _explain_one(name: str) -> str:
    """Return the statement of a rule, the outcome of breaking it, and an example of that."""
    rule = RULES[name]
    rows = [
        ("section", f"SEMCODEC-1, §{rule.section}"),
        ("outcome", _outcome(rule) + (" (the record stays valid)" if rule.profile else "")),
        ("location", rule.location),
        ("message", rule.message),
    ]
    if rule.example_hex:
        framing = "" if rule.framing == "auto" else f" (read as {rule.framing})"
        rows.append(("example", bytes.fromhex(rule.example_hex).hex(" ") + framing))
    return "\n".join([f"{name}  {rule.statement}", *(f"  {key:<8}  {text}" for key, text in rows)])


def _to_dict(name: str) -> dict[str, Any]:
    rule = RULES[name]
    return {
        "id": name,
        "group": GROUPS[_group(name)],
        "outcome": rule.outcome,
        "profile": rule.profile or None,
        "section": rule.section,
        "statement": rule.statement,
        "location": rule.location,
        "message": rule.message,
        "example": rule.example_hex,
        "framing": rule.framing,
    }
