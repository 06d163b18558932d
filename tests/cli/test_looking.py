"""``inspect``, ``validate``, ``convert`` and ``vectors``: what a user types, and what comes out."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from PIL import Image

import semcodec
from tests.cli.conftest import Run
from tests.png_files import SIGNATURE, build_chunk

SCHEMAS = Path(__file__).parents[2] / "spec" / "schema"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.semc"
    path.write_bytes(semcodec.pack("rd br snst", framing="file", extensions={"seed": 7}))
    return path


@pytest.fixture
def picture(tmp_path: Path, good: Path) -> Path:
    out = io.BytesIO()
    Image.new("RGB", (3, 2), "teal").save(out, "PNG")
    path = tmp_path / "picture.png"
    path.write_bytes(semcodec.embed_png(out.getvalue(), good.read_bytes()))
    return path


def schema(name: str) -> Any:
    loaded = json.loads((SCHEMAS / f"{name}-2.json").read_bytes())
    jsonschema_rs.meta.validate(loaded)
    return loaded


def as_json(run: Run, name: str, *argv: str | Path) -> Any:
    shown = json.loads(run(name, "--json", *argv)[1])
    jsonschema_rs.Draft202012Validator(schema(name), validate_formats=True).validate(shown)
    return shown


def test_inspect_shows_bits_words_rates_and_what_is_missing(run: Run, good: Path) -> None:
    code, out, _ = run("inspect", good)
    assert code == 0
    for part in (
        f"{good}: valid (file, 13 bytes, 1024x1024, nibble, 3 words)",
        "0x02+1       2  header.coding",
        "14, seed",
        "all        104",
        "restored  red bear sunset",
        "payload         40       38.15",
        "the words behind the skeletons",
    ):
        assert part in out


def test_inspect_goes_as_far_as_it_can(run: Run, tmp_path: Path, good: Path) -> None:
    cut = tmp_path / "cut.semc"
    cut.write_bytes(good.read_bytes()[:5])
    code, out, _ = run("inspect", cut)
    assert code == 1
    assert "malformed" in out
    assert "SC-EXT-1  byte 3, bit 0" in out
    assert "header.check" in out
    shown = as_json(run, "inspect", cut)
    assert sum(field["bits"] for field in shown["fields"]) == 40


def test_inspect_as_json(run: Run, good: Path, picture: Path) -> None:
    shown = as_json(run, "inspect", good)
    assert sum(field["bits"] for field in shown["fields"]) == 8 * shown["bytes"]
    assert shown["words"] == ["rd", "br", "snst"]
    assert shown["rate"]["file"]["bits"] == 104
    assert shown["metadata"] == {"seed": 7}
    assert [one["framing"] for one in as_json(run, "inspect", good, picture)] == ["file", "png"]


def test_a_sequence(run: Run, tmp_path: Path, good: Path) -> None:
    sequence = tmp_path / "all.semcs"
    assert run("convert", good, good, "--framing", "sequence", "-o", sequence)[0] == 0
    code, out, _ = run("inspect", sequence, "--framing", "sequence")
    assert code == 0
    assert "1.payload" in out
    assert len(as_json(run, "inspect", sequence, "--framing", "sequence")["records"]) == 2
    assert run("validate", sequence, "--framing", "sequence")[0] == 0
    assert len(json.loads(run("unpack", sequence, "--framing", "sequence", "--json")[1])) == 2
    code, _, err = run("convert", good, good, "-o", tmp_path / "x")
    assert (code, "add --framing sequence" in err) == (2, True)


def test_validate_on_many_files(run: Run, tmp_path: Path, good: Path, picture: Path) -> None:
    five = tmp_path / "five.semc"
    five.write_bytes(bytes.fromhex("b51a0700000000000004140014001002"))
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (600, 500), "gold").save(photo)
    code, out, _ = run("validate", good, picture, five, photo)
    assert code == 1
    assert f"{good}: valid (file, profile file)\n{picture}: valid (png)\n" in out
    assert f"{five}: invalid, 5 findings" in out
    assert "SC-EXT-4  byte 12, bit 0   Extension types must ascend" in out
    assert "found type 20 after 20; expected ascending types" in out
    assert f"{photo}: unsupported, 1 finding" in out
    shown = as_json(run, "validate", five, good)
    assert [one["verdict"] for one in shown["files"]] == ["invalid", "valid"]
    assert shown["files"][0]["findings"][0]["rule"] == "SC-FRM-3"
    code, out, err = run("validate", good, tmp_path / "missing")
    assert (code, "no such file" in err) == (2, True)


def test_profiles_and_rules(run: Run, good: Path) -> None:
    assert run("validate", good, "--profile", "file")[0] == 0
    code, out, _ = run("validate", good, "--profile", "archive")
    assert code == 1
    assert "valid (file, profile file), 3 findings" in out
    code, out, _ = run("validate", "--explain", "sc-leb-2")
    assert code == 0
    assert "An integer is in its shortest form." in out
    assert "01 81 00 11" in out
    assert "(read as sequence)" in run("validate", "--explain", "SC-SEQ-1")[1]
    assert "the record stays valid" in run("validate", "--explain", "SC-PRO-1", good)[1]
    assert run("validate", "--explain", "SC-NO-1")[0] == 2
    assert run("validate")[0] == 2


def test_a_text_form_may_end_in_a_line_end(run: Run, tmp_path: Path, good: Path) -> None:
    for framing in ("url", "qr"):
        text = tmp_path / f"{framing}.txt"
        assert run("convert", good, "--framing", framing, "-o", text)[0] == 0
        assert text.read_bytes().endswith(b"\n")
        assert run("validate", text)[0] == 0
        assert run("unpack", text)[1] == "rd br snst\n"
        back = tmp_path / "back.semc"
        run("convert", text, "-o", back)
        assert back.read_bytes() == good.read_bytes()


def test_a_picture_that_ends_at_the_limit_of_chunks_is_malformed(run: Run, tmp_path: Path) -> None:
    cut = tmp_path / "cut.png"
    cut.write_bytes(SIGNATURE + bytes(12) * semcodec.Limits().max_chunks)
    record = tmp_path / "record"
    for argv in (
        ("unpack", cut),
        ("inspect", cut),
        ("validate", cut),
        ("convert", cut, "-o", record),
    ):
        code, out, err = run(*argv)
        assert (code, "SC-PNG-2" in out + err, "SC-LIM-4" in out + err) == (1, True, False), argv
    assert not record.exists()


def test_convert_replaces_no_source(run: Run, good: Path, picture: Path) -> None:
    before = good.read_bytes(), picture.read_bytes()
    for argv in (
        ("convert", picture, "-o", picture),
        ("convert", good, "--into", picture, "-o", good),
        ("convert", good, picture, "--framing", "sequence", "-o", picture),
        ("convert", good, "--into", picture, "--check", "crc8", "-o", "-"),
    ):
        assert run(*argv)[0] == 2
    assert (good.read_bytes(), picture.read_bytes()) == before
    assert run("convert", good, "--into", picture, "-o", picture)[0] == 0


def test_convert_writes_no_picture_of_too_many_chunks(
    run: Run, good: Path, picture: Path, tmp_path: Path
) -> None:
    data, output = picture.read_bytes(), tmp_path / "out.png"
    empty = build_chunk(b"prIv")
    plain = semcodec.Limits().max_chunks - 2  # besides IHDR and IEND
    picture.write_bytes(data[:33] + empty * plain + data[-12:])
    code, out, err = run("convert", good, "--into", picture, "-o", output)
    assert (code, out) == (1, "")
    assert "65537 chunks, and the limit is 65536: save" in err
    assert not output.exists()


def test_unpack_as_json_says_the_value_of_a_record(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.semc"
    path.write_bytes(semcodec.pack("n", models=99, extensions={"seed": 7}))
    said = json.loads(run("unpack", path, "--json")[1])
    assert said == semcodec.unpack(path.read_bytes()).as_dict()
    assert (said["models"]["set"], said["extensions"]) == (99, [[14, "07"]])


def test_inspect_shows_what_it_can_of_several(run: Run, good: Path, tmp_path: Path) -> None:
    code, out, err = run("inspect", good, tmp_path / "missing")
    assert (code, "no such file" in err) == (2, True)
    assert f"{good}: valid" in out


def test_a_sequence_may_look_like_a_text_form(run: Run, tmp_path: Path) -> None:
    record = b"emc:a" + b"x" * 97 + b"n" * 13  # with an extension that is not assigned, type 58
    one, all_ = tmp_path / "one.semc", tmp_path / "all.semcs"
    one.write_bytes(record)
    assert run("convert", one, "--framing", "sequence", "-o", all_)[0] == 0
    assert all_.read_bytes() == bytes([len(record)]) + record
    assert all_.read_bytes().startswith(b"semc:")
    all_.write_bytes(all_.read_bytes()[:-1] + b"\n")
    assert run("validate", all_, "--framing", "sequence")[0] == 0


def test_into_a_picture_and_out_again(run: Run, tmp_path: Path, picture: Path) -> None:
    other = tmp_path / "other.semc"
    run("pack", "snst", "--extension", "comment=for you", "--extension", "k=3", "-o", other)
    assert run("convert", other, "--into", picture, "-o", tmp_path / "new.png")[0] == 0
    assert run("unpack", tmp_path / "new.png")[1] == "snst\n"
    run("convert", tmp_path / "new.png", "--framing", "bare", "-o", tmp_path / "out.semc")
    assert (tmp_path / "out.semc").read_bytes() == other.read_bytes()
    for wrong in ("seed=x", "poet=1", "seed"):
        assert run("pack", "n", "--extension", wrong)[0] == 2


def test_a_painted_picture_carries_its_record(run: Run, tmp_path: Path, good: Path) -> None:
    for options, carries in ((), True), (("--plain",), False):
        out = tmp_path / "painted.png"
        assert run("decode", good, "-o", out, "--size", "64x64", *options)[0] == 0
        assert (run("validate", out)[0] == 0) is carries


def test_the_records_seed_is_used(tmp_path: Path) -> None:
    def painted(seed: int | None, said: int | None) -> bytes:
        data = semcodec.pack("snst", extensions={} if said is None else {"seed": said})
        return semcodec.decode(data, seed=seed, size=(64, 64)).image.tobytes()

    assert painted(None, 7) == painted(7, None) != painted(None, None)
    assert painted(0, 7) == painted(None, None)


def test_stdin(good: Path) -> None:
    for command in ("inspect", "validate"):
        done = subprocess.run(
            [sys.executable, "-m", "semcodec", command, "-"],
            input=good.read_bytes(), capture_output=True, check=True,
        )  # fmt: skip
        assert done.stdout.startswith(b"-: valid (file")
