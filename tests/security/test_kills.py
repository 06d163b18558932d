"""What a process leaves that is killed at any moment: whole files, and replies it has paid for."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from semcodec.cli import writing
from semcodec.cli.main import main
from tests import images, profiles
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import (
    Behavior,
    FakeServer,
    ReceivedRequest,
    never_respond,
    respond,
)
from tests.forking import MAX_SECONDS, needs_fork

SIZE: Final = 200_000  #: bytes of a file, so that writing it takes some time
MAX_WAIT: Final = 0.02  #: seconds before a kill; a file is written several times


@contextmanager
def child(work: Callable[[], object]) -> Iterator[int]:
    """Fork a child that calls ``work``; yield its id, and kill it at the end of the block."""
    process = os.fork()
    if process == 0:  # pragma: no cover
        try:
            work()
        finally:
            os._exit(0)
    try:
        yield process
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


@needs_fork
@pytest.mark.sampled
def test_killed_process_leaves_no_half_file(
    tmp_path: Path, record_property: profiles.RecordProperty
) -> None:
    kills = profiles.count(10, 1_000)
    record_property("inputs", kills)
    choose = random.Random(profiles.seed(1))
    path = tmp_path / "file"
    contents = [b"a" * SIZE, b"b" * SIZE]

    def write_for_ever() -> None:
        for number in range(1_000_000):
            writing.write_bytes(str(path), contents[number % 2], force=True)
            writing.write_bytes(str(tmp_path / f"new-{number % 3}"), contents[0], force=True)
            (tmp_path / f"new-{number % 3}").unlink()

    for _ in range(kills):
        with child(write_for_ever):
            time.sleep(choose.uniform(0, MAX_WAIT))
        left = list(tmp_path.iterdir())
        assert len([file for file in left if file.name.startswith(".semcodec-")]) <= 1
        for file in left:
            if not file.name.startswith(".semcodec-"):
                assert file.read_bytes() in contents
            else:
                file.unlink()
    assert path.exists()


@needs_fork
def test_reply_that_was_received_before_a_kill_is_not_paid_again(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(images.PHOTO)
    stages: Counter[bool] = Counter()
    is_selecting, is_repaired = threading.Event(), threading.Event()

    def choose(received: ReceivedRequest) -> Behavior:
        is_describe = b"image_url" in received.body
        stages[is_describe] += 1
        if is_describe or is_repaired.is_set():
            words = json.dumps({"words": fake_responses.WORDS})
            text = fake_responses.DESCRIPTION if is_describe else words
            return respond(200, fake_responses.chat_body("m", text))
        is_selecting.set()
        return never_respond

    with FakeServer(choose) as server:
        command = ["encode", str(photo), "--describer", server.url, "--writer", server.url]
        command += ["--model", "m", "--cache", str(tmp_path / "cache.sqlite")]
        with child(lambda: main(command)):
            assert is_selecting.wait(MAX_SECONDS)
        assert not (tmp_path / "photo.semc").exists()
        is_repaired.set()
        assert main(command) == 0
    assert stages == {True: 1, False: 2}
