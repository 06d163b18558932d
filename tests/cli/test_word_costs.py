"""Tests of the notices of ``pack`` about words that take many bytes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import semcodec
from tests.cli.conftest import Run

GERMAN = "ein brauner hund liegt in einem kleinen boot auf dem wasser"


def notice(run: Run, text: str, *options: str) -> str:
    code, _, err = run("pack", text, "--framing", "url", *options)
    assert code == 0
    assert err.count("\n") <= 1
    return err.removeprefix("Note: ").rstrip()


def test_notice_counts_words_that_are_spelled(run: Run) -> None:
    size = semcodec.unpack(semcodec.pack(GERMAN)).payload_bits // 8
    text = notice(run, GERMAN)
    count, total, spelled, of = map(
        int, re.findall(r"(\d+) of these (\d+) words.* (\d+) of its (\d+) bytes", text)[0]
    )
    assert text.startswith("The text is German: ")
    assert text.endswith("; as many English words take about 14.")
    assert (total, of) == (11, size)
    known = [word for word in GERMAN.split() if word in ("in", "boot", "liegt", "auf", "dem")]
    assert total - len(known) <= count < total
    assert size // 2 < spelled < size


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Большая собака лежит в лодке",
            "The text is Russian and coded as utf8, 5 words in 52 bytes",
        ),
        ("犬が公園で遊んでいる", "The text is Japanese and coded as utf8, 5 words in 30 bytes"),
        ("Ein großer Hund im Boot", "The text is German and coded as utf8, 5 words in 24 bytes"),
        ("hund boot wasser", "The text is German: 2 of these 3 words"),
        ("mbwa mkubwa wa kahawia amelala", "The text is in another language: "),
        ("xqzzy blorf red grault garply", "4 of these 5 words are not in the tables"),
        (
            "red boat, blue water.",
            "lacks ',' '.', so the text is coded as utf8, in 21 bytes; without",
        ),
        ("a café by the sea", "The coding lexicon lacks 'é', so the text is coded as utf8"),
    ],
)
def test_notice_names_the_cause(run: Run, text: str, message: str) -> None:
    assert message in notice(run, text)


@pytest.mark.parametrize(
    "text",
    [
        "red boat blue water",
        "Siobhan Quaglia",
        "Neuschwanstein castle in fog",
        "a portrait of Siobhan Quaglia Xanthopoulou on a red chair",
        "T-shirt O'Brien 747",
        "404 1234 5678 9012",
        "rd bt bl vtr",
        "",
        "🐕",
    ],
)
def test_common_text_names_and_numbers_have_no_notice(run: Run, text: str) -> None:
    assert notice(run, text) == ""


def test_coding_that_the_user_chose_is_no_news(run: Run) -> None:
    assert notice(run, "red boat, blue water.", "--coding", "utf8") == ""


@pytest.mark.parametrize("framing", ["bare", "file", "sequence", "qr"])
def test_notice_in_every_framing(run: Run, tmp_path: Path, framing: str) -> None:
    code, _, err = run("pack", GERMAN, "--framing", framing, "-o", str(tmp_path / "record.bin"))
    assert code == 0
    assert err.startswith("Note: The text is German: ")


def test_words_of_a_bag_are_counted_too(run: Run) -> None:
    assert "The text is German: " in notice(run, GERMAN, "--keep", "words")


def test_pack_of_the_library_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    semcodec.pack(GERMAN)
    assert capsys.readouterr() == ("", "")


def test_skeletons_of_words_in_another_script_are_missed(run: Run) -> None:
    code, out, err = run("skeleton", "Большая red собака boat")
    assert (code, out) == (0, "rd bt\n")
    assert err == (
        "Note: Skeletons have only the letters a to z, so they lack 'Большая' 'собака'; give these "
        "in English.\n"
    )


def test_skeletons_of_other_words_have_no_notice(run: Run) -> None:
    assert run("skeleton", "red boat 🐕 café")[2] == ""
