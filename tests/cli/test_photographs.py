"""encode and decode as a user types them, on real and on awkward files."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.cli import files
from tests import images

Run = Callable[..., tuple[int, str, str]]
SEMCODEC = (sys.executable, "-m", "semcodec")


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "photo.semc"
    path.write_bytes(semcodec.pack("rd bt bl vtr", framing="file", size=(64, 48)))
    return path


def shape(data: bytes) -> tuple[str | None, tuple[int, int]]:
    """Return the format and size of a picture file."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.format, picture.size


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_there_and_back(run: Run, photo: Path, tmp_path: Path) -> None:
    file, picture = tmp_path / "photo.semc", tmp_path / "picture.png"
    code, out, err = run("encode", photo, "-o", file, "--size", "64x48")
    assert (code, out) == (0, "")
    assert f"{file.stat().st_size} bytes" in err
    assert run("decode", file, "-o", picture)[0] == 0
    assert shape(picture.read_bytes()) == ("PNG", (64, 48))
    assert file.stat().st_size < 48


@pytest.mark.parametrize("kind", ["png", "jpg", "jpeg", "webp", "PNG"])
def test_every_kind_of_picture(run: Run, record: Path, tmp_path: Path, kind: str) -> None:
    picture = tmp_path / f"picture.{kind}"
    assert run("decode", record, "-o", picture)[0] == 0
    assert shape(picture.read_bytes())[0] == {"jpg": "JPEG"}.get(kind, kind.upper())


@pytest.mark.parametrize("name", images.GOOD)
def test_awkward_photographs_are_encoded(run: Run, tmp_path: Path, name: str) -> None:
    photo, file = tmp_path / "photo", tmp_path / "photo.semc"
    photo.write_bytes(images.GOOD[name])
    assert run("encode", photo, "-o", file)[0] == 0
    assert semcodec.unpack(file.read_bytes()).words


def test_a_turned_photograph_is_described_upright(run: Run, tmp_path: Path) -> None:
    texts = []
    for name in ("jpeg", "turned"):
        photo, file = tmp_path / name, tmp_path / f"{name}.semc"
        photo.write_bytes(images.GOOD[name])
        run("encode", photo, "-o", file)
        texts.append(semcodec.unpack(file.read_bytes()).words[:4])
    assert texts[0] == texts[1]


@pytest.mark.parametrize("name", images.BAD)
def test_bad_photographs_are_one_sentence(run: Run, tmp_path: Path, name: str) -> None:
    data, says = images.BAD[name]
    photo = tmp_path / "photo"
    photo.write_bytes(data)
    code, out, err = run("encode", photo, "-o", tmp_path / "photo.semc")
    assert (code, out) == (1, "")
    assert says in err
    assert err.count("\n") == 1
    assert names(tmp_path) == ["photo"]


def test_a_file_cut_at_every_byte_is_refused(run: Run, record: Path, tmp_path: Path) -> None:
    whole = record.read_bytes()
    for length in range(len(whole)):
        record.write_bytes(whole[:length])
        code, _, err = run("decode", record, "-o", tmp_path / "picture.png")
        assert (code, err.count("\n")) == (1, 1), length
    assert names(tmp_path) == ["photo.semc"]


def test_a_file_with_any_bit_flipped_is_refused(run: Run, record: Path, tmp_path: Path) -> None:
    whole = record.read_bytes()
    for bit in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        record.write_bytes(damaged)
        code, _, err = run("decode", record, "-o", tmp_path / "picture.png")
        assert (code, err.count("\n")) == (1, 1), bit
    assert names(tmp_path) == ["photo.semc"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--k", "0"], "K is a number of words from 1"),
        (["--k", "1000000"], "K is a number of words from 1"),
        (["--k", "many"], "K is a number of words from 1"),
        (["--size", "0x5"], "from 1x1 to"),
        (["--size", "big"], "write it like 1024x1024"),
        (["--size", "2147483648x1"], "from 1x1 to"),
        (["--ubpp", "-1"], "number over 0"),
        (["--max-bytes", "0"], "integer from 1"),
        (["--backend", "nobody"], "there are deterministic, embedded"),
        (["--describer", "deterministic"], "is no describer"),
        (["--coding", "jpeg"], "invalid choice"),
    ],
)
def test_wrong_options_are_usage(run: Run, photo: Path, words: list[str], says: str) -> None:
    code, _, err = run("encode", photo, "-o", photo.with_suffix(".semc"), *words)
    assert code == 2
    assert says in err
    assert err.count("\n") == 1
    assert names(photo.parent) == ["photo.jpg"]


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        ("missing.jpg", "a.semc", "no such file"),
        (".", "a.semc", "is a directory"),
        ("photo.jpg", "missing/a.semc", "no folder"),
        ("photo.jpg", ".", "is a folder"),
        ("photo.jpg", "photo.jpg", "is named twice"),
        ("photo.jpg", "link.jpg", "is named twice"),
        ("photo.jpg", "a" * 300, "too long"),
    ],
)
def test_wrong_paths_are_environment(
    run: Run, photo: Path, source: str, target: str, says: str
) -> None:
    (photo.parent / "link.jpg").symlink_to(photo)
    code, _, err = run("encode", photo.parent / source, "-o", photo.parent / target)
    assert code == 2
    assert says in err
    assert err.count("\n") == 1
    assert photo.read_bytes() == images.PHOTO
    assert names(photo.parent) == ["link.jpg", "photo.jpg"]


