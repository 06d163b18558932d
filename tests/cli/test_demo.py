"""``semcodec demo``: its table, its directory, its page, and the picture of the README."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import webbrowser
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import NamedTuple, NoReturn
from urllib.parse import unquote_to_bytes

import pytest
from PIL import Image, ImageChops, ImageStat

import semcodec
from docs import make_demo
from semcodec.cli import demo_page, main
from tests.cli.conftest import Run, run_process

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
ENDINGS = ("-original.jpg", ".semc", "-picture.png", "-encode.json", "-decode.json")


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
        files = [out / f"{name}{ending}" for ending in ENDINGS]
        assert all(file.stat().st_size for file in files)
        data = files[1].read_bytes()
        assert len(data) < 30
        assert f"{len(data)} bytes" in page
        record = semcodec.unpack(data)
        assert record.text in page
        assert semcodec.unpack(files[2].read_bytes()).text == record.text
        stages = json.loads(files[4].read_text())["stages"]
        assert [stage["name"] for stage in stages[:2]] == ["expand", "paint"]
        row = next(line for line in printed.splitlines() if line.startswith(name))
        pixels = record.size[0] * record.size[1] / 1_000_000
        rates = [record.payload_bits / pixels, 8 * len(data) / pixels]
        assert row.split()[2:7] == [
            *map(str, (len(record.words), record.payload_bits // 8, len(data))),
            *(f"{rate:.1f}" for rate in rates),
        ]


def test_photographs_are_compared_at_their_own_size(output: Output) -> None:
    for name in ("astronaut", "cat", "coffee"):
        photo = resources.files("semcodec_embedded") / "photos" / f"{name}.jpg"
        image = Image.open(io.BytesIO(photo.read_bytes()))
        row = next(line for line in output.printed.splitlines() if line.startswith(name))
        assert row.split()[1] == f"{image.width}x{image.height}"
        for quality, ratio in zip((1, 75), RATIOS.findall(row)[0], strict=True):
            file = io.BytesIO()
            image.convert("RGB").save(file, "JPEG", quality=quality)
            size = len((output.directory / f"{name}.semc").read_bytes())
            assert int(ratio) == len(file.getvalue()) // size
    assert "photograph at its own size in pixels" in " ".join(output.printed.split())
    assert "micro-bits per pixel of the painted picture" in " ".join(output.printed.split())


# --- photographs of the user ---------------------------------------------------------------------


def photo_bytes(size: tuple[int, int], image_format: str = "PNG", **options: object) -> bytes:
    """Return an image file with a red half and a blue half."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder of photographs, with two that share a name, and files that are not any."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    (folder / "tall.png").write_bytes(photo_bytes((60, 90)))
    (folder / "wide.webp").write_bytes(photo_bytes((300, 60), "WEBP"))
    (folder / "wide.jpg").write_bytes(photo_bytes((90, 60), "JPEG"))
    (folder / "more" / "tall.gif").write_bytes(photo_bytes((64, 48), "GIF"))
    (folder / "notes.txt").write_text("not a photograph")
    (folder / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut")
    return folder


def test_photographs_of_the_user_keep_their_names(run: Run, photos: Path, tmp_path: Path) -> None:
    named = [photos / name for name in ("tall.png", "wide.webp", "wide.jpg")]
    out = tmp_path / "page"
    code, printed, err = run("demo", *named, photos / "more" / "tall.gif", "--out", out)
    assert (code, "skipped" in err) == (0, False)
    names = {path.name.removesuffix(".semc") for path in out.glob("*.semc")}
    assert names == {"tall.png", "tall.gif", "wide.webp", "wide.jpg"}
    assert len(list(out.iterdir())) == 1 + 4 * len(ENDINGS)
    assert [line.split()[:2] for line in printed.splitlines()[2:6]] == [
        ["tall.png", "60x90"], ["wide.webp", "300x60"], ["wide.jpg", "90x60"],
        ["tall.gif", "64x48"],
    ]  # fmt: skip
    page = (out / "index.html").read_text("utf-8")
    assert page.count("<article>") == 3
    assert page.count('<article class="wide">') == 1
    for name in names:
        files = [out / f"{name}{ending}" for ending in ("-original.jpg", "-picture.png")]
        shapes = [size[0] / size[1] for size in map(size_of, files)]
        assert shapes[0] == pytest.approx(shapes[1], rel=0.03)


def size_of(path: Path) -> tuple[int, int]:
    """Return the size of an image file."""
    with Image.open(path) as image:
        return image.size


def test_photographs_that_cannot_be_read_are_skipped(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "page"
    code, printed, err = run("demo", photos, photos / "missing.png", "--out", out)
    assert code == 3
    assert "cut.jpg: skipped: " in err
    assert "missing.png: skipped: Cannot read" in err
    assert "2 photographs skipped" in err
    assert "skipped 1 file in" in err  # notes.txt
    assert (out / "more" / "tall.semc").is_file()
    page = (out / "index.html").read_text("utf-8")
    assert page.count("<article") == 4
    assert 'src="more/tall-original.jpg"' in page
    assert "cut" not in printed + page
    assert not list(out.glob("cut*"))


def test_demo_without_any_photograph_writes_nothing(run: Run, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "page"
    code, printed, err = run("demo", photos / "cut.jpg", photos / "notes.txt", "--out", out)
    assert (code, printed) == (1, "")
    assert "No photograph could be encoded" in err
    for name, expected in (("cut.jpg", 1), ("missing.jpg", 2)):  # as for encode
        code, printed, err = run("demo", photos / name, "--out", out)
        assert (code, printed, "skipped" in err) == (expected, "", False)
    assert not out.exists()
    (photos / "empty").mkdir()
    assert run("demo", photos / "empty", "--out", out)[0] == 2


def test_names_are_escaped_on_the_page(run: Run, tmp_path: Path) -> None:
    names = ['a & b "c" #1?%41', "<img src=x>", "日本 é", "line\nbreak", "x" * 250]
    names.append(os.fsdecode(b"bytes \xff"))
    for name in names:
        (tmp_path / f"{name}.png").write_bytes(photo_bytes((32, 32)))
    out = tmp_path / "page"
    code, printed, _ = run("demo", *sorted(tmp_path.glob("*.png")), "--out", out)
    assert code == 0
    assert all(line.isprintable() for line in printed.splitlines())
    page = (out / "index.html").read_text("utf-8")
    links = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(links) == len(ENDINGS) * len(names)
    assert all((out / os.fsdecode(unquote_to_bytes(link))).is_file() for link in links)
    parser = Tags()
    parser.feed(page)
    assert parser.tags.count("article") == len(names)
    assert parser.tags.count("img") == 2 * len(names)


class Tags(HTMLParser):
    """The start tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


def test_photograph_that_is_reduced_is_compared_at_the_smaller_size(
    run: Run, tmp_path: Path
) -> None:
    photo = tmp_path / "large.jpg"
    photo.write_bytes(photo_bytes((8200, 4200), "JPEG"))
    code, printed, err = run("demo", photo, "--out", tmp_path / "page")
    assert code == 0
    notice = "The photograph has 8200x4200 pixels, and is compared at 4100x2100"
    assert f"Note: {notice}" in err
    assert notice in (tmp_path / "page" / "index.html").read_text("utf-8")
    assert printed.splitlines()[2].split()[:2] == ["large", "4100x2100"]


def test_photograph_is_read_from_stdin(tmp_path: Path) -> None:
    done = run_process("demo", "-", "--out", str(tmp_path), stdin=photo_bytes((48, 32)))
    assert done.returncode == 0
    assert (tmp_path / "stdin.semc").is_file()


def test_only_files_of_an_earlier_demo_are_replaced(run: Run, photos: Path, tmp_path: Path) -> None:
    out, tall = tmp_path / "page", photos / "tall.png"
    assert run("demo", tall, "--out", out)[0] == 0
    (out / "tall.semc").write_bytes(b"old")
    assert run("demo", tall, "--out", out)[0] == 0
    assert (out / "tall.semc").read_bytes() != b"old"
    own = out / "wide.semc"
    own.write_bytes(b"a record of the user")
    code, _, err = run("demo", tall, photos / "wide.jpg", "--out", out)
    assert (code, own.read_bytes()) == (2, b"a record of the user")
    assert f"{own} already exists: name another output, or add --force" in err
    assert run("demo", photos / "wide.jpg", "--out", out, "--force")[0] == 0
    assert own.read_bytes() != b"a record of the user"


def test_page_of_another_program_is_kept(run: Run, photos: Path, tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text("<title>my page</title>")
    code, _, err = run("demo", photos / "tall.png", "--out", tmp_path)
    assert (code, page.read_text()) == (2, "<title>my page</title>")
    assert "already exists" in err


def test_photograph_is_never_replaced(run: Run, tmp_path: Path) -> None:
    for name in ("cat.png", "cat-original.jpg"):
        (tmp_path / name).write_bytes(photo_bytes((32, 32)))
    before = (tmp_path / "cat-original.jpg").read_bytes()
    names = [tmp_path / "cat.png", tmp_path / "cat-original.jpg"]
    code, _, err = run("demo", *names, "--out", tmp_path, "--force")
    assert code == 2
    assert "same file" in err
    assert (tmp_path / "cat-original.jpg").read_bytes() == before


def test_open_starts_the_browser_or_says_that_there_is_none(
    run: Run, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: bool(opened.append(url)) or True)
    out = tmp_path / "my page"
    code, _, err = run("demo", photos / "tall.png", "--out", out, "--open")
    assert (code, opened) == (0, [(out / "index.html").as_uri()])
    assert "browser" not in err
    for failure in (lambda url: False, lambda url: raise_(webbrowser.Error("no runnable browser"))):
        monkeypatch.setattr(webbrowser, "open", failure)
        code, _, err = run("demo", photos / "tall.png", "--out", out, "--open")
        assert code == 0
        assert f"There is no browser here: open {out / 'index.html'} in one." in err


def raise_(error: Exception) -> NoReturn:
    raise error


# --- the page and the README ---------------------------------------------------------------------


def test_directory_that_cannot_be_created_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = run("demo", "--out", tmp_path / "file")
    assert code == 2
    assert "Cannot write" in err


def test_page_is_right_on_any_screen(output: Output) -> None:
    page = (output.directory / "index.html").read_text("utf-8")
    assert demo_page.page([]).startswith("<!doctype html>")
    assert 'name="viewport"' in page
    assert "color-scheme: light dark" in page
    # On a phone, nothing is left, in the middle or right.
    assert not re.search(r"\b(left|middle|right)\b:", page, re.IGNORECASE)
    body = page.partition("</style>")[2]
    rates = re.findall(r"[^\n]*µbpp</abbr>[^\n]*", body)
    assert len(rates) == 6
    assert all('<span class="together">' in line for line in rates)  # does not wrap alone
    assert "Micro-bits per pixel of the painted picture" in body
    assert "The photograph at its own size" in body
    for name in ("astronaut", "cat", "coffee"):
        assert f'alt="Photograph {name}"' in body
        words = semcodec.unpack((output.directory / f"{name}.semc").read_bytes()).text
        assert f'alt="Picture painted from the words: {words}"' in body


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
