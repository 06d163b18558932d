"""``semcodec unpack``: JSON and malformed records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import semcodec
from tests.cli.conftest import Run


def test_json_has_all_fields(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.semc"
    run("pack", "rd bt", "--framing", "file", "--check", "crc16", "--size", "640x480", "-o", file)
    values = json.loads(run("unpack", file, "--json")[1])
    assert values["words"] == ["rd", "bt"]
    assert values["size"] == [640, 480]
    assert (values["framing"], values["check"], values["k"]) == ("file", "crc16", 2)


def test_json_equals_as_dict_of_the_record(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.semc"
    path.write_bytes(semcodec.pack("n", coding="nibble", models=99, extensions={"seed": 7}))
    result = json.loads(run("unpack", path, "--json")[1])
    assert result == semcodec.unpack(path.read_bytes()).as_dict()
    assert (result["models"]["set"], result["extensions"]) == (99, [[14, "07"]])


@pytest.mark.parametrize("command", ["unpack", "convert"])
def test_message_about_a_malformed_record_is_one_line(
    run: Run, tmp_path: Path, command: str
) -> None:
    file = tmp_path / "a.semc"
    file.write_bytes(b"\xb5nothing")
    code, out, err = run(command, file)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "SC-FRM-2" in err
