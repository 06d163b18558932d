"""Limits with a server: which requests are made before a limit that cannot be kept is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import semcodec
from tests.backends.openai.fake_server import FakeServer
from tests.backends.openai.run_fake_server import choose
from tests.cli.conftest import Run

NAMES = ("qwen", "qwen3-vl:8b", "hf.co/a/b-GGUF:Q4_K_M")


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(choose) as fake:
        yield fake


def encode(run: Run, server: FakeServer, photo: Path, *options: object) -> tuple[int, str, int]:
    """Return the exit code, the messages, and the number of requests that a server would bill."""
    command = ("encode", photo, "-o", photo.with_suffix(".semc"), "--force", "--backend", "openai")
    code, _, err = run(*command, "--base-url", server.url, *options)
    billed = sum(request.method == "POST" for request in server.received)
    server.received.clear()
    return code, err, billed


def test_record_has_the_same_size_whatever_a_server_names_its_model(
    run: Run, server: FakeServer, photo: Path
) -> None:
    sizes = set()
    for options in [(), *(("--model", name) for name in NAMES), ("--models", "unspecified")]:
        assert encode(run, server, photo, *options)[0] == 0
        sizes.add(photo.with_suffix(".semc").stat().st_size)
    assert len(sizes) == 1
    code, _, _ = encode(run, server, photo, "--model", "qwen3-vl:8b", "--models", "names")
    # The figure in docs/servers.md: the length of the block, a type, a length, and the name.
    assert photo.with_suffix(".semc").stat().st_size - sizes.pop() == 14
    assert code == 0


def test_twelve_bytes_are_enough_with_a_long_name(
    run: Run, server: FakeServer, photo: Path
) -> None:
    code, _, _ = encode(run, server, photo, "--model", "qwen3-vl:8b", "--max-bytes", "12")
    assert code == 0
    data = photo.with_suffix(".semc").read_bytes()
    assert len(data) <= 12
    assert "house" in semcodec.unpack(data).words


@pytest.mark.parametrize(
    ("options", "billed"),
    [
        (["--max-bytes", "5"], 0),
        (["--ubpp", "1"], 0),
        (["--max-bytes", "12", "--models", "names"], 0),
        (["--max-bytes", "60", "--profile", "archive"], 0),
        (["--max-bytes", "6"], 1),  # the house does not fit, which is known after the description
        (["--ubpp", "8"], 1),
    ],
)
def test_limit_that_cannot_be_kept_is_refused_before_the_next_request(
    run: Run, server: FakeServer, photo: Path, options: list[str], billed: int
) -> None:
    code, err, requests = encode(run, server, photo, "--model", "qwen3-vl:8b", *options)
    assert (code, requests) == (1, billed)
    assert " is too low, because " in err


def test_nothing_is_billed_if_the_description_is_given(
    run: Run, server: FakeServer, photo: Path
) -> None:
    text = photo.with_suffix(".txt")
    text.write_text("A house stands beside a tree.")
    options = ("--description", text, "--max-bytes", "6")
    code, err, billed = encode(run, server, photo, *options)
    assert (code, billed) == (1, 0)
    assert "the subject 'house' needs at least 7 bytes" in err
