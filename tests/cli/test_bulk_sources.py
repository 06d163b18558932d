"""The photographs of ``semcodec bulk``: names, links, files that are not pictures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from semcodec.cli.bulk_encode import check_folders
from semcodec.cli.output import UsageError
from tests.cli.bulk_files import ALL, HERE, paths_of, read_rows
from tests.cli.conftest import Run

pytest.importorskip("pyarrow.parquet")


@pytest.mark.skipif(os.name == "nt", reason="such names cannot exist")
def test_hostile_names_and_files(run: Run, bulk_folder: Path) -> None:
    data = Path("in/a.png").read_bytes()
    for name in (b"in/new\nline.png", b"in/latin-\xe9.png", "in/é \x1b[31m.png".encode()):
        Path(os.fsdecode(name)).write_bytes(data)
    Path("in/folder.jpg").mkdir()
    Path("in/folder.jpg/inside.png").write_bytes(data)
    Path("in/missing.png").symlink_to("nowhere.png")
    Path("in/link.png").symlink_to(bulk_folder / "in" / "a.png")
    Path("in/up").symlink_to(bulk_folder)  # a link to a bulk_folder is not followed
    Path("in/.hidden.png").write_bytes(data)
    os.mkfifo("in/pipe.png")
    with open("in/large.png", "wb") as file:
        file.truncate(3 * 10**9)
    code, _, err = run("bulk", "in", "-o", "in/out", *HERE)
    assert code == 3
    assert "\x1b" not in err
    assert "Note: skipped 1 link in in (to folders), such as in/up\n" in err
    assert "large.png: The file has 3,000,000,000 bytes, more than the limit of 200 MB." in err
    rows = read_rows("in/out")
    assert [path for path, is_failed in paths_of(rows) if is_failed] == [
        "large.png",
        "missing.png",
        "pipe.png",
    ]
    done = {path for path, is_failed in paths_of(rows) if not is_failed}
    assert done == {
        *(path for path, _ in ALL),
        "new\nline.png",
        "latin-\\xe9.png",
        "é \x1b[31m.png",
        "folder.jpg/inside.png",
        "link.png",
    }
    assert run("bulk", "in", "-o", "in/out", *HERE)[0] == 3  # nothing is tried again
    assert len(read_rows("in/out")) == len(rows)


@pytest.mark.skipif(os.name == "nt", reason="such a path cannot exist")
def test_folder_that_cannot_be_examined_has_a_row(run: Run, bulk_folder: Path) -> None:
    deep = Path("in/deep")
    deep.mkdir()
    folder = os.open(deep, os.O_RDONLY)
    for _ in range(45):
        os.mkdir("x" * 100, dir_fd=folder)
        below = os.open("x" * 100, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    Path("in/nn" + "n" * 98).write_text("no picture")
    Path("in/nothing").symlink_to("missing")
    for options in (("--dry-run",), (), ("--dry-run",), ()):
        code, out, err = run("bulk", "in", "-o", "out", *HERE, *options)
        assert code == 3
        assert ("to do   3 photographs, " in out) == (options != () and not Path("out").exists())
        note = f"Note: skipped 3 files in in (not pictures), such as …{'n' * 59}\n"
        assert note in err
        if options:
            assert "semcodec: 1 input cannot be encoded, such as " in err
            assert "xxx: file name too long\n" in err
    [failed] = [row for row in read_rows() if row["error"]]
    assert failed["path"].startswith("deep/xxx")
    assert "file name too long" in failed["error"]


@pytest.mark.skipif(os.name == "nt", reason="such names cannot exist")
def test_two_names_that_look_the_same_in_a_row(run: Run, bulk_folder: Path) -> None:
    data = Path("in/a.png").read_bytes()
    for name in (b"in/\xe9.png", b"in/\\xe9.png"):
        Path(os.fsdecode(name)).write_bytes(data)
    for options in ((), (), ("--retry-failed",), ()):
        code, _, err = run("bulk", "in", "-o", "out", *HERE, *options)
        assert code == 3
        assert ", 1 failed" in err.splitlines()[-1]
        if not options:
            assert ("\\xe9.png: Cannot read the file: another file has" in err) == (
                "resumed" not in err
            )
        assert "\\udc" not in err
    assert len([row for row in read_rows() if not row["error"]]) == 4
    assert len([row for row in read_rows() if row["error"]]) == 1


@pytest.mark.skipif(os.name == "nt", reason="such names cannot exist")
def test_file_with_the_name_of_another_one_does_not_stop_the_next_run(
    run: Run, bulk_folder: Path
) -> None:
    Path("in/\\xff.png").write_bytes(Path("in/a.png").read_bytes())
    os.link(Path("in/b.png"), os.fsencode(bulk_folder) + b"/in/\xff.png")
    for _ in range(2):
        code, _, err = run("bulk", "in", "-o", "out", *HERE)
        assert code == 3
        assert "changed since" not in err


def test_failed_photograph_that_was_deleted_does_not_count(run: Run, bulk_folder: Path) -> None:
    Path("in/broken.png").write_bytes(b"no picture")
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 3
    Path("in/broken.png").unlink()
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 0
    assert "resumed: 3 of 3 done before\n" in err
    assert ", 0 failed" in err


def test_source_without_photographs(run: Run, bulk_folder: Path) -> None:
    Path("empty").mkdir()
    for source, message in (
        ("empty", "There are no photographs in empty"),
        ("missing", "The source missing does not exist"),
        ("in/a.png", "The source in/a.png is a file"),
    ):
        code, _, err = run("bulk", source, "-o", "out", *HERE)
        assert (code, message in err) == (2, True)


def test_output_that_is_a_file(run: Run, bulk_folder: Path) -> None:
    code, _, err = run("bulk", "in", "-o", "in/a.png", *HERE)
    assert code == 2
    assert "in/a.png is a file" in err


@pytest.mark.skipif(os.name == "nt", reason="needs a link")
@pytest.mark.parametrize("name", ["in", "in/", "./in/sub/..", "link"])
def test_output_that_is_the_source(run: Run, bulk_folder: Path, name: str) -> None:
    Path("link").symlink_to("in")
    before = sorted(Path("in").iterdir())
    for options in ((), ("--dry-run",)):
        code, _, err = run("bulk", "in", "-o", name, *HERE, *options)
        assert code == 2
        assert f"The output {name} is the folder of the photographs: name another one" in err
    assert sorted(Path("in").iterdir()) == before


@pytest.mark.parametrize(("option", "message"), [
    (("s3:/bucket", "-o", "out"), "s3:/bucket lacks a slash: write s3:// for a URL, or ./"),
    (("in", "-o", "gs:bucket"), "gs:bucket lacks a slash"),
    (("in", "-o", "file:///out"), "file:///out is a URL of this machine: name the folder"),
])  # fmt: skip
def test_names_that_are_neither_paths_nor_urls(
    run: Run, bulk_folder: Path, option: tuple[str, ...], message: str
) -> None:
    code, _, err = run("bulk", *option, *HERE)
    assert code == 2
    assert message in err


def test_url_of_the_source_as_the_output() -> None:
    check_folders("s3://b/in", "s3://b/in/out")
    with pytest.raises(UsageError, match="s3://b/in/ is the folder of the photographs"):
        check_folders("s3://b/in", "s3://b/in/")
