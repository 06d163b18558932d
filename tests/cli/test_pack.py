"""``semcodec pack``: pipes, word order, and messages."""

from __future__ import annotations

import json
from pathlib import Path

import semcodec
from tests.cli.conftest import Run, run_process


def test_pack_and_unpack_work_through_pipes() -> None:
    packed = run_process("pack", "-", stdin=b"rd bt bl vtr\n")
    assert packed.stdout == semcodec.pack("rd bt bl vtr", framing="file")
    assert run_process("unpack", "-", stdin=packed.stdout).stdout == b"rd bt bl vtr\n"


def test_keep_option_is_passed_to_pack(run: Run) -> None:
    words = "red bear wooden chair window blue sky sunset green trees street people".split()
    for keep in ("order", "words"):
        record = semcodec.pack(words, coding="auto", keep=keep, framing="url").decode()
        options = ("--coding", "auto", "--keep", keep, "--framing", "url")
        assert run("pack", *words, *options)[:2] == (0, f"{record}\n")


def test_words_are_packed_without_naming_a_coding() -> None:
    assert run_process("pack", "red", "bear", "sunset").stdout == semcodec.pack(
        "red bear sunset", coding="lexicon", framing="file"
    )
    packed = run_process("pack", "rd", "bt", "--framing", "bare").stdout
    assert packed == semcodec.pack("rd bt", coding="nibble")


def test_message_about_a_word_without_symbols_names_the_other_coding(run: Run) -> None:
    code, out, err = run("pack", "windöw", "--coding", "nibble")
    assert (code, out) == (1, "")
    assert "no symbol for 'w' 'i' 'ö'; use --coding lexicon" in err
    assert "skeleton" in err


def test_missing_command_is_a_usage_error(run: Run) -> None:
    assert run()[0] == 2


def test_layers_are_hex_digits(run: Run, tmp_path: Path) -> None:
    layers = {"layout": "042093f8", "colors": "00ff", "sketch": "6001"}
    options = [
        item for name, value in layers.items() for item in ("--extension", f"{name}={value}")
    ]
    output = tmp_path / "a.semc"
    assert run("pack", "red bear", *options, "-o", output)[0] == 0
    assert semcodec.unpack(output.read_bytes()).metadata == {
        name: bytes.fromhex(value) for name, value in layers.items()
    }
    values = json.loads(run("inspect", output, "--json")[1])
    assert values["metadata"] == layers
    code, out, _ = run("inspect", output)
    assert code == 0
    assert "extensions.0.layout.0.word" in out
    assert "layout  bear at 0.25,0.12 to 0.62,1.00\n" in out
    for value, message in (("layout=xy", "expected hex digits"), ("layout=00", "SC-EXT-13")):
        code, _, error = run("pack", "n", "--extension", value)
        assert code == 2
        assert message in error
