"""``semcodec validate``: verdicts, folders, the summary, profiles and the explanation of rules."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from PIL import Image

import semcodec
from semcodec import carriers
from semcodec.bitstream import RULES
from semcodec.bulk.workers import Outcome, Workers
from semcodec.cli import explain, output, reports, validate
from semcodec.errors import WorkerDiedError
from semcodec.signatures import JPEG
from tests.cli.conftest import SCHEMAS, Run, as_json, run_process
from tests.cli.test_escaping import path_with_name

BROKEN = bytes.fromhex("b51a07000000000000041a001a001002")
SEQUENCE = bytes.fromhex("0420803efd0200d2")  # two records, rd and bt
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX file names and links")


@pytest.fixture
def bad(tmp_path: Path, good: Path) -> Path:
    """Return a file with one finding, at its last byte."""
    path = tmp_path / "bad.semc"
    path.write_bytes(good.read_bytes()[:-1] + bytes([good.read_bytes()[-1] ^ 1]))
    return path


@pytest.fixture
def folder(tmp_path: Path, good: Path, bad: Path, picture: Path) -> Path:
    """Return a folder with three records, one of them damaged, and files that are not records."""
    folder = tmp_path / "folder"
    for path, data in {
        "a.semc": good.read_bytes(),
        "b/c/bad.SEMC": bad.read_bytes(),
        "b/notes.txt": b"no record",
        "b/photo.jpg": b"\xff\xd8\xff",
        "b/plain.png": png(),
        "b/with.PNG": picture.read_bytes(),
        "b/not-a-png.png": b"\xff\xd8\xff",
        ".git/hidden.semc": b"",
        "b/.hidden.semc": b"",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (3, 2), "teal").save(out, "PNG")
    return out.getvalue()


# --- files ---------------------------------------------------------------------------------------


def test_findings_of_several_files_are_printed(
    run: Run, tmp_path: Path, good: Path, picture: Path
) -> None:
    with_findings = tmp_path / "with-findings.semc"
    with_findings.write_bytes(BROKEN)
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (600, 500), "gold").save(photo)
    code, out, _ = run("validate", good, picture, with_findings, photo)
    assert code == 1
    assert f"{good}: valid (file, profile file)\n{picture}: valid (png)\n" in out
    assert f"{with_findings}: invalid, 5 findings" in out
    assert "SC-EXT-4  byte 12, bit 0   Extension types must ascend" in out
    assert "found type 26 after 26; expected ascending types" in out
    assert f"{photo}: unsupported, 1 finding" in out
    assert out.endswith("\n2 valid, 2 not valid\n")
    result = as_json(run, "validate", with_findings, good)
    assert [file["verdict"] for file in result["files"]] == ["invalid", "valid"]
    assert result["files"][0]["findings"][0]["rule"] == "SC-FRM-3"


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "This is a JPEG image without a record: pass"),
        (b"%PDF-1.7\n", "This is a PDF document, not a record: pass a .semc file"),
        (b"hello world\n", "does not start with b5 1a as a .semc file does. Pass the file"),
        (SEQUENCE, "This may be a sequence of records: choose --framing sequence"),
        (SEQUENCE[: SEQUENCE[0] + 3], "it starts with 04 20, not with b5 1a"),
        (b"\x80\0", "it starts with 80 00, not with b5 1a as a .semc file does"),
        (semcodec.pack("rd"), "so it was read as a bare record: check the file, or rename it."),
        (semcodec.pack("rd", framing="url"), "so it was read as a text form: check the file"),
    ],
)
def test_file_that_is_not_a_record_is_named(
    run: Run, tmp_path: Path, data: bytes, note: str
) -> None:
    file = tmp_path / "x.semc"
    file.write_bytes(data)
    assert note in " ".join(run("validate", file)[1].split())
    [result] = as_json(run, "validate", "--quiet", file)["files"]
    assert note in result["note"]
    assert note in " ".join(run("inspect", file)[1].split())
    assert note in as_json(run, "inspect", file)["note"]
    assert "note" not in as_json(run, "validate", "--framing", "bare", file)["files"][0]


def test_text_that_would_be_a_bare_record_is_not_valid(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_bytes(b"a cat")
    code, out, err = run("validate", file)
    assert code == 1
    assert "not readable, This is text without a record" in out
    assert "choose --framing bare" in err
    assert run("validate", file, tmp_path / "missing")[0] == 2
    for framing in ("bare", "auto"):
        assert run("validate", file, "--framing", framing)[:2] == (
            0,
            f"{file}: valid (bare, profile tiny)\n",
        )


def test_text_form_within_a_text_is_validated(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("Look: <semc:KB5b7w>.\n")
    assert run("validate", file)[:2] == (0, f"{file}: valid (url)\n")


@pytest.mark.parametrize("command", ["inspect", "validate"])
@pytest.mark.parametrize(
    ("text", "note"),
    [("semc:kdllvvpihw", "its case was changed"), ("see semc:KDlLvvp… there", "is left out")],
)
def test_text_form_that_was_damaged_has_a_note(
    run: Run, tmp_path: Path, command: str, text: str, note: str
) -> None:
    assert note in " ".join(run(command, text)[1].split())
    (tmp_path / "x.txt").write_text(text, encoding="utf-8")
    assert note in " ".join(run(command, tmp_path / "x.txt")[1].split())
    assert "note" not in " ".join(run(command, "semc:KDlLvvpiHx")[1].split())


def test_bare_record_and_damaged_file_have_no_note(
    run: Run, tmp_path: Path, bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A valid record is not doubted, even if it looks like a file of another type.
    monkeypatch.setattr(reports, "identify", lambda data: JPEG)
    bare = tmp_path / "bare.bin"
    bare.write_bytes(semcodec.pack("rd bt"))
    files = as_json(run, "validate", bare, bad)["files"]
    assert [(file["verdict"], "note" in file) for file in files] == [
        ("valid", False),
        ("invalid", False),
    ]


def test_text_form_may_be_an_argument(run: Run) -> None:
    text = semcodec.pack("rd bt", framing="url").decode()
    assert run("validate", text) == (0, f"{text}: valid (url)\n", "")
    code, out, _ = run("validate", f"{text}x")
    assert (code, "SC-CHK-2" in out) == (1, True)
    assert run("validate", "semc:kä")[0] == 1


@posix_only
def test_file_with_the_name_of_a_text_form_is_read(
    run: Run, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(good.parent)
    good.rename("semc:CB")
    assert run("validate", "./semc:CB")[1] == "./semc:CB: valid (file, profile file)\n"
    assert run("validate", "semc:CB")[0] == 1  # as an argument, it is a text form


def test_stdin_may_be_named_once(run: Run, good: Path) -> None:
    result = run_process("validate", "-", str(good), stdin=good.read_bytes())
    assert result.stdout.startswith(b"-: valid (file, profile file)\n")
    code, _, err = run("validate", "-", "-")
    assert (code, err) == (2, "semcodec: Standard input is named twice: name it once.\n")
    assert run("validate", "-", "--files0-from", "-")[0] == 2


def test_files_may_stand_on_both_sides_of_an_option(run: Run, good: Path, bad: Path) -> None:
    code, out, _ = run("validate", good, "--quiet", bad, "--profile", "file", good)
    assert (code, out.splitlines()[-1]) == (1, "2 valid, 1 not valid")
    code, _, err = run("validate", good, "--quiet", bad, "--unknown", good)
    assert (code, "unrecognized arguments" in err) == (2, True)
    code, _, err = run("validate", good, "--quiet", "")
    assert (code, "the value is empty" in err) == (2, True)
    assert run("unpack", good, "--json", bad)[0] == 2  # takes one file
    text = run("pack", "--framing", "url", "red", "--check", "crc8", "bear")[1].strip()
    assert run("unpack", text)[1] == "red bear\n"
    code, out, _ = run("pack", "red", "--framing", "url", "bear")
    assert (code, run("unpack", out.strip())[1]) == (0, "red bear\n")


def test_no_files_are_a_usage_error(run: Run, tmp_path: Path) -> None:
    assert run("validate")[0] == 2
    assert run("validate", "--json")[0] == 2
    names = tmp_path / "names"
    names.write_bytes(b"")
    code, _, err = run("validate", "--files0-from", names)
    assert (code, "No names in" in err) == (2, True)


@posix_only
def test_names_are_read_from_a_file(run: Run, tmp_path: Path, good: Path, bad: Path) -> None:
    odd = path_with_name(tmp_path, "a\nb \udcff.semc")
    odd.write_bytes(good.read_bytes())
    names = tmp_path / "names"
    names.write_bytes(b"\0".join(map(os.fsencode, (good, odd, bad))) + b"\0")
    code, out, _ = run("validate", "--files0-from", names, bad)
    assert (code, out.splitlines()[-1]) == (1, "2 valid, 2 not valid")
    result = run_process("validate", "--files0-from", "-", stdin=names.read_bytes())
    assert result.stdout.endswith(b"2 valid, 1 not valid\n")


# --- summary and exit codes ----------------------------------------------------------------------


def test_exit_code_is_that_of_the_worst_file(run: Run, tmp_path: Path, bad: Path) -> None:
    good, missing = tmp_path / "good.semc", tmp_path / "missing.semc"
    assert run("validate", good) == (0, f"{good}: valid (file, profile file)\n", "")
    code, out, _ = run("validate", good, bad)
    assert (code, out.splitlines()[-1]) == (1, "1 valid, 1 not valid")
    code, out, err = run("validate", missing, good, bad)
    assert code == 2
    assert err == f"semcodec: Cannot read {missing}: no such file or directory.\n"
    assert f"{missing}: not readable, no such file or directory\n{good}: valid" in out
    assert out.endswith("\n1 valid, 1 not valid, 1 not readable\n")
    assert run("validate", missing)[:2] == (
        2,
        f"{missing}: not readable, no such file or directory\n",
    )


def test_quiet_leaves_out_valid_files(run: Run, good: Path, bad: Path, tmp_path: Path) -> None:
    assert run("validate", "--quiet", good) == (0, "", "")
    assert run("validate", "--quiet", good, good) == (0, "2 valid\n", "")
    missing = tmp_path / "missing"
    code, out, _ = run("validate", "--quiet", good, bad, missing)
    assert (code, f"{good}:" in out, f"{bad}: invalid" in out) == (2, False, True)
    assert f"{missing}: not readable" in out
    assert out.endswith("1 valid, 1 not valid, 1 not readable\n")
    result = as_json(run, "validate", "--quiet", good, bad)
    assert [file["file"] for file in result["files"]] == [str(bad)]
    assert result["summary"]["valid"] == 1


def test_numbers_of_the_summary_have_separators(run: Run, good: Path) -> None:
    assert run("validate", "--quiet", *[good] * 1200)[1] == "1,200 valid\n"


def test_unreadable_file_is_printed_once_on_a_terminal(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    code, out, err = run("validate", tmp_path / "missing")
    assert (code, "no such file" in out, err) == (2, True, "")
    assert "no such file" in run("validate", tmp_path / "missing", "--format", "github")[2]


def test_profile_findings_are_printed_and_counted(run: Run, good: Path, bad: Path) -> None:
    assert run("validate", good, "--profile", "file")[0] == 0
    code, out, _ = run("validate", good, good, bad, "--profile", "archive")
    assert code == 1
    assert "valid (file, profile file), 3 findings" in out
    assert out.splitlines()[-1] == "0 valid, 2 not in profile, 1 not valid"
    result = as_json(run, "validate", good, "--profile", "archive")
    [file] = result["files"]
    assert (file["verdict"], file["ok"], file["profiles"]) == ("valid", False, ["file"])
    assert result["summary"]["not_in_profile"] == 1
    schema = json.loads((SCHEMAS / "validate-2.json").read_bytes())
    assert "ok is false" in schema["$defs"]["file"]["properties"]["ok"]["description"]


# --- folders -------------------------------------------------------------------------------------


def test_folder_is_searched_for_records(run: Run, folder: Path) -> None:
    code, out, err = run("validate", folder)
    assert (code, err) == (1, "")
    heads = [line for line in out.splitlines() if not line.startswith(" ")]
    assert heads == [
        f"{folder}/a.semc: valid (file, profile file)".replace("/", os.sep),
        f"{folder}/b/c/bad.SEMC: invalid, 1 finding".replace("/", os.sep),
        f"{folder}/b/with.PNG: valid (png)".replace("/", os.sep),
        "2 valid, 1 not valid",
    ]
    assert run("validate", "--quiet", folder, folder / "a.semc")[1].endswith(
        "3 valid, 1 not valid\n"
    )


def test_pictures_without_a_record_in_a_folder_are_not_searched_for_codes(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []
    monkeypatch.setattr(carriers, "extract", lambda data: read.append(data) or data)
    assert run("validate", folder)[1].endswith("2 valid, 1 not valid\n")
    assert len(read) == 3
    assert png() not in read


def test_letters_of_the_chunk_in_the_pixels_of_a_picture_are_not_a_record(
    run: Run, folder: Path
) -> None:
    (folder / "b" / "plain.png").write_bytes(png() + b"seMC")
    assert run("validate", folder)[1].endswith("2 valid, 1 not valid\n")


def test_summary_of_a_folder_is_printed_for_one_file_too(
    run: Run, tmp_path: Path, good: Path
) -> None:
    (tmp_path / "one").mkdir()
    good.rename(tmp_path / "one" / "a.semc")
    assert run("validate", "--quiet", tmp_path / "one")[1] == "1 valid\n"


def test_damaged_png_file_with_a_record_is_checked(run: Run, tmp_path: Path, picture: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "cut.png").write_bytes(picture.read_bytes()[:-5])
    (folder / "plain.png").write_bytes(png()[:-5])
    (folder / "word.png").write_bytes(png() + b"seMC")
    [file] = as_json(run, "validate", folder)["files"]
    assert (Path(file["file"]).name, file["verdict"]) == ("cut.png", "malformed")


@pytest.mark.parametrize("names", [(), ("plain.png",), ("notes.txt",), (".hidden.semc",)])
def test_folder_without_records_is_an_error(
    run: Run, tmp_path: Path, names: tuple[str, ...]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(png())
    code, out, err = run("validate", folder)
    assert code == 2
    reason = "no .semc files in it, and no .png files with a record"
    assert out == f"{folder}: not readable, {reason}\n0 valid, 1 not readable\n"
    assert err == f"semcodec: Cannot read {folder}: {reason}.\n"


@posix_only
def test_links_are_followed_to_files_only(run: Run, folder: Path, good: Path) -> None:
    (folder / "b" / "loop").symlink_to("..")
    (folder / "b" / "self").symlink_to("self")
    (folder / "b" / "dir.semc").symlink_to("..")
    (folder / "d.semc").symlink_to(good)
    (folder / "e.semc").symlink_to("nowhere")
    (folder / "f.semc").symlink_to("f.semc")
    os.mkfifo(folder / "g.semc")
    (folder / "h.semc").mkdir()
    code, out, _ = run("validate", folder, "--quiet")
    assert code == 2
    assert f"{folder}/e.semc: not readable, no such file or directory\n" in out
    assert f"{folder}/f.semc: not readable, too many levels of symbolic links\n" in out
    assert f"{folder}/g.semc: not readable, not a regular file\n" in out
    assert out.endswith("\n3 valid, 1 not valid, 3 not readable\n")


@posix_only
def test_folder_that_cannot_be_listed_is_not_readable(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def fail_in_b(path: str) -> Any:  # root may list any folder
        if path.endswith("b"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", fail_in_b)
    code, out, _ = run("validate", folder)
    assert (code, f"{folder}/b: not readable, permission denied\n" in out) == (2, True)
    assert f"{folder}/a.semc: valid" in out


@posix_only
def test_deep_folders_are_searched_without_recursion(tmp_path: Path, good: Path, run: Run) -> None:
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        for _ in range(300):
            os.mkdir("d" * 10)
            os.chdir("d" * 10)
        Path("a.semc").write_bytes(good.read_bytes())
        os.chdir(tmp_path)
        assert run("validate", "--quiet", "d" * 10) == (0, "1 valid\n", "")
    finally:
        os.chdir(here)


# --- rules ---------------------------------------------------------------------------------------


def test_rule_is_explained(run: Run, good: Path) -> None:
    code, out, _ = run("validate", "--explain", "sc-leb-2")
    assert code == 0
    assert "shortest form" in out
    assert "01 81 00 11" in out
    assert "(read as sequence)" in run("validate", "--explain", "SC-SEQ-1")[1]
    assert "the record stays valid" in run("validate", "--explain", "SC-PRO-1", good)[1]


def test_all_rules_are_listed_by_group(run: Run) -> None:
    code, out, _ = run("validate", "--explain")
    assert code == 0
    rows = [line.split() for line in out.splitlines() if line.startswith("  SC-")]
    assert [row[0] for row in rows] == list(RULES)
    assert all(row[1] == RULES[row[0]].outcome for row in rows)
    heads = [line.split("  ") for line in out.splitlines() if line and line[0] != " "]
    assert [group for group, _ in heads] == list(explain.GROUPS)
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("SC-LEX", ["SC-LEX-1", "SC-LEX-2", "SC-LEX-3"]),
        ("SC-MOD", ["SC-MOD-1"]),
        ("sc-*-5", ["SC-TXT-5", "SC-PNG-5", "SC-SIZ-5", "SC-EXT-5", "SC-LIM-5", "SC-PRO-5"]),
        ("profile tiny", [f"SC-PRO-{number}" for number in range(1, 6)]),
        ("url form must start", ["SC-TXT-1"]),
        ("", list(RULES)),
    ],
)
def test_rules_that_match_are_listed(run: Run, pattern: str, expected: list[str]) -> None:
    out = run("validate", "--explain", *([pattern] if pattern else []), "--json")[1]
    result = json.loads(out)
    schema = json.loads((SCHEMAS / "rules-1.json").read_bytes())
    jsonschema_rs.meta.validate(schema)
    jsonschema_rs.validate(schema, result)
    assert [rule["id"] for rule in result["rules"]] == expected


def test_unknown_rule_is_a_usage_error(run: Run) -> None:
    code, out, err = run("validate", "--explain", "SC-NO-1")
    assert (code, out) == (2, "")
    assert err == ("semcodec: No rule matches 'SC-NO-1': semcodec validate --explain lists all.\n")
    assert run("validate", "--explain", "")[0] == 2  # an unset variable


def test_every_group_of_rules_has_a_name() -> None:
    assert list(explain.GROUPS) == list(dict.fromkeys(rule.split("-")[1] for rule in RULES))


@posix_only
@pytest.mark.parametrize("format_name", ["text", "json-lines", "github"])
def test_results_are_printed_one_by_one(tmp_path: Path, bad: Path, format_name: str) -> None:
    """The first file is reported before the second, a pipe, has any data."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "semcodec", "validate", "--format", format_name, bad, pipe]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert b"bad.semc" in process.stdout.readline()
        pipe.write_bytes(bad.read_bytes())
        assert process.wait(timeout=60) == 1


