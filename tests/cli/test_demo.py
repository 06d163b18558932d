"""The offline tour, whole: its numbers, its folder, its page."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image, ImageChops, ImageStat

import semcodec
from docs import make_demo
from semcodec.cli import demo_page, main

Run = Callable[..., tuple[int, str, str]]
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
KINDS = ("-original.jpg", ".semc", "-picture.png", "-encode.json", "-decode.json")


#: A cell of the table that counts JPEG files, whose sizes differ a little between encoders.
RATIOS = re.compile(r"(\d+)x / (\d+)x")
BLOCK = 20  #: pixels, over which pictures are averaged before they are compared
#: Levels of 255 by which a block may differ: another resvg, font or JPEG encoder stays below a
#: third of it, and a line of other words or a picture of something else is beyond it.
TOLERANCE = 12


class Output(NamedTuple):
    """What a run of the demo left: its folder, and what it printed."""

    folder: Path
    code: int
    printed: str
    progress: str


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Output:
    folder = tmp_path_factory.mktemp("demo") / "a" / "tour"
    with (
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
    ):
        code = main(["demo", "--out", str(folder)])
    return Output(folder, code, out.getvalue(), err.getvalue())


def test_demo(output: Output) -> None:
    out, code, printed, progress = output
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
    assert "Cannot create the directory" in err


def test_the_page_of_no_tours_is_still_a_page() -> None:
    assert demo_page.page([]).startswith("<!doctype html>")


def test_the_readme_shows_the_table_of_the_demo(output: Output) -> None:
    [shown] = re.findall(r"```\n(photo .*?)\n```", README, re.S)
    assert_same_table(shown, make_demo.table(output.printed))


def test_the_picture_of_the_readme_is_of_this_demo(output: Output) -> None:
    with Image.open(make_demo.OUT) as shown:
        assert_same_table(shown.info["comment"].decode(), make_demo.table(output.printed))
        made = make_demo.compose(output.folder, output.printed)
        assert shown.size == made.size
        apart = difference(shown.convert("RGB"), made)
    assert apart < TOLERANCE, "run python docs/make_demo.py"


def test_the_comparison_notices_other_words_and_another_picture(
    output: Output, tmp_path: Path
) -> None:
    made = make_demo.compose(output.folder, output.printed)
    for name, suffix, data in (
        ("cat", ".semc", semcodec.pack("huge brown dog", coding="lexicon", framing="file")),
        ("cat", "-picture.png", (output.folder / "coffee-picture.png").read_bytes()),
    ):
        folder = tmp_path / suffix
        folder.mkdir()
        for path in output.folder.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        (folder / f"{name}{suffix}").write_bytes(data)
        assert difference(made, make_demo.compose(folder, output.printed)) > TOLERANCE, suffix


def assert_same_table(one: str, other: str) -> None:
    """Compare two tables; how often a file fits into a JPEG may differ by 2 percent."""
    assert RATIOS.sub("", one).split() == RATIOS.sub("", other).split()
    counts = [
        [int(count) for pair in RATIOS.findall(table) for count in pair] for table in (one, other)
    ]
    assert counts[0] == pytest.approx(counts[1], rel=0.02)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return how many levels the most different blocks of two pictures lie apart."""
    apart = ImageChops.difference(one.reduce(BLOCK), other.reduce(BLOCK))
    return max(high for _, high in ImageStat.Stat(apart).extrema)
