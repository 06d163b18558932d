"""``encode`` and ``decode`` of several files and folders: outputs, failures, summary, cost."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from PIL import Image

import semcodec
from semcodec.backends import registry
from semcodec.backends.recording import ModelRequest
from semcodec.bulk.manifest import FILE_NAME
from semcodec.cli import failures, output, writing
from semcodec.errors import BackendError, InputError, InvalidResponseError, RefusalError
from tests import images
from tests.cli.conftest import SCHEMAS, Run, file_names, run_process
from tests.cli.fake_client import PRICES, FakeClient, configure

WORDS = ("cat", "dog", "boat", "lake", "tree", "house")


class Backend:
    """A describer and painter that counts its instances, and fails on request."""

    name = "counted"
    instances = 0
    calls: list[object] = []  # noqa: RUF012  # shared on purpose
    errors: dict[int, BaseException] = {}  # noqa: RUF012  # by the number of the call

    def __init__(self) -> None:
        type(self).instances += 1

    def describe(self, image: Image.Image) -> str:
        self._count(image)
        return f"A {WORDS[len(self.calls) % len(WORDS)]}."

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        self._count(prompt)
        return Image.new("RGB", size)

    def _count(self, value: object) -> None:
        self.calls.append(value)
        if error := self.errors.get(len(self.calls), self.errors.get(0)):
            raise error


@pytest.fixture(autouse=True)
def _directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(registry.BUILT_IN, "counted", Backend)
    monkeypatch.setattr(Backend, "instances", 0)
    monkeypatch.setattr(Backend, "calls", [])
    monkeypatch.setattr(Backend, "errors", {})


def write_photos(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(images.PHOTO + name.encode())  # no two have the same bytes


def write_records(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(semcodec.pack("rd bt", framing="file", size=(16, 8)))


def tree(folder: str) -> list[str]:
    """Return the paths of all files below a folder, without manifests."""
    return sorted(path.relative_to(folder).as_posix() for path in files_of(folder))


def files_of(folder: str) -> list[Path]:
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    return [path for path in files if path.name != FILE_NAME]


@pytest.fixture
def encode(run: Run) -> Run:
    """Return a function that runs ``encode`` with the counted backend."""
    return lambda *argv: run("encode", *argv, "--backend", "counted")


# --- names ---------------------------------------------------------------------------------------


def test_record_and_picture_are_written_beside_the_input(run: Run, encode: Run) -> None:
    write_photos("x/photo.jpg")
    code, out, err = encode("x/photo.jpg")
    assert (code, out) == (0, "")
    assert err.startswith("x/photo.semc: ")
    assert run("decode", "x/photo.semc", "--size", "8x8")[0] == 0
    assert tree(".") == ["x/photo.jpg", "x/photo.png", "x/photo.semc"]


def test_picture_of_a_picture_with_a_record_keeps_both(run: Run, picture: Path) -> None:
    before = picture.read_bytes()
    assert run("decode", picture, "--size", "8x8")[0] == 0
    assert picture.read_bytes() == before
    assert Path("picture.png.png").is_file()


def test_text_form_is_painted_to_a_named_file(run: Run) -> None:
    text = semcodec.pack("rd bt", framing="url", size=(16, 8)).decode()
    assert run("decode", text)[0] == 0
    assert file_names(Path()) == ["picture.png"]
    assert run("decode", text, "-o", "boat.png")[0] == 0
    other = semcodec.pack("ct", framing="qr", size=(16, 8)).decode()
    assert run("decode", text, other, "-o", "out")[0] == 0
    assert tree("out") == ["picture-2.png", "picture.png"]


def test_stdin_is_written_to_stdout(text: Path) -> None:
    record = run_process("encode", "-", "--description", str(text), stdin=images.PHOTO)
    text.unlink()
    assert semcodec.unpack(record.stdout).framing == "file"
    picture = run_process("decode", "-", "--size", "8x8", stdin=record.stdout)
    assert picture.stdout.startswith(b"\x89PNG")
    assert file_names(Path()) == []


@pytest.mark.parametrize("name", ["new/", "existing", "existing/"])
def test_one_input_is_written_into_a_folder(encode: Run, name: str) -> None:
    write_photos("photo.jpg")
    Path("existing").mkdir()
    assert encode("photo.jpg", "-o", name, "--trace", name)[0] == 0
    assert tree(name) == ["photo.json", "photo.semc"]


def test_paths_below_a_folder_are_kept(run: Run, encode: Run) -> None:
    write_photos("photos/b.jpg", "photos/a/b.jpg", "photos/a/c/b.jpg", "x/d.png")
    code, out, err = encode("photos", "x/d.png", "-o", "out/deep", "--trace", "traces")
    assert (code, out) == (0, "")
    assert tree("out/deep") == ["a/b.semc", "a/c/b.semc", "b.semc", "d.semc"]
    assert tree("traces") == ["a/b.json", "a/c/b.json", "b.json", "d.json"]
    assert err.splitlines()[-1] == f"4 encoded, 0 failed: {len_of('out/deep')} bytes"
    assert len(err.splitlines()) == 5
    assert run("decode", "out", "-o", "pictures", "--size", "8x8")[0] == 0
    assert tree("pictures/deep") == ["a/b.png", "a/c/b.png", "b.png", "d.png"]


def len_of(folder: str) -> int:
    return sum(path.stat().st_size for path in files_of(folder))


def test_inputs_with_one_name_keep_theirs(encode: Run) -> None:
    write_photos("a.jpg", "a.png", "b.jpg", "x/b.jpg")
    Path("note.txt").write_text("")
    code, _, err = encode("a.jpg", "a.png", "b.jpg", "./a.jpg", "x/b.jpg", "-o", "out")
    assert code == 0
    assert tree("out") == ["a.jpg.semc", "a.png.semc", "b.jpg.semc", "x/b.jpg.semc"]
    assert "4 encoded" in err  # a file that is named twice is encoded once


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["a.jpg", "b.jpg"], "add -o DIR"),
        (["photos"], "add -o DIR"),
        (["a.jpg", "-"], "add -o DIR"),
        (["a.jpg", "b.jpg", "-o", "-"], "name a folder with -o DIR"),
        (["a.jpg", "b.jpg", "-o", "b.jpg"], "b.jpg is a file"),
        (["photos", "-o", "all.semc"], "such as all/"),
        (["photos", "-o", "a.jpg/x"], "a.jpg is a file"),
        (["photos", "-o", "out", "--trace", "t.json"], "such as t/"),
        (["photos", "-o", "out", "--trace", "a.jpg"], "a.jpg is a file"),
        (["photos", "-o", "out", "--trace", "-"], "Several traces cannot be written to stdout"),
        (["photos", "empty", "-o", "out"], "There are no pictures in the folder empty"),
        (["a.jpg", "--json", "-o", "-"], "--json prints to stdout"),
        (["-", "--json"], "--json prints to stdout"),
        (["a.jpg", "b.jpg", "--framing", "url", "-o", "-", "--json"], "--json prints to stdout"),
        (["photos", "-o", "out", "--json", "--dry-run", "--backend", "openai"], "omit --dry-run"),
        (["no/x.jpg"], "Cannot read no/x.jpg: no such file"),
        (["~/x.jpg"], "Cannot read ~/x.jpg: no such file"),
        (["missing.jpg"], "Cannot read missing.jpg: no such file"),
        (["https://example.org/x.jpg"], "A URL is not opened"),
        (["data:image/png;base64,iVBORw0KGgo/AAAA"], "A data URL is not opened"),
    ],
)  # fmt: skip
def test_usage_error_precedes_any_effect(
    run: Run, monkeypatch: pytest.MonkeyPatch, argv: list[str], message: str
) -> None:
    write_photos("a.jpg", "b.jpg", "photos/a.jpg")
    Path("empty").mkdir()
    Path("empty/note.txt").write_text("")
    Path("missing.semc").write_text("an output of missing.jpg")
    before = tree(".")
    options = ["--backend", "counted"] if "--backend" not in argv else ["--model", "m"]
    code, out, err = run("encode", *argv, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert (tree("."), Backend.calls) == (before, [])


def test_names_that_would_be_too_long_are_cut_off(encode: Run) -> None:
    name = "n" * 250  # with .jpg.semc, it has 259 characters; most file systems allow 255
    write_photos("a.jpg", f"{name}.jpg", f"{name}.png")
    assert encode("a.jpg", f"{name}.jpg", f"{name}.png", "-o", "new")[0] == 0
    names = tree("new")
    assert len(names) == 3
    assert all(len(each) <= 255 and each.endswith(".semc") for each in names)


def test_existing_outputs_are_counted_before_any_effect(encode: Run) -> None:
    write_photos("photos/a.jpg", "photos/b.jpg", "photos/c.jpg")
    Path("out").mkdir()
    for name in ("a", "b"):
        Path(f"out/{name}.semc").write_text("old")
    code, _, err = encode("photos", "-o", "out")
    assert code == 2
    assert "2 outputs already exist, such as out/a.semc: name another folder, or add --force" in err
    assert (tree("out"), Backend.calls) == (["a.semc", "b.semc"], [])
    assert encode("photos", "-o", "out", "--force")[0] == 0
    assert Path("out/a.semc").read_bytes() != b"old"


@pytest.mark.parametrize("inputs", [("p", "p/x/a.jpg"), ("p/x/a.jpg", "p")])
def test_path_below_a_folder_wins_over_the_name_alone(encode: Run, inputs: tuple[str, ...]) -> None:
    write_photos("p/x/a.jpg", "p/b.jpg")
    assert encode(*inputs, "-o", "out")[0] == 0
    assert tree("out") == ["b.semc", "x/a.semc"]


# --- folders -------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_pictures_of_a_folder_are_found_by_ending_and_content(encode: Run) -> None:
    write_photos("p/z.JPG", "p/without-ending", "p/a.jpg", "p/.hidden.jpg", "p/.hidden/b.jpg")
    Path("p/x.txt").write_text("x")
    Path("p/y.heic").write_text("not a picture, but named like one")
    Path("p/down").symlink_to(".")
    Path("p/linked.jpg").symlink_to(Path("p/a.jpg").resolve())
    Path("p/broken.jpg").symlink_to("missing")
    os.mkfifo("p/pipe.jpg")
    os.mkfifo("p/pipe")
    code, _, err = encode("p", "-o", "out")
    assert code == 3
    assert tree("out") == ["a.semc", "linked.semc", "without-ending.semc", "z.semc"]
    lines = err.splitlines()
    assert lines[0] == "Note: skipped 2 files in p (not pictures), such as p/pipe"
    assert "out/linked.semc: copy of out/a.semc" in lines
    assert lines[-1].startswith("4 encoded, 1 of them a copy, 3 failed: ")
    assert "semcodec: p/broken.jpg: Cannot read p/broken.jpg: no such file or directory." in lines
    assert "semcodec: p/pipe.jpg: Cannot read p/pipe.jpg: not a regular file." in lines
    order = [re.split(": ", line)[0] for line in lines[1:-1]]
    failed = "semcodec"
    first = ["out/a.semc", failed, "out/linked.semc", failed]
    assert order == [*first, "out/without-ending.semc", failed, "out/z.semc"]


def test_records_of_a_folder_are_found_by_ending_and_content(run: Run, picture: Path) -> None:
    write_records("r/a.semc", "r/b")
    Path("r/c.txt").write_bytes(semcodec.pack("rd bt", framing="url") + b"\n")
    Path("r/d.png").write_bytes(picture.read_bytes())
    Path("r/e.txt").write_bytes("\ufeffsemc:KB5b7w\r\n".encode("utf-16"))
    two = (semcodec.pack(text, framing="url").decode() for text in ("rd bt", "ct"))
    Path("r/two.txt").write_text(" or ".join(two))
    Path("r/f.bin").write_bytes(bytes(range(256)))
    Image.new("RGB", (3, 3)).save("r/plain.png")
    Path("r/note.txt").write_text("note")
    code, _, err = run("decode", "r", "-o", "out", "--size", "8x8")
    assert code == 3, err
    assert "semcodec: r/two.txt: The text contains different records" in err
    assert tree("out") == ["a.png", "b.png", "c.png", "d.png", "e.png"]
    assert "skipped 3 files in r (not records), such as r/f.bin" in err


def test_output_folder_inside_the_input_folder_is_not_read(encode: Run) -> None:
    write_photos("p/a.jpg", "p/out/old.jpg", "p/b/out/c.jpg")
    for _ in range(2):
        assert encode("p", "-o", "p/out", "--force")[0] == 0
    assert tree("p/out") == ["a.semc", "b/out/c.semc", "old.jpg"]


def test_outputs_beside_the_inputs(run: Run, picture: Path) -> None:
    write_records("r/a.semc")
    Path("r/b.png").write_bytes(picture.read_bytes())
    assert run("decode", "r", "-o", "r", "--size", "8x8")[0] == 0
    assert tree("r") == ["a.png", "a.semc", "b.png", "b.png.png"]
    assert Path("r/b.png").read_bytes() == picture.read_bytes()


def test_unreadable_folder_is_a_failed_input(encode: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write_photos("p/a.jpg", "p/private/b.jpg")
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if Path(path).name == "private":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    code, _, err = encode("p", "-o", "out")
    assert code == 3
    assert "semcodec: p/private: " in err
    assert "1 encoded, 1 failed" in err


def test_deep_folders_are_read(encode: Run) -> None:
    deep = "p/" + "d/" * 300
    write_photos(f"{deep}a.jpg")
    assert encode("p", "-o", "out")[0] == 0


# --- failures ------------------------------------------------------------------------------------


def test_failed_input_does_not_stop_the_others(encode: Run) -> None:
    write_photos("a.jpg", "c.jpg")
    Path("b.jpg").write_text("no photograph")
    code, out, err = encode("a.jpg", "b.jpg", "missing.jpg", "c.jpg", "-o", "out", "--trace", "t")
    assert (code, out) == (3, "")
    assert tree("out") == ["a.semc", "c.semc"]
    assert {"a.json", "c.json"} <= {*tree("t")}
    lines = err.splitlines()
    assert lines[1].startswith("semcodec: b.jpg: ")
    assert lines[2] == "semcodec: missing.jpg: Cannot read missing.jpg: no such file or directory."
    assert lines[4] == f"2 encoded, 2 failed: {len_of('out')} bytes"
    assert len(lines) == 5


def test_exit_code_is_1_if_every_input_failed(run: Run, encode: Run) -> None:
    Path("a.jpg").write_text("a")
    Path("b.semc").write_bytes(b"\xb5\x1a")
    code, _, err = encode("a.jpg", "missing.jpg", "-o", "out")
    assert code == 1
    assert err.endswith("0 encoded, 2 failed: 0 bytes\n")
    assert run("decode", "b.semc", "a.jpg", "-o", "out")[0] == 1
    assert tree("out") == []


@pytest.mark.parametrize(
    "error",
    [
        BackendError("The server cannot be reached.", unavailable=True),
        BackendError("No key.", stage="load"),
        semcodec.BudgetExceededError("Raise --max-cost."),
    ],
)
def test_fault_of_the_environment_stops_at_once(encode: Run, error: BackendError) -> None:
    write_photos(*(f"p/{number}.jpg" for number in range(6)))
    Backend.errors[3] = error
    code, _, err = encode("p", "-o", "out", "--trace", "t")
    assert code == 2
    assert tree("out") == ["0.semc", "1.semc"]
    assert len(Backend.calls) == 3
    assert tree("t") == ["0.json", "1.json", "2.json"]  # the failed run may have cost money
    assert err.splitlines()[-2].startswith("2 encoded, 0 failed, 4 not done: ")
    assert err.splitlines()[-1] == f"semcodec: {error}"


@pytest.mark.parametrize(
    "error",
    [
        RefusalError("refused", retryable=True),
        InvalidResponseError("no description", retryable=True),
        InputError("too dark"),
        BackendError("rejected"),
        RuntimeError("out of memory"),
    ],
)
def test_failure_of_an_input_never_stops_the_others(encode: Run, error: Exception) -> None:
    write_photos(*(f"p/{number}.jpg" for number in range(6)))
    Backend.errors[0] = error
    code, _, err = encode("p", "-o", "out")
    assert code == 1
    assert len(Backend.calls) == 6
    assert "0 encoded, 6 failed" in err


def test_server_that_keeps_failing_stops(encode: Run) -> None:
    error = BackendError("The server failed: try again later.", retryable=True)
    write_photos(*(f"p/{number}.jpg" for number in range(9)))
    for number in (2, 3, 5, 6, 7):
        Backend.errors[number] = error
    code, _, err = encode("p", "-o", "out")
    assert code == 2
    assert len(Backend.calls) == 7
    assert err.splitlines()[-2].startswith("2 encoded, 4 failed, 3 not done: ")
    assert failures.MAX_REPEATED == 3


def test_missing_backend_stops_before_anything_is_written(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photos("p/a.jpg", "p/b.jpg")
    monkeypatch.setattr(registry, "_entry_points", dict)
    code, out, err = run("encode", "p", "-o", "out")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "not installed" in err
    assert not Path("out").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_full_disk_stops_and_keeps_what_is_done(
    encode: Run, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    write_photos(*(f"p/{number}.jpg" for number in range(4)))
    write: Callable[..., None] = writing._write

    def fail_on_third(path: Path, *arguments: Any) -> None:
        if path.name == "2.semc":
            raise OSError(number, os.strerror(number))
        write(path, *arguments)

    monkeypatch.setattr(writing, "_write", fail_on_third)
    code, _, err = encode("p", "-o", "out", "--trace", "t")
    assert code == 2
    assert tree("out") == ["0.semc", "1.semc"]
    assert "2.json" in tree("t")
    assert err.splitlines()[-1].startswith("semcodec: Cannot write out/2.semc: ")
    assert "2 encoded, 0 failed, 2 not done" in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("options", [["--json", "-o", "out"], ["--framing", "url"]])
def test_full_stdout_stops(options: list[str]) -> None:
    write_photos(*(f"p/{number}.jpg" for number in range(3)))
    command = [sys.executable, "-m", "semcodec", "encode", "p", *options]
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            env=os.environ | {"TMPDIR": "."},
        )
    lines = process.stderr.decode().splitlines()
    assert process.returncode == 2
    assert lines[-1].startswith("semcodec: Cannot write the output: No space left on device")
    assert "0 encoded, 0 failed, 3 not done" in lines[-2]


def test_ctrl_c_keeps_what_is_done(encode: Run) -> None:
    write_photos(*(f"p/{number}.jpg" for number in range(4)))
    Backend.errors[3] = KeyboardInterrupt()
    code, _, err = encode("p", "-o", "out")
    assert code == 130
    assert tree("out") == ["0.semc", "1.semc"]
    assert err.splitlines()[-2].startswith("2 encoded, 0 failed, 2 not done: ")
    assert err.splitlines()[-1] == "semcodec: Interrupted."


# --- backends and cost ---------------------------------------------------------------------------


def test_backends_are_loaded_once(run: Run, encode: Run) -> None:
    write_photos(*(f"p/{number}.jpg" for number in range(5)))
    before = Backend.instances
    assert encode("p", "-o", "out")[0] == 0
    # One instance to check the option --backend, and one for all photographs.
    assert (Backend.instances - before, len(Backend.calls)) == (2, 5)
    assert run("decode", "out", "-o", "pictures", "--painter", "counted", "--size", "8x8")[0] == 0
    assert Backend.instances - before == 4


def test_networks_are_loaded_once() -> None:
    write_photos(*(f"p/{number}.jpg" for number in range(3)))
    code = (
        "import onnxruntime, sys; from semcodec.cli import main\n"
        "create, loads = onnxruntime.InferenceSession, []\n"
        "onnxruntime.InferenceSession = lambda *a, **k: (loads.append(1), create(*a, **k))[1]\n"
        "result = main(['encode', 'p', '-o', 'out'])\n"
        "print(result, len(loads))\n"
    )
    single = run_python(code.replace("'p', '-o', 'out'", "'p/0.jpg', '-o', 'one.semc'"))
    assert run_python(code) == single
    assert single.split()[0] == "0"


def run_python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout


def test_plan_of_a_dry_run_sums_all_inputs(
    run: Run, tmp_path: Path, requests: list[ModelRequest]
) -> None:
    configure(tmp_path, PRICES)
    write_photos("p/a.jpg", "p/b.jpg", "p/c.jpg")
    Path("p/bad.jpg").write_text("")
    before = tree(".")
    single = run("encode", "p/a.jpg", "--backend", "openai", "--dry-run")[1]
    code, out, err = run("encode", "p", "-o", "out", "--backend", "openai", "--dry-run")
    assert (code, tree("."), requests) == (3, before, [])
    assert err.count("\n") == 1
    rows = [re.split(r"\s{2,}", line) for line in out.split("\n\n")[1].splitlines()]
    one = [re.split(r"\s{2,}", line) for line in single.split("\n\n")[1].splitlines()]
    assert rows[0][:3] == ["stage", "model", "requests"]
    assert [row[0] for row in rows] == ["stage", "describe", "select", "total"]
    for row, alone in zip(rows[1:3], one[1:3], strict=True):
        assert row[2] == "3"
        assert int(row[3]) == 3 * int(alone[2])
    assert rows[3][1] == "6"
    total = float(rows[3][-1].strip("$"))
    assert total == pytest.approx(3 * float(one[3][-1].strip("$")), abs=0.01)  # rounded to cents


def test_limit_on_cost_holds_for_all_inputs(
    run: Run, tmp_path: Path, requests: list[ModelRequest]
) -> None:
    configure(tmp_path, PRICES)
    write_photos("p/a.jpg", "p/b.jpg", "p/c.jpg", "p/d.jpg", "p/e.jpg")
    options = ("--backend", "openai", "--model", "gpt-5.5")
    err = run("encode", "p/a.jpg", *options, "--max-cost", "0.0001")[2]
    [bound] = re.findall(r"may cost up to \$(\S+),", err)  # of one request, the first
    code, _, err = run("encode", "p", "-o", "out", *options, "--max-cost", f"{float(bound) + 0.03}")
    assert code == 2
    assert 1 <= len(tree("out")) < 5
    assert "raise --max-cost" in err.splitlines()[-1]
    assert "not done" in err
    calls = int(re.findall(r"(\d+) calls?,", err)[-1])
    assert calls == len(requests)
    assert err.count("tokens in") == 1


def test_cost_of_one_call_is_in_the_singular(
    run: Run, requests: list[ModelRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photos("a.jpg")
    monkeypatch.setattr(FakeClient, "failing_stage", "select")
    err = run("encode", "a.jpg", "--backend", "openai", "--model", "m")[2]
    assert len(requests) == 2
    assert "2 calls, " in err
    err = run("encode", "a.jpg", "--backend", "openai", "--model", "m", "--writer", "rules")[2]
    assert "\n1 call, " in err


def test_picture_for_a_terminal_is_refused_before_it_is_painted(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_records("a.semc")
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    code, _, err = run("decode", "a.semc", "-o", "-", "--painter", "counted")
    assert (code, Backend.calls) == (2, [])
    assert "name a file with -o" in err


# --- text forms and JSON -------------------------------------------------------------------------


def test_text_form_is_printed_alone(run: Run, encode: Run) -> None:
    write_photos("a.jpg", "b.jpg")
    for framing, prefix in (("url", "semc:"), ("qr", "SEMQ:")):
        code, out, _ = encode("a.jpg", "--framing", framing)
        assert (code, out.count("\n")) == (0, 1)
        assert semcodec.unpack(out.rstrip()).framing == framing
        _, out, _ = encode("a.jpg", "b.jpg", "--framing", framing)
        assert [line.startswith(prefix) for line in out.splitlines()] == [True, True]
    assert file_names(Path()) == ["a.jpg", "b.jpg"]
    assert encode("a.jpg", "b.jpg", "--framing", "url", "-o", "out")[0] == 0
    assert tree("out") == ["a.txt", "b.txt"]
    assert run("decode", "out", "-o", "pictures", "--size", "8x8")[0] == 0


def test_bare_record_has_no_magic(encode: Run) -> None:
    write_photos("a.jpg")
    assert encode("a.jpg", "--framing", "bare", "-o", "bare")[0] == 0
    assert encode("a.jpg", "-o", "file")[0] == 0
    bare, framed = Path("bare").read_bytes(), Path("file").read_bytes()
    assert semcodec.unpack(bare, framing="bare").framing == "bare"
    assert len(framed) > len(bare)
    assert encode("a.jpg", "--framing", "bare", "--max-bytes", f"{len(bare)}")[0] == 0


def lines_of(out: str, command: str) -> list[dict[str, Any]]:
    """Return the objects that ``--json`` printed, which must match the published schema."""
    schema = json.loads((SCHEMAS / f"{command}-1.json").read_bytes())
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    values = [json.loads(line) for line in out.splitlines()]
    for value in values:
        validator.validate(value)
        assert set(value) <= set(schema["properties"])
    return values


def test_json_has_one_object_per_picture(run: Run, encode: Run) -> None:
    write_photos("a.jpg", "c.jpg")
    Path("b.jpg").write_text("b")
    code, out, err = encode("a.jpg", "b.jpg", "c.jpg", "-o", "out", "--json", "--size", "64x64")
    assert code == 3
    first, failed, last = lines_of(out, "encode")
    assert (first["input"], first["output"], first["error"]) == ("a.jpg", "out/a.semc", None)
    assert (failed["input"], failed["output"]) == ("b.jpg", None)
    assert "semcodec: b.jpg: " + failed["error"] in err.splitlines()
    assert "bytes" not in failed
    data = Path("out/c.semc").read_bytes()
    record = semcodec.unpack(data)
    assert last == {
        "schema": "semcodec/encode/1",
        "input": "c.jpg",
        "output": "out/c.semc",
        "error": None,
        "bytes": len(data),
        "framing": "file",
        "text_form": None,
        "coding": "lexicon",
        "size": [64, 64],
        "description": "A boat.",
        "words": record.words,
        "layers": {},
        "payload_bits": record.payload_bits,
        "ubpp": round(record.payload_bits * 1e6 / 64**2, 3),
        "rate": {"rules": ["default"], "words": 12, "bits": None},
        "notices": last["notices"],
    }
    assert len(last["notices"]) == 1
    _, out, err = run("decode", "out", "-o", "pictures", "--json", "--size", "8x6")
    pictures = lines_of(out, "decode")
    assert [picture["output"] for picture in pictures] == ["pictures/a.png", "pictures/c.png"]
    assert pictures[1]["size"] == [8, 6]
    assert pictures[1]["words"] == record.words
    assert pictures[1]["bytes"] == Path("pictures/c.png").stat().st_size
    assert err.splitlines() == [f"2 decoded, 0 failed: {len_of('pictures')} bytes"]


def test_json_of_a_single_picture(encode: Run) -> None:
    write_photos("a.jpg")
    code, out, _ = encode("a.jpg", "--json", "--framing", "url")
    [value] = lines_of(out, "encode")
    assert (code, value["output"]) == (0, None)
    assert semcodec.unpack(value["text_form"]).words == value["words"]
    assert value["bytes"] == len(value["text_form"])
    code, out, err = encode("missing.jpg", "--json")
    [value] = lines_of(out, "encode")
    assert (code, value["output"]) == (2, None)
    assert err == f"semcodec: {value['error']}\n"
