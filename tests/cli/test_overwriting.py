"""No command overwrites a file without ``--force``, or a write-protected file at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import semcodec
from semcodec.cli import writing
from semcodec.cli.output import UsageError
from tests.cli.commands import COMMANDS
from tests.cli.conftest import Run, file_names

OLD = b"precious"
#: Command lines, each with a placeholder for the one output that may exist.
WRITERS = {
    "encode": ["encode", "photo.jpg", "-o", "{}.semc"],
    "encode, default name": ["encode", "{}.jpg"],
    "encode --framing": ["encode", "photo.jpg", "--framing", "url", "-o", "{}.txt"],
    "encode --trace": ["encode", "photo.jpg", "-o", "new.semc", "--trace", "{}.json"],
    "encode, folder": ["encode", "photos", "-o", "."],
    "encode, traces": ["encode", "photos", "-o", "new", "--trace", "."],
    "decode": ["decode", "good.semc", "-o", "{}.png", "--size", "8x8"],
    "decode, default name": ["decode", "{}.semc", "--size", "8x8"],
    "decode --trace": [
        "decode", "good.semc", "-o", "new.png", "--size", "8x8", "--trace", "{}.json"
    ],
    "decode, text form": ["decode", "semc:KB5b7w", "--size", "8x8"],
    "pack": ["pack", "rd bt", "-o", "{}.semc"],
    "pack --framing": ["pack", "rd bt", "--framing", "qr", "-o", "{}"],
    "convert": ["convert", "good.semc", "-o", "{}.semc"],
    "convert --into": ["convert", "good.semc", "--into", "picture.png", "-o", "{}.png"],
    "convert --into, in place": ["convert", "good.semc", "--into", "{}.png", "-o", "{}.png"],
}  # fmt: skip
#: The output of each command line, where it is not the placeholder.
OUTPUTS = {
    "encode, default name": "out.semc",
    "encode, folder": "out.semc",
    "encode, traces": "out.json",
    "decode, default name": "out.png",
    "decode, text form": "picture.png",
}
Prepare = Callable[[str], tuple[list[str], Path]]


@pytest.fixture
def prepare(
    tmp_path: Path, photo: Path, good: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> Prepare:
    """Return a function that returns a command line and its output, which exists."""
    monkeypatch.chdir(tmp_path)

    def prepare_(name: str) -> tuple[list[str], Path]:
        argv = [word.replace("{}", "out") for word in WRITERS[name]]
        placeholder = [word for word in argv if word.startswith("out")][-1:]
        output = Path(OUTPUTS.get(name, *placeholder))
        Path("photos").mkdir()
        for copy in (Path("out.jpg"), Path("photos/out.jpg")):
            copy.write_bytes(photo.read_bytes())
        if "decode" in name:
            Path("out.semc").write_bytes(good.read_bytes())
        other = semcodec.embed_png(picture.read_bytes(), semcodec.pack("ct"))
        output.write_bytes(other if "in place" in name else OLD)
        return argv, output

    return prepare_


@pytest.mark.parametrize("name", WRITERS)
def test_existing_output_is_replaced_only_with_force(run: Run, prepare: Prepare, name: str) -> None:
    argv, output = prepare(name)
    before, names = output.read_bytes(), file_names(Path())
    code, out, err = run(*argv)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"{output} already exists: name another output, or add --force" in err
    assert (output.read_bytes(), file_names(Path())) == (before, names)
    assert run(*argv, "--force")[0] == 0
    assert output.read_bytes() != before


@pytest.mark.parametrize("mode", [0o444, 0o400, 0o555])
@pytest.mark.parametrize("name", WRITERS)
def test_write_protected_file_is_never_replaced(
    run: Run, prepare: Prepare, name: str, mode: int
) -> None:
    argv, output = prepare(name)
    before, names = output.read_bytes(), file_names(Path())
    output.chmod(mode)
    for options in ((), ("--force",)):
        code, out, err = run(*argv, *options)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "write-protected" in err
    assert (output.read_bytes(), file_names(Path())) == (before, names)
    assert output.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("name", WRITERS)
def test_file_created_during_the_run_is_not_replaced(
    run: Run, prepare: Prepare, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv, output = prepare(name)
    if "in place" in name:
        pytest.skip("the output exists before")
    output.unlink()
    write = writing._rename_without_replacing

    def create_first(temporary: Path, path: Path) -> None:
        if path.name == output.name:
            path.write_bytes(OLD)
        write(temporary, path)

    monkeypatch.setattr(writing, "_rename_without_replacing", create_first)
    code, _, err = run(*argv)
    assert code in ((1, 2) if "folder" in name or "traces" in name else (2,))
    assert "already exists" in err
    assert output.read_bytes() == OLD
    assert not list(Path().rglob(".semcodec-*"))


def test_file_is_complete_where_there_are_no_hard_links(
    run: Run, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    argv, output = prepare("pack")
    output.unlink()
    monkeypatch.setattr(os, "link", link)
    assert run(*argv)[0] == 0
    assert semcodec.unpack(output.read_bytes()).text == "rd bt"
    output.write_bytes(OLD)
    with pytest.raises(FileExistsError):
        writing._rename_without_replacing(Path("good.semc"), output)
    assert output.read_bytes() == OLD


def test_file_that_is_protected_during_the_run_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out.semc"
    path.write_bytes(OLD)
    with pytest.raises(UsageError, match="already exists"):
        writing.write_bytes(str(path), b"new")
    path.chmod(0o444)
    for force in (False, True):
        with pytest.raises(UsageError, match="write-protected"):
            writing.write_bytes(str(path), b"new", force=force)
    assert path.read_bytes() == OLD
    assert file_names(tmp_path) == ["out.semc"]


def test_demo_replaces_other_files_only_with_force(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cat.semc").write_bytes(OLD)
    code, out, err = run("demo", "--out", tmp_path)
    assert (code, out) == (2, "")
    assert "cat.semc already exists: name another output, or add --force" in err
    assert file_names(tmp_path) == ["cat.semc"]
    assert run("demo", "--out", tmp_path, "--force")[0] == 0
    assert (tmp_path / "cat.semc").read_bytes() != OLD


def test_every_command_that_writes_files_has_the_option() -> None:
    """All but ``bulk``, which adds parts to a folder and keeps every file that is there."""
    writing = {"--output", "--out", "--trace", "--png"}
    for names, parser in COMMANDS.items():
        options = parser._option_string_actions
        is_asked = bool(writing & {*options}) and names != ("bulk",)
        assert is_asked == ("--force" in options), names


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_directory_is_never_replaced(
    run: Run, good: Path, tmp_path: Path, force: tuple[str, ...]
) -> None:
    (tmp_path / "empty").mkdir()
    for argv in (["pack", "rd"], ["convert", good]):
        code, _, err = run(*argv, "-o", tmp_path / "empty", *force)
        assert code == 2
        assert "it is a directory" in err


def test_dangling_link_is_not_a_file_that_exists(run: Run, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")
    assert run("pack", "rd", "-o", link)[0] == 0
    assert (tmp_path / "target").is_file()
    assert link.is_symlink()
    assert run("pack", "rd", "-o", link)[0] == 2


def test_dry_run_of_an_existing_output_prints_the_plan(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.semc"
    output.write_bytes(OLD)
    argv = ("encode", photo, "-o", output, "--backend", "openai", "--model", "m", "--dry-run")
    assert run(*argv, "--base-url", "http://127.0.0.1:9/v1")[0] == 0
    assert output.read_bytes() == OLD
