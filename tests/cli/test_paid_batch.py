"""Worker processes share a budget and a recording; a run that is killed names its paid calls."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from semcodec.bulk import call_journal
from semcodec.bulk.call_journal import Call
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import (
    Behavior,
    FakeServer,
    ReceivedRequest,
    never_respond,
    respond,
)
from tests.cli.conftest import Run, file_names
from tests.cli.fake_client import SECRET, configure

PRICES = '[openai.prices]\n"m" = { input = 1000, output = 1000 }\n'
PRICE = Decimal("0.03")  # of each call: 30 tokens


def choose(received: ReceivedRequest) -> Behavior:
    fields = json.loads(received.body)
    return respond(200, fake_responses.response_body(received.path.removeprefix("/v1/"), fields))


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(choose) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with five photographs in ``in``; two have the same pixels."""
    (tmp_path / "in").mkdir()
    for number, red in enumerate((0, 60, 120, 180, 180)):
        image = Image.new("RGB", (64, 48), (red, 40, 200))
        image.save(tmp_path / "in" / f"{number}.png", compress_level=number)
    configure(tmp_path, PRICES)
    monkeypatch.setenv("SEMCODEC_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("SEMCODEC_API_KEY", SECRET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(server: FakeServer, *options: str, out: str = "out") -> list[str]:
    where = ["--backend", "openai", "--base-url", server.url, "--model", "m"]
    return ["encode", "in", "-o", out, *where, *options]


def bound(err: str) -> Decimal:
    """Return the highest possible price of a call, which a message states."""
    match = re.search(r"may cost up to \$([0-9.]+)", err)
    assert match
    return Decimal(match[1])


def test_two_workers_keep_to_one_budget_and_make_one_recording(
    run: Run, folder: Path, server: FakeServer
) -> None:
    _, _, err = run(*command(server, "--max-cost", "0.5"))
    limit = bound(err) + 4 * PRICE  # one of two workers waits for what the other does not spend
    assert server.received == []
    recorded = ("--jobs", "2", "--record", "run.db", "--max-cost", str(limit))
    code, _, err = run(*command(server, *recorded))
    calls = len(server.received)
    assert code == 2
    assert f"{calls} calls, {20 * calls} tokens in, {10 * calls} out, ${calls * PRICE:.4f}" in err
    assert 5 <= calls < 10
    assert err.count("may cost up to") == 1
    done = len(file_names(folder / "out"))
    assert f"{done} encoded, 0 failed, {5 - done} not done" in err
    assert 1 <= done <= calls // 2
    assert call_journal.FILE_NAME not in os.listdir("out")
    assert run(*command(server, "--replay", "run.db", out="again"))[0] == 3  # the rest is missing
    for name in file_names(folder / "out"):
        assert (folder / "again" / name).read_bytes() == (folder / "out" / name).read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_calls_in_flight_at_a_kill_are_reported(run: Run, folder: Path) -> None:
    is_silent = True
    with FakeServer(lambda received: never_respond if is_silent else choose(received)) as server:
        arguments = command(server, "--jobs", "2")
        process = subprocess.Popen([sys.executable, "-m", "semcodec", *arguments])
        while len(server.received) < 2:
            time.sleep(0.02)
        process.kill()
        process.wait()
        is_silent = False
        left = (folder / "out" / call_journal.FILE_NAME).read_text()
        assert SECRET not in left
        code, _, err = run(*command(server))
    assert code == 0
    assert (
        "Note: 2 calls were in flight when the last run was killed and may have been billed: "
        in err
    )
    assert len(re.findall(r"describe with m for in/\d\.png, at most \$", err)) == 2
    assert file_names(folder / "out") == [f"{number}.semc" for number in range(5)]


def test_call_of_one_process_is_in_the_file_while_it_is_in_flight(run: Run, folder: Path) -> None:
    seen: list[list[str]] = []

    def look(received: ReceivedRequest) -> Behavior:
        path = folder / "out" / call_journal.FILE_NAME
        seen.append([f"{call.stage} {call.source}" for call in call_journal.read(path)])
        return choose(received)

    with FakeServer(look) as server:
        assert run(*command(server))[0] == 0
    inputs = [f"in/{number}.png" for number in range(5)]
    assert seen[::2] == [[f"describe {name}"] for name in inputs]
    assert seen[1::2] == [[f"describe {name}", f"select {name}"] for name in inputs]
    assert call_journal.FILE_NAME not in os.listdir("out")


def test_calls_without_a_trace_count_in_the_total(
    run: Run, folder: Path, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = {"model": "m", "dollars": 0.25, "seconds": 0.0}
    monkeypatch.setattr(
        call_journal.CallJournal, "close", lambda _: [Call("in/0.png", "describe", note)]
    )
    code, _, err = run(*command(server))
    assert code == 0
    assert "Note: 1 call was in flight when a worker process ended and may have been" in err
    assert f"at most ${10 * PRICE + Decimal('0.25'):.4f}" in err


def test_dry_run_and_single_inputs_have_no_file_of_calls(
    run: Run, folder: Path, server: FakeServer
) -> None:
    (folder / "out").mkdir()
    left = folder / "out" / call_journal.FILE_NAME
    left.write_text("{}\n")
    assert run(*command(server, "--jobs", "2", "--dry-run"))[0] == 0
    assert left.read_text() == "{}\n"
    assert not server.received
