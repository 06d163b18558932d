"""``semcodec bulk --decode``: pictures of records, whose rows may be hostile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import semcodec
from semcodec.cli import writing
from semcodec.cli.output import WriteError
from tests.cli.bulk_files import HERE, hostile, read_rows, write_parts
from tests.cli.conftest import Run

pytest.importorskip("pyarrow.parquet")


def test_pictures_of_the_records(run: Run, bulk_folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE, "--size", "96x64")
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *HERE, "--seed", "7")
    assert code == 0
    assert "3 painted, 0 failed: " in err
    [row, *_] = read_rows()
    expected = semcodec.decode(row["record"], seed=7).to_file()
    for name in ("a.png.png", "b.png.png", "sub/c.png.png"):
        assert Path("pictures", name).read_bytes() == expected
    before = os.stat("pictures/a.png.png").st_mtime_ns
    Path("pictures/b.png.png").unlink()
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *HERE, "--seed", "7")
    assert code == 0
    assert "3 painted, 2 of them before, 0 failed" in err
    assert os.stat("pictures/a.png.png").st_mtime_ns == before
    assert len([*Path("pictures").rglob("*")]) == 4


def test_other_file_in_place_of_a_picture(run: Run, bulk_folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE, "--size", "96x64")
    Path("pictures/sub").mkdir(parents=True)
    Path("pictures/a.png.png").write_bytes(Path("in/a.png").read_bytes())
    Path("pictures/b.png.png").write_bytes(semcodec.embed_png(
        Path("in/a.png").read_bytes(), semcodec.pack("boat")
    ))  # fmt: skip
    if hasattr(os, "mkfifo"):
        os.mkfifo("pictures/sub/c.png.png")  # to read it would take forever
    else:
        Path("pictures/sub/c.png.png").mkdir()
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *HERE)
    assert code == 1
    assert err.count("is not a picture of this record") == 3
    assert Path("pictures/a.png.png").read_bytes() == Path("in/a.png").read_bytes()


def test_paths_never_leave_the_folder(run: Run, bulk_folder: Path) -> None:
    names = ["../a.jpg", "/tmp/b.jpg", f"{bulk_folder}/c.jpg", "d/../../e.jpg", "", "ok/f.jpg"]
    write_parts(*map(hostile, names))
    before = {*bulk_folder.rglob("*")}
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *HERE)
    assert code == 3
    assert err.count("so it is not written") == 5
    created = {*bulk_folder.rglob("*")} - before
    pictures = bulk_folder / "pictures"
    assert created == {pictures, pictures / "ok", pictures / "ok" / "f.jpg.png"}


def test_rows_that_cannot_be_painted(run: Run, bulk_folder: Path) -> None:
    write_parts(hostile("a", b"no record"), hostile("b.png/c"), hostile("b"), hostile("b"))
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *HERE)
    assert code == 3
    assert "Note: skipped 1 row with the path and the record of another one\n" in err
    assert "semcodec: a: " in err
    assert "semcodec: b: Its picture would have the name of a folder of another one" in err
    assert "1 painted, 2 failed: " in err


def test_only_failures(run: Run, bulk_folder: Path) -> None:
    write_parts(hostile("a", b"no record"))
    assert run("bulk", "--decode", "out", "-o", "pictures", *HERE)[0] == 1


def test_full_disk_while_pictures_are_written(
    run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise WriteError("Cannot write it: no space left on device.")

    write_parts(hostile("a"), hostile("b"))
    monkeypatch.setattr(writing, "write_bytes", fail)
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *HERE)
    assert code == 2
    assert err.count("no space left") == 1


def test_nothing_to_paint(run: Run, bulk_folder: Path) -> None:
    code, _, err = run("bulk", "--decode", "in", "-o", "pictures", *HERE)
    assert code == 2
    assert "There are no records in in" in err
