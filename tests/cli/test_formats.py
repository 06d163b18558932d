"""The formats of ``semcodec validate``: each can be read back, for any name and any finding."""

from __future__ import annotations

import io
import json
import os
import re
import string
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import jsonschema_rs
import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif

import semcodec
from semcodec.bitstream import RULES, Finding
from semcodec.cli.formats import FORMATS, as_junit, names
from semcodec.cli.output import escape_control
from semcodec.cli.results import FileResult, Result, Summary, Unreadable
from tests.cli.conftest import SCHEMAS, Run
from tests.cli.test_escaping import has_no_control_characters

SCHEMA = json.loads((SCHEMAS / "validate-2.json").read_bytes())
BROKEN = bytes.fromhex("b51a0700000000000004140014001002")
MACHINE_FORMATS = [name for name in FORMATS if name != "text"]

# Names as POSIX has them, any bytes but NUL; those of Windows are texts.
FILE_NAMES = st.binary(min_size=1, max_size=40).map(lambda data: data.replace(b"\0", b"x"))
NAMES = FILE_NAMES.map(os.fsdecode) | st.sampled_from(
    [
        "a,b:c.semc",
        "100%.semc",
        "%0A%25.semc",
        "a\nb\r.semc",
        "a\x7f.semc",
        "::error::x",
        "\\x1b",
        "-",
        "ö \u202e.semc",
        "a/b",
    ]
)
FINDINGS = st.builds(
    Finding,
    rule=st.sampled_from(sorted(RULES)),
    offset=st.integers(0, 2**33),
    message=st.sampled_from([rule.message for rule in RULES.values()]),
    found=st.text(max_size=30),
    expected=st.text(max_size=30),
)
FILES = st.builds(
    FileResult,
    name=NAMES,
    verdict=st.sampled_from(["valid", "invalid", "malformed", "unsupported"]),
    ok=st.just(False),
    framing=st.sampled_from(["bare", "file", "sequence", "url", "qr", "png"]),
    profiles=st.just(()),
    findings=st.lists(FINDINGS, min_size=1, max_size=3).map(tuple),
    note=st.just("") | st.just("This is a JPEG image, not a semcodec record: encode it."),
)
VALID = st.builds(
    FileResult,
    name=NAMES,
    verdict=st.just("valid"),
    ok=st.just(True),
    framing=st.just("file"),
    profiles=st.just(("file",)),
    findings=st.just(()),
    note=st.just(""),
)
RESULTS = st.lists(FILES | VALID | st.builds(Unreadable, NAMES, st.text(max_size=30)), max_size=4)


def formatted(format_name: str, results: Iterable[Result]) -> str:
    summary = Summary()
    return "\n".join(FORMATS[format_name](summary.count(results), summary))


def files_in(results: list[Result]) -> list[FileResult]:
    return [result for result in results if isinstance(result, FileResult)]


def unreadable_in(results: list[Result]) -> list[Unreadable]:
    return [result for result in results if isinstance(result, Unreadable)]


# --- any name and any finding --------------------------------------------------------------------


def name_of(values: dict[str, Any]) -> str:
    """Return the name in JSON."""
    if "file_bytes" in values:
        return os.fsdecode(bytes.fromhex(values["file_bytes"]))
    name: str = values["file"]
    return name


def check_json_object(values: dict[str, Any], result: Result) -> None:
    jsonschema_rs.validate(SCHEMA | {"$ref": "#/$defs/line", "required": []}, values)
    assert name_of(values) == result.name
    if isinstance(result, Unreadable):
        assert values["error"] == result.reason
        return
    assert tuple(Finding(**finding) for finding in values["findings"]) == result.findings
    assert (values["verdict"], values["framing"]) == (result.verdict, result.framing)
    assert values.get("note", "") == result.note


@given(RESULTS)
def test_json_can_be_read_back(results: list[Result]) -> None:
    document = json.loads(formatted("json", results))
    jsonschema_rs.validate(SCHEMA, document)
    expected = [*files_in(results), *unreadable_in(results)]
    for values, result in zip(document["files"] + document["unreadable"], expected, strict=True):
        check_json_object(values, result)
    assert sum(document["summary"].values()) == len(results)
    assert document["summary"]["not_readable"] == len(document["unreadable"])


@given(RESULTS)
def test_json_lines_can_be_read_back(results: list[Result]) -> None:
    lines = formatted("json-lines", results).splitlines()
    for line, result in zip(lines, results, strict=True):
        check_json_object(json.loads(line), result)


