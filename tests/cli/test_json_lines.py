"""A line for each record of a sequence, in constant memory: ``--json-lines``, ``json-lines``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import semcodec
from semcodec.bitstream import validation
from semcodec.cli import inspect_values
from tests.cli.conftest import SCHEMAS, Run

VALID = (
    semcodec.pack("rd br", coding="nibble", framing="sequence", extensions={"seed": 7})
    + semcodec.pack("large red boat", framing="sequence")
)  # fmt: skip
BROKEN = VALID + b"\4\0\0\x10\0" + b"\0" + b"\3\7\x80\x80" + b"\7\0"
VALIDATE = ("validate", "--format", "json-lines", "--framing", "sequence")
INSPECT = ("inspect", "--json-lines", "--framing", "sequence")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Return a sequence of two valid records and four items that break rules."""
    path = tmp_path / "broken"
    path.write_bytes(BROKEN)
    return path


def lines(run: Run, *command: Any) -> tuple[int, list[dict[str, Any]]]:
    code, out, err = run(*command)
    assert err == ""
    return code, list(map(json.loads, out.splitlines()))


def validator(name: str, part: str | None = None) -> Any:
    schema = json.loads((SCHEMAS / name).read_bytes())
    if part:
        schema = {"$defs": schema["$defs"], "$ref": f"#/$defs/{part}"}
    return jsonschema_rs.Draft202012Validator(schema)


def test_validate_prints_a_line_for_each_item_and_one_for_the_file(run: Run, broken: Path) -> None:
    code, printed = lines(run, *VALIDATE, broken)
    assert code == 1
    *items, file = printed
    for line in printed:
        validator("validate-2.json", "line").validate(line)
    for item in items:
        validator("validate-2.json", "record").validate(item)
    assert [item["record"] for item in items] == [0, 1, 2, None, 3, None]
    assert [item["ok"] for item in items] == [True, True, False, False, False, False]
    assert sum(item["bytes"] for item in items) == len(BROKEN)
    assert [f for item in items for f in item["findings"]] == file["findings"]
    assert "record" not in file
    assert (
        file
        == json.loads(run("validate", "--json", "--framing", "sequence", broken)[1])["files"][0]
    )


def test_quiet_leaves_out_valid_records(run: Run, broken: Path) -> None:
    printed = lines(run, *VALIDATE, "--quiet", broken)[1]
    assert [line.get("record", "file") for line in printed] == [2, None, 3, None, "file"]


def test_inspect_prints_a_line_for_each_item_and_one_for_the_file(run: Run, broken: Path) -> None:
    code, printed = lines(run, *INSPECT, broken)
    assert code == 1
    for line in printed:
        validator("inspect-lines-1.json").validate(line)
    *items, file = printed
    validator("inspect-lines-1.json", "sequence").validate(file)
    for item in items:
        validator("inspect-lines-1.json", "item").validate(item)
    assert (file["records"], file["bytes"], file["verdict"]) == (4, len(BROKEN), "malformed")
    assert [item.get("text") for item in items[:3]] == ["rd br", "large red boat", None]
    assert items[0]["restored_words"] == semcodec.decompress("rd br")
    fields = [field for item in items for field in item["fields"]]
    assert [field["offset"] for field in fields] == [
        sum(field["bits"] for field in fields[:number]) for number in range(len(fields))
    ]


def test_lines_and_object_have_the_same_values(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "valid"
    path.write_bytes(VALID)
    *items, _ = lines(run, *INSPECT, path)[1]
    whole = json.loads(run("inspect", "--json", "--framing", "sequence", path)[1])
    assert [{k: i[k] for k in r} for i, r in zip(items, whole["records"], strict=True)] == whole[
        "records"
    ]
    assert [field for item in items for field in item["fields"]] == whole["fields"]


def test_other_framing_gives_one_line(run: Run, record: Path) -> None:
    _, (line,) = lines(run, "inspect", "--json-lines", record)
    validator("inspect-lines-1.json", "other").validate(line)
    assert line | {"schema": "semcodec/inspect/2"} == json.loads(
        run("inspect", "--json", record)[1]
    )


def test_object_is_bounded_and_names_the_option(
    run: Run, broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "MAX_FIELDS", 20)
    code, out, err = run("inspect", "--json", "--framing", "sequence", broken)
    assert (code, json.loads(out)) == (2, [])
    assert "too many for one object: use --json-lines, which prints a line" in err
    code, out, _ = run("inspect", "--framing", "sequence", broken)
    assert code == 1
    assert "There are too many fields to list: --json-lines prints them." in out
    assert "SC-NIB-1" in out
    assert len(lines(run, *INSPECT, broken)[1]) == 7


def test_skeletons_are_restored_up_to_a_limit(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "skeletons"
    path.write_bytes(semcodec.pack("rd br", coding="nibble", framing="sequence") * 3)
    monkeypatch.setattr(inspect_values, "MAX_RESTORED", 4)
    items = lines(run, *INSPECT, path)[1][:3]
    assert [item["readings"] is None for item in items] == [False, False, True]
    for item in items:
        validator("inspect-lines-1.json", "item").validate(item)
    code, _, err = run("inspect", "--json", "--framing", "sequence", path)
    assert code == 2
    assert "over 4 skeletons, too many for one object" in err
    assert run("inspect", "--framing", "sequence", path)[1].count("rd br") >= 3


def test_omitted_findings_are_counted_in_every_format(
    run: Run, broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "MAX_FINDINGS", 2)
    for name in ("text", "json", "github", "junit", "sarif"):
        out = run("validate", "--format", name, "--framing", "sequence", broken)[1]
        assert "more findings: validate" in " ".join(out.split()), name
    document = json.loads(run("inspect", "--json", "--framing", "sequence", broken)[1])
    assert document["omitted_findings"] == 4
    validator("inspect-2.json").validate(document)


@pytest.mark.parametrize("data", [b"", VALID, VALID[: len(VALID) // 2], b"\1\0" * 3])
def test_unpack_prints_an_array_record_by_record(run: Run, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "sequence"
    path.write_bytes(data)
    code, out, _ = run("unpack", "--json", "--framing", "sequence", path)
    try:
        records = [record.as_dict() for record in semcodec.unpack_sequence(data)]
    except semcodec.SemcodecError:
        assert (code, out) == (1, "")
    else:
        assert (code, out) == (0, json.dumps(records, indent=2) + "\n")


def test_record_with_a_text_that_is_too_long_to_restore_is_shown(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"\0" + b"\x11" * 60_000)
    code, out, err = run("inspect", "--json", "--framing", "bare", path)
    assert (code, err) == (0, "")
    assert json.loads(out)["readings"] == [json.loads(out)["text"]]
    path.write_bytes(b"\xe1\xd4\x03\0" + b"\x11" * 60_000)
    code, (item, file) = lines(run, *INSPECT, path)
    assert (code, item["readings"], item["verdict"], file["records"]) == (0, None, "valid", 1)
