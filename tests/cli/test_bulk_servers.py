"""``semcodec bulk`` with a server: cost, its limit, calls under way, dry runs."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.recording import ModelRequest
from semcodec.bulk import call_journal
from semcodec.errors import BackendError
from tests.cli.bulk_files import ALL, HERE, SERVED, hostile, paths_of, read_rows, write_parts
from tests.cli.conftest import Run
from tests.cli.fake_client import PRICES, FakeClient, configure

pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def prices(bulk_folder: Path, requests: list[ModelRequest]) -> list[ModelRequest]:
    configure(bulk_folder, PRICES)
    return requests


COST = 2 * (1000 * 5 + 100 * 30) / 1e6  # of a photograph: two calls


def test_cost(run: Run, prices: list[ModelRequest]) -> None:
    code, _, err = run("bulk", "in", "-o", "out", *SERVED)
    assert code == 0
    assert len(prices) == 6
    assert [row["cost"] for row in read_rows()] == [pytest.approx(COST)] * 3
    assert f"at most ${3 * COST:.4f}" in err
    assert call_journal.FILE_NAME not in os.listdir("out")


def test_limit_on_cost_ends_the_run(run: Run, prices: list[ModelRequest]) -> None:
    code, _, err = run("bulk", "in", "-o", "none", *SERVED, "--max-cost", "0")
    assert (code, read_rows("none"), prices) == (3, [], [])
    match = re.search(r"may cost up to \$([0-9.]+)", err)
    assert match
    bound = 1.001 * float(match[1])  # of the first of two calls, which is the higher one
    enough = f"{bound + 1.6 * COST:.4f}"  # for the second photograph, and not for the third
    code, _, err = run("bulk", "in", "-o", "out", *SERVED, "--max-cost", enough)
    assert code == 3
    assert err.count("of the limit remains") == 1
    assert "2 encoded, 0 failed, 1 not done" in err
    assert paths_of(read_rows()) == ALL[:2]
    assert run("bulk", "in", "-o", "out", *SERVED)[0] == 0
    assert paths_of(read_rows()) == ALL
    assert len(prices) <= 7  # only what was interrupted was sent twice


def test_calls_under_way_have_the_name_of_their_photograph(
    run: Run, prices: list[ModelRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    send = FakeClient.send

    def look(client: FakeClient, request: ModelRequest) -> Any:
        calls = call_journal.read(Path("out") / call_journal.FILE_NAME)
        seen.append([f"{call.stage} {call.source}" for call in calls])
        return send(client, request)

    monkeypatch.setattr(FakeClient, "send", look)
    run("bulk", "in", "-o", "out", *SERVED)
    assert seen[0] == ["describe a.png"]
    assert seen[3] == ["describe b.png", "select b.png"]


def test_server_that_fails_again_and_again(
    run: Run, prices: list[ModelRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(client: FakeClient, request: ModelRequest) -> Any:
        raise BackendError("The server is overloaded.", retryable=True)

    monkeypatch.setattr(FakeClient, "send", fail)
    code, _, _ = run("bulk", "in", "-o", "out", *SERVED)
    assert code == 2
    assert paths_of(read_rows()) == [("a.png", True), ("b.png", True)]


def test_dry_run(run: Run, prices: list[ModelRequest]) -> None:
    code, out, _ = run("bulk", "in", "-o", "out", *SERVED, "--dry-run")
    assert (code, prices) == (0, [])
    assert out.startswith("to do   3 photographs, ")
    assert "sample  3 photographs, evenly spaced\n" in out
    assert "describe  gpt-5.5         3 " in out
    assert "For all 3, as the sample: $" in out
    assert not Path("out").exists()


def test_dry_run_without_a_server(run: Run, bulk_folder: Path) -> None:
    run("bulk", "in", "-o", "out", *HERE)
    code, out, err = run("bulk", "in", "-o", "out", *HERE, "--dry-run")
    assert code == 0
    assert out == "to do   0 photographs\ncost    none: no server is used\n"
    assert "resumed: 3 of 3" in err


def test_dry_run_of_many_takes_a_sample(
    run: Run, prices: list[ModelRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semcodec.cli.bulk_dry_run.MAX_SAMPLE", 2)
    out = run("bulk", "in", "-o", "out", *SERVED, "--dry-run")[1]
    assert "sample  2 photographs" in out
    assert "For all 3, as the sample: $" in out


def test_pictures_of_a_server(run: Run, prices: list[ModelRequest]) -> None:
    write_parts(hostile("a"))
    painting = ("--painter", "openai", "--size", "64x64", *HERE)
    out = run("bulk", "--decode", "out", "-o", "pictures", *painting, "--dry-run")[1]
    assert out.startswith("to do   1 record\n")
    assert "paint" in out
    assert not Path("pictures").exists()
    code, _, err = run("bulk", "--decode", "out", "-o", "pictures", *painting)
    assert code == 0
    assert "1 painted, 0 failed" in err
    assert "at most $" in err
