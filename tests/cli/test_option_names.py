"""Messages of the library are printed with the options of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from semcodec.cli.option_names import use_option_names
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("message", "printed"),
    [
        (
            "max_bytes 3 is too low: use max_bytes 7.",
            "--max-bytes 3 is too low: use --max-bytes 7.",
        ),
        ("Give max_bytes as an integer.", "Give --max-bytes as an integer."),
        ("ubpp 2 is too low", "--ubpp 2 is too low"),
        ("use coding='lexicon', or", "use --coding lexicon, or"),
        ("use 7, or framing bare, which needs 4", "use 7, or --framing bare, which needs 4"),
        ("(framing file 2, header 1)", "(framing file 2, header 1)"),
        ("Cannot read max_bytes.jpg", "Cannot read max_bytes.jpg"),
        ("Cannot read photos/max_bytes/1.jpg", "Cannot read photos/max_bytes/1.jpg"),
        ("Word 'max_bytes' cannot be coded", "Word 'max_bytes' cannot be coded"),
        ("a rate of 5 ubpp was reached", "a rate of 5 ubpp was reached"),
        ("my_max_bytes 4", "my_max_bytes 4"),
        (
            "The record is longer than max_bytes: raise the limit.",
            "The record is longer than max_bytes: raise the limit.",
        ),
    ],
)
def test_arguments_are_printed_as_options(message: str, printed: str) -> None:
    assert use_option_names(message) == printed


def test_no_option_is_named_for_the_limit_of_a_reader(run: Run, tmp_path: Path) -> None:
    (tmp_path / "long.semc").write_bytes(b"\xb5\x1a\x00" + b"\x11" * 70_000)
    code, _, err = run("decode", tmp_path / "long.semc", "-o", tmp_path / "long.png")
    assert code == 1
    assert "SC-LIM-1" in err
    assert "--max-bytes" not in err


def test_remedies_of_a_message_work(run: Run, photo: Path) -> None:
    """Each remedy is copied from the message to the command line."""
    argv = ("encode", photo, "--force", "-o", photo.with_suffix(".semc"))
    code, _, err = run(*argv, "--max-bytes", "3")
    assert code == 1
    needed = err.partition("use --max-bytes ")[2].partition(",")[0]
    assert run(*argv, "--max-bytes", needed)[0] == 0
    framing = err.partition("or --framing ")[2].partition(", which needs ")
    bare = photo.with_suffix(".bin")
    argv = ("encode", photo, "-o", bare, "--framing", framing[0], "--max-bytes")
    assert run(*argv, framing[2].split(",")[0].rstrip("."))[0] == 0


def test_error_of_pack_names_the_option(run: Run) -> None:
    code, _, err = run("pack", "--coding", "nibble", "hello")
    assert (code, "use --coding lexicon for whole words" in err) == (1, True)
