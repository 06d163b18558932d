"""``semcodec skeleton`` and ``semcodec decompress``."""

from __future__ import annotations

from tests.cli.conftest import Run, run_process


def test_decompress_restores_the_words_of_skeleton(run: Run) -> None:
    assert run("skeleton", "Indian traditional arch window") == (0, "ndn trdtnl rch vndv\n", "")
    assert run("decompress", "ndn", "trdtnl", "rch", "vndv") == (
        0,
        "indian traditional arch window\n",
        "",
    )


def test_stdin_that_is_not_utf8_is_refused() -> None:
    done = run_process("skeleton", "-", stdin=b"\xff\xfe")
    assert done.returncode == 1
    assert b"not UTF-8" in done.stderr


def test_error_is_one_line(run: Run) -> None:
    code, _, err = run("decompress", "a\nb")
    assert (code, err.count("\n")) == (1, 1)