@given(RESULTS)
def test_sarif_can_be_read_back(results: list[Result]) -> None:
    text = formatted("sarif", results)
    Sarif.model_validate_json(text)
    [run] = json.loads(text)["runs"]
    for artifact, file in zip(run["artifacts"], files_in(results), strict=True):
        assert decode_uri(artifact["location"]["uri"]) == file.name
        assert artifact["properties"]["verdict"] == file.verdict
    found = [(f.name, g) for f in files_in(results) for g in f.findings]
    listed = [result for result in run["results"] if result["ruleId"] != "note"]
    for result, (name, finding) in zip(listed, found, strict=True):
        assert sarif_name(result) == name
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert (result["ruleId"], rule["id"]) == (finding.rule, finding.rule)
        values = result["properties"]
        assert (values["bitOffset"], values["found"]) == (finding.offset, finding.found)
        assert values["expected"] == finding.expected
        assert finding.message in result["message"]["text"]
    notes = [(f.name, f.note) for f in files_in(results) if f.note]
    listed = [result for result in run["results"] if result["ruleId"] == "note"]
    assert [(sarif_name(r), r["message"]["text"]) for r in listed] == notes
    [invocation] = run["invocations"]
    notified = [
        (sarif_name(n), n["message"]["text"]) for n in invocation["toolExecutionNotifications"]
    ]
    assert notified == [(u.name, f"Not readable: {u.reason}.") for u in unreadable_in(results)]
    assert invocation["executionSuccessful"] == (not notified)


