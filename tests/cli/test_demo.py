"""The offline tour, whole: its numbers, its folder, its page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import semcodec
from semcodec.cli import demo_page

Run = Callable[..., tuple[int, str, str]]
KINDS = ("-original.jpg", ".semc", "-picture.png", "-encode.json", "-decode.json")


def test_demo(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a" / "tour"
    code, printed, progress = run("demo", "--out", out)
    assert code == 0
    assert "astronaut" in progress
    page = (out / "index.html").read_text("utf-8")
    for name in ("astronaut", "cat", "coffee"):
        files = [out / f"{name}{kind}" for kind in KINDS]
        assert all(file.stat().st_size for file in files)
        data = files[1].read_bytes()
        assert len(data) < 30
        assert f"{len(data)} bytes" in page
        assert semcodec.unpack(data).text in page
        assert len(json.loads(files[4].read_text())["stages"]) == 2
        row = next(line for line in printed.splitlines() if line.startswith(name))
        assert f" {len(data)} " in row
        record = semcodec.unpack(data)
        rates = [record.payload_bits / 1.048576, 8 * len(data) / 1.048576]
        assert row.split()[1:6] == [
            *map(str, (len(record.words), record.payload_bits // 8, len(data))),
            *(f"{rate:.1f}" for rate in rates),
        ]
        assert int(row.split("x")[0].split()[-1]) > 500


def test_demo_needs_a_folder_it_can_make(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = run("demo", "--out", tmp_path / "file")
    assert code == 2
    assert "Cannot make the folder" in err


def test_the_page_of_no_tours_is_still_a_page() -> None:
    assert demo_page.page([]).startswith("<!doctype html>")
