"""``bench`` with a paid server: a plan first, one budget for all, and nothing paid twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from semcodec.measure import plots
from tests.backends.openai.fake_server import FakeServer
from tests.cli.conftest import Run
from tests.cli.fake_client import SECRET, configure
from tests.cli.test_bench import without_seconds
from tests.cli.test_paid_batch import PRICES, choose

OPTIONS = ("--k", "2,3", "--coding", "lexicon", "--layers", "off", "--metrics", "words")


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(choose) as server:
        yield server


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        image = Image.new("RGB", (64, 48), (60 * number, 40, 200))
        image.save(tmp_path / "in" / f"{number}.png")
    configure(tmp_path, PRICES)
    monkeypatch.setenv("SEMCODEC_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("SEMCODEC_API_KEY", SECRET)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def bench(run: Run, server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that measures the photographs, without plots, which take seconds."""
    monkeypatch.setattr(plots, "draw_all", lambda content, folder: {})
    where = "--no-page", "--describer", "openai", "--base-url", server.url, "--model", "m"
    return lambda *argv: run(
        "bench", "in", "-o", "out", *where, *OPTIONS, "--paint-size", "off", *argv
    )


def results(folder: str = "out") -> Any:
    return json.loads(Path(folder, "results.json").read_bytes())


def test_run_that_may_cost_money_needs_a_limit(bench: Run, server: FakeServer) -> None:
    code, _, err = bench()
    assert code == 2
    assert "openai may cost money, for each photograph and setting: see the cost with" in err
    assert "--dry-run, and limit it with --max-cost." in err
    assert server.received == []
    assert not Path("out").exists()


def test_plan_counts_what_is_not_stored(bench: Run, server: FakeServer) -> None:
    code, out, _ = bench("--dry-run")
    assert code == 0
    assert "describe m 3" in " ".join(out.split())
    assert server.received == []
    assert not Path("out").exists()
    bench("--max-cost", "50")
    Image.new("RGB", (64, 48), "teal").save("in/new.png")
    assert "describe m 1" in " ".join(bench("--dry-run")[1].split())


def test_two_workers_give_the_results_of_one_and_describe_each_photograph_once(
    bench: Run, server: FakeServer
) -> None:
    code, _, err = bench("--max-cost", "50", "--jobs", "2")
    assert code == 0, err
    assert len(server.received) == 3
    assert "3 calls" in err
    code, _, err = bench("--max-cost", "50", "-o", "one")
    assert code == 0, err
    assert without_seconds(results()) == without_seconds(results("one"))
    count = len(server.received)
    code, _, err = bench("--max-cost", "50", "--k", "2,3,4")
    assert code == 0
    assert len(server.received) == count
    assert SECRET not in "".join(path.read_text() for path in Path("out").rglob("*.json"))


def test_budget_ends_the_run_and_what_is_done_is_kept(bench: Run, server: FakeServer) -> None:
    code, _, err = bench("--max-cost", "0.0001")
    assert code == 2
    assert "may cost up to" in err
    assert server.received == []
    assert bench("--max-cost", "50")[0] == 0
    assert Counter(each["error"] for each in results()["photographs"]) == Counter({None: 3})
