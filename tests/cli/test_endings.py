"""The endings of outputs: a file must not have the name of another kind of file."""

from __future__ import annotations

from pathlib import Path

import pytest

from semcodec import imaging
from semcodec.cli import endings, options
from tests.cli.conftest import Run, file_names

#: Command lines without the output, the name that is given, and the name that is proposed.
MISLEADING = [
    ("encode photo.jpg -o", "x.jpg", "x.semc"),
    ("encode photo.jpg -o", "X.PNG", "X.semc"),
    ("encode photo.jpg -o", "x.semc.webp", "x.semc.semc"),
    ("encode photo.jpg -o", "x.txt", "x.semc"),
    ("encode photo.jpg -o", "x.pdf", "x.semc"),
    ("encode photo.jpg -o", "x.mp4", "x.semc"),
    ("encode photo.jpg -o", "x.zip", "x.semc"),
    ("encode photo.jpg -o", "x.json", "x.semc"),
    ("encode photo.jpg --framing bare -o", "x.heic", "x.semc"),
    ("encode photo.jpg --framing url -o", "x.png", "x.txt"),
    ("encode photo.jpg --framing qr -o", "x.svg", "x.txt"),
    ("encode photo.jpg -o new.semc --trace", "x.png", "x.json"),
    ("encode photo.jpg -o new.semc --trace", "x.semc", "x.json"),
    ("decode good.semc -o", "x.semc", "x.png"),
    ("decode good.semc -o", "x.txt", "x.png"),
    ("decode good.semc -o", "x.json", "x.png"),
    ("decode good.semc -o", "x.mp4", "x.png"),
    ("decode good.semc -o new.png --trace", "x.jpg", "x.json"),
    ("pack rd -o", "x.png", "x.semc"),
    ("pack rd --framing qr -o", "x.png", "x.txt"),
    ("convert good.semc -o", "x.png", "x.semc"),
    ("convert good.semc --framing qr -o", "x.png", "x.txt"),
    ("convert good.semc --framing qr -o", "x.svg", "x.txt"),
    ("convert good.semc --framing sequence -o", "x.csv", "x.semc"),
    ("convert good.semc --into picture.png -o", "x.semc", "x.png"),
    ("convert good.semc --into picture.png -o", "x.jpg", "x.png"),
    ("convert good.semc --into picture.png -o", "x.txt", "x.png"),
]
ALLOWED = [
    ("encode photo.jpg -o", "x"),
    ("encode photo.jpg -o", "x.bin"),
    ("encode photo.jpg -o", "photo.jpg.semc"),
    ("encode photo.jpg --framing bare -o", "x.SEMC"),
    ("encode photo.jpg --framing url -o", "x.txt"),
    ("encode photo.jpg --framing url -o", "x.md"),
    ("encode photo.jpg -o new.semc --trace", "x.txt"),
    ("decode good.semc --size 8x8 -o", "x.JPEG"),
    ("pack rd -o", "x.dat"),
    ("pack rd --framing qr -o", "x"),
    ("convert good.semc --into picture.png -o", "x.PNG"),
    ("convert good.semc --into picture.png -o", "x"),
]


@pytest.fixture(autouse=True)
def _directory(photo: Path, good: Path, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(photo.parent)
    assert file_names(Path()) == ["good.semc", "photo.jpg", "picture.png"]


@pytest.mark.parametrize(("command", "name", "proposed"), MISLEADING)
def test_misleading_ending_is_a_usage_error(
    run: Run, command: str, name: str, proposed: str
) -> None:
    code, out, err = run(*command.split(), name, "--force")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert name in err
    assert f"name it {proposed}" in err
    assert file_names(Path()) == ["good.semc", "photo.jpg", "picture.png"]


@pytest.mark.parametrize(("command", "name"), ALLOWED)
def test_other_endings_are_not_checked(run: Run, command: str, name: str) -> None:
    assert run(*command.split(), name)[0] == 0
    assert Path(name).is_file()


@pytest.mark.parametrize("option", ["--record", "--cache"])
@pytest.mark.parametrize("name", ["x.png", "x.semc", "x.json", "x.txt"])
def test_recording_has_no_misleading_name(run: Run, option: str, name: str) -> None:
    code, _, err = run("encode", "photo.jpg", "--backend", "openai", option, name)
    assert code == 2
    assert f"{option} writes a database: name it x.sqlite" in err
    assert not Path(name).exists()


def test_message_says_which_command_was_meant(run: Run) -> None:
    err = run("encode", "photo.jpg", "-o", "x.jpg")[2]
    assert "semcodec decode -o x.jpg" in err
    err = run("decode", "good.semc", "-o", "x.semc")[2]
    assert "decode writes a picture" in err
    err = run("convert", "good.semc", "--framing", "qr", "-o", "code.png")[2]
    assert "name it code.txt, or use --qr code.png." in err
    err = run("encode", "photo.jpg", "--framing", "qr", "-o", "code.svg")[2]
    assert "or make a picture with semcodec convert --qr code.svg." in err


def test_every_readable_picture_format_has_its_endings() -> None:
    assert set(options.PICTURE_FORMATS) <= set(endings.ENDINGS[endings.PICTURE])
    from PIL import Image

    Image.init()
    readable = {
        ending for ending, name in Image.registered_extensions().items() if name in imaging.FORMATS
    }
    assert len(readable) > 10
    assert readable <= set(endings.ENDINGS[endings.PICTURE])


def test_no_ending_has_two_kinds() -> None:
    known = [ending for group in endings.ENDINGS.values() for ending in group]
    assert len(known) == len(set(known))
    assert all(ending.startswith(".") and ending == ending.lower() for ending in known)
