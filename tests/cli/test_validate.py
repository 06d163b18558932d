"""``semcodec validate``: verdicts, findings, profiles and rules."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from tests.cli.conftest import Run, as_json


def test_findings_of_several_files_are_printed(
    run: Run, tmp_path: Path, good: Path, picture: Path
) -> None:
    with_findings = tmp_path / "with-findings.semc"
    with_findings.write_bytes(bytes.fromhex("b51a0700000000000004140014001002"))
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (600, 500), "gold").save(photo)
    code, out, _ = run("validate", good, picture, with_findings, photo)
    assert code == 1
    assert f"{good}: valid (file, profile file)\n{picture}: valid (png)\n" in out
    assert f"{with_findings}: invalid, 5 findings" in out
    assert "SC-EXT-4  byte 12, bit 0   Extension types must ascend" in out
    assert "found type 20 after 20; expected ascending types" in out
    assert f"{photo}: unsupported, 1 finding" in out
    result = as_json(run, "validate", with_findings, good)
    assert [file["verdict"] for file in result["files"]] == ["invalid", "valid"]
    assert result["files"][0]["findings"][0]["rule"] == "SC-FRM-3"
    code, out, err = run("validate", good, tmp_path / "missing")
    assert (code, "no such file" in err) == (2, True)


def test_profile_findings_and_explanations_are_printed(run: Run, good: Path) -> None:
    assert run("validate", good, "--profile", "file")[0] == 0
    code, out, _ = run("validate", good, "--profile", "archive")
    assert code == 1
    assert "valid (file, profile file), 3 findings" in out
    code, out, _ = run("validate", "--explain", "sc-leb-2")
    assert code == 0
    assert "shortest form" in out
    assert "01 81 00 11" in out
    assert "(read as sequence)" in run("validate", "--explain", "SC-SEQ-1")[1]
    assert "the record stays valid" in run("validate", "--explain", "SC-PRO-1", good)[1]
    assert run("validate", "--explain", "SC-NO-1")[0] == 2
    assert run("validate")[0] == 2


def test_exit_code_is_that_of_the_worst_file(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.semc", tmp_path / "bad.semc"
    run("pack", "rd bt", "--framing", "file", "-o", good)
    bad.write_bytes(good.read_bytes()[:-1] + b"\0")
    assert run("validate", good) == (0, f"{good}: valid (file, profile file)\n", "")
    code, out, _ = run("validate", good, bad)
    assert code == 1
    assert "SC-CHK-2  byte" in out
    listed = json.loads(run("validate", bad, "--json")[1])
    assert listed["files"][0]["verdict"] == "invalid"
    code, out, err = run("validate", tmp_path / "missing", good)
    assert code == 2
    assert "no such file" in err
    assert f"{good}: valid" in out
