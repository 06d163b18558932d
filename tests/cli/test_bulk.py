"""``semcodec bulk`` with the engine local: rows, resuming, failures, hostile names, pictures."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import threading
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai.rate_limits import Share
from semcodec.backends.recording import ModelRequest
from semcodec.bulk import call_journal, divided_limits, parts
from semcodec.bulk.engines.local import LocalEngine
from semcodec.bulk.parts import PartWriter
from semcodec.bulk.rows import Row
from semcodec.bulk.stores import LocalStore
from semcodec.cli import bulk, bulk_engine, writing
from semcodec.cli.main import make_parser
from semcodec.cli.output import WriteError
from semcodec.errors import BackendError
from tests.bulk.test_rows import ROW
from tests.cli.conftest import Run
from tests.cli.fake_client import PRICES, FakeClient, configure

pq = pytest.importorskip("pyarrow.parquet")
HERE = ("--engine", "local")
SERVED = ("--backend", "openai", "--k", "2", *HERE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with four files in ``in``; all pictures have the same pixels."""
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for number, name in enumerate(("a.png", "b.png", "sub/c.png")):
        image = Image.new("RGB", (64, 48), (180, 40, 200))
        image.save(tmp_path / "in" / name, compress_level=number)
    (tmp_path / "in" / "notes.txt").write_text("not a picture")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read_rows(folder: str = "out") -> list[dict[str, Any]]:
    """Return the rows of all parts, by path."""
    paths = sorted(Path(folder).glob("*.parquet"))
    rows = [row for path in paths for row in pq.ParquetFile(path).read().to_pylist()]
    return sorted(rows, key=lambda row: str(row["path"]))


