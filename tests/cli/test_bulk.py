"""``semcodec bulk`` with the engine local: rows, and runs that continue."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

import semcodec
from semcodec.bulk.stores import LocalStore
from semcodec.imaging.fitting import described_size
from tests.cli.bulk_files import ALL, HERE, paths_of, read_rows
from tests.cli.conftest import Run

pytest.importorskip("pyarrow.parquet")


def test_a_row_for_each_photograph(run: Run, bulk_folder: Path) -> None:
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
def test_framing(run: Run, bulk_folder: Path, options: tuple[str, ...], framing: str) -> None:
    assert run("bulk", "in", "-o", "out", *HERE, *options)[0] == 0
    assert semcodec.unpack(read_rows()[0]["record"]).framing == framing


def test_the_same_command_continues(run: Run, bulk_folder: Path) -> None:
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


def test_changed_photograph(run: Run, bulk_folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE)
    Path("in/a.png").write_bytes(b"other")
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 2
    assert "1 photograph changed since the last run, such as a.png" in err
    assert len(read_rows()) == 3


def test_other_options(run: Run, bulk_folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE)
    code, _, err = run("bulk", "in", "-o", "out", *HERE, "--k", "3")
    assert code == 2
    assert "out was made with other options" in err
    same = ("--jobs", "1", "--part-rows", "7", "--retry-failed")
    assert run("bulk", "in", "-o", "out", *HERE, *same)[0] == 0


def test_damaged_part_stops_the_run(run: Run, bulk_folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE)
    [part] = Path("out").iterdir()
    part.write_bytes(part.read_bytes()[:-20])
    code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 2
    assert f"out/{part.name} is damaged: restore it, or remove it" in err
    part.unlink()
    assert run("bulk", "in", "-o", "out", *HERE)[0] == 0


def test_another_run(run: Run, bulk_folder: Path) -> None:
    with LocalStore(Path("out")).locked():
        code, _, err = run("bulk", "in", "-o", "out", *HERE)
    assert code == 2
    assert "Another run is writing into out" in err


def test_links_to_parts_are_reported(run: Run, bulk_folder: Path) -> None:
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


def test_workers(run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(described_size, "__defaults__", (1024,))  # as in other processes
    Path("in/b.png").write_bytes(b"damaged")
    code, _, _ = run("bulk", "in", "-o", "out", *HERE, "--jobs", "2")
    assert code == 3
    assert paths_of(read_rows()) == [("a.png", False), ("b.png", True), ("sub/c.png", False)]
    assert run("bulk", "in", "-o", "alone", *HERE)[0] == 3
    for both, alone in zip(read_rows(), read_rows("alone"), strict=True):
        assert both | {"seconds": 0} == alone | {"seconds": 0}
