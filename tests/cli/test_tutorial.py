"""Every chapter of the tutorial works as it is written, and prints what it shows."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import semcodec
from semcodec import imaging
from semcodec.cli import demo_result
from tests.cli.conftest import Run
from tests.reader import Reader, blocks

ROOT = Path(__file__).parents[2]
CHAPTERS = ROOT / "docs" / "tutorial"
PHOTOGRAPHS = ROOT / "embedded" / "semcodec_embedded" / "photos"
NAMES = sorted(path.stem for path in CHAPTERS.glob("*.md") if path.stem != "index")
#: Commands that take long and are tested elsewhere, or that need a network.
NOT_RUN = re.compile(r"^(git clone .*|python3 -m venv .*|\. \S+/activate|semcodec demo)\n", re.M)
FIRST_RECORD = "b51a2a17680cc43dcca3d432fc9871"


@pytest.fixture(scope="module")
def photographs() -> dict[str, bytes]:
    """Return the photographs that the demo writes, by their names; the demo itself takes long."""
    found = {}
    for name in ("cat", "coffee"):
        encoded = semcodec.encode(PHOTOGRAPHS / f"{name}.jpg", description="a cup")
        image = imaging.to_file(encoded.image, "JPEG", quality=demo_result.SHOWN_QUALITY)
        found[f"{name}{demo_result.ENDINGS[0]}"] = image
    return found


@pytest.fixture
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photographs: dict[str, bytes]
) -> Iterator[Path]:
    """Return the working directory as it is after the demo and the first chapter."""
    (tmp_path / "semcodec-demo").mkdir()
    for name, data in photographs.items():
        (tmp_path / "semcodec-demo" / name).write_bytes(data)
    (tmp_path / "photo.jpg").write_bytes(photographs["coffee-original.jpg"])
    (tmp_path / "photo.semc").write_bytes(bytes.fromhex(FIRST_RECORD))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    modules = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def read(chapter: str) -> str:
    return NOT_RUN.sub("", (CHAPTERS / f"{chapter}.md").read_text("utf-8"))


def without_times(text: str) -> str:
    """Replace the seconds and the rate of a run by zeros."""
    return re.sub(r"; [\d.,]+ (s|min), [\d.,]+ per second", "; 0 s, 0 per second", text)


@pytest.mark.skipif(sys.platform == "win32", reason="the chapters have commands of a POSIX shell")
@pytest.mark.parametrize("name", NAMES)
def test_chapter_prints_what_it_shows(name: str, run: Run, folder: Path) -> None:
    reader = Reader(run, folder)
    if name == "first-record":
        (folder / "photo.semc").unlink()
    if name == "a-million-photographs":
        for block in blocks(read("own-backend")):
            if block.file_name:
                reader.follow(block)
        reader.install()
    for block in blocks(read(name)):
        printed = reader.follow(block)
        if block.output is not None:
            message = f"{name}: the output of\n{block.text}"
            assert without_times(printed) == without_times(block.output), message


def test_first_chapter_makes_the_record_of_the_others(run: Run, folder: Path) -> None:
    run("encode", "photo.jpg", "--force")
    assert (folder / "photo.semc").read_bytes().hex() == FIRST_RECORD


def test_extras_that_chapters_install_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pages = "".join(path.read_text("utf-8") for path in CHAPTERS.glob("*.md"))
    named = set(re.findall(r"pip install .*semcodec\[(\w+)\]", pages))
    assert named
    assert named <= set(extras["optional-dependencies"])
