"""``semcodec inspect``: its text and JSON output."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import semcodec
from semcodec.cli import output
from tests.cli.conftest import Run, as_json


def test_text_has_fields_words_rate_and_restored_words(run: Run, good: Path) -> None:
    code, out, _ = run("inspect", good)
    assert code == 0
    for part in (
        f"{good}: valid (file, 13 bytes, 1024x1024, nibble, 3 words)",
        "0x02+1     2  header.coding",
        "14, seed",
        "all      104",
        "restored  red bear sunset",
        "the words behind the skeletons",
    ):
        assert part in out
    assert re.search(r"^payload +40 +38\.15$", out, re.MULTILINE)


def test_fields_of_a_truncated_record_are_shown(run: Run, tmp_path: Path, good: Path) -> None:
    truncated = tmp_path / "cut.semc"
    truncated.write_bytes(good.read_bytes()[:5])
    code, out, _ = run("inspect", truncated)
    assert code == 1
    assert "malformed" in out
    assert "SC-EXT-1  byte 3, bit 0" in out
    assert "header.check" in out
    result = as_json(run, "inspect", truncated)
    assert sum(field["bits"] for field in result["fields"]) == 40


def test_fields_cover_all_bits(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.semc"
    run("pack", "rd bt", "--framing", "file", "-o", file)
    result = json.loads(run("inspect", file, "--json")[1])
    assert sum(field["bits"] for field in result["fields"]) == 8 * file.stat().st_size
    assert result["words"] == ["rd", "bt"]
    assert result["rate"]["framing"]["bits"] == 16
    table = run("inspect", file)[1]
    assert "header.coding" in table
    assert "µbpp of 1024x1024" in table


def test_json_matches_its_schema(run: Run, good: Path, picture: Path) -> None:
    result = as_json(run, "inspect", good)
    assert sum(field["bits"] for field in result["fields"]) == 8 * result["bytes"]
    assert result["words"] == ["rd", "br", "snst"]
    assert result["rate"]["file"]["bits"] == 104
    assert result["metadata"] == {"seed": 7}
    assert [file["framing"] for file in as_json(run, "inspect", good, picture)] == ["file", "png"]


def test_other_files_are_shown_after_an_unreadable_one(
    run: Run, good: Path, tmp_path: Path
) -> None:
    code, out, err = run("inspect", good, tmp_path / "missing")
    assert (code, "no such file" in err) == (2, True)
    assert f"{good}: valid" in out


def test_control_characters_are_escaped(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.semc"
    file.write_bytes(semcodec.pack("red\x1b[2J boat", coding="utf8", framing="file"))
    assert "\x1b" not in run("inspect", file)[1]
    assert output.escape_control("a\x1b[2J\u202eb ö") == "a\\x1b[2J\\u202eb ö"


def test_record_is_read_from_stdin(good: Path) -> None:
    for command in ("inspect", "validate"):
        result = subprocess.run(
            [sys.executable, "-m", "semcodec", command, "-"],
            input=good.read_bytes(), capture_output=True, check=True,
        )  # fmt: skip
        assert result.stdout.startswith(b"-: valid (file")