def sarif_name(result: dict[str, Any]) -> str:
    return decode_uri(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


def decode_uri(uri: str) -> str:
    assert uri.isascii()
    assert not set(uri) & set(string.whitespace + '"<>\\^`{|}')
    return os.fsdecode(unquote_to_bytes(uri.removeprefix("file://")))


@given(RESULTS)
def test_junit_can_be_read_back(results: list[Result]) -> None:
    document = formatted("junit", results)
    suites = junitparser.JUnitXml.fromstring(document.encode())
    [suite] = suites
    cases = list(suite)
    assert (suites.tests, suites.failures, suites.errors) == (
        len(results),
        sum(not file.ok for file in files_in(results)),
        len(unreadable_in(results)),
    )
    for case, result in zip(cases, results, strict=True):
        uris = [item.get("value") for item in case._elem.iterfind("properties/property")]
        assert (decode_uri(uris[0]) if uris else case.name) == result.name
        assert bool(uris) == bool(as_junit.NOT_XML.search(result.name))
        if isinstance(result, Unreadable):
            [error] = case.result
            assert isinstance(error, junitparser.Error)
            assert error.message == as_junit._to_xml(result.reason)
        elif result.findings:
            [failure] = case.result
            assert isinstance(failure, junitparser.Failure)
            lines = [f"{f.rule}, {described(f)}" for f in result.findings]
            assert failure.text == "\n".join(lines)
        else:
            assert case.is_passed


def described(finding: Finding) -> str:
    byte, bit = divmod(finding.offset, 8)
    values = f" Found {finding.found}; expected {finding.expected}." if finding.found else ""
    return escape_control(f"byte {byte}, bit {bit}: {finding.message}{values}")


@given(RESULTS)
def test_github_commands_can_be_read_back(results: list[Result]) -> None:
    lines = formatted("github", results).split("\n")
    commands = [decode_command(line) for line in lines[:-1]]
    expected = []
    for result in results:
        if isinstance(result, Unreadable):
            expected.append(("error", visible(result.name), "not readable", visible(result.reason)))
            continue
        for finding in result.findings:
            name = visible(result.name)
            expected.append(("error", name, finding.rule, described(finding)))
        if result.note:
            expected.append(("notice", visible(result.name), "note", result.note))
    assert commands == expected
    assert lines[-1].endswith((" valid", " not readable", " not in profile"))


def visible(text: str) -> str:
    if text == "-":
        return ""
    return "".join(char if char in "\r\n" else escape_control(char) for char in text)


def decode_command(line: str) -> tuple[str, str, str, str]:
    """Return level, file, title and message, as the runner of GitHub Actions reads them."""
    match = re.fullmatch(r"::(error|notice) ([^:]*)::([^\r\n]*)", line)
    assert match
    pairs = dict(pair.split("=", 1) for pair in match[2].split(","))
    for key, value in pairs.items():
        for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
            value = value.replace(code, char)
        pairs[key] = value.replace("%25", "%")
    message = match[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    return match[1], pairs.get("file", ""), pairs["title"], message


@given(RESULTS)
def test_no_format_prints_control_characters(results: list[Result]) -> None:
    for name in FORMATS:
        text = formatted(name, results)
        assert has_no_control_characters(text)
        assert {char for char in text if not char.isprintable()} <= {"\n"}


# --- single formats ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "windows", "expected"),
    [
        ("a b/ö%.semc", False, "a%20b/%C3%B6%25.semc"),
        ("a\\b.semc", False, "a%5Cb.semc"),
        ("a\\b.semc", True, "a/b.semc"),
        ("c:x.semc", False, "c%3Ax.semc"),
        ("/tmp/a#b?.semc", False, "file:///tmp/a%23b%3F.semc"),
        ("C:\\a\\b:c.semc", True, "file:///C:/a/b%3Ac.semc"),
        ("../a.semc", False, "../a.semc"),
        ("a\udcff.semc", False, "a%FF.semc"),
    ],
)
def test_uri_of_a_path(name: str, windows: bool, expected: str) -> None:
    assert names.to_uri(name, windows=windows) == expected


def test_github_command_is_escaped() -> None:
    name = "50%0A,a:b\n.semc"
    [command, _] = formatted("github", [Unreadable(name, "50%0A\r, a: b")]).split("\n")
    file = "file=50%250A%2Ca%3Ab%0A.semc"
    assert command == f"::error {file},title=not readable::50%250A%0D, a: b"


def test_separators_of_windows_are_slashes_in_annotations() -> None:
    assert names.to_posix("a\\b.semc", windows=True) == "a/b.semc"
    assert names.to_posix("a\\b.semc", windows=False) == "a\\b.semc"


def test_byte_offset_in_sarif_is_of_the_file() -> None:
    """A finding in the core of a text form has no byte in the text."""
    finding = Finding("SC-CHK-2", 17, "", "", "")
    in_text = [Finding(rule, 17, "", "", "") for rule in ("SC-TXT-2", "SC-FRM-1", "SC-LIM-1")]
    file = FileResult("a", "invalid", False, "file", (), (finding,), "")
    text = file._replace(framing="url", findings=(finding, *in_text))
    regions = [
        result["locations"][0]["physicalLocation"]["region"]
        for result in json.loads(formatted("sarif", [file, text]))["runs"][0]["results"]
    ]
    expected = {"startLine": 1, "byteOffset": 2, "byteLength": 0}
    assert regions == [expected, {"startLine": 1}, *[expected] * 3]


@pytest.mark.parametrize("format_name", MACHINE_FORMATS)
def test_unreadable_files_and_bits_are_in_every_format(
    run: Run, tmp_path: Path, good: Path, format_name: str
) -> None:
    bad, missing = tmp_path / "bad.semc", tmp_path / "missing.semc"
    bad.write_bytes(BROKEN)
    code, out, err = run("validate", good, bad, missing, "--format", format_name)
    assert code == 2
    assert "no such file or directory" in out
    assert "missing.semc" in out
    assert "missing.semc: no such file or directory." in err
    finding = semcodec.validate(BROKEN).findings[0]
    byte, bit = divmod(finding.offset, 8)
    assert f'ffset": {finding.offset}' in out or f"byte {byte}, bit {bit}" in out


def test_documents_are_complete_for_valid_files(run: Run, good: Path) -> None:
    assert json.loads(run("validate", good, "--format", "json")[1]) == json.loads(
        run("validate", good, "--json")[1]
    )
    assert run("validate", good, "--format", "github") == (0, "1 valid\n", "")
    document = run("validate", good, "--format", "junit")[1]
    assert ET.parse(io.StringIO(document)).getroot().get("failures") == "0"
    [sarif] = json.loads(run("validate", good, "--format", "sarif")[1])["runs"]
    assert (sarif["results"], len(sarif["artifacts"])) == ([], 1)
    assert sarif["tool"]["driver"]["semanticVersion"] == semcodec.__version__


def test_json_and_another_format_exclude_each_other(run: Run, good: Path) -> None:
    code, _, err = run("validate", good, "--json", "--format", "sarif")
    assert (code, "not allowed with" in err) == (2, True)
    assert run("validate", good, "--format", "xml")[0] == 2