def test_what_a_link_points_to_is_written_and_keeps_its_mode(run: Run, record: Path) -> None:
    target, link = record.parent / "target.png", record.parent / "link.png"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    assert run("decode", record, "-o", link)[0] == 0
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert shape(target.read_bytes())[0] == "PNG"


def test_a_new_file_has_the_usual_mode(run: Run, record: Path) -> None:
    usual, picture = record.parent / "usual", record.parent / "picture.png"
    usual.write_bytes(b"")
    run("decode", record, "-o", picture)
    assert picture.stat().st_mode == usual.stat().st_mode


@pytest.mark.parametrize(
    "words",
    [["--size", "5000x5000"], ["--reflect", "2"], ["--seed", "-1"], ["--painter", "nobody"]],
)
def test_wrong_options_of_decode_are_usage(run: Run, record: Path, words: list[str]) -> None:
    code, _, err = run("decode", record, "-o", record.with_suffix(".png"), *words)
    assert (code, err.count("\n")) == (2, 1)
    assert names(record.parent) == ["photo.semc"]


@pytest.mark.parametrize("trace", ["photo.jpg", "photo.semc", "missing/trace.json"])
def test_a_trace_destroys_nothing_and_is_checked_first(run: Run, photo: Path, trace: str) -> None:
    target = photo.with_suffix(".semc")
    code, _, err = run("encode", photo, "-o", target, "--trace", photo.parent / trace)
    assert (code, err.count("\n")) == (2, 1)
    assert photo.read_bytes() == images.PHOTO
    assert names(photo.parent) == ["photo.jpg"]


def test_a_new_output_and_its_trace_are_not_one_file(run: Run, photo: Path) -> None:
    target = photo.parent / "out.semc"
    again = photo.parent / "." / ".." / photo.parent.name / "out.semc"
    code, _, err = run("encode", photo, "-o", target, "--trace", again)
    assert (code, err.count("\n")) == (2, 1)
    assert names(photo.parent) == ["photo.jpg"]


def test_a_loop_of_links_is_one_sentence(run: Run, photo: Path) -> None:
    loop = photo.parent / "loop"
    loop.symlink_to(loop)
    code, _, err = run("encode", photo, "-o", loop)
    assert (code, err.count("\n")) == (2, 1)


