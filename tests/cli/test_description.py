"""``encode --description``: the texts of other tools, in a file, on stdin or in a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import semcodec
from semcodec.backends import registry
from semcodec.backends.recording import ModelRequest
from semcodec.cli import description_files
from tests import images
from tests.cli.conftest import Run, as_json, run_process

TEXT = "A brown dog sleeps on a wooden bench."


@pytest.fixture(autouse=True)
def _directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jpg").write_bytes(images.PHOTO)


def write(name: str, text: str = TEXT) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, "utf-8")


def words(name: str) -> list[str]:
    return semcodec.unpack(Path(name).read_bytes()).words


@pytest.fixture
def folder() -> None:
    """Write a folder with two photographs, of which one is in a folder, and their texts."""
    for name in ("photos/a.jpg", "photos/x/b.jpg"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(images.PHOTO)
    write("photos/a.txt")
    write("photos/x/b.txt", "Two white cats look at a lamp.")


def test_record_has_the_words_of_the_text(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.txt")
    monkeypatch.delitem(registry.BUILT_IN, "openai")  # nothing but the rules is needed
    code, out, err = run("encode", "a.jpg", "--description", "a.txt", "--k", "3")
    assert (code, out) == (0, "")
    assert words("a.semc") == semcodec.select(TEXT, 3, coding="lexicon")
    assert err.startswith("a.semc: ")


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8-sig"),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace(" ", "\r\n").encode(),
        f"# Photograph\n\n**{TEXT}**\n".encode(),
    ],
    ids=["bom", "utf-16-le", "utf-16-be", "utf-32", "le", "be", "crlf", "markdown"],
)
def test_text_files_of_all_systems_are_read(run: Run, data: bytes) -> None:
    Path("a.txt").write_bytes(data)
    assert run("encode", "a.jpg", "--description", "a.txt")[0] == 0
    assert {"brown", "dog", "bench"} <= set(words("a.semc"))


def test_text_is_read_from_stdin() -> None:
    done = run_process("encode", "a.jpg", "--description", "-", stdin=TEXT.encode())
    assert done.returncode == 0
    assert "dog" in words("a.semc")


def test_photograph_is_read_from_stdin_beside_a_text() -> None:
    write("a.txt")
    done = run_process("encode", "-", "--description", "a.txt", stdin=images.PHOTO)
    assert done.returncode == 0
    assert "dog" in semcodec.unpack(done.stdout).words


@pytest.mark.usefixtures("folder")
def test_folder_of_photographs_has_their_texts(run: Run) -> None:
    code, _, err = run("encode", "photos", "-o", "out", "--description", "photos")
    assert code == 0
    assert "dog" in words("out/a.semc")
    assert "cats" in words("out/x/b.semc")
    assert "skipped" not in err  # the texts are used


@pytest.mark.usefixtures("folder")
def test_texts_may_be_in_a_folder_of_their_own(run: Run) -> None:
    write("texts/a.txt", "A green hill.")
    write("texts/x/b.jpg.txt", "A blue hill.")
    write("texts/x/b.txt", "A wrong text.")
    assert run("encode", "photos", "-o", "out", "--description", "texts")[0] == 0
    assert "green" in words("out/a.semc")
    assert "blue" in words("out/x/b.semc")


@pytest.mark.usefixtures("folder")
def test_folder_of_texts_serves_a_single_photograph(run: Run) -> None:
    assert run("encode", "photos/a.jpg", "--description", "photos")[0] == 0
    assert "dog" in words("photos/a.semc")


@pytest.mark.usefixtures("folder")
def test_missing_or_empty_text_fails_only_its_photograph(run: Run) -> None:
    Path("photos/x/b.txt").unlink()
    Path("photos/c.jpg").write_bytes(images.PHOTO)
    write("photos/c.txt", "")
    code, _, err = run("encode", "photos", "-o", "out", "--description", "photos")
    assert code == 3
    missing, empty = Path("photos/x/b.jpg"), Path("photos/c.jpg")
    assert f"semcodec: {missing}: There is no description {missing.with_suffix('.txt')}: " in err
    assert f"semcodec: {empty}: {empty.with_suffix('.txt')}: The description is empty: " in err
    assert "1 encoded, 2 failed" in err
    assert "dog" in words("out/a.semc")


def test_two_photographs_do_not_share_a_text(run: Run) -> None:
    Path("a.png").write_bytes(images.PHOTO)
    write("a.txt")
    code, _, err = run("encode", "a.jpg", "a.png", "-o", "out", "--description", ".")
    assert code == 2
    assert "a.txt would describe both a.jpg and a.png" in err
    write("a.jpg.txt")
    write("a.png.txt")
    assert run("encode", "a.jpg", "a.png", "-o", "out", "--description", ".")[0] == 0


@pytest.mark.parametrize("framing", ["url", "qr"])
def test_text_is_not_replaced_by_an_output(run: Run, framing: str) -> None:
    write("a.txt")
    arguments = ("a.jpg", "--description", "a.txt", "--framing", framing, "-o", "a.txt")
    code, _, err = run("encode", *arguments, "--force")
    assert code == 2
    assert "same file" in err
    assert Path("a.txt").read_text() == TEXT


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.jpg", "--description", "none.txt"), "There is no description none.txt: "),
        (("a.jpg", "--description", TEXT), "takes the name of a file with the text, or -"),
        (("-", "--description", "-"), "both stdin"),
        (("photos", "-o", "o", "--description", "photos/a.txt"), "name a folder with a text"),
        (("photos", "-o", "o", "--description", "-"), "name a folder with a text"),
        (("a.jpg", "--description", "photos/a.txt", "--describer", "embedded"), "omit one"),
        (("a.jpg", "--description", ""), "is empty"),
    ],
)
def test_mistakes_are_usage_errors(run: Run, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = run("encode", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1
    assert not Path("a.semc").exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (images.PHOTO, "is a JPEG image, not a description"),
        (b"<!doctype html><html><body>A dog</body></html>", "is an HTML page, not a description"),
        (b'{"caption": "a dog"}\n', "JSON"),
        ("ein Hund für mich".encode("latin-1"), "not in UTF-8 or UTF-16: convert it"),
        (b"\xff\xfea", "not in UTF-8 or UTF-16"),
        (bytes(301), "not in UTF-8 or UTF-16"),
        (b"", "The description is empty"),
        (b"\xef\xbb\xbf \r\n", "The description is empty"),
        (b"dog " * (description_files.MAX_BYTES // 4 + 1), "keep only the description"),
    ],
)
def test_unusable_texts_are_data_errors(run: Run, data: bytes, message: str) -> None:
    Path("t.txt").write_bytes(data)
    code, out, err = run("encode", "a.jpg", "--description", "t.txt")
    assert (code, out) == (1, "")
    assert err.startswith("semcodec: t.txt")
    assert message in err
    assert not Path("a.semc").exists()


def test_text_in_another_language_needs_a_choice(run: Run) -> None:
    write("t.txt", "Ein brauner Hund schläft auf einer Bank im Garten.")
    code, _, err = run("encode", "a.jpg", "--description", "t.txt")
    assert code == 1
    assert "The description is German, not English" in err
    assert run("encode", "a.jpg", "--description", "t.txt", "--language", "any")[0] == 0
    assert "Hund" in words("a.semc")


def test_json_has_the_description(run: Run) -> None:
    write("t.txt")
    assert as_json(run, "encode", "a.jpg", "--description", "t.txt")["description"] == TEXT
    Path("a.semc").unlink()
    described = as_json(run, "encode", "a.jpg", "--trace", "t.json")
    [stage, _] = json.loads(Path("t.json").read_text())["stages"]
    assert described["description"] == stage["output"] != TEXT


def test_server_describes_nothing(run: Run, requests: list[ModelRequest]) -> None:
    write("t.txt")
    arguments = ("a.jpg", "--description", "t.txt", "--backend", "openai")
    assert run("encode", *arguments)[0] == 0
    assert {request.stage for request in requests} == {"select"}
    code, out, _ = run("encode", *arguments, "--dry-run")
    assert code == 0
    assert "select" in out
    assert "describe" not in out