def paths_of(rows: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """Return the paths, and whether there is an error."""
    return [(row["path"], bool(row["error"])) for row in rows]


ALL = [("a.png", False), ("b.png", False), ("sub/c.png", False)]


def test_a_row_for_each_photograph(run: Run, folder: Path) -> None:
    code, out, err = run("bulk", "in", "-o", "out", *HERE, "--k", "2")
    assert (code, out) == (0, "")
    assert "Note: skipped 1 file in in (not pictures), such as notes.txt\n" in err
    assert "3 encoded, 0 failed: " in err
    rows = read_rows()
    assert paths_of(rows) == ALL
    single = semcodec.encode(Path("in/a.png"), framing="bare", k=2)
    assert [row["record"] for row in rows] == [single.data] * 3
    assert len({row["sha256"] for row in rows}) == 3
    assert len({row["trace"] for row in rows}) == 1
    assert rows[0]["size"] == os.stat("in/a.png").st_size
    assert sorted(os.listdir("out")) == [path.name for path in Path("out").glob("part-*.parquet")]


@pytest.mark.parametrize(
    ("options", "framing"),
    [((), "bare"), (("--framing", "url"), "url"), (("--profile", "archive"), "file")],
)
def test_framing(run: Run, folder: Path, options: tuple[str, ...], framing: str) -> None:
    assert run("bulk", "in", "-o", "out", *HERE, *options)[0] == 0
    assert semcodec.unpack(read_rows()[0]["record"]).framing == framing


def test_the_same_command_continues(run: Run, folder: Path) -> None:
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 0
    Image.new("RGB", (64, 48), (180, 40, 200)).save("in/d.png", compress_level=7)
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 0
    assert "resumed: 3 of 4 done before\n" in err
    assert "4 encoded, 3 of them before, 0 failed: " in err
    assert "in 2 parts" in err
    assert [path for path, _ in paths_of(read_rows())] == ["a.png", "b.png", "d.png", "sub/c.png"]
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert (code, len(list(Path("out").iterdir()))) == (0, 2)


def test_failed_photograph_is_tried_again_if_wanted(run: Run, folder: Path) -> None:
    Path("in/b.png").write_bytes(b"damaged")
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 3
    assert "semcodec: b.png: " in err
    assert "2 encoded, 1 failed" in err
    [failed] = [row for row in read_rows() if row["error"]]
    assert (failed["record"], failed["size"], failed["cost"]) == (None, 7, 0.0)
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 3
    assert "resumed: 2 of 3 done before, 1 failed (--retry-failed tries them again)\n" in err
    assert len(read_rows()) == 3
    assert run("bulk", "in", "-o", "out", *HERE, "--retry-failed")[0] == 3
    assert len(read_rows()) == 4
    Path("in/b.png").write_bytes(Path("in/a.png").read_bytes())  # another size: mended
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 0
    assert paths_of([row for row in read_rows() if not row["error"]]) == ALL


def test_every_photograph_failed(run: Run, folder: Path) -> None:
    for name in ("a.png", "b.png", "sub/c.png"):
        Path("in", name).write_bytes(b"damaged")
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 1
    assert len(read_rows()) == 3


def test_changed_photograph(run: Run, folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE)
    Path("in/a.png").write_bytes(b"other")
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 2
    assert "1 photograph changed since the last run, such as a.png" in err
    assert len(read_rows()) == 3


def test_other_options(run: Run, folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE)
    code, _, err = run("bulk", "in", "-o", "out", *HERE, "--k", "3")
    assert code == 2
    assert "out was made with other options" in err
    same = ("--jobs", "1", "--part-rows", "7", "--retry-failed")
    assert run("bulk", "in", "-o", "out", *HERE, *same)[0] == 0


def test_damaged_part_stops_the_run(run: Run, folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE)
    [part] = Path("out").iterdir()
    part.write_bytes(part.read_bytes()[:-20])
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 2
    assert f"out/{part.name} is damaged: restore it, or remove it" in err
    part.unlink()
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 0


def test_another_run(run: Run, folder: Path) -> None:
    with LocalStore(Path("out")).locked():
        code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 2
    assert "Another run is writing into out" in err


@pytest.mark.skipif(os.name == "nt", reason="such names cannot exist")
def test_hostile_names_and_files(run: Run, folder: Path) -> None:
    data = Path("in/a.png").read_bytes()
    for name in (b"in/new\nline.png", b"in/latin-\xe9.png", "in/é \x1b[31m.png".encode()):
        Path(os.fsdecode(name)).write_bytes(data)
    Path("in/folder.jpg").mkdir()
    Path("in/folder.jpg/inside.png").write_bytes(data)
    Path("in/missing.png").symlink_to("nowhere.png")
    Path("in/link.png").symlink_to(folder / "in" / "a.png")
    Path("in/up").symlink_to(folder)  # a link to a folder is not followed
    Path("in/.hidden.png").write_bytes(data)
    os.mkfifo("in/pipe.png")
    with open("in/large.png", "wb") as file:
        file.truncate(3 * 10**9)
    code, _, err = run("bulk", "in", "-o", "in/out", *HERE)
    assert code == 3
    assert "\x1b" not in err
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


@pytest.mark.skipif(os.name == "nt", reason="such names cannot exist")
def test_two_names_that_look_the_same_in_a_row(run: Run, folder: Path) -> None:
    data = Path("in/a.png").read_bytes()
    for name in (b"in/\xe9.png", b"in/\\xe9.png"):
        Path(os.fsdecode(name)).write_bytes(data)
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 3
    assert "another file has the same name" in err
    assert len([row for row in read_rows() if not row["error"]]) == 4


def test_source_without_photographs(run: Run, folder: Path) -> None:
    Path("empty").mkdir()
    for source, message in (
        ("empty", "There are no photographs in empty"),
        ("missing", "The source missing does not exist"),
        ("in/a.png", "The source in/a.png is a file"),
    ):
        code, _, err = run("bulk", source, "-o", "out", *HERE)
        assert (code, message in err) == (2, True)


def test_output_that_is_a_file(run: Run, folder: Path) -> None:
    code, _, err = run("bulk", "in", "-o", "in/a.png", *HERE)
    assert code == 2
    assert "in/a.png is a file" in err


def test_full_disk_stops_the_run_which_continues_later(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = [0]

    def write(store: LocalStore, name: str, data: bytes) -> None:
        count[0] += 1
        if count[0] > 1:
            raise OSError(28, "No space left on device")
        original(store, name, data)

    original = LocalStore.write
    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "write", write)
        code, _, err = run("bulk", "in", "-o", "out", *HERE, "--part-rows", "1")
    assert code == 2
    assert err.count("no space left") == 1
    assert "2 encoded, 0 failed, 1 not done, 1 row not written" in err
    assert len(read_rows()) == 1
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 0
    assert paths_of(read_rows()) == ALL


def test_last_part_cannot_be_written(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalStore, "write", fail)
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 2
    assert "semcodec: Cannot write a part into out: no space left on device." in err


def stop_after(number: int, error: BaseException) -> Callable[..., Any]:
    """Return a replacement for ``encode`` that raises after so many calls."""
    left = iter(range(number))
    encode = semcodec.encode

    def encode_some(*args: Any, **options: Any) -> Any:
        if next(left, None) is None:
            raise error
        return encode(*args, **options)

    return encode_some


def test_ctrl_c_writes_the_rows_that_are_there(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(semcodec, "encode", stop_after(2, KeyboardInterrupt()))
        code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 130
    assert "2 encoded, 0 failed, 1 not done" in err
    assert paths_of(read_rows()) == ALL[:2]
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 0
    assert paths_of(read_rows()) == ALL


def test_ctrl_c_with_a_full_disk(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalStore, "write", fail)
    monkeypatch.setattr(semcodec, "encode", stop_after(2, KeyboardInterrupt()))
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 130
    assert "2 encoded, 0 failed, 1 not done, 2 rows not written" in err


def test_message_of_a_row_names_options(run: Run, folder: Path) -> None:
    assert run("bulk", "in", "-o", "out", *HERE, "--max-bytes", "2")[0] == 1
    assert all("--max-bytes" in row["error"] for row in read_rows())


def test_failure_of_all_photographs_has_no_row(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = BackendError("The server cannot be reached.", unavailable=True)
    monkeypatch.setattr(semcodec, "encode", stop_after(1, error))
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 2
    assert err.count("The server cannot be reached.") == 1
    assert paths_of(read_rows()) == ALL[:1]


def test_memory_of_one_photograph(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semcodec, "encode", stop_after(2, MemoryError()))
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 3
    assert read_rows()[2]["error"].startswith("Out of memory: ")


@pytest.mark.parametrize(("option", "message"), [
    (("s3:/bucket", "-o", "out"), "s3:/bucket lacks a slash: write s3:// for a URL, or ./"),
    (("in", "-o", "gs:bucket"), "gs:bucket lacks a slash"),
    (("in", "-o", "file:///out"), "file:///out is a URL of this machine: name the folder"),
])  # fmt: skip
def test_names_that_are_neither_paths_nor_urls(
    run: Run, folder: Path, option: tuple[str, ...], message: str
) -> None:
    code, _, err = run("bulk", *option, *HERE)
    assert code == 2
    assert message in err


def test_file_with_the_name_of_another_one_does_not_stop_the_next_run(
    run: Run, folder: Path
) -> None:
    Path("in/\\xff.png").write_bytes(Path("in/a.png").read_bytes())
    os.link(Path("in/b.png"), os.fsencode(folder) + b"/in/\xff.png")
    for _ in range(2):
        code, _, err = run("bulk", "in", "-o", "out", *HERE)
        assert code in (0, 3)
        assert "changed since" not in err


def test_workers(run: Run, folder: Path) -> None:
    Path("in/b.png").write_bytes(b"damaged")
    code, _, _ = run("bulk", "in", "-o", "out", *HERE, "--jobs", "2")
    assert code == 3
    assert paths_of(read_rows()) == [("a.png", False), ("b.png", True), ("sub/c.png", False)]
    assert run("bulk", "in", "-o", "alone", *HERE)[0] == 3
    for both, alone in zip(read_rows(), read_rows("alone"), strict=True):
        assert both | {"seconds": 0} == alone | {"seconds": 0}


# --- servers -------------------------------------------------------------------------------------


@pytest.fixture
def prices(folder: Path, requests: list[ModelRequest]) -> list[ModelRequest]:
    configure(folder, PRICES)
    return requests


def test_cost(run: Run, prices: list[ModelRequest]) -> None:
    code, _, err = run("bulk", "in", "-o", "out", *SERVED)
    assert code == 0
    assert len(prices) == 6
    assert [row["cost"] for row in read_rows()] == [pytest.approx(COST)] * 3
    assert f"at most ${3 * COST:.4f}" in err
    assert call_journal.FILE_NAME not in os.listdir("out")


COST = 2 * (1000 * 5 + 100 * 30) / 1e6  # of a photograph: two calls


def test_limit_on_cost_ends_the_run(run: Run, prices: list[ModelRequest]) -> None:
    code, _, err = run("bulk", "in", "-o", "none", *SERVED, "--max-cost", "0")
    assert (code, read_rows("none"), prices) == (3, [], [])
    match = re.search(r"may cost up to \$([0-9.]+)", err)
    assert match
    bound = 1.001 * float(match[1])  # of the first of two calls, which is the higher one
    enough = f"{bound + 1.6 * COST:.4f}"  # for the second photograph, and not for the third
    code, _, err = run("bulk", "in", "-o", "out", *SERVED, "--max-cost", enough)
    assert code == 3
    assert err.count("of the limit remains") == 1
    assert "2 encoded, 0 failed, 1 not done" in err
    assert paths_of(read_rows()) == ALL[:2]
    assert run("bulk", "in", "-o", "out", *SERVED)[0] == 0
    assert paths_of(read_rows()) == ALL
    assert len(prices) <= 7  # only what was interrupted was sent twice


def test_calls_under_way_have_the_name_of_their_photograph(
    run: Run, prices: list[ModelRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    send = FakeClient.send

    def look(client: FakeClient, request: ModelRequest) -> Any:
        calls = call_journal.read(Path("out") / call_journal.FILE_NAME)
        seen.append([f"{call.stage} {call.source}" for call in calls])
        return send(client, request)

    monkeypatch.setattr(FakeClient, "send", look)
    run("bulk", "in", "-o", "out", *SERVED)
    assert seen[0] == ["describe a.png"]
    assert seen[3] == ["describe b.png", "select b.png"]


def test_server_that_fails_again_and_again(
    run: Run, prices: list[ModelRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(client: FakeClient, request: ModelRequest) -> Any:
        raise BackendError("The server is overloaded.", retryable=True)

    monkeypatch.setattr(FakeClient, "send", fail)
    code, _, _ = run("bulk", "in", "-o", "out", *SERVED)
    assert code == 2
    assert paths_of(read_rows()) == [("a.png", True), ("b.png", True)]


def test_dry_run(run: Run, prices: list[ModelRequest]) -> None:
    code, out, _ = run("bulk", "in", "-o", "out", *SERVED, "--dry-run")
    assert (code, prices) == (0, [])
    assert out.startswith("to do   3 photographs, ")
    assert "sample  3 photographs, evenly spaced\n" in out
    assert "describe  gpt-5.5         3 " in out
    assert "For all 3, as the sample: $" in out
    assert not Path("out").exists()


def test_dry_run_without_a_server(run: Run, folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE)
    code, out, err = run("bulk", "in", "-o", "out", *HERE, "--dry-run")
    assert code == 0
    assert out == "to do   0 photographs\ncost    none: no server is used\n"
    assert "resumed: 3 of 3" in err


def test_dry_run_of_many_takes_a_sample(
    run: Run, prices: list[ModelRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semcodec.cli.bulk_dry_run.MAX_SAMPLE", 2)
    out = run("bulk", "in", "-o", "out", *SERVED, "--dry-run")[1]
    assert "sample  2 photographs" in out
    assert "For all 3, as the sample: $" in out


# --- pictures ------------------------------------------------------------------------------------


def test_pictures_of_the_records(run: Run, folder: Path) -> None:
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


def test_other_file_in_place_of_a_picture(run: Run, folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE, "--size", "96x64")
    Path("pictures/sub").mkdir(parents=True)
    Path("pictures/a.png.png").write_bytes(Path("in/a.png").read_bytes())
    Path("pictures/b.png.png").write_bytes(semcodec.embed_png(
        Path("in/a.png").read_bytes(), semcodec.pack("boat")
    ))  # fmt: skip
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *HERE)
    assert code == 3
    assert err.count("is not a picture of this record") == 2
    assert Path("pictures/a.png.png").read_bytes() == Path("in/a.png").read_bytes()


def write_parts(*rows: Row) -> None:
    writer = PartWriter(LocalStore(Path("out")), {parts.SETTINGS_KEY: "any"})
    for row in rows:
        writer.add(row)
    writer.flush()


def hostile(path: str, record: bytes | None = None) -> Row:
    record = semcodec.pack("boat", size=(64, 48)) if record is None else record
    return replace(ROW, path=path, record=record, bytes=len(record))


def test_paths_never_leave_the_folder(run: Run, folder: Path) -> None:
    names = ["../a.jpg", "/tmp/b.jpg", f"{folder}/c.jpg", "d/../../e.jpg", "", "ok/f.jpg"]
    write_parts(*map(hostile, names))
    before = {*folder.rglob("*")}
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *HERE)
    assert code == 3
    assert err.count("so it is not written") == 5
    created = {*folder.rglob("*")} - before
    pictures = folder / "pictures"
    assert created == {pictures, pictures / "ok", pictures / "ok" / "f.jpg.png"}


def test_rows_that_cannot_be_painted(run: Run, folder: Path) -> None:
    write_parts(hostile("a", b"no record"), hostile("b.png/c"), hostile("b"), hostile("b"))
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *HERE)
    assert code == 3
    assert "Note: skipped 1 row with the path and the record of another one\n" in err
    assert "semcodec: a: " in err
    assert "semcodec: b: Its picture would have the name of a folder of another one" in err
    assert "1 painted, 2 failed: " in err


def test_links_to_parts_are_reported(run: Run, folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE)
    [part] = os.listdir("out")
    Path("out/link.parquet").symlink_to(part)
    Path("out/more").mkdir()
    note = (
        "Note: skipped 1 folder and 1 symbolic link in out (only regular files are parts), such as "
        "link.parquet\n"
    )
    assert note in run("bulk", "in", "-o", "out", *HERE)[2]
    _, _, err = run("bulk", "--decode", "out", "-o", "pictures", *HERE, "--dry-run")
    assert err.count(note) == 1


def test_error_elsewhere_is_not_one_of_the_folder(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    write_parts(hostile("a"))
    monkeypatch.setattr(LocalEngine, "run", fail)
    for command in (("in", "-o", "new"), ("--decode", "out", "-o", "pictures")):
        with pytest.raises(OSError, match="temporarily"):
            run("bulk", *command, *HERE)
    monkeypatch.setattr(LocalStore, "list_files", fail)
    for command in (("in", "-o", "new"), ("--decode", "out", "-o", "pictures")):
        code, _, err = run("bulk", *command, *HERE)
        name = "new" if "new" in command else "out"
        assert (code, f"Cannot use {name}: resource temporarily" in err) == (2, True)


def test_only_failures(run: Run, folder: Path) -> None:
    write_parts(hostile("a", b"no record"))
    assert run("bulk", "--decode", "out", "-o", "pictures", *HERE)[0] == 1


def test_full_disk_while_pictures_are_written(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise WriteError("Cannot write it: no space left on device.")

    write_parts(hostile("a"), hostile("b"))
    monkeypatch.setattr(writing, "write_bytes", fail)
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *HERE)
    assert code == 2
    assert err.count("no space left") == 1


def test_nothing_to_paint(run: Run, folder: Path) -> None:
    code, _, err = run("bulk", "--decode", "in", "-o", "pictures", *HERE)
    assert code == 2
    assert "There are no records in in" in err


def test_pictures_of_a_server(run: Run, prices: list[ModelRequest]) -> None:
    write_parts(hostile("a"))
    painting = ("--painter", "openai", "--size", "64x64", *HERE)
    out = run("bulk", "--decode", "out", "-o", "pictures", *painting, "--dry-run")[1]
    assert out.startswith("to do   1 record\n")
    assert "paint" in out
    assert not Path("pictures").exists()
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *painting)
    assert code == 0
    assert "1 painted, 0 failed" in err
    assert "at most $" in err


# --- options -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--seed", "7"], "--seed is for --decode: add --decode, or omit it"),
        (["--plain"], "--plain is for --decode"),
        (["--decode", "--k", "3"], "--k is not for --decode"),
        (["--decode", "--layers", "layout"], "--layers is not for --decode"),
        (["--decode", "--retry-failed"], "--retry-failed is not for --decode"),
        (["--decode", "--size", "9999x9"], "4096 pixels a side"),
        (["--model", "m"], "--model needs a server"),
        (["--profile", "tiny", "--layers", "colors"], "tiny"),
    ],
)
def test_options_that_do_not_match(
    run: Run, folder: Path, options: list[str], message: str
) -> None:
    write_parts(hostile("a"))
    code, _, err = run("bulk", "out" if "--decode" in options else "in", "-o", "x", *HERE, *options)
    assert code == 2
    assert message in err
    assert not [*Path("x").glob("*")]


def test_options_of_one_direction_exist() -> None:
    args = make_parser("bulk").parse_args(["bulk", "in", "-o", "out"])
    for name in (*bulk.ENCODING, *bulk.DECODING):
        assert getattr(args, name) == bulk._default(args.command_parser, name)


def test_urls(run: Run, folder: Path) -> None:
    code, _, err = run("bulk", "s3://bucket/in", "-o", "out", *HERE)
    assert code == 2
    assert "--engine local reads folders of this machine" in err
    write_parts(hostile("a"))
    code, _, err = run("bulk", "--decode", "out", "-o", "s3://bucket/pictures", *HERE)
    assert code == 2
    assert "Pictures are written to this machine" in err


def test_without_packages(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec

    def find(missing: str) -> Callable[[str], Any]:
        return lambda name, *rest: None if name == missing else find_spec(name, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(importlib.util, "find_spec", find("pyarrow"))
        code, _, err = run("bulk", "in", "-o", "out")
        assert (code, "pip install 'semcodec[bulk]'" in err) == (2, True)
    monkeypatch.setitem(sys.modules, "daft", None)
    code, _, err = run("bulk", "in", "-o", "out", "--engine", "daft")
    assert (code, "pip install 'semcodec[bulk]', or use --engine local" in err) == (2, True)
    monkeypatch.setattr(importlib.util, "find_spec", find("daft"))
    assert run("bulk", "in", "-o", "out")[0] == 0
    assert not Path("x").exists()


# --- engines -------------------------------------------------------------------------------------


def test_limits_are_divided_over_actors(folder: Path) -> None:
    assert divided_limits.divide_dollars(Decimal("1"), 3) == Decimal("0.333333")
    assert 3 * divided_limits.divide_dollars(Decimal("1"), 3) <= 1
    limiter = divided_limits.DividedLimiter(4)
    limiter.reserve(Share("m"), {"requests": 8, "tokens": None, "images": 2})
    assert {kind: bucket.limit for kind, bucket in limiter._buckets.items()} == {
        "requests": 2,
        "images": 1,
    }


def test_first_line_of_a_run_on_a_cluster() -> None:
    args = Namespace(engine="ray", jobs=4, max_cost=Decimal(1), backend="openai")
    line = bulk_engine.describe_division(args, 100)
    assert (
        line == "4 actors: each keeps 1/4 of the rate limits of the settings, and may spend $0.2500"
    )
    args.engine = "daft"
    assert bulk_engine.describe_division(args, 100) == ""


def test_threads_work_on_photographs_of_their_own() -> None:
    journal = call_journal.ThreadJournal(None)
    seen: list[str] = []
    with journal.working_on("a"):
        thread = threading.Thread(target=lambda: seen.append(journal.source))
        thread.start()
        thread.join()
        seen.append(journal.source)
    assert seen == ["", "a"]
    assert journal.source == ""