def test_a_file_of_any_size_is_not_read_whole(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_INPUT", 100)
    code, _, err = run("encode", photo, "-o", photo.with_suffix(".semc"))
    assert code == 1
    assert "over 100 bytes" in err


def test_ctrl_c_is_a_word_and_a_code(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(semcodec, "encode", stop)
    assert run("encode", photo, "-o", photo.with_suffix(".semc")) == (
        130,
        "",
        "semcodec: Stopped.\n",
    )
    assert names(photo.parent) == ["photo.jpg"]


def test_a_record_cannot_move_the_cursor_of_decode(run: Run, record: Path) -> None:
    record.write_bytes(semcodec.pack("red\x1b[2J boat", coding="utf8", framing="file"))
    _, _, err = run("decode", record, "-o", record.with_suffix(".png"), "--size", "8x8")
    assert "painted from" in err
    assert "\x1b" not in err


def test_a_picture_needs_a_known_ending(run: Run, record: Path) -> None:
    code, _, err = run("decode", record, "-o", record.with_suffix(".txt"))
    assert code == 2
    assert ".png, .jpg" in err


def test_a_limit_on_bytes_and_on_rate_is_kept(run: Run, photo: Path) -> None:
    file = photo.with_suffix(".semc")
    assert run("encode", photo, "-o", file, "--max-bytes", "14")[0] == 0
    assert file.stat().st_size <= 14
    assert run("encode", photo, "-o", file, "--ubpp", "60")[0] == 0
    assert semcodec.unpack(file.read_bytes()).payload_bits <= 60e-6 * 1024 * 1024
    code, _, err = run("encode", photo, "-o", file, "--max-bytes", "4")
    assert code == 1
    assert "allow more bytes" in err


def test_a_huge_size_is_a_number_that_nobody_paints(run: Run, photo: Path) -> None:
    file = photo.with_suffix(".semc")
    assert run("encode", photo, "-o", file, "--size", "2147483647x1")[0] == 0
    code, _, err = run("decode", file, "-o", photo.with_suffix(".png"))
    assert code == 1
    assert "each from 1 to 4096" in err
    assert run("decode", file, "-o", photo.with_suffix(".png"), "--size", "30x20")[0] == 0


def test_the_trace_tells_every_stage_and_no_pixel(run: Run, photo: Path) -> None:
    trace = photo.with_suffix(".json")
    run("encode", photo, "-o", photo.with_suffix(".semc"), "--trace", trace)
    stages = json.loads(trace.read_text())["stages"]
    assert [stage["name"] for stage in stages] == ["describe", "select"]
    assert set(stages[0]["inputs"][0]) == {"size", "sha256"}


def test_the_trace_names_the_judge(run: Run, photo: Path) -> None:
    trace = photo.with_suffix(".json")
    for judge in ("none", "auto"):
        options = ("--max-bytes", "14", "--judge", judge, "--trace", trace)
        assert run("encode", photo, "-o", photo.with_suffix(".semc"), *options)[0] == 0
        said = json.loads(trace.read_text())["stages"][1]["notes"]["judge"]
        assert said in {"none": ("salience",), "auto": ("salience", "minilm")}[judge]


def test_a_judge_that_is_not_there_is_a_mistake_of_the_line(run: Run, photo: Path) -> None:
    code, _, err = run("encode", photo, "-o", "-", "--judge", "gpt")
    assert code == 2
    assert "there are auto and minilm" in err


def through(*argv: str, given: bytes = b"", **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*SEMCODEC, *argv], input=given, capture_output=True, **options)


def test_pipes_there_and_back() -> None:
    record = through("encode", "-", "-o", "-", "--size", "64x48", given=images.PHOTO)
    picture = through("decode", "-", "-o", "-", given=record.stdout)
    assert shape(picture.stdout) == ("PNG", (64, 48))


def test_without_stdin_or_stdout_it_says_so(record: Path) -> None:
    shell = f"{sys.executable} -m semcodec"
    for command in (f"{shell} decode - -o x.png <&-", f"{shell} unpack {record} >&-"):
        done = subprocess.run(command, shell=True, capture_output=True, cwd=record.parent)
        assert done.returncode == 2, command
        assert b"There is no standard" in done.stderr


def test_a_narrow_encoding_shows_escapes(record: Path) -> None:
    narrow = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = through("inspect", str(record), env=narrow)
    assert done.returncode == 0
    assert b"\\xb5bpp" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_results_that_cannot_be_written_are_no_success(record: Path) -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    for command in (f"inspect {record}", f"unpack {record}", "pack ct", "doctor", "--help"):
        shell = f"{sys.executable} -m semcodec {command} >/dev/full"
        done = subprocess.run(shell, shell=True, capture_output=True, env=buffered)
        assert done.returncode == 2, command
        assert done.stderr.count(b"\n") == 1, command
        assert b"Cannot write the output" in done.stderr


def test_without_stderr_nothing_mixes_with_the_record(photo: Path) -> None:
    command = f"{sys.executable} -m semcodec encode {photo} -o - 2>&-"
    done = subprocess.run(command, shell=True, capture_output=True)
    assert done.returncode == 0
    assert semcodec.unpack(done.stdout).words


def test_a_file_is_written_without_stdout_too(photo: Path) -> None:
    command = f"{sys.executable} -m semcodec encode {photo} -o {photo}.semc >&-"
    assert subprocess.run(command, shell=True, capture_output=True).returncode == 0


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="there is no such device here")
def test_a_pipe_by_its_name_is_written_to(photo: Path) -> None:
    done = through("encode", str(photo), "-o", "/dev/stdout")
    assert done.returncode == 0
    assert semcodec.unpack(done.stdout).words


def test_a_full_disk_leaves_the_old_file(record: Path) -> None:
    resource = pytest.importorskip("resource")
    picture = record.with_suffix(".png")
    picture.write_bytes(b"old")

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    done = through("decode", str(record), "-o", str(picture), preexec_fn=small_disk)
    assert done.returncode == 2
    assert b"Cannot write" in done.stderr
    assert b"Traceback" not in done.stderr
    assert picture.read_bytes() == b"old"
    assert names(record.parent) == ["photo.png", "photo.semc"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_device_is_one_sentence(record: Path) -> None:
    picture = record.parent / "full.png"
    picture.symlink_to("/dev/full")
    done = through("decode", str(record), "-o", str(picture))
    assert done.returncode == 2
    assert b"no space left" in done.stderr


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read and write anywhere")
def test_a_folder_that_may_not_be_written(run: Run, record: Path) -> None:
    record.parent.chmod(0o500)
    code, _, err = run("decode", record, "-o", record.parent / "picture.png")
    record.parent.chmod(0o700)
    assert code == 2
    assert "permission denied" in err
