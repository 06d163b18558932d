"""SARIF 2.1.0, the interchange format of static analysis, which code scanning services read.

The bit of a finding is the property ``bitOffset``, because a region of SARIF has bytes only.
Services need a line, which a binary file does not have, so it is always 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import semcodec
from semcodec.bitstream import RULES, Finding
from semcodec.cli.formats.names import to_uri
from semcodec.cli.reports import describe_finding
from semcodec.cli.results import FileResult, Result, Summary, Unreadable

VERSION: Final = "2.1.0"
SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
PROJECT: Final = "https://github.com/semcodec/semcodec"
SPECIFICATION: Final = f"{PROJECT}/blob/main/spec/SEMCODEC-1.md"
NOTE: Final = "note"  #: a result needs a rule, and a note is not one of the specification
NOTE_DESCRIPTION: Final = "The file may be of another type."
NOTE_RULE: Final[dict[str, Any]] = {
    "id": NOTE,
    "shortDescription": {"text": NOTE_DESCRIPTION},
    "fullDescription": {"text": NOTE_DESCRIPTION},
    "help": {"text": "Check the file and its name."},
    "defaultConfiguration": {"level": "note"},
}


def format_results(results: Iterable[Result], summary: Summary) -> Iterator[str]:
    """Yield one document with one run."""
    found: list[dict[str, Any]] = []
    artifacts: list[dict[str, Any]] = []
    notifications: list[dict[str, Any]] = []
    rules: dict[str, int] = {}  # the index of each rule in the document, by its id
    for result in results:
        if isinstance(result, Unreadable):
            notifications.append(_notification(result))
            continue
        artifacts.append(_artifact(result))
        for finding in result.findings:
            index = rules.setdefault(finding.rule, len(rules))
            found.append(_result(result, finding, index))
        if result.note:
            found.append(_note(result, rules.setdefault(NOTE, len(rules))))
    driver = {
        "name": "semcodec validate",
        "semanticVersion": semcodec.__version__,
        "informationUri": PROJECT,
        "rules": [_rule(name) if name != NOTE else NOTE_RULE for name in rules],
    }
    invocation = {
        "executionSuccessful": not summary.not_readable,
        "toolExecutionNotifications": notifications,
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "artifacts": artifacts,
        "results": found,
        "properties": {"summary": summary.as_dict()},
    }
    yield json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, indent=2)


def _note(result: FileResult, rule_index: int) -> dict[str, Any]:
    return {
        "ruleId": NOTE,
        "ruleIndex": rule_index,
        "level": "note",
        "message": {"text": result.note},
        "locations": [_location(result.name, {"startLine": 1})],
    }


def _rule(name: str) -> dict[str, Any]:
    rule = RULES[name]
    return {
        "id": name,
        "shortDescription": {"text": rule.statement},
        "fullDescription": {"text": f"{rule.statement} SEMCODEC-1, §{rule.section}."},
        "help": {"text": rule.message},
        "helpUri": SPECIFICATION,
        "defaultConfiguration": {"level": "error"},
        "properties": {"outcome": rule.outcome, "section": rule.section},
    }


def _result(result: FileResult, finding: Finding, rule_index: int) -> dict[str, Any]:
    byte = result.byte_offset(finding)
    region: dict[str, Any] = {"startLine": 1}
    if byte is not None:
        # The finding may be at the end of the file, where there is no byte: a region of length 0.
        region |= {"byteOffset": byte, "byteLength": 0}
    values = {"bitOffset": finding.offset, "found": finding.found, "expected": finding.expected}
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": "error",
        "message": {"text": describe_finding(finding)},
        "locations": [_location(result.name, region)],
        "properties": values,
    }


def _artifact(result: FileResult) -> dict[str, Any]:
    return {
        "location": {"uri": to_uri(result.name)},
        "roles": ["analysisTarget"],
        "properties": {
            "verdict": result.verdict,
            "ok": result.ok,
            "framing": result.framing,
            "profiles": result.profiles,
        },
    }


def _notification(result: Unreadable) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"Not readable: {result.reason}."},
        "locations": [_location(result.name)],
    }


def _location(name: str, region: dict[str, Any] | None = None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": to_uri(name)}}
    return {"physicalLocation": place | ({"region": region} if region else {})}
