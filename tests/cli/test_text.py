"""``semcodec skeleton`` and ``semcodec decompress``."""

from __future__ import annotations

from tests.cli.conftest import Run, run_process


def test_decompress_reverses_skeleton(run: Run) -> None:
    assert run("skeleton", "Indian traditional arch window") == (0, "ndn trdtnl rch vndv\n", "")
    restored = run("decompress", "ndn", "trdtnl", "rch", "vndv")
    assert restored == (0, "indian traditional arch window\n", "")


def test_invalid_utf8_on_stdin_is_refused() -> None:
    process = run_process("skeleton", "-", stdin=b"\xff\xfe")
    assert process.returncode == 1
    assert b"not UTF-8" in process.stderr


def test_message_about_an_argument_with_a_newline_is_one_line(run: Run) -> None:
    exit_code, _, stderr = run("decompress", "a\nb")
    assert (exit_code, stderr.count("\n")) == (1, 1)


def test_skeletons_of_several_lines_are_one_list(run: Run) -> None:
    restored = run("decompress", " ndn  trdtnl\nrch vndv\n")
    assert restored == (0, "indian traditional arch window\n", "")
