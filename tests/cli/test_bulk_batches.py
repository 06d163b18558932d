"""``semcodec bulk --batch`` against a server with the Batch API, without waiting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai.batches import rounds
from semcodec.backends.openai.batches.rows import Part
from semcodec.backends.openai.batches.submitting import Submitter
from semcodec.backends.recording import ModelRequest
from tests.backends.openai.batches.batch_server import BatchServer
from tests.cli.bulk_files import read_rows
from tests.cli.conftest import Run
from tests.cli.fake_client import PRICES, configure

pytest.importorskip("pyarrow.parquet")
BATCH = ("--engine", "local", "--batch", "--backend", "openai", "--k", "2")


@pytest.fixture
def server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, requests: list[ModelRequest]
) -> Iterator[BatchServer]:
    """Yield the server, with three photographs in the folder ``in``; nothing is sent elsewhere."""
    configure(tmp_path, PRICES)
    Path(tmp_path, "in").mkdir()
    for number, color in enumerate(("red", "green", "blue")):
        Image.new("RGB", (64, 48), color).save(tmp_path / "in" / f"{number}.png")
    monkeypatch.chdir(tmp_path)
    server = BatchServer(checks=True)
    monkeypatch.setattr(rounds, "_connect", server.api)
    monkeypatch.setattr(rounds, "FIRST_POLL", 0.001)
    monkeypatch.setattr(rounds, "MAX_POLL", 0.001)
    yield server
    assert requests == []
    assert server.violations == []


def test_rows_are_those_of_responses_and_nothing_is_paid_twice(
    run: Run, server: BatchServer
) -> None:
    Path("in/3.png").write_bytes(b"\x89PNG\r\n\x1a\ndamaged")
    code, out, err = run("bulk", "in", "-o", "out", *BATCH)
    assert (code, out) == (3, "")
    assert (
        "round 1: 3 inputs waiting; parts: 0 prepared, 1 running, 0 done; requests: 0 of 3" in err
    )
    assert "3 encoded, 1 failed: " in err
    rows = read_rows()
    assert [row["error"] == "" for row in rows] == [True] * 3 + [False]
    assert all(semcodec.unpack(row["record"]).words for row in rows[:3])
    assert set(server.paid.values()) == {1}
    paid = len(server.paid)
    assert "resumed: 3 of 4 done before" in run("bulk", "in", "-o", "out", *BATCH)[2]
    assert len(server.paid) == paid


def test_workers_collect_requests_in_every_round(run: Run, server: BatchServer) -> None:
    assert run("bulk", "in", "-o", "out", *BATCH, "--jobs", "2")[0] == 0
    assert [row["error"] for row in read_rows()] == [""] * 3
    assert set(server.paid.values()) == {1}


def test_limit_on_cost_stops_the_run_and_a_higher_one_continues(
    run: Run, server: BatchServer
) -> None:
    code, _, err = run("bulk", "in", "-o", "out", *BATCH, "--max-cost", "0.01")
    assert code == 3
    assert "0 encoded, 0 failed, 3 not done" in err
    assert "the same command continues" in err
    assert server.paid == {}
    assert run("bulk", "in", "-o", "out", *BATCH, "--max-cost", "1000")[0] == 0
    assert all(row["cost"] > 0 for row in read_rows())
    assert set(server.paid.values()) == {1}


def test_interrupted_run_states_what_goes_on(
    run: Run, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(submitter: Submitter, part: Part) -> None:
        submit(submitter, part)
        raise KeyboardInterrupt

    submit = Submitter.submit
    with monkeypatch.context() as patched:
        patched.setattr(Submitter, "submit", interrupt)
        code, _, err = run("bulk", "in", "-o", "out", *BATCH)
    assert code == 130
    assert "1 batch is still running on the server (" in err
    assert run("bulk", "in", "-o", "out", *BATCH)[0] == 0
    assert set(server.paid.values()) == {1}


def test_plan(run: Run, server: BatchServer) -> None:
    code, out, _ = run("bulk", "in", "-o", "out", *BATCH, "--dry-run")
    assert code == 0
    assert "to do   3 photographs" in out
    assert "describe  gpt-5.5         3      1" in out
    assert "half of those of single requests" in out
    assert server.requests == []
    assert sorted(path.name for path in Path().iterdir() if path.name.startswith("out")) == []


@pytest.mark.parametrize(("options", "message"), [
    (("--engine", "ray"), "--batch is run by one machine"),
    (("--cache", "c.sqlite"), "--batch stores responses itself: omit --cache"),
    (("--backend", "embedded"), "--batch needs one server: add --backend openai"),
    (("--writer", "http://127.0.0.1:8/v1"), "--batch needs one server"),
    (("-o", "s3://bucket/out"), "--batch keeps responses beside the output"),
    (("--decode",), "--batch is not for --decode"),
])  # fmt: skip
def test_options_that_do_not_fit(
    run: Run, server: BatchServer, options: tuple[Any, ...], message: str
) -> None:
    given = [*BATCH, *options]
    if "embedded" in options:
        given = ["--batch", *options]
    code, _, err = run("bulk", "in", "-o", "out", *given)
    assert code == 2
    assert message in err
