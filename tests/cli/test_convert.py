"""``semcodec convert``: framings, sequences and PNG files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import semcodec
from tests.cli.conftest import Run, as_json
from tests.png_files import SIGNATURE, build_chunk


def test_records_are_converted_to_a_sequence(run: Run, tmp_path: Path, good: Path) -> None:
    sequence = tmp_path / "all.semcs"
    assert run("convert", good, good, "--framing", "sequence", "-o", sequence)[0] == 0
    code, out, _ = run("inspect", sequence, "--framing", "sequence")
    assert code == 0
    assert "1.payload" in out
    assert len(as_json(run, "inspect", sequence, "--framing", "sequence")["records"]) == 2
    assert run("validate", sequence, "--framing", "sequence")[0] == 0
    assert len(json.loads(run("unpack", sequence, "--framing", "sequence", "--json")[1])) == 2
    code, _, err = run("convert", good, good, "-o", tmp_path / "x")
    assert (code, "--framing sequence" in err) == (2, True)


def test_text_form_may_end_in_a_newline(run: Run, tmp_path: Path, good: Path) -> None:
    for framing in ("url", "qr"):
        text = tmp_path / f"{framing}.txt"
        assert run("convert", good, "--framing", framing, "-o", text)[0] == 0
        assert text.read_bytes().endswith(b"\n")
        assert run("validate", text)[0] == 0
        assert run("unpack", text)[1] == "rd br snst\n"
        converted = tmp_path / "back.semc"
        run("convert", text, "-o", converted)
        assert converted.read_bytes() == good.read_bytes()


def test_png_truncated_at_the_limit_of_chunks_is_malformed(run: Run, tmp_path: Path) -> None:
    truncated = tmp_path / "cut.png"
    truncated.write_bytes(SIGNATURE + bytes(12) * semcodec.Limits().max_chunks)
    record = tmp_path / "record"
    for argv in (
        ("unpack", truncated),
        ("inspect", truncated),
        ("validate", truncated),
        ("convert", truncated, "-o", record),
    ):
        code, out, err = run(*argv)
        assert (code, "SC-PNG-2" in out + err, "SC-LIM-4" in out + err) == (1, True, False), argv
    assert not record.exists()


def test_input_is_not_replaced(run: Run, good: Path, picture: Path) -> None:
    before = good.read_bytes(), picture.read_bytes()
    for argv in (
        ("convert", picture, "-o", picture),
        ("convert", good, "--into", picture, "-o", good),
        ("convert", good, picture, "--framing", "sequence", "-o", picture),
        ("convert", good, "--into", picture, "--check", "crc8", "-o", "-"),
    ):
        assert run(*argv)[0] == 2
    assert (good.read_bytes(), picture.read_bytes()) == before
    assert run("convert", good, "--into", picture, "-o", picture)[0] == 2
    assert picture.read_bytes() == before[1]
    assert run("convert", good, "--into", picture, "-o", picture, "--force")[0] == 0


def test_png_of_too_many_chunks_is_not_written(
    run: Run, good: Path, picture: Path, tmp_path: Path
) -> None:
    data, output = picture.read_bytes(), tmp_path / "out.png"
    empty = build_chunk(b"prIv")
    count = semcodec.Limits().max_chunks - 2  # besides IHDR and IEND
    picture.write_bytes(data[:33] + empty * count + data[-12:])
    code, out, err = run("convert", good, "--into", picture, "-o", output)
    assert (code, out) == (1, "")
    assert "65537 chunks, and the limit is 65536: save" in err
    assert not output.exists()


def test_records_of_a_sequence_are_printed_one_by_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that a limit on all records of a sequence, which has no option, does not apply.
    sequence = tmp_path / "all.semcs"
    monkeypatch.setattr(semcodec, "unpack_sequence", None)
    sequence.write_bytes(semcodec.pack("rd br", framing="sequence") + b"\x02\x20")
    code, out, err = run("unpack", sequence, "--framing", "sequence")
    assert (code, out) == (1, "rd br\n")
    assert "SC-SEQ-2" in err


def test_sequence_that_begins_like_a_text_form_is_read_as_a_sequence(
    run: Run, tmp_path: Path
) -> None:
    record = b"emc:a" + b"x" * 97 + b"n" * 13  # with an extension of the unassigned type 58
    single, sequence = tmp_path / "one.semc", tmp_path / "all.semcs"
    single.write_bytes(record)
    options = ("--input-framing", "bare", "--framing", "sequence", "-o", sequence)
    assert run("convert", single, *options)[0] == 0
    assert sequence.read_bytes() == bytes([len(record)]) + record
    assert sequence.read_bytes().startswith(b"semc:")
    sequence.write_bytes(sequence.read_bytes()[:-1] + b"\n")
    assert run("validate", sequence, "--framing", "sequence")[0] == 0


def test_record_is_unchanged_in_a_png(run: Run, tmp_path: Path, picture: Path) -> None:
    other = tmp_path / "other.semc"
    extensions = ("--extension", "comment=for you", "--extension", "k=3")
    run("pack", "snst", *extensions, "--framing", "bare", "-o", other)
    assert run("convert", other, "--into", picture, "-o", tmp_path / "new.png")[0] == 0
    assert run("unpack", tmp_path / "new.png")[1] == "snst\n"
    run("convert", tmp_path / "new.png", "--framing", "bare", "-o", tmp_path / "out.semc")
    assert (tmp_path / "out.semc").read_bytes() == other.read_bytes()
    for extension in ("seed=x", "poet=1", "seed"):
        assert run("pack", "n", "--extension", extension)[0] == 2
