"""Batches in the options: the plan is a table of stages, and a backend has the store."""

from __future__ import annotations

import argparse
from decimal import Decimal
from pathlib import Path

import pytest

from semcodec.backends.openai.batches import BatchStore
from semcodec.backends.openai.batches.parts import Limits
from semcodec.backends.openai.batches.plan import BatchDryRunClient, PlannedStage
from semcodec.backends.recording import ModelRequest, Usage
from semcodec.cli import openai_options
from semcodec.cli.batch_plan import print_batch_plan
from semcodec.cli.main import make_parser
from semcodec.cli.output import UsageError
from semcodec.errors import PendingResponseError
from tests.images import scene

STAGES = [
    PlannedStage("describe", "m", 10, 1, 2_000_000, 20_000, 3_000, Decimal(1), Decimal(2),
                 Decimal(1)),
    PlannedStage("select", "m\x1b", 10, 1, 20_000, 4_000, 500, Decimal("0.1"), Decimal("0.2"),
                 Decimal("0.1")),
]  # fmt: skip


def test_plan_is_scaled_to_all_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    print_batch_plan(STAGES, Decimal(1_000))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[:4]]
    assert lines[0][:4] == ["stage", "model", "requests", "parts"]
    assert lines[1] == [
        "describe", "m", "10,000", "10", "20,000,000", "3,000,000", "$1000.00", "$2000.00",
    ]  # fmt: skip
    assert lines[2][2:4] == ["10,000", "1"]
    assert lines[3] == ["total", "20,000", "11", "$1100.00", "$2200.00"]


def test_plan_without_prices_states_that(capsys: pytest.CaptureFixture[str]) -> None:
    print_batch_plan([PlannedStage("describe", "m", 1, 1, 1, 1, 1, None, None)])
    text = capsys.readouterr().out
    assert text.count("unknown") == 5
    assert "half of those of single requests" in text
    assert "Some prices are unknown: install" in text


@pytest.mark.parametrize(("limits", "parts"), [
    (Limits(), 1), (Limits(tokens=1_000), 10), (Limits(dollars=Decimal("0.05")), 20),
])  # fmt: skip
def test_parts_follow_the_limits_of_the_run(limits: Limits, parts: int) -> None:
    class Prices:
        def price(self, model: str, usage: Usage) -> Decimal:
            return Decimal("0.02")

    body = {"model": "m", "messages": [{"role": "user", "content": "x" * 400}]}
    client = BatchDryRunClient(Prices(), lambda request: [Usage()], limits)
    for _ in range(4):
        client(ModelRequest("describe", "chat/completions", body, expected_answer="yes"))
    [stage] = client.stages
    assert stage.scaled(Decimal(25)).parts == pytest.approx(parts, abs=1)


def parse(*options: str) -> argparse.Namespace:
    args: argparse.Namespace = make_parser().parse_args(["encode", "a.jpg", *options])
    return args


def test_backend_of_the_options_uses_the_store(tmp_path: Path) -> None:
    store = BatchStore(tmp_path / "responses.sqlite")
    options = ("--backend", "openai", "--base-url", "http://127.0.0.1:9/v1", "--model", "m")
    resolved = openai_options.resolve_backends(parse(*options), batch_store=store)
    with pytest.raises(PendingResponseError):
        resolved.by_option["backend"].describe(scene())
    assert list(store.folder.glob("collected-*"))


def test_batches_of_several_servers_are_rejected(tmp_path: Path) -> None:
    store = BatchStore(tmp_path / "responses.sqlite")
    args = parse("--backend", "openai", "--writer", "ollama", "--model", "m")
    with pytest.raises(UsageError, match="--batch is for the requests of one server"):
        openai_options.resolve_backends(args, batch_store=store)
