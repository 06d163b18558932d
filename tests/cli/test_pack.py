"""``semcodec pack``."""

from __future__ import annotations

import semcodec
from tests.cli.conftest import Run, run_process


def test_pack_and_unpack_through_pipes() -> None:
    packed = run_process("pack", "-", stdin=b"rd bt bl vtr\n")
    assert packed.stdout == semcodec.pack("rd bt bl vtr")
    assert run_process("unpack", "-", stdin=packed.stdout).stdout == b"rd bt bl vtr\n"


def test_keep_words_allows_another_order(run: Run) -> None:
    words = "red bear wooden chair window blue sky sunset green trees street people".split()
    for keep in ("order", "words"):
        record = semcodec.pack(words, coding="auto", keep=keep, framing="url").decode()
        options = ("--coding", "auto", "--keep", keep, "--framing", "url")
        assert run("pack", *words, *options)[:2] == (0, f"{record}\n")


def test_word_without_a_symbol_points_to_skeleton(run: Run) -> None:
    code, out, err = run("pack", "window")
    assert (code, out) == (1, "")
    assert "skeleton" in err


def test_missing_command_is_usage(run: Run) -> None:
    assert run()[0] == 2
