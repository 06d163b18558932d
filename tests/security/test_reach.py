"""What a process reaches: no network but the server that was asked for, no path from any data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

import semcodec
from tests import images
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, FakeServer, ReceivedRequest, respond
from tests.forking import forked, needs_fork
from tests.profiles import at_night
from tests.security import watched

ROOT: Final = Path(__file__).parents[2]
CANARY: Final = "canary-5f2a"  #: part of each path in the data
WORDS: Final = "red house tree"


class Reached(NamedTuple):
    """The result of ``run``."""

    codes: list[int]
    hosts: list[str]
    paths: list[str]
    errors: str


def run(folder: Path, *command_lines: Sequence[str | Path], **environment: str) -> Reached:
    """Run command lines in one new process, with a home folder and no settings."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.watched"],
        input=json.dumps([list(map(str, line)) for line in command_lines]),
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": str(folder),
             "SEMCODEC_CONFIG": str(folder / "no-config.toml"), **environment},
    )  # fmt: skip
    return Reached(**json.loads(done.stdout), errors=done.stderr)


def run_forked(folder: Path, *command_lines: Sequence[str | Path], **environment: str) -> Reached:
    """Do the same in a forked process, which takes less time, and in which modules are loaded."""
    result = folder / "result.json"

    def work() -> None:
        os.chdir(folder)
        os.environ.update(environment)
        lines = [list(map(str, line)) for line in command_lines]
        result.write_text(json.dumps(watched.run(lines)), "utf-8")

    with forked(work) as wait:
        assert wait() == 0
    return Reached(**json.loads(result.read_text("utf-8")), errors="")


@pytest.mark.sampled
@at_night
def test_offline_commands_connect_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(images.PHOTO)
    reached = run(
        tmp_path,
        ["pack", "red", "boat", "-o", "packed.semc"],
        ["unpack", "packed.semc"],
        ["validate", "packed.semc"],
        ["inspect", "packed.semc"],
        ["encode", "photo.jpg", "-o", "photo.semc"],
        ["decode", "photo.semc", "-o", "picture.png", "--size", "64x64"],
        ["demo", "photo.jpg"],
        ["doctor"],
    )
    assert reached.codes == [0] * 8, reached.errors
    assert (tmp_path / "picture.png").exists()
    assert reached.hosts == []


@needs_fork
def test_run_with_a_server_connects_to_that_server_only(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(images.PHOTO)
    (tmp_path / "in.semc").write_bytes(semcodec.pack(WORDS, framing="file"))
    with FakeServer(hostile_answer) as server:
        reached = run_forked(
            tmp_path,
            ["encode", "photo.jpg", "-o", "o.semc", "--backend", "openai", "--model", "m"],
            ["decode", "in.semc", "-o", "o.png", "--painter", "openai", "--painter-model", "p"],
            OPENAI_BASE_URL=server.url,
            HTTP_PROXY="http://proxy.example:1",
        )
        assert {request.path for request in server.received} >= {
            "/v1/chat/completions",
            "/v1/images/generations",
        }
    assert set(reached.hosts) == {"127.0.0.1"}
    assert [path for path in reached.paths if CANARY in path] == []


def hostile_answer(received: ReceivedRequest) -> Behavior:
    """Answer with paths and URLs wherever a text or an image is expected."""
    path, url = f"/{CANARY}/etc/passwd", f"http://{CANARY}.example/picture.png"
    if received.path.endswith("chat/completions"):
        text = f"A red house, file://{path} {url} ../{CANARY}/photo.semc @{path} semc:{CANARY}"
        body: Any = fake_responses.chat_body(path, text)
        return respond(200, body | {"model": url, "url": url}, f"location: {url}")
    picture = {"url": url, "file": path, "b64_json": None}
    return respond(200, {"created": 1, "data": [picture]}, f"location: {url}")


@needs_fork
def test_text_of_a_record_opens_no_path(tmp_path: Path) -> None:
    note = f"file:///{CANARY}/etc/passwd"
    data = semcodec.pack(
        f"red house /{CANARY}/etc/passwd ../{CANARY} ~/{CANARY}",
        coding="utf8",
        framing="file",
        extensions={"comment": note, "describer": note, "painter": f"/{CANARY}/x"},
    )
    (tmp_path / "in.semc").write_bytes(data)
    reached = run_forked(
        tmp_path,
        ["unpack", "in.semc"],
        ["validate", "in.semc"],
        ["inspect", "in.semc"],
        ["decode", "in.semc", "-o", "o.png", "--size", "64x64"],
    )
    assert reached.codes == [0] * 4, reached.errors
    assert [path for path in reached.paths if CANARY in path] == []
    assert reached.hosts == []


@needs_fork
def test_offline_run_connects_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(images.PHOTO)
    reached = run_forked(
        tmp_path,
        ["encode", "photo.jpg", "-o", "photo.semc"],
        ["decode", "photo.semc", "-o", "picture.png", "--size", "64x64"],
    )
    assert reached.codes == [0, 0]
    assert reached.hosts == []
    assert {Path(path).name for path in reached.paths} >= {"photo.jpg", "photo.semc"}


@pytest.mark.sampled
@at_night
def test_watched_process_sees_hosts_and_paths(tmp_path: Path) -> None:
    """Otherwise the tests above could not fail."""
    file = tmp_path / CANARY
    file.write_bytes(semcodec.pack(WORDS))
    reached = run(
        tmp_path,
        ["unpack", file],
        ["encode", file, "-o", "o.semc", "--describer", "http://127.0.0.1:9/v1"],
    )
    assert reached.codes[0] == 0
    assert str(file) in reached.paths
    assert reached.hosts == []  # the second input is not a photograph


@pytest.mark.sampled
@at_night
def test_watched_process_sees_a_host(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(images.PHOTO)
    reached = run(
        tmp_path,
        ["encode", "photo.jpg", "--describer", "http://host.invalid/v1", "--model", "m"],
        SEMCODEC_API_KEY="sk-none",
    )
    assert reached.codes == [2]
    assert "host.invalid" in reached.hosts