@pytest.fixture
def mixed(tmp_path: Path, picture: Path) -> list[Path]:
    """Return folders and files with every kind of result, and an empty folder between them."""
    folder, empty = tmp_path / "folder", tmp_path / "empty"
    folder.mkdir()
    empty.mkdir()
    records = semcodec.pack("red boat", framing="sequence") * 3
    (folder / "a.semc").write_bytes(semcodec.pack("red boat", framing="file"))
    (folder / "b.semc").write_bytes(records)
    (folder / "c.semc").write_bytes(b"\xb5\x1a\0broken")
    (folder / "d.png").write_bytes(picture.read_bytes())
    Image.new("RGB", (2, 2)).save(folder / "plain.png")
    return [folder / "c.semc", empty, folder, tmp_path / "missing.semc", empty]


def test_workers_print_what_one_process_prints(
    run: Run, mixed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "FILES_PER_TASK", 2)
    command = ("validate", *mixed, "--format", "json-lines", "--framing", "sequence")
    alone = run(*command)
    assert run(*command, "--jobs", "2") == alone
    assert alone[0] == 2
    assert len(alone[1].splitlines()) > 8
    assert alone[2].count("no .semc files in it") == 2


def test_worker_that_dies_costs_the_files_of_its_task(
    run: Run, mixed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying(Workers[Any, Any]):
        def run(self, tasks: Iterable[Any], on_outcome: Any = None) -> Iterator[Outcome[Any, Any]]:
            function = self._start()
            for number, task in enumerate(tasks):
                if number == 1:
                    yield Outcome(task, error=WorkerDiedError("It was killed."))
                else:
                    yield Outcome(task, function(task))

    monkeypatch.setattr(validate, "Workers", Dying)
    monkeypatch.setattr(validate, "FILES_PER_TASK", 4)
    code, out, err = run("validate", *mixed, "--jobs", "2")
    assert code == 2
    assert err.count("It was killed.") == 4
    assert "a.semc: It was killed" in err
    assert err.count("no .semc files in it") == 2
    assert "c.semc" in out


def test_stdin_is_read_by_this_process(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    record = semcodec.pack("red boat", framing="file")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(record)))
    code, out, _ = run("validate", "-", "--jobs", "2")
    assert (code, "valid" in out) == (0, True)
