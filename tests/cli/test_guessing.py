"""The commands find text forms in arguments, files and stdin, and explain what is not a record."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

import semcodec
from tests.cli.conftest import Run, run_process

WORDS = "large red cup coffee table"
URL = semcodec.pack(WORDS, coding="lexicon", framing="url").decode()
QR = semcodec.pack(WORDS, coding="lexicon", framing="qr").decode()
FILE = semcodec.pack(WORDS, coding="lexicon", framing="file")
DECODE_OPTIONS = ("--size", "32x32")


@pytest.mark.parametrize(
    "argument",
    [
        *(URL, QR, QR.lower(), URL.replace("semc", "Semc"), f" {URL} ", f"`{URL}`", f"'{QR}'"),
        *(f"<{URL}>", f"look: {URL}!", f"https://x.example/?u={URL.replace(':', '%3A')}"),
        *(f"semc://{URL[5:]}", FILE.hex()),
    ],
)
def test_text_form_is_an_argument_of_each_command(run: Run, tmp_path: Path, argument: str) -> None:
    assert run("unpack", argument) == (0, f"{WORDS}\n", "")
    assert run("convert", argument, "--framing", "url") == (0, f"{URL}\n", "")
    code, out, _ = run("inspect", argument, "--json")
    assert (code, json.loads(out)["words"]) == (0, WORDS.split())
    picture = tmp_path / "x.png"
    assert run("decode", argument, "-o", picture, *DECODE_OPTIONS)[0] == 0
    assert semcodec.unpack(picture.read_bytes()).text == WORDS


@pytest.mark.parametrize(
    "data", [f"> {URL}\r\n".encode(), URL.encode("utf-16"), b"\xef\xbb\xbf" + QR.encode()]
)
def test_text_form_is_found_in_files_and_on_stdin(run: Run, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x.txt"
    file.write_bytes(data)
    assert run("unpack", file)[1] == f"{WORDS}\n"
    assert run("decode", file, "-o", tmp_path / "x.png", *DECODE_OPTIONS)[0] == 0
    assert run_process("unpack", "-", stdin=data).stdout == f"{WORDS}\n".encode()
    assert run("inspect", file)[0] == 0


def test_validate_judges_the_text_form_unless_another_framing_is_chosen(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "x.txt"
    file.write_text(f" {URL}")
    assert run("validate", f" {URL}")[0] == 0
    assert run("validate", file)[0] == 0
    assert run("validate", file, "--framing", "auto")[0] == 1
    file.write_text(f"{URL}\n")
    assert run("validate", file, "--framing", "auto")[0] == 0


@pytest.mark.parametrize("command", ["unpack", "decode", "convert", "inspect"])
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a cat", "text without a record"),
        (b"hello world\n", "b5 1a"),
        (b"%PDF-1.7\n%\xe2\xe3\n", "a PDF document"),
        (f"{URL[:-1]}\n".encode(), "SC-TXT-3"),
        (f"{URL} or {semcodec.pack('dog', framing='url').decode()}".encode(), "different records"),
        (FILE + b"\n", "SC-CHK-2"),
    ],
)
def test_other_data_is_named_with_exit_code_1(
    run: Run, tmp_path: Path, command: str, data: bytes, words: str
) -> None:
    file = tmp_path / "x.semc"
    file.write_bytes(data)
    options = ("-o", tmp_path / "x.png") if command == "decode" else ()
    code, out, err = run(command, file, *options)
    assert code == 1
    assert words.lower() in (out + err).lower()
    assert "update semcodec" not in err
    assert not (tmp_path / "x.png").exists()


def test_framing_bare_is_for_those_who_mean_it(run: Run, tmp_path: Path) -> None:
    file, picture = tmp_path / "x", tmp_path / "x.png"
    file.write_bytes(b"a cat")
    expected = semcodec.unpack(b"a cat").text
    assert run("unpack", file)[0] == 1
    assert "framing bare" in run("unpack", file)[2]
    for framing in ("bare", "auto"):
        assert run("unpack", file, "--framing", framing) == (0, f"{expected}\n", "")
        assert run("inspect", file, "--framing", framing)[0] == 0
    assert run("convert", file, "--input-framing", "bare", "--framing", "url")[0] == 0
    code = run("decode", file, "--framing", "bare", "-o", picture, *DECODE_OPTIONS)[0]
    assert (code, semcodec.unpack(picture.read_bytes()).text) == (0, expected)
    assert run("decode", file, "--framing", "file", "-o", picture, "--force")[0] == 1


def test_pack_writes_a_file_and_prints_text_forms_alone(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.semc"
    assert run("pack", *WORDS.split(), "-o", file)[0] == 0
    assert file.read_bytes() == FILE
    assert run_process("pack", *WORDS.split()).stdout == FILE
    assert run("pack", *WORDS.split(), "--framing", "url") == (0, f"{URL}\n", "")
    assert run("convert", file, "--framing", "qr") == (0, f"{QR}\n", "")


def test_file_is_named_by_its_path(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / URL).write_bytes(semcodec.pack("dog", framing="file"))
    (tmp_path / f"my {URL}").write_bytes(semcodec.pack("cat", framing="file"))
    assert run("unpack", URL)[1] == f"{WORDS}\n"
    assert run("unpack", f"./{URL}")[1] == "dog\n"
    assert run("unpack", f"my {URL}")[1] == "cat\n"
    assert "no such file" in run("unpack", "nosuch.semc")[2]


# --- semcodec.decode -----------------------------------------------------------------------------


def test_decode_takes_bytes_text_forms_paths_and_files(tmp_path: Path) -> None:
    file, text, code = tmp_path / "x.semc", tmp_path / "x.txt", tmp_path / "code.png"
    file.write_bytes(FILE)
    text.write_text(f"It is here: {QR}.", encoding="utf-16")
    code.write_bytes(semcodec.carriers.qr.write(FILE))
    with file.open("rb") as opened:
        for source in (FILE, bytearray(FILE), URL, f" `{QR.lower()}`", str(file), file, opened,
                       text, str(code), io.BytesIO(URL.encode("utf-16"))):  # fmt: skip
            decoded = semcodec.decode(source, size=(32, 32))
            assert decoded.record.text == WORDS


def test_path_is_never_a_text_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(semcodec.InputError, match="no file"):
        semcodec.decode(Path(URL))
    Path(URL).write_bytes(semcodec.pack("dog", framing="file"))
    assert semcodec.decode(Path(URL), size=(32, 32)).record.text == "dog"
    assert semcodec.decode(URL, size=(32, 32)).record.text == WORDS


def test_decode_explains_what_is_not_a_record(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("a cat")
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (64, 64), "teal").save(photo)
    for source, words in (
        (text, "text without a record"),
        (photo, "a JPEG image without a record"),
        ("nosuch.semc", "no file"),
        (tmp_path, "directory"),
        (3, "int"),
    ):
        with pytest.raises(semcodec.SemcodecError, match=words):
            semcodec.decode(source)  # type: ignore[arg-type]
    assert semcodec.unpack(b"a cat") == semcodec.decode(b"a cat", size=(32, 32)).record
