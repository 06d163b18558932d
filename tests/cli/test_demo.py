"""``semcodec demo``: its table, its directory, its page, and the picture of the README."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image, ImageChops, ImageStat

import semcodec
from docs import make_demo
from semcodec.cli import demo_page, main
from tests.cli.conftest import Run

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SUFFIXES = ("-original.jpg", ".semc", "-picture.png", "-encode.json", "-decode.json")


#: A cell with ratios to sizes of JPEG files, which differ a little between versions of Pillow.
RATIOS = re.compile(r"(\d+)x / (\d+)x")
BLOCK = 20  #: side in pixels of the blocks with averages that are compared
#: Levels of 255 by which a block may differ. Another version of resvg, font or JPEG encoder
#: differs by less than a third of it; other words or another picture differ by more.
TOLERANCE = 12


class Output(NamedTuple):
    """A run of the demo: its directory, its exit code, and what it printed."""

    directory: Path
    code: int
    printed: str
    progress: str


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Output:
    directory = tmp_path_factory.mktemp("demo") / "a" / "demo"
    with (
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
    ):
        code = main(["demo", "--out", str(directory)])
    return Output(directory, code, out.getvalue(), err.getvalue())


def test_demo_writes_files_and_prints_a_table(output: Output) -> None:
    out, code, printed, progress = output
    assert code == 0
    assert "astronaut" in progress
    page = (out / "index.html").read_text("utf-8")
    for name in ("astronaut", "cat", "coffee"):
        files = [out / f"{name}{suffix}" for suffix in SUFFIXES]
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


def test_directory_that_cannot_be_created_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = run("demo", "--out", tmp_path / "file")
    assert code == 2
    assert "is a file; name another directory" in err


def test_page_without_results_is_html() -> None:
    assert demo_page.page([]).startswith("<!doctype html>")


def test_table_of_the_readme_is_up_to_date(output: Output) -> None:
    [published] = re.findall(r"```\n(photo .*?)\n```", README, re.S)
    assert_same_table(published, make_demo.table(output.printed))


def test_picture_of_the_readme_is_up_to_date(output: Output) -> None:
    with Image.open(make_demo.OUT) as published:
        assert_same_table(published.info["comment"].decode(), make_demo.table(output.printed))
        composed = make_demo.compose(output.directory, output.printed)
        assert published.size == composed.size
        largest = difference(published.convert("RGB"), composed)
    assert largest < TOLERANCE, "run python docs/make_demo.py"


def test_comparison_fails_for_other_words_and_pictures(output: Output, tmp_path: Path) -> None:
    composed = make_demo.compose(output.directory, output.printed)
    for name, suffix, data in (
        ("cat", ".semc", semcodec.pack("huge brown dog", coding="lexicon", framing="file")),
        ("cat", "-picture.png", (output.directory / "coffee-picture.png").read_bytes()),
    ):
        directory = tmp_path / suffix
        directory.mkdir()
        for path in output.directory.iterdir():
            (directory / path.name).write_bytes(path.read_bytes())
        (directory / f"{name}{suffix}").write_bytes(data)
        assert difference(composed, make_demo.compose(directory, output.printed)) > TOLERANCE, (
            suffix
        )


def assert_same_table(table: str, other: str) -> None:
    """Compare two tables; ratios to the sizes of JPEG files may differ by 2 percent."""
    assert RATIOS.sub("", table).split() == RATIOS.sub("", other).split()
    counts = [
        [int(count) for pair in RATIOS.findall(text) for count in pair] for text in (table, other)
    ]
    assert counts[0] == pytest.approx(counts[1], rel=0.02)


def difference(image: Image.Image, other: Image.Image) -> float:
    """Return the largest difference between blocks of two images, in levels."""
    blocks = ImageChops.difference(image.reduce(BLOCK), other.reduce(BLOCK))
    return max(maximum for _, maximum in ImageStat.Stat(blocks).extrema)
