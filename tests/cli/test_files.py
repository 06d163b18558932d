"""Input and output files of all commands: paths, pipes, devices, permissions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import semcodec
from semcodec.cli import files
from tests import images
from tests.cli.conftest import Run, file_names, picture_shape, run_process


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("missing.jpg", "a.semc", "no such file"),
        ("photo.jpg", "missing/a.semc", "no directory"),
        ("photo.jpg", "link.semc", "same file"),
        ("photo.jpg", "a" * 300, "too long"),
    ],
)
def test_unusable_path_exits_with_2(
    run: Run, photo: Path, source: str, target: str, message: str
) -> None:
    (photo.parent / "link.semc").symlink_to(photo)
    code, _, err = run("encode", photo.parent / source, "-o", photo.parent / target)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert photo.read_bytes() == images.PHOTO
    assert file_names(photo.parent) == ["link.semc", "photo.jpg"]


def test_output_through_a_link_replaces_its_target_and_keeps_the_mode(
    run: Run, record: Path
) -> None:
    target, link = record.parent / "target.png", record.parent / "link.png"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    assert run("decode", record, "-o", link, "--force")[0] == 0
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert picture_shape(target.read_bytes())[0] == "PNG"


def test_mode_of_a_new_file_is_determined_by_the_umask(run: Run, record: Path) -> None:
    other, picture = record.parent / "usual", record.parent / "picture.png"
    other.write_bytes(b"")
    run("decode", record, "-o", picture)
    assert picture.stat().st_mode == other.stat().st_mode


def test_message_about_a_loop_of_links_is_one_line(run: Run, photo: Path) -> None:
    loop = photo.parent / "loop"
    loop.symlink_to(loop)
    code, _, err = run("encode", photo, "-o", loop)
    assert (code, err.count("\n")) == (2, 1)


def test_too_large_input_is_rejected(run: Run, photo: Path) -> None:
    os.truncate(photo, files.MAX_INPUT + 1)
    code, _, err = run("encode", photo, "-o", photo.with_suffix(".semc"))
    assert code == 1
    assert "too large (limit 190 MiB)" in err


def test_encode_and_decode_through_pipes() -> None:
    record = run_process("encode", "-", "-o", "-", "--size", "64x48", stdin=images.PHOTO)
    picture = run_process("decode", "-", "-o", "-", stdin=record.stdout)
    assert picture_shape(picture.stdout) == ("PNG", (64, 48))


def test_closed_stdin_or_stdout_is_a_usage_error(record: Path) -> None:
    shell = f"{sys.executable} -m semcodec"
    for command in (f"{shell} decode - -o x.png <&-", f"{shell} unpack {record} >&-"):
        result = subprocess.run(command, shell=True, capture_output=True, cwd=record.parent)
        assert result.returncode == 2, command
        assert b"Standard" in result.stderr


def test_characters_that_the_terminal_lacks_are_escaped(record: Path) -> None:
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii"}
    result = run_process("inspect", str(record), env=ascii_only)
    assert result.returncode == 0
    assert b"\\xb5bpp" in result.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_every_command_reports_a_full_output_device(record: Path) -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    for command in (f"inspect {record}", f"unpack {record}", "pack ct", "doctor", "--help"):
        shell = f"{sys.executable} -m semcodec {command} >/dev/full"
        result = subprocess.run(shell, shell=True, capture_output=True, env=buffered)
        assert result.returncode == 2, command
        assert result.stderr.count(b"\n") == 1, command
        assert b"Cannot write the output" in result.stderr


def test_closed_stderr_leaves_stdout_clean(photo: Path, text: Path) -> None:
    command = f"{sys.executable} -m semcodec encode {photo} --description {text} -o - 2>&-"
    result = subprocess.run(command, shell=True, capture_output=True)
    assert result.returncode == 0
    assert semcodec.unpack(result.stdout).words


def test_file_is_written_with_closed_stdout(photo: Path, text: Path) -> None:
    command = (
        f"{sys.executable} -m semcodec encode {photo} --description {text} -o {photo}.semc >&-"
    )
    assert subprocess.run(command, shell=True, capture_output=True).returncode == 0
    assert semcodec.unpack(Path(f"{photo}.semc").read_bytes()).words


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no /dev/stdout")
def test_output_to_a_device_is_complete(photo: Path, text: Path) -> None:
    argv = ("encode", str(photo), "--description", str(text), "-o", "/dev/stdout")
    result = run_process(*argv)
    assert result.returncode == 0
    assert semcodec.unpack(result.stdout).words


def test_full_disk_leaves_the_existing_output_unchanged(record: Path) -> None:
    resource = pytest.importorskip("resource")
    picture = record.with_suffix(".png")
    picture.write_bytes(b"old")

    def limit_file_size() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    result = run_process(
        "decode", str(record), "-o", str(picture), "--force", preexec_fn=limit_file_size
    )
    assert result.returncode == 2
    assert b"Cannot write" in result.stderr
    assert b"Traceback" not in result.stderr
    assert picture.read_bytes() == b"old"
    assert file_names(record.parent) == ["photo.png", "photo.semc"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_message_about_a_full_device_behind_a_link(record: Path) -> None:
    picture = record.parent / "full.png"
    picture.symlink_to("/dev/full")
    environment = {**os.environ, "TMPDIR": str(record.parent)}
    result = run_process("decode", str(record), "-o", str(picture), env=environment)
    assert result.returncode == 2
    assert b"no space left" in result.stderr
    [kept] = record.parent.glob("semcodec-*.png")
    assert str(kept).encode() in result.stderr


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read and write anywhere")
def test_directory_without_permission_exits_with_2(run: Run, record: Path) -> None:
    record.parent.chmod(0o500)
    code, _, err = run("decode", record, "-o", record.parent / "picture.png")
    record.parent.chmod(0o700)
    assert code == 2
    assert "permission denied" in err
