"""JUnit XML: a test case for each file, which fails if there is a finding.

Each file is a test, not each finding, so that a CI server recognizes the same file in the next run.
XML cannot carry most control characters; a name with such characters is escaped, and a property
``uri`` has it exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree import ElementTree as ET

from semcodec._wording import plural
from semcodec.cli.formats.names import to_uri
from semcodec.cli.reports import describe_finding
from semcodec.cli.results import FileResult, Result, Summary, Unreadable

NAME: Final = "semcodec validate"
#: Characters that XML 1.0 does not allow, not even as references.
NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def format_results(results: Iterable[Result], summary: Summary) -> Iterator[str]:
    """Yield one document."""
    cases = [_case(result) for result in results]
    counts = {
        "tests": str(len(cases)),
        "failures": str(summary.not_valid + summary.not_in_profile),
        "errors": str(summary.not_readable),
        "skipped": "0",
    }
    root = ET.Element("testsuites", {"name": NAME, **counts})
    ET.SubElement(root, "testsuite", {"name": NAME, **counts}).extend(cases)
    ET.indent(root)
    # All characters beyond ASCII become references, so that none can act on a terminal.
    document = ET.tostring(root, "us-ascii", xml_declaration=True).decode("ascii")
    yield document.replace("\x7f", "&#127;")


def _case(result: Result) -> ET.Element:
    case = ET.Element("testcase", {"classname": NAME, "name": _to_xml(result.name)})
    if NOT_XML.search(result.name):
        properties = ET.SubElement(case, "properties")
        ET.SubElement(properties, "property", {"name": "uri", "value": to_uri(result.name)})
    if isinstance(result, Unreadable):
        attributes = {"type": "not readable", "message": _to_xml(result.reason)}
        ET.SubElement(case, "error", attributes)
    elif result.findings:
        case.append(_failure(result))
    if isinstance(result, FileResult) and result.note:
        ET.SubElement(case, "system-out").text = _to_xml(result.note)
    return case


def _failure(result: FileResult) -> ET.Element:
    outcome = "profile" if result.verdict == "valid" else result.verdict
    count = plural(len(result.findings), "finding")
    element = ET.Element("failure", {"type": outcome, "message": f"{outcome}, {count}"})
    lines = [f"{finding.rule}, {describe_finding(finding)}" for finding in result.findings]
    element.text = _to_xml("\n".join(lines))
    return element


def _to_xml(text: str) -> str:
    return NOT_XML.sub(lambda match: ascii(match[0])[1:-1], text)
